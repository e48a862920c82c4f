//! What every request brings: a bearer token, a version, and perhaps a JSON body.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::invalid;
use crate::{api::Bearer, grants::Bot, reply::Refusal, server::App};

/// The bot that a request comes from; extracting it is the authentication.
pub(crate) struct Caller(pub(crate) Bot);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let Bearer(bot) = Bearer::from_request_parts(parts, app).await?;
        if parts.headers.contains_key("notion-version") {
            return Ok(Self(bot));
        }
        Err(Refusal::api(
            StatusCode::BAD_REQUEST,
            "missing_version",
            "Notion-Version header failed validation: Notion-Version header should be defined, \
             instead was `undefined`.",
        ))
    }
}

/// A JSON body; an empty one counts as an object without fields.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refusal> {
        let body = Bytes::from_request(request, app).await;
        let body = body.map_err(|_| invalid("The body is longer than 500 KiB, or broke off."))?;
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        let json: Value = serde_json::from_slice(text).map_err(|_| {
            Refusal::api(
                StatusCode::BAD_REQUEST,
                "invalid_json",
                "Error parsing JSON body.",
            )
        })?;
        let parsed = serde_json::from_value(json);
        let parsed = parsed.map_err(|error| invalid(&format!("body failed validation: {error}.")));
        parsed.map(Self)
    }
}
