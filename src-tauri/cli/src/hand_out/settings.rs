//! Files of settings (`.env`): a variable a line, taken as it stands. Nothing in a value is replaced by
//! another variable: what is meant is in the file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use keyrack_core::{Cause, Problem};

/// The most bytes of a file: more than any environment takes.
const MOST_BYTES: u64 = 1 << 20;

/// The blanks within a line.
const BLANKS: [char; 2] = [' ', '\t'];

/// The variables in a file of settings, in their order.
pub fn read(path: &Path) -> Result<Vec<(String, String)>, Problem> {
    let unreadable = |detail: String| {
        Problem::from(Cause::SettingsFile {
            path: keyrack_core::sanitize_display_text(&path.display().to_string()),
            detail,
        })
    };
    let text = text_of(path).map_err(|error| unreadable(error.to_string()))?;
    parse(&text).map_err(|line| unreadable(format!("line {line}")))
}

fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?
        .take(MOST_BYTES + 1)
        .read_to_string(&mut text)?;
    if read as u64 > MOST_BYTES {
        return Err(io::Error::other("it is longer than 1 MiB"));
    }
    Ok(text)
}

/// The variables of a text, or the number of the line that cannot be read.
fn parse(text: &str) -> Result<Vec<(String, String)>, usize> {
    let mut rest = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut settings = Vec::new();
    let mut line = 1;
    while !rest.is_empty() {
        let (setting, taken) = setting(rest).ok_or(line)?;
        settings.extend(setting);
        line += rest[..taken].matches('\n').count();
        rest = &rest[taken..];
    }
    Ok(settings)
}

/// The variable that a text begins with, none for a blank line or a comment, and how many bytes it takes.
fn setting(text: &str) -> Option<(Option<(String, String)>, usize)> {
    let end = text.find('\n').map_or(text.len(), |at| at + 1);
    let line = text[..end].trim();
    if line.is_empty() || line.starts_with('#') {
        return Some((None, end));
    }
    let (name, _) = text[..end].split_once('=')?;
    let begin = name.len() + 1;
    let name = name.trim();
    let exported = name.strip_prefix("export");
    let exported = exported.filter(|rest| rest.starts_with(BLANKS));
    let name = exported.unwrap_or(name).trim();
    let rest = &text[begin..end];
    let after_blanks = rest.trim_start_matches(BLANKS);
    let begin = end - after_blanks.len();
    let (value, end) = match after_blanks.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(text, begin + 1, quote)?,
        _ => (unquoted(rest), end),
    };
    let is_well = is_name(name) && !value.contains('\0');
    is_well.then(|| (Some((name.to_owned(), value)), end))
}

/// A value without quotes: to the end of the line, or to a comment after a blank.
fn unquoted(rest: &str) -> String {
    let comments = BLANKS.map(|blank| rest.find(&format!("{blank}#")));
    let comment = comments.into_iter().flatten().min();
    rest[..comment.unwrap_or(rest.len())].trim().to_owned()
}

/// A quoted value, which may have several lines, and where its last line ends. Between double quotes a
/// backslash stands before a sign that is meant, and `\n` for the end of a line.
fn quoted(text: &str, begin: usize, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut chars = text[begin..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => {
                let after = begin + at + 1;
                let end = text[after..]
                    .find('\n')
                    .map_or(text.len(), |at| after + at + 1);
                let rest = text[after..end].trim();
                let is_over = rest.is_empty() || rest.starts_with('#');
                return is_over.then_some((value, end));
            }
            '\\' if quote == '"' => match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                other => value.push(other),
            },
            c => value.push(c),
        }
    }
    None
}

/// Whether a text is the name of a variable (POSIX, 8.1).
pub fn is_name(text: &str) -> bool {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_as_they_stand() {
        let text = "\u{FEFF}# keys\r\n\nexport A=keyrack://Acme Research\r\nB = pa$word # not this\n\
                    C='it''s' \n";
        assert_eq!(parse(text), Err(5), "two words beside each other");
        let text = "A=keyrack://Acme Research\nB=pa$word # not this\nC='a \"b\" $HOME'\n\
                    D=\"one\\ntwo \\\"three\\\"\nfour\" # five\nE=\nF=a#b\nG=x=y\n\
                    H= # comment\nI=x\t# comment\nexport\tJ=1\nK=#b\nL=a\t#b #c\nexport=2";
        let parsed = parse(text).expect("settings");
        let pairs: Vec<_> = parsed
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("A", "keyrack://Acme Research"),
                ("B", "pa$word"),
                ("C", "a \"b\" $HOME"),
                ("D", "one\ntwo \"three\"\nfour"),
                ("E", ""),
                ("F", "a#b"),
                ("G", "x=y"),
                ("H", ""),
                ("I", "x"),
                ("J", "1"),
                ("K", "#b"),
                ("L", "a"),
                ("export", "2"),
            ]
        );
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_not_repeated() {
        for (text, line) in [
            ("A=1\nno variable", 2),
            ("A=\"open\nB=2", 1),
            ("A='a\nb'\n1B=2", 3),
            ("A=b\0c", 1),
        ] {
            assert_eq!(parse(text), Err(line), "{text:?}");
        }
    }
}
