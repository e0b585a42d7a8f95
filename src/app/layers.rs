//! Overlays: one stack, front last. Keys go to the front one first.

use super::bulk::BulkLayer;
use super::composer::attach::{FileList, PathEntry};
use super::copy::CopyMenu;
use super::file::FilePage;
use super::help::Help;
use super::link::Link;
use super::links::LinkList;
use super::new::NewForm;
use super::pager::Pager;
use super::palette::Palette;
use super::picker::{MergeAsk, Picker, SpamAsk};
use super::picture::Picture;
use super::pipes::{PipeAsk, PipeMenu};
use super::shift::ShiftPage;
use super::thread::Find;
use crate::domain::{ConversationId, Mode};
use crate::keymap::Context;
use crate::text::Clean;

/// An overlay.
#[derive(Clone, Debug)]
pub enum Layer {
    /// All commands, entries, teams.
    Palette(Palette),
    /// A choice for one conversation.
    Picker(Picker),
    /// Keys of the focused pane.
    Help(Help),
    /// The path of a file that shall go with the text.
    Path(PathEntry),
    /// The files of the text, to take some off.
    Files(FileList),
    /// A deed on all that are selected: what it would do, or what became of it.
    Bulk(BulkLayer),
    /// To whom a new conversation goes.
    New(Box<NewForm>),
    /// The start of a shift: a page over all panes.
    Shift(Box<ShiftPage>),
    /// A link, before it is opened.
    Link(Box<Link>),
    /// The numbered links and files of a message, or of the thread.
    Links(Box<LinkList>),
    /// What can be copied of a conversation.
    Copy(Box<CopyMenu>),
    /// The line that finds in the thread, at its foot.
    Find(Box<Find>),
    /// A long text, or a picture: a page over all panes.
    Pager(Box<Pager>),
    /// A file of a message, before anything is done with it.
    File(Box<FilePage>),
    /// A picture: a page over all panes.
    Picture(Box<Picture>),
    /// Which command is given what is at hand.
    Pipe(Box<PipeMenu>),
    /// A question that one key answers.
    Confirm(Confirm),
}

/// What is not sent yet, as the agent did it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// Replies, each with what went with it.
    pub replies: usize,
    /// Notes, each with what went with it.
    pub notes: usize,
    /// Presses of other keys.
    pub acts: usize,
}

/// A question that one key answers with yes; any other key is a no.
#[derive(Clone, Debug, PartialEq)]
pub enum Confirm {
    /// Quit? `q` or `y` does.
    Quit {
        /// What is not sent.
        unsent: Unsent,
        /// Nothing is kept on disk: texts that were begun go too.
        loses: bool,
    },
    /// What was sent is answered by its opposite? `u` or `y` does.
    TakeBack {
        /// What would be done, and to what, in words.
        question: Clean,
        /// What stays as it is, in words; may be blank.
        stays: Clean,
    },
    /// A draft is thrown away? `y` does; where there are two, `a` throws both away.
    DiscardDraft {
        /// Of which conversation.
        on: ConversationId,
        /// Its contact.
        name: Clean,
        /// Which one, and its first words.
        draft: (Mode, Clean),
        /// The other one, which stays.
        other: Option<(Mode, Clean)>,
    },
    /// One conversation goes into another, for good? `y` does.
    Merge(Box<MergeAsk>),
    /// Unwanted mail: `s` closes and tags, `b` asks whether to block.
    Spam(Box<SpamAsk>),
    /// Who wrote it is blocked, for good? `y` does.
    Block(Box<SpamAsk>),
    /// A command runs for the first time? `y` does.
    Pipe(Box<PipeAsk>),
}

impl Layer {
    /// The context in which its keys are looked up.
    #[must_use]
    pub const fn context(&self) -> Context {
        match self {
            Self::Palette(_)
            | Self::Picker(_)
            | Self::Path(_)
            | Self::Files(_)
            | Self::Bulk(_)
            | Self::New(_)
            | Self::Copy(_)
            | Self::Find(_)
            | Self::Pipe(_) => Context::Picker,
            Self::Pager(pager) if pager.is_seeking() => Context::Picker,
            Self::File(page) if page.is_typing() => Context::Picker,
            Self::Shift(_) | Self::Link(_) | Self::Links(_) | Self::Pager(_) | Self::File(_) | Self::Picture(_) => {
                Context::Page
            }
            Self::Help(_) => Context::Help,
            Self::Confirm(_) => Context::Confirm,
        }
    }
}
