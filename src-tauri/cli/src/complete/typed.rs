//! What is typed at a shell's prompt: words in quotes that may not be closed yet (POSIX, 2.2).

/// A word as it is typed, and what it means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    pub raw: String,
    pub text: String,
    /// The quote that is not closed.
    quote: Option<char>,
}

/// The words of a command up to the cursor, from its name on; the last is empty after a blank.
pub fn words(line: &str) -> Vec<Word> {
    let mut words = vec![Word::default()];
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(word) = words.last_mut() else {
            break;
        };
        if word.quote.is_none() && c.is_ascii_whitespace() {
            if !word.raw.is_empty() {
                words.push(Word::default());
            }
            continue;
        }
        word.raw.push(c);
        match (word.quote, c) {
            (Some(quote), _) if c == quote => word.quote = None,
            (None, '"' | '\'') => word.quote = Some(c),
            (None | Some('"'), '\\') => {
                let escaped = chars.next();
                word.raw.extend(escaped);
                let is_kept =
                    word.quote.is_some() && escaped.is_some_and(|c| !"\"\\$`".contains(c));
                word.text.extend(is_kept.then_some('\\'));
                word.text.extend(escaped);
            }
            _ => word.text.push(c),
        }
    }
    let is_setting = |word: &Word| word.raw.contains('=') && !word.raw.starts_with('-');
    let before = words.iter().take_while(|word| is_setting(word)).count();
    words.split_off(before.min(words.len() - 1))
}

/// One word alone, blanks and all.
pub fn last_word(raw: &str) -> Word {
    let blanks = raw.len() - raw.trim_start().len();
    words(&raw[blanks..]).pop().unwrap_or_default()
}

impl Word {
    /// What stands before the part that bash replaces, which it says without an opening quote.
    pub fn before(&self, current: &str) -> &str {
        let opening = usize::from(self.raw.starts_with(['"', '\'']));
        let before = self.raw.strip_suffix(current);
        before.unwrap_or(&self.raw[..opening])
    }

    /// A text as bash may find it in the place of the word, in the quotes that were opened; bash closes
    /// them.
    pub fn quoted(&self, text: &str) -> String {
        let escaped = |special: &dyn Fn(char) -> bool| {
            let mut quoted = String::new();
            for c in text.chars() {
                if special(c) {
                    quoted.push('\\');
                }
                quoted.push(c);
            }
            quoted
        };
        match self.quote {
            Some('"') => format!("\"{}", escaped(&|c| "\"\\$`".contains(c))),
            Some(_) => format!("'{}", text.replace('\'', r"'\''")),
            None => escaped(&|c| {
                c.is_ascii() && !c.is_ascii_alphanumeric() && !"-_./:=,@%+".contains(c)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        words(line).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_end_at_blanks_outside_of_quotes() {
        assert_eq!(
            texts("keyrack check Acme\\ Re"),
            ["keyrack", "check", "Acme Re"]
        );
        assert_eq!(
            texts("keyrack check \"Acme \\\" Re"),
            ["keyrack", "check", "Acme \" Re"]
        );
        assert_eq!(
            texts("keyrack check 'it\\s' "),
            ["keyrack", "check", "it\\s", ""]
        );
        assert_eq!(texts("A=1 B= keyrack  a=b"), ["keyrack", "a=b"]);
        assert_eq!(texts(""), [""]);
        assert_eq!(texts("x \\"), ["x", ""]);
        assert_eq!(last_word("Acme\\ Re").text, "Acme Re");
        assert_eq!(last_word("\"Acme Re").text, "Acme Re");
    }

    #[test]
    fn a_candidate_is_quoted_as_the_word_was_begun() {
        let quoted = |line: &str, text: &str| last_word(line).quoted(text);
        assert_eq!(quoted("Ac", "Acme & $Sons"), r"Acme\ \&\ \$Sons");
        assert_eq!(quoted("\"Ac", "Acme & $Sons"), r#""Acme & \$Sons"#);
        assert_eq!(quoted("'Ac", "Acme's"), r"'Acme'\''s");
        assert_eq!(quoted("Ca", "Café 東京"), r"Café\ 東京");
    }

    #[test]
    fn what_bash_leaves_alone_is_told_from_what_it_replaces() {
        assert_eq!(last_word("--client=Ac").before("Ac"), "--client=");
        assert_eq!(last_word("Acme:\\ O").before("\\ O"), "Acme:");
        assert_eq!(last_word("\"Acme Re").before("Acme Re"), "\"");
        assert_eq!(
            last_word("Acme\\ Re").before("Acme Re"),
            "",
            "without its quotes"
        );
    }
}
