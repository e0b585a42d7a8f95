//! The client of Intercom's REST API 2.16.
//!
//! Owns everything that is said over the wire: addresses and tokens ([`Endpoint`]), the one `send`
//! with its timeouts ([`Client`]), the rate budget ([`Priority`]), paging ([`Page`], [`Cursor`],
//! [`Walk`]), answers that go on ([`BulkThreads`], [`Events`]), the classes of failure
//! ([`ApiError`]), and the vendor's shapes (`wire`), which never leave this room: what goes out are
//! values of [`crate::domain`]. Knows neither cache nor screen,
//! and never words an error for a person. Enter at [`Client`]; every call of it is one exchange,
//! except where its documentation says otherwise.

mod acts;
mod attributes;
mod bulk;
mod client;
mod contacts;
mod conversations;
mod download;
mod endpoint;
mod error;
mod events;
mod health;
mod limit;
mod lines;
mod messages;
mod page;
mod people;
#[cfg(test)]
mod script;
mod settings;
mod tags;
mod wire;

pub use acts::{LoadedFile, Performed};
pub use bulk::{BulkItem, BulkThreads};
pub use client::{Client, Timeouts};
pub use contacts::FoundContacts;
pub use conversations::{ConversationFilter, Deleted, FetchedThread};
pub use download::{DownloadError, TakePiece};
pub use endpoint::{Endpoint, EndpointError, Region};
pub use error::{ApiError, Cause, Class, Nonsense, TlsFault};
pub use events::{ChangeEvent, Changed, Events};
pub use limit::Priority;
pub use page::{BadItem, Cursor, Page, Walk};
pub use wire::retype_attributes;
