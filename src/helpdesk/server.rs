//! The helpdesk while it serves: connections, chores, and the end.
//!
//! Owns [`run`]. Chores are what happens by itself: sleeping conversations wake when their time has
//! come, old changes are forgotten.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::desk::App;
use super::listen::Patient;
use super::routes;
use super::service::Helpdesk;
use super::storage::StoreError;

/// How often chores are looked after.
const CHORES_EVERY: Duration = Duration::from_secs(1);
/// Changes that are remembered for those who come back to be told what they missed.
const CHANGES_KEPT: usize = 100_000;
/// Changes after which old ones are forgotten.
const CHANGES_BETWEEN: i64 = 10_000;
/// Open files that the process asks for, so that many connections leave room for the store.
#[cfg(unix)]
const OPEN_FILES: u64 = 8192;

/// Serves on `listener` until `shutdown` is done, then finishes what is under way (as long as
/// its patience lasts) and closes the store.
///
/// # Errors
/// When the listener fails for good.
pub async fn run(
    listener: TcpListener,
    helpdesk: Helpdesk,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    #[cfg(unix)]
    allow_open_files();
    let patience = helpdesk.options().patience;
    let (stop, stopping) = watch::channel(false);
    let app = helpdesk.into_desk(listener.local_addr()?.ip(), stopping.clone());
    let chores = tokio::spawn(chores(app.clone(), stopping.clone()));
    let signal = async move {
        shutdown.await;
        // Nobody listening means that everything has ended already.
        let _ = stop.send(true);
    };
    let served = tokio::select! {
        served = axum::serve(Patient::new(listener, patience), routes::router(&app))
            .with_graceful_shutdown(signal) => served,
        () = grace_over(stopping, patience.grace) => Ok(()),
    };
    chores.abort();
    if let Err(error) = chores.await
        && error.is_panic()
    {
        tracing::error!("the chores panicked");
    }
    app.store.close().await;
    served
}

/// Done when the end was asked for `grace` ago.
async fn grace_over(mut stopping: watch::Receiver<bool>, grace: Duration) {
    if asked_to_stop(&mut stopping).await {
        sleep(grace).await;
    } else {
        // The signal is gone with the server, which tells how it ended.
        std::future::pending::<()>().await;
    }
}

/// Looks after what happens by itself until the end is asked for.
async fn chores(app: App, mut stopping: watch::Receiver<bool>) {
    let mut ticks = interval(CHORES_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut changes = app.store.last_change();
    changes.mark_changed();
    let mut next_wake = None;
    let mut tidied = None;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = asked_to_stop(&mut stopping) => return,
        }
        // Nothing is asked of the store while nothing changes and nobody's time has come.
        let due = next_wake.is_some_and(|at| at <= app.now());
        if !due && !changes.has_changed().unwrap_or(false) {
            continue;
        }
        let last = *changes.borrow_and_update();
        if tidied.is_none_or(|at| last - at >= CHANGES_BETWEEN) {
            tidied = Some(last);
            forget_changes(&app, &mut stopping).await;
        }
        match wake(&app).await {
            Ok(next) => next_wake = next,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot wake conversations");
                changes.mark_changed();
            }
        }
    }
}

/// Done when the end is asked for; false when nobody can ask any more.
async fn asked_to_stop(stopping: &mut watch::Receiver<bool>) -> bool {
    stopping.wait_for(|stopping| *stopping).await.is_ok()
}

/// Forgets old changes, a few at a time: the writer is others' in between.
async fn forget_changes(app: &App, stopping: &mut watch::Receiver<bool>) {
    loop {
        match app.store.forget_changes(CHANGES_KEPT).await {
            Ok(true) if !*stopping.borrow_and_update() => {}
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot forget old changes");
                return;
            }
        }
    }
}

/// Wakes whose time has come and hands out what waits for room; answers when the next one's time will come.
async fn wake(app: &App) -> Result<Option<i64>, StoreError> {
    let woken = app.store.wake_due(app.now()).await?;
    if !woken.is_empty() {
        tracing::debug!(count = woken.len(), "sleeping conversations woke");
    }
    app.store.next_wake().await
}

/// Raises the soft limit of open files towards [`OPEN_FILES`], as far as the system lets us.
#[cfg(unix)]
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(OPEN_FILES, |maximum| maximum.min(OPEN_FILES));
    if limit.current.is_some_and(|current| current < wanted) {
        let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::debug!(%error, "the limit of open files stays as it is");
        }
    }
}
