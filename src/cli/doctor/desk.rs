//! What `doctor` looks at of the account: its token, its files, the helpdesk, and what waits to be sent.

use serde_json::json;

use super::here::mode_of;
use super::{Doctor, Level};
use crate::api::{Client, Endpoint, Timeouts};
use crate::cache::{File, FileCheck, check_file};
use crate::cli::read::ago;
use crate::cli::session::{
    Session, api_failure, cache_failure, endpoint, network, read_configuration, sync_failure, variable,
};
use crate::clock::Clock;
use crate::config::{Accounts, Config, Paths, token_file};
use crate::error::{Exit, Failure};
use crate::text::clean;
use crate::words::Arg;

/// Seconds that a clock may be off.
const CLOCK: i64 = 30;

pub(super) fn check(doctor: &mut Doctor, workspace: Option<&str>, offline: bool) -> Result<(), Failure> {
    let (paths, config, _) = read_configuration()?;
    let found = match endpoint(&paths, &config, workspace) {
        Ok(found) => found,
        Err(failure) => {
            let level = if failure.key == "cli-no-workspace" { Level::Warn } else { Level::Fail };
            doctor.fail("account", level, &failure);
            return Ok(());
        }
    };
    check_token(doctor, &paths, &config, workspace);
    if !offline {
        check_connection(doctor, &found)?;
    }
    let account = Accounts::load(&paths).find(found.address(), found.token()).cloned();
    let Some(account) = account else {
        doctor.note("files", Level::Ok, "doctor-files-none", &[]);
        return Ok(());
    };
    let mut whole = true;
    for (name, dir, file) in [
        ("state.db", paths.state_of(&account.key), File::State),
        ("cache.db", paths.cache_of(&account.key), File::Cache),
    ] {
        whole &= check_one_file(doctor, name, &check_file(&dir, file));
    }
    if !whole {
        // Opening a damaged file mends it: that is the agent's to begin.
        return Ok(());
    }
    match Session::open_for(workspace, true) {
        Ok(session) => check_contents(doctor, &session),
        Err(failure) => {
            doctor.fail("files", Level::Fail, &failure);
            Ok(())
        }
    }
}

/// Where the token comes from; what it is is never told.
fn check_token(doctor: &mut Doctor, paths: &Paths, config: &Config, workspace: Option<&str>) {
    if variable("DESKHAND_TOKEN").is_some() {
        doctor.note("token", Level::Ok, "doctor-token-variable", &[]).with(json!({"from": "environment"}));
        return;
    }
    let Some(chosen) = config.workspace(workspace) else { return };
    let file = token_file(paths, &chosen.name);
    let shown = clean(&file.display().to_string());
    let open = std::fs::metadata(&file).ok().and_then(|facts| mode_of(&facts)).is_some_and(|mode| mode & 0o077 != 0);
    let (level, key) = if open { (Level::Warn, "doctor-token-open") } else { (Level::Ok, "doctor-token") };
    doctor
        .note("token", level, key, &[("file", (&shown).into())])
        .with(json!({"from": "file", "file": shown.as_str()}));
}

fn check_connection(doctor: &mut Doctor, endpoint: &Endpoint) -> Result<(), Failure> {
    let runtime = network()?;
    let clock = Clock::system();
    let address = clean(endpoint.address());
    let endpoint = endpoint.clone();
    let (asked, client) = runtime.block_on(async {
        let client = Client::new(endpoint, clock.clone(), Timeouts::default()).map_err(|error| api_failure(&error))?;
        // The first request makes the connection: what one takes is told by the second.
        let first = client.me().await;
        let asked = match first {
            Ok(_) => {
                let began = clock.monotonic();
                client.me().await.map(|me| (me, clock.monotonic().saturating_sub(began)))
            }
            Err(error) => Err(error),
        };
        Ok::<_, Failure>((asked, client))
    })?;
    let (workspace, took) = match asked {
        Ok(told) => told,
        Err(error) => {
            let failure = api_failure(&error);
            let check = if failure.exit == Exit::NotAllowed { "account" } else { "connection" };
            doctor.fail(check, Level::Fail, &failure);
            return Ok(());
        }
    };
    let (me, name) = (workspace.me.name.clean(), workspace.name.clean());
    doctor.note("account", Level::Ok, "doctor-account", &[("teammate", (&me).into()), ("workspace", (&name).into())]);
    let millis = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
    doctor
        .note(
            "connection",
            if millis > 2_000 { Level::Warn } else { Level::Ok },
            "doctor-connection",
            &[("address", (&address).into()), ("millis", millis.into())],
        )
        .with(json!({"url": address.as_str(), "latency_ms": millis, "api_version": "2.16"}));
    let off = client.server_offset().map_or(0, |offset| -offset.as_secs());
    let (level, key) = if off.abs() > CLOCK { (Level::Warn, "doctor-clock-off") } else { (Level::Ok, "doctor-clock") };
    doctor.note("clock", level, key, &[("secs", off.into())]).with(json!({"ahead_seconds": off}));
    Ok(())
}

/// Tells of one file; whether it may be opened.
fn check_one_file(doctor: &mut Doctor, name: &'static str, look: &FileCheck) -> bool {
    let path = clean(&look.path.display().to_string());
    let size = clean(&look.bytes.map(|bytes| format!("{} kB", bytes.div_ceil(1_000))).unwrap_or_default());
    let fault = clean(look.faults.first().map_or("", String::as_str));
    let level = if look.faults.is_empty() { Level::Ok } else { Level::Fail };
    let key = match (look.bytes, level) {
        (None, _) => "doctor-file-none",
        (_, Level::Ok) => "doctor-file",
        _ if name == "state.db" => "doctor-file-state",
        _ => "doctor-file-cache",
    };
    let said = [("file", Arg::from(&path)), ("size", (&size).into()), ("fault", (&fault).into())];
    doctor.note(name, level, key, &said).with(json!({
        "file": path.as_str(), "bytes": look.bytes, "schema": look.schema, "faults": look.faults,
    }));
    level == Level::Ok
}

fn check_contents(doctor: &mut Doctor, session: &Session) -> Result<(), Failure> {
    let engine = &session.engine;
    let rows = engine.load_outbox().map_err(|error| cache_failure(&error))?;
    let unsent: Vec<_> = rows.iter().filter(|row| row.status.is_unsettled() || row.status.needs_you()).collect();
    let needs_you = unsent.iter().filter(|row| row.status.needs_you()).count();
    let waiting = unsent.len() - needs_you;
    let oldest = unsent.iter().map(|row| row.created_at).min();
    let age = clean(&oldest.map(|oldest| ago(engine.now(), oldest)).unwrap_or_default());
    let (level, key) = match (needs_you, waiting) {
        (0, 0) => (Level::Ok, "doctor-outbox-empty"),
        (0, _) => (Level::Ok, "doctor-outbox"),
        _ => (Level::Warn, "doctor-outbox-needs"),
    };
    let said = [("waiting", waiting.into()), ("needs", needs_you.into()), ("age", (&age).into())];
    doctor.note("outbox", level, key, &said).with(json!({
        "waiting": waiting, "needs_you": needs_you, "oldest_created_at": oldest,
    }));
    let drafts = engine.cache().load_all_drafts().map_err(|error| cache_failure(&error))?.len();
    doctor.note("drafts", Level::Ok, "doctor-drafts", &[("count", drafts.into())]).with(json!({"drafts": drafts}));
    let filled = engine.is_filled().map_err(|error| sync_failure(&error))?;
    let (all, here) = engine.cache().count_threads(None).map_err(|error| cache_failure(&error))?;
    let key = if filled { "doctor-history" } else { "doctor-history-begun" };
    doctor
        .note("history", Level::Ok, key, &[("all", all.into()), ("here", here.into())])
        .with(json!({"conversations": all, "threads": here, "complete": filled && here == all}));
    Ok(())
}
