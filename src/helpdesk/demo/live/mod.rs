//! Scripted customers and colleagues, who keep a demo workspace alive.
//!
//! Owns [`run_live`]. What happens next is decided in `script` (pure: the same scene, turn and seed
//! give the same event), found out in `scene` and done in `deeds`, through the same operations of the
//! store that the API uses. Conversations of a teammate whom a token acts as are left to that
//! teammate: there only their customers write, and colleagues leave notes. `yours` sees to
//! it that much of what happens is theirs to see, most of all in the first minutes.

mod deeds;
mod recognise;
mod scene;
mod script;
mod yours;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use self::deeds::Stage;
use self::script::Script;
use super::outline::Plan;
use super::seed::mark_of;
use crate::clock::{Clock, Ids};
use crate::helpdesk::storage::{Answer, Store, StoreError};

/// How soon after a change something is looked at again.
const SETTLE: Duration = Duration::from_millis(700);
/// Wait after the store failed.
const BACK_OFF: Duration = Duration::from_secs(10);

/// Lets things happen until `shutdown` is done or the store is closed. Ends at once when the store
/// holds no demo workspace: the script's colleagues would not be there.
pub async fn run_live(store: Arc<dyn Store>, clock: Clock, ids: Ids, shutdown: impl Future<Output = ()> + Send) {
    let mut shutdown = pin!(shutdown);
    let mut changes = store.last_change();
    let mut live = match Live::begin(Arc::clone(&store), clock, ids.next_u64()).await {
        Ok(Some(live)) => live,
        Ok(None) => {
            tracing::info!("no demo workspace in this store: no scripted customers");
            return;
        }
        Err(error) => {
            tracing::warn!(%error, "scripted customers cannot begin");
            return;
        }
    };
    loop {
        changes.mark_unchanged();
        let wait = match live.step().await {
            Ok(wait) => wait,
            Err(StoreError::Closed) => return,
            Err(error) => {
                tracing::warn!(%error, "scripted customers rest");
                BACK_OFF
            }
        };
        tokio::select! {
            () = &mut shutdown => return,
            () = tokio::time::sleep(wait) => {}
            woken = changes.changed() => {
                if woken.is_err() {
                    return;
                }
                // A teammate's reply may ask for an answer sooner; let a burst of writes end first.
                tokio::select! {
                    () = &mut shutdown => return,
                    () = tokio::time::sleep(SETTLE) => {}
                }
            }
        }
    }
}

/// The script with its stage.
struct Live {
    stage: Stage,
    script: Script,
    clock: Clock,
}

impl Live {
    /// Begins to play; nothing when the store holds no demo workspace.
    async fn begin(store: Arc<dyn Store>, clock: Clock, seed: u64) -> Answer<Option<Self>> {
        let Some(mark) = mark_of(&store).await? else { return Ok(None) };
        // What was open when it was filled, not what is open now: a restart must not let it drift.
        let balance = Plan::of(mark.conversations).open().max(20);
        let stage = Stage::new(store, &mark, seed);
        let script = Script::new(seed, clock.unix_secs(), balance);
        Ok(Some(Self { stage, script, clock }))
    }

    /// Does what is due, if anything; answers how long nothing else is.
    async fn step(&mut self) -> Answer<Duration> {
        let scene = self.stage.look(&self.script, self.clock.unix_secs()).await?;
        self.script.hear(&scene);
        let (delay, event) = script::next_event(&self.script, &scene);
        if delay > Duration::ZERO {
            return Ok(delay);
        }
        let (happened, failure) = match self.stage.perform(&event, self.script.turn(), scene.now).await {
            Ok(happened) => (happened, None),
            // Somebody else was quicker: closed, deleted, merged.
            Err(StoreError::Refused(_) | StoreError::ContactMerged { .. }) => (false, None),
            Err(error) => (false, Some(error)),
        };
        self.script.done(&event, scene.now, happened);
        failure.map_or(Ok(Duration::ZERO), Err)
    }
}

#[cfg(test)]
mod tests;
