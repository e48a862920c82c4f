//! A window that is closed while something is under way, and the next one.

use serde_json::json;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;
use support::words::filled;

#[tokio::test]
async fn a_revocation_is_told_by_the_next_window_with_its_receipt() {
    let env = TestEnv::connected_by_command().await;
    let window = env.window().await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    let slow = json!({"endpoint": "revoke", "times": 1, "delay_ms": 2_000});
    env.sandbox.fault(slow).await;
    row.at("revoke").click().await;
    window.at("confirm-revoke").click().await;
    until_async("the revocation at Notion", async || {
        let asked = env.sandbox.count("POST /v1/oauth/revoke").await;
        (asked > 0).then_some(())
    })
    .await;
    window.close().await;

    let window = env.window().await;
    let told = filled("receipt.revoked.title", &[("workspace", ACME)]);
    window.at("notice").holds(&told).await;
    window.row(ACME).disappears().await;
    window.at("notice-receipt").click().await;
    window.at("receipt").holds(ACME).await;
    window.close().await;
}
