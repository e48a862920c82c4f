//! The search for secrets in a text, which may be of any kind: bytes are looked at, not letters.

use std::ops::Range;

use super::found::StrayKind;
use super::marks::{Marks, is_word};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The secret of a mark, by its number.
    Own(usize),
    /// Something that looks like a secret of Notion's.
    Like(StrayKind),
}

/// How Notion's secrets begin. None is taken for worthless because it begins otherwise: that only tells
/// what a stranger's may be.
const PREFIXES: [(&[u8], StrayKind); 3] = [
    (b"ntn_", StrayKind::Token),
    (b"nrt_", StrayKind::RefreshToken),
    (b"secret_", StrayKind::TokenOrSecret),
];

/// How many characters follow the prefix: of those that are known 43, 46 or 64.
const LENGTHS: Range<usize> = 43..129;

/// The fewest different characters of something random; what is made up repeats itself.
const DIFFERENT: usize = 12;

/// Finds secrets in a text, in their order: where each stands, and what it is.
pub(crate) fn seek(text: &[u8], marks: &Marks) -> Vec<(Range<usize>, What)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let word = at..at + length;
        at = word.end;
        if let Some(one) = secret_in(text, word.clone(), marks) {
            found.push(one);
        } else if word.start > 0 && text.get(word.start - 1) == Some(&b'\\') {
            // What looks like the word's first letter is the end of an escape, such as a line's.
            found.extend(secret_in(text, word.start + 1..word.end, marks));
        }
    }
    found
}

fn secret_in(text: &[u8], word: Range<usize>, marks: &Marks) -> Option<(Range<usize>, What)> {
    if let Some((number, whole)) = marks.find(text, word.clone()) {
        return Some((whole, What::Own(number)));
    }
    let kind = looks_like(text.get(word.clone())?)?;
    Some((word, What::Like(kind)))
}

/// What a word looks like: one of Notion's prefixes, and then as much that is random as a secret has.
fn looks_like(word: &[u8]) -> Option<StrayKind> {
    let (random, kind) = PREFIXES
        .iter()
        .find_map(|(prefix, kind)| Some((word.strip_prefix(*prefix)?, *kind)))?;
    let mut different = [false; 256];
    for byte in random {
        different[usize::from(*byte)] = true;
    }
    let is_random = LENGTHS.contains(&random.len())
        && random.iter().all(u8::is_ascii_alphanumeric)
        && random.iter().any(u8::is_ascii_digit)
        && random.iter().any(u8::is_ascii_alphabetic)
        && different.iter().filter(|seen| **seen).count() >= DIFFERENT;
    is_random.then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "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";
    const OLD: &str = "secret_Bq3TzR8vLk1XwYc0MfHn5JdPgUa7SeOi2VxZb9KtQ4W";
    const REFRESH: &str = "nrt_4991090011501Ejc6Xn4sHguI7jZIN449mKe9PRhpMfNK";

    fn found(text: &str) -> Vec<(&str, What)> {
        let found = seek(text.as_bytes(), &Marks::default());
        found
            .into_iter()
            .map(|(at, what)| (&text[at], what))
            .collect()
    }

    #[test]
    fn notions_secrets_are_found_wherever_they_stand() {
        let token = (NEW, What::Like(StrayKind::Token));
        for text in [
            NEW.to_owned(),
            format!("NOTION_TOKEN={NEW}\n"),
            format!("export NOTION_TOKEN='{NEW}' # mine"),
            format!("{{\"Authorization\": \"Bearer {NEW}\"}}"),
            format!("{{\"env\": \"A=1\\n{NEW}\\n\"}}"),
            format!("{{\"h\": \"{{\\\"Authorization\\\": \\\"Bearer {NEW}\\\"}}\"}}"),
            format!("curl https://a.example/{NEW}?x=1"),
            format!("\0\u{1}{NEW}\0"),
        ] {
            assert_eq!(found(&text), [token], "{text}");
        }
        assert_eq!(
            found(&format!("{OLD}\n{REFRESH}")),
            [
                (OLD, What::Like(StrayKind::TokenOrSecret)),
                (REFRESH, What::Like(StrayKind::RefreshToken))
            ]
        );
    }

    #[test]
    fn nothing_is_made_of_what_only_looks_alike() {
        for text in [
            "0b7d2f6e-1c3a-4f5b-9d8e-7a6b5c4d3e2f",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4aX0q9",
            "sk_live_51H8abcDEFghiJKLmnoPQRstuVWXyz0123456789abcdefGHIJ",
            "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
            "whsec_5f4dcc3b5aa765d61d8327deb882cf99aBcDeFgHiJkLmNoPq",
            "ntn_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "ntn_12345678901234567890123456789012345678901234567",
            "ntn_your_token_from_the_integration_page_goes_here_please",
            "ntn_putYourVeryOwnIntegrationTokenInThisPlaceRightHere",
            "ntn_58093141217Lh2sV8gYbT1oQrZcE",
            "my_secret_Bq3TzR8vLk1XwYc0MfHn5JdPgUa7SeOi2VxZb9KtQ4W",
            "secret_manager_projects_my_project_secrets_my_secret_v1_0",
            "nrt_",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn our_own_are_recognised_exactly_whatever_they_look_like() {
        let odd = "tok-1.abcdefghijklmnopqrstuvwx.9";
        let mut marks = Marks::default();
        for (number, secret) in [NEW, odd, "0123456789abcdef", "short"]
            .into_iter()
            .enumerate()
        {
            marks.add(number, secret);
        }
        let in_text = |text: &str| -> Vec<What> {
            let found = seek(text.as_bytes(), &marks);
            found.into_iter().map(|(_, what)| what).collect()
        };
        let all = format!("A={NEW}\nB=\"{odd}\"\nC=0123456789abcdef, short\n");
        assert_eq!(
            in_text(&all),
            [What::Own(0), What::Own(1), What::Own(2)],
            "but the one that is too short to be told from a word"
        );
        assert_eq!(in_text("tok-2.abcdefghijklmnopqrstuvwx.9"), []);
        assert_eq!(in_text("abcdefghijklmnopqrstuvwx"), []);
        assert_eq!(in_text("0123456789abcdeg"), []);
        let other = NEW.replace("Lh2", "Lh3");
        assert_eq!(in_text(&other), [What::Like(StrayKind::Token)]);
    }
}
