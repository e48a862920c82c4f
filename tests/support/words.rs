//! The window's messages, read from its message file.

use serde_json::Value;

/// The English message under a key.
pub fn words(key: &str) -> String {
    let messages = include_str!("../../ui/src/words/en.json");
    let messages: Value = serde_json::from_str(messages).unwrap();
    messages[key]
        .as_str()
        .unwrap_or_else(|| panic!("no words for {key}"))
        .to_owned()
}
