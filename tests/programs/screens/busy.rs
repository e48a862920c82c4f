//! The window stays responsive, whatever else is slow.

use support::cli;
use support::rows;
use support::secret_service::Act;
use support::test_env::{ACME, TestEnv};
use support::wait::until;

#[tokio::test]
async fn it_answers_while_the_keyring_does_not_and_all_of_ten_thousand_are_checked() {
    let (env, keyring) = TestEnv::with_scripted_keyring();
    assert!(cli::connect(&env).await.success());
    rows::grow(&env, 10_000);
    keyring.script(|_, _| Act::Hold);
    let window = env.window().await;
    window.at("check-all").click().await;
    until("a call that hangs", || (keyring.held() > 0).then_some(()));
    // The progress comes a little later.
    window.at("check-all-progress").appears().await;

    window.at("search").fill("4242").await;
    let found = window.row("Acme Research 4242");
    let found = if found.is_shown().await {
        found
    } else {
        window.part("//*[@data-testid='connection']".to_owned())
    };
    found.at("workspace-name").says("4242").await;
    found.choose_item("details").await;
    window.at("details-panel").says("4242").await;
    window.at("close-details").click().await;
    window.at("search").fill(ACME).await;
    window.at("settings").click().await;
    window.at("settings-dialog").appears().await;
    window.close_dialog().await;
    assert!(keyring.held() > 0, "the keyring has not answered meanwhile");
    keyring.release();
    window.close().await;
}
