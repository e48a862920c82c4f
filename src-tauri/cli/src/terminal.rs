//! What a terminal is given: nothing that it would obey, and no escape codes where none belong.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use keyrack_core::is_unprintable;
use terminal_size::{Width, terminal_size_of};

use crate::table::cut;

/// The terminal of this program, to be read from and written to.
const TERMINAL: [&str; 2] = if cfg!(windows) {
    ["CONIN$", "CONOUT$"]
} else {
    ["/dev/tty", "/dev/tty"]
};

/// The width of a terminal that does not tell.
const USUAL_WIDTH: usize = 80;

/// How the line of a progress is taken away where colours and other codes are not wanted.
const BLANK: &str = concat!(
    "\r                                        ",
    "                                       \r"
);

/// How the line of a progress is taken away elsewhere.
const ERASE: &str = "\r\x1b[K";

/// Whether the line of a progress is shown now.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// Whether any of the streams is a terminal.
pub fn is_person_there() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}

/// What is typed at the terminal, wherever the streams lead to.
pub fn keyboard() -> io::Result<File> {
    File::open(TERMINAL[0])
}

/// What the terminal shows, wherever the streams lead to.
pub fn screen() -> io::Result<File> {
    File::options().write(true).open(TERMINAL[1])
}

/// Prints a line on standard error, beside the result.
pub fn eprint_line(text: &str) {
    let mut err = io::stderr().lock();
    let before = going_back(err.is_terminal()).filter(|_| IS_SHOWN.swap(false, Ordering::Relaxed));
    let before = before.unwrap_or_default();
    // A closed pipe is no error: nobody reads it.
    let _ = writeln!(err, "{before}{}", printable(text));
}

/// Shows a progress on a terminal, on one line that the next text takes away.
pub fn show_progress(text: &str) {
    let mut err = io::stderr().lock();
    if let Some(before) = going_back(err.is_terminal()) {
        IS_SHOWN.store(!text.is_empty(), Ordering::Relaxed);
        // A longer one would take a second line, which the next does not take away.
        let width = terminal_size_of(&err).map_or(USUAL_WIDTH, |(Width(width), _)| width.into());
        let text = cut(&printable(text), width.saturating_sub(1));
        // A closed terminal is no error.
        let _ = write!(err, "{before}{text}").and_then(|()| err.flush());
    }
}

/// Prints a text on standard output at once.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush())
}

/// Prints a text with styles on the terminal of standard output, which gets those that it wants.
pub fn print_styled(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush())
}

/// How wide the terminal of standard output is; none if that is no terminal.
pub fn width() -> Option<usize> {
    let out = io::stdout();
    let told = terminal_size_of(&out).map(|(Width(width), _)| width.into());
    out.is_terminal().then_some(told.unwrap_or(USUAL_WIDTH))
}

/// A text as a terminal may be given it, whoever wrote what is in it: without control and formatting
/// characters, but for the ends of lines.
pub fn printable(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\n' => Some(c),
            '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
            _ => (!is_unprintable(c)).then_some(c),
        })
        .collect()
}

/// A JSON text with its control and formatting characters escaped, which all stand in its strings.
pub fn printable_json(json: &str) -> String {
    let mut text = String::new();
    for c in json.chars() {
        if c == '\n' || !is_unprintable(c) {
            text.push(c);
            continue;
        }
        let mut units = [0; 2];
        let units = c.encode_utf16(&mut units);
        text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
    }
    text
}

/// What takes the line of a progress away from standard error; none where such a line is not shown.
fn going_back(is_terminal: bool) -> Option<&'static str> {
    let [term, no_color] = ["TERM", "NO_COLOR"].map(env::var_os);
    how_to_go_back(is_terminal, term.as_deref(), no_color.as_deref())
}

/// What takes the line of a progress away: nothing on what is no terminal, or one that cannot go back;
/// blanks where nothing but text is wanted (no-color.org).
fn how_to_go_back(
    is_terminal: bool,
    term: Option<&OsStr>,
    no_color: Option<&OsStr>,
) -> Option<&'static str> {
    let is_able = cfg!(windows) || term.is_some_and(|term| !term.is_empty() && term != "dumb");
    if !is_terminal || !is_able {
        return None;
    }
    let only_text = no_color.is_some_and(|set| !set.is_empty());
    Some(if only_text { BLANK } else { ERASE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left_of_a_text() {
        let text = "a\x1b]0;x\x07b\u{9b}31mc\u{202e}d\re\tf\u{7f}\ng";
        assert_eq!(printable(text), "a]0;xb31mcde f\ng");
    }

    #[test]
    fn json_says_the_same_without_a_character_that_a_terminal_obeys() {
        let said = "Acme \x1b\u{9b}\u{7f}\u{202e}\u{E0041} \u{fc}";
        let json = serde_json::to_string_pretty(&[said]).expect("JSON");
        let printable = printable_json(&json);
        assert!(!printable.chars().any(|c| c != '\n' && is_unprintable(c)));
        let read: [String; 1] = serde_json::from_str(&printable).expect("JSON");
        assert_eq!(read, [said]);
    }

    #[test]
    fn escape_codes_are_for_terminals_that_take_them_only() {
        let how = |is_terminal, term: Option<&str>, no_color: Option<&str>| {
            how_to_go_back(is_terminal, term.map(OsStr::new), no_color.map(OsStr::new))
        };
        assert_eq!(how(true, Some("xterm"), None), Some(ERASE));
        assert_eq!(how(true, Some("xterm"), Some("")), Some(ERASE));
        assert_eq!(how(true, Some("xterm"), Some("1")), Some(BLANK));
        assert_eq!(how(false, Some("xterm"), None), None);
        #[cfg(not(windows))]
        for unable in [Some("dumb"), Some(""), None] {
            assert_eq!(how(true, unable, None), None);
        }
    }
}
