//! `search`: words and the whole query language.

use clap::Args;

use super::read::print_window;
use super::session::{Session, cache_failure, sync_failure};
use super::{Format, print};
use crate::error::{Exit, Failure};
use crate::query::{Query, Sort};
use crate::sync::message::WindowSpec;
use crate::words::Arg;

#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// Words, and filters of the query language; what begins with - goes behind --
    #[arg(required = true, value_name = "WORDS")]
    words: Vec<String>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    #[command(flatten)]
    format: Format,
}

impl SearchArgs {
    pub(super) const fn offline(&self) -> bool {
        self.format.offline
    }
}

pub(super) fn run(session: &Session, args: &SearchArgs) -> Result<(), Failure> {
    let query =
        Query::parse(&args.words.join(" ")).map_err(|error| Failure::new(Exit::Usage, "cli-bad-query").why(error))?;
    session.freshen(args.format.offline)?;
    let spec = WindowSpec { query, sort: Sort::Newest, offset: 0, limit: args.limit, around: None };
    let window = session.engine.load_window(&spec).map_err(|error| sync_failure(&error))?;
    print_window(session, &window.rows, args.format)?;
    let number = |count: usize| Arg::from(count);
    if window.total > window.rows.len() {
        let counts = [("shown", number(window.rows.len())), ("of", number(window.total))];
        print::aside(&session.words.with("cli-search-more", &counts));
    }
    // Words are looked for in threads as far as those are here.
    let (all, here) = session.engine.cache().count_threads(None).map_err(|error| cache_failure(&error))?;
    if here < all {
        print::aside(&session.words.with("cli-search-incomplete", &[("here", number(here)), ("of", number(all))]));
    }
    Ok(())
}
