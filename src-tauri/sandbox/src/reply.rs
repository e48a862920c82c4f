//! Replies in Notion's shapes, each with a `request_id` in body and header.

use axum::{
    extract::{Request, rejection::JsonRejection},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-notion-request-id");

/// A JSON object to answer with; [`stamp`] writes it out together with the request id.
#[derive(Clone)]
pub(crate) struct Answer(pub(crate) Value);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

/// A refusal in one of Notion's two error shapes.
pub(crate) enum Refusal {
    /// RFC 6749, 5.2: `{"error","error_description"?,"request_id"}`.
    Oauth {
        status: StatusCode,
        error: &'static str,
        description: Option<String>,
    },
    /// The API's own: `{"object":"error","status","code","message","request_id"}`.
    Api {
        status: StatusCode,
        code: &'static str,
        message: &'static str,
    },
}

impl Refusal {
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
        Self::Oauth {
            status: StatusCode::BAD_REQUEST,
            error,
            description: Some(description.to_owned()),
        }
    }

    /// 401 `invalid_client`, as terse as Notion's.
    pub(crate) fn invalid_client() -> Self {
        Self::Oauth {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            description: None,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::Oauth {
                status,
                error,
                description: None,
            } => (status, json!({ "error": error })),
            Self::Oauth {
                status,
                error,
                description: Some(description),
            } => (
                status,
                json!({ "error": error, "error_description": description }),
            ),
            Self::Api {
                status,
                code,
                message,
            } => (
                status,
                json!({ "object": "error", "status": status.as_u16(), "code": code, "message": message }),
            ),
        };
        (status, Answer(body)).into_response()
    }
}

impl From<JsonRejection> for Refusal {
    // The rejection's own text may quote the body, and with it a secret.
    fn from(_: JsonRejection) -> Self {
        Self::invalid_request("The body must be a JSON object of the documented fields.")
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Oauth {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error: "internal_server_error",
            description: Some(format!("The sandbox's database failed: {error}")),
        }
    }
}

/// Middleware that gives each request its id and keeps every reply out of caches.
pub(crate) async fn stamp(request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let mut response = next.run(request).await;
    if let Some(Answer(mut body)) = response.extensions_mut().remove() {
        body["request_id"] = json!(id);
        *response.body_mut() = body.to_string().into();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
