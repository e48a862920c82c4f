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

/// The English message under a key, with its places filled.
pub fn filled(key: &str, places: &[(&str, &str)]) -> String {
    places.iter().fold(words(key), |text, (place, value)| {
        text.replace(&format!("{{{place}}}"), value)
    })
}

/// The English message under a key that depends on a count.
pub fn counted(key: &str, count: usize) -> String {
    let messages = include_str!("../../ui/src/words/en.json");
    let messages: Value = serde_json::from_str(messages).unwrap();
    let form = if count == 1 { "one" } else { "other" };
    let text = messages[key][form].as_str();
    let text = text.unwrap_or_else(|| panic!("no words for {key}"));
    text.replace("{count}", &count.to_string())
}
