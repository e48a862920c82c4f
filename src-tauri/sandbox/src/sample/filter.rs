//! The filters and sorts of a data source's query.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{invalid, properties, text};
use crate::reply::Refusal;

/// A filter, checked against the schema.
pub(crate) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    One(Field, Vec<(String, Value)>),
}

/// What is compared: a property by its name, or a time of the page.
pub(crate) enum Field {
    Property(String),
    Time(&'static str),
}

/// The comparisons that are known, of all types of properties.
const COMPARISONS: [&str; 16] = [
    "equals",
    "does_not_equal",
    "contains",
    "does_not_contain",
    "starts_with",
    "ends_with",
    "greater_than",
    "less_than",
    "greater_than_or_equal_to",
    "less_than_or_equal_to",
    "before",
    "after",
    "on_or_before",
    "on_or_after",
    "is_empty",
    "is_not_empty",
];

impl Field {
    fn read(schema: &Value, sent: &Map<String, Value>) -> Result<Self, Refusal> {
        match (text_of(sent, "property"), text_of(sent, "timestamp")) {
            (Some(wanted), _) => {
                let name = properties::name(schema, wanted);
                let name = name.ok_or_else(|| {
                    invalid(&format!(
                        "Could not find property with name or id: {wanted}"
                    ))
                })?;
                Ok(Self::Property(name.to_owned()))
            }
            (None, Some("created_time")) => Ok(Self::Time("created_time")),
            (None, Some("last_edited_time")) => Ok(Self::Time("last_edited_time")),
            (None, _) => Err(invalid(
                "body failed validation: `property` or `timestamp` should be defined.",
            )),
        }
    }

    /// The value of a page that is compared: a text, number, truth or date, or a list of names.
    fn value(&self, page: &Value) -> Value {
        let property = match self {
            Self::Time(name) => return page[*name].clone(),
            Self::Property(name) => &page["properties"][name],
        };
        let kind = properties::kind(property);
        let value = &property[kind];
        match kind {
            "title" | "rich_text" => text::plain(value).into(),
            "select" | "status" => value["name"].clone(),
            "date" => value["start"].clone(),
            "multi_select" => names(value, "name"),
            "people" => names(value, "id"),
            _ => value.clone(),
        }
    }
}

fn text_of<'a>(sent: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    sent.get(name)?.as_str()
}

fn names(list: &Value, field: &str) -> Value {
    let list = list.as_array().into_iter().flatten();
    list.map(|one| one[field].clone()).collect()
}

impl Filter {
    pub(crate) fn read(schema: &Value, sent: &Value) -> Result<Self, Refusal> {
        let object = sent.as_object();
        let object =
            object.ok_or_else(|| invalid("body failed validation: filter should be an object."))?;
        for (name, group) in [("and", Self::And as fn(_) -> _), ("or", Self::Or)] {
            if let Some(all) = object.get(name).and_then(Value::as_array) {
                let all: Result<_, _> = all.iter().map(|one| Self::read(schema, one)).collect();
                return all.map(group);
            }
        }
        let field = Field::read(schema, object)?;
        let kind = match &field {
            Field::Property(name) => properties::kind(&schema[name]),
            Field::Time(name) => name,
        };
        let condition = object.get(kind).and_then(Value::as_object).ok_or_else(|| {
            invalid(&format!(
                "body failed validation: filter.{kind} should be defined."
            ))
        })?;
        if let Some(unknown) = condition
            .keys()
            .find(|it| !COMPARISONS.contains(&it.as_str()))
        {
            return Err(invalid(&format!(
                "The sandbox does not know the comparison `{unknown}` of {kind}."
            )));
        }
        let condition = condition.clone().into_iter().collect();
        Ok(Self::One(field, condition))
    }

    /// Whether a page fits.
    pub(crate) fn fits(&self, page: &Value) -> bool {
        match self {
            Self::And(all) => all.iter().all(|one| one.fits(page)),
            Self::Or(all) => all.iter().any(|one| one.fits(page)),
            Self::One(field, conditions) => {
                let value = field.value(page);
                let mut conditions = conditions.iter();
                conditions.all(|(comparison, wanted)| compare(&value, comparison, wanted))
            }
        }
    }
}

fn compare(value: &Value, comparison: &str, wanted: &Value) -> bool {
    let order = || order(value, wanted);
    let text = value.as_str().unwrap_or_default();
    let part = wanted.as_str().unwrap_or_default();
    match comparison {
        "equals" => equals(value, wanted),
        "does_not_equal" => !equals(value, wanted),
        "contains" => contains(value, wanted),
        "does_not_contain" => !contains(value, wanted),
        "starts_with" => text.starts_with(part),
        "ends_with" => text.ends_with(part),
        "greater_than" | "after" => order() == Some(Ordering::Greater),
        "less_than" | "before" => order() == Some(Ordering::Less),
        "greater_than_or_equal_to" | "on_or_after" => order().is_some_and(Ordering::is_ge),
        "less_than_or_equal_to" | "on_or_before" => order().is_some_and(Ordering::is_le),
        "is_empty" => is_empty(value),
        _ => !is_empty(value),
    }
}

/// Whether a value is the wanted one, or one of several that are wanted.
fn equals(value: &Value, wanted: &Value) -> bool {
    match wanted.as_array() {
        Some(several) => several.contains(value),
        None => order(value, wanted) == Some(Ordering::Equal),
    }
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::Array(list) => list.contains(wanted),
        Value::String(text) => wanted.as_str().is_some_and(|part| text.contains(part)),
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// The order of two values of one type; RFC 3339 has times in UTC sort as texts do.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        (Value::Number(one), Value::Number(other)) => one.as_f64()?.partial_cmp(&other.as_f64()?),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// A sort by one property or time.
pub(crate) struct Sort {
    field: Field,
    descending: bool,
}

impl Sort {
    pub(crate) fn read(schema: &Value, sent: &Value) -> Result<Self, Refusal> {
        let sent = sent.as_object();
        let sent =
            sent.ok_or_else(|| invalid("body failed validation: sorts should be objects."))?;
        let field = Field::read(schema, sent)?;
        let descending = match text_of(sent, "direction") {
            Some("ascending") => false,
            Some("descending") => true,
            _ => {
                return Err(invalid(
                    "body failed validation: sorts.direction should be `ascending` or \
                     `descending`.",
                ));
            }
        };
        Ok(Self { field, descending })
    }

    /// The order of two pages; what is empty comes last either way.
    pub(crate) fn order(&self, one: &Value, other: &Value) -> Ordering {
        let (one, other) = (self.field.value(one), self.field.value(other));
        let by_value = order(&one, &other).unwrap_or(Ordering::Equal);
        let by_value = if self.descending {
            by_value.reverse()
        } else {
            by_value
        };
        is_empty(&one).cmp(&is_empty(&other)).then(by_value)
    }
}
