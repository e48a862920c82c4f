//! `/v1/comments`: what was said about a page or block.

use std::sync::Arc;

use axum::extract::{Path, Query, State, rejection::QueryRejection};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ids, invalid,
    list::{self, Paging},
    not_found,
    request::{Caller, JsonBody},
    text, users,
};
use crate::{
    api::INTEGRATION,
    reply::{Answer, Refusal},
    server::{self, App},
};

/// A comment that was never edited.
pub(crate) fn comment(
    id: &str,
    parent: &Value,
    discussion: &str,
    text: &Value,
    created: &str,
    by: (&str, &str, &str),
) -> Value {
    let (by, kind, name) = by;
    json!({
        "object": "comment",
        "id": id,
        "parent": parent,
        "discussion_id": discussion,
        "created_time": created,
        "last_edited_time": created,
        "created_by": users::partial(by),
        "rich_text": text,
        "display_name": { "type": kind, "resolved_name": name },
    })
}

/// The query of `GET /v1/comments`.
#[derive(Deserialize)]
pub(crate) struct Of {
    block_id: String,
    // A flattened query has no numbers.
    start_cursor: Option<String>,
    page_size: Option<usize>,
}

/// `GET /v1/comments?block_id=...`: those of a page or block.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Answer, Refusal> {
    let Query(of) = of.map_err(|error| invalid(&error.body_text()))?;
    let id = ids::parse(&of.block_id, "query.block_id")?;
    app.sample.with(&bot.workspace, |content| {
        content.block(&id)?;
        let about = |comment: &&Value| {
            let parent = &comment["parent"];
            parent["page_id"] == id.as_str() || parent["block_id"] == id.as_str()
        };
        let comments: Vec<&Value> = content.comments.iter().filter(about).collect();
        list::page(
            "comment",
            &comments,
            &Paging::of(of.start_cursor, of.page_size),
        )
    })
}

/// `GET /v1/comments/{id}`.
pub(crate) async fn retrieve(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.comment_id")?;
    app.sample.with(&bot.workspace, |content| {
        let found = content.comments.iter().find(|comment| comment["id"] == id);
        let found = found.ok_or_else(|| not_found("comment", &id))?;
        Ok(Answer(found.clone()))
    })
}

/// The body of `POST /v1/comments`.
#[derive(Deserialize)]
pub(crate) struct Create {
    parent: Option<Value>,
    discussion_id: Option<String>,
    rich_text: Value,
}

/// `POST /v1/comments`: begins a discussion, or goes on with one.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    JsonBody(body): JsonBody<Create>,
) -> Result<Answer, Refusal> {
    let text = text::shown(&body.rich_text, "body.rich_text")?;
    app.sample.with(&bot.workspace, |content| {
        let (parent, discussion) = match (body.parent, body.discussion_id) {
            (None, Some(id)) => {
                let id = ids::parse(&id, "body.discussion_id")?;
                let mut all = content.comments.iter();
                let first = all.find(|comment| comment["discussion_id"] == id);
                let first = first.ok_or_else(|| not_found("discussion", &id))?;
                (first["parent"].clone(), id)
            }
            (Some(parent), None) => {
                let kind = if parent["page_id"].is_string() {
                    "page_id"
                } else {
                    "block_id"
                };
                let id = parent[kind].as_str().unwrap_or_default();
                let id = ids::parse(id, &format!("body.parent.{kind}"))?;
                content.block(&id)?;
                (json!({ "type": kind, kind: id }), ids::new())
            }
            _ => {
                return Err(invalid(
                    "body failed validation: one of body.parent and body.discussion_id should be \
                     defined.",
                ));
            }
        };
        let now = text::time(server::now());
        let by = (bot.id.as_str(), "integration", INTEGRATION);
        let made = comment(&ids::new(), &parent, &discussion, &text, &now, by);
        content.comments.push(made.clone());
        Ok(Answer(made))
    })
}
