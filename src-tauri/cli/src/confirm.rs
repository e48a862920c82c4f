//! The question before what cannot be undone. Only a person is asked: at a terminal, where standard
//! input and standard error are one.

use std::io::{self, IsTerminal as _};

use crate::input;
use crate::output::Output;
use crate::terminal::{eprint_line, prompt};

/// What a person agrees with, in the languages of the catalogue.
const AGREES: [&str; 4] = ["y", "yes", "j", "ja"];

/// Whether an act may go on: it was agreed to before, nobody can be asked, or the person agrees now.
pub async fn is_wanted(output: Output, agreed: bool, question: &[String]) -> bool {
    if agreed || !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return true;
    }
    for line in question {
        eprint_line(line);
    }
    // What was typed before the question does not answer it.
    input::discard_typed();
    prompt(&output.words.text("command.go-on", &[]));
    let answer = input::line().await.trim().to_lowercase();
    AGREES.contains(&answer.as_str())
}
