//! Every way that an authorization can end without a connection, each with its own message.

use serde_json::json;
use support::links;
use support::page::Page;
use support::test_env::{ACME, TestEnv};
use support::words::words;

/// A test environment with automatic approval, and an authorization begun in the window.
async fn begun() -> (TestEnv, Page, String) {
    let (mut env, window) = TestEnv::opened().await;
    let link = env.begin(&window).await;
    (env, window, link)
}

#[tokio::test]
async fn cancelling_on_the_consent_page_is_told_and_costs_no_request() {
    let mut env = TestEnv::new();
    let window = env.window().await;
    env.add_client(&window).await;
    let link = env.begin(&window).await;
    let browser = env.consent(&link).await;
    browser.id("cancel").click().await;
    window
        .notice(&words("problem.authorization-denied.what"))
        .appears()
        .await;
    assert!(!window.at("waiting").is_shown().await);
    assert_eq!(env.exchanges().await, 0);
    browser.close().await;
    window.close().await;
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_told_and_costs_no_request() {
    let (env, window, link) = begun().await;
    let callback = env.callback(&link).await;
    // Ten minutes pass for the authorization, though not for the test.
    env.database()
        .execute("UPDATE authorizations SET expires_at = created_at", [])
        .unwrap();
    links::open(&env.world, &callback);
    window
        .notice(&words("problem.link-expired.what"))
        .appears()
        .await;
    assert_eq!(env.exchanges().await, 0);
    window.close().await;
}

#[tokio::test]
async fn a_link_that_nobody_asked_for_is_told_and_costs_no_request() {
    let (env, window, _) = begun().await;
    let before = env.sandbox.requests().await.len();
    links::open(
        &env.world,
        "app.keyrack:/oauth/callback?code=c&state=made-up",
    );
    window
        .notice(&words("problem.link-unknown.what"))
        .appears()
        .await;
    links::open(
        &env.world,
        "app.keyrack:/oauth/callback?access_token=t&state=s",
    );
    window
        .notice(&words("problem.link-malformed.what"))
        .appears()
        .await;
    assert_eq!(env.sandbox.requests().await.len(), before);
    assert!(
        window.at("waiting").is_shown().await,
        "a stranger's link does not end the wait"
    );
    window.close().await;
}

#[tokio::test]
async fn a_replayed_link_is_told_calmly_and_costs_no_second_exchange() {
    let (env, window, link) = begun().await;
    let callback = env.callback(&link).await;
    links::open(&env.world, &callback);
    window.row(ACME).has("data-status", "active").await;
    links::open(&env.world, &callback);
    window
        .notice(&words("problem.link-handled.what"))
        .appears()
        .await;
    assert_eq!(env.exchanges().await, 1);
    window.close().await;
}

#[tokio::test]
async fn a_code_that_is_not_accepted_is_told_and_not_sent_again() {
    let (env, window, link) = begun().await;
    let callback = env.callback(&link).await;
    let refusal = json!({"error": "invalid_grant", "request_id": "r"});
    env.sandbox
        .fault(json!({"endpoint": "token", "times": 1, "status": 400, "body": refusal}))
        .await;
    links::open(&env.world, &callback);
    window
        .notice(&words("problem.grant-rejected.what"))
        .appears()
        .await;
    assert!(!window.row(ACME).is_shown().await);
    assert_eq!(env.exchanges().await, 1);
    window.close().await;
}

#[tokio::test]
async fn an_answer_can_be_pasted_and_a_wrong_one_pasted_again() {
    let (env, window, link) = begun().await;
    let callback = env.callback(&link).await;
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
    assert_eq!(env.exchanges().await, 1);
    window.close().await;
}

#[tokio::test]
async fn cancelling_here_makes_a_late_answer_useless() {
    let (env, window, link) = begun().await;
    let callback = env.callback(&link).await;
    window.at("cancel-authorization").click().await;
    window
        .notice(&words("problem.cancelled.what"))
        .appears()
        .await;
    links::open(&env.world, &callback);
    window
        .notice(&words("problem.link-cancelled.what"))
        .appears()
        .await;
    assert_eq!(env.exchanges().await, 0);
    window.close().await;
}
