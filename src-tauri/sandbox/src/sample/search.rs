//! `POST /v1/search`: pages and data sources by their title.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::{
    content, invalid,
    list::{self, Paging},
    request::{Caller, JsonBody},
};
use crate::{
    reply::{Answer, Refusal},
    server::App,
};

/// The body of `POST /v1/search`.
#[derive(Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    query: String,
    filter: Option<Filter>,
    sort: Option<Sort>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
struct Filter {
    property: Option<String>,
    value: Option<String>,
    #[serde(default)]
    in_trash: bool,
}

#[derive(Deserialize)]
struct Sort {
    direction: Option<String>,
}

/// `POST /v1/search`; what was edited last comes first.
pub(crate) async fn search(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    JsonBody(search): JsonBody<Search>,
) -> Result<Answer, Refusal> {
    let wanted = search.query.to_lowercase();
    let filter = search.filter.as_ref();
    let object = filter.and_then(|filter| filter.value.as_deref());
    if !matches!(object, None | Some("page" | "data_source"))
        || filter.is_some_and(|filter| filter.property.as_ref().is_some_and(|it| it != "object"))
    {
        return Err(invalid(
            "body failed validation: body.filter.value should be `\"page\"` or \
             `\"data_source\"`, with body.filter.property `\"object\"`.",
        ));
    }
    let in_trash = filter.is_some_and(|filter| filter.in_trash);
    let ascending = search.sort.and_then(|sort| sort.direction).as_deref() == Some("ascending");
    app.sample.with(&bot.workspace, |content| {
        let mut found: Vec<&Value> = content
            .pages
            .iter()
            .chain([&content.data_source])
            .filter(|thing| object.is_none_or(|object| thing["object"] == object))
            .filter(|thing| thing["in_trash"] == in_trash)
            .filter(|thing| content::title(thing).to_lowercase().contains(&wanted))
            .collect();
        found.sort_by(|one, other| {
            let edited = |thing: &Value| thing["last_edited_time"].as_str().map(str::to_owned);
            let order = edited(one).cmp(&edited(other));
            if ascending { order } else { order.reverse() }
        });
        list::page("page_or_data_source", &found, &search.paging)
    })
}
