//! The generic request: what is sent, where to, and what its reply becomes.

use notion_oauth::{ApiPath, Auth, Error, Method, Request, Response};
use serde_json::{Value, json};

use crate::server::{Server, credentials, reply};

/// The fields of a response, which has no `Debug`.
fn fields_of(response: Result<Response, Error>) -> Result<(u16, Value, Option<String>), Error> {
    response.map(|response| (response.status, response.body, response.request_id))
}

#[tokio::test]
async fn a_request_carries_method_path_query_body_and_one_kind_of_credentials() {
    let script = (0..4).map(|_| reply(200, &[], r#"{"request_id":"r","n":[1]}"#));
    let mut server = Server::start(script).await;
    let path = ApiPath::parse("/v1/pages/a%2Fb").unwrap();
    let (token, client) = ("ntn_a".into(), credentials());
    let body = json!({ "a": "b" });
    let (bearer, basic) = (Auth::Bearer(&token), Auth::Client(&client));
    let table = [
        (Method::Get, "GET", bearer, None),
        (Method::Post, "POST", basic, Some(&body)),
        (Method::Patch, "PATCH", bearer, Some(&body)),
        (Method::Delete, "DELETE", bearer, None),
    ];
    for (method, word, auth, body) in table {
        let request = Request {
            path: &path,
            method,
            query: &[("filter", "a&b=c#d"), ("page size", "ü")],
            body,
            auth,
        };
        assert_eq!(
            fields_of(server.notion().request(&request).await),
            Ok((
                200,
                json!({ "request_id": "r", "n": [1] }),
                Some("r".to_owned())
            ))
        );
        let sent = server.request().await;
        assert_eq!(
            sent.line,
            format!("{word} /v1/pages/a%2Fb?filter=a%26b%3Dc%23d&page+size=%C3%BC")
        );
        let expected = match auth {
            Auth::Bearer(_) => "Bearer ntn_a",
            Auth::Client(_) => "Basic Y2xpZW50LTE6c2FtcGxlOnMzY3JldA==",
        };
        assert_eq!(sent.header("authorization"), Some(expected));
        assert_eq!(sent.header("notion-version"), Some("2026-03-11"));
        assert_eq!(
            sent.header("content-type"),
            body.map(|_| "application/json")
        );
        assert_eq!(sent.body, body.map(Value::to_string).unwrap_or_default());
    }
    assert!(server.saw_nothing_else());
}

#[tokio::test]
async fn a_reply_is_json_or_nothing_and_never_a_page() {
    let deep = "[".repeat(20_000) + &"]".repeat(20_000);
    let not_notion = |what: &str| {
        Err(Error::NotNotion {
            status: 200,
            what: what.to_owned(),
        })
    };
    let table = [
        ("", Ok((200, Value::Null, None))),
        ("[1]", Ok((200, json!([1]), None))),
        ("<html></html>", not_notion("a web page")),
        ("{", not_notion("a body that is not JSON")),
        (&deep, not_notion("JSON that is nested too deeply")),
    ];
    let path = ApiPath::parse("/v1/users").unwrap();
    for (body, expected) in table {
        let notion = Server::start([reply(200, &[], body)]).await.notion();
        let request = Request {
            path: &path,
            method: Method::Get,
            query: &[],
            body: None,
            auth: Auth::Bearer(&"ntn_a".into()),
        };
        assert_eq!(fields_of(notion.request(&request).await), expected);
    }
}

#[tokio::test]
async fn a_refusal_is_read_for_who_asked_and_repeats_nothing_that_was_sent() {
    let oauth = r#"{"error":"invalid_grant","error_description":"t0ken of sample:s3cret"}"#;
    let api = r#"{"object":"error","status":401,"code":"unauthorized","message":"no"}"#;
    let mut elsewhere = Server::start([]).await;
    let location = format!("Location: http://127.0.0.1:{}/v1/users", elsewhere.port);
    let script = [
        reply(400, &[], oauth),
        reply(401, &[], api),
        reply(307, &[&location], ""),
    ];
    let notion = Server::start(script).await.notion();
    let path = ApiPath::parse("/v1/oauth/revoke").unwrap();
    let (client, body) = (credentials(), json!({ "token": "t0ken" }));
    let as_client = Request {
        path: &path,
        method: Method::Post,
        query: &[],
        body: Some(&body),
        auth: Auth::Client(&client),
    };
    let token = "ntn_a".into();
    let as_bearer = Request {
        auth: Auth::Bearer(&token),
        ..as_client
    };
    let rejected = Error::GrantRejected {
        description: Some("[secret] of [secret]".to_owned()),
        request_id: None,
    };
    assert_eq!(fields_of(notion.request(&as_client).await), Err(rejected));
    let unauthorized = Error::Unauthorized { request_id: None };
    assert_eq!(
        fields_of(notion.request(&as_bearer).await),
        Err(unauthorized)
    );
    let redirected = Error::NotNotion {
        status: 307,
        what: "a redirect".to_owned(),
    };
    assert_eq!(fields_of(notion.request(&as_bearer).await), Err(redirected));
    assert!(elsewhere.saw_nothing_else());
}
