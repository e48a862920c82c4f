//! Every way that an authorization can end without a connection, each in its own words.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use serde_json::json;
use support::links;
use support::page::Page;
use support::scene::{ACME, Scene};
use support::words::words;
use support::world::World;

/// A scene with a sandbox that approves by itself, and an authorization begun in the window.
async fn begun() -> (Scene, Page, String) {
    let mut scene = Scene::with(World::new(), &["--auto-approve"]);
    let window = scene.window().await;
    scene.add_client(&window).await;
    let link = scene.begin(&window).await;
    (scene, window, link)
}

#[tokio::test]
async fn cancelling_on_the_consent_page_is_told_and_costs_no_request() {
    let mut scene = Scene::new();
    let window = scene.window().await;
    scene.add_client(&window).await;
    let link = scene.begin(&window).await;
    let browser = scene.consent(&link).await;
    browser.id("cancel").click().await;
    window.notice(&words("ended.denied.what")).appears().await;
    assert!(!window.at("waiting").is_shown().await);
    assert_eq!(scene.exchanges().await, 0);
    browser.close().await;
    window.close().await;
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_told_and_costs_no_request() {
    let (scene, window, link) = begun().await;
    let callback = scene.callback(&link).await;
    // Ten minutes pass for the authorization, though not for the test.
    let database = scene
        .world
        .data_home()
        .join("app.keyrack.desktop/keyrack.db");
    let database = rusqlite::Connection::open(database).unwrap();
    database
        .execute("UPDATE authorizations SET expires_at = created_at", [])
        .unwrap();
    links::open(&scene.world, &callback);
    window
        .notice(&words("problem.link-expired.what"))
        .appears()
        .await;
    assert_eq!(scene.exchanges().await, 0);
    window.close().await;
}

#[tokio::test]
async fn a_link_that_nobody_asked_for_is_told_and_costs_no_request() {
    let (scene, window, _) = begun().await;
    let before = scene.sandbox.requests().await.len();
    links::open(
        &scene.world,
        "app.keyrack:/oauth/callback?code=c&state=made-up",
    );
    window
        .notice(&words("problem.link-unknown.what"))
        .appears()
        .await;
    links::open(
        &scene.world,
        "app.keyrack:/oauth/callback?access_token=t&state=s",
    );
    window
        .notice(&words("problem.link-malformed.what"))
        .appears()
        .await;
    assert_eq!(scene.sandbox.requests().await.len(), before);
    assert!(
        window.at("waiting").is_shown().await,
        "a stranger's link does not end the wait"
    );
    window.close().await;
}

#[tokio::test]
async fn a_replayed_link_is_told_calmly_and_costs_no_second_exchange() {
    let (scene, window, link) = begun().await;
    let callback = scene.callback(&link).await;
    links::open(&scene.world, &callback);
    window.row(ACME).has("data-status", "active").await;
    links::open(&scene.world, &callback);
    window
        .notice(&words("problem.link-handled.what"))
        .appears()
        .await;
    assert_eq!(scene.exchanges().await, 1);
    window.close().await;
}

#[tokio::test]
async fn a_code_that_is_not_accepted_is_told_and_not_sent_again() {
    let (scene, window, link) = begun().await;
    let callback = scene.callback(&link).await;
    let refusal = json!({"error": "invalid_grant", "request_id": "r"});
    scene
        .sandbox
        .fault(json!({"endpoint": "token", "times": 1, "status": 400, "body": refusal}))
        .await;
    links::open(&scene.world, &callback);
    window
        .notice(&words("problem.grant-rejected.what"))
        .appears()
        .await;
    assert!(!window.row(ACME).is_shown().await);
    assert_eq!(scene.exchanges().await, 1);
    window.close().await;
}

#[tokio::test]
async fn an_answer_can_be_pasted_and_a_wrong_one_pasted_again() {
    let (scene, window, link) = begun().await;
    let callback = scene.callback(&link).await;
    window
        .at("paste-callback")
        .fill("https://example.org/somewhere")
        .await;
    window.at("submit-callback").click().await;
    window
        .at("waiting")
        .says(&words("problem.link-malformed.what"))
        .await;
    assert_eq!(
        window.at("paste-callback").value().await,
        "",
        "the input is cleared on submit"
    );
    window.at("paste-callback").fill(&callback).await;
    window.at("submit-callback").click().await;
    window.row(ACME).has("data-status", "active").await;
    assert_eq!(scene.exchanges().await, 1);
    window.close().await;
}

#[tokio::test]
async fn cancelling_here_makes_a_late_answer_useless() {
    let (scene, window, link) = begun().await;
    let callback = scene.callback(&link).await;
    window.at("cancel-authorization").click().await;
    window
        .notice(&words("ended.cancelled.what"))
        .appears()
        .await;
    links::open(&scene.world, &callback);
    window
        .notice(&words("problem.link-cancelled.what"))
        .appears()
        .await;
    assert_eq!(scene.exchanges().await, 0);
    window.close().await;
}
