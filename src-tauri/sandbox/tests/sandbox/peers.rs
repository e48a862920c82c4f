//! Comparison with Notion's own SDK: it works with the sandbox as with Notion, and our own client
//! sends the same requests. These tests need Node.js, and what
//! `scripts/peers` installs.

mod sdk;

use crate::common::{TestServer, exchange_body};
use notion_oauth::{BaseUrl, Credentials, Notion};
use notion_sandbox::APP_LINK;
use sdk::sdk;
use secrecy::SecretString;
use serde_json::{Value, json};

/// One call of the SDK as the sandbox's client, with more arguments.
fn as_client(server: &TestServer, call: &str, more: &Value) -> Value {
    let mut arguments = json!({
        "client_id": server.sandbox.client_id(),
        "client_secret": server.sandbox.client_secret(),
    });
    let more = more.as_object().unwrap().clone();
    arguments.as_object_mut().unwrap().extend(more);
    json!([call, arguments])
}

fn refresh_body(refresh_token: &Value) -> Value {
    json!({ "grant_type": "refresh_token", "refresh_token": refresh_token })
}

/// Makes calls one after the other, each of which must give a `what`: a `result` or an `error`.
async fn all<const N: usize>(server: &TestServer, what: &str, calls: [Value; N]) -> [Value; N] {
    let outcomes = sdk(server.sandbox.base_url(), calls.to_vec().into()).await;
    let outcomes: [Value; N] = outcomes.try_into().unwrap();
    outcomes.map(|mut outcome| {
        assert!(outcome[what].is_object(), "{what}: {outcome}");
        outcome[what].take()
    })
}

#[tokio::test]
async fn the_sdk_connects_asks_refreshes_and_revokes() {
    let server = TestServer::controlled().await;
    let exchange = exchange_body(&server.code().await);
    let call = as_client(&server, "oauth.token", &exchange);
    let [first] = all(&server, "result", [call]).await;
    assert_eq!(first["token_type"], "bearer");
    assert_eq!(first["workspace_name"], "Acme Research");
    assert_eq!(first["owner"]["user"]["name"], "Jo Lindqvist");

    let refresh = refresh_body(&first["refresh_token"]);
    let call = as_client(&server, "oauth.token", &refresh);
    let [second] = all(&server, "result", [call]).await;
    assert_eq!(second["bot_id"], first["bot_id"]);
    assert_ne!(second["access_token"], first["access_token"]);

    let access = &second["access_token"];
    let token = json!({ "token": access });
    let calls = [
        as_client(&server, "oauth.introspect", &token),
        json!(["users.me", { "auth": access }]),
        as_client(&server, "oauth.revoke", &token),
        as_client(&server, "oauth.introspect", &token),
    ];
    let [introspected, me, revoked, gone] = all(&server, "result", calls).await;
    assert_eq!(introspected["active"], true);
    assert!(introspected["scope"].is_string());
    assert!(introspected["iat"].is_i64());
    assert_eq!(me["id"], first["bot_id"]);
    assert_eq!(me["bot"]["workspace_id"], first["workspace_id"]);
    assert!(revoked["request_id"].is_string());
    assert_eq!(gone["active"], false);
}

#[tokio::test]
async fn the_sdks_generic_request_works_for_a_bearer_and_for_a_client() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let access = &tokens["access_token"];
    let credentials = json!({
        "client_id": server.sandbox.client_id(),
        "client_secret": server.sandbox.client_secret(),
    });
    let bearer = json!({ "path": "users/me", "method": "get", "auth": access });
    let client = json!({
        "path": "oauth/introspect",
        "method": "post",
        "auth": credentials,
        "body": { "token": access },
    });
    let calls = [json!(["request", bearer]), json!(["request", client])];
    let [me, introspected] = all(&server, "result", calls).await;
    assert_eq!(me["id"], tokens["bot_id"]);
    assert_eq!(introspected["active"], true);
}

/// The class, code and status of an SDK's error.
fn kind(error: &Value) -> (&str, &str, u64) {
    let text = |name: &str| error[name].as_str().unwrap();
    (
        text("name"),
        text("code"),
        error["status"].as_u64().unwrap(),
    )
}

/// The class and code that the SDK gives to every error in OAuth's shape.
const OAUTH_ERROR: (&str, &str) = ("UnknownHTTPResponseError", "notionhq_client_response_error");

#[tokio::test]
async fn the_sdk_hands_on_the_oauth_errors() {
    let server = TestServer::controlled().await;
    let code = server.code().await;
    server.exchange(&code).await;
    let (id, token) = (server.sandbox.client_id(), json!({ "token": "dead" }));
    let wrong = json!({ "client_id": id, "client_secret": "wrong", "token": "any" });
    server
        .control
        .modes(json!({ "dead_token": "invalid_grant" }))
        .await;
    let calls = [
        json!(["oauth.introspect", wrong]),
        as_client(&server, "oauth.token", &exchange_body(&code)),
        as_client(&server, "oauth.token", &refresh_body(&json!("dead"))),
        as_client(&server, "oauth.introspect", &token),
    ];
    let [wrong_secret, used_code, dead_refresh, dead_access] = all(&server, "error", calls).await;
    for (error, status, expected) in [
        (wrong_secret, 401, "invalid_client"),
        (used_code, 400, "invalid_grant"),
        (dead_refresh, 400, "invalid_grant"),
        (dead_access, 400, "invalid_grant"),
    ] {
        assert_eq!(kind(&error), (OAUTH_ERROR.0, OAUTH_ERROR.1, status));
        let body: Value = serde_json::from_str(error["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["error"], expected);
    }
}

#[tokio::test]
async fn the_sdk_knows_the_api_errors_of_a_dead_token_and_of_limits() {
    let server = TestServer::controlled().await;
    for (status, code) in [(429, "rate_limited"), (529, "service_overload")] {
        let body = json!({ "object": "error", "status": status, "code": code, "message": "Wait." });
        let fault = json!({
            "endpoint": "introspect",
            "times": 1,
            "status": status,
            "headers": { "retry-after": "7" },
            "body": body,
        });
        server.control.fault(fault).await;
    }
    let introspect = as_client(&server, "oauth.introspect", &json!({ "token": "any" }));
    let calls = [
        json!(["users.me", { "auth": "dead" }]),
        introspect.clone(),
        introspect,
    ];
    let [dead, limited, overloaded] = all(&server, "error", calls).await;
    assert_eq!(kind(&dead), ("APIResponseError", "unauthorized", 401));
    assert!(dead["request_id"].is_string());
    assert_eq!(kind(&limited), ("APIResponseError", "rate_limited", 429));
    assert_eq!(
        kind(&overloaded),
        ("APIResponseError", "service_overload", 529)
    );
}

#[tokio::test]
async fn the_sdk_takes_a_page_in_place_of_a_refusal_for_an_unknown_reply() {
    let server = TestServer::controlled().await;
    server.control.modes(json!({ "error_shape": "html" })).await;
    let calls = [json!(["users.me", { "auth": "dead" }])];
    let [error] = all(&server, "error", calls).await;
    assert_eq!(kind(&error), (OAUTH_ERROR.0, OAUTH_ERROR.1, 401));
    assert_eq!(error["request_id"], Value::Null);
}

/// The parts that two recorded requests must have in common; secrets are hashes.
fn compared(request: &Value) -> Value {
    json!({
        "method": request["method"],
        "path": request["path"],
        "authorization": request["headers"]["authorization"],
        "content-type": request["headers"]["content-type"],
        "notion-version": request["headers"]["notion-version"],
        "body": request["body"],
    })
}

#[tokio::test]
async fn our_client_sends_what_the_sdk_sends() {
    let server = TestServer::controlled().await;
    let secret = |text: &str| SecretString::from(text.to_owned());
    let credentials = Credentials {
        client_id: server.sandbox.client_id().to_owned(),
        client_secret: secret(server.sandbox.client_secret()),
    };
    let ours = Notion::new(BaseUrl::parse(server.sandbox.base_url()).unwrap()).unwrap();
    let code = "a code that nobody issued";
    let token = server.connect().await["access_token"].clone();
    let ours_token = secret(token.as_str().unwrap());
    let before = server.control.requests().await.len();

    let refused = ours.exchange(&credentials, &secret(code), APP_LINK).await;
    assert!(refused.is_err());
    let refused = ours.refresh(&credentials, &secret(code)).await;
    assert!(refused.is_err());
    assert!(
        ours.introspect(&credentials, &ours_token)
            .await
            .unwrap()
            .active
    );
    ours.me(&ours_token).await.unwrap();
    ours.revoke(&credentials, &ours_token).await.unwrap();
    let body = json!({ "token": token });
    let calls = json!([
        as_client(&server, "oauth.token", &exchange_body(code)),
        as_client(&server, "oauth.token", &refresh_body(&json!(code))),
        as_client(&server, "oauth.introspect", &body),
        ["users.me", { "auth": token }],
        as_client(&server, "oauth.revoke", &body),
    ]);
    sdk(server.sandbox.base_url(), calls).await;

    let record = server.control.requests().await;
    let (ours, theirs) = record[before..].split_at(5);
    assert_eq!(theirs.len(), 5);
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(compared(ours), compared(theirs));
    }
}
