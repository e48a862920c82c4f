//! Modes: each answer to a question that Notion's documentation leaves open.

use crate::common::TestServer;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A controlled sandbox in one mode.
async fn server(mode: Value) -> TestServer {
    let server = TestServer::controlled().await;
    server.control.modes(mode).await;
    server
}

/// Which of a pair's tokens are alive: access, refresh.
async fn alive(server: &TestServer, pair: &Value) -> (bool, bool) {
    let access = server.is_active(&pair["access_token"]).await;
    assert_eq!(
        server.me(&pair["access_token"]).await.0.is_success(),
        access
    );
    (access, server.is_active(&pair["refresh_token"]).await)
}

#[tokio::test]
async fn after_a_refresh_of_the_old_pair_lives_on_what_the_mode_says() {
    for (mode, expected) in [
        ("ends", (false, false)),
        ("access_lives", (true, false)),
        ("lives", (true, true)),
    ] {
        let server = server(json!({ "refreshed_pair": mode })).await;
        let old = server.connect().await;
        let (_, new) = server.refresh(&old["refresh_token"]).await;
        assert_eq!(alive(&server, &new).await, (true, true), "{mode}");
        assert_eq!(alive(&server, &old).await, expected, "{mode}");
        let (again, _) = server.refresh(&old["refresh_token"]).await;
        assert_eq!(again.is_success(), expected.1, "{mode}");
    }
}

#[tokio::test]
async fn tokens_are_as_long_as_the_mode_says_and_work() {
    let server = server(json!({ "token_length": 1_500 })).await;
    let pair = server.connect().await;
    for token in ["access_token", "refresh_token"] {
        assert_eq!(pair[token].as_str().map(str::len), Some(1_500), "{token}");
    }
    assert_eq!(alive(&server, &pair).await, (true, true));
}

#[tokio::test]
async fn an_old_refresh_token_that_was_not_replaced_lives_once_in_every_mode() {
    for mode in ["ends", "access_lives", "lives"] {
        let server = TestServer::controlled().await;
        let old = server.connect().await;
        let modes = json!({ "refreshed_pair": mode, "refresh_token": false });
        server.control.modes(modes).await;
        let (_, new) = server.refresh(&old["refresh_token"]).await;
        assert!(server.is_active(&new["access_token"]).await, "{mode}");
        assert_eq!(alive(&server, &old).await, (mode != "ends", true), "{mode}");
        server.revoke(&old["refresh_token"]).await;
        assert!(!server.is_active(&old["refresh_token"]).await, "{mode}");
    }
}

#[tokio::test]
async fn a_second_consent_leaves_ends_or_repeats_the_first_pair_as_the_mode_says() {
    for (mode, same, first_lives) in [
        ("fresh_pair", false, true),
        ("replaces", false, false),
        ("same_pair", true, true),
    ] {
        let server = server(json!({ "second_consent": mode })).await;
        let first = server.connect().await;
        let second = server.connect().await;
        assert_eq!(first["bot_id"], second["bot_id"]);
        for token in ["access_token", "refresh_token"] {
            assert_eq!(first[token] == second[token], same, "{mode} {token}");
        }
        assert_eq!(alive(&server, &second).await, (true, true), "{mode}");
        let first_alive = alive(&server, &first).await;
        assert_eq!(first_alive, (first_lives, first_lives), "{mode}");
    }
}

#[tokio::test]
async fn the_same_pair_is_given_out_until_it_is_revoked_or_refreshed() {
    let server = server(json!({ "second_consent": "same_pair" })).await;
    let first = server.connect().await;
    let (_, refreshed) = server.refresh(&first["refresh_token"]).await;
    assert_ne!(refreshed["access_token"], first["access_token"]);
    let again = server.connect().await;
    assert_eq!(again["access_token"], refreshed["access_token"]);

    server.revoke(&again["refresh_token"]).await;
    let without = server.connect().await;
    assert_eq!(without["access_token"], again["access_token"]);
    assert_eq!(without["refresh_token"], Value::Null, "it is dead");

    server.revoke(&again["access_token"]).await;
    let fresh = server.connect().await;
    assert_ne!(fresh["access_token"], again["access_token"]);
    assert_eq!(alive(&server, &fresh).await, (true, true));
    assert!(!server.is_active(&again["access_token"]).await);
}

#[tokio::test]
async fn the_same_pair_is_given_out_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.db");
    let mode = json!({ "second_consent": "same_pair" });
    let before = TestServer::with_db(db.clone()).await;
    before.control.modes(mode.clone()).await;
    let first = before.connect().await;
    before.sandbox.stop().await;
    let after = TestServer::with_db(db).await;
    after.control.modes(mode).await;
    let second = after.connect().await;
    assert_eq!(first["access_token"], second["access_token"]);
}

#[tokio::test]
async fn a_revocation_reaches_as_far_as_the_mode_says() {
    for (mode, sibling, other_pair) in [
        ("token", true, true),
        ("pair", false, true),
        ("bot", false, false),
    ] {
        for (revoked, kept) in [
            ("access_token", "refresh_token"),
            ("refresh_token", "access_token"),
        ] {
            let server = server(json!({ "revoke_reach": mode })).await;
            let first = server.connect().await;
            let second = server.connect().await;
            assert_eq!(server.revoke(&first[revoked]).await.0, StatusCode::OK);
            assert!(!server.is_active(&first[revoked]).await, "{mode}");
            assert_eq!(server.is_active(&first[kept]).await, sibling, "{mode}");
            let second_alive = alive(&server, &second).await;
            assert_eq!(second_alive, (other_pair, other_pair), "{mode}");
        }
    }
}

#[tokio::test]
async fn a_refresh_token_can_be_revoked_only_where_the_mode_says_so() {
    for (mode, status, lives) in [
        ("ends", StatusCode::OK, false),
        ("ignored", StatusCode::OK, true),
        ("unsupported", StatusCode::BAD_REQUEST, true),
    ] {
        let server = server(json!({ "revoke_refresh_token": mode })).await;
        let tokens = server.connect().await;
        let refresh = &tokens["refresh_token"];
        let (answered, body) = server.revoke(refresh).await;
        assert_eq!(answered, status, "{mode}");
        if status == StatusCode::BAD_REQUEST {
            assert_eq!(body["error"], "unsupported_token_type");
        }
        assert_eq!(server.is_active(refresh).await, lives, "{mode}");
        server.revoke(&tokens["access_token"]).await;
        assert!(!server.is_active(&tokens["access_token"]).await, "{mode}");
    }
}

#[tokio::test]
async fn the_owner_comes_in_each_documented_shape_from_token_and_users_me() {
    let server = TestServer::controlled().await;
    let user = server.connect().await["owner"]["user"].clone();
    let mut without_email = user.clone();
    without_email["person"] = json!({});
    let id_only = json!({ "object": "user", "id": user["id"] });
    for (mode, expected) in [
        ("user", json!({ "type": "user", "user": user })),
        (
            "user_without_email",
            json!({ "type": "user", "user": without_email }),
        ),
        ("user_id", json!({ "type": "user", "user": id_only })),
        ("user_untyped", json!({ "user": user })),
        (
            "workspace",
            json!({ "type": "workspace", "workspace": true }),
        ),
        ("workspace_untyped", json!({ "workspace": true })),
    ] {
        server.control.modes(json!({ "owner": mode })).await;
        let tokens = server.connect().await;
        assert_eq!(tokens["owner"], expected, "{mode}");
        let (_, me) = server.me(&tokens["access_token"]).await;
        assert_eq!(me["bot"]["owner"], expected, "{mode}");
    }
}

#[tokio::test]
async fn a_field_of_a_reply_is_null_or_missing_as_the_mode_says() {
    let server = TestServer::controlled().await;
    for field in [
        "access_token",
        "token_type",
        "refresh_token",
        "bot_id",
        "workspace_id",
        "workspace_name",
        "workspace_icon",
        "owner",
        "duplicated_template_id",
        "request_id",
    ] {
        for lack in ["null", "missing"] {
            let mode = json!({ "reply_fields": { field: lack } });
            server.control.modes(mode).await;
            let tokens = server.connect().await;
            let left = tokens.get(field);
            assert_eq!(left.is_some(), lack == "null", "{field} {lack}");
            assert_eq!(tokens[field], Value::Null, "{field} {lack}");
            assert_eq!(
                tokens.as_object().unwrap().len(),
                9 + usize::from(lack == "null")
            );
        }
    }
    let several = json!({ "scope": "missing", "iat": "null", "owner": "null" });
    server.control.modes(json!({ "reply_fields": {} })).await;
    let tokens = server.connect().await;
    server
        .control
        .modes(json!({ "reply_fields": several }))
        .await;
    let (_, mut active) = server.introspect(&tokens["access_token"]).await;
    assert!(active["request_id"].take().is_string());
    let expected = json!({ "active": true, "iat": null, "request_id": null });
    assert_eq!(active, expected, "a field that is not there is not added");
    let unknown = json!({ "reply_fields": { "workspace": "null" } });
    let (status, _) = server.control.post("/modes", unknown).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_introspection_tells_whose_a_token_is_where_the_mode_says_so() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let (_, short) = server.introspect(&tokens["access_token"]).await;
    assert_eq!(short.as_object().unwrap().len(), 4, "{short}");
    server
        .control
        .modes(json!({ "introspection": "long" }))
        .await;
    let (_, long) = server.introspect(&tokens["access_token"]).await;
    for field in [
        "token_type",
        "bot_id",
        "workspace_id",
        "workspace_name",
        "owner",
    ] {
        assert_eq!(long[field], tokens[field], "{field}");
    }
    assert_eq!(long["scope"], short["scope"]);
    assert_eq!(long.get("access_token"), None);
    let (_, dead) = server.introspect(&json!("dead")).await;
    assert_eq!(dead.get("bot_id"), None);
}

#[tokio::test]
async fn iat_is_in_seconds_where_the_mode_says_so() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let iat = async || {
        let (_, active) = server.introspect(&tokens["access_token"]).await;
        active["iat"].as_i64().unwrap()
    };
    let milliseconds = iat().await;
    server.control.modes(json!({ "iat": "seconds" })).await;
    assert_eq!(iat().await, milliseconds / 1000);
}

#[tokio::test]
async fn a_refusal_comes_in_either_shape_from_every_endpoint() {
    let server = TestServer::controlled().await;
    let unknown = json!("unknown");
    server.control.modes(json!({ "error_shape": "api" })).await;
    let (status, mut refused) = server.refresh(&unknown).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(refused["request_id"].take().is_string());
    let expected = json!({
        "object": "error",
        "status": 400,
        "code": "invalid_grant",
        "message": "Invalid refresh token.",
        "request_id": null,
    });
    assert_eq!(refused, expected);

    server
        .control
        .modes(json!({ "error_shape": "oauth" }))
        .await;
    let (status, mut refused) = server.me(&unknown).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(refused["request_id"].take().is_string());
    let expected = json!({
        "error": "unauthorized",
        "error_description": "API token is invalid.",
        "request_id": null,
    });
    assert_eq!(refused, expected);
}

#[tokio::test]
async fn a_refusal_can_be_a_page_of_the_proxy_in_front_of_notion() {
    let server = server(json!({ "error_shape": "html" })).await;
    let request = server.http.get(server.url("/v1/users/me"));
    let page = request.send().await.unwrap();
    assert_eq!(page.status(), StatusCode::UNAUTHORIZED);
    let headers = page.headers();
    assert!(headers.contains_key("cf-ray"));
    assert!(!headers.contains_key("x-notion-request-id"));
    let kind = headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/html"));
    assert!(page.text().await.unwrap().contains("401"));
    server.connect().await;
}
