//! `doctor`: is everything as it should be, and what to do where it is not.
//!
//! Owns the order of the checks and how their findings are told; what is looked at is in `here` (this
//! machine), `desk` (account and helpdesk) and `counts`. Enter at [`run`].

mod counts;
mod desk;
mod here;

use clap::Args;
use serde_json::{Value, json};

use super::print;
use crate::error::{Exit, Failure};
use crate::text::{Clean, clean, pad};
use crate::words::{Arg, Words};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Count every entry of the sidebar from the rows, and compare
    #[arg(long)]
    counts: bool,
    /// Ask the helpdesk nothing
    #[arg(long)]
    offline: bool,
    /// Print one JSON document
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Print one JSON document a line
    #[arg(long)]
    jsonl: bool,
}

/// How a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Ok,
    Warn,
    Fail,
}

impl Level {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
struct Finding {
    /// Its name, the same in every language.
    check: &'static str,
    level: Level,
    /// How it stands.
    says: Clean,
    /// What to do; absent where nothing is to be done.
    next: Option<Clean>,
    /// More for scripts.
    more: Value,
}

/// Collects findings, and words them.
struct Doctor {
    words: Words,
    found: Vec<Finding>,
}

impl Doctor {
    /// Notes how a thing stands, by a sentence of the catalogue; its attribute `next` is told unless all is
    /// well.
    fn note(&mut self, check: &'static str, level: Level, key: &'static str, args: &[(&str, Arg<'_>)]) -> &mut Finding {
        let says = self.words.with(key, args);
        let next = if level == Level::Ok { None } else { self.words.next_step(key, args) };
        self.push(Finding { check, level, says, next, more: Value::Null })
    }

    /// Notes a failure with its own words.
    fn fail(&mut self, check: &'static str, level: Level, failure: &Failure) {
        let mut lines = failure.say(&self.words).lines().map(clean).collect::<Vec<_>>().into_iter();
        let says = lines.next().unwrap_or_default();
        let next = lines.next();
        self.push(Finding { check, level, says, next, more: Value::Null });
    }

    fn push(&mut self, finding: Finding) -> &mut Finding {
        let at = self.found.len();
        self.found.push(finding);
        // It was pushed a line above.
        &mut self.found[at]
    }
}

impl Finding {
    /// Adds facts for scripts.
    fn with(&mut self, more: Value) {
        self.more = more;
    }
}

pub(super) fn run(workspace: Option<&str>, args: &DoctorArgs) -> Result<(), Failure> {
    let mut doctor = Doctor { words: Words::english(), found: Vec::new() };
    if args.counts {
        counts::check(&mut doctor, workspace, args.offline)?;
    } else {
        here::check(&mut doctor)?;
        desk::check(&mut doctor, workspace, args.offline)?;
        here::check_terminal(&mut doctor);
    }
    let failed = doctor.found.iter().any(|finding| finding.level == Level::Fail);
    tell(&doctor, args)?;
    if failed { Err(Failure::new(Exit::Failed, "cli-doctor-failed")) } else { Ok(()) }
}

fn tell(doctor: &Doctor, args: &DoctorArgs) -> Result<(), Failure> {
    if args.json || args.jsonl {
        let all: Vec<Value> = doctor.found.iter().map(document).collect();
        return if args.jsonl { print::jsonl(&all) } else { print::json(&all.into()) };
    }
    let mut lines = Vec::new();
    for finding in &doctor.found {
        let (level, check) = (pad(&clean(finding.level.as_str()), 5), pad(&clean(finding.check), 14));
        lines.push(clean(&format!("{level} {check} {}", finding.says)));
        lines.extend(finding.next.as_ref().map(|next| clean(&format!("{:21}{next}", ""))));
    }
    print::lines(&lines)
}

fn document(finding: &Finding) -> Value {
    let mut document = json!({
        "check": finding.check,
        "status": finding.level.as_str(),
        "message": finding.says.as_str(),
        "next_step": finding.next.as_ref().map(Clean::as_str),
    });
    if let (Some(fields), Value::Object(more)) = (document.as_object_mut(), &finding.more) {
        fields.extend(more.clone());
    }
    document
}
