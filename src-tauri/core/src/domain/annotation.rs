//! What a person writes on a connection to find it again: labels, such as a customer's name, and a note.
//!
//! It is the person's alone: nothing is asked, sent or allowed because of it.

use notion_oauth::sanitize_display_text;
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::expiry::ExpiryDay;
use crate::domain::name::caseless_name;
use crate::domain::name_order::sort_key;
use crate::domain::problem::{Cause, Field};

/// The most labels of one connection.
pub(crate) const MOST_LABELS: usize = 20;

/// The most characters of a label.
pub(crate) const LONGEST_LABEL: usize = 60;

/// The most characters of a note, which is also the most that is kept of one line of a text
/// (`sanitize_display_text`).
pub(crate) const LONGEST_NOTE: usize = 500;

/// The labels of a connection, in the order in which a person looks for them. Two that differ in capitals or
/// in their Unicode form alone are one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Labels(Vec<String>);

/// What a person wrote on a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Annotation {
    #[serde(default)]
    pub labels: Labels,
    #[serde(default)]
    pub note: Note,
    /// When a token ends that was made elsewhere, if the person typed it.
    #[serde(default, deserialize_with = "day_at_rest")]
    pub expires_on: Option<ExpiryDay>,
}

/// What a person changes of it.
#[derive(Debug, Clone, Default)]
pub struct LabelChange {
    /// The labels to give.
    pub add: Vec<String>,
    /// The labels to take away before.
    pub remove: Vec<String>,
    /// The note in place of the one that is there; an empty one takes that away, none leaves it.
    pub note: Option<String>,
    /// The day on which a token ends, in place of the one that is there; an empty one takes that away, none
    /// leaves it.
    pub expires_on: Option<String>,
}

/// The note of a connection, which may have several lines; none if it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub struct Note(Option<String>);

impl Labels {
    /// Labels as a person typed them.
    pub(crate) fn typed(typed: &[String]) -> Result<Self, Cause> {
        Self::default().changed(typed, &[])
    }

    /// The labels without some, and then with others. One that is there already is spelt anew.
    pub(crate) fn changed(mut self, add: &[String], remove: &[String]) -> Result<Self, Cause> {
        for label in remove {
            self.remove(label);
        }
        for label in add {
            self.insert(checked_label(label)?);
        }
        if self.0.len() > MOST_LABELS {
            let field = Field::Labels;
            return Err(Cause::InvalidInput { field });
        }
        Ok(self)
    }

    /// Whether a label is among them, however it is written.
    #[must_use]
    pub fn has(&self, label: &str) -> bool {
        let wanted = caseless_name(label);
        self.0.iter().any(|one| caseless_name(one) == wanted)
    }

    /// The labels, each for itself.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn remove(&mut self, label: &str) {
        let unwanted = caseless_name(label);
        self.0.retain(|one| caseless_name(one) != unwanted);
    }

    fn insert(&mut self, label: String) {
        self.remove(&label);
        self.0.push(label);
        self.0
            .sort_by_cached_key(|one| (sort_key(one), one.clone()));
    }
}

/// Labels at rest, in a file that others may write: what no Keyrack wrote is left out.
impl From<Vec<String>> for Labels {
    fn from(kept: Vec<String>) -> Self {
        let mut labels = Self::default();
        for label in kept.iter().filter_map(|label| checked_label(label).ok()) {
            if labels.0.len() < MOST_LABELS {
                labels.insert(label);
            }
        }
        labels
    }
}

impl From<Labels> for Vec<String> {
    fn from(labels: Labels) -> Self {
        labels.0
    }
}

impl Annotation {
    /// What is written after a change.
    pub fn changed(self, change: &LabelChange) -> Result<Self, Cause> {
        Ok(Self {
            labels: self.labels.changed(&change.add, &change.remove)?,
            note: match &change.note {
                Some(note) => Note::typed(note)?,
                None => self.note,
            },
            expires_on: match &change.expires_on {
                Some(day) => typed_day(day)?,
                None => self.expires_on,
            },
        })
    }
}

impl Note {
    /// A note as a person typed it; without text it is none.
    pub(crate) fn typed(typed: &str) -> Result<Self, Cause> {
        let lines: Vec<_> = typed.lines().map(sanitize_display_text).collect();
        let text = lines.join("\n").trim().to_owned();
        if text.chars().count() > LONGEST_NOTE {
            let field = Field::Note;
            return Err(Cause::InvalidInput { field });
        }
        Ok(Self(Some(text).filter(|text| !text.is_empty())))
    }

    /// The text, if there is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// A note at rest: one that no Keyrack wrote is none.
impl From<Option<String>> for Note {
    fn from(kept: Option<String>) -> Self {
        let note = kept.map(|text| Self::typed(&text).unwrap_or_default());
        note.unwrap_or_default()
    }
}

impl From<Note> for Option<String> {
    fn from(note: Note) -> Self {
        note.0
    }
}

/// The day that a person typed; none if nothing was.
pub(crate) fn typed_day(typed: &str) -> Result<Option<ExpiryDay>, Cause> {
    let typed = Some(typed).filter(|typed| !typed.trim().is_empty());
    typed.map(ExpiryDay::typed).transpose()
}

/// A day at rest: one that no Keyrack wrote is none.
fn day_at_rest<'de, D: Deserializer<'de>>(day: D) -> Result<Option<ExpiryDay>, D::Error> {
    let kept = Option::<String>::deserialize(day)?;
    Ok(kept.and_then(|kept| kept.try_into().ok()))
}

/// A typed label as it is shown; refused if nothing is left, or too much.
fn checked_label(typed: &str) -> Result<String, Cause> {
    let label = sanitize_display_text(typed);
    if (1..=LONGEST_LABEL).contains(&label.chars().count()) {
        return Ok(label);
    }
    let field = Field::Label;
    Err(Cause::InvalidInput { field })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn labels(typed: &[&str]) -> Labels {
        Labels::typed(&texts(typed)).expect("labels")
    }

    #[test]
    fn labels_are_kept_as_they_are_shown_in_the_order_of_a_person() {
        let labels = labels(&[
            "  Kunde\t10 ",
            "Kunde 9",
            "\u{202e}Zoo\u{200b}",
            "Ärzte",
            "👩\u{200d}🚀",
        ]);
        assert_eq!(
            labels.as_slice(),
            ["Ärzte", "Kunde 9", "Kunde 10", "Zoo", "👩\u{200d}🚀"]
        );
    }

    #[test]
    fn a_label_in_other_capitals_or_in_another_form_is_the_same_and_spelt_anew() {
        for (one, other) in [
            ("acme", "ACME"),
            ("Caf\u{e9}", "CAFE\u{301}"),
            ("\u{fb01}ne", "Fine"),
            ("Acme", "Ac\u{200b}me "),
            ("ΟΔΟΣ", "οδος"),
        ] {
            let spelt = labels(&[one, other]);
            assert_eq!(spelt.as_slice(), [sanitize_display_text(other)], "{one}");
            assert!(spelt.has(one));
            let none = spelt.changed(&[], &texts(&[one])).expect("labels");
            assert_eq!(none, Labels::default());
        }
        assert!(!labels(&["Café"]).has("Cafe"));
        let renamed = labels(&["Acme", "VIP"]).changed(&texts(&["Acme Ltd"]), &texts(&["acme"]));
        assert_eq!(renamed.expect("labels"), labels(&["Acme Ltd", "VIP"]));
    }

    #[test]
    fn what_is_no_label_or_too_much_is_refused_in_words() {
        let refused = |typed: &[String]| match Labels::typed(typed) {
            Err(Cause::InvalidInput { field }) => Some(field),
            _ => None,
        };
        let long = "é".repeat(LONGEST_LABEL);
        let many: Vec<_> = (0..=MOST_LABELS).map(|n| n.to_string()).collect();
        assert_eq!(refused(&texts(&[""])), Some(Field::Label));
        assert_eq!(refused(&texts(&["\u{200b} \u{7}"])), Some(Field::Label));
        assert_eq!(refused(&texts(&[&long])), None);
        assert_eq!(refused(&[long + "e"]), Some(Field::Label));
        assert_eq!(refused(&many), Some(Field::Labels));
        assert_eq!(refused(&many[1..]), None);
    }

    #[test]
    fn a_note_keeps_its_lines_and_nothing_that_is_not_seen() {
        let text = |typed: &str| Note::typed(typed).map(|note| note.text().map(str::to_owned));
        let cleaned = text(" Ask\u{202e} Ada \r\n\u{200b}\nfirst\u{7} \n\n");
        assert_eq!(cleaned, Ok(Some("Ask Ada\n\nfirst".to_owned())));
        assert_eq!(text(" \n\u{200b}"), Ok(None));
        let long = "a".repeat(LONGEST_NOTE);
        assert_eq!(text(&long), Ok(Some(long.clone())));
        let field = Field::Note;
        for longer in [format!("{long}a"), format!("a\n{long}")] {
            assert_eq!(text(&longer), Err(Cause::InvalidInput { field }));
        }
    }

    #[test]
    fn of_what_is_read_only_what_keyrack_could_have_written_stays() {
        let many: Vec<_> = (0..50).map(|n| format!("{n:02}")).collect();
        let long = "a".repeat(LONGEST_LABEL + 1);
        let read = serde_json::json!({
            "labels": ["b", "\u{202e}", long, "B", " a "],
            "note": "a".repeat(LONGEST_NOTE + 1),
        });
        let read: Annotation = serde_json::from_value(read).expect("an annotation");
        assert_eq!(read.labels, labels(&["a", "B"]));
        assert_eq!(read.note.text(), None);
        assert_eq!(Labels::from(many.clone()).as_slice(), &many[..MOST_LABELS]);
    }
}
