//! `/v1/users`: the people of the workspace, and the bot that asks.

use std::sync::Arc;

use axum::extract::{Path, Query, State, rejection::QueryRejection};
use serde_json::{Value, json};

use super::{
    ids, invalid,
    list::{self, Paging},
    not_found,
    request::Caller,
};
use crate::{
    api,
    grants::Bot,
    reply::{Answer, Refusal},
    server::App,
};

/// A person as a user.
pub(crate) fn person(id: &str, name: &str, email: &str) -> Value {
    json!({
        "object": "user",
        "id": id,
        "name": name,
        "avatar_url": null,
        "type": "person",
        "person": { "email": email },
    })
}

/// A user by id only, as in `created_by`.
pub(crate) fn partial(id: &str) -> Value {
    json!({ "object": "user", "id": id })
}

fn all(app: &App, bot: &Bot) -> Vec<Value> {
    let mut users = app
        .sample
        .with(&bot.workspace, |content| content.people.clone());
    users.push(api::bot_user(bot, app.modes().owner));
    users
}

/// `GET /v1/users`.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Answer, Refusal> {
    let Query(paging) = paging.map_err(|error| invalid(&error.body_text()))?;
    list::page("user", &all(&app, &bot), &paging)
}

/// `GET /v1/users/{id}`.
pub(crate) async fn retrieve(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.user_id")?;
    let mut users = all(&app, &bot).into_iter();
    let user = users.find(|user| user["id"] == id.as_str());
    user.map(Answer).ok_or_else(|| not_found("user", &id))
}
