//! The message catalogue: what Keyrack says, in each language.
//!
//! The catalogue is the window's (`ui/src/words`), so that the window, the command and the page in
//! the browser say the same of the same cause.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::preferences::Language;
use crate::domain::problem::{Cause, Problem};

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    messages: &'static Messages,
    /// The sign between groups of three digits.
    group: char,
}

type Messages = HashMap<String, Message>;

/// A message with `{places}`, or its forms by a count.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Message {
    One(String),
    Plural { one: String, other: String },
}

/// A problem in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemWords {
    /// A few words, to stand beside a status.
    pub short: String,
    /// What happened.
    pub what: String,
    /// What is safe.
    pub safe: String,
    /// What to do next.
    pub next: String,
    /// What a system or Notion said, in its own language.
    pub detail: Option<String>,
}

static ENGLISH: LazyLock<Messages> =
    LazyLock::new(|| messages(include_str!("../../../ui/src/words/en.json")));
static GERMAN: LazyLock<Messages> =
    LazyLock::new(|| messages(include_str!("../../../ui/src/words/de.json")));

/// The messages of a file; a test reads every one of them.
fn messages(file: &str) -> Messages {
    serde_json::from_str(file).unwrap_or_default()
}

impl Words {
    /// The words of a language.
    #[must_use]
    pub fn of(language: Language) -> Self {
        match language {
            Language::En => Self {
                messages: &ENGLISH,
                group: ',',
            },
            Language::De => Self {
                messages: &GERMAN,
                group: '.',
            },
        }
    }

    /// The message under a key, its `{places}` filled; the key itself if there is no message.
    #[must_use]
    pub fn text(&self, key: &str, places: &[(&str, &str)]) -> String {
        self.form(key, None, places)
    }

    /// The message under a key in the form for `count`, which fills its place.
    #[must_use]
    pub fn counted(&self, key: &str, count: usize, places: &[(&str, &str)]) -> String {
        self.form(key, Some(count), places)
    }

    fn form(&self, key: &str, count: Option<usize>, places: &[(&str, &str)]) -> String {
        let message = match (self.messages.get(key), count) {
            (None, _) => key,
            (Some(Message::One(text)), _) => text,
            (Some(Message::Plural { one, .. }), Some(1)) => one,
            (Some(Message::Plural { other, .. }), _) => other,
        };
        let counted = count.map(|count| self.grouped(count));
        fill(message, |place| match (place, &counted) {
            ("count", Some(counted)) => Some(counted),
            _ => places
                .iter()
                .find_map(|(name, value)| (*name == place).then_some(*value)),
        })
    }

    /// A number with its digits in groups of three.
    fn grouped(&self, number: usize) -> String {
        let digits = number.to_string();
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(self.group);
            }
            text.push(digit);
        }
        text
    }

    /// A problem in words: what happened, what is safe, what to do next.
    #[must_use]
    pub fn problem(&self, problem: &Problem) -> ProblemWords {
        let mut words = self.cause(&problem.cause);
        if let Some(seconds) = problem.retry_after {
            let duration = self.duration(seconds);
            words.next = self.text("problem.wait", &[("duration", &duration)]);
        }
        words
    }

    /// A cause in words; the words of the cause behind it follow what happened.
    fn cause(&self, cause: &Cause) -> ProblemWords {
        let data = match serde_json::to_value(cause) {
            Ok(Value::Object(data)) => data,
            _ => serde_json::Map::new(),
        };
        let mut places = Vec::new();
        let mut count = None;
        for (name, value) in &data {
            match value {
                Value::String(field) if name == "field" => {
                    places.push((name.as_str(), self.text(&format!("invalid.{field}"), &[])));
                }
                Value::String(text) => places.push((name, text.clone())),
                Value::Number(number) if name == "count" => {
                    count = number.as_u64().and_then(|count| count.try_into().ok());
                }
                Value::Number(number) => places.push((name, number.to_string())),
                _ => {}
            }
        }
        let behind = why(cause).map(|why| self.cause(why));
        if let Some(behind) = &behind {
            places.push(("remedy", behind.next.clone()));
        }
        let places: Vec<(&str, &str)> = places
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let code = data.get("code").and_then(Value::as_str).unwrap_or_default();
        let word = |part: &str| self.form(&format!("problem.{code}.{part}"), count, &places);
        let detail = data.get("detail").and_then(Value::as_str);
        let mut what = word("what");
        if let Some(behind) = &behind {
            what = format!("{what} {}", behind.what);
        }
        ProblemWords {
            short: word("short"),
            what,
            safe: word("safe"),
            next: word("next"),
            detail: detail
                .filter(|detail| !detail.is_empty())
                .map(str::to_owned)
                .or(behind.and_then(|behind| behind.detail)),
        }
    }

    /// A problem in one line for a terminal.
    #[must_use]
    pub fn line(&self, problem: &Problem) -> String {
        let words = self.problem(problem);
        let request = problem.request_id.as_deref();
        let request = request.map(|id| self.text("problem.request", &[("id", id)]));
        let mut parts = vec![words.what, words.safe, words.next];
        // What is said is not said again.
        let detail = words.detail.filter(|detail| !parts[0].contains(detail));
        let asides = [detail, request].into_iter().flatten();
        parts.extend(asides.map(|aside| format!("({aside})")));
        parts.join(" ")
    }

    /// A wait in whole seconds, or in minutes from two minutes on, rounded up.
    fn duration(&self, seconds: u64) -> String {
        let (key, count) = match seconds {
            0..120 => ("duration.second", seconds),
            _ => ("duration.minute", seconds.div_ceil(60)),
        };
        self.counted(key, count.try_into().unwrap_or(usize::MAX), &[])
    }
}

/// The cause behind a cause.
fn why(cause: &Cause) -> Option<&Cause> {
    match cause {
        Cause::ExchangeLost { why }
        | Cause::NotListed { why }
        | Cause::GrantEnded { why }
        | Cause::GrantRemains { why }
        | Cause::RefreshUnfinished { why }
        | Cause::RefreshLost { why }
        | Cause::RefreshNotSaved { why }
        | Cause::RefreshTokensRemain { why }
        | Cause::NotRevokedYet { why, .. }
        | Cause::RevocationUnfinished { why, .. }
        | Cause::NotRemoved { why }
        | Cause::NotHandedOut { why, .. }
        | Cause::NotExported { why, .. } => Some(why),
        _ => None,
    }
}

/// A message with its `{places}` filled by what `value` gives; one it does not know stays.
fn fill<'a>(message: &'a str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut parts = message.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let filled = part
            .split_once('}')
            .and_then(|(place, behind)| Some((value(place)?, behind)));
        match filled {
            Some((value, behind)) => text.extend([value, behind]),
            None => text.extend(["{", part]),
        }
    }
    text
}
