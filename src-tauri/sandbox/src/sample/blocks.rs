//! `/v1/blocks`: a block, the blocks below it, and new ones.

use std::sync::Arc;

use axum::extract::{Path, Query, State, rejection::QueryRejection};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    content::Content,
    ids, invalid,
    list::{self, Paging},
    not_found,
    request::{Caller, JsonBody},
    text, uploads, users,
};
use crate::{
    reply::{Answer, Refusal},
    server::{self, App},
};

/// The most blocks that one request appends on one level.
const APPEND_LIMIT: usize = 100;

/// The types of blocks that can be made.
const KINDS: [&str; 27] = [
    "audio",
    "bookmark",
    "breadcrumb",
    "bulleted_list_item",
    "callout",
    "code",
    "column",
    "column_list",
    "divider",
    "embed",
    "equation",
    "file",
    "heading_1",
    "heading_2",
    "heading_3",
    "image",
    "link_to_page",
    "numbered_list_item",
    "paragraph",
    "pdf",
    "quote",
    "table",
    "table_of_contents",
    "table_row",
    "to_do",
    "toggle",
    "video",
];

/// A block that was never edited; whether it has children is told when it is shown.
pub(crate) fn block(
    id: &str,
    parent: &Value,
    kind: &str,
    content: &Value,
    created: &str,
    by: &str,
) -> Value {
    json!({
        "object": "block",
        "id": id,
        "parent": parent,
        "created_time": created,
        "last_edited_time": created,
        "created_by": users::partial(by),
        "last_edited_by": users::partial(by),
        "has_children": false,
        "in_trash": false,
        "archived": false,
        "type": kind,
        kind: content,
    })
}

/// `GET /v1/blocks/{id}`.
pub(crate) async fn retrieve(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.block_id")?;
    let found = app
        .sample
        .with(&bot.workspace, |content| content.block(&id));
    found.map(Answer)
}

/// `GET /v1/blocks/{id}/children`.
pub(crate) async fn children(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.block_id")?;
    let Query(paging) = paging.map_err(|error| invalid(&error.body_text()))?;
    app.sample.with(&bot.workspace, |content| {
        content.block(&id)?;
        list::page("block", &content.children(&id), &paging)
    })
}

/// The body of `PATCH /v1/blocks/{id}/children`.
#[derive(Deserialize)]
pub(crate) struct Append {
    children: Vec<Map<String, Value>>,
    /// The block to stand after, as versions before 2026-03-11 have it.
    after: Option<String>,
    position: Option<Position>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Position {
    AfterBlock { after_block: Reference },
    Start,
    End,
}

#[derive(Deserialize)]
struct Reference {
    id: String,
}

/// `PATCH /v1/blocks/{id}/children`: appends blocks, with blocks below them.
pub(crate) async fn append(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Append>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.block_id")?;
    let after = body.after.as_ref().or(match &body.position {
        Some(Position::AfterBlock { after_block }) => Some(&after_block.id),
        _ => None,
    });
    let after = after
        .map(|after| ids::parse(after, "body.after"))
        .transpose()?;
    app.sample.with(&bot.workspace, |content| {
        let kind = match content.block(&id)?["type"].as_str() {
            Some("child_page") => "page_id",
            Some("child_database") => {
                return Err(invalid("A database takes rows, and no blocks."));
            }
            _ => "block_id",
        };
        let parent = json!({ "type": kind, kind: id });
        let place = match (after, body.position) {
            (Some(after), _) => {
                let same = |block: &Value| block["id"] == after && block["parent"] == parent;
                let found = content.blocks.iter().position(same);
                found.ok_or_else(|| not_found("block", &after))? + 1
            }
            (None, Some(Position::Start)) => 0,
            (None, _) => content.blocks.len(),
        };
        let made = made(content, &body.children, &parent, &bot.id)?;
        let first_level = made.iter().filter(|block| block["parent"] == parent);
        let ids: Vec<Value> = first_level.map(|block| block["id"].clone()).collect();
        content.blocks.splice(place..place, made);
        let shown: Result<Vec<Value>, Refusal> = ids
            .iter()
            .map(|id| content.block(id.as_str().unwrap_or_default()))
            .collect();
        list::page("block", &shown?, &Paging::default())
    })
}

/// Blocks as they are kept, from blocks as they are sent, each before those below it.
pub(crate) fn made(
    content: &mut Content,
    sent: &[Map<String, Value>],
    parent: &Value,
    by: &str,
) -> Result<Vec<Value>, Refusal> {
    if sent.len() > APPEND_LIMIT {
        return Err(invalid(&format!(
            "body failed validation: body.children.length should be ≤ `{APPEND_LIMIT}`, instead \
             was `{}`.",
            sent.len()
        )));
    }
    let now = text::time(server::now());
    let mut blocks = Vec::new();
    for sent in sent {
        let kind = KINDS.into_iter().find(|kind| sent.contains_key(*kind));
        let kind = kind.ok_or_else(|| {
            invalid("body failed validation: each of body.children should have its type defined.")
        })?;
        let mut fields = sent[kind].as_object().cloned().unwrap_or_default();
        let below = fields
            .remove("children")
            .or_else(|| sent.get("children").cloned());
        let fields = shown(content, kind, fields)?;
        let id = ids::new();
        blocks.push(block(&id, parent, kind, &fields, &now, by));
        if let Some(below) = below {
            let below: Vec<Map<String, Value>> = serde_json::from_value(below)
                .map_err(|_| invalid("body failed validation: children should be an array."))?;
            let parent = json!({ "type": "block_id", "block_id": id });
            blocks.extend(made(content, &below, &parent, by)?);
        }
    }
    Ok(blocks)
}

/// The fields of a block's type as they are shown, from those that were sent.
fn shown(
    content: &mut Content,
    kind: &str,
    mut fields: Map<String, Value>,
) -> Result<Value, Refusal> {
    for name in ["rich_text", "caption"] {
        if let Some(sent) = fields.get_mut(name) {
            *sent = text::shown(sent, &format!("body.children.{kind}.{name}"))?;
        }
    }
    if fields.contains_key("rich_text") {
        fields.entry("color").or_insert_with(|| "default".into());
    }
    if let Some(Value::Array(cells)) = fields.get_mut("cells") {
        for cell in cells {
            *cell = text::shown(cell, "body.children.table_row.cells")?;
        }
    }
    if let Some(id) = fields
        .get("file_upload")
        .and_then(|file| file["id"].as_str())
    {
        let id = ids::parse(id, "body.children.file_upload.id")?;
        let file = uploads::attached(content.upload(&id)?)?;
        fields.remove("file_upload");
        fields.insert("type".to_owned(), "file".into());
        fields.insert("file".to_owned(), file);
    }
    Ok(fields.into())
}
