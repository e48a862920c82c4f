//! Names as a person writes them, who means the same name by different bytes.

use icu_normalizer::ComposingNormalizer;
use notion_oauth::sanitize_display_text;

/// A name in the form by which names are compared: as it is shown, in one Unicode normal form (NFKC).
/// Keyboards, file names and web pages write the same letters in different ones.
#[must_use]
pub fn folded_name(name: &str) -> String {
    let shown = sanitize_display_text(name);
    ComposingNormalizer::new_nfkc()
        .normalize(&shown)
        .into_owned()
}

/// A name in the form by which names are compared where capitals make no other name.
#[must_use]
pub fn caseless_name(name: &str) -> String {
    folded_name(name).to_lowercase()
}

/// Those that have a name; those in whose name only the capitals are others, where none has it. `has` says
/// whether one has it, in the form by which names are compared.
pub fn called_so<T>(all: &[T], has: impl Fn(&T, fn(&str) -> String) -> bool) -> Vec<&T> {
    let with = |fold| -> Vec<_> { all.iter().filter(|one| has(one, fold)).collect() };
    let exactly = with(folded_name as fn(&str) -> String);
    if exactly.is_empty() {
        with(caseless_name)
    } else {
        exactly
    }
}

#[cfg(test)]
mod tests {
    use super::{caseless_name, folded_name};

    #[test]
    fn a_name_is_the_same_in_every_normal_form_and_as_it_is_shown() {
        for (one, other) in [
            ("Caf\u{e9}", "Cafe\u{301}"),
            ("\u{fb01}ne", "fine"),
            ("\u{ac00}", "\u{1100}\u{1161}"),
            (" Acme\tResearch\u{202e}", "Acme Research"),
        ] {
            assert_eq!(folded_name(one), folded_name(other), "{one:?}");
        }
        assert_ne!(folded_name("Cafe"), folded_name("Caf\u{e9}"));
        assert_ne!(folded_name("acme"), folded_name("Acme"));
        assert_eq!(caseless_name("ACME\u{200b}"), caseless_name("Acme"));
    }
}
