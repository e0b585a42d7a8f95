//! One link, shown in full before anything opens: of a message, or the web address of a conversation.
//!
//! Owns the question and the words for what is odd about a link. Nothing opens without `enter` here. Knows
//! nothing of browsers. Enter at `App::ask_link` and `App::show_link`.

use super::layers::Layer;
use super::moving::Step;
use super::{App, Effect, Severity};
use crate::domain::{Capabilities, Conversation, ConversationId, Workspace};
use crate::text::Clean;
use crate::text::html::{self, LinkKind, Warning};

/// Cells of the question at most, its border included.
pub const WIDTH: u16 = 90;

/// A link, shown in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub link: html::Link,
    /// Its number in its message; absent for the web address of a conversation.
    pub number: Option<usize>,
    /// The first visible row of its address, where that has more than there is room for.
    pub scroll: usize,
}

impl Link {
    /// The address in rows for a screen of so many columns.
    #[must_use]
    pub fn rows(&self, columns: u16) -> Vec<Clean> {
        address_rows(&self.link, usize::from(WIDTH.min(columns).saturating_sub(8)))
    }
}

/// The address of a link in rows of `width` cells, each but the last full: a break stands for nothing.
#[must_use]
pub fn address_rows(link: &html::Link, width: usize) -> Vec<Clean> {
    // It is ASCII: a byte is a cell.
    let width = width.max(1);
    (0..link.shown.len()).step_by(width).map(|from| link.shown.slice(from..from.saturating_add(width))).collect()
}

/// The key of what is said of a warning.
#[must_use]
pub const fn warning_words(warning: Warning) -> &'static str {
    match warning {
        Warning::OtherHost => "link-warns-other-host",
        Warning::LookAlike => "link-warns-look-alike",
        Warning::MixedScripts => "link-warns-mixed-scripts",
        Warning::UserInfo => "link-warns-user-info",
        Warning::HostWithin => "link-warns-host-within",
        Warning::OddAddress => "link-warns-odd-address",
        Warning::Hidden => "link-warns-hidden",
        Warning::Backslash => "link-warns-backslash",
        Warning::BadHost => "link-warns-bad-host",
        Warning::Near => "link-warns-near",
        Warning::Address => "link-warns-address",
        Warning::Port => "link-warns-port",
        Warning::LongHost => "link-warns-long-host",
        Warning::MailFields => "link-warns-mail-fields",
    }
}

impl App {
    /// Shows a link before it is opened.
    pub(super) fn ask_link(&mut self, link: html::Link, number: Option<usize>) {
        self.layers.push(Layer::Link(Box::new(Link { link, number, scroll: 0 })));
    }

    /// `O`: shows the web address of a conversation.
    pub(super) fn show_link(&mut self, on: &Conversation) {
        match self.web_address(on).as_deref().and_then(html::Link::to) {
            Some(link) => self.ask_link(link, None),
            None => self.say(Severity::Info, "link-none"),
        }
    }

    /// The address at which a conversation is seen in a browser, where there is one.
    pub(super) fn web_address(&self, on: &Conversation) -> Option<String> {
        // What can do more than Intercom's API is a helpdesk of one's own.
        let is_own = self.directory.capabilities != Capabilities::default();
        let workspace = self.directory.workspace.as_ref().filter(|_| !is_own)?;
        web_link(workspace, &on.id)
    }

    /// A step through an address that has more rows than there is room for.
    pub(super) fn step_link(&mut self, step: Step) {
        let columns = self.size.0;
        if let Some(Layer::Link(link)) = self.layers.last_mut() {
            link.scroll = step.from(link.scroll, link.rows(columns).len(), 10);
        }
    }

    /// `enter` in front of an address: it is opened.
    pub(super) fn open_link(&mut self, link: &Link) {
        self.out.push(Effect::OpenLink(link.link.url.as_raw().to_owned()));
    }

    /// `y` in front of an address: it goes to the clipboard, of a mail link whom it goes to.
    pub(super) fn copy_link(&mut self) {
        if let Some(Layer::Link(link)) = self.layers.last() {
            self.out.push(Effect::Copy(to_copy(&link.link)));
            self.layers.pop();
        }
    }
}

/// What is copied of a link.
pub(super) fn to_copy(link: &html::Link) -> String {
    match link.kind {
        LinkKind::Mail => link.host.to_string(),
        LinkKind::Page | LinkKind::Image => link.url.as_raw().to_owned(),
    }
}

/// The address at which a conversation is seen in a browser; `None` where the helpdesk has no web pages.
#[must_use]
pub fn web_link(workspace: &Workspace, id: &ConversationId) -> Option<String> {
    if id.is_placeholder() {
        return None;
    }
    let host = match workspace.region.as_raw().to_ascii_uppercase().as_str() {
        "US" => "app.intercom.com",
        "EU" => "app.eu.intercom.com",
        "AU" => "app.au.intercom.com",
        _ => return None,
    };
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (plain(&workspace.id) && plain(id.as_str()))
        .then(|| format!("https://{host}/a/inbox/{}/inbox/conversation/{id}", workspace.id))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::{AwayState, Teammate, TeammateId};
    use crate::text::Untrusted;

    fn workspace(id: &str, region: &str) -> Workspace {
        let me = Teammate {
            id: TeammateId::parse("7").unwrap(),
            name: Untrusted::default(),
            email: Untrusted::default(),
            has_inbox_seat: true,
            away: AwayState::default(),
            teams: Vec::new(),
        };
        Workspace {
            id: id.to_owned(),
            name: Untrusted::default(),
            region: Untrusted::new(region),
            time_zone: Untrusted::default(),
            me,
        }
    }

    #[test]
    fn the_address_is_that_of_the_region_and_nowhere_else() {
        let id = ConversationId::parse("2214").unwrap();
        for (region, host) in [("US", "app.intercom.com"), ("eu", "app.eu.intercom.com"), ("AU", "app.au.intercom.com")]
        {
            let url = format!("https://{host}/a/inbox/ab12cd34/inbox/conversation/2214");
            assert_eq!(web_link(&workspace("ab12cd34", region), &id), Some(url));
        }
        assert_eq!(web_link(&workspace("ab12cd34", ""), &id), None, "a self-hosted helpdesk has none");
        assert_eq!(web_link(&workspace("../x", "US"), &id), None);
        assert_eq!(web_link(&workspace("ab12cd34", "US"), &ConversationId::placeholder("1").unwrap()), None);
    }
}
