//! A thousand sends through a network that loses half of the answers or requests, with senders that
//! are killed again and again, two of them at once: a thousand effects, in order. A row that reading
//! cannot settle is settled as an agent would: by looking.

use std::path::PathBuf;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use deskhand::clock::{Ids, Timings};
use deskhand::domain::{ConversationId, OutboxStatus};
use serde::{Deserialize, Serialize};

use crate::between::{Between, Fault};
use crate::child;
use crate::workplace::{Setup, Workplace, commit, quick, reply, rows};

/// What a sender is told.
#[derive(Serialize, Deserialize)]
pub struct Told {
    pub places: PathBuf,
    pub url: String,
    pub token: String,
}

fn timings() -> Timings {
    Timings {
        settle: Duration::from_millis(30),
        back_off: Duration::from_millis(20),
        back_off_cap: Duration::from_millis(200),
        lease: Duration::from_millis(250),
        ..quick()
    }
}

/// Entry of a sender: sends until it is killed.
#[test]
#[ignore = "the soak runs it as a process of its own"]
fn sender_of_the_soak() {
    let Some(told) = child::told::<Told>() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let setup = Setup { timings: timings(), ..Setup::new(&told.places, &told.url, &told.token) };
        let (engine, _) = setup.engine();
        // Nobody outlives a test that went wrong.
        let end = Instant::now() + Duration::from_secs(120);
        while Instant::now() < end {
            // A disk that is busy for a moment is tried again, as the desk does.
            let _ = engine.push().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

/// Senders that are killed and replaced as the dice falls.
struct Senders<'a> {
    told: &'a Told,
    dice: Ids,
    children: Vec<(Child, Instant)>,
    kills: usize,
}

impl Senders<'_> {
    fn start(&mut self) {
        let log = self.told.places.join("log");
        let life = Duration::from_millis(250 + self.dice.below(900));
        let child = child::start("soak::sender_of_the_soak", self.told, &log);
        self.children.push((child, Instant::now() + life));
    }

    fn kill_those_whose_time_has_come(&mut self) {
        let now = Instant::now();
        for at in (0..self.children.len()).rev() {
            if self.children[at].1 <= now {
                let (mut child, _) = self.children.swap_remove(at);
                child.kill().unwrap();
                child.wait().unwrap();
                self.kills += 1;
                self.start();
            }
        }
    }
}

impl Drop for Senders<'_> {
    fn drop(&mut self) {
        for (child, _) in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn marker(conversation: usize, number: usize) -> String {
    format!("soak {conversation}-{number}.")
}

async fn soak(sends: usize, conversations: usize, patience: Duration) {
    let place = Workplace::open(conversations * 4).await;
    let between = Between::start(&place.url);
    let account = tempfile::tempdir().unwrap();
    let (engine, _) = Setup { timings: timings(), ..Setup::new(account.path(), &place.url, &place.token) }.engine();
    engine.pull_once().await.unwrap();
    let ids: Vec<ConversationId> = rows(&engine, "state:open").into_iter().take(conversations).collect();
    assert_eq!(ids.len(), conversations);

    between.chances(
        "POST /conversations/#/reply",
        7,
        &[(130, Fault::CutAnswer(0)), (60, Fault::HalfAnswer), (150, Fault::bad_gateway()), (160, Fault::CutRequest)],
    );
    between.lag(timings().settle * 2 / 3);
    let told = Told { places: account.path().to_owned(), url: between.url.clone(), token: place.token.clone() };
    let mut senders = Senders { told: &told, dice: Ids::seeded(23), children: Vec::new(), kills: 0 };
    senders.start();
    senders.start();

    // The agent commits in this process, which sends nothing.
    let all_committed = AtomicBool::new(false);
    let end = Instant::now() + patience;
    let begun = Instant::now();
    let mut decisions = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0..sends {
                let (conversation, number) = (turn % conversations, turn / conversations);
                commit(&engine, &ids[conversation], reply(&marker(conversation, number)));
            }
            all_committed.store(true, Ordering::SeqCst);
        });
        loop {
            senders.kill_those_whose_time_has_come();
            let left = engine.load_outbox().unwrap();
            for row in &left {
                match row.status {
                    OutboxStatus::NeedsDecision => {
                        decisions += 1;
                        match place.times_there(&row.conversation, row.act.text().unwrap()) {
                            0 => engine.retry(row.id).unwrap(),
                            _ => engine.mark_sent(row.id).unwrap(),
                        }
                    }
                    OutboxStatus::Failed | OutboxStatus::Held => panic!("{row:?}"),
                    _ => {}
                }
            }
            if left.is_empty() && all_committed.load(Ordering::SeqCst) {
                break;
            }
            let log = || std::fs::read_to_string(account.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < end, "{} rows are left: {:?}\n{}", left.len(), left.first(), log());
            std::thread::park_timeout(Duration::from_millis(25));
        }
    });
    let kills = senders.kills;
    drop(senders);
    eprintln!("{sends} sends in {:?}: {kills} kills, {decisions} decisions", begun.elapsed());
    for (conversation, id) in ids.iter().enumerate() {
        let there: Vec<_> =
            place.bodies(id).into_iter().filter_map(|body| Some(body[body.find("soak ")?..].to_owned())).collect();
        let wanted = (0..).map(|number| (number * conversations + conversation, marker(conversation, number)));
        let wanted: Vec<_> = wanted.take_while(|(turn, _)| *turn < sends).map(|(_, marker)| marker).collect();
        let there: Vec<_> = there.iter().map(|body| body.split('<').next().unwrap_or_default().to_owned()).collect();
        assert_eq!(there, wanted, "conversation {id}: each once, in order");
    }
    assert!(kills >= 3 || sends < 500, "{kills} kills");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_thousand_sends_through_faults_and_kills_are_a_thousand_effects() {
    soak(1_000, 50, Duration::from_secs(240)).await;
}
