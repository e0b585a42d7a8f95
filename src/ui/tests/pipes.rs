//! What is drawn of pipes: the choice of a command, the wait for what it gets, and the question before its first use.

use std::time::Duration;

use super::stage::Stage;
use crate::app::pipes::{PipeEnd, PipeNews};
use crate::app::{Msg, update};
use crate::config::settings::{OwnPipe, PipeCommand, PipeInput, PipeOutput};
use crate::domain::Format;
use crate::text::Untrusted;

const SIZES: [(u16, u16); 4] = [(160, 48), (100, 30), (80, 24), (60, 20)];

fn stage(width: u16, height: u16) -> Stage {
    let pipe = |name: &str, command: PipeCommand, input, output| OwnPipe {
        name: name.to_owned(),
        command,
        input,
        format: Format::Plain,
        output,
        key: None,
        timeout: Duration::from_secs(20),
        line: 1,
    };
    let words = PipeCommand::Words(["trans", "-b", ":en\u{1b}[2J\u{202e}"].map(str::to_owned).to_vec());
    let mut stage = Stage::new(width, height);
    stage.app.settings.pipes = vec![
        pipe("Translate", words, PipeInput::Message, PipeOutput::Under),
        pipe("Spelling", PipeCommand::Shell("aspell list | sort -u".to_owned()), PipeInput::Draft, PipeOutput::Pane),
    ];
    stage.press("enter");
    stage
}

fn tell(stage: &mut Stage, news: PipeNews) {
    let _ = update(&mut stage.app, Msg::Pipe(Box::new(news)));
}

#[test]
fn the_choice_tells_what_each_command_gets_and_where_its_answer_goes() {
    for (width, height) in SIZES {
        let mut stage = stage(width, height);
        stage.press("X");
        let line = stage.line_with("Translate");
        assert!(line.contains("the message → under the message"), "{width}x{height}\n{}", stage.text());
        assert!(stage.line_with("Spelling").contains("the draft → onto a page"), "{}", stage.text());
        assert!(stage.text().contains("1 of 2"), "{}", stage.text());
        stage.write("wc -w");
        let line = stage.line_with("Run wc");
        assert!(stage.text().contains("tab what it gets"), "{}", stage.text());
        assert!(line.contains("gets the thread as plain text") || width < 70, "{line}");
        assert!(stage.draw().1.is_some(), "one types here");
    }
}

#[test]
fn the_question_shows_the_command_and_how_much_goes_to_it() {
    for (width, height) in SIZES {
        let mut stage = stage(width, height);
        stage.press("X enter");
        assert!(stage.text().contains("Writing down what Translate gets"), "{}", stage.text());
        tell(&mut stage, PipeNews::Written(1, vec![b'x'; 2_000].into()));
        let text = stage.text();
        for words in ["Run Translate?", "trans -b", "one message of 2 kB", "plain text", "Nothing is sent", "y runs it"]
        {
            assert!(text.contains(words), "{words} at {width}x{height}\n{text}");
        }
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        stage.press("y");
        assert!(stage.text().contains("Translate is running"), "{}", stage.text());
        tell(&mut stage, PipeNews::Ended(1, PipeEnd::Answer(Untrusted::new("Hello\u{9b}2J there"), false)));
        let text = stage.text();
        assert!(text.contains("Hello") && text.contains("Translate"), "under its message\n{text}");
        assert!(!text.contains('\u{9b}'), "{text}");
    }
}

#[test]
fn pipes_fit_any_screen() {
    for width in (0..100).step_by(7) {
        for height in (0..30).step_by(3) {
            let mut stage = stage(width, height);
            stage.press("X");
            let _ = stage.draw();
            stage.press("enter");
            let _ = stage.draw();
            tell(&mut stage, PipeNews::Written(1, vec![b'x'; 9].into()));
            let _ = stage.draw();
        }
    }
}
