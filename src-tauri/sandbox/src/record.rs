//! The record of requests for tests, with every secret value replaced by its hash.

use std::sync::{Mutex, PoisonError};

use axum::http::{
    HeaderMap, HeaderName, Method,
    header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT},
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    credentials::{Credentials, is_form},
    secret::{digest, hex},
    server,
};

/// The names of the secret fields in bodies.
const SECRET_FIELDS: [&str; 7] = [
    "code",
    "token",
    "access_token",
    "refresh_token",
    "client_secret",
    "state",
    "form_token",
];

/// One recorded request.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Recorded {
    /// The request's number, from 1.
    seq: usize,
    /// The time of the request: milliseconds since the Unix epoch, UTC.
    at_ms: i64,
    method: String,
    /// The path without the query.
    path: String,
    headers: RecordedHeaders,
    /// The body: JSON, a form as an object, anything else as a hash; null if there is none.
    body: Value,
}

/// The recorded headers; null for one that was not sent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
struct RecordedHeaders {
    authorization: Option<String>,
    content_type: Option<String>,
    notion_version: Option<String>,
    user_agent: Option<String>,
}

/// The record of all requests since the start.
#[derive(Default)]
pub(crate) struct Record(Mutex<Vec<Recorded>>);

impl Record {
    /// Records a request.
    pub(crate) fn add(&self, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seq = requests.len() + 1;
        requests.push(Recorded {
            seq,
            at_ms: server::now(),
            method: method.to_string(),
            path: path.to_owned(),
            headers: RecordedHeaders {
                authorization: authorization(headers),
                content_type: text(headers, &CONTENT_TYPE),
                notion_version: text(headers, &HeaderName::from_static("notion-version")),
                user_agent: text(headers, &USER_AGENT),
            },
            body: redacted_body(headers, body),
        });
    }

    /// All recorded requests, oldest first.
    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn hashed(secret: &str) -> String {
    format!("sha256:{}", hex(&digest(secret)))
}

fn authorization(headers: &HeaderMap) -> Option<String> {
    match Credentials::of(headers) {
        Some(Credentials::Basic { id, secret }) => Some(format!("Basic {id}:{}", hashed(&secret))),
        Some(Credentials::Bearer(token)) => Some(format!("Bearer {}", hashed(&token))),
        None => text(headers, &AUTHORIZATION).map(|whole| hashed(&whole)),
    }
}

fn redacted_body(headers: &HeaderMap, body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if let Ok(mut json) = serde_json::from_slice::<Value>(body)
        && json.is_object()
    {
        redact(&mut json);
        return json;
    }
    if is_form(headers) {
        let fields: Map<String, Value> = url::form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
            .collect();
        let mut form = Value::Object(fields);
        redact(&mut form);
        return form;
    }
    Value::from(hashed(&String::from_utf8_lossy(body)))
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if SECRET_FIELDS.contains(&name.as_str()) {
                    let secret = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    *value = Value::from(hashed(&secret));
                } else {
                    redact(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(redact),
        _ => {}
    }
}
