//! One line for a file of a message: `◫ 2 photo.jpg  JPEG image  1.2 MB  ! blocked`.
//!
//! Owns what of it goes where there is no room: never the warning, and of the name never the ending. Enter at
//! [`draw`].

use super::look::Look;
use super::paint::{Row, cells};
use super::{cut, signs, times};
use crate::app::file::kind_words;
use crate::app::thread::item::File;
use crate::text::clean;
use crate::theme::Role;

/// Draws a file's line.
pub fn draw(file: &File, look: &Look<'_>, row: &mut Row<'_>) {
    let dim = look.style(Role::TextDim);
    let warning = file.risk(look.blocked).map(|risk| look.say(risk.word()));
    let kind = kind_words(file.kind(), look.words);
    let size = file.size.map(|bytes| times::size(bytes, look.words)).unwrap_or_default();
    row.sign(signs::FILE, look.style(Role::File)).skip(1);
    row.put(&clean(&file.number.to_string()), dim).skip(1);
    // The warning is told in full, then the size; the kind where the name leaves room for it.
    let warned = warning.as_ref().map_or(0, |warning| cells(warning) + 4);
    let room = row.room().saturating_sub(warned.min(row.room() / 2));
    let sized = cells(&size) + 2;
    let shown = file.name.clone().or(&look.say("file-no-name"));
    let named = cells(&shown).min(room.saturating_sub(sized));
    row.put(&cut::file(&shown, named), look.style(Role::File)).skip(2);
    if named + sized + cells(&kind) + 2 <= room {
        row.put(&kind, dim).skip(2);
    }
    row.put(&size, dim).skip(2);
    if let Some(warning) = warning {
        let style = look.style(Role::Warning);
        row.sign(signs::CARE, style).skip(1).put(&warning, style);
    }
}
