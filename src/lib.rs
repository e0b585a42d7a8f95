//! deskhand: a full-screen terminal inbox for support agents, and a small helpdesk with the same API.
//!
//! # Rooms
//! | room | what it owns |
//! |---|---|
//! | `clock` | the only reader of time and randomness; every wait in one value |
//! | `text` | the only door for outside text: `Untrusted` in, `Clean` out; HTML to blocks, links judged, Markdown both ways; widths, order of letters, languages |
//! | `words` | every sentence that a user reads, by key |
//! | `domain` | conversations, people, tags, files, and the acts on them: pure values |
//! | `transcript` | a conversation as it leaves the program: JSON, Markdown, plain text |
//! | `error` | what went wrong, for a person and for a script |
//! | `config` | the user's files, paths, tokens, accounts |
//! | `query` | the query language: parse, print, match in memory, compile to SQL |
//! | `api` | the client of Intercom's REST API 2.16: one `send`, typed errors, paging, budget |
//! | `cache` | cache.db (rebuildable) and state.db (precious) |
//! | `sync` | the only place that joins `api` and `cache`: pull, push, reconcile, schedule |
//! | `helpdesk` | the built-in server: Intercom's paths and shapes on SQLite, with the demo workspace |
//! | `command` | every command once: id, words, contexts, enabled or why not |
//! | `keymap` | keys to commands, from TOML |
//! | `theme` | roles to styles, from TOML |
//! | `app` | the screen's state and transitions: no drawing, no I/O, no clock |
//! | `ui` | drawing only |
//! | `term` | the terminal: raw mode and back, the input thread |
//! | `host` | other processes and files outside our own directories: editor, browser, pipes, clipboard, saved files, pictures |
//! | `runtime` | the loop: input first, drain, update, effects out, draw once if dirty; which workspace is shown |
//! | `cli` | the command line: one file a group of commands |
//!
//! # Who may name whom
//! ```text
//! text, clock             → nothing of ours        words → text             domain → text
//! error                   → domain, words, text    config → domain, words, text, clock, error
//! query                   → domain, text           transcript → domain, text
//! theme → config          command → domain, words, text                     keymap → command, config
//! api                     → domain, text, clock    cache → domain, query, text, clock
//! sync                    → api, cache, domain, query, text, clock
//! helpdesk                → domain, text, query, clock; its own wire shapes
//! app                     → domain, text, query, command, keymap, words, error, config::settings, sync::message,
//!                           clock::Timings, transcript::{Format, kind}
//! ui                      → app (read-only), theme, text, words, domain, command, keymap, sync::message, query::Sort
//! host → domain, text     term → crossterm         runtime, cli, main → everything; nobody imports them
//! ```
//! `tests/architecture.rs` holds this, and which library may be named where.
//!
//! # Three journeys
//! 1. **Key to frame.** `term::input` (own thread) → `runtime` takes it before anything else → the focus
//!    gives the context stack → the keymap's trie: command, pending or none → `command` says enabled or
//!    why not → [`app::update`] (synchronous, no I/O) → effects go out unawaited → what else waits is
//!    drained → one draw, one synchronized write.
//! 2. **Page to list.** `sync::schedule` says what is due, or an event of the helpdesk does → a permit from
//!    the budget (foreground, background, fill) → `api` fetches a page; a bad item is reported and skipped →
//!    `cache` writes rows in short transactions, the cursor with the last → `Event::Changed` here, and by
//!    the watch on the file in every other deskhand → the app asks for its window → rows; stale
//!    generations are dropped → draw. Threads follow: the open one, those ahead of the cursor, then the fill.
//!    Bodies are read and laid out aside (`runtime::reader`), within a deadline, and only those near the view.
//! 3. **Act to settled.** key or composer → [`domain::Act`] → outbox row and cleared draft in one
//!    committed transaction of state.db → applied to the *effective* columns of cache.db → shown as
//!    sending → after the undo window `sync::push` takes the oldest of each conversation, reads its thread
//!    (baseline, and the guard: *held* when something came) → sent · retry · ambiguous (the thread is read
//!    and matched, several times, before one resend) · refused (the text is kept) · a person decides.
//!    A bulk act is many of these in one commit and one group. A first message has no thread yet: it waits under
//!    a placeholder id, the openings of the contact's conversations stand in, and its row then takes the real id.
//!
//! # Glossary
//! The words of the field: workspace, teammate, team, conversation, part, reply, note, contact, company,
//! tag, attribute, macro, view, ticket, act, outbox, draft. *Effective*: the server's row with the
//! unsettled acts applied, in order. *Settled*: sent, failed, or waiting for a decision.

// What tests may write shorter: speed and style of test code are nobody's concern.
#![cfg_attr(
    test,
    allow(
        clippy::format_collect,
        clippy::format_push_string,
        clippy::unchecked_time_subtraction,
        clippy::needless_pass_by_value,
        clippy::field_reassign_with_default,
        clippy::manual_assert,
        clippy::useless_vec,
        clippy::reversed_empty_ranges
    )
)]

pub mod api;
pub mod app;
pub mod cache;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod domain;
pub mod error;
pub mod helpdesk;
pub mod host;
pub mod keymap;
pub mod query;
pub mod runtime;
pub mod sync;
pub mod term;
pub mod text;
pub mod theme;
pub mod transcript;
pub mod ui;
pub mod words;
