//! Screens as a person sees them, by region, at the sizes that matter.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod stage;

use stage::Stage;

#[test]
fn dump() {
    let dir = std::path::Path::new("/tmp/uishots");
    std::fs::create_dir_all(dir).unwrap();
    let shot = |name: &str, stage: &Stage| {
        let mut screen = crate::term::Screen::new(Vec::new());
        let size = stage.app.size;
        screen.draw(size, |area, buf| super::draw(&stage.app, &stage.theme, area, buf)).unwrap();
        std::fs::write(dir.join(format!("{name}.{}x{}.ansi", size.0, size.1)), screen.terminal()).unwrap();
        println!("== {name} {size:?}\n{}", stage.text());
    };
    for (w, h) in [(160, 48), (120, 40), (100, 30), (80, 24), (60, 20)] {
        let mut stage = Stage::new(w, h);
        shot("list", &stage);
        stage.press("enter");
        stage.wait(1);
        shot("thread", &stage);
        stage.press("r");
        stage.write("Hi Chloé,\n\nwe are sending a new parcel today.");
        stage.wait(3);
        shot("reply", &stage);
        stage.press("esc n");
        stage.write("Refund it.");
        shot("note", &stage);
        stage.press("esc ctrl-k");
        stage.write("sn");
        shot("palette", &stage);
        stage.press("esc ?");
        shot("help", &stage);
        stage.press("esc d");
        shot("details", &stage);
        stage.press("z");
        stage.write("tomorrow 9am");
        shot("snooze", &stage);
    }
}
