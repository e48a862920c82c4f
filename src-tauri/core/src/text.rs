//! Text from outside made inert: names and descriptions that others wrote.

/// The most characters kept of a name or description from outside.
const MOST_CHARS: usize = 500;

/// Drops control and bidirectional formatting characters, folds white space, and caps the length.
///
/// An embedded right-to-left override could make a workspace's name read as another's
/// (Unicode TR 36, 3.2), and a line break could forge a second line in a log.
pub(crate) fn inert(text: &str) -> String {
    let mut kept = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        let mut printable = word
            .chars()
            .filter(|c| !c.is_control() && !is_formatting(*c))
            .peekable();
        if printable.peek().is_none() {
            continue;
        }
        if chars > 0 {
            kept.push(' ');
            chars += 1;
        }
        for c in printable {
            if chars >= MOST_CHARS {
                kept.push('…');
                return kept;
            }
            kept.push(c);
            chars += 1;
        }
    }
    kept
}

/// Bidirectional controls, the byte order mark and other invisible marks; the zero-width joiner
/// stays, because emoji are built with it.
fn is_formatting(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::inert;

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
            assert_eq!(inert(from), to, "{from:?}");
        }
    }

    #[test]
    fn a_name_of_ten_thousand_characters_is_cut_and_says_so() {
        let kept = inert(&"ä".repeat(10_000));
        assert_eq!(kept.chars().count(), 501);
        assert!(kept.ends_with('…'));
    }
}
