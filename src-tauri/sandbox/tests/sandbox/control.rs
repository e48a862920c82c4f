//! The control API: record, faults, modes, and revocation from outside.

use std::time::{Duration, Instant};

use crate::common::{TestServer, answer, exchange_body, form_token, hashed, location, query_value};
use notion_sandbox::{Options, Sandbox};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn the_record_shows_each_request_with_hashes_in_the_place_of_secrets() {
    let server = TestServer::controlled().await;
    let id = server.sandbox.client_id();
    let secret = server.sandbox.client_secret();
    let code = server.code().await;
    let exchange = server
        .http
        .post(server.url("/v1/oauth/token?ignored=query"))
        .basic_auth(id, Some(secret))
        .header("notion-version", "2026-03-11")
        .header("user-agent", "a test")
        .json(&exchange_body(&code));
    let (_, tokens) = answer(exchange).await;
    let access = tokens["access_token"].as_str().unwrap();
    server.me(&tokens["access_token"]).await;

    let record = server.control.requests().await;

    let paths: Vec<_> = record
        .iter()
        .map(|request| (request["seq"].as_u64().unwrap(), request["path"].clone()))
        .collect();
    assert_eq!(
        paths,
        [
            (1, json!("/v1/oauth/authorize")),
            (2, json!("/v1/oauth/authorize")),
            (3, json!("/v1/oauth/token")),
            (4, json!("/v1/users/me")),
        ]
    );
    assert_eq!(record[0]["method"], "GET");
    assert_eq!(record[0]["body"], Value::Null);
    assert_eq!(record[1]["body"]["answer"], "allow");
    assert!(record[2]["at_ms"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!(
        record[2]["headers"],
        json!({
            "authorization": format!("Basic {id}:{}", hashed(secret)),
            "content-type": "application/json",
            "notion-version": "2026-03-11",
            "user-agent": "a test",
        })
    );
    assert_eq!(record[2]["body"]["grant_type"], "authorization_code");
    assert_eq!(record[2]["body"]["code"], hashed(&code));
    assert_eq!(
        record[3]["headers"]["authorization"],
        format!("Bearer {}", hashed(access))
    );
    assert_eq!(record[3]["headers"]["notion-version"], Value::Null);
}

#[tokio::test]
async fn the_record_shows_no_secret_in_whatever_spelling_it_came() {
    let server = TestServer::controlled().await;
    let url = server.url("/v1/oauth/revoke");
    for (kind, body) in [
        ("application/json", r#"{"token":"canary"}"#),
        ("application/json", r#"{"token":{"deep":"canary"}}"#),
        (
            "application/json",
            r#"{"more":[{"refresh_token":"canary"}]}"#,
        ),
        ("application/json", r#""canary""#),
        ("application/x-www-form-urlencoded", "token=canary"),
        ("text/plain", "canary"),
    ] {
        let request = server.http.post(&url).header("content-type", kind);
        request.body(body).send().await.unwrap();
    }
    for authorization in ["canary", "Token canary", "Basic canary", "bearer canary"] {
        let request = server
            .http
            .post(&url)
            .header("authorization", authorization);
        request.send().await.unwrap();
    }
    let query = server
        .http
        .get(server.url("/v1/oauth/authorize?state=canary"));
    query.send().await.unwrap();

    let record = server.control.requests().await;

    assert_eq!(record.len(), 11);
    let text = Value::from(record).to_string();
    assert!(text.contains(&hashed("canary")));
    assert!(!text.contains("canary"));
}

#[tokio::test]
async fn a_fault_replaces_the_reply_as_often_as_it_was_asked() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let access = &tokens["access_token"];
    let fault = json!({
        "endpoint": "introspect",
        "times": 2,
        "status": 429,
        "headers": { "retry-after": "7" },
        "body": { "object": "error", "code": "rate_limited" },
    });
    server.control.fault(fault).await;

    assert!(server.me(access).await.0.is_success(), "another endpoint");
    for _ in 0..2 {
        let (status, refused) = server.introspect(access).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused["code"], "rate_limited");
    }
    assert!(server.is_active(access).await);
}

#[tokio::test]
async fn a_fault_with_text_sends_it_as_a_foreign_proxy_would() {
    let server = TestServer::controlled().await;
    let fault = json!({
        "endpoint": "me",
        "times": 1,
        "status": 502,
        "headers": { "content-type": "text/html", "cf-ray": "1" },
        "body": "<h1>Bad gateway</h1>",
    });
    server.control.fault(fault).await;
    let reply = server.http.get(server.url("/v1/users/me")).send().await;
    let reply = reply.unwrap();
    assert_eq!(reply.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(reply.headers()["content-type"], "text/html");
    assert_eq!(reply.headers()["cf-ray"], "1");
    assert!(!reply.headers().contains_key("x-notion-request-id"));
    assert_eq!(reply.text().await.unwrap(), "<h1>Bad gateway</h1>");
}

#[tokio::test]
async fn a_delayed_reply_is_late_and_otherwise_right() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let fault = json!({ "endpoint": "introspect", "times": 1, "delay_ms": 60 });
    server.control.fault(fault).await;
    let asked = Instant::now();
    assert!(server.is_active(&tokens["access_token"]).await);
    assert!(asked.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_cut_before_does_nothing_and_answers_nothing() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    cut_revoke(&server, "before", &tokens["access_token"]).await;
    assert!(server.is_active(&tokens["access_token"]).await);
}

#[tokio::test]
async fn a_cut_after_does_everything_and_answers_nothing() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    cut_revoke(&server, "after", &tokens["access_token"]).await;
    assert!(!server.is_active(&tokens["access_token"]).await);
}

async fn cut_revoke(server: &TestServer, cut: &str, token: &Value) {
    let fault = json!({ "endpoint": "revoke", "times": 1, "cut": cut });
    server.control.fault(fault).await;
    let before = server.control.requests().await.len();
    let lost = server
        .http
        .post(server.url("/v1/oauth/revoke"))
        .basic_auth(
            server.sandbox.client_id(),
            Some(server.sandbox.client_secret()),
        )
        .json(&json!({ "token": token }))
        .send()
        .await;
    assert!(lost.is_err());
    assert_eq!(
        server.control.requests().await.len(),
        before + 1,
        "it is recorded"
    );
}

#[tokio::test]
async fn a_fault_that_makes_no_sense_is_refused() {
    let server = TestServer::controlled().await;
    for wrong in [
        json!({ "endpoint": "token" }),
        json!({ "endpoint": "pages", "times": 1 }),
        json!({ "endpoint": "token", "times": 1, "status": 42 }),
        json!({ "endpoint": "token", "times": 1, "headers": { "a b": "c" } }),
        json!({ "endpoint": "token", "times": 1, "cut": "after", "status": 500 }),
        json!({ "endpoint": "token", "times": 1, "delay": 5 }),
    ] {
        let (status, refused) = server.control.post("/faults", wrong.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(refused["error"].is_string());
    }
    assert_eq!(
        server.exchange(&server.code().await).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_unknown_mode_is_refused_with_the_known_ones() {
    let server = TestServer::controlled().await;
    let (status, refused) = server
        .control
        .post("/modes", json!({ "colour": "red" }))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let reason = refused["error"].as_str().unwrap();
    let modes = server.control.modes(json!({})).await;
    for (known, _) in modes.as_object().unwrap() {
        assert!(reason.contains(known), "{known}");
    }
    let half = json!({ "refresh_token": false, "second_revoke": 500 });
    let (status, _) = server.control.post("/modes", half).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        server.control.modes(json!({})).await,
        modes,
        "all or nothing"
    );
}

#[tokio::test]
async fn a_second_revocation_answers_as_its_mode_says() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let access = &tokens["access_token"];
    server.revoke(access).await;
    assert_eq!(server.revoke(access).await.0, StatusCode::OK);
    server.control.modes(json!({ "second_revoke": 400 })).await;
    let (status, refused) = server.revoke(access).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn a_dead_token_is_introspected_as_its_mode_says() {
    let server = TestServer::controlled().await;
    let dead = json!("dead");
    assert!(!server.is_active(&dead).await);
    let mode = json!({ "dead_token": "invalid_grant" });
    server.control.modes(mode).await;
    let (status, refused) = server.introspect(&dead).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn revoking_a_bot_from_outside_ends_all_its_tokens_and_no_others() {
    let server = TestServer::controlled().await;
    let first = server.connect().await;
    let second = server.connect().await;
    let (id, secret) = server.control.add_client().await;
    let body = exchange_body(&server.code_for(&id).await);
    let (_, foreign) = server.post_as(&id, &secret, "/v1/oauth/token", body).await;

    let bot = first["bot_id"].as_str().unwrap();
    assert_eq!(server.control.revoke(bot).await, 2);

    for tokens in [first, second] {
        assert!(!server.is_active(&tokens["access_token"]).await);
        assert!(!server.is_active(&tokens["refresh_token"]).await);
    }
    let (status, _) = server.me(&foreign["access_token"]).await;
    assert_eq!(status, StatusCode::OK);
    let unknown = json!({ "bot_id": "nobody" });
    let (status, _) = server.control.post("/revoke", unknown).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_new_secret_ends_the_old_one_and_leaves_the_tokens() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let secret = server.control.renew_secret().await;
    let (status, refused) = server.introspect(&tokens["access_token"]).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused["error"], "invalid_client");
    let id = server.sandbox.client_id();
    let body = json!({ "token": tokens["access_token"] });
    let (_, active) = server
        .post_as(id, &secret, "/v1/oauth/introspect", body)
        .await;
    assert_eq!(active["active"], true);
}

#[tokio::test]
async fn one_person_is_the_same_owner_in_two_workspaces() {
    let server = TestServer::controlled().await;
    let mut owners = Vec::new();
    for name in ["One", "Two"] {
        let workspace = server.control.add_workspace(name, "Kim Park").await;
        let page = server.page().await;
        let allowed = server.submit(&form_token(&page), &workspace, "allow").await;
        let code = query_value(&location(&allowed), "code").unwrap();
        let (_, tokens) = server.exchange(&code).await;
        assert_eq!(tokens["workspace_id"], workspace);
        assert_eq!(tokens["workspace_name"], name);
        owners.push(tokens["owner"]["user"].clone());
    }
    assert_eq!(owners[0], owners[1]);
    assert_eq!(owners[0]["name"], "Kim Park");
}

#[tokio::test]
async fn a_request_from_a_web_page_is_refused() {
    let server = TestServer::controlled().await;
    for origin in ["https://evil.example", "null", server.sandbox.base_url()] {
        let request = server.http.get(server.url("/_sandbox/requests"));
        let refused = request.header("origin", origin).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{origin}");
    }
}

#[tokio::test]
async fn an_unknown_control_request_is_refused_and_not_recorded() {
    let server = TestServer::controlled().await;
    let (status, refused) = server.control.post("/fault", json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(refused["error"].is_string());
    assert!(server.control.requests().await.is_empty());
}

#[tokio::test]
async fn an_embedded_sandbox_has_no_control_api() {
    let server = TestServer::start(Options::default()).await;
    let (status, refused) = answer(server.http.get(server.url("/_sandbox/requests"))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["code"], "invalid_request_url");
}

#[tokio::test]
async fn after_stopping_nothing_listens_and_the_port_is_free() {
    let server = TestServer::controlled().await;
    server.connect().await;
    let url = server.url("/v1/users/me");
    let port = server.sandbox.base_url().rsplit(':').next().unwrap();
    let port: u16 = port.parse().unwrap();
    server.sandbox.stop().await;
    assert!(server.http.get(url).send().await.unwrap_err().is_connect());
    let again = Sandbox::start(Options {
        port,
        ..Options::default()
    })
    .await
    .unwrap();
    assert!(again.base_url().ends_with(&format!(":{port}")));
}
