//! Which calls try again, and which never do, however patient they were asked to be.

use std::time::Duration;

use notion_oauth::{ApiPath, Auth, Budget, Error, Method, Notion, Pace, Request, Retry};

use crate::server::{Server, credentials, reply};

/// A body that each of the calls reads as a success.
const ANSWER: &str =
    r#"{"id":"b","active":true,"access_token":"a","bot_id":"b","workspace_id":"w"}"#;

#[tokio::test]
async fn a_pause_asked_of_one_call_keeps_every_call_of_the_client_from_being_sent() {
    let limited = reply(429, &["Retry-After: 300"], "");
    let mut server = Server::start([limited, reply(200, &[], ANSWER)]).await;
    let (client, token) = (credentials(), "ntn_a".into());
    let pace = Pace::new(Budget::Standard);
    let paced = server
        .notion()
        .with_retry(Retry::PATIENT)
        .at_pace(pace.clone());
    let is_limited = |result: Result<(), Error>| {
        let wait = result.expect_err("a pause").retry_after();
        assert!(wait > Some(Duration::from_secs(290)), "{wait:?}");
    };
    is_limited(paced.me(&token).await.map(drop));
    let uri = "app.keyrack:/oauth/callback";
    is_limited(paced.exchange(&client, &token, uri).await.map(drop));
    is_limited(paced.refresh(&client, &token).await.map(drop));
    is_limited(paced.introspect(&client, &token).await.map(drop));
    is_limited(paced.revoke(&client, &token).await.map(drop));
    is_limited(request(paced, Method::Post).await);
    server.request().await;
    assert!(server.saw_nothing_else(), "nothing but the first");

    let other = server.notion().at_pace(Pace::new(Budget::Standard));
    assert_eq!(other.me(&token).await.map(drop), Ok(()), "another client");
}

/// Makes one call to a Notion that is busy twice, and returns how many requests it took.
async fn requests_of(
    call: impl AsyncFnOnce(Notion) -> Result<(), Error>,
) -> (Result<(), Error>, usize) {
    let busy = [429, 529].map(|status| reply(status, &["Retry-After: 0"], ""));
    let script = busy.into_iter().chain([reply(200, &[], ANSWER)]);
    let mut server = Server::start(script).await;
    let result = call(server.notion().with_retry(Retry::PATIENT)).await;
    let mut requests = 0;
    while !server.saw_nothing_else() {
        requests += 1;
    }
    (result, requests)
}

async fn request(notion: Notion, method: Method) -> Result<(), Error> {
    let request = Request {
        path: &ApiPath::parse("/v1/users").unwrap(),
        method,
        query: &[],
        body: None,
        auth: Auth::Bearer(&"ntn_a".into()),
    };
    notion.request(&request).await.map(drop)
}

#[tokio::test]
async fn introspections_revocations_and_reads_are_made_again() {
    let (client, token) = (credentials(), "ntn_a".into());
    let served = (Ok(()), 3);
    let introspection = requests_of(async |n| n.introspect(&client, &token).await.map(drop)).await;
    assert_eq!(introspection, served);
    let revocation = requests_of(async |n| n.revoke(&client, &token).await.map(drop)).await;
    assert_eq!(revocation, served);
    let me = requests_of(async |n| n.me(&token).await.map(drop)).await;
    assert_eq!(me, served);
    let read = requests_of(async |n| request(n, Method::Get).await).await;
    assert_eq!(read, served);
}

#[tokio::test]
async fn an_exchange_a_refresh_and_a_write_are_made_once() {
    let (client, token) = (credentials(), "ntn_a".into());
    let limited = Error::RateLimited {
        retry_after: Some(std::time::Duration::ZERO),
        request_id: None,
    };
    let given_up = (Err(limited), 1);
    let uri = "app.keyrack:/oauth/callback";
    let exchange = requests_of(async |n| n.exchange(&client, &token, uri).await.map(drop)).await;
    assert_eq!(exchange, given_up);
    let refresh = requests_of(async |n| n.refresh(&client, &token).await.map(drop)).await;
    assert_eq!(refresh, given_up);
    for method in [Method::Post, Method::Patch, Method::Delete] {
        let write = requests_of(async |n| request(n, method).await).await;
        assert_eq!(write, given_up, "{method:?}");
    }
}
