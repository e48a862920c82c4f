//! Faults: each way in which Notion, or a proxy in front of it, can fail.

use std::time::Duration;

use crate::common::TestServer;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

/// Revokes a token under a fault; whether the token still works shows whether the request took effect.
async fn revoke(server: &TestServer, token: &Value, fault: Value) -> reqwest::Result<Response> {
    let mut whole = json!({ "endpoint": "revoke", "times": 1 });
    let fields = whole.as_object_mut().unwrap();
    fields.extend(fault.as_object().unwrap().clone());
    server.control.fault(whole).await;
    let sandbox = &server.sandbox;
    let request = server
        .http
        .post(server.url("/v1/oauth/revoke"))
        .basic_auth(sandbox.client_id(), Some(sandbox.client_secret()));
    request.json(&json!({ "token": token })).send().await
}

#[tokio::test]
async fn a_replaced_reply_is_sent_as_it_stands_and_nothing_is_done() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let access = &tokens["access_token"];
    let api =
        |status: u16, code: &str| json!({ "object": "error", "status": status, "code": code });
    let wait = ("retry-after", "7");
    let html = ("content-type", "text/html");
    let plain = ("content-type", "text/plain");
    for (status, header, body) in [
        (429, wait, api(429, "rate_limited")),
        (529, wait, api(529, "service_overload")),
        (500, ("cf-ray", "1"), json!({ "error": "server_error" })),
        (503, wait, api(503, "service_unavailable")),
        (502, html, json!("<h1>Bad gateway</h1>")),
        (200, html, json!("<h1>Welcome</h1>")),
        (200, plain, json!({ "request_id": "wrong type" })),
        (307, ("location", "http://127.0.0.1:1/"), json!("")),
    ] {
        let (name, value) = header;
        let fault = json!({ "status": status, "headers": { name: value }, "body": body });
        let reply = revoke(&server, access, fault).await.unwrap();
        assert_eq!(reply.status().as_u16(), status);
        assert_eq!(reply.headers()[name], value, "{status}");
        assert!(!reply.headers().contains_key("x-notion-request-id"));
        let text = reply.text().await.unwrap();
        match body {
            Value::String(expected) => assert_eq!(text, expected, "{status}"),
            json => assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json),
        }
        assert!(server.is_active(access).await, "{status}");
    }
}

#[tokio::test]
async fn a_huge_body_comes_whole_and_without_a_length() {
    let server = TestServer::controlled().await;
    let chunk = "x".repeat(64 * 1024);
    let fault = json!({ "body": chunk, "repeat": 64 });
    let reply = revoke(&server, &json!("any"), fault).await.unwrap();
    assert_eq!(reply.content_length(), None);
    let body = reply.bytes().await.unwrap();
    assert_eq!(body.len(), 4 * 1024 * 1024);
}

#[tokio::test]
async fn a_body_without_end_goes_on_until_the_client_gives_up() {
    let server = TestServer::controlled().await;
    for drip_ms in [0, 1] {
        let fault = json!({ "body": "more ", "repeat": 0, "drip_ms": drip_ms });
        let mut reply = revoke(&server, &json!("any"), fault).await.unwrap();
        assert_eq!(reply.status(), StatusCode::OK);
        let mut read = 0;
        while read < 50 {
            read += reply.chunk().await.unwrap().unwrap().len();
        }
        drop(reply);
        assert!(!server.is_active(&json!("any")).await, "it still serves");
    }
    let fault = json!({ "body": " ", "repeat": 0, "drip_ms": 10 });
    let endless = revoke(&server, &json!("any"), fault).await.unwrap();
    let stop = tokio::time::timeout(Duration::from_secs(5), server.sandbox.stop());
    assert!(stop.await.is_ok(), "stopping does not wait for the end");
    drop(endless);
}

#[tokio::test]
async fn a_cut_of_an_unread_request_does_nothing_and_records_nothing() {
    let server = TestServer::controlled().await;
    let tokens = server.connect().await;
    let recorded = server.control.requests().await.len();
    let access = &tokens["access_token"];
    let lost = revoke(&server, access, json!({ "cut": "unread" })).await;
    assert!(lost.is_err());
    assert_eq!(server.control.requests().await.len(), recorded);
    assert!(server.is_active(access).await);
}

#[tokio::test]
async fn a_repetition_of_nothing_is_refused() {
    let server = TestServer::controlled().await;
    for wrong in [
        json!({ "endpoint": "me", "times": 1, "repeat": 0 }),
        json!({ "endpoint": "me", "times": 1, "status": 200, "drip_ms": 5 }),
        json!({ "endpoint": "me", "times": 1, "body": " ", "drip_ms": 5 }),
        json!({ "endpoint": "me", "times": 1, "cut": "unread", "body": "" }),
    ] {
        let (status, _) = server.control.post("/faults", wrong.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn cleared_faults_do_not_come() {
    let server = TestServer::controlled().await;
    let access = &server.connect().await["access_token"];
    let fault = json!({ "endpoint": "introspect", "times": 3, "status": 503 });
    server.control.fault(fault).await;
    server.control.clear_faults().await;
    assert!(server.is_active(access).await);
}
