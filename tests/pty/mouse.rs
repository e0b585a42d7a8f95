//! The mouse in a real terminal.

use super::terminal::{STILL, Terminal, places};

/// The left button, down and up, in a cell counted from 0.
fn click(screen: &mut Terminal, column: u16, row: u16) {
    let (column, row) = (column + 1, row + 1);
    screen.press(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
}

#[test]
fn rows_and_entries_are_clicked_and_the_mouse_is_given_back() {
    let places = places();
    let mut screen = Terminal::start(places.path(), (160, 48), &STILL);
    screen.until_lists("You");
    assert!(screen.has_mouse());
    let line = |screen: &Terminal, text: &str| {
        let at = screen.text().lines().position(|line| line.starts_with(text)).expect("an entry");
        u16::try_from(at).expect("a row")
    };
    let all = line(&screen, " All ");
    click(&mut screen, 4, all);
    screen.until("the clicked entry", |text| text.lines().next().is_some_and(|line| line.contains("│ All · ")));
    screen.until_lists("All");
    click(&mut screen, 40, 5);
    screen.until("the clicked row", |text| text.lines().nth(5).is_some_and(|line| line.contains("│▌")));
    // The wheel moves the cursor on.
    screen.press("\x1b[<65;40;6M");
    screen.until("the row after it", |text| !text.lines().nth(5).is_some_and(|line| line.contains("│▌")));
    screen.press("\x1b[20~");
    screen.until_shows("The mouse is off");
    assert!(!screen.has_mouse());
    screen.press("\x1b[20~");
    screen.until_shows("The mouse is on");
    assert!(screen.has_mouse());
    screen.press("qq");
    assert_eq!(screen.end(), 0);
    assert!(screen.is_given_back());
}
