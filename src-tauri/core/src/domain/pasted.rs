//! What people paste: a secret or an address, and around it what mail, chat and web pages add.

use notion_oauth::is_unprintable;
use secrecy::{ExposeSecret as _, SecretString};

/// What a terminal puts before and after a paste, if a program has asked it to (xterm's "bracketed
/// paste mode").
const PASTE: [&str; 2] = ["\x1b[200~", "\x1b[201~"];

/// A pasted secret or id, without the marks in it that cannot be seen, and without what stands around
/// it: white space, quotation marks, angle brackets, the name that a file of settings gives it, and
/// what ends its line there.
pub(crate) fn undecorated(pasted: &str) -> SecretString {
    let visible = visible(pasted);
    plain(value_of_setting(plain(visible.expose_secret()))).into()
}

/// A text without what lists, Markdown, JSON and sentences put around it.
fn plain(text: &str) -> &str {
    let is_mark = |c| is_around(c) || "()[]{}*\u{2022}".contains(c);
    let ends = |c| is_mark(c) || ";,.#\\".contains(c);
    text.trim_end_matches(ends).trim_start_matches(is_mark)
}

/// A pasted address in one line, without what stands around it, also as a link of Markdown, with the
/// signs that HTML writes in other words, and without an empty fragment: no address of an answer has
/// white space or a bracket in it.
pub(crate) fn undecorated_address(pasted: &str) -> SecretString {
    let visible = visible(pasted);
    let one_line = without(visible.expose_secret(), char::is_whitespace);
    let text = one_line.expose_secret();
    let link = text.rsplit_once("](").map_or(text, |(_, link)| link);
    let is_around = |c| is_around(c) || ends_a_value(c) || matches!(c, '(' | ')' | '[' | ']');
    let plain: SecretString = link.trim_matches(is_around).replace("&amp;", "&").into();
    let address = plain.expose_secret();
    address.strip_suffix('#').unwrap_or(address).into()
}

/// The value of a line like `NAME=value`, `export NAME="value"` or `"name": "value"`; of any other
/// text, the text.
fn value_of_setting(text: &str) -> &str {
    let equation = text.split_once('=').or_else(|| text.split_once(": "));
    let Some((name, value)) = equation.or_else(|| text.split_once("\":")) else {
        return text;
    };
    let name = name.trim_start().trim_start_matches("export ");
    let name = name.trim_matches(is_around);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let has_value = value.contains(|c: char| c.is_ascii_alphanumeric());
    if is_name && has_value { value } else { text }
}

fn visible(pasted: &str) -> SecretString {
    let unbracketed: SecretString = PASTE
        .iter()
        .fold(pasted.to_owned(), |text, mark| text.replace(mark, ""))
        .into();
    let uncoloured = without_sequences(unbracketed.expose_secret());
    without(uncoloured.expose_secret(), is_invisible)
}

/// A text without the sequences by which terminals are told of colours, links and keys (ECMA-48, 5.4 and
/// 5.6): the sign that begins one says nothing of where it ends.
fn without_sequences(text: &str) -> SecretString {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, sequence)) = rest.split_once('\x1b') {
        kept.push_str(before);
        rest = match sequence.chars().next() {
            Some('[') => after(&sequence[1..], |c| matches!(c, '@'..='~')),
            Some(']') => match sequence.find(['\x07', '\x1b']) {
                Some(end) if sequence[end..].starts_with("\x1b\\") => &sequence[end + 2..],
                Some(end) => &sequence[end + 1..],
                None => "",
            },
            Some(other) => &sequence[other.len_utf8()..],
            None => "",
        };
    }
    kept.push_str(rest);
    kept.into()
}

/// What comes after the first character of a kind.
fn after(text: &str, is_end: impl Fn(char) -> bool) -> &str {
    let end = text.char_indices().find(|(_, c)| is_end(*c));
    end.map_or("", |(at, c)| &text[at + c.len_utf8()..])
}

fn without(text: &str, left_out: impl Fn(char) -> bool) -> SecretString {
    let kept: String = text.chars().filter(|c| !left_out(*c)).collect();
    kept.into()
}

/// Whether a character cannot be seen and is no white space: a mark of the encoding, or of where a
/// line may be broken or letters may join.
fn is_invisible(c: char) -> bool {
    let is_mark = matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{180E}' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}'
    );
    is_mark || (is_unprintable(c) && !c.is_whitespace())
}

/// Whether a character stands around what is quoted.
fn is_around(c: char) -> bool {
    let is_quote = matches!(
        c,
        '"' | '\'' | '`' | '<' | '>' | '\u{AB}' | '\u{BB}' | '\u{2018}'
            ..='\u{201F}' | '\u{2039}' | '\u{203A}'
    );
    c.is_whitespace() || is_quote
}

/// Whether a character ends a value in a file of settings.
fn ends_a_value(c: char) -> bool {
    matches!(c, ';' | ',') || is_around(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_secret_is_left_out_and_nothing_of_it_is() {
        for pasted in [
            "secret_aB-9",
            "\u{FEFF}secret_aB-9\r\n",
            "\u{A0}secret_aB-9\u{A0}",
            "\u{200B}secret\u{AD}_aB\u{200D}-9\u{2060}\0",
            "\"secret_aB-9\"",
            " \u{201E}secret_aB-9\u{201C} ",
            "\u{FEFF} '<secret_aB-9>'\n",
            "`secret_aB-9`",
            "NOTION_SECRET=secret_aB-9",
            "export NOTION_SECRET='secret_aB-9';\n",
            "  \"client_secret\": \"secret_aB-9\",\r\n",
            "client_secret: secret_aB-9",
            "secret_aB-9;",
            "(secret_aB-9).",
            "**secret_aB-9**",
            "\u{2022} secret_aB-9#",
            r#"{"client_secret":"secret_aB-9"}"#,
            "\x1b[1msecret_aB-9\x1b[0m",
            "\x1b]8;;http://e.org/\x07secret_aB-9\x1b]8;;\x1b\\",
            "secret_aB-9\x1b[D",
            "\x1b[200~secret_aB-9\x1b[201~",
        ] {
            assert_eq!(undecorated(pasted).expose_secret(), "secret_aB-9");
        }
        for kept in [
            "two words",
            "a\nb",
            "a\"b",
            "abc=",
            "abc==",
            "=abc",
            "a-b=c",
            "two words=a",
            "a:b",
        ] {
            assert_eq!(undecorated(kept).expose_secret(), kept);
        }
    }

    #[test]
    fn what_stands_around_an_address_is_left_out_and_so_is_where_its_lines_were_broken() {
        let address = "app.keyrack:/oauth/callback?code=a%2Db&state=s";
        for pasted in [
            address.to_owned(),
            format!("<{address}>"),
            format!("\u{201C}{address}#\u{201D}\r\n"),
            format!("\u{FEFF}\u{A0}{address}\u{A0}#"),
            address.replace("callback", "call\r\n  back"),
            address.replace("code", "co\u{200B}de"),
            format!("[{address}]({address})"),
            format!("[Back to Keyrack]({address})"),
            format!("({address}),"),
            address.replace('&', "&amp;"),
            format!("\x1b[200~{address}\x1b[201~"),
        ] {
            let found = undecorated_address(&pasted);
            assert_eq!(found.expose_secret(), address, "{pasted:?}");
        }
        let fragment = undecorated_address("app.keyrack:/oauth/callback?code=a#b");
        assert!(fragment.expose_secret().ends_with("#b"), "for the parser");
    }
}
