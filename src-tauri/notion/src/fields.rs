//! The lenient reading of a JSON object, field by field.

use std::collections::HashMap;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Owner;

/// A JSON object whose values are still text inside the reply, so that a token is copied only once
/// and nesting, however deep, costs nothing.
#[derive(Default)]
pub(crate) struct Fields<'a>(HashMap<String, &'a RawValue>);

/// A required field that is absent, null, empty or of another type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Missing(pub &'static str);

/// What a body that is not a JSON object is instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoObject {
    #[error("an empty body")]
    Empty,
    #[error("a web page")]
    Page,
    #[error("a body that is not JSON")]
    NotJson,
    #[error("JSON that is not an object")]
    OtherJson,
}

impl<'a> Fields<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, NoObject> {
        match serde_json::from_slice(body) {
            Ok(fields) => Ok(Self(fields)),
            Err(_) if serde_json::from_slice::<&RawValue>(body).is_ok() => Err(NoObject::OtherJson),
            Err(_) => Err(match body.trim_ascii_start().first() {
                None => NoObject::Empty,
                Some(b'<') => NoObject::Page,
                Some(_) => NoObject::NotJson,
            }),
        }
    }

    /// The field as a value of type `T`; anything else counts as absent.
    pub fn get<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    /// The field as a text that is not empty.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).filter(|text: &String| !text.is_empty())
    }

    /// The field as a secret text that is not empty.
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    pub fn object(&self, name: &str) -> Option<Self> {
        self.get(name).map(Self)
    }

    /// The field as an owner, in a shape that names somebody.
    pub fn owner(&self, name: &str) -> Option<Owner> {
        Owner::read(&self.object(name)?)
    }

    pub fn require_text(&self, name: &'static str) -> Result<String, Missing> {
        self.text(name).ok_or(Missing(name))
    }
}
