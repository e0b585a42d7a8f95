//! Files that came with a message.

use serde::{Deserialize, Serialize};

use super::AttachmentId;

/// A file that a message names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// File name, as the sender gave it.
    pub name: String,
    /// MIME type.
    pub content_type: String,
    /// Size in bytes; 0 when not known (a link).
    pub filesize: u64,
    /// Width in pixels; 0 for what is no image.
    pub width: u32,
    /// Height in pixels; 0 for what is no image.
    pub height: u32,
    /// Where its bytes are.
    pub place: Place,
}

/// Where an attachment's bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the store.
    Stored(AttachmentId),
    /// Elsewhere, at this address, which the helpdesk never fetches.
    Linked(String),
}

/// A file that is being handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewAttachment {
    /// The bytes themselves.
    Upload {
        /// File name.
        name: String,
        /// MIME type.
        content_type: String,
        /// The content.
        bytes: Vec<u8>,
        /// Width and height in pixels, of an image.
        pixels: Option<(u32, u32)>,
    },
    /// An address to point to.
    Link(String),
}
