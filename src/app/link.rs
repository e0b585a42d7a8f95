//! The web address of a conversation: shown in full before anything opens.

use super::layers::Layer;
use super::{App, Effect, Severity};
use crate::domain::{Capabilities, Conversation, ConversationId, Workspace};
use crate::text::{Clean, clean};

/// A web address, shown in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The address.
    pub url: Clean,
}

impl App {
    /// `O`: shows the web address of a conversation.
    pub(super) fn show_link(&mut self, on: &Conversation) {
        // What can do more than Intercom's API is a helpdesk of one's own.
        let is_own = self.directory.capabilities != Capabilities::default();
        let workspace = self.directory.workspace.as_ref().filter(|_| !is_own);
        let url = workspace.and_then(|workspace| web_link(workspace, &on.id));
        match url {
            Some(url) => self.layers.push(Layer::Link(Link { url: clean(&url) })),
            None => self.say(Severity::Info, "link-none"),
        }
    }

    /// `enter` in front of an address: it is opened.
    pub(super) fn open_link(&mut self, link: &Link) {
        self.out.push(Effect::OpenLink(link.url.to_string()));
    }

    /// `y` in front of an address: it goes to the clipboard.
    pub(super) fn copy_link(&mut self) {
        if let Some(Layer::Link(link)) = self.layers.last() {
            self.out.push(Effect::Copy(link.url.to_string()));
            self.layers.pop();
            self.say(Severity::Info, "link-copied");
        }
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
