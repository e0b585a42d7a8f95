//! The agent's browser and mail program.
//!
//! Owns what may be handed to them: one plain web or mail address, as one argument, through no shell. Enter at
//! [`open_url`].

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::TOKEN;

/// Opens a web or mail address in the agent's program for it: `xdg-open` (which knows `BROWSER`), or `open` on a
/// Mac. No shell sees it, and nothing but `http`, `https` and `mailto` is opened. Does not wait for the program;
/// `failed` is called, on another thread, when that says later that it found nothing to open it with.
///
/// # Errors
/// When it is no such address, or there is no such program.
pub fn open_url(url: &str, failed: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut child = start(program, url)?;
    // It ends by itself; what is left of it is taken away then.
    std::thread::spawn(move || {
        if child.wait().is_ok_and(found_nothing) {
            failed();
        }
    });
    Ok(())
}

/// Whether the end of `xdg-open` or `open` means that nothing was opened. A browser that it turned into, and that
/// is ended much later, ends otherwise.
fn found_nothing(exit: ExitStatus) -> bool {
    exit.code().is_some_and(|code| (1..=4).contains(&code))
}

fn start(program: &str, url: &str) -> io::Result<Child> {
    if !is_openable(url) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a web address"));
    }
    // With its scheme in front it is never taken for an option; `xdg-open` knows no `--`.
    let mut command = Command::new(program);
    command.env_remove(TOKEN).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // The terminal's ctrl-c and hang-up are ours.
        command.process_group(0);
    }
    command.spawn()
}

/// Whether a text is a web or mail address in plain printable letters without blanks, quotes, or anything that
/// a shell behind somebody's back would act on.
#[must_use]
pub fn is_openable(url: &str) -> bool {
    let rest = ["https://", "http://", "mailto:"].into_iter().find_map(|scheme| url.strip_prefix(scheme));
    let plain = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'{' | b'|' | b'}' | b'^')
    };
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains("$(") && rest.bytes().all(plain))
}

/// Whether the agent sits at another machine than this one: a browser here would open unseen.
#[must_use]
pub fn is_remote() -> bool {
    ["SSH_CONNECTION", "SSH_TTY"].into_iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_web_or_mail_address_is_opened() {
        for bad in [
            "",
            "https://",
            "mailto:",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "HTTPS://upper.example",
            " https://a.example",
            "-h",
            "--help",
            "/tmp/x.sh",
            "https://a b",
            "https://a\u{1b}[2J",
            "https://a/`id`",
            "https://a/$(id)",
            "https://a/\";id;\"",
            "https://a/'x'",
            "https://a/日本",
            "mailto:a@b.example\nBcc:x",
        ] {
            assert!(!is_openable(bad), "{bad}");
            assert!(start("false", bad).is_err(), "{bad}");
        }
        assert!(is_openable("https://app.intercom.com/a/inbox/x/inbox/conversation/1"));
        assert!(is_openable("mailto:a@b.example?subject=x"));
        assert!(start("/nonexistent/opener", "https://example.com/").is_err());
    }

    #[test]
    #[cfg(unix)]
    fn the_program_gets_the_address_as_one_argument_and_no_shell_reads_it() -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;

        let dir = tempfile::tempdir()?;
        let (program, told) = (dir.path().join("opener"), dir.path().join("told"));
        std::fs::write(&program, format!("#!/bin/sh\nprintf '%s|%s' \"$#\" \"$1\" > '{}'\n", told.display()))?;
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700))?;
        let program = program.to_string_lossy().into_owned();
        for url in ["https://a.example/?x=1&y=$HOME;touch%20z#*", "mailto:a@b.example?subject=x&body=%60id%60"] {
            // Another thread of this process may hold the script open for an instant.
            let mut child = loop {
                match start(&program, url) {
                    Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
                    started => break started?,
                }
            };
            assert!(child.wait()?.success());
            assert_eq!(std::fs::read_to_string(&told)?, format!("1|{url}"));
        }
        Ok(())
    }

    #[test]
    #[cfg(unix)]
    fn a_browser_that_is_not_there_is_told_and_one_that_is_closed_is_not() {
        use std::os::unix::process::ExitStatusExt as _;

        assert!([1, 2, 3, 4].into_iter().all(|code| found_nothing(ExitStatus::from_raw(code << 8))));
        assert!([0, 5, 130].into_iter().all(|code| !found_nothing(ExitStatus::from_raw(code << 8))));
        assert!(!found_nothing(ExitStatus::from_raw(9)), "it was killed");
    }

    #[test]
    fn every_link_of_a_message_that_may_be_opened_can_be() {
        use crate::text::html::Link;

        for url in [
            "HTTPS://EXAMPLE.com",
            "https://example.com/a b'\"`$(id)",
            "https://example.com/{x}|y",
            "https:\\\\example.com\\x",
            "https://例え.jp/日本?q=é#ü",
            "mailto:ana@example.com?subject=It's; `id`&body=a%0Ab",
        ] {
            let link = Link::to(url);
            assert!(link.is_some_and(|link| is_openable(link.url.as_raw())), "{url}");
        }
    }
}
