//! What `doctor` looks at on this machine: program, config, directories, disk, keymap, theme, terminal.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use serde_json::json;

use super::{Doctor, Level};
use crate::cache::sqlite_version;
use crate::cli::session::{read_configuration, variable};
use crate::command::Command;
use crate::config::Config;
use crate::error::Failure;
use crate::keymap::Keymap;
use crate::text::clean;
use crate::theme::{Depth, Theme, names};
use crate::words::Arg;

/// Free bytes of a disk below which room is short, and below which there is none.
const SHORT: u64 = 500 << 20;
const NONE: u64 = 50 << 20;

/// Everything but the terminal, which the account's checks come before.
pub(super) fn check(doctor: &mut Doctor) -> Result<(), Failure> {
    let (version, sqlite) = (clean(env!("CARGO_PKG_VERSION")), clean(sqlite_version()));
    doctor
        .note("program", Level::Ok, "doctor-program", &[("version", (&version).into()), ("sqlite", (&sqlite).into())])
        .with(json!({"version": version.as_str(), "sqlite": sqlite.as_str()}));
    let (paths, config, bad) = read_configuration()?;
    let file = clean(&paths.config_file().display().to_string());
    match bad.first() {
        Some(first) => {
            let line = clean(&first.to_string());
            doctor.note(
                "config",
                Level::Warn,
                "doctor-config-bad",
                &[("count", bad.len().into()), ("line", (&line).into())],
            )
        }
        None if paths.config_file().exists() => {
            let count = config.workspaces.len();
            doctor.note("config", Level::Ok, "doctor-config", &[("file", (&file).into()), ("count", count.into())])
        }
        None => doctor.note("config", Level::Ok, "doctor-config-none", &[("file", (&file).into())]),
    }
    .with(json!({"file": file.as_str(), "bad_lines": bad.len()}));
    check_zone(doctor, &config);
    for (name, dir, private) in
        [("config-dir", &paths.config, false), ("data-dir", &paths.data, true), ("cache-dir", &paths.cache, true)]
    {
        check_dir(doctor, name, dir, private);
    }
    check_disk(doctor, &paths.data);
    check_keymap_and_theme(doctor, &config);
    Ok(())
}

fn check_zone(doctor: &mut Doctor, config: &Config) {
    let zone = clean(config.settings.zone.iana_name().unwrap_or("UTC"));
    let (level, key) =
        if config.settings.time_zone_known { (Level::Ok, "doctor-zone") } else { (Level::Warn, "doctor-zone-unset") };
    doctor.note("time-zone", level, key, &[("zone", (&zone).into())]).with(json!({"time_zone": zone.as_str()}));
}

fn check_dir(doctor: &mut Doctor, name: &'static str, dir: &Path, private: bool) {
    let shown = clean(&dir.display().to_string());
    let said = [("dir", Arg::from(&shown))];
    let Ok(facts) = std::fs::metadata(dir) else {
        doctor.note(name, Level::Ok, "doctor-dir-none", &said).with(json!({"dir": shown.as_str()}));
        return;
    };
    if !facts.is_dir() {
        doctor.note(name, Level::Fail, "doctor-dir-file", &said).with(json!({"dir": shown.as_str()}));
        return;
    }
    let mode = mode_of(&facts);
    let writable = rustix::fs::access(dir, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok();
    let (level, key) = match mode {
        _ if !writable => (Level::Fail, "doctor-dir-read-only"),
        Some(mode) if private && mode & 0o077 != 0 => (Level::Warn, "doctor-dir-open"),
        _ => (Level::Ok, "doctor-dir"),
    };
    let mode = mode.map(|mode| format!("{:03o}", mode & 0o777));
    doctor.note(name, level, key, &said).with(json!({"dir": shown.as_str(), "mode": mode, "writable": writable}));
}

/// The permission bits, where the system has them.
#[allow(clippy::unnecessary_wraps, reason = "not every system has them")]
pub(super) fn mode_of(facts: &std::fs::Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        Some(facts.permissions().mode())
    }
    #[cfg(not(unix))]
    {
        let _ = facts;
        None
    }
}

fn check_disk(doctor: &mut Doctor, dir: &Path) {
    // A directory that is not there yet will be on the disk of the one above it.
    let Some(there) = dir.ancestors().find(|dir| dir.exists()) else { return };
    let Ok(disk) = rustix::fs::statvfs(there) else { return };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let level = match free {
        0..NONE => Level::Fail,
        NONE..SHORT => Level::Warn,
        _ => Level::Ok,
    };
    let shown = clean(&format!("{} MB", free / 1_000_000));
    let key = if level == Level::Ok { "doctor-disk" } else { "doctor-disk-short" };
    doctor.note("disk", level, key, &[("free", (&shown).into())]).with(json!({"free_bytes": free}));
}

fn check_keymap_and_theme(doctor: &mut Doctor, config: &Config) {
    let keymap = Keymap::shipped();
    let (bindings, commands) = (keymap.bindings().len(), Command::all().len());
    doctor
        .note("keymap", Level::Ok, "doctor-keymap", &[("bindings", bindings.into()), ("commands", commands.into())])
        .with(json!({"bindings": bindings, "commands": commands}));
    let chosen = if config.theme.is_empty() { names::DEFAULT } else { config.theme.as_str() };
    let shown = clean(chosen);
    let (level, key) = match names::source(chosen) {
        Some(_) => (Level::Ok, "doctor-theme"),
        None => (Level::Warn, "doctor-theme-unknown"),
    };
    doctor.note("theme", level, key, &[("name", (&shown).into())]).with(json!({"theme": shown.as_str()}));
}

/// What kind of terminal this is.
pub(super) fn check_terminal(doctor: &mut Doctor) {
    let term = variable("TERM");
    let depth =
        Depth::from_environment(variable("NO_COLOR").as_deref(), variable("COLORTERM").as_deref(), term.as_deref());
    let colours = match depth {
        Depth::Mono => "0",
        Depth::Ansi => "16",
        Depth::Indexed => "256",
        Depth::True => "16777216",
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    let plain = Theme::needs_plain_signs(term.as_deref(), locale.as_deref());
    let (tmux, ssh) = (variable("TMUX").is_some() || variable("STY").is_some(), variable("SSH_CONNECTION").is_some());
    let is_tty = io::stdin().is_terminal() && io::stdout().is_terminal();
    let size = if is_tty { crate::term::size() } else { None };
    let facts = json!({
        "term": term,
        "colours": colours.parse::<u64>().unwrap_or(0),
        "utf8": !plain,
        "multiplexer": tmux,
        "ssh": ssh,
        "tty": is_tty,
        "columns": size.map(|size| size.0),
        "rows": size.map(|size| size.1),
    });
    let term = clean(term.as_deref().unwrap_or("-"));
    let shown_size = clean(&size.map(|(columns, rows)| format!("{columns}x{rows}")).unwrap_or_default());
    let colours = clean(colours);
    let beside: Vec<_> =
        [(tmux, "doctor-terminal-tmux"), (ssh, "doctor-terminal-ssh"), (plain, "doctor-terminal-ascii")]
            .into_iter()
            .filter(|(so, _)| *so)
            .map(|(_, key)| doctor.words.say(key))
            .collect();
    let beside = crate::text::Clean::join(&beside, &crate::text::Clean::literal(""));
    let (level, key) = match size {
        _ if !is_tty => (Level::Ok, "doctor-terminal-none"),
        Some((columns, rows)) if columns < 80 || rows < 24 => (Level::Warn, "doctor-terminal-small"),
        _ => (Level::Ok, "doctor-terminal"),
    };
    let said = [
        ("term", Arg::from(&term)),
        ("colours", (&colours).into()),
        ("size", (&shown_size).into()),
        ("beside", (&beside).into()),
    ];
    doctor.note("terminal", level, key, &said).with(facts);
}
