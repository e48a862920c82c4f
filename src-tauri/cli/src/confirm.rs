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

/// Whether an act may go on: it was agreed to before, nobody is there to be asked, or the person agrees now.
pub async fn is_wanted(output: Output, agreed: bool, question: &[String]) -> bool {
    if agreed || !is_person_there() {
        return true;
    }
    let [input, shown] = TERMINAL;
    let shown = File::options().write(true).open(shown);
    let (Ok(input), Ok(mut shown)) = (File::open(input), shown) else {
        return false;
    };
    let go_on = output.words.text("command.go-on", &[]);
    let question = format!("{}\n{go_on} ", question.join("\n"));
    let ask = move || {
        // A closed terminal gives no answer.
        let _ = shown.write_all(printable(&question).as_bytes());
    };
    let answer = input::answer(input, ask).await.trim().to_lowercase();
    AGREES.contains(&answer.as_str())
}

/// Whether any of the streams is a terminal.
pub fn is_person_there() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}
