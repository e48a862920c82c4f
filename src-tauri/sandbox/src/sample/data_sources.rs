//! `/v1/databases` and `/v1/data_sources`: a database of one data source, and its rows.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::Value;

use super::{
    content::Content,
    filter::{Filter, Sort},
    ids,
    list::{self, Paging},
    not_found,
    request::{Caller, JsonBody},
};
use crate::{
    reply::{Answer, Refusal},
    server::App,
};

/// `GET /v1/databases/{id}`.
pub(crate) async fn database(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.database_id")?;
    let database = app
        .sample
        .with(&bot.workspace, |content| content.database.clone());
    let found = (database["id"] == id).then_some(database);
    found.map(Answer).ok_or_else(|| not_found("database", &id))
}

/// `GET /v1/data_sources/{id}`.
pub(crate) async fn retrieve(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.data_source_id")?;
    app.sample.with(&bot.workspace, |content| {
        known(content, &id)?;
        Ok(Answer(content.data_source.clone()))
    })
}

fn known(content: &Content, id: &str) -> Result<(), Refusal> {
    let known = content.data_source["id"] == id;
    known
        .then_some(())
        .ok_or_else(|| not_found("data source", id))
}

/// The body of `POST /v1/data_sources/{id}/query`.
#[derive(Deserialize)]
pub(crate) struct Query {
    filter: Option<Value>,
    #[serde(default)]
    sorts: Vec<Value>,
    #[serde(default)]
    in_trash: bool,
    #[serde(flatten)]
    paging: Paging,
}

/// `POST /v1/data_sources/{id}/query`: rows, filtered, sorted and in pages.
pub(crate) async fn query(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
    JsonBody(query): JsonBody<Query>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.data_source_id")?;
    app.sample.with(&bot.workspace, |content| {
        known(content, &id)?;
        let schema = &content.data_source["properties"];
        let filter = query.filter.as_ref();
        let filter = filter.map(|sent| Filter::read(schema, sent)).transpose()?;
        let sorts: Result<Vec<Sort>, Refusal> = query
            .sorts
            .iter()
            .map(|sent| Sort::read(schema, sent))
            .collect();
        let sorts = sorts?;
        let mut rows: Vec<&Value> = content
            .pages
            .iter()
            .filter(|page| page["parent"]["data_source_id"] == id)
            .filter(|page| page["in_trash"] == query.in_trash)
            .filter(|page| filter.as_ref().is_none_or(|filter| filter.fits(page)))
            .collect();
        rows.sort_by(|one, other| {
            let mut orders = sorts.iter().map(|sort| sort.order(one, other));
            orders
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        list::page("page_or_data_source", &rows, &query.paging)
    })
}
