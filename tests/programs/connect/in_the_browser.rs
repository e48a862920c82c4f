//! Connect, check and revoke in the real window, with a real keyring, browser and app link.

use support::secrets;
use support::test_env::{ACME, TestEnv, check_again};

const LAUNCHPAD: &str = "Launchpad";

#[tokio::test]
async fn a_workspace_is_connected_checked_found_revoked_and_revoked() {
    let mut env = TestEnv::new();
    let window = env.window().await;
    env.add_client(&window).await;

    env.connect(&window, ACME).await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    row.at("owner").holds("Jo Lindqvist").await;
    assert!(
        !window.at("waiting").is_shown().await,
        "nothing modal remains"
    );
    window.at("undo").appears().await;

    check_again(&row).await;
    row.has("data-status", "active").await;

    let bot_id = row.attr("data-bot-id").await.expect("a bot id");
    env.sandbox.revoke(&bot_id).await;
    check_again(&row).await;
    row.has("data-status", "inactive").await;

    env.connect(&window, LAUNCHPAD).await;
    let row = window.row(LAUNCHPAD);
    let id = row.attr("data-connection-id").await.expect("an id");
    let kept = |id: &str| {
        secrets::entries(&env.world)
            .iter()
            .any(|entry| entry.user() == id)
    };
    assert!(kept(&id), "connected tokens are in the keyring");
    row.at("revoke").click().await;
    window.at("confirm-revoke").click().await;
    window
        .at("receipt")
        .says("Notion confirms the token is inactive")
        .await;
    assert!(!kept(&id), "revoked tokens are not");
    window.at("receipt-done").click().await;
    row.disappears().await;
    assert_eq!(
        env.sandbox.count("POST /v1/oauth/revoke").await,
        2,
        "the access and the refresh token"
    );

    window.close().await;
    let window = env.window().await;
    window.row(ACME).has("data-status", "inactive").await;
    assert!(!window.row(LAUNCHPAD).is_shown().await);
    window.close().await;
}
