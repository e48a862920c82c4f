//! `/v1/pages`: a page with its properties, changed and new ones.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    blocks,
    content::Content,
    ids, invalid, not_found, properties,
    request::{Caller, JsonBody},
    text, users,
};
use crate::{
    reply::{Answer, Refusal},
    server::{self, App},
};

/// A page that was never edited.
pub(crate) fn page(id: &str, parent: &Value, properties: &Value, created: &str, by: &str) -> Value {
    json!({
        "object": "page",
        "id": id,
        "created_time": created,
        "last_edited_time": created,
        "created_by": users::partial(by),
        "last_edited_by": users::partial(by),
        "cover": null,
        "icon": null,
        "parent": parent,
        "in_trash": false,
        "archived": false,
        "is_archived": false,
        "is_locked": false,
        "properties": properties,
        "url": url(id),
        "public_url": null,
    })
}

/// The address of a page, database or data source, at a name that nobody has (RFC 2606).
pub(crate) fn url(id: &str) -> String {
    format!("https://notion.sandbox.example/{}", id.replace('-', ""))
}

/// The properties of a page that is no row.
pub(crate) fn title_only(title: &str) -> Value {
    json!({ "title": { "id": "title", "type": "title", "title": text::rich(title) } })
}

/// `GET /v1/pages/{id}`.
pub(crate) async fn retrieve(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.page_id")?;
    let found = app
        .sample
        .with(&bot.workspace, |content| content.page(&id).cloned());
    found.map(Answer)
}

/// What can be set at once for a new page and a changed one.
#[derive(Default, Deserialize)]
struct Fields {
    #[serde(default)]
    properties: Map<String, Value>,
    icon: Option<Value>,
    cover: Option<Value>,
}

impl Fields {
    /// Sets them on a page whose properties have the given schema.
    fn set(self, page: &mut Value, schema: &Value) -> Result<(), Refusal> {
        for (name, sent) in self.properties {
            let (name, property) = properties::shown(schema, &name, &sent)?;
            page["properties"][name] = property;
        }
        for (name, sent) in [("icon", self.icon), ("cover", self.cover)] {
            if let Some(sent) = sent {
                page[name] = sent;
            }
        }
        Ok(())
    }
}

/// The body of `PATCH /v1/pages/{id}`.
#[derive(Deserialize)]
pub(crate) struct Update {
    #[serde(flatten)]
    fields: Fields,
    in_trash: Option<bool>,
    /// As versions before 2026-03-11 have it.
    archived: Option<bool>,
    is_locked: Option<bool>,
}

/// `PATCH /v1/pages/{id}`.
pub(crate) async fn update(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Update>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.page_id")?;
    app.sample.with(&bot.workspace, |content| {
        let parent = content.page(&id)?["parent"].clone();
        let schema = properties::schema_of(content, &parent);
        let page = content.page(&id)?;
        // A refused change changes nothing.
        let mut changed = page.clone();
        body.fields.set(&mut changed, &schema)?;
        if let Some(in_trash) = body.in_trash.or(body.archived) {
            changed["in_trash"] = in_trash.into();
            changed["archived"] = in_trash.into();
        }
        if let Some(is_locked) = body.is_locked {
            changed["is_locked"] = is_locked.into();
        }
        changed["last_edited_time"] = text::time(server::now()).into();
        changed["last_edited_by"] = users::partial(&bot.id);
        *page = changed.clone();
        Ok(Answer(changed))
    })
}

/// The body of `POST /v1/pages`.
#[derive(Deserialize)]
pub(crate) struct Create {
    #[serde(default)]
    parent: Value,
    #[serde(flatten)]
    fields: Fields,
    #[serde(default)]
    children: Vec<Map<String, Value>>,
}

/// `POST /v1/pages`: a page below another, at the top of the workspace, or a row.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    JsonBody(body): JsonBody<Create>,
) -> Result<Answer, Refusal> {
    app.sample.with(&bot.workspace, |content| {
        let parent = parent(content, &body.parent)?;
        let schema = properties::schema_of(content, &parent);
        let (id, now) = (ids::new(), text::time(server::now()));
        let mut page = page(&id, &parent, &properties::empty(&schema), &now, &bot.id);
        body.fields.set(&mut page, &schema)?;
        let below = json!({ "type": "page_id", "page_id": id });
        let blocks = blocks::made(content, &body.children, &below, &bot.id)?;
        content.blocks.extend(blocks);
        content.pages.push(page.clone());
        Ok(Answer(page))
    })
}

/// The parent of a new page as it is shown, from the one that was sent.
fn parent(content: &mut Content, sent: &Value) -> Result<Value, Refusal> {
    let id = |name: &str| {
        let id = sent[name].as_str();
        id.map(|id| ids::parse(id, &format!("body.parent.{name}")))
            .transpose()
    };
    if let Some(page_id) = id("page_id")? {
        content.page(&page_id)?;
        return Ok(json!({ "type": "page_id", "page_id": page_id }));
    }
    if let Some(id) = id("data_source_id")? {
        let ours = content.data_source["id"] == id;
        let ours = ours.then(|| row_parent(&content.database, &content.data_source));
        return ours.ok_or_else(|| not_found("data source", &id));
    }
    if let Some(id) = id("database_id")? {
        let ours = content.database["id"] == id;
        let ours = ours.then(|| row_parent(&content.database, &content.data_source));
        return ours.ok_or_else(|| not_found("database", &id));
    }
    if sent.is_null() || sent["workspace"] == true {
        return Ok(json!({ "type": "workspace", "workspace": true }));
    }
    Err(invalid(
        "body failed validation: body.parent should have `page_id`, `data_source_id`, \
         `database_id` or `workspace` defined.",
    ))
}

/// The parent of a data source's rows.
pub(crate) fn row_parent(database: &Value, data_source: &Value) -> Value {
    json!({
        "type": "data_source_id",
        "data_source_id": data_source["id"],
        "database_id": database["id"],
    })
}
