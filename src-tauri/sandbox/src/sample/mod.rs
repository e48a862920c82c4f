//! The sample workspace: something to read and to write to, in the shapes of Notion's API at version
//! 2026-03-11. Its content is fixed for each workspace; what is written stays in memory.

mod blocks;
mod comments;
mod content;
mod data_sources;
mod filter;
mod ids;
mod list;
mod pages;
mod properties;
mod request;
mod search;
mod seed;
mod sessions;
mod tasks;
mod text;
mod uploads;
mod users;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    routing::{get, post},
};
use serde_json::Value;

use crate::{api::INTEGRATION, reply::Refusal, server::App, store::Workspace};
use content::Content;
pub(crate) use uploads::is_upload;

/// The longest JSON body that Notion takes, in bytes.
pub(crate) const BODY_LIMIT: usize = 500 * 1024;

/// The content of every workspace that was asked for, by the workspace's id.
#[derive(Default)]
pub(crate) struct Sample(Mutex<HashMap<String, Content>>);

impl Sample {
    /// Reads or changes a workspace's content, which is made at first use.
    fn with<T>(&self, workspace: &Workspace, act: impl FnOnce(&mut Content) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let content = all
            .entry(workspace.id.clone())
            .or_insert_with(|| Content::of(workspace));
        act(content)
    }

    /// Every file upload, as the control API shows it.
    pub(crate) fn uploads(&self) -> Vec<Value> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let uploads = all.values().flat_map(|content| &content.uploads);
        uploads.map(uploads::Upload::received).collect()
    }
}

/// The routes of the sample workspace.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/users", get(users::list))
        .route("/v1/users/{id}", get(users::retrieve))
        .route("/v1/search", post(search::search))
        .route("/v1/pages", post(pages::create))
        .route("/v1/pages/{id}", get(pages::retrieve).patch(pages::update))
        .route("/v1/blocks/{id}", get(blocks::retrieve))
        .route(
            "/v1/blocks/{id}/children",
            get(blocks::children).patch(blocks::append),
        )
        .route("/v1/databases/{id}", get(data_sources::database))
        .route("/v1/data_sources/{id}", get(data_sources::retrieve))
        .route("/v1/data_sources/{id}/query", post(data_sources::query))
        .route("/v1/comments", get(comments::list).post(comments::create))
        .route("/v1/comments/{id}", get(comments::retrieve))
        .route("/v1/file_uploads", get(uploads::list).post(uploads::create))
        .route("/v1/file_uploads/{id}", get(uploads::retrieve))
        .route("/v1/file_uploads/{id}/complete", post(uploads::complete))
        .route("/v1/sessions", post(sessions::stream))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .merge(
            Router::new()
                .route("/v1/file_uploads/{id}/send", post(uploads::send))
                .layer(DefaultBodyLimit::disable()),
        )
}

/// 400 `validation_error`: the request is not as documented.
fn invalid(message: &str) -> Refusal {
    Refusal::api(StatusCode::BAD_REQUEST, "validation_error", message)
}

/// 404 `object_not_found`: there is none, or the bot's workspace does not have it.
fn not_found(what: &str, id: &str) -> Refusal {
    Refusal::api(
        StatusCode::NOT_FOUND,
        "object_not_found",
        &format!(
            "Could not find {what} with ID: {id}. Make sure the relevant pages and databases are \
             shared with your integration \"{INTEGRATION}\"."
        ),
    )
}
