//! Edits of `config.toml` that keep the user's comments and order.

use std::fs;
use std::io;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::load::{Place, WorkspaceConfig};
use super::paths::{Paths, write_private};

/// Adds a `[[workspace]]`, or replaces where the one of the same name is; what else is written there stays.
///
/// # Errors
/// When the file cannot be read, is no TOML, or cannot be written; it is then as it was.
pub fn add_workspace(paths: &Paths, workspace: &WorkspaceConfig) -> io::Result<()> {
    edit(paths, |document| {
        let entry = document.entry("workspace").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let list = entry.as_array_of_tables_mut().ok_or_else(not_tables)?;
        let known = list.iter().position(|table| is_named(table, &workspace.name));
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
        if workspace.test {
            table.insert("test", value(true));
        }
        if let Some(colour) = &workspace.colour {
            table.insert("colour", value(colour));
        }
        if known.is_none() {
            list.push(fresh);
        }
        Ok(())
    })
}

/// Removes the `[[workspace]]` of this name, and its mark as the default; whether there was one.
///
/// # Errors
/// As [`add_workspace`].
pub fn remove_workspace(paths: &Paths, name: &str) -> io::Result<bool> {
    let mut had = false;
    edit(paths, |document| {
        if let Some(list) = document.get_mut("workspace") {
            let list = list.as_array_of_tables_mut().ok_or_else(not_tables)?;
            had = list.iter().any(|table| is_named(table, name));
            list.retain(|table| !is_named(table, name));
        }
        if document.get("default").and_then(Item::as_str) == Some(name) {
            document.remove("default");
        }
        Ok(())
    })?;
    Ok(had)
}

/// Makes a workspace the default.
///
/// # Errors
/// As [`add_workspace`].
pub fn set_default_workspace(paths: &Paths, name: &str) -> io::Result<()> {
    set(paths, "default", name)
}

/// Sets the agent's time zone.
///
/// # Errors
/// As [`add_workspace`].
pub fn set_time_zone(paths: &Paths, name: &str) -> io::Result<()> {
    set(paths, "time_zone", name)
}

/// Sets a text at the top of the file; what is written behind the old one stays.
fn set(paths: &Paths, key: &str, text: &str) -> io::Result<()> {
    edit(paths, |document| {
        match document.get_mut(key).and_then(Item::as_value_mut) {
            Some(old) => {
                let decor = old.decor().clone();
                *old = text.into();
                *old.decor_mut() = decor;
            }
            None => {
                document.insert(key, value(text));
            }
        }
        Ok(())
    })
}

fn is_named(table: &Table, name: &str) -> bool {
    table.get("name").and_then(Item::as_str) == Some(name)
}

fn not_tables() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a workspace is written [[workspace]]")
}

/// Reads the file (a missing one is empty), changes it, and writes it if anything is different.
fn edit(paths: &Paths, change: impl FnOnce(&mut DocumentMut) -> io::Result<()>) -> io::Result<()> {
    let file = paths.config_file();
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
    change(&mut document)?;
    let edited = document.to_string();
    if edited == text {
        return Ok(());
    }
    // A link to the file of a checkout stays one: what it points at is edited.
    let target = fs::canonicalize(&file).unwrap_or(file);
    write_private(&target, edited.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::load::Config;
    use super::*;

    fn paths(text: &str) -> io::Result<(tempfile::TempDir, Paths)> {
        let dir = tempfile::tempdir()?;
        let paths = Paths { config: dir.path().into(), data: dir.path().into(), cache: dir.path().into() };
        fs::write(paths.config_file(), text)?;
        Ok((dir, paths))
    }

    #[test]
    fn a_workspace_is_added_once_and_comments_stay() -> io::Result<()> {
        let (_dir, paths) = paths("# mine\ntheme = \"light\" # bright room\n")?;
        let mut workspace = WorkspaceConfig::new("Shop", Place::Region("eu".into()));
        add_workspace(&paths, &workspace)?;
        workspace.place = Place::Url("https://desk.example".into());
        workspace.test = true;
        workspace.colour = Some("red".into());
        add_workspace(&paths, &workspace)?;
        // Signing in again takes no mark away.
        add_workspace(&paths, &WorkspaceConfig::new("Shop", workspace.place.clone()))?;
        let text = fs::read_to_string(paths.config_file())?;
        assert!(text.contains("# mine") && text.contains("# bright room"), "{text}");
        let (config, found) = Config::load(&paths)?;
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(config.workspaces, vec![workspace]);
        Ok(())
    }

    #[test]
    fn the_default_moves_and_goes_with_its_workspace() -> io::Result<()> {
        let text = "# top\n[[workspace]]\nname = \"A\" # first\nregion = \"eu\"\n\n# the other\n[[workspace]]\nname = \"B\"\nregion = \"us\"\n";
        let (_dir, paths) = paths(text)?;
        let default = || {
            Config::load(&paths).map(|(config, found)| {
                assert!(found.is_empty(), "{found:?}");
                config.workspace(None).map(|workspace| workspace.name.clone())
            })
        };
        assert_eq!(default()?.as_deref(), Some("A"));
        set_default_workspace(&paths, "B")?;
        assert_eq!(default()?.as_deref(), Some("B"));
        set_default_workspace(&paths, "A")?;
        set_default_workspace(&paths, "B")?;
        let text = fs::read_to_string(paths.config_file())?;
        assert!(text.contains("# first") && text.contains("# the other"), "{text}");
        assert_eq!(text.matches("default").count(), 1, "{text}");
        assert!(remove_workspace(&paths, "B")?);
        assert!(!remove_workspace(&paths, "B")?);
        assert_eq!(default()?.as_deref(), Some("A"));
        assert!(!fs::read_to_string(paths.config_file())?.contains("default"));
        Ok(())
    }

    #[test]
    fn a_zone_is_written_where_there_was_no_file_and_over_another() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let paths = Paths { config: dir.path().join("deep"), data: dir.path().into(), cache: dir.path().into() };
        set_time_zone(&paths, "Europe/Paris")?;
        assert!(Config::load(&paths)?.0.settings.time_zone_known);
        let (_dir, paths) = self::paths("time_zone = \"UTC\" # for now\n")?;
        set_time_zone(&paths, "Europe/Paris")?;
        assert_eq!(fs::read_to_string(paths.config_file())?, "time_zone = \"Europe/Paris\" # for now\n");
        Ok(())
    }
}
