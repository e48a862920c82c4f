//! Codes and tokens: exchanged, refreshed, introspected and revoked by their own client only.

use crate::common::{TestServer, answer, exchange_body, query_value};
use notion_sandbox::Options;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn an_exchange_answers_all_that_notion_answers() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;

    assert!(tokens["access_token"].as_str().unwrap().len() > 20);
    assert!(tokens["refresh_token"].as_str().unwrap().len() > 20);
    assert_eq!(tokens["token_type"], "bearer");
    assert!(tokens["bot_id"].is_string());
    assert!(tokens["workspace_id"].is_string());
    assert_eq!(tokens["workspace_name"], "Acme Research");
    assert_eq!(tokens["workspace_icon"], Value::Null);
    assert_eq!(tokens["duplicated_template_id"], Value::Null);
    assert!(tokens["request_id"].is_string());
    let user = &tokens["owner"]["user"];
    assert_eq!(tokens["owner"]["type"], "user");
    assert_eq!(user["object"], "user");
    assert_eq!(user["type"], "person");
    assert_eq!(user["name"], "Jo Lindqvist");
    assert_eq!(user["person"]["email"], "jo.lindqvist@sandbox.example");
}

#[tokio::test]
async fn users_me_answers_the_bot_with_its_owner_and_workspace() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let (status, me) = server.me(&tokens["access_token"]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(me["object"], "user");
    assert_eq!(me["type"], "bot");
    assert_eq!(me["id"], tokens["bot_id"]);
    assert_eq!(me["bot"]["owner"], tokens["owner"]);
    assert_eq!(me["bot"]["workspace_id"], tokens["workspace_id"]);
    assert_eq!(me["bot"]["workspace_name"], tokens["workspace_name"]);
    assert!(me["bot"]["workspace_limits"].is_object());
}

#[tokio::test]
async fn a_code_works_once() {
    let server = TestServer::controlled().await;
    let code = server.code().await;
    assert_eq!(server.exchange(&code).await.0, StatusCode::OK);
    let (status, refused) = server.exchange(&code).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
    assert!(refused["request_id"].is_string());
}

#[tokio::test]
async fn an_expired_code_is_refused() {
    let server = TestServer::controlled().await;
    server.control.modes(json!({ "code_lifetime_s": 0 })).await;
    let (status, refused) = server.exchange(&server.code().await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_belongs_to_its_redirect_uri() {
    let server = TestServer::controlled().await;
    let code = server.code().await;
    let mut wrong = exchange_body(&code);
    wrong["redirect_uri"] = json!("app.keyrack:/elsewhere");
    let (status, refused) = server.post("/v1/oauth/token", wrong).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_belongs_to_its_client() {
    let server = TestServer::controlled().await;
    let (id, _) = server.control.add_client().await;
    let code = server.code_for(&id).await;
    let (status, refused) = server.exchange(&code).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn wrong_client_credentials_are_answered_tersely_everywhere() {
    let server = TestServer::controlled().await;
    let id = server.sandbox.client_id();
    let secret = server.sandbox.client_secret();
    for path in [
        "/v1/oauth/token",
        "/v1/oauth/introspect",
        "/v1/oauth/revoke",
    ] {
        for (id, secret) in [(id, "wrong"), ("wrong", secret), (secret, id)] {
            let (status, mut refused) = server.post_as(id, secret, path, json!({})).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED);
            assert!(refused["request_id"].take().is_string());
            assert_eq!(
                refused,
                json!({ "error": "invalid_client", "request_id": null })
            );
        }
        let (status, _) = answer(server.http.post(server.url(path)).json(&json!({}))).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "without credentials");
    }
}

#[tokio::test]
async fn malformed_token_requests_are_told_apart() {
    let server = TestServer::controlled().await;
    for (body, error) in [
        (json!({}), "invalid_request"),
        (json!([]), "invalid_request"),
        (
            json!({ "grant_type": "password" }),
            "unsupported_grant_type",
        ),
        (
            json!({ "grant_type": "authorization_code" }),
            "invalid_request",
        ),
        (
            json!({ "grant_type": "authorization_code", "code": "x" }),
            "invalid_request",
        ),
        (json!({ "grant_type": "refresh_token" }), "invalid_request"),
        (
            json!({ "grant_type": "refresh_token", "refresh_token": "x" }),
            "invalid_grant",
        ),
    ] {
        let (status, refused) = server.post("/v1/oauth/token", body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(refused["error"], error, "{body}");
    }
}

/// Sends a body of some kind as the sandbox's own client.
async fn send(server: &TestServer, path: &str, kind: &str, body: String) -> (StatusCode, Value) {
    let id = server.sandbox.client_id();
    let request = server.http.post(server.url(path));
    let request = request.basic_auth(id, Some(server.sandbox.client_secret()));
    answer(request.header("content-type", kind).body(body)).await
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_form_is_taken_for_json_at_every_endpoint() {
    let server = TestServer::controlled().await;
    let code = server.code().await;
    let uri = "app.keyrack%3A%2Foauth%2Fcallback";
    let exchange = format!("grant_type=authorization_code&code={code}&redirect_uri={uri}");
    let kind = &format!("{FORM};charset=UTF-8");
    let (status, first) = send(&server, "/v1/oauth/token", kind, exchange).await;
    assert_eq!(status, StatusCode::OK, "{first}");

    let refresh = first["refresh_token"].as_str().unwrap();
    let refresh = format!("grant_type=refresh_token&refresh_token={refresh}&scope=");
    let (status, second) = send(&server, "/v1/oauth/token", FORM, refresh).await;
    assert_eq!(status, StatusCode::OK, "{second}");

    let token = format!("token={}", second["access_token"].as_str().unwrap());
    let ask = || send(&server, "/v1/oauth/introspect", FORM, token.clone());
    assert_eq!(ask().await.1["active"], true);
    let (status, _) = send(&server, "/v1/oauth/revoke", FORM, token.clone()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(ask().await.1["active"], false);
}

#[tokio::test]
async fn a_malformed_body_is_refused_without_quoting_it() {
    let server = TestServer::controlled().await;
    let twice = "grant_type=refresh_token&refresh_token=canary&refresh_token=canary";
    let json = r#"{"grant_type":"refresh_token","refresh_token":"canary"}"#;
    for (kind, body) in [
        ("application/json", "{\"refresh_token\":\"canary"),
        ("application/json", twice),
        (FORM, twice),
        (FORM, json),
        ("text/plain", json),
    ] {
        let (status, refused) = send(&server, "/v1/oauth/token", kind, body.to_owned()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{kind} {body}");
        assert_eq!(refused["error"], "invalid_request", "{kind} {body}");
        assert!(!refused.to_string().contains("canary"), "{refused}");
    }
}

#[tokio::test]
async fn client_credentials_in_the_body_are_none() {
    let server = TestServer::controlled().await;
    let (id, secret) = (server.sandbox.client_id(), server.sandbox.client_secret());
    let form = format!("client_id={id}&client_secret={secret}&token=any");
    let request = server.http.post(server.url("/v1/oauth/introspect"));
    let (status, refused) = answer(request.header("content-type", FORM).body(form)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused["error"], "invalid_client");
}

fn exchange(code: &str, redirect_uri: Option<&str>) -> Value {
    json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri })
}

#[tokio::test]
async fn a_redirect_uri_may_be_left_out_if_it_is_the_only_one() {
    const URI: &str = "http://localhost:4000/callback";
    let start = async |no_app_link| {
        TestServer::start(Options {
            control: true,
            auto_approve: true,
            redirect_uris: vec![URI.to_owned()],
            no_app_link,
            ..Options::default()
        })
        .await
    };
    let server = start(true).await;
    let link = format!(
        "{}?client_id={}&response_type=code",
        server.url("/v1/oauth/authorize"),
        server.sandbox.client_id()
    );
    let code_for = async |link: &str| {
        let callback = server.control.callback(link).await;
        assert!(callback.starts_with(URI), "{callback}");
        query_value(&callback, "code").unwrap()
    };
    let code = code_for(&link).await;
    let (status, refused) = server
        .post("/v1/oauth/token", exchange(&code, Some(URI)))
        .await;
    assert_eq!(
        status,
        StatusCode::BAD_REQUEST,
        "not named before: {refused}"
    );
    assert_eq!(refused["error"], "invalid_grant");
    let (status, tokens) = server.post("/v1/oauth/token", exchange(&code, None)).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");

    let code = code_for(&format!("{link}&redirect_uri={URI}")).await;
    let (status, refused) = server.post("/v1/oauth/token", exchange(&code, None)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "named before: {refused}");
    assert_eq!(refused["error"], "invalid_request");
    let (status, _) = server
        .post("/v1/oauth/token", exchange(&code, Some(URI)))
        .await;
    assert_eq!(status, StatusCode::OK);

    let server = start(false).await;
    let id = server.sandbox.client_id();
    let link = format!(
        "{}?client_id={id}&response_type=code",
        server.url("/v1/oauth/authorize")
    );
    let page = server.http.get(link).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::BAD_REQUEST, "there are two");
}

#[tokio::test]
async fn a_live_token_is_active_with_scope_and_a_time_in_milliseconds() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let (status, active) = server.introspect(&tokens["access_token"]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(active["active"], true);
    assert!(active["scope"].as_str().unwrap().contains("read_content"));
    assert!(active["iat"].as_i64().unwrap() > 1_700_000_000_000);
    assert!(server.is_active(&tokens["refresh_token"]).await);
    assert!(!server.is_active(&json!("unknown")).await);
}

#[tokio::test]
async fn a_token_is_dead_to_a_foreign_client_and_survives_its_revocation() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let (id, secret) = server.control.add_client().await;
    let as_other = async |path: &str| {
        let body = json!({ "token": tokens["access_token"] });
        server.post_as(&id, &secret, path, body).await
    };
    assert_eq!(as_other("/v1/oauth/introspect").await.1["active"], false);
    assert_eq!(as_other("/v1/oauth/revoke").await.0, StatusCode::OK);
    assert!(server.is_active(&tokens["access_token"]).await);
}

#[tokio::test]
async fn a_revoked_token_is_inactive_and_refused_by_users_me() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let (status, revoked) = server.revoke(&tokens["access_token"]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(revoked["request_id"].is_string());

    assert!(!server.is_active(&tokens["access_token"]).await);
    let (status, mut refused) = server.me(&tokens["access_token"]).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(refused["request_id"].take().is_string());
    assert_eq!(
        refused,
        json!({
            "object": "error",
            "status": 401,
            "code": "unauthorized",
            "message": "API token is invalid.",
            "request_id": null,
        })
    );
    assert!(
        server.is_active(&tokens["refresh_token"]).await,
        "it is a token of its own"
    );
    server.revoke(&tokens["refresh_token"]).await;
    assert!(!server.is_active(&tokens["refresh_token"]).await);
}

#[tokio::test]
async fn a_refresh_replaces_both_tokens_of_the_same_bot() {
    let server = TestServer::controlled().await;
    let old = server.connect().await;
    let (status, new) = server.refresh(&old["refresh_token"]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(new["bot_id"], old["bot_id"]);
    assert_eq!(new["workspace_name"], old["workspace_name"]);
    for token in ["access_token", "refresh_token"] {
        assert!(server.is_active(&new[token]).await, "new {token}");
        assert!(!server.is_active(&old[token]).await, "old {token}");
    }
    let (status, refused) = server.refresh(&old["refresh_token"]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_belongs_to_its_client() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let (id, secret) = server.control.add_client().await;
    let body = json!({
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
    });
    let (status, refused) = server.post_as(&id, &secret, "/v1/oauth/token", body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
    assert!(server.is_active(&tokens["access_token"]).await);
}

#[tokio::test]
async fn a_refresh_without_a_new_refresh_token_keeps_the_old_one() {
    let server = TestServer::controlled().await;
    let old = server.connect().await;
    server
        .control
        .modes(json!({ "refresh_token": false }))
        .await;
    let (_, new) = server.refresh(&old["refresh_token"]).await;
    assert_eq!(new["refresh_token"], Value::Null);
    assert!(server.is_active(&new["access_token"]).await);
    assert!(server.is_active(&old["refresh_token"]).await);
}

#[tokio::test]
async fn each_authorization_gives_a_fresh_pair_for_the_same_bot() {
    let server = TestServer::controlled().await;
    let first = server.connect().await;
    let second = server.connect().await;
    assert_eq!(first["bot_id"], second["bot_id"]);
    assert_ne!(first["access_token"], second["access_token"]);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert!(server.is_active(&first["access_token"]).await);
}

#[tokio::test]
async fn another_client_has_another_bot_in_the_same_workspace() {
    let server = TestServer::controlled().await;
    let first = server.connect().await;
    let (id, secret) = server.control.add_client().await;
    let body = exchange_body(&server.code_for(&id).await);
    let (_, second) = server.post_as(&id, &secret, "/v1/oauth/token", body).await;
    assert_eq!(first["workspace_id"], second["workspace_id"]);
    assert_ne!(first["bot_id"], second["bot_id"]);
}

#[tokio::test]
async fn every_reply_names_its_request_and_unknown_urls_are_refused() {
    let server = TestServer::controlled().await;
    for path in ["/v1/users/me", "/v1/pages", "/v1/oauth/token"] {
        let response = server.http.get(server.url(path)).send().await.unwrap();
        let header = response.headers()["x-notion-request-id"].clone();
        let status = response.status();
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["request_id"], header.to_str().unwrap());
        assert_eq!(body["status"], status.as_u16());
    }
    let (status, refused) = answer(server.http.get(server.url("/v1/pages"))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["code"], "invalid_request_url");
}
