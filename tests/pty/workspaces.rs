//! Several workspaces in one terminal, and the conversation that the screen begins with.

use std::path::Path;

use crate::served::Served;
use crate::terminal::{Terminal, places};

/// Signs in to a helpdesk under a name.
fn sign_in(places: &Path, name: &str, helpdesk: &Served) {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_deskhand"))
        .args(["auth", "login", "--url", &helpdesk.url, "--name", name])
        .env("DESKHAND_CONFIG_DIR", places.join("config"))
        .env("DESKHAND_DATA_DIR", places.join("data"))
        .env("DESKHAND_CACHE_DIR", places.join("cache"))
        .env("DESKHAND_TOKEN", &helpdesk.token)
        .env_remove("DESKHAND_URL")
        .output()
        .expect("the command runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn another_workspace_is_one_key_away_and_a_failing_one_leaves_the_screen_where_it_was() {
    let (places, first, second) = (places(), places(), places());
    let (one, two) = (Served::start(first.path(), "127.0.0.1:0"), Served::start(second.path(), "127.0.0.1:0"));
    sign_in(places.path(), "Main shop", &one);
    sign_in(places.path(), "Sandbox", &two);
    let config = places.path().join("config/config.toml");
    let text = std::fs::read_to_string(&config).expect("config.toml");
    let marked = text.replace("name = \"Sandbox\"", "name = \"Sandbox\"\ntest = true\ncolour = \"red\"");
    let gone = "\n[[workspace]]\nname = \"Gone\"\nurl = \"http://127.0.0.1:9\"\n";
    std::fs::write(&config, format!("{marked}{gone}")).expect("config.toml is written");
    let mut screen = Terminal::start(places.path(), (160, 48), &[]);
    // Asked at the first start, never silently the machine's.
    screen.until_shows("Your time zone");
    screen.press("\x15");
    screen.until("an empty line", |text| text.lines().any(|line| line.trim() == "❯"));
    for (typed, shown) in [("Euro", "❯ Euro"), ("pe/", "❯ Europe/"), ("Par", "❯ Europe/Par"), ("is", "❯ Europe/Paris")]
    {
        screen.press(typed);
        screen.until_shows(shown);
    }
    screen.press("\r");
    screen.until_shows("online");
    let zone = std::fs::read_to_string(&config).expect("config.toml");
    assert!(zone.contains("time_zone = \"Europe/Paris\""), "{zone}");
    assert!(!screen.text().contains("[TEST]"));
    // A draft that is under way goes with the change.
    screen.press("ga");
    screen.until_lists("All ·");
    screen.press("\r");
    screen.press("n");
    screen.until_shows("only teammates see this");
    screen.press("Words of the main shop");
    screen.until_shows("Words of the main shop");
    screen.press("\x1b");
    // Nobody is there: the screen stays, with the reason.
    screen.press("gw");
    screen.until_shows("Go to a workspace");
    screen.press("gone");
    screen.until_shows("❯ gone");
    screen.press("\r");
    screen.until("the reason", |text| text.contains("could not be opened"));
    assert!(!screen.text().contains("[TEST]"));
    screen.press("gw");
    screen.until_shows("Go to a workspace");
    screen.press("sandbox");
    screen.until_shows("❯ sandbox");
    screen.press("\r");
    // The picker has the mark, too: it is gone, and the sidebar's head has it.
    screen.until("the test workspace", |text| {
        let head = text.lines().next().is_some_and(|line| line.contains("[TEST]"));
        head && text.contains("online") && !text.contains("Go to a workspace")
    });
    screen.until("nothing of the other workspace", |text| !text.contains("Words of the main shop"));
    // And back, where the draft is.
    screen.press("gw");
    screen.until_shows("Go to a workspace");
    screen.press("main");
    screen.until_shows("❯ main");
    screen.press("\r");
    screen.until("the main shop", |text| !text.contains("[TEST]") && text.contains("online"));
    screen.press("gd");
    screen.until_lists("Drafts ·");
    screen.press("\x1b\x1b\x1bqq");
    assert_eq!(screen.end(), 0);
    assert!(screen.is_given_back());
}

#[test]
fn the_screen_begins_with_the_conversation_that_was_named() {
    let (places, data) = (places(), places());
    let helpdesk = Served::start(data.path(), "127.0.0.1:0");
    let listed = helpdesk.ask(places.path(), &["list", "--query", "state:closed", "--limit", "3", "--json"]);
    let id = listed[1]["id"].as_str().expect("a closed conversation").to_owned();
    let variables = [("DESKHAND_URL", &*helpdesk.url), ("DESKHAND_TOKEN", &*helpdesk.token)];
    let address = format!("https://app.intercom.com/a/inbox/x/inbox/conversation/{id}");
    for typed in [format!("#{id}"), address] {
        let mut screen = Terminal::start_with(places.path(), (160, 48), &["--at", &typed], &variables);
        screen.until("the conversation", |text| text.contains(&format!("#{id}")) && text.contains("Closed ·"));
        screen.press("\x1b\x1b\x1bqq");
        assert_eq!(screen.end(), 0);
    }
    let done = helpdesk.run(places.path(), &["--at", "999999999"]);
    assert_eq!(done.status.code(), Some(3));
}

#[test]
fn without_a_workspace_a_terminal_is_welcomed() {
    let places = places();
    let mut screen = Terminal::start(places.path(), (80, 24), &[]);
    screen.until_shows("open the demo");
    screen.resize(20, 6);
    screen.press("x");
    screen.resize(80, 24);
    screen.until_shows("sign in to Intercom");
    screen.press("i");
    assert_eq!(screen.end(), 0);
    assert!(screen.is_given_back());
    assert!(screen.text().contains("deskhand auth login --region"), "{}", screen.text());
    let mut again = Terminal::start(places.path(), (80, 24), &[]);
    again.until_shows("open the demo");
    again.press("d");
    again.until_shows("online");
    again.signal("TERM");
    assert_eq!(again.end(), 143);
    assert!(again.is_given_back());
}
