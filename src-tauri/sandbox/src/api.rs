//! Notion's API beside OAuth: `users/me`, and the reply to every URL that does not exist.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
};
use serde_json::{Value, json};

use crate::{
    credentials::Credentials,
    grants::Bot,
    modes::OwnerShape,
    reply::{Answer, Refusal},
    server::App,
    store::Person,
};

/// The name of the integration behind every client.
pub(crate) const INTEGRATION: &str = "Keyrack";

/// The longest file that a workspace with a paid plan takes: 5 GiB. The sandbox takes longer ones too.
const UPLOAD_LIMIT: u64 = 5 * 1024 * 1024 * 1024;

/// The bot whose living token a request brings; extracting it is the authentication.
pub(crate) struct Bearer(pub(crate) Bot);

impl FromRequestParts<Arc<App>> for Bearer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let bot = match Credentials::of(&parts.headers) {
            Some(Credentials::Bearer(token)) => app.store.bot_of(&token)?,
            _ => None,
        };
        bot.map(Self).ok_or_else(|| {
            Refusal::api(
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "API token is invalid.",
            )
        })
    }
}

/// `GET /v1/users/me` with a bearer token: the bot user.
pub(crate) async fn me(State(app): State<Arc<App>>, Bearer(bot): Bearer) -> Answer {
    Answer(bot_user(&bot, app.modes().owner))
}

/// A bot as a user.
pub(crate) fn bot_user(bot: &Bot, shape: OwnerShape) -> Value {
    json!({
        "object": "user",
        "id": bot.id,
        "name": INTEGRATION,
        "avatar_url": null,
        "type": "bot",
        "bot": {
            "owner": owner(&bot.workspace.person, shape),
            "workspace_name": bot.workspace.name,
            "workspace_id": bot.workspace.id,
            "workspace_limits": { "max_file_upload_size_in_bytes": UPLOAD_LIMIT },
        },
    })
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
