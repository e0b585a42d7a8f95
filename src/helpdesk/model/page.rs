//! How lists are asked for and answered.

/// A page by cursor: the first, or the one after a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Most items to answer; the caller has checked the API's bounds.
    pub per_page: usize,
    /// The cursor that an earlier page gave; opaque.
    pub starting_after: Option<String>,
}

impl PageRequest {
    /// The first page.
    #[must_use]
    pub const fn first(per_page: usize) -> Self {
        Self { per_page, starting_after: None }
    }
}

/// A page of a list that is walked by cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Cursor of the next page; none at the end.
    pub next: Option<String>,
    /// How many items there are over all pages.
    pub total_count: usize,
    /// Number of this page, from 1.
    pub page: usize,
}

impl<T> Page<T> {
    /// How many pages of `per_page` there are.
    #[must_use]
    pub fn total_pages(&self, per_page: usize) -> usize {
        self.total_count.div_ceil(per_page.max(1))
    }

    /// The same page of other items.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(make).collect(),
            next: self.next,
            total_count: self.total_count,
            page: self.page,
        }
    }
}

/// A page by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberedRequest {
    /// Number, from 1.
    pub page: usize,
    /// Items a page.
    pub per_page: usize,
    /// Oldest (smallest) first instead of newest first.
    pub ascending: bool,
}

/// A page of a list that is walked by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedPage<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many items there are over all pages.
    pub total_count: usize,
}

/// Where a walk through all threads stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadWalk {
    /// Only conversations that changed then or later.
    pub since: Option<i64>,
    /// The cursor that an earlier batch gave; opaque.
    pub after: Option<String>,
}

/// Some threads of a walk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadBatch {
    /// The threads, each as it is when it is asked for by itself.
    pub threads: Vec<super::Thread>,
    /// Cursor of the next batch; none at the end of the walk.
    pub next: Option<String>,
    /// Of threads that were asked for by identifier: those that are not there.
    pub gone: Vec<super::ConversationId>,
}

/// Order of a contact search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactSort {
    /// A searchable field of contacts.
    pub field: String,
    /// Smallest first.
    pub ascending: bool,
}
