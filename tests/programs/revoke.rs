//! Revoking by Undo, and forgetting: what each does at Notion and in the keyring.

use support::secrets;
use support::test_env::TestEnv;

const REVOCATIONS: &str = "POST /v1/oauth/revoke";

#[tokio::test]
async fn undo_revokes_what_was_just_connected() {
    let (env, window, row) = TestEnv::connected().await;
    window.at("undo").click().await;
    window
        .at("receipt")
        .says("Notion confirms the token is inactive")
        .await;
    window.at("receipt-done").click().await;
    row.disappears().await;
    assert_eq!(
        env.sandbox.count(REVOCATIONS).await,
        2,
        "the access and the refresh token"
    );
    assert_eq!(
        secrets::entries(&env.world).len(),
        1,
        "only the client's secret is left"
    );
    window.close().await;
}

#[tokio::test]
async fn forget_deletes_here_only_and_says_so() {
    let (env, window, row) = TestEnv::connected().await;
    row.choose_item("forget").await;
    window.at("confirm-forget").click().await;
    window.at("receipt").says("Notion was not asked").await;
    window.at("receipt-done").click().await;
    row.disappears().await;
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 0);
    assert_eq!(
        secrets::entries(&env.world).len(),
        1,
        "only the client's secret is left"
    );
    window.close().await;
}
