//! Notion's API beside OAuth: `users/me`, and the reply to every URL that does not exist.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value, json};

use crate::{
    credentials::Credentials,
    modes::OwnerShape,
    reply::{Answer, Refusal},
    server::App,
    store::Person,
};

/// The name of the integration behind every client.
pub(crate) const INTEGRATION: &str = "Keyrack";

/// `GET /v1/users/me` with a bearer token: the bot user.
pub(crate) async fn me(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Answer, Refusal> {
    let bot = match Credentials::of(&headers) {
        Some(Credentials::Bearer(token)) => app.store.bot_of(&token)?,
        _ => None,
    };
    let bot = bot.ok_or_else(|| {
        Refusal::api(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "API token is invalid.",
        )
    })?;
    Ok(Answer(json!({
        "object": "user",
        "id": bot.id,
        "name": INTEGRATION,
        "avatar_url": null,
        "type": "bot",
        "bot": {
            "owner": owner(&bot.workspace.person, app.modes().owner),
            "workspace_name": bot.workspace.name,
            "workspace_id": bot.workspace.id,
            "workspace_limits": { "max_file_upload_size_in_bytes": 5_242_880 },
        },
    })))
}

/// The `owner` of a token reply and of a bot.
pub(crate) fn owner(person: &Person, shape: OwnerShape) -> Value {
    let user = |details: Value| {
        json!({
            "object": "user",
            "id": person.id,
            "name": person.name,
            "avatar_url": null,
            "type": "person",
            "person": details,
        })
    };
    let with_email = || user(json!({ "email": person.email }));
    match shape {
        OwnerShape::User => json!({ "type": "user", "user": with_email() }),
        OwnerShape::UserWithoutEmail => json!({ "type": "user", "user": user(json!({})) }),
        OwnerShape::UserId => {
            json!({ "type": "user", "user": { "object": "user", "id": person.id } })
        }
        OwnerShape::UserUntyped => json!({ "user": with_email() }),
        OwnerShape::Workspace => json!({ "type": "workspace", "workspace": true }),
        OwnerShape::WorkspaceUntyped => json!({ "workspace": true }),
    }
}

/// The refusal of a path or method that Notion does not have.
pub(crate) async fn no_such_url() -> Refusal {
    Refusal::api(
        StatusCode::BAD_REQUEST,
        "invalid_request_url",
        "Invalid request URL.",
    )
}
