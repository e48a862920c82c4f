//! What all documents have in common: their version, and how times, words and the client of an act stand in
//! them.

use serde::{Serialize, Serializer};

use crate::domain::time::Millis;

/// The version of the shapes: it grows when a field goes or gets another meaning, not when one is added.
const VERSION: u32 = 1;

/// An object of a document's first level, with the version of its shape. A list has no room for it, so
/// each object in it has its own.
#[derive(Debug, Serialize)]
pub struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    of: T,
}

impl<T> Versioned<T> {
    /// The object with the version of today.
    pub fn new(of: T) -> Self {
        Self {
            version: VERSION,
            of,
        }
    }
}

/// The objects of a list.
pub fn list<T, D: From<T>>(of: impl IntoIterator<Item = T>) -> Vec<Versioned<D>> {
    of.into_iter()
        .map(|one| Versioned::new(one.into()))
        .collect()
}

/// A time as RFC 3339 writes it, in UTC.
#[derive(Debug, Clone, Copy)]
pub struct Time(Millis);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.rfc3339())
    }
}

impl From<Millis> for Time {
    fn from(at: Millis) -> Self {
        Self(at)
    }
}

/// The client of an act, with its name at that time. It may be gone.
#[derive(Debug, Serialize)]
pub struct ClientThen<'a> {
    pub id: &'a str,
    pub name: &'a str,
}

/// The word that a value has in JSON.
pub fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
