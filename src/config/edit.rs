//! Edits of `config.toml` that keep the user's comments and order.

use std::fs;
use std::io;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::load::{Place, WorkspaceConfig};
use super::paths::{Paths, write_private};

/// Adds a `[[workspace]]`, or replaces the one of the same name.
///
/// # Errors
/// When the file cannot be read, is no TOML, or cannot be written; it is then as it was.
pub fn add_workspace(paths: &Paths, workspace: &WorkspaceConfig) -> io::Result<()> {
    let file = paths.config_file();
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
    let entry = document.entry("workspace").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(list) = entry.as_array_of_tables_mut() else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a workspace is written [[workspace]]"));
    };
    let known = list.iter().position(|table| table.get("name").and_then(Item::as_str) == Some(&workspace.name));
    let mut fresh = Table::new();
    let table = match known.and_then(|at| list.get_mut(at)) {
        Some(table) => table,
        None => &mut fresh,
    };
    table.insert("name", value(&workspace.name));
    match &workspace.place {
        Place::Region(region) => {
            table.insert("region", value(region));
            table.remove("url");
        }
        Place::Url(url) => {
            table.insert("url", value(url));
            table.remove("region");
        }
    }
    if known.is_none() {
        list.push(fresh);
    }
    write_private(&file, document.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::load::Config;
    use super::*;

    #[test]
    fn a_workspace_is_added_once_and_comments_stay() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let paths = Paths { config: dir.path().into(), data: dir.path().into(), cache: dir.path().into() };
        fs::write(paths.config_file(), "# mine\ntheme = \"light\" # bright room\n")?;
        let mut workspace = WorkspaceConfig { name: "Shop".into(), place: Place::Region("eu".into()) };
        add_workspace(&paths, &workspace)?;
        workspace.place = Place::Url("https://desk.example".into());
        add_workspace(&paths, &workspace)?;
        let text = fs::read_to_string(paths.config_file())?;
        assert!(text.contains("# mine") && text.contains("# bright room"), "{text}");
        let (config, found) = Config::load(&paths)?;
        assert!(found.is_empty());
        assert_eq!(config.workspaces, vec![workspace]);
        Ok(())
    }
}
