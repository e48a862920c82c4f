//! Check all in the real window: progress, a pause that Notion asks for, cancel, and the summary.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use serde_json::json;
use support::cli;
use support::page::Page;
use support::scene::{ACME, Scene};
use support::wait::until_async;

/// WebDriver's name of the key.
const F5: &str = "\u{E035}";

/// A scene with two connections: the same workspace through two clients.
async fn connected_twice() -> (Scene, Page) {
    let (scene, window, _) = Scene::connected().await;
    let (id, secret) = scene.sandbox.another_client().await;
    let add = ["client", "add", "--name", "Other", "--id", &id];
    let added = scene.keyrack(&add, &secret);
    assert!(added.status.success());
    let mut connecting = cli::begin_with(&scene, &["--client", "Other"]).expect("a link");
    let callback = scene.callback(&connecting.link).await;
    connecting.type_line(&callback);
    assert!(connecting.end().success());
    until_async("the second row", async || {
        (window.row(ACME).count().await == 2).then_some(())
    })
    .await;
    (scene, window)
}

#[tokio::test]
async fn all_are_checked_and_the_summary_counts_what_they_came_to() {
    let (scene, window) = connected_twice().await;
    let dead = window.row(ACME).attr("data-bot-id").await.expect("a bot");
    scene.sandbox.revoke(&dead).await;
    window.at("check-all").click().await;
    let one_each = "Checked 2 workspaces: 1 active, 1 needs attention";
    window.notice(one_each).appears().await;
    let asked = scene.sandbox.count("POST /v1/oauth/introspect").await;
    assert_eq!(asked, 2, "each once");
    let inactive = "//*[@data-testid='connection'][@data-status='inactive']";
    assert_eq!(window.part(inactive.to_owned()).count().await, 1);
    window.close().await;
}

#[tokio::test]
async fn a_pause_is_shown_and_a_cancel_keeps_what_was_known() {
    let (scene, window) = connected_twice().await;
    let pause = json!({
        "endpoint": "introspect", "times": 2, "status": 429, "headers": {"retry-after": "3000"},
    });
    scene.sandbox.fault(pause).await;
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
