//! The order of names, about as a person looks for them; the window uses the engine's
//! (`Intl.Collator`).

use icu_normalizer::DecomposingNormalizer;

/// A key that sorts a name without case and accents, and numbers by their value.
pub(crate) fn sort_key(name: &str) -> String {
    let decomposed = DecomposingNormalizer::new_nfd();
    let mut letters = decomposed
        .normalize_iter(name.chars())
        .filter(|c| !is_accent(*c))
        .flat_map(char::to_lowercase)
        .peekable();
    let mut key = String::new();
    while let Some(letter) = letters.next() {
        if !letter.is_ascii_digit() {
            key.push(letter);
            continue;
        }
        let mut number = String::from(letter);
        while let Some(digit) = letters.next_if(char::is_ascii_digit) {
            number.push(digit);
        }
        // Of two numbers, the one with more digits is the greater one.
        let number = number.trim_start_matches('0');
        key.extend(std::iter::repeat_n('9', number.len()));
        key.push('.');
        key.push_str(number);
    }
    key
}

/// Whether a character is one of the Combining Diacritical Marks (Unicode Standard, chapter 7.9).
fn is_accent(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}')
}

#[cfg(test)]
mod tests {
    use super::sort_key;

    #[test]
    fn names_sort_as_a_person_looks_for_them() {
        let sorted = [
            "acme",
            "Ärzte",
            "Atlas 0",
            "atlas 2",
            "Atlas 010",
            "Atlas 10b",
            "Atlas 100",
            "Étoile",
            "Zoo",
            "東京",
        ];
        let mut names = sorted;
        names.reverse();
        names.sort_by_cached_key(|name| sort_key(name));
        // "Atlas 010" and "Atlas 10b" differ by what follows the number.
        assert_eq!(names, sorted);
    }
}
