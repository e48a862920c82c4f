//! The control API under `/_sandbox/`, and the middleware that records requests and injects faults.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header::ORIGIN},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    connection::Wire,
    faults::{Cut, Fault, Faults},
    modes::Modes,
    record::{Record, Recorded},
    server::{self, App},
};

/// The state of the control API: the app, its record of requests and its faults.
pub(crate) struct Control {
    app: Arc<App>,
    record: Record,
    faults: Faults,
}

impl Control {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self {
            app,
            record: Record::default(),
            faults: Faults::default(),
        }
    }
}

/// Why a control request was refused: `{"error"}`, a sentence for the author of a test.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

type Reply = Result<Json<Value>, Refused>;

/// The routes below `/_sandbox`.
pub(crate) fn routes(control: Arc<Control>) -> Router {
    Router::new()
        .route("/requests", get(requests))
        .route("/faults", post(add_fault).delete(clear_faults))
        .route("/modes", post(change_modes))
        .route("/revoke", post(revoke))
        .route("/workspaces", post(add_workspace))
        .route("/clients", post(add_client))
        .route("/tokens", post(add_tokens))
        .route("/secret", post(rotate_secret))
        .route("/uploads", get(uploads))
        .fallback(async || not_found("request under /_sandbox/"))
        .layer(middleware::from_fn(no_web_page))
        .with_state(control)
}

/// Middleware that refuses requests with an `Origin`: they come from a web page, never from a test.
async fn no_web_page(request: Request, next: Next) -> Response {
    if request.headers().contains_key(ORIGIN) {
        let reason = "The control API is not for web pages.".to_owned();
        return Refused(StatusCode::FORBIDDEN, reason).into_response();
    }
    next.run(request).await
}

/// Middleware around Notion's routes: records every request, then applies a fault, if there is one.
pub(crate) async fn watch(
    State(control): State<Arc<Control>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let fault = control.faults.take(path);
    if let Some(fault) = &fault
        && fault.cut == Some(Cut::Unread)
    {
        tokio::time::sleep(fault.delay()).await;
        wire.cut();
        return Response::default();
    }
    let (recorded, body) = match server::body_limit(path) {
        Some(limit) => match to_bytes(body, limit).await {
            Ok(whole) => (whole.clone(), Body::from(whole)),
            Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        },
        // The record has nothing of a file.
        None => (Bytes::new(), body),
    };
    control
        .record
        .add(&parts.method, path, &parts.headers, &recorded);
    let request = Request::from_parts(parts, body);

    let Some(fault) = fault else {
        return next.run(request).await;
    };
    tokio::time::sleep(fault.delay()).await;
    if fault.cut == Some(Cut::Before) {
        wire.cut();
        return Response::default();
    }
    if let Some(reply) = fault.reply() {
        return reply;
    }
    let response = next.run(request).await;
    if fault.cut == Some(Cut::After) {
        wire.cut();
    }
    response
}

/// Parses a JSON body of any content type, so that a plain `curl -d` works.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| bad_request(&error))
}

fn bad_request(reason: &impl ToString) -> Refused {
    Refused(StatusCode::BAD_REQUEST, reason.to_string())
}

fn not_found(what: &str) -> Refused {
    Refused(StatusCode::NOT_FOUND, format!("no such {what}"))
}

async fn requests(State(control): State<Arc<Control>>) -> Json<Vec<Recorded>> {
    Json(control.record.all())
}

/// The files that were sent, with their lengths and hashes.
async fn uploads(State(control): State<Arc<Control>>) -> Json<Vec<Value>> {
    Json(control.app.sample.uploads())
}

async fn add_fault(State(control): State<Arc<Control>>, body: Bytes) -> Reply {
    let fault: Fault = parse(&body)?;
    fault.check().map_err(|reason| bad_request(&reason))?;
    control.faults.add(fault);
    Ok(Json(json!({})))
}

async fn clear_faults(State(control): State<Arc<Control>>) -> Reply {
    control.faults.clear();
    Ok(Json(json!({})))
}

/// Changes modes and replies with all modes as they are afterwards.
async fn change_modes(State(control): State<Arc<Control>>, body: Bytes) -> Reply {
    let changes: Map<String, Value> = parse(&body)?;
    let modes = control.app.modes().with(changes);
    let modes = modes.map_err(|error| bad_request(&error))?;
    let reply = Json(json!(modes));
    control.app.set_modes(modes);
    Ok(reply)
}

#[derive(Deserialize)]
struct RevokeBot {
    bot_id: String,
}

/// Ends a bot's tokens and replies with the number of token pairs that ended.
async fn revoke(State(control): State<Arc<Control>>, body: Bytes) -> Reply {
    let RevokeBot { bot_id } = parse(&body)?;
    let pairs = control.app.store.revoke_bot(&bot_id)?;
    let pairs = pairs.ok_or_else(|| not_found("bot_id"))?;
    Ok(Json(json!({ "pairs": pairs })))
}

#[derive(Deserialize)]
struct NewWorkspace {
    name: String,
    /// The name of the person who gives consent.
    owner: String,
    icon: Option<String>,
}

async fn add_workspace(State(control): State<Arc<Control>>, body: Bytes) -> Reply {
    let NewWorkspace { name, owner, icon } = parse(&body)?;
    let store = &control.app.store;
    let workspace_id = store.add_workspace(&name, icon.as_deref(), &owner)?;
    Ok(Json(json!({ "workspace_id": workspace_id })))
}

async fn add_client(State(control): State<Arc<Control>>) -> Reply {
    let (client_id, client_secret) = control.app.store.add_client()?;
    Ok(Json(
        json!({ "client_id": client_id, "client_secret": client_secret }),
    ))
}

#[derive(Deserialize)]
struct NewTokens {
    workspace_id: String,
    /// The client that the tokens are of; without one they are an internal connection's single token.
    client_id: Option<String>,
}

/// Makes tokens without a consent: a client's pair, or the token of a new internal connection.
async fn add_tokens(State(control): State<Arc<Control>>, body: Bytes) -> Reply {
    let NewTokens {
        workspace_id,
        client_id,
    } = parse(&body)?;
    let store = &control.app.store;
    let modes = Modes {
        refresh_token: client_id.is_some(),
        ..control.app.modes()
    };
    let client_id = match client_id {
        Some(client_id) => client_id,
        None => store.add_client()?.0,
    };
    let made = store.make_pair(&client_id, &workspace_id, &modes, server::now())?;
    let (bot_id, pair) = made.ok_or_else(|| not_found("workspace_id"))?;
    Ok(Json(json!({
        "bot_id": bot_id,
        "access_token": pair.access,
        "refresh_token": pair.refresh,
    })))
}

/// Replaces the first client's secret.
async fn rotate_secret(State(control): State<Arc<Control>>) -> Reply {
    let client_secret = control.app.store.rotate_first_secret()?;
    Ok(Json(json!({ "client_secret": client_secret })))
}
