//! The question before what cannot be undone. Only a person is asked, at their terminal: wherever the streams
//! lead to, as long as one of them is a terminal.

use std::io::Write as _;

use keyrack_core::asked_to_end;

use crate::input;
use crate::output::Output;
use crate::terminal::{eprint_line, is_person_there, keyboard, printable, screen};

/// What a person agrees with, in the languages of the catalogue.
const AGREES: [&str; 4] = ["y", "yes", "j", "ja"];

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
    let (Ok(input), Ok(mut shown)) = (keyboard(), screen()) else {
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

/// As [`is_wanted`], in the middle of an act that has listened to Ctrl-C: so it does not end the program at
/// the question, and is a no.
pub async fn is_still_wanted(output: Output, agreed: bool, question: Question) -> bool {
    tokio::select! {
        // First, so that it is caught before a person reads the question.
        biased;
        () = asked_to_end() => {
            // The question has no end of its line yet.
            eprint_line("");
            false
        }
        is_wanted = is_wanted(output, agreed, question) => is_wanted,
    }
}
