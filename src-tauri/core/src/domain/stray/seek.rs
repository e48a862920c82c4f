//! The search for secrets in a text, which may be of any kind: bytes are looked at, not letters.

use std::iter;
use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::found::{StrayKind, masked};
use super::looks::{begins_like, looks_like};
use super::marks::{Marks, is_word};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The secret of a mark, by its number.
    Own(usize),
    /// Something that looks like a secret of Notion's.
    Like(StrayKind),
}

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// Where it stands, as it is spelled there.
    pub at: Range<usize>,
    pub what: What,
    /// Its first characters.
    pub begins: String,
}

/// The scheme before a client's credentials (RFC 7617).
const BASIC: &[u8] = b"basic";

/// Base 64 with or without what fills it up.
const BASE_64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Finds secrets in a text, in their order.
pub(crate) fn seek(text: &[u8], marks: &Marks) -> Vec<Sighting> {
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
        found.extend(in_word(text, &word, marks).map(|(at, what)| {
            let secret = String::from_utf8_lossy(text.get(at.clone()).unwrap_or_default());
            Sighting {
                begins: masked(&secret),
                at,
                what,
            }
        }));
        if text.get(word).is_some_and(is_basic) {
            found.extend(in_credentials(text, at, marks));
        }
    }
    found
}

/// A text without the secrets in it.
pub(crate) fn without_secrets(text: &str, marks: &Marks) -> String {
    let mut shown = text.to_owned();
    for secret in seek(text.as_bytes(), marks).into_iter().rev() {
        shown.replace_range(secret.at, &secret.begins);
    }
    shown
}

/// The secret in a word: all of it, or what is left of it after the end of an escape; or one in the middle of
/// it, as where a program keeps texts without anything between them, or a file is named after its token.
fn in_word(text: &[u8], word: &Range<usize>, marks: &Marks) -> Option<(Range<usize>, What)> {
    let begins = iter::once(0).chain(escape_ends(text, word));
    let mut words = begins.map(|escaped| word.start + escaped..word.end);
    let whole = words.find_map(|word| {
        let own = marks.find(text, word.clone());
        let own = own.map(|(number, whole)| (whole, What::Own(number)));
        own.or_else(|| beginning(text, word, marks))
    });
    whole.or_else(|| {
        (word.start + 1..word.end).find_map(|begin| {
            let (at, what) = beginning(text, begin..word.end, marks)?;
            let is_apart = text.get(begin - 1) == Some(&b'_');
            match what {
                What::Own(_) => Some((at, what)),
                // Names in programs go on so.
                What::Like(StrayKind::TokenOrSecret) => None,
                What::Like(_) => is_apart.then_some((at, what)),
            }
        })
    })
}

/// The secret that a word, or the rest of one, begins with.
fn beginning(text: &[u8], word: Range<usize>, marks: &Marks) -> Option<(Range<usize>, What)> {
    let rest = text.get(word.clone()).filter(|rest| begins_like(rest))?;
    if let Some((number, whole)) = marks.find_at(text, word.start) {
        return Some((whole, What::Own(number)));
    }
    let (kind, length) = looks_like(rest)?;
    Some((word.start..word.start + length, What::Like(kind)))
}

fn is_basic(word: &[u8]) -> bool {
    let ending = word.len().checked_sub(BASIC.len());
    ending.is_some_and(|ending| word[ending..].eq_ignore_ascii_case(BASIC))
}

/// The secret in the credentials that follow the name of their scheme, which are spelled in base 64.
fn in_credentials(text: &[u8], scheme: usize, marks: &Marks) -> Option<Sighting> {
    let spelled = text.get(scheme..)?.strip_prefix(b" ")?;
    let is_of_it = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let length = spelled.iter().take_while(is_of_it).count();
    let credentials = BASE_64.decode(spelled.get(..length)?).ok()?;
    let secret = seek(&credentials, marks).into_iter().next()?;
    let begin = scheme + 1;
    Some(Sighting {
        at: begin..begin + length,
        ..secret
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
            .map(|one| (&text[one.at], one.what))
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
            format!("/home/a/notes_{NEW}_old.txt"),
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
            "secret_getUserDataFromTheRemoteServerAndCacheItLocal2",
            "secret_getUserDataFromTheRemoteServerAndCacheItLocally",
            "secret_0b7d2f6e1c3a4f5b9d8e7a6b5c4d3e2f0b7d2f6e1c3",
            "secret_0B7D2F6E1C3A4F5B9D8E7A6B5C4D3E2F0B7D2F6E1C3",
            "secret_k3j9x0q2m5v8b1n4z7c6l0p9o8i7u6y5t4r3e2w1q0as",
            "secret_SGVsbG8gd29ybGQsIHRoaXMgaXMgYSB0ZXN0IG9mIGJh",
            "ntn_AKIAIOSFODNN7EXAMPLE",
            "nrt_",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_secret_is_found_in_the_credentials_of_its_client() {
        let client = "1f2e0d3c-4b5a-4968-8776-655443322110";
        let credentials = BASE_64.encode(format!("{client}:{OLD}"));
        let bare = credentials.trim_end_matches('=');
        let mut marks = Marks::default();
        marks.add(7, OLD);
        for spelled in [&credentials, bare] {
            let text = format!("curl -H 'Authorization: Basic {spelled}' https://a.example");
            assert_eq!(
                found(&text),
                [(spelled, What::Like(StrayKind::TokenOrSecret))]
            );
            let own = seek(text.as_bytes(), &marks);
            assert_eq!(own.len(), 1);
            assert_eq!(own[0].what, What::Own(7));
            assert_eq!(own[0].begins, "secret_B…", "not as it is spelled there");
            assert!(!without_secrets(&text, &marks).contains(&credentials[..16]));
        }
        let other = BASE_64.encode("ada:an ordinary password of hers");
        assert_eq!(found(&format!("Authorization: Basic {other}")), []);
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
            found.into_iter().map(|one| one.what).collect()
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
