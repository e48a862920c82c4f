//! The OAuth endpoints that a client calls: token, introspect and revoke.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::{FromRequest, FromRequestParts, Request, State},
    http::request::Parts,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    api,
    consent::LEFT_OUT,
    credentials::{Credentials, is_form},
    grants::{Bot, TokenKind},
    modes::{
        DeadToken, IatUnit, IntrospectionDetail, OwnerShape, RevokeRefreshToken, SecondRevoke,
    },
    reply::{Answer, Refusal},
    secret::digest,
    server::{self, App},
    store::Workspace,
};

/// The scope of an integration with all content capabilities.
const SCOPE: &str = "read_content insert_content update_content read_user_with_email";

/// The id of a client that proved its secret; extracting it is the authentication.
pub(crate) struct Client(String);

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let Some(Credentials::Basic { id, secret }) = Credentials::of(&parts.headers) else {
            return Err(Refusal::invalid_client());
        };
        match app.store.client_secret(&id)? {
            // The time of a comparison of hashes leaks nothing of the secret.
            Some(expected) if digest(&expected) == digest(&secret) => Ok(Self(id)),
            _ => Err(Refusal::invalid_client()),
        }
    }
}

/// The parameters of a request: JSON, as documented, or a form, as RFC 6749 has it and most published
/// clients send it.
pub(crate) struct Parameters<T>(T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Parameters<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refusal> {
        let parameters = if is_form(request.headers()) {
            let form = Form::from_request(request, app).await;
            form.map(|Form(parameters)| parameters).ok()
        } else {
            let json = Json::from_request(request, app).await;
            json.map(|Json(parameters)| parameters).ok()
        };
        // The rejection's own text may quote the body, and with it a secret.
        let malformed = "The body must be a JSON object or a form of the documented fields.";
        parameters
            .map(Self)
            .ok_or_else(|| Refusal::invalid_request(malformed))
    }
}

/// The body of `POST /v1/oauth/token`; which fields are required depends on the grant type.
#[derive(Deserialize)]
pub(crate) struct TokenRequest {
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    refresh_token: Option<String>,
}

/// `POST /v1/oauth/token`: exchanges a code or rotates a pair (RFC 6749, 4.1.3 and 6).
pub(crate) async fn token(
    State(app): State<Arc<App>>,
    Client(client): Client,
    Parameters(request): Parameters<TokenRequest>,
) -> Result<Answer, Refusal> {
    let modes = app.modes();
    let now = server::now();
    let (bot, pair) = match request.grant_type.as_deref() {
        Some("authorization_code") => {
            let code = required(request.code, "code")?;
            let redirect_uri = request.redirect_uri.as_deref();
            let uri = redirect_uri.unwrap_or(LEFT_OUT);
            app.store
                .exchange(&client, &code, uri, &modes, now)?
                .ok_or_else(|| match redirect_uri {
                    Some(_) => Refusal::invalid_grant("Invalid code."),
                    None => Refusal::invalid_request(
                        "redirect_uri is missing, or it was left out before and the code is invalid.",
                    ),
                })?
        }
        Some("refresh_token") => {
            let refresh_token = required(request.refresh_token, "refresh_token")?;
            app.store
                .refresh(&client, &refresh_token, &modes, now)?
                .ok_or_else(|| Refusal::invalid_grant("Invalid refresh token."))?
        }
        Some(_) => {
            let known = "grant_type is authorization_code or refresh_token.";
            return Err(Refusal::bad_request("unsupported_grant_type", known));
        }
        None => return Err(Refusal::invalid_request("grant_type is missing.")),
    };
    let mut answer = whose(&bot, modes.owner);
    answer.extend([
        ("access_token".to_owned(), pair.access.into()),
        ("refresh_token".to_owned(), pair.refresh.into()),
        ("duplicated_template_id".to_owned(), Value::Null),
    ]);
    Ok(Answer(answer.into()))
}

/// The fields of a reply that name an access token's bot, workspace and owner.
fn whose(bot: &Bot, owner: OwnerShape) -> Map<String, Value> {
    let Workspace {
        id,
        name,
        icon,
        person,
    } = &bot.workspace;
    [
        ("token_type", json!("bearer")),
        ("bot_id", json!(bot.id)),
        ("workspace_id", json!(id)),
        ("workspace_name", json!(name)),
        ("workspace_icon", json!(icon)),
        ("owner", api::owner(person, owner)),
    ]
    .into_iter()
    .map(|(field, value)| (field.to_owned(), value))
    .collect()
}

fn required(field: Option<String>, name: &str) -> Result<String, Refusal> {
    field.ok_or_else(|| Refusal::invalid_request(&format!("{name} is missing.")))
}

/// The body of introspection and revocation.
#[derive(Deserialize)]
pub(crate) struct TokenOnly {
    token: String,
}

/// `POST /v1/oauth/introspect` (RFC 7662). Another client's token counts as dead.
pub(crate) async fn introspect(
    State(app): State<Arc<App>>,
    Client(client): Client,
    Parameters(TokenOnly { token }): Parameters<TokenOnly>,
) -> Result<Answer, Refusal> {
    let modes = app.modes();
    let mut answer = match (app.store.issued_at(&client, &token)?, modes.dead_token) {
        (Some(issued_at), _) => {
            let iat = match modes.iat {
                IatUnit::Milliseconds => issued_at,
                IatUnit::Seconds => issued_at / 1000,
            };
            json!({ "active": true, "scope": SCOPE, "iat": iat })
        }
        (None, DeadToken::Inactive) => json!({ "active": false }),
        (None, DeadToken::InvalidGrant) => return Err(Refusal::invalid_grant("Invalid token.")),
    };
    if answer["active"] == true
        && modes.introspection == IntrospectionDetail::Long
        && let Some(bot) = app.store.bot_of(&token)?
        && let Some(fields) = answer.as_object_mut()
    {
        fields.extend(whose(&bot, modes.owner));
    }
    Ok(Answer(answer))
}

/// `POST /v1/oauth/revoke` (RFC 7009): ends a token, but only one of the client's own.
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    Client(client): Client,
    Parameters(TokenOnly { token }): Parameters<TokenOnly>,
) -> Result<Answer, Refusal> {
    let modes = app.modes();
    match app.store.kind(&client, &token)? {
        None if modes.second_revoke == SecondRevoke::InvalidGrant => {
            return Err(Refusal::invalid_grant("Invalid token."));
        }
        None => {}
        Some(TokenKind::Refresh)
            if modes.revoke_refresh_token == RevokeRefreshToken::Unsupported =>
        {
            let access_only = "Only an access token can be revoked.";
            return Err(Refusal::bad_request("unsupported_token_type", access_only));
        }
        Some(TokenKind::Refresh) if modes.revoke_refresh_token == RevokeRefreshToken::Ignored => {}
        Some(_) => app.store.revoke(&token, modes.revoke_reach)?,
    }
    Ok(Answer(json!({})))
}
