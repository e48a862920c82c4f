//! Each call as it goes over the wire, and its reply as it comes back.

use std::time::Duration;

use crate::second_process;
use crate::server::{Request, Server, credentials, notion_at, reply};
use notion_oauth::{Bot, Error, Introspection, Owner, Revocation};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// base64 of `client-1:sample:s3cret`.
const BASIC: &str = "Basic Y2xpZW50LTE6c2FtcGxlOnMzY3JldA==";

fn assert_common_headers(request: &Request) {
    assert_eq!(request.header("notion-version"), Some("2026-03-11"));
    assert_eq!(
        request.header("user-agent"),
        Some(concat!("keyrack/", env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(
        request.header("accept-encoding"),
        None,
        "a compressed reply could unpack without bound"
    );
    assert_eq!(request.header("cookie"), None);
}

fn assert_post(request: &Request, path: &str, body: &Value) {
    assert_eq!(request.line, format!("POST {path}"));
    assert_eq!(request.header("authorization"), Some(BASIC));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(serde_json::from_str::<Value>(&request.body).unwrap(), *body);
    assert_common_headers(request);
}

#[tokio::test]
async fn an_exchange_sends_the_code_with_its_redirect_uri_and_brings_the_tokens() {
    let body = r#"{"access_token":"ntn_a","refresh_token":"","bot_id":"b","workspace_id":"w","owner":{"workspace":true}}"#;
    let mut server = Server::start([reply(200, &["x-notion-request-id: from-header"], body)]).await;
    let redirect_uri = "http://localhost:8765/oauth/callback";
    let grant = server
        .notion()
        .exchange(&credentials(), &"c0de \"\u{e9}".into(), redirect_uri)
        .await
        .unwrap();

    assert_eq!(grant.access_token.expose_secret(), "ntn_a");
    assert!(grant.refresh_token.is_none());
    assert_eq!(
        (grant.bot_id.as_str(), grant.workspace_id.as_str()),
        ("b", "w")
    );
    assert_eq!(grant.owner, Some(Owner::Workspace));
    assert_eq!(grant.request_id.as_deref(), Some("from-header"));
    let sent = json!({ "grant_type": "authorization_code", "code": "c0de \"\u{e9}", "redirect_uri": redirect_uri });
    assert_post(&server.request().await, "/v1/oauth/token", &sent);
    assert!(server.saw_nothing_else());
}

#[tokio::test]
async fn a_refresh_sends_the_refresh_token_and_brings_a_new_pair() {
    let new_pair =
        r#"{"access_token":"ntn_b","refresh_token":"nrt_b","bot_id":"b","workspace_id":"w"}"#;
    let without =
        r#"{"access_token":"ntn_c","refresh_token":null,"bot_id":"b","workspace_id":"w"}"#;
    let mut server = Server::start([reply(200, &[], new_pair), reply(200, &[], without)]).await;
    for (access, refresh) in [("ntn_b", Some("nrt_b")), ("ntn_c", None)] {
        let grant = server
            .notion()
            .refresh(&credentials(), &"nrt_a".into())
            .await
            .unwrap();
        assert_eq!(grant.access_token.expose_secret(), access);
        assert_eq!(
            grant
                .refresh_token
                .as_ref()
                .map(ExposeSecret::expose_secret),
            refresh
        );
        let sent = json!({ "grant_type": "refresh_token", "refresh_token": "nrt_a" });
        assert_post(&server.request().await, "/v1/oauth/token", &sent);
    }
    assert!(server.saw_nothing_else());
}

#[tokio::test]
async fn a_spent_refresh_token_is_told_apart_from_a_wrong_client() {
    let script = [
        reply(400, &[], r#"{"error":"invalid_grant"}"#),
        reply(401, &[], r#"{"error":"invalid_client"}"#),
    ];
    let notion = Server::start(script).await.notion();
    let (client, token) = (credentials(), "nrt_a".into());
    let rejected = Error::GrantRejected {
        description: None,
        request_id: None,
    };
    assert_eq!(notion.refresh(&client, &token).await.unwrap_err(), rejected);
    assert_eq!(
        notion.refresh(&client, &token).await.unwrap_err(),
        Error::ClientRejected { request_id: None }
    );
}

#[tokio::test]
async fn introspection_and_revocation_send_the_token_in_the_body() {
    let script = [
        reply(200, &[], r#"{"active":true,"scope":"read_content"}"#),
        reply(200, &[], "{}"),
    ];
    let mut server = Server::start(script).await;
    let (notion, token) = (server.notion(), "ntn_a".into());

    let alive = Introspection {
        active: true,
        scope: vec!["read_content".into()],
        ..Introspection::default()
    };
    assert_eq!(notion.introspect(&credentials(), &token).await, Ok(alive));
    assert_post(
        &server.request().await,
        "/v1/oauth/introspect",
        &json!({ "token": "ntn_a" }),
    );
    assert_eq!(
        notion.revoke(&credentials(), &token).await,
        Ok(Revocation { request_id: None })
    );
    assert_post(
        &server.request().await,
        "/v1/oauth/revoke",
        &json!({ "token": "ntn_a" }),
    );
    assert!(server.saw_nothing_else());
}

#[tokio::test]
async fn a_revocation_without_a_body_is_one() {
    let server = Server::start([
        reply(204, &[], ""),
        reply(200, &["Content-Type: text/html"], "<p>Hello</p>"),
    ])
    .await;
    let revoke = async || {
        server
            .notion()
            .revoke(&credentials(), &"ntn_a".into())
            .await
    };
    assert_eq!(revoke().await, Ok(Revocation { request_id: None }));
    assert_eq!(
        revoke().await,
        Err(Error::NotNotion {
            status: 200,
            what: "a web page".to_owned()
        })
    );
}

#[tokio::test]
async fn asking_who_a_token_speaks_for_needs_no_client() {
    let mut server = Server::start([reply(200, &[], r#"{"object":"user","id":"b"}"#)]).await;
    let bot = Bot {
        id: "b".to_owned(),
        name: None,
        owner: None,
        workspace_id: None,
        workspace_name: None,
    };
    assert_eq!(server.notion().me(&"ntn_a".into()).await, Ok(bot));

    let request = server.request().await;
    assert_eq!(
        (request.line.as_str(), request.body.as_str()),
        ("GET /v1/users/me", "")
    );
    assert_eq!(request.header("authorization"), Some("Bearer ntn_a"));
    assert_eq!(request.header("content-type"), None);
    assert_common_headers(&request);
}

#[tokio::test]
async fn a_base_with_a_path_keeps_it() {
    let mut server = Server::start([reply(200, &[], r#"{"id":"b"}"#)]).await;
    notion_at(&format!("http://localhost:{}/notion/", server.port))
        .me(&"ntn_a".into())
        .await
        .unwrap();
    assert_eq!(server.request().await.line, "GET /notion/v1/users/me");
}

#[tokio::test]
async fn the_wait_that_notion_asks_for_is_kept_within_reason() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let table = [
        (Some("30"), seconds(30)),
        (Some("Wed, 21 Oct 2026 07:28:00 GMT"), seconds(60)),
        (Some("soon"), None),
        (None, None),
    ];
    for (value, wait) in table {
        let header = value.map(|value| format!("Retry-After: {value}"));
        let headers: Vec<_> = header
            .as_deref()
            .into_iter()
            .chain(["Date: Wed, 21 Oct 2026 07:27:00 GMT"])
            .collect();
        let server = Server::start([429, 529].map(|status| reply(status, &headers, ""))).await;
        let notion = server.notion();
        let limited = notion.me(&"ntn_a".into()).await.unwrap_err();
        assert_eq!(
            limited,
            Error::RateLimited {
                retry_after: wait,
                request_id: None
            },
            "{value:?}"
        );
        assert_eq!(limited.retry_after(), wait);
        let overloaded = notion.me(&"ntn_a".into()).await.unwrap_err();
        assert_eq!(
            overloaded,
            Error::Unavailable {
                status: 529,
                retry_after: wait,
                request_id: None
            },
            "{value:?}"
        );
        assert_eq!(overloaded.retry_after(), wait);
    }
}

#[tokio::test]
async fn a_refusal_carries_notions_request_id_from_either_place() {
    let script = [
        reply(
            401,
            &["x-notion-request-id: h"],
            r#"{"error":"invalid_client","request_id":"b"}"#,
        ),
        reply(
            401,
            &["x-notion-request-id: h"],
            r#"{"error":"invalid_client"}"#,
        ),
    ];
    let server = Server::start(script).await;
    for id in ["b", "h"] {
        let error = server
            .notion()
            .introspect(&credentials(), &"ntn_a".into())
            .await
            .unwrap_err();
        assert_eq!(
            error,
            Error::ClientRejected {
                request_id: Some(id.to_owned())
            }
        );
        assert_eq!(error.request_id(), Some(id));
    }
}

#[tokio::test]
async fn an_error_never_repeats_a_secret_that_the_server_echoes() {
    let echo = "t0ken sample:s3cret";
    let oauth = json!({ "error": echo, "error_description": echo, "request_id": echo }).to_string();
    let api =
        json!({ "object": "error", "code": echo, "message": echo, "request_id": echo }).to_string();
    let header = format!("x-notion-request-id: {echo}");
    for body in [
        oauth,
        api,
        format!("<p>{echo}</p>"),
        json!({ echo: echo }).to_string(),
    ] {
        for status in [200, 307, 400, 401, 429, 503] {
            let server = Server::start((0..4).map(|_| reply(status, &[&header], &body))).await;
            let (notion, token) = (server.notion(), "t0ken".into());
            let errors = [
                notion
                    .exchange(&credentials(), &token, "app.keyrack:/oauth/callback")
                    .await
                    .err(),
                notion.refresh(&credentials(), &token).await.err(),
                notion.introspect(&credentials(), &token).await.err(),
            ];
            for error in errors {
                let told = format!("{0} {0:?}", error.unwrap());
                assert!(
                    !told.contains("t0ken") && !told.contains("s3cret"),
                    "{status}: a secret was repeated"
                );
            }
            let told = format!("{0} {0:?}", notion.me(&token).await.unwrap_err());
            assert!(!told.contains("t0ken"), "{status}: a token was repeated");
        }
    }
}

#[tokio::test]
async fn what_is_printed_of_a_client_holds_no_secret() {
    let printed = format!("{:?} {:?}", credentials(), notion_at("http://127.0.0.1:9"));
    assert!(
        printed.contains("client-1") && printed.contains("http://127.0.0.1:9"),
        "{printed}"
    );
    assert!(!printed.contains("s3cret"));
}

#[tokio::test]
async fn a_server_on_this_machine_is_reached() {
    let mut server = Server::start([reply(200, &[], r#"{"id":"b"}"#)]).await;
    assert!(server.notion().me(&"ntn_a".into()).await.is_ok());
    assert_eq!(server.request().await.line, "GET /v1/users/me");
}

#[tokio::test]
async fn a_server_on_this_machine_is_reached_without_the_proxy_of_the_environment() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let mut direct = second_process::command("calls::a_server_on_this_machine_is_reached");
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ] {
        direct.env(name, &url);
    }
    tokio::select! {
        _ = proxy.accept() => panic!("the proxy was asked"),
        output = tokio::task::spawn_blocking(move || direct.output()) => {
            second_process::assert_passed(&output.unwrap().unwrap());
        }
    }
}
