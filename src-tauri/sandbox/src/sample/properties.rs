//! Properties of pages: as they are shown, from what was sent and the schema.

use serde_json::{Map, Value, json};

use super::{content::Content, ids, invalid, text, users};
use crate::reply::Refusal;

/// The schema of the properties below a parent: the data source's, or a title alone.
pub(crate) fn schema_of(content: &Content, parent: &Value) -> Value {
    if parent["type"] == "data_source_id" {
        return content.data_source["properties"].clone();
    }
    json!({ "title": { "id": "title", "name": "title", "type": "title" } })
}

/// The properties of a page that has no values yet.
pub(crate) fn empty(schema: &Value) -> Value {
    let properties = schema.as_object().into_iter().flatten();
    let empty = properties.map(|(name, one)| {
        let value = match kind(one) {
            "title" | "rich_text" | "multi_select" | "people" => json!([]),
            "checkbox" => json!(false),
            _ => Value::Null,
        };
        (name.clone(), property(one, &value))
    });
    Value::Object(empty.collect())
}

/// A property's name, by its name or its id.
pub(crate) fn name<'a>(schema: &'a Value, wanted: &str) -> Option<&'a str> {
    let mut properties = schema.as_object()?.iter();
    let found = properties.find(|(name, one)| *name == wanted || one["id"] == wanted);
    found.map(|(name, _)| name.as_str())
}

/// A property's type.
pub(crate) fn kind(schema: &Value) -> &str {
    schema["type"].as_str().unwrap_or_default()
}

/// A property with a value.
pub(crate) fn property(schema: &Value, value: &Value) -> Value {
    json!({ "id": schema["id"], "type": schema["type"], kind(schema): value })
}

/// The name of a property, and the property as it is shown.
pub(crate) fn shown(
    schema: &Value,
    wanted: &str,
    sent: &Value,
) -> Result<(String, Value), Refusal> {
    let name = name(schema, wanted)
        .ok_or_else(|| invalid(&format!("{wanted} is not a property that exists.")))?;
    let one = &schema[name];
    let kind = kind(one);
    // A text may come without its type.
    let sent = match sent.get(kind) {
        Some(value) => value,
        None if sent.is_array() => sent,
        None => return Err(expected(name, kind)),
    };
    let value = value(name, one, sent)?.ok_or_else(|| expected(name, kind))?;
    Ok((name.to_owned(), property(one, &value)))
}

fn expected(name: &str, kind: &str) -> Refusal {
    invalid(&format!("{name} is expected to be {kind}."))
}

/// A value as it is shown; `None` if it is not of the property's type.
fn value(name: &str, schema: &Value, sent: &Value) -> Result<Option<Value>, Refusal> {
    let cleared = sent.is_null();
    let of_type = match kind(schema) {
        "title" | "rich_text" => {
            let at = format!("body.properties.{name}");
            return text::shown(sent, &at).map(Some);
        }
        "number" => cleared || sent.is_number(),
        "checkbox" => sent.is_boolean(),
        "url" => cleared || sent.is_string(),
        "date" | "select" | "status" if cleared => true,
        "date" => {
            return Ok(sent["start"].as_str().map(|start| {
                json!({ "start": start, "end": sent["end"], "time_zone": sent["time_zone"] })
            }));
        }
        "select" | "status" => return option(schema, sent).map(Some),
        "multi_select" => {
            let Some(options) = sent.as_array() else {
                return Ok(None);
            };
            let options: Result<Vec<_>, _> =
                options.iter().map(|sent| option(schema, sent)).collect();
            return options.map(|options| Some(options.into()));
        }
        "people" => {
            let people = sent.as_array().map(|people| {
                let ids = people.iter().filter_map(|person| person["id"].as_str());
                ids.map(users::partial).collect()
            });
            return Ok(people.map(Value::Array));
        }
        _ => false,
    };
    Ok(of_type.then(|| sent.clone()))
}

/// An option by its name or id. A name that nobody has yet makes a new option, but not of a status.
fn option(schema: &Value, sent: &Value) -> Result<Value, Refusal> {
    let kind = kind(schema);
    let options = schema[kind]["options"].as_array().into_iter().flatten();
    let wanted: &Map<String, Value> = sent
        .as_object()
        .ok_or_else(|| expected(schema["name"].as_str().unwrap_or_default(), kind))?;
    let mut same = options.filter(|option| {
        let same = |field: &str| wanted.get(field).is_none_or(|it| *it == option[field]);
        same("id") && same("name")
    });
    if let Some(option) = same.next() {
        let field = |name: &str| option[name].clone();
        return Ok(json!({ "id": field("id"), "name": field("name"), "color": field("color") }));
    }
    match wanted.get("name").and_then(Value::as_str) {
        Some(name) if kind != "status" => {
            Ok(json!({ "id": ids::new(), "name": name, "color": "default" }))
        }
        _ => Err(invalid(&format!(
            "{} has no such option: {sent}.",
            schema["name"].as_str().unwrap_or_default()
        ))),
    }
}
