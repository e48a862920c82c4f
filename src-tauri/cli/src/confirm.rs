//! The question before what cannot be undone. Only a person is asked, at their terminal: wherever the streams
//! lead to, as long as one of them is a terminal.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};

use crate::input;
use crate::output::Output;
use crate::terminal::printable;

/// What a person agrees with, in the languages of the catalogue.
const AGREES: [&str; 4] = ["y", "yes", "j", "ja"];

/// The terminal of this program, to be read from and written to.
const TERMINAL: [&str; 2] = if cfg!(windows) {
    ["CONIN$", "CONOUT$"]
} else {
    ["/dev/tty", "/dev/tty"]
};

/// What a person is asked.
pub struct Question {
    /// What it is about.
    pub lines: Vec<String>,
    /// What is to be typed in the place of a yes: the count of what is ended, where it is many.
    pub typed: Option<usize>,
}

impl From<Vec<String>> for Question {
    fn from(lines: Vec<String>) -> Self {
        Self { lines, typed: None }
    }
}

/// Whether an act may go on: it was agreed to before, nobody is there to be asked, or the person agrees now.
pub async fn is_wanted(output: Output, agreed: bool, question: Question) -> bool {
    if agreed || !is_person_there() {
        return true;
    }
    let [input, shown] = TERMINAL;
    let shown = File::options().write(true).open(shown);
    let (Ok(input), Ok(mut shown)) = (File::open(input), shown) else {
        return false;
    };
    let Question { lines, typed } = question;
    let typed = typed.map(|count| count.to_string());
    let go_on = match &typed {
        Some(count) => output.words.text("command.type-count", &[("count", count)]),
        None => output.words.text("command.go-on", &[]),
    };
    let question = format!("{}\n{go_on} ", lines.join("\n"));
    let ask = move || {
        // A closed terminal gives no answer.
        let _ = shown.write_all(printable(&question).as_bytes());
    };
    let answer = input::answer(input, ask).await.trim().to_lowercase();
    match typed {
        Some(count) => answer == count,
        None => AGREES.contains(&answer.as_str()),
    }
}

/// Whether any of the streams is a terminal.
pub fn is_person_there() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}
