//! The stream of events: as many as the modes say, or held open.

use std::time::Duration;

use super::Api;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

async fn open(api: &Api) -> Response {
    let request = api.request(Method::POST, "/v1/sessions");
    let opened = request
        .json(&json!({ "message": "What is new?" }))
        .send()
        .await
        .unwrap();
    assert_eq!(opened.status(), StatusCode::OK);
    let kind = opened.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/event-stream"), "{kind}");
    opened
}

#[tokio::test]
async fn a_stream_tells_the_session_the_answer_piece_by_piece_and_its_end() {
    let api = Api::start().await;
    let modes = json!({ "stream_events": 2, "stream_gap_ms": 0 });
    api.server.control.modes(modes).await;
    let text = open(&api).await.text().await.unwrap();
    let events: Vec<Value> = text
        .split_terminator("\n\n")
        .map(|frame| {
            let (name, data) = frame.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(name.strip_prefix("event: ").unwrap(), data["type"]);
            data
        })
        .collect();
    let types: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "session.snapshot",
            "event.committed",
            "event.provisional",
            "event.provisional",
            "event.committed",
            "event.committed",
            "stream.end",
        ]
    );
    assert_eq!(events[1]["event"]["content"][0]["text"], "What is new?");
    let said = "Piece 1 from Acme Research. Piece 2 from Acme Research. ";
    assert_eq!(events[4]["event"]["content"][0]["text"], said);
    assert_eq!(events[5]["event"]["status"], "completed");
    assert_eq!(events[6]["status"], "completed");
    let session = &events[0]["session"]["id"];
    assert!(
        events[1..6]
            .iter()
            .all(|event| event["event"]["session_id"] == *session)
    );
}

#[tokio::test]
async fn a_stream_without_end_goes_on_until_the_client_closes() {
    let api = Api::start().await;
    let modes = json!({ "stream_events": 0, "stream_gap_ms": 0 });
    api.server.control.modes(modes).await;
    let mut stream = open(&api).await;
    let mut pieces = 0;
    while pieces < 50 {
        let chunk = stream.chunk().await.unwrap().unwrap();
        pieces += String::from_utf8_lossy(&chunk)
            .matches("event.provisional\n")
            .count();
    }
}

#[tokio::test]
async fn a_stream_that_is_held_open_ends_when_the_sandbox_stops() {
    let api = Api::start().await;
    let modes = json!({ "stream_events": 0, "stream_gap_ms": 3_600_000 });
    api.server.control.modes(modes).await;
    let mut stream = open(&api).await;
    let first = stream.chunk().await.unwrap().unwrap();
    assert!(first.starts_with(b"event: session.snapshot\n"));
    api.server.sandbox.stop().await;
    let rest = async { while let Ok(Some(_)) = stream.chunk().await {} };
    let ended = tokio::time::timeout(Duration::from_secs(30), rest).await;
    assert!(ended.is_ok(), "the stream goes on");
}
