//! The agent's browser.

use std::io;
use std::process::{Command, Stdio};

/// Opens a web address in the agent's browser: `xdg-open`, or `open` on a Mac. No shell sees it, and nothing
/// but `http` and `https` is opened. Does not wait for the browser.
///
/// # Errors
/// When it is no web address, or there is no such program.
pub fn open_url(url: &str) -> io::Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    open_with(program, url)
}

fn open_with(program: &str, url: &str) -> io::Result<()> {
    if !is_web(url) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a web address"));
    }
    // With its scheme in front it is never taken for an option.
    let mut child =
        Command::new(program).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    // It ends by itself; what is left of it is taken away then.
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Whether a text is a web address, in plain printable letters without blanks.
#[must_use]
pub fn is_web(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()))
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
    fn nothing_but_a_web_address_is_opened() {
        for bad in [
            "",
            "https://",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "-h",
            "/tmp/x.sh",
            "https://a b",
            "https://a\u{1b}[2J",
        ] {
            assert!(!is_web(bad), "{bad}");
            assert!(open_with("false", bad).is_err(), "{bad}");
        }
        assert!(is_web("https://app.intercom.com/a/inbox/x/inbox/conversation/1"));
        assert!(open_with("/nonexistent/opener", "https://example.com/").is_err());
    }
}
