//! What deskhand talks about: conversations, people, tags, and the acts on them.
//!
//! Pure values: no I/O, no async, no drawing, no clock. Text from outside is held as
//! [`Untrusted`](crate::text::Untrusted). Ids are newtypes that can be shown and stored, because
//! [`ids`] refuses anything but plain printable ones. Enter at [`Conversation`], [`Act`] and
//! [`OutboxRow`].

mod act;
mod attribute;
pub mod bulk;
mod capability;
mod conversation;
mod directory;
mod draft;
pub mod file;
mod format;
pub mod ids;
mod outbox;
mod part;
mod people;
mod secret;
mod shift;
pub mod snooze;
mod start;
mod time;
pub mod when;
mod workspace;

pub use act::{Act, ActKind, AssignTo, FilePart, Reminder};
pub use attribute::{AttributeDefinition, AttributeKind, AttributeOwner, AttributeValue};
pub use capability::{Capabilities, Why};
pub use conversation::{
    BREACH_SOON, Channel, ContactRef, ContactRole, Conversation, Kind, Priority, Rating, SlaFact, SlaStatus, State,
    TagRef, Turn,
};
pub use directory::Directory;
pub use draft::{Began, Draft, Mode};
pub use file::{FileClass, FileKind, Risk};
pub use format::Format;
pub use ids::{
    CompanyId, ContactId, ConversationId, GroupId, MacroId, OutboxId, PartId, ScheduleId, TagId, TeamId, TeammateId,
};
pub use outbox::{Doubt, Guard, OutboxRow, OutboxStatus};
pub use part::{Attachment, Author, AuthorKind, Part, PartKind};
pub use people::{
    AwayReason, AwayState, Company, Contact, ContactNote, Duplicate, Shared, Tag, Team, Teammate, Workspace,
};
pub use secret::Secret;
pub use shift::{Deed, Shift, ShiftKind, ShiftLine, ShiftSection};
pub use start::Opening;
pub use time::UnixTime;
pub use workspace::{HoursException, Macro, OfficeHours, OpenHours};
