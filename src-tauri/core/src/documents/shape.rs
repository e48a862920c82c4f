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
    id: &'a str,
    name: &'a str,
}

/// The token of an act that was made elsewhere, with its name at that time. It has no client.
#[derive(Debug, Serialize)]
pub struct TokenThen<'a> {
    name: &'a str,
}

/// Whose connection an act was of: a client's or, where the connection is its own, nobody's but its token's.
pub fn issuer_then<'a>(
    client: &'a str,
    name: &'a str,
    connection: Option<&str>,
) -> (Option<ClientThen<'a>>, Option<TokenThen<'a>>) {
    if connection == Some(client) {
        (None, Some(TokenThen { name }))
    } else {
        (Some(ClientThen { id: client, name }), None)
    }
}

/// The word that a value has in JSON.
pub fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
