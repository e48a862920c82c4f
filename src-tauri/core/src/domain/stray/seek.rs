//! The search for secrets in a text, which may be of any kind: bytes are looked at, not letters.

use std::iter;
use std::ops::{Range, RangeInclusive};

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

/// A kind of Notion's secrets by its beginning.
struct Form {
    prefix: &'static [u8],
    /// How many characters follow: of those that are known 43, 46 or 64.
    lengths: RangeInclusive<usize>,
    kind: StrayKind,
}

/// How Notion's secrets begin. None is taken for worthless because it begins otherwise: that only tells
/// what a stranger's may be.
const FORMS: [Form; 3] = [
    Form {
        prefix: b"ntn_",
        lengths: 43..=128,
        kind: StrayKind::Token,
    },
    Form {
        prefix: b"nrt_",
        lengths: 43..=128,
        kind: StrayKind::RefreshToken,
    },
    Form {
        prefix: b"secret_",
        lengths: 43..=50,
        kind: StrayKind::TokenOrSecret,
    },
];

/// The fewest different characters of something random; what is made up repeats itself.
const DIFFERENT: usize = 12;

/// Of how many characters at least one stands beside one of another class (small letters, capitals, figures):
/// of what is random more than every other does, of names of things in programs every fourth.
const OTHER_CLASS: (usize, usize) = (28, 100);

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
        found.extend(secret_in(text, &word, marks));
    }
    found
}

/// The secret in a word: all of it, or what is left of it after the end of an escape; or one of our own in the
/// middle of it, as where a program keeps texts without anything between them.
fn secret_in(text: &[u8], word: &Range<usize>, marks: &Marks) -> Option<(Range<usize>, What)> {
    let begins = iter::once(0).chain(escape_ends(text, word));
    let mut words = begins.map(|escaped| word.start + escaped..word.end);
    let whole = words.find_map(|word| {
        if let Some((number, whole)) = marks.find(text, word.clone()) {
            return Some((whole, What::Own(number)));
        }
        let kind = looks_like(text.get(word.clone())?)?;
        Some((word, What::Like(kind)))
    });
    whole.or_else(|| {
        let inside = text.get(word.clone())?;
        (1..inside.len()).find_map(|at| {
            let rest = inside.get(at..)?;
            let begins = FORMS.iter().any(|form| rest.starts_with(form.prefix));
            let (number, whole) = begins.then(|| marks.find_at(text, word.start + at))??;
            Some((whole, What::Own(number)))
        })
    })
}

/// How much of a word may be the end of an escape before it: of a letter in JSON or a shell (`\n`, `\u003d`,
/// `\x3d`), of one in an address or a letter (`%3D`, `=3D`), or of a colour on a terminal (`[1;32m`).
fn escape_ends(text: &[u8], word: &Range<usize>) -> impl Iterator<Item = usize> + use<> {
    let before = word.start.checked_sub(1).and_then(|at| text.get(at));
    let inside = text.get(word.clone()).unwrap_or_default();
    let lengths = match (before, inside.first()) {
        (Some(b'\\'), Some(b'u')) => vec![5, 1],
        (Some(b'\\'), Some(b'x')) => vec![3, 1],
        (Some(b'\\'), _) => vec![1],
        (Some(b'%' | b'='), _) => vec![2],
        (Some(b'[' | b';'), _) => {
            let figures = inside.iter().take_while(|byte| byte.is_ascii_digit());
            vec![figures.count() + 1]
        }
        _ => Vec::new(),
    };
    let most = inside.len();
    lengths.into_iter().filter(move |length| *length < most)
}

/// What a word looks like: one of Notion's prefixes, and then as much that is random as a secret has.
fn looks_like(word: &[u8]) -> Option<StrayKind> {
    let (random, form) = FORMS
        .iter()
        .find_map(|form| Some((word.strip_prefix(form.prefix)?, form)))?;
    let mut different = [false; 256];
    for byte in random {
        different[usize::from(*byte)] = true;
    }
    let class = |byte: &u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
    let pairs = random.windows(2);
    let changes = pairs.filter(|pair| pair.first().map(class) != pair.last().map(class));
    let (part, of) = OTHER_CLASS;
    let is_random = form.lengths.contains(&random.len())
        && random.iter().all(u8::is_ascii_alphanumeric)
        && random.iter().any(u8::is_ascii_digit)
        && random.iter().any(u8::is_ascii_alphabetic)
        && different.iter().filter(|seen| **seen).count() >= DIFFERENT
        && changes.count() * of >= random.len() * part;
    is_random.then_some(form.kind)
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
            format!("https://a.example/?h=Bearer%20{NEW}&a=b"),
            format!("{{\"a\": \"\\u0022{NEW}\\u0022\"}}"),
            format!("a\\x3d{NEW}"),
            format!("NOTION_TOKEN=3D{NEW}"),
            format!("\u{1b}[1;32m{NEW}\u{1b}[0m"),
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
            "secret_managerServiceConfigurationForTheProductionEnvironment2",
            "secret_e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "ntn_networkTranslationNodeConfigurationManagerFactoryBean2Impl",
            "nrt_normalizedRelativeTransformMatrix4x4ForSkeletalAnimation",
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
        assert_eq!(
            in_text(&format!("notion{NEW}bot\u{1}2{NEW}")),
            [What::Own(0); 2]
        );
        let other = NEW.replace("Lh2", "Lh3");
        assert_eq!(in_text(&other), [What::Like(StrayKind::Token)]);
    }
}
