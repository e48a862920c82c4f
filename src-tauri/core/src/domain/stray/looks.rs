//! What a secret of Notion's looks like, by which one is recognised that is not of the list.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::found::StrayKind;

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

/// How many hexadecimal digits a token of the sandbox has.
const SANDBOX: usize = 64;

/// The fewest different characters of something random; what is made up repeats itself.
const DIFFERENT: usize = 12;

/// Whether a text begins as Notion's secrets do.
pub(super) fn begins_like(text: &[u8]) -> bool {
    FORMS.iter().any(|form| text.starts_with(form.prefix))
}

/// What a text looks like, and how long that is, to the end of the text or to a `_`: one of Notion's
/// prefixes, and then as much that is random as a secret has.
pub(super) fn looks_like(text: &[u8]) -> Option<(StrayKind, usize)> {
    let form = FORMS.iter().find(|form| text.starts_with(form.prefix))?;
    let rest = text.get(form.prefix.len()..)?;
    let rest = rest.split(|byte| *byte == b'_').next()?;
    let is_secret = form.lengths.contains(&rest.len())
        && rest.iter().all(u8::is_ascii_alphanumeric)
        && !is_made_up(rest)
        && (is_of_sandbox(form, rest) || is_mixed(rest) && !is_name(rest) && !is_text(rest));
    is_secret.then_some((form.kind, form.prefix.len() + rest.len()))
}

/// Whether a person made a text up, as in a manual: it repeats itself, or a quarter of it counts on.
fn is_made_up(text: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in text {
        seen[usize::from(*byte)] = true;
    }
    let different = seen.iter().filter(|seen| **seen).count();
    let follows = |one: &u8, next: &u8| one.to_ascii_lowercase() + 1 == next.to_ascii_lowercase();
    let neighbours = text.iter().zip(text.iter().skip(1));
    let counting = neighbours.filter(|(one, next)| follows(one, next)).count();
    different < DIFFERENT || counting * 4 >= text.len()
}

fn is_of_sandbox(form: &Form, rest: &[u8]) -> bool {
    form.kind != StrayKind::TokenOrSecret
        && rest.len() == SANDBOX
        && rest.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a text has both small letters and capitals, which digits of no base have that are written alike.
fn is_mixed(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase)
}

/// Whether a text is a name as programs have them: four fifths of it are words, each of two small letters
/// or more with the capital before them.
fn is_name(text: &[u8]) -> bool {
    let words = text.chunk_by(|_, next| next.is_ascii_lowercase());
    let words =
        words.filter(|word| word.iter().filter(|byte| byte.is_ascii_lowercase()).count() > 1);
    let letters = words.flatten().filter(|byte| byte.is_ascii_alphabetic());
    letters.count() * 5 >= text.len() * 4
}

/// Whether a text is another one that is spelled in base 64, which may be cut within its last letter.
fn is_text(spelled: &[u8]) -> bool {
    let whole = spelled.len() / 4 * 4;
    let bytes = STANDARD.decode(spelled.get(..whole).unwrap_or_default());
    bytes.is_ok_and(|bytes| match std::str::from_utf8(&bytes) {
        Ok(_) => true,
        Err(end) => end.error_len().is_none(),
    })
}

#[cfg(test)]
#[allow(
    clippy::print_stdout,
    reason = "how many are missed and taken is a measurement"
)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef";
    const FIGURES: &str = "0123456789";
    const BASE_36: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
    const BASE_62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// How many are drawn of each kind.
    const DRAWN: usize = 40_000;

    /// Of how many secrets at most one is missed.
    const MISSED: usize = 10_000;

    /// What draws a look-alike of a length.
    type Make = fn(&mut Draw, usize) -> String;

    /// Words of which programs make names, English and German, and what stands among them.
    const WORDS: &str = "get set user data from the remote server and cache local manager service \
        configuration production environment network translation node factory bean normalized relative \
        transform matrix for skeletal animation your integration page here please own project secret key \
        value request response handler client session access refresh store parser builder provider context \
        default internal async stream buffer reader writer event listener queue worker task thread pool \
        index table column row filter query result error message status update delete create insert select \
        find load save open close list map item element object array string number boolean date time zone \
        format locale currency price order customer account payment invoice address email phone login \
        password public private test mock view controller model component render layout style theme color \
        font image button form input field label dialog window panel graph vector tensor nutzer daten vom \
        entfernten holen speichern einstellung anmeldung verbindung abrufen fehler dienst verwaltung";
    const SHORT: [&str; 15] = [
        "HTTP", "URL", "JSON", "XML", "API", "ID", "SQL", "DB", "SSH", "UI", "2", "3", "64", "4x4",
        "V2",
    ];

    /// What is drawn without an order, the same in each run.
    struct Draw {
        state: u64,
        words: Vec<&'static str>,
    }

    impl Draw {
        fn new(state: u64) -> Self {
            Self {
                state,
                words: WORDS.split_whitespace().collect(),
            }
        }

        fn below(&mut self, end: usize) -> usize {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            let drawn = (self.state >> 33) % end as u64;
            usize::try_from(drawn).expect("it is below")
        }

        fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
            all[self.below(all.len())]
        }

        fn word(&mut self) -> &'static str {
            let at = self.below(self.words.len());
            self.words[at]
        }

        fn signs(&mut self, from: &str, count: usize) -> String {
            let from = from.as_bytes();
            (0..count)
                .map(|_| char::from(from[self.below(from.len())]))
                .collect()
        }

        fn words(&mut self, length: usize, between: &[&str]) -> String {
            let mut text = self.word().to_owned();
            while text.len() < length {
                text += self.of(between);
                text += self.word();
            }
            text
        }

        /// A name, with up to two short ones among its words.
        fn name(&mut self, length: usize) -> String {
            let (mut name, mut short) = (self.word().to_owned(), 0);
            while name.len() < length {
                if short < 2 && self.below(6) == 0 {
                    short += 1;
                    name += self.of(&SHORT);
                } else {
                    let word = self.word();
                    name += &word[..1].to_uppercase();
                    name += &word[1..];
                }
            }
            name
        }
    }

    /// How many words of all that are drawn are taken for secrets, and the last of them.
    fn taken(mut draw: impl FnMut() -> String) -> (usize, Option<String>) {
        let words = (0..DRAWN).map(|_| draw());
        let taken: Vec<_> = words
            .filter(|word| looks_like(word.as_bytes()).is_some())
            .collect();
        (taken.len(), taken.into_iter().next_back())
    }

    #[test]
    fn of_secrets_in_all_their_forms_fewer_than_one_in_ten_thousand_is_missed() {
        let mut draw = Draw::new(0x9e37_79b9_7f4a_7c15);
        for (prefix, figures, others, from) in [
            ("ntn_", 11, 35, BASE_62),
            ("ntn_", 0, 43, BASE_62),
            ("ntn_", 0, 64, HEX),
            ("nrt_", 11, 35, BASE_62),
            ("nrt_", 0, 43, BASE_62),
            ("nrt_", 0, 64, HEX),
            ("secret_", 0, 43, BASE_62),
        ] {
            let (found, _) = taken(|| {
                let (number, rest) = (draw.signs(FIGURES, figures), draw.signs(from, others));
                format!("{prefix}{number}{rest}")
            });
            let missed = DRAWN - found;
            println!(
                "{prefix} with {figures} figures and {others} of {}: {missed} of {DRAWN} missed",
                from.len()
            );
            assert!(missed * MISSED < DRAWN, "{missed} missed of {prefix}");
        }
    }

    #[test]
    fn of_look_alikes_of_every_kind_none_is_taken_for_a_secret() {
        let mut draw = Draw::new(0x2545_f491_4f6c_dd1d);
        let kinds: [(&str, Make); 10] = [
            ("hash", |draw, length| draw.signs(HEX, length)),
            ("hash in capitals", |draw, length| {
                draw.signs(&HEX.to_uppercase(), length)
            }),
            ("id of base 36", |draw, length| draw.signs(BASE_36, length)),
            ("number", |draw, length| draw.signs(FIGURES, length)),
            ("name with lines between", |draw, length| {
                draw.words(length, &["_"])
            }),
            ("name in small letters", |draw, length| {
                draw.words(length, &[""])
            }),
            ("name", Draw::name),
            ("text in base 64", |draw, length| {
                let text = draw.words(length, &[" ", ": ", "\n", "ä", " = "]);
                STANDARD.encode(text)[..length].to_owned()
            }),
            ("placeholder", |draw, length| {
                let count = 3 + draw.below(6);
                let sign = draw.signs(BASE_62, count);
                sign.repeat(length)[..length].to_owned()
            }),
            ("alphabet", |draw, length| {
                let begin = draw.below(BASE_62.len());
                BASE_62.repeat(3)[begin..begin + length].to_owned()
            }),
        ];
        for (kind, make) in kinds {
            let (found, last) = taken(|| {
                let prefix = draw.of(&["ntn_", "nrt_", "secret_"]);
                // A token of the sandbox is 64 hexadecimal digits.
                let length = 43 + draw.below(20);
                format!("{prefix}{}", make(&mut draw, length))
            });
            println!("{kind}: {found} of {DRAWN} taken for a secret");
            assert_eq!(last, None, "{found} of {kind}");
        }
    }
}
