//! Text from outside made safe to show: names, descriptions and error texts.

use crate::invisible::without_invisible;

/// The most characters kept of a name or description.
const MOST_DISPLAYED: usize = 500;

/// The most characters kept of a text inside an error.
const MOST_IN_ERROR: usize = 300;

/// Makes a name or description from outside safe to show on one line: drops control and
/// formatting characters, folds white space, and caps the length at 500 characters and an ellipsis.
///
/// An embedded right-to-left override could make a workspace's name read as another's
/// (Unicode TR 36, 3.2), and a line break could forge a second line in a log.
#[must_use]
pub fn sanitize_display_text(text: &str) -> String {
    let mut kept = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        let printable: String = word.chars().filter(|c| !c.is_control()).collect();
        let printable = without_invisible(&printable);
        if printable.is_empty() {
            continue;
        }
        if chars > 0 {
            kept.push(' ');
            chars += 1;
        }
        for c in printable.chars() {
            if chars >= MOST_DISPLAYED {
                kept.push('…');
                return kept;
            }
            kept.push(c);
            chars += 1;
        }
    }
    kept
}

/// Makes a text from outside fit for an error message: drops control and formatting characters,
/// replaces `secrets` that the other side may have echoed, and caps the length, in this order: a
/// control character inside must not hide an echo, nor the cap leave half of one. `None` if nothing
/// is left.
pub(crate) fn redact(text: &str, secrets: &[&str]) -> Option<String> {
    let printable: String = text
        .chars()
        .filter(|c| !c.is_control() || c.is_ascii_whitespace())
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let printable = without_invisible(&printable);
    let redacted = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(printable, |text, secret| text.replace(secret, "[secret]"));
    let kept: String = redacted.trim().chars().take(MOST_IN_ERROR).collect();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::{redact, sanitize_display_text};

    #[test]
    fn only_plain_text_is_left() {
        let table = [
            ("Invalid code.", Some("Invalid code.")),
            (" two\r\nlines\t", Some("two  lines")),
            ("bell\u{7} nul\0 esc\u{1b}[31m", Some("bell nul esc[31m")),
            ("evil\u{202E}gpj.exe", Some("evilgpj.exe")),
            ("one\u{2028}two", Some("one two")),
            ("ungültig 👩\u{200D}🚀", Some("ungültig 👩\u{200D}🚀")),
            ("\0\n ", None),
            ("", None),
        ];
        for (from, to) in table {
            assert_eq!(redact(from, &[]).as_deref(), to, "{from:?}");
        }
    }

    #[test]
    fn an_echoed_secret_is_blotted_out_however_it_is_hidden() {
        let secrets = ["", "t0ken", "s3cret"];
        let long = format!("{}t0ken", "x".repeat(298));
        let table = [
            ("bad t0ken, not t0ken", "bad [secret], not [secret]"),
            ("t0\0ken and s3\u{202E}cret", "[secret] and [secret]"),
            ("t0\u{200B}ken", "[secret]"),
            ("t0\u{200D}k\u{AD}e\u{FE0F}n", "[secret]"),
            (long.as_str(), &format!("{}[s", "x".repeat(298))),
        ];
        for (from, to) in table {
            assert_eq!(redact(from, &secrets).as_deref(), Some(to), "{from:?}");
        }
    }

    #[test]
    fn the_length_is_capped_in_characters() {
        let kept = redact(&"ü".repeat(10_000), &[]).unwrap_or_default();
        assert_eq!(kept.chars().count(), 300);
    }

    #[test]
    fn what_could_deceive_is_dropped_and_what_is_language_stays() {
        let table = [
            ("Acme Research", "Acme Research"),
            ("  two\nlines\there ", "two lines here"),
            ("evil\u{202E}gpj.exe", "evilgpj.exe"),
            ("\u{2066}isolated\u{2069}", "isolated"),
            ("bell\u{7}", "bell"),
            ("nul\0", "nul"),
            ("שלום", "שלום"),
            ("👩\u{200D}🚀 crew", "👩\u{200D}🚀 crew"),
            ("a \u{200B} b", "a b"),
            ("<b>bold</b>", "<b>bold</b>"),
            ("", ""),
        ];
        for (from, to) in table {
            assert_eq!(sanitize_display_text(from), to, "{from:?}");
        }
    }

    #[test]
    fn a_name_of_ten_thousand_characters_is_cut_and_says_so() {
        let kept = sanitize_display_text(&"ä".repeat(10_000));
        assert_eq!(kept.chars().count(), 501);
        assert!(kept.ends_with('…'));
    }
}
