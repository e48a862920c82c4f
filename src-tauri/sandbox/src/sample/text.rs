//! Rich text and times, as Notion writes them.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::invalid;
use crate::reply::Refusal;

/// The longest text of one item, in characters.
const TEXT_LIMIT: usize = 2000;

/// Writes a time, given in milliseconds since the Unix epoch, UTC. Notion rounds to the minute.
pub(crate) fn time(ms: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(ms / 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:00.000Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute()
    )
}

/// Rich text of one plain item; no item for an empty text.
pub(crate) fn rich(text: &str) -> Value {
    if text.is_empty() {
        return json!([]);
    }
    json!([item(
        "text",
        &json!({ "content": text, "link": null }),
        text,
        &json!({})
    )])
}

/// The text of rich text, without its style.
pub(crate) fn plain(rich: &Value) -> String {
    let items = rich.as_array().into_iter().flatten();
    items
        .filter_map(|item| item["plain_text"].as_str())
        .collect()
}

/// Rich text as it is shown, from rich text as it is sent; `at` names its place in the request.
pub(crate) fn shown(sent: &Value, at: &str) -> Result<Value, Refusal> {
    let items = sent
        .as_array()
        .ok_or_else(|| invalid(&format!("body failed validation: {at} should be an array.")))?;
    items.iter().map(|item| shown_item(item, at)).collect()
}

fn shown_item(sent: &Value, at: &str) -> Result<Value, Refusal> {
    let style = &sent["annotations"];
    if let Some(content) = sent["text"]["content"].as_str() {
        let length = content.chars().count();
        if length > TEXT_LIMIT {
            return Err(invalid(&format!(
                "body failed validation: {at}.text.content.length should be ≤ `{TEXT_LIMIT}`, \
                 instead was `{length}`."
            )));
        }
        let text = json!({ "content": content, "link": sent["text"]["link"] });
        return Ok(item("text", &text, content, style));
    }
    if let Some(expression) = sent["equation"]["expression"].as_str() {
        let equation = json!({ "expression": expression });
        return Ok(item("equation", &equation, expression, style));
    }
    if sent["mention"].is_object() {
        return Ok(item("mention", &sent["mention"], "@mention", style));
    }
    Err(invalid(&format!(
        "body failed validation: {at} should have `text`, `mention` or `equation` defined."
    )))
}

fn item(kind: &str, content: &Value, plain: &str, style: &Value) -> Value {
    let mut annotations = json!({
        "bold": false,
        "italic": false,
        "strikethrough": false,
        "underline": false,
        "code": false,
        "color": "default",
    });
    if let (Some(all), Some(given)) = (annotations.as_object_mut(), style.as_object()) {
        all.extend(given.clone());
    }
    json!({
        "type": kind,
        kind: content,
        "annotations": annotations,
        "plain_text": plain,
        "href": content["link"]["url"],
    })
}
