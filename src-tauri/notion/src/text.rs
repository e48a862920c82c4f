//! Text from outside, made fit for an error message.

/// The most characters kept of a text inside an error.
const MOST_CHARS: usize = 300;

/// Drops control and bidirectional characters (Unicode TR 36, 3.2), blots out `secrets` that the
/// other side may have echoed, and caps the length, in this order: a control character inside must
/// not hide an echo, nor the cap leave half of one. `None` if nothing is left.
pub(crate) fn clean(text: &str, secrets: &[&str]) -> Option<String> {
    let printable: String = text
        .chars()
        .filter(|c| !is_bidirectional(*c) && (!c.is_control() || c.is_ascii_whitespace()))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let blotted = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(printable, |text, secret| text.replace(secret, "[secret]"));
    let kept: String = blotted.trim().chars().take(MOST_CHARS).collect();
    (!kept.is_empty()).then_some(kept)
}

fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::clean;

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
            assert_eq!(clean(from, &[]).as_deref(), to, "{from:?}");
        }
    }

    #[test]
    fn an_echoed_secret_is_blotted_out_however_it_is_hidden() {
        let secrets = ["", "t0ken", "s3cret"];
        let long = format!("{}t0ken", "x".repeat(298));
        let table = [
            ("bad t0ken, not t0ken", "bad [secret], not [secret]"),
            ("t0\0ken and s3\u{202E}cret", "[secret] and [secret]"),
            (long.as_str(), &format!("{}[s", "x".repeat(298))),
        ];
        for (from, to) in table {
            assert_eq!(clean(from, &secrets).as_deref(), Some(to), "{from:?}");
        }
    }

    #[test]
    fn the_length_is_capped_in_characters() {
        let kept = clean(&"ü".repeat(10_000), &[]).unwrap_or_default();
        assert_eq!(kept.chars().count(), 300);
    }
}
