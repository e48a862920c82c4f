//! Check all in the real window: progress, a pause that Notion asks for, cancel, and the summary.

use serde_json::json;
use support::cli;
use support::page::Page;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;

/// WebDriver's name of the key.
const F5: &str = "\u{E035}";

/// A test environment with two connections: the same workspace through two clients.
async fn connected_twice() -> (TestEnv, Page) {
    let (env, window, _) = TestEnv::connected().await;
    let (id, secret) = env.sandbox.add_client().await;
    env.add_client_named("Other", &id, &secret);
    let connected = cli::connect_with(&env, &["--client", "Other"]).await;
    assert!(connected.success());
    until_async("the second row", async || {
        (window.row(ACME).count().await == 2).then_some(())
    })
    .await;
    (env, window)
}

#[tokio::test]
async fn all_are_checked_and_the_summary_counts_what_they_came_to() {
    let (env, window) = connected_twice().await;
    let dead = window.row(ACME).attr("data-bot-id").await.expect("a bot");
    env.sandbox.revoke(&dead).await;
    window.at("check-all").click().await;
    let one_each = "Checked 2 workspaces: 1 active, 1 no longer active";
    window.notice(one_each).appears().await;
    let asked = env.sandbox.count("POST /v1/oauth/introspect").await;
    assert_eq!(asked, 2, "each once");
    let inactive = "//*[@data-testid='connection'][@data-status='inactive']";
    assert_eq!(window.part(inactive.to_owned()).count().await, 1);
    window.close().await;
}

#[tokio::test]
async fn a_pause_is_shown_and_a_cancel_keeps_what_was_known() {
    let (env, window) = connected_twice().await;
    let pause = json!({
        "endpoint": "introspect", "times": 2, "status": 429, "headers": {"retry-after": "3000"},
    });
    env.sandbox.fault(pause).await;
    window.part("//body".to_owned()).press(F5).await;
    let progress = window.at("check-all-progress");
    progress.says("Notion asked for a pause").await;
    window.at("check-all").has("aria-disabled", "true").await;
    window.at("cancel-check-all").click().await;
    progress.disappears().await;
    window
        .notice("Cancelled: 0 of 2 workspaces were checked.")
        .appears()
        .await;
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
}
