//! The authorize endpoint: the consent page, its form, and the redirect with a code or a refusal.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::{
        Form, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use url::form_urlencoded;

use crate::{
    api::INTEGRATION,
    page::{Page, escape, fill},
    secret::{hex, random},
    server::{self, App},
    store::Workspace,
};

/// How long a consent page can be answered, in milliseconds.
const PAGE_LIFETIME_MS: i64 = 10 * 60 * 1000;

/// Stands for the redirect URI of a request that left it out, which is no URI that can be registered.
pub(crate) const LEFT_OUT: &str = "";

/// The query of `GET /v1/oauth/authorize` (RFC 6749, 4.1.1; Notion has no scope).
#[derive(Deserialize)]
pub(crate) struct AuthorizeQuery {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    response_type: String,
    state: Option<String>,
}

/// A valid authorization request.
struct Request {
    client_id: String,
    redirect_uri: String,
    /// Whether the redirect URI was in the request, so that it must be in the exchange too.
    named: bool,
    state: Option<String>,
    /// The time of the request, in milliseconds since the Unix epoch.
    asked_at: i64,
}

/// The requests whose consent page is open, by the one-time token in its form. The token proves that
/// the answer comes from that page, which holds nothing else that could be tampered with.
#[derive(Default)]
pub(crate) struct Requests(Mutex<HashMap<String, Request>>);

impl Requests {
    fn open(&self, request: Request) -> String {
        let form_token = hex(&random());
        let now = request.asked_at;
        let mut requests = self.lock();
        requests.retain(|_, open| now - open.asked_at < PAGE_LIFETIME_MS);
        requests.insert(form_token.clone(), request);
        form_token
    }

    fn take(&self, form_token: &str) -> Option<Request> {
        let now = server::now();
        self.lock()
            .remove(form_token)
            .filter(|request| now - request.asked_at < PAGE_LIFETIME_MS)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Request>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /v1/oauth/authorize`: shows the consent page, or redirects at once with `--auto-approve`.
pub(crate) async fn authorize(
    State(app): State<Arc<App>>,
    query: Result<Query<AuthorizeQuery>, QueryRejection>,
) -> Result<Response, Page> {
    let Query(query) = query.map_err(|_| invalid("query"))?;
    let request = in_order(&app, query)?;
    let workspaces = app.store.workspaces()?;
    if app.auto_approve {
        let workspace = workspaces.first().ok_or_else(|| invalid("workspace"))?;
        let location = approve(&app, &request, &workspace.id)?;
        return Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response());
    }
    let redirect_uri = escape(&request.redirect_uri);
    let content = fill(
        include_str!("pages/consent.html"),
        &[
            ("integration", INTEGRATION),
            ("redirect_uri", &redirect_uri),
            ("workspaces", &options(&workspaces)),
            ("form_token", &app.requests.open(request)),
        ],
    );
    let title = format!("Connect {INTEGRATION}");
    Ok(Page::new(StatusCode::OK, &title, &content).into_response())
}

/// The submitted consent form.
#[derive(Deserialize)]
pub(crate) struct Consent {
    form_token: String,
    /// The chosen workspace's id.
    workspace: String,
    answer: ConsentAnswer,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ConsentAnswer {
    Allow,
    Cancel,
}

/// `POST /v1/oauth/authorize`: takes the person's answer, once for each page.
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    form: Result<Form<Consent>, FormRejection>,
) -> Result<Response, Page> {
    let Form(consent) = form.map_err(|_| invalid("form"))?;
    let request = app.requests.take(&consent.form_token).ok_or_else(|| {
        Page::error(
            StatusCode::BAD_REQUEST,
            "This page is no longer valid",
            "It was answered already, or it waited too long. Close it, and start again in the app.",
        )
    })?;
    let location = match consent.answer {
        ConsentAnswer::Allow => approve(&app, &request, &consent.workspace)?,
        ConsentAnswer::Cancel => callback(&request, ("error", "access_denied")),
    };
    // RFC 9700, 4.12: with 303 the browser does not post the form again.
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}

/// Validates an authorization request as Notion does. A fault ends on an error page: redirecting to
/// an unproven URI is not safe.
fn in_order(app: &App, query: AuthorizeQuery) -> Result<Request, Page> {
    if app.store.client_secret(&query.client_id)?.is_none() {
        return Err(invalid("client_id"));
    }
    let named = query.redirect_uri != LEFT_OUT;
    // RFC 6749, 3.1.2.3: it may be left out where only one is registered.
    let redirect_uri = match app.redirect_uris.as_slice() {
        [only] if !named => only.clone(),
        all if all.contains(&query.redirect_uri) => query.redirect_uri,
        _ => return Err(invalid("redirect_uri")),
    };
    if query.response_type != "code" {
        return Err(invalid("response_type"));
    }
    Ok(Request {
        client_id: query.client_id,
        redirect_uri,
        named,
        state: query.state,
        asked_at: server::now(),
    })
}

fn invalid(what: &str) -> Page {
    Page::error(
        StatusCode::BAD_REQUEST,
        &format!("Missing or invalid {what}"),
        "Nothing was allowed, and the app that sent you here hears nothing of it. Close this page, \
         and compare what the app sent with what is registered.",
    )
}

/// Issues a code and returns the callback that carries it.
fn approve(app: &App, request: &Request, workspace_id: &str) -> Result<String, Page> {
    let bot_id = app
        .store
        .bot_id(&request.client_id, workspace_id)?
        .ok_or_else(|| invalid("workspace"))?;
    let now = server::now();
    let expires_at = now + i64::from(app.modes().code_lifetime_s) * 1000;
    let redirect_uri = if request.named {
        &request.redirect_uri
    } else {
        LEFT_OUT
    };
    let code = app
        .store
        .issue_code(&bot_id, redirect_uri, now, expires_at)?;
    Ok(callback(request, ("code", &code)))
}

/// The redirect URI as it was registered, letter for letter, with the result added to its query
/// (RFC 6749, 4.1.2).
fn callback(request: &Request, (name, value): (&str, &str)) -> String {
    let mut result = form_urlencoded::Serializer::new(String::new());
    result.append_pair(name, value);
    if let Some(state) = &request.state {
        result.append_pair("state", state);
    }
    let joint = if request.redirect_uri.contains('?') {
        '&'
    } else {
        '?'
    };
    format!("{}{joint}{}", request.redirect_uri, result.finish())
}

fn options(workspaces: &[Workspace]) -> String {
    workspaces
        .iter()
        .map(|workspace| {
            let icon = workspace.icon.iter().map(|icon| format!("{icon} "));
            let label = format!(
                "{}{} · {}",
                icon.collect::<String>(),
                workspace.name,
                workspace.person.name
            );
            fill(
                "<option value=\"{{id}}\">{{label}}</option>",
                &[("id", &escape(&workspace.id)), ("label", &escape(&label))],
            )
        })
        .collect()
}
