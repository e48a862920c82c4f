//! Replies in Notion's shapes, each with a `request_id` in body and header.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    modes::{ErrorShape, Modes},
    server::App,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-notion-request-id");
/// A header of the proxy in front of Notion.
const CF_RAY: HeaderName = HeaderName::from_static("cf-ray");

/// A successful reply's JSON object; [`stamp`] adds the request id and serializes it.
#[derive(Clone)]
pub(crate) struct Answer(pub(crate) Value);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

/// A refusal; [`stamp`] serializes it in the shape that the modes ask for.
#[derive(Clone)]
pub(crate) struct Refusal {
    status: StatusCode,
    /// OAuth's `error`, the API's `code`.
    code: &'static str,
    /// OAuth's `error_description`, the API's `message`.
    text: Option<String>,
    /// The documented shape of this refusal: never [`ErrorShape::Documented`] itself.
    documented: ErrorShape,
}

impl Refusal {
    /// Makes a refusal in the API's shape.
    pub(crate) fn api(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self {
            status,
            code,
            text: Some(message.to_owned()),
            documented: ErrorShape::Api,
        }
    }

    fn oauth(status: StatusCode, error: &'static str, description: Option<&str>) -> Self {
        Self {
            status,
            code: error,
            text: description.map(str::to_owned),
            documented: ErrorShape::Oauth,
        }
    }

    /// 400 `invalid_request`: something is missing or malformed.
    pub(crate) fn invalid_request(description: &str) -> Self {
        Self::bad_request("invalid_request", description)
    }

    /// 400 `invalid_grant`: the code or token is unknown, used, expired, revoked or not this client's.
    pub(crate) fn invalid_grant(description: &str) -> Self {
        Self::bad_request("invalid_grant", description)
    }

    /// 400 with another of RFC 6749's errors.
    pub(crate) fn bad_request(error: &'static str, description: &str) -> Self {
        Self::oauth(StatusCode::BAD_REQUEST, error, Some(description))
    }

    /// 401 `invalid_client`, without a description, as from Notion.
    pub(crate) fn invalid_client() -> Self {
        Self::oauth(StatusCode::UNAUTHORIZED, "invalid_client", None)
    }

    fn in_shape(self, shape: ErrorShape, request_id: &str) -> Response {
        let (status, code) = (self.status, self.code);
        match shape {
            ErrorShape::Documented => {
                let documented = self.documented;
                self.in_shape(documented, request_id)
            }
            ErrorShape::Oauth => {
                let mut body = json!({ "error": code, "request_id": request_id });
                if let Some(text) = self.text {
                    body["error_description"] = text.into();
                }
                written(status, &body)
            }
            ErrorShape::Api => {
                let body = json!({
                    "object": "error",
                    "status": status.as_u16(),
                    "code": code,
                    "message": self.text.as_deref().unwrap_or(code),
                    "request_id": request_id,
                });
                written(status, &body)
            }
            ErrorShape::Html => {
                let page = Html(format!("<!doctype html><title>{status}</title>"));
                (status, [(CF_RAY, "sandbox")], page).into_response()
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        let reason = format!("The sandbox's database failed: {error}");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::oauth(status, "internal_server_error", Some(&reason))
    }
}

/// Middleware that gives each request its id, serializes [`Answer`] and [`Refusal`] as the modes say,
/// and keeps every reply out of caches.
pub(crate) async fn stamp(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let mut response = next.run(request).await;
    let modes = app.modes();
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        response = refusal.in_shape(modes.error_shape, &id);
    } else if let Some(Answer(mut body)) = response.extensions_mut().remove() {
        body["request_id"] = json!(id);
        leave_out(&mut body, &modes);
        response = written(StatusCode::OK, &body);
    }
    let headers = response.headers_mut();
    if !headers.contains_key(CF_RAY)
        && let Ok(id) = HeaderValue::try_from(id)
    {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn written(status: StatusCode, body: &Value) -> Response {
    let json = [(CONTENT_TYPE, "application/json")];
    (status, json, body.to_string()).into_response()
}

/// Applies the modes' `reply_fields` to the fields that a reply has; adds none.
fn leave_out(answer: &mut Value, modes: &Modes) {
    // Serialized, the mode's fields have their names on the wire.
    let lacking = json!(modes.reply_fields);
    let (Some(fields), Some(lacking)) = (answer.as_object_mut(), lacking.as_object()) else {
        return;
    };
    for (field, lack) in lacking {
        if fields.remove(field).is_some() && lack == "null" {
            fields.insert(field.clone(), Value::Null);
        }
    }
}
