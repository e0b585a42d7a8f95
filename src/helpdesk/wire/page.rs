//! Lists and their paging: by cursor, by number, and whole.

use serde::Serialize;

use super::{ConversationBody, DeletedItemBody};
use crate::helpdesk::model::page::Page;

/// `pages` of a list that is walked by cursor.
#[derive(Debug, Serialize)]
pub struct CursorPages {
    #[serde(rename = "type")]
    kind: &'static str,
    page: usize,
    next: Option<Next>,
    per_page: usize,
    total_pages: usize,
}

#[derive(Debug, Serialize)]
struct Next {
    per_page: usize,
    starting_after: String,
}

impl CursorPages {
    /// The paging of `page`, of `per_page` items each.
    #[must_use]
    pub fn of<T>(page: &Page<T>, per_page: usize) -> Self {
        Self {
            kind: "pages",
            page: page.page,
            next: page.next.clone().map(|starting_after| Next { per_page, starting_after }),
            per_page,
            total_pages: page.total_pages(per_page),
        }
    }

    /// Page `page` of a list that is walked by number.
    #[must_use]
    pub const fn numbered(page: usize, per_page: usize, total_count: usize) -> Self {
        Self { kind: "pages", page, next: None, per_page, total_pages: total_count.div_ceil(per_page) }
    }
}

/// `pages` of the macros: without numbers.
#[derive(Debug, Serialize)]
pub struct MacroPages {
    #[serde(rename = "type")]
    kind: &'static str,
    per_page: usize,
    next: Option<After>,
}

#[derive(Debug, Serialize)]
struct After {
    starting_after: String,
}

impl MacroPages {
    /// The paging of a page of macros.
    #[must_use]
    pub fn new(per_page: usize, next: Option<String>) -> Self {
        Self { kind: "pages", per_page, next: next.map(|starting_after| After { starting_after }) }
    }
}

/// `pages` of a list that is walked by number; the next page is told as a URL.
#[derive(Debug, Serialize)]
pub struct NumberedPages {
    #[serde(rename = "type")]
    kind: &'static str,
    page: usize,
    next: Option<String>,
    per_page: usize,
    total_pages: usize,
}

impl NumberedPages {
    /// Page `page` of `total_count` items; `next` makes the URL of a page.
    #[must_use]
    pub fn new(page: usize, per_page: usize, total_count: usize, next: impl FnOnce(usize) -> String) -> Self {
        let total_pages = total_count.div_ceil(per_page.max(1));
        Self { kind: "pages", page, next: (page < total_pages).then(|| next(page + 1)), per_page, total_pages }
    }
}

/// The common list: `data`, with paging where the resource has any.
#[derive(Debug, Serialize)]
pub struct List<T, P = CursorPages> {
    /// `list`, or the name that the resource's list goes by.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The items.
    pub data: Vec<T>,
    /// Items over all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<usize>,
    /// Paging.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<P>,
}

impl<T> List<T> {
    /// A list that is answered whole, without paging.
    #[must_use]
    pub const fn whole(data: Vec<T>) -> Self {
        Self { kind: "list", data, total_count: None, pages: None }
    }
}

/// A page of conversations.
#[derive(Debug, Serialize)]
pub struct ConversationList<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    conversations: Vec<ConversationBody<'a>>,
    total_count: usize,
    pages: CursorPages,
}

impl<'a> ConversationList<'a> {
    /// A page by cursor.
    #[must_use]
    pub fn page(conversations: Vec<ConversationBody<'a>>, total_count: usize, pages: CursorPages) -> Self {
        Self { kind: "conversation.list", conversations, total_count, pages }
    }
}

/// A page of deleted conversations.
#[derive(Debug, Serialize)]
pub struct DeletedList {
    #[serde(rename = "type")]
    kind: &'static str,
    conversations: Vec<DeletedItemBody>,
    total_count: usize,
    pages: NumberedPages,
}

impl DeletedList {
    /// A page by number.
    #[must_use]
    pub const fn page(conversations: Vec<DeletedItemBody>, total_count: usize, pages: NumberedPages) -> Self {
        Self { kind: "conversations.list", conversations, total_count, pages }
    }
}
