//! The window's message catalogue, for the notifications that the command shows on the desktop.

use keyrack_core::Language;
use serde_json::Value;

const ENGLISH: &str = include_str!("../../../ui/src/words/en.json");
const GERMAN: &str = include_str!("../../../ui/src/words/de.json");

/// The messages of one language.
pub struct Messages(Value);

impl Messages {
    /// The messages of `language`, or of the system's language; English if there are none in that.
    pub fn of(language: Option<Language>) -> Self {
        let text = match language.unwrap_or_else(system_language) {
            Language::En => ENGLISH,
            Language::De => GERMAN,
        };
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// The message under `key`, with its placeholders unfilled; empty if there is none.
    pub fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }
}

fn system_language() -> Language {
    let is_german = sys_locale::get_locale().is_some_and(|locale| locale.starts_with("de"));
    if is_german {
        Language::De
    } else {
        Language::En
    }
}
