//! Characters that show nothing. Two texts that differ in one of them look the same.

use icu_properties::props::{
    DefaultIgnorableCodePoint, Emoji, EmojiModifier, ExtendedPictographic, Script,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a character is none to be read but a control or formatting character, which a terminal or
/// a page would obey or not show. A joiner is not: what it joins is shown in another way.
#[must_use]
pub fn is_unprintable(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// The text without the characters that show nothing where they stand. Joiners stay where they do their
/// work: in emoji, and within words of scripts that have joined letters (RFC 5892, appendix A).
pub(crate) fn without_invisible(text: &str) -> String {
    let mut rest = text.chars().filter(|c| !is_invisible(*c)).peekable();
    let mut kept = String::new();
    let mut before = None;
    while let Some(c) = rest.next() {
        if !is_joiner(c) || joins(before, c, rest.peek().copied()) {
            kept.push(c);
            before = Some(c);
        }
    }
    kept
}

/// Whether a character shows nothing wherever it stands: Unicode's default ignorable ones, among them
/// the bidirectional controls; the annotation marks; and two that are blank in every font.
fn is_invisible(c: char) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
    ignorable && !is_joiner(c) || matches!(c, '\u{FFF9}'..='\u{FFFB}' | '\u{2800}' | '\u{1D159}')
}

const NON_JOINER: char = '\u{200C}';
const JOINER: char = '\u{200D}';
const AS_TEXT: char = '\u{FE0E}';
const AS_EMOJI: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

fn is_joiner(c: char) -> bool {
    [NON_JOINER, JOINER, AS_TEXT, AS_EMOJI].contains(&c)
}

/// Whether a joiner changes what is shown of the characters around it.
fn joins(before: Option<char>, joiner: char, after: Option<char>) -> bool {
    let Some(before) = before else {
        return false;
    };
    if [AS_TEXT, AS_EMOJI].contains(&joiner) {
        let emoji = CodePointSetData::new::<Emoji>().contains(before);
        return emoji && (!before.is_ascii() || after == Some(KEYCAP));
    }
    let Some(after) = after else {
        return false;
    };
    let pictures = CodePointSetData::new::<ExtendedPictographic>();
    let modified = CodePointSetData::new::<EmojiModifier>().contains(before);
    let is_picture = pictures.contains(before) || modified || before == AS_EMOJI;
    let joins_pictures = joiner == JOINER && is_picture && pictures.contains(after);
    joins_pictures || has_joined_letters(before) && has_joined_letters(after)
}

/// Whether a character is of a script in which joiners can be seen.
fn has_joined_letters(c: char) -> bool {
    let never = [
        Script::Latin,
        Script::Greek,
        Script::Cyrillic,
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
        Script::Hangul,
        Script::Common,
        Script::Inherited,
        Script::Unknown,
    ];
    !never.contains(&CodePointMapData::<Script>::new().get(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_makes_no_other_name() {
        let marks = "\u{AD}\u{34F}\u{61C}\u{115F}\u{1160}\u{17B4}\u{180E}\u{200B}\u{200C}\u{200D}\
            \u{200E}\u{202E}\u{2060}\u{2064}\u{2066}\u{206F}\u{2800}\u{3164}\u{FE00}\u{FE0E}\u{FE0F}\
            \u{FEFF}\u{FFA0}\u{FFF9}\u{1BCA0}\u{1D159}\u{1D173}\u{E0001}\u{E0041}\u{E0100}";
        for mark in marks.chars() {
            for text in [
                format!("{mark}Acme"),
                format!("Ac{mark}me"),
                format!("Acme{mark}"),
                format!("Ac{mark}{mark}me"),
            ] {
                assert_eq!(without_invisible(&text), "Acme", "{text:?}");
            }
        }
    }

    #[test]
    fn what_is_shown_stays_as_it_is() {
        for text in [
            "Łódź 東京 서울",
            "👩\u{200D}🚀",
            "👩🏽\u{200D}💻",
            "🏳\u{FE0F}\u{200D}🌈",
            "❤\u{FE0F}",
            "1\u{FE0F}\u{20E3}",
            "می\u{200C}خواهم",
            "क्\u{200D}ष",
        ] {
            assert_eq!(without_invisible(text), text, "{text:?}");
        }
    }

    #[test]
    fn a_joiner_that_joins_nothing_is_dropped() {
        for (text, kept) in [
            ("👩\u{200D}", "👩"),
            ("👩\u{200D}\u{200D}🚀", "👩\u{200D}🚀"),
            ("می\u{200C}", "می"),
            ("1\u{FE0F}", "1"),
            ("❤\u{FE0F}\u{FE0F}", "❤\u{FE0F}"),
            ("a\u{200D}🚀", "a🚀"),
        ] {
            assert_eq!(without_invisible(text), kept, "{text:?}");
        }
    }
}
