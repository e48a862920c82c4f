//! The control API: record, faults, modes, and revocation from outside.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[allow(dead_code, reason = "each test program uses its part")]
mod common;

use std::time::{Duration, Instant};

use common::{World, answer, exchange_body};
use notion_sandbox::{Options, Sandbox};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn hashed(secret: &str) -> String {
    let digest = Sha256::digest(secret.as_bytes());
    digest.iter().fold("sha256:".to_owned(), |text, byte| {
        format!("{text}{byte:02x}")
    })
}

#[tokio::test]
async fn the_record_shows_each_request_with_hashes_in_the_place_of_secrets() {
    let world = World::controlled().await;
    let id = world.sandbox.client_id();
    let secret = world.sandbox.client_secret();
    let code = world.code().await;
    let exchange = world
        .http
        .post(world.url("/v1/oauth/token?ignored=query"))
        .basic_auth(id, Some(secret))
        .header("notion-version", "2026-03-11")
        .header("user-agent", "a test")
        .json(&exchange_body(&code));
    let (_, tokens) = answer(exchange).await;
    let access = tokens["access_token"].as_str().unwrap();
    world.me(&tokens["access_token"]).await;

    let record = world.record().await;

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
    let world = World::controlled().await;
    let url = world.url("/v1/oauth/revoke");
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
        let request = world.http.post(&url).header("content-type", kind);
        request.body(body).send().await.unwrap();
    }
    for authorization in ["canary", "Token canary", "Basic canary", "bearer canary"] {
        let request = world.http.post(&url).header("authorization", authorization);
        request.send().await.unwrap();
    }
    let query = world
        .http
        .get(world.url("/v1/oauth/authorize?state=canary"));
    query.send().await.unwrap();

    let record = world.record().await;

    assert_eq!(record.len(), 11);
    let text = Value::from(record).to_string();
    assert!(text.contains(&hashed("canary")));
    assert!(!text.contains("canary"));
}

#[tokio::test]
async fn a_fault_replaces_the_reply_as_often_as_it_was_asked() {
    let world = World::controlled().await;
    let tokens = world.connect().await;
    let access = &tokens["access_token"];
    let fault = json!({
        "endpoint": "introspect",
        "times": 2,
        "status": 429,
        "headers": { "retry-after": "7" },
        "body": { "object": "error", "code": "rate_limited" },
    });
    world.set("/faults", fault).await;

    assert!(world.me(access).await.0.is_success(), "another endpoint");
    for _ in 0..2 {
        let (status, refused) = world.introspect(access).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused["code"], "rate_limited");
    }
    assert!(world.is_active(access).await);
}

#[tokio::test]
async fn a_fault_with_text_sends_it_as_a_foreign_proxy_would() {
    let world = World::controlled().await;
    let fault = json!({
        "endpoint": "me",
        "times": 1,
        "status": 502,
        "headers": { "content-type": "text/html", "cf-ray": "1" },
        "body": "<h1>Bad gateway</h1>",
    });
    world.set("/faults", fault).await;
    let reply = world.http.get(world.url("/v1/users/me")).send().await;
    let reply = reply.unwrap();
    assert_eq!(reply.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(reply.headers()["content-type"], "text/html");
    assert_eq!(reply.headers()["cf-ray"], "1");
    assert!(!reply.headers().contains_key("x-notion-request-id"));
    assert_eq!(reply.text().await.unwrap(), "<h1>Bad gateway</h1>");
}

#[tokio::test]
async fn a_delayed_reply_is_late_and_otherwise_right() {
    let world = World::controlled().await;
    let tokens = world.connect().await;
    let fault = json!({ "endpoint": "introspect", "times": 1, "delay_ms": 60 });
    world.set("/faults", fault).await;
    let asked = Instant::now();
    assert!(world.is_active(&tokens["access_token"]).await);
    assert!(asked.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_cut_before_does_nothing_and_answers_nothing() {
    let world = World::controlled().await;
    let tokens = world.connect().await;
    cut_revoke(&world, "before", &tokens["access_token"]).await;
    assert!(world.is_active(&tokens["access_token"]).await);
}

#[tokio::test]
async fn a_cut_after_does_everything_and_answers_nothing() {
    let world = World::controlled().await;
    let tokens = world.connect().await;
    cut_revoke(&world, "after", &tokens["access_token"]).await;
    assert!(!world.is_active(&tokens["access_token"]).await);
}

async fn cut_revoke(world: &World, cut: &str, token: &Value) {
    let fault = json!({ "endpoint": "revoke", "times": 1, "cut": cut });
    world.set("/faults", fault).await;
    let before = world.record().await.len();
    let lost = world
        .http
        .post(world.url("/v1/oauth/revoke"))
        .basic_auth(
            world.sandbox.client_id(),
            Some(world.sandbox.client_secret()),
        )
        .json(&json!({ "token": token }))
        .send()
        .await;
    assert!(lost.is_err());
    assert_eq!(world.record().await.len(), before + 1, "it is recorded");
}

#[tokio::test]
async fn a_fault_that_makes_no_sense_is_refused() {
    let world = World::controlled().await;
    for wrong in [
        json!({ "endpoint": "token" }),
        json!({ "endpoint": "pages", "times": 1 }),
        json!({ "endpoint": "token", "times": 1, "status": 42 }),
        json!({ "endpoint": "token", "times": 1, "headers": { "a b": "c" } }),
        json!({ "endpoint": "token", "times": 1, "cut": "after", "status": 500 }),
        json!({ "endpoint": "token", "times": 1, "delay": 5 }),
    ] {
        let (status, refused) = world.control("/faults", wrong.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(refused["error"].is_string());
    }
    assert_eq!(world.exchange(&world.code().await).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_mode_is_refused_with_the_known_ones() {
    let world = World::controlled().await;
    let (status, refused) = world.control("/modes", json!({ "colour": "red" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let reason = refused["error"].as_str().unwrap();
    let modes = world.set("/modes", json!({})).await;
    for (known, _) in modes.as_object().unwrap() {
        assert!(reason.contains(known), "{known}");
    }
    let half = json!({ "refresh_token": false, "second_revoke": 500 });
    let (status, _) = world.control("/modes", half).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        world.set("/modes", json!({})).await,
        modes,
        "all or nothing"
    );
}

#[tokio::test]
async fn a_second_revocation_answers_as_its_mode_says() {
    let world = World::controlled().await;
    let tokens = world.connect().await;
    let access = &tokens["access_token"];
    world.revoke(access).await;
    assert_eq!(world.revoke(access).await.0, StatusCode::OK);
    world.set("/modes", json!({ "second_revoke": 400 })).await;
    let (status, refused) = world.revoke(access).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn a_dead_token_is_introspected_as_its_mode_says() {
    let world = World::controlled().await;
    let dead = json!("dead");
    assert!(!world.is_active(&dead).await);
    let mode = json!({ "dead_token": "invalid_grant" });
    world.set("/modes", mode).await;
    let (status, refused) = world.introspect(&dead).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn revoking_a_bot_from_outside_ends_all_its_tokens_and_no_others() {
    let world = World::controlled().await;
    let first = world.connect().await;
    let second = world.connect().await;
    let other = world.set("/clients", json!({})).await;
    let id = other["client_id"].as_str().unwrap();
    let secret = other["client_secret"].as_str().unwrap();
    let body = exchange_body(&world.code_for(id).await);
    let (_, foreign) = world.post_as(id, secret, "/v1/oauth/token", body).await;

    let bot = json!({ "bot_id": first["bot_id"] });
    assert_eq!(world.set("/revoke", bot).await["pairs"], 2);

    for tokens in [first, second] {
        assert!(!world.is_active(&tokens["access_token"]).await);
        assert!(!world.is_active(&tokens["refresh_token"]).await);
    }
    let (status, _) = world.me(&foreign["access_token"]).await;
    assert_eq!(status, StatusCode::OK);
    let unknown = json!({ "bot_id": "nobody" });
    let (status, _) = world.control("/revoke", unknown).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_new_secret_ends_the_old_one_and_leaves_the_tokens() {
    let world = World::controlled().await;
    let tokens = world.connect().await;
    let new = world.set("/secret", json!({})).await;
    let (status, refused) = world.introspect(&tokens["access_token"]).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused["error"], "invalid_client");
    let id = world.sandbox.client_id();
    let secret = new["client_secret"].as_str().unwrap();
    let body = json!({ "token": tokens["access_token"] });
    let (_, active) = world
        .post_as(id, secret, "/v1/oauth/introspect", body)
        .await;
    assert_eq!(active["active"], true);
}

#[tokio::test]
async fn one_person_is_the_same_owner_in_two_workspaces() {
    let world = World::controlled().await;
    let mut owners = Vec::new();
    for name in ["One", "Two"] {
        let new = json!({ "name": name, "owner": "Kim Park" });
        let workspace = world.set("/workspaces", new).await["workspace_id"].clone();
        let page = world.page().await;
        let allowed = world
            .submit(
                &common::form_token(&page),
                workspace.as_str().unwrap(),
                "allow",
            )
            .await;
        let code = common::query_value(&common::location(&allowed), "code").unwrap();
        let (_, tokens) = world.exchange(&code).await;
        assert_eq!(tokens["workspace_id"], workspace);
        assert_eq!(tokens["workspace_name"], name);
        owners.push(tokens["owner"]["user"].clone());
    }
    assert_eq!(owners[0], owners[1]);
    assert_eq!(owners[0]["name"], "Kim Park");
}

#[tokio::test]
async fn a_request_from_a_web_page_is_refused() {
    let world = World::controlled().await;
    for origin in ["https://evil.example", "null", world.sandbox.base_url()] {
        let request = world.http.get(world.url("/_sandbox/requests"));
        let refused = request.header("origin", origin).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{origin}");
    }
}

#[tokio::test]
async fn an_unknown_control_request_is_refused_and_not_recorded() {
    let world = World::controlled().await;
    let (status, refused) = world.control("/fault", json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(refused["error"].is_string());
    assert!(world.record().await.is_empty());
}

#[tokio::test]
async fn an_embedded_sandbox_has_no_control_api() {
    let world = World::start(Options::default()).await;
    let (status, refused) = answer(world.http.get(world.url("/_sandbox/requests"))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["code"], "invalid_request_url");
}

#[tokio::test]
async fn after_stopping_nothing_listens_and_the_port_is_free() {
    let world = World::controlled().await;
    world.connect().await;
    let url = world.url("/v1/users/me");
    let port = world.sandbox.base_url().rsplit(':').next().unwrap();
    let port: u16 = port.parse().unwrap();
    world.sandbox.stop().await;
    assert!(world.http.get(url).send().await.unwrap_err().is_connect());
    let again = Sandbox::start(Options {
        port,
        ..Options::default()
    })
    .await
    .unwrap();
    assert!(again.base_url().ends_with(&format!(":{port}")));
}
