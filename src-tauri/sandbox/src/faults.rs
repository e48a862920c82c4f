//! Faults: an endpoint replies to its next requests late, wrongly, or not at all.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use futures_util::stream;
use serde::Deserialize;
use serde_json::Value;

/// The endpoint that a fault concerns, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Endpoint {
    Authorize,
    Token,
    Introspect,
    Revoke,
    Me,
    /// Every other path of the API: the sample workspace.
    Api,
}

impl Endpoint {
    fn of(path: &str) -> Option<Self> {
        match path {
            "/v1/oauth/authorize" => Some(Self::Authorize),
            "/v1/oauth/token" => Some(Self::Token),
            "/v1/oauth/introspect" => Some(Self::Introspect),
            "/v1/oauth/revoke" => Some(Self::Revoke),
            "/v1/users/me" => Some(Self::Me),
            _ => path.starts_with("/v1/").then_some(Self::Api),
        }
    }
}

/// The moment at which the connection is closed without a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Cut {
    /// After the head of the request was read; the request is not recorded.
    Unread,
    /// After the request was read and recorded, before it takes effect.
    Before,
    /// After the request took effect.
    After,
}

/// How the next `times` requests to an endpoint go wrong.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    endpoint: Endpoint,
    times: u32,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The body in place of the real one: a string is sent as it is, anything else as JSON.
    body: Option<Value>,
    /// How many times the body is sent; 0 means without end.
    #[serde(default = "once")]
    repeat: u64,
    /// The wait before each repetition of the body.
    #[serde(default)]
    drip_ms: u64,
    #[serde(default)]
    delay_ms: u64,
    pub(crate) cut: Option<Cut>,
}

fn once() -> u64 {
    1
}

impl Fault {
    /// The delay of the reply.
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    /// The reply in place of the real one, without Notion's headers; `None` if the fault sets neither
    /// status nor headers nor body.
    pub(crate) fn reply(&self) -> Option<Response> {
        self.checked_reply().ok().flatten()
    }

    /// Validates the fault; the error is a sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let reply = self.checked_reply()?;
        if reply.is_some() && self.cut.is_some() {
            return Err("a cut leaves no reply: no status, headers or body beside it".to_owned());
        }
        if self.repeat != 1 && self.body.is_none() {
            return Err("there is no body to repeat".to_owned());
        }
        if self.repeat == 1 && self.drip_ms != 0 {
            return Err("drip_ms waits between repetitions, and there are none".to_owned());
        }
        Ok(())
    }

    fn checked_reply(&self) -> Result<Option<Response>, String> {
        if self.status.is_none() && self.headers.is_empty() && self.body.is_none() {
            return Ok(None);
        }
        let status = StatusCode::from_u16(self.status.unwrap_or(200))
            .map_err(|_| "status is not one of HTTP".to_owned())?;
        let (kind, body) = match &self.body {
            None => (None, String::new()),
            Some(Value::String(text)) => (Some("text/plain; charset=utf-8"), text.clone()),
            Some(json) => (Some("application/json"), json.to_string()),
        };
        let mut response = Response::new(self.repeated(body.into()));
        *response.status_mut() = status;
        if let Some(kind) = kind {
            let kind = HeaderValue::from_static(kind);
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name)
                .map_err(|_| format!("not the name of a header: {name}"))?;
            let value = HeaderValue::try_from(value)
                .map_err(|_| format!("not the value of a header: {name}"))?;
            response.headers_mut().insert(name, value);
        }
        Ok(Some(response))
    }

    /// The body with its repetitions, which have no `content-length`; a single body has one.
    fn repeated(&self, body: Bytes) -> Body {
        let (repeat, pause) = (self.repeat, Duration::from_millis(self.drip_ms));
        if repeat == 1 {
            return Body::from(body);
        }
        Body::from_stream(stream::unfold(0, move |sent| {
            let body = body.clone();
            async move {
                if repeat != 0 && sent == repeat {
                    return None;
                }
                if sent != 0 && !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                Some((Ok::<_, Infallible>(body), sent + 1))
            }
        }))
    }
}

/// The faults still to come, oldest first.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Adds a fault, to be used after the earlier ones of its endpoint.
    pub(crate) fn add(&self, fault: Fault) {
        self.faults().push(fault);
    }

    /// Removes all faults.
    pub(crate) fn clear(&self) {
        self.faults().clear();
    }

    /// Takes the fault for a request to `path`, and counts its use.
    pub(crate) fn take(&self, path: &str) -> Option<Fault> {
        let endpoint = Endpoint::of(path)?;
        let mut faults = self.faults();
        faults.retain(|fault| fault.times > 0);
        let fault = faults.iter_mut().find(|fault| fault.endpoint == endpoint)?;
        fault.times -= 1;
        Some(fault.clone())
    }

    fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
