//! What our claims of speed rest on: `cargo bench`. Percentiles over many rounds, in milliseconds.
//!
//! `DESKHAND_BENCH_CONVERSATIONS` sets the size of the workspace (10,000 when it is not set; 100,000
//! takes a minute to make). Timing of the whole program in a terminal is done from outside: see
//! `benches/README.md`.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use deskhand::api::{Client, Endpoint, Timeouts};
use deskhand::app::{App, Effect, Msg, update};
use deskhand::cache::{Cache, Dirs};
use deskhand::clock::{Clock, Ids, Timings};
use deskhand::config::Settings;
use deskhand::domain::bulk::{Deed, Selected};
use deskhand::domain::{Secret, UnixTime};
use deskhand::helpdesk::demo::{SeedPlan, seed, you};
use deskhand::helpdesk::{self, Helpdesk, Options};
use deskhand::keymap::{Key, Keymap};
use deskhand::query::{Query, Sort};
use deskhand::sync::message::{BulkPlan, Event, Request, WindowSpec};
use deskhand::sync::{Engine, EngineParts};
use deskhand::theme::{Depth, Theme};
use deskhand::ui;
use deskhand::words::Words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Runs `step` `rounds` times and prints its percentiles.
fn measure(what: &str, rounds: usize, mut step: impl FnMut(usize)) {
    let time = |round| {
        let began = Instant::now();
        step(round);
        began.elapsed()
    };
    report(what, (0..rounds).map(time).collect());
}

/// Prints the percentiles of some times.
fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1_000.0;
    println!("{what:<58} p50 {:>8.3}  p95 {:>8.3}  p99 {:>8.3}  max {:>8.3} ms", at(0.5), at(0.95), at(0.99), at(1.0));
}

fn main() {
    mail();
    let conversations: usize =
        std::env::var("DESKHAND_BENCH_CONVERSATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let place = tempfile::tempdir().unwrap();
    let (clock, ids) = (Clock::system(), Ids::system());

    let began = Instant::now();
    let (url, token) = runtime.block_on(async {
        let mut options = Options::new(place.path().join("helpdesk"));
        let store = helpdesk::open_store(&options, &clock, &ids).await.unwrap();
        seed(&store, &SeedPlan { conversations, seed: 1, now: clock.unix_secs() }).await.unwrap();
        options.acts_as = Some(you());
        let helpdesk = Helpdesk::on(store, options, clock.clone(), ids.clone()).await.unwrap();
        let token = helpdesk.token().expose().to_owned();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(helpdesk::run(listener, helpdesk, std::future::pending()));
        (url, token)
    });
    println!("{conversations} conversations made in {:.1} s", began.elapsed().as_secs_f64());

    let client = {
        let _inside = runtime.enter();
        let endpoint = Endpoint::parse(&url, Secret::new(token)).unwrap();
        Client::new(endpoint, clock.clone(), Timeouts::default()).unwrap()
    };
    let dirs = Dirs { cache: place.path().join("cache"), state: place.path().join("state") };
    let engine = Engine::new(EngineParts {
        cache: Cache::open(&dirs, clock.clone()).unwrap(),
        client,
        clock: clock.clone(),
        ids,
        timings: Timings::default(),
        guard: deskhand::domain::Guard::On,
        zone: jiff::tz::TimeZone::UTC,
        history: None,
        read_file: deskhand::host::read_attachment,
        sink: Arc::new(|_| {}),
    })
    .unwrap();
    let began = Instant::now();
    runtime.block_on(engine.pull_once()).unwrap();
    println!("pulled into an empty cache in {:.1} s", began.elapsed().as_secs_f64());
    measure("a pull when nothing changed", 10, |_| {
        runtime.block_on(engine.pull_conversations(deskhand::api::Priority::Foreground)).unwrap();
    });

    let spec = |query: &str, sort| WindowSpec {
        query: Query::parse(query).unwrap(),
        sort,
        offset: 0,
        limit: 100,
        around: None,
    };
    for (query, sort) in [
        ("state:open", Sort::Newest),
        ("state:open assignee:me", Sort::NextBreach),
        ("state:open is:unassigned", Sort::NextBreach),
        ("state:closed", Sort::Newest),
        ("state:open team:Support", Sort::WaitingLongest),
        ("state:open tag:refund", Sort::Newest),
    ] {
        let spec = spec(query, sort);
        measure(&format!("load 100 rows: {query} · {sort}"), 200, |_| {
            engine.load_window(&spec).unwrap();
        });
    }
    for (query, offset) in [("state:closed", 50), ("state:closed", 100)] {
        let total = engine.load_window(&spec(query, Sort::Newest)).unwrap().total;
        let offset = total * offset / 100;
        measure(&format!("load 100 rows from {offset} on: {query} · newest"), 200, |round| {
            engine.load_window(&WindowSpec { offset: offset + round * 50 % 500, ..spec(query, Sort::Newest) }).unwrap();
        });
    }
    kept_counts(&engine);
    bulk(&engine);
    measure("open the cache again", 20, |_| {
        Cache::open(&dirs, clock.clone()).unwrap();
    });

    let mut screen = Screen::new(&engine);
    screen.press("g a");
    measure("key j to finished frame (160x48)", 400, |_| screen.press("j"));
    measure("key ctrl-d to finished frame (160x48)", 100, |_| screen.press("ctrl-d"));
    screen.press("g g");
    measure("key J to finished frame, thread loaded (160x48)", 100, |_| screen.press("J"));
    screen.press("r");
    measure("a letter in the composer to finished frame", 200, |_| screen.press("x"));
    found(&engine);
    deeds(&engine);
    for items in [2_000, 50_000] {
        palette(&engine, items);
    }
}

/// Bodies of messages: read, and laid out at a width of 80 cells.
fn mail() {
    use deskhand::text::html::{blocks, layout, words_only};

    const MAILS: [(&str, &str); 9] = [
        ("Outlook", include_str!("../src/text/html/mails/outlook.html")),
        ("Gmail, answers between quotes", include_str!("../src/text/html/mails/gmail.html")),
        ("Apple Mail", include_str!("../src/text/html/mails/apple.html")),
        ("Thunderbird", include_str!("../src/text/html/mails/thunderbird.html")),
        ("a newsletter of 30 KB", include_str!("../src/text/html/mails/newsletter.html")),
        ("a ticket system", include_str!("../src/text/html/mails/ticket.html")),
        ("a phone", include_str!("../src/text/html/mails/phone.html")),
        ("a receipt with tables", include_str!("../src/text/html/mails/receipt.html")),
        ("plain text", include_str!("../src/text/html/mails/plain.txt")),
    ];
    let read = |body: &str| layout(&blocks(body), 80, true).len();
    for (name, body) in MAILS {
        let what = format!("read and lay out: {name} ({:.1} KB)", body.len() as f64 / 1024.0);
        measure(&what, 500, |_| _ = std::hint::black_box(read(body)));
    }
    measure("lay out again: the newsletter", 500, {
        let document = blocks(MAILS[4].1);
        move |round| drop(std::hint::black_box(layout(&document, 60 + (round % 60) as u16, true)))
    });
    let bodies: Vec<&str> = MAILS.iter().map(|(_, body)| *body).cycle().take(200).collect();
    measure("read and lay out: 200 messages of all these kinds", 30, |_| {
        std::hint::black_box(bodies.iter().map(|body| read(body)).sum::<usize>());
    });
    // Made to be slow: 512 KB of each.
    let deep = "<b><i>".repeat(100);
    for (name, start, piece) in [
        ("open tags", "", "<b>"),
        ("tags within 200 others", deep.as_str(), "<u>x</u>"),
        ("paragraphs", "", "<p>a"),
        ("line breaks", "", "a<br>"),
        ("lists within lists", "", "<ul><li>x"),
        ("quotes within quotes", "", "<blockquote>x"),
        ("a table", "<table><tr><th>a<th>b", "<tr><td>a<td>b"),
        ("cells over many columns", "<table>", "<tr><td colspan=9999 rowspan=9999>a<td>b"),
        ("links", "", "<a href='https://a.example/x'>y</a> "),
        ("comments never closed", "", "<!--"),
        ("character references", "", "&amp;&notin;&not"),
        ("one word", "", "x"),
        ("one line of spaces", "", " "),
        ("headers of earlier mail", "", "From: a\n"),
        ("quoted lines", "", "> > x\n"),
        ("towers of accents", "", "a\u{301}\u{302}"),
    ] {
        let mut body = start.to_owned();
        while body.len() + piece.len() <= 512 * 1024 {
            body.push_str(piece);
        }
        let what = format!("read and lay out, hostile: {name} (512 KB)");
        measure(&what, 5, |_| _ = std::hint::black_box(read(&body)));
        if piece == "<p>a" {
            measure("its words alone", 5, |_| drop(std::hint::black_box(words_only(&body))));
        }
    }
}

/// All that match selected, what a deed on them would do, the deed on 5,000 of them, and its undo.
fn deeds(engine: &Engine) {
    let query = Query::parse("state:open").unwrap();
    measure("select all that match: state:open", 20, |_| drop(engine.load_matching(&query, Sort::Newest).unwrap()));
    let selected = Selected::all(Arc::new(engine.load_matching(&query, Sort::Newest).unwrap()));
    let deed = Deed::Acts(vec![deskhand::domain::Act::Close]);
    let (included, anchor) = (std::collections::BTreeSet::new(), None);
    let plan = BulkPlan { selected, deed, list: Some(query), included, anchor, takes: false };
    measure("preview a deed on them", 10, |_| drop(engine.preview_bulk(&plan).unwrap()));
    let [mut done, mut undone] = [const { Vec::new() }; 2];
    for _ in 0..5 {
        let group = engine.new_group().unwrap();
        let began = Instant::now();
        engine.do_bulk(&group, &plan).unwrap();
        done.push(began.elapsed());
        let began = Instant::now();
        engine.undo(&group).unwrap();
        undone.push(began.elapsed());
    }
    report("do it, to 5,000 of them at most", done);
    report("take it back", undone);
}

/// What the palette asks of the cache.
fn found(engine: &Engine) {
    for (what, typed) in [
        ("a common word", "order"),
        ("two words", "order late"),
        ("a rare word", "zeppelin"),
        ("two letters", "an"),
        ("a phone number", "0612 30"),
        ("a number", "1042"),
    ] {
        measure(&format!("find in the cache: {what}"), 100, |_| drop(engine.cache().find(typed).unwrap()));
    }
}

/// The palette over so many items: opened, and each letter of a few words, to the finished frame.
fn palette(engine: &Engine, items: usize) {
    const NAMES: [&str; 8] =
        ["refund", "order late", "Größe", "delivery", "invoice", "tent pole", "wholesale", "gift card"];
    let mut directory = (*engine.directory()).clone();
    directory.tags = (0..items)
        .map(|at| deskhand::domain::Tag {
            id: deskhand::domain::TagId::parse(&format!("bench-{at}")).unwrap(),
            name: deskhand::text::Untrusted::new(format!("{} {at} of {}", NAMES[at % 8], NAMES[at / 8 % 8])),
        })
        .collect();
    let mut screen = Screen::new(engine);
    screen.tell(Msg::Event(Box::new(Event::Directory(Arc::new(directory)))));
    screen.press("ctrl-k esc");
    let (mut open, mut first, mut next, mut typo) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut timed = |times: &mut Vec<Duration>, keys: &str| {
        let began = Instant::now();
        screen.press(keys);
        times.push(began.elapsed());
    };
    for _ in 0..40 {
        for word in ["refund", "gift", "orla", "edl"] {
            timed(&mut open, "ctrl-k");
            let mut letters = word.chars().map(String::from);
            timed(&mut first, &letters.next().unwrap_or_default());
            letters.for_each(|letter| timed(&mut next, &letter));
            timed(&mut next, "backspace");
            timed(&mut Vec::new(), "esc");
        }
        timed(&mut Vec::new(), "ctrl-k");
        "zeplin".chars().for_each(|letter| timed(&mut typo, &letter.to_string()));
        timed(&mut Vec::new(), "esc ctrl-k");
        "whoelsale".chars().for_each(|letter| timed(&mut typo, &letter.to_string()));
        timed(&mut Vec::new(), "esc");
    }
    for (what, times) in [("open", open), ("first letter", first), ("next letters", next), ("letters of a typo", typo)]
    {
        report(&format!("palette over {items} items: {what} (160x48)"), times);
    }
}

/// Thirty entries of a sidebar, kept current while rows change one by one, and a poll without news.
fn kept_counts(engine: &Engine) {
    let directory = engine.directory();
    let mut texts: Vec<String> = ["state:open assignee:me", "state:open is:unassigned", "state:open", "state:snoozed"]
        .into_iter()
        .chain(["state:closed", "is:mentioned", "has:draft", "state:open created_by:me", "state:open priority:>=high"])
        .map(str::to_owned)
        .collect();
    texts.extend(directory.teammates.iter().map(|mate| format!("state:open assignee:\"{}\"", mate.name.as_raw())));
    texts.extend(directory.tags.iter().map(|tag| format!("state:open tag:\"{}\"", tag.name.as_raw())));
    texts.truncate(30);
    let entries: Vec<_> = texts.into_iter().map(|text| (text.clone(), Query::parse(&text).unwrap())).collect();
    measure(&format!("{} counts for the first time", entries.len()), 1, |_| {
        engine.load_watched_counts(&entries).unwrap();
    });
    let all = WindowSpec { query: Query::all(), sort: Sort::Newest, offset: 0, limit: 200, around: None };
    let rows = engine.load_window(&all).unwrap().rows;
    let rows: Vec<_> =
        rows.iter().map(|row| engine.cache().load_server_conversation(&row.id).unwrap().unwrap()).collect();
    measure("store 50 rows that are here already", 200, |_| {
        engine.cache().store_page(&rows[..50], None).unwrap();
    });
    measure("store one row that changed, and its counts", 200, |round| {
        let mut row = rows[round % rows.len()].clone();
        row.updated_at = UnixTime(engine.now().secs() + 1_000 + i64::try_from(round).unwrap());
        row.priority = deskhand::domain::Priority::ALL[round % 5];
        engine.cache().store_page(&[row], None).unwrap();
        engine.load_watched_counts(&entries).unwrap();
    });
    engine.cache().save_counts().unwrap();
}

/// Threads by the bulk path, and what an act waits beside it.
fn bulk(engine: &Engine) {
    let limit = 4_000;
    let all = WindowSpec { query: Query::all(), sort: Sort::Oldest, offset: 0, limit, around: None };
    let rows = engine.load_window(&all).unwrap().rows;
    let part = |at: usize| deskhand::domain::Part {
        id: deskhand::domain::PartId::parse(&format!("bench-{at}")).unwrap(),
        kind: deskhand::domain::PartKind::Comment,
        author: deskhand::domain::Author {
            kind: deskhand::domain::AuthorKind::Contact(None),
            name: deskhand::text::Untrusted::new("Zoë"),
            email: deskhand::text::Untrusted::default(),
            is_ai: false,
        },
        body: Some(deskhand::text::Untrusted::new("<p>Good morning, my parcel has not arrived.</p>".repeat(8))),
        created_at: UnixTime(1),
        attachments: Vec::new(),
        redacted: false,
        state: None,
        subject: deskhand::text::Untrusted::default(),
    };
    let threads: Vec<_> = rows
        .iter()
        .map(|row| {
            let server = engine.cache().load_server_conversation(&row.id).unwrap().unwrap();
            (server, (0..4).map(part).collect::<Vec<_>>(), 0)
        })
        .collect();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let began = Instant::now();
            threads.chunks(200).for_each(|some| drop(engine.cache().store_threads(some, None).unwrap()));
            let rate = threads.len() as f64 * 4.0 / began.elapsed().as_secs_f64();
            println!("{:<58} {rate:.0} a second", "parts stored in bulk, with acts beside");
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        measure("what an act waits for its row beside that", 100, |round| {
            if !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                engine.cache().rebase(std::slice::from_ref(&rows[round % rows.len()].id)).unwrap();
            }
        });
    });
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("VmRSS")).for_each(|line| println!("{line} (helpdesk included)"));
    }
}

/// App and drawing as the loop drives them, with loads answered in place.
struct Screen<'a> {
    app: App,
    engine: &'a Engine,
    theme: Theme,
    buffer: Buffer,
    began: Instant,
}

impl<'a> Screen<'a> {
    fn new(engine: &'a Engine) -> Self {
        let app = App::new(Settings::default(), Words::english(), Keymap::shipped(), "bench");
        let area = Rect::new(0, 0, 160, 48);
        let theme = Theme::built_in("dark", Depth::True);
        let mut screen = Self { app, engine, theme, buffer: Buffer::empty(area), began: Instant::now() };
        screen.tell(Msg::Resize(160, 48));
        screen.tell(Msg::Event(Box::new(Event::Directory(engine.directory()))));
        screen
    }

    fn tell(&mut self, msg: Msg) {
        self.app.at(UnixTime(self.engine.now().secs()), self.began.elapsed());
        let mut effects = update(&mut self.app, msg);
        while !effects.is_empty() {
            let asked: Vec<Request> = effects
                .drain(..)
                .filter_map(|effect| match effect {
                    Effect::Request(request) => Some(*request),
                    _ => None,
                })
                .collect();
            for request in asked {
                let event = match request {
                    Request::Window { generation, spec } => {
                        Event::Window { generation, window: self.engine.load_window(&spec).unwrap() }
                    }
                    Request::Thread { generation, id } => {
                        Event::Thread { generation, thread: self.engine.load_thread(&id).unwrap().map(Box::new) }
                    }
                    _ => continue,
                };
                effects.extend(update(&mut self.app, Msg::Event(Box::new(event))));
            }
        }
        self.buffer.reset();
        let _ = ui::draw(&self.app, &self.theme, self.buffer.area, &mut self.buffer);
    }

    fn press(&mut self, keys: &str) {
        for key in Key::parse_sequence(keys).unwrap() {
            self.tell(Msg::Key(key));
        }
    }
}
