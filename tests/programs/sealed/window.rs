//! The window moves a connection into a sealed file, and takes the move back.

use serde_json::Value;
use support::test_env::{ACME, TestEnv};

const PASSPHRASE: &str = "correct horse battery staple";

#[tokio::test]
async fn a_connection_is_moved_in_the_window_and_the_move_is_taken_back() {
    let env = TestEnv::connected_by_command().await;
    let window = env.window().await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    row.choose_item("move").await;
    window.at("seal-passphrase").fill(PASSPHRASE).await;
    // Out from under the dialog's foot, where a person scrolls it to.
    let scroll =
        "document.querySelector('[data-testid=seal-again]').scrollIntoView({ block: 'center' })";
    window.run(scroll).await;
    window.at("seal-again").fill(PASSPHRASE).await;
    window.at("seal-begin").click().await;
    window.at("seal-done").appears().await;
    let source = window.source().await;
    assert!(!source.contains(PASSPHRASE), "the passphrase stays nowhere");
    window.at("close-seal").click().await;
    let listed = || -> Value {
        let listed = env.keyrack(&["list", "--json"], "");
        serde_json::from_slice(&listed.stdout).unwrap()
    };
    assert_ne!(listed()[0]["moved_at"], Value::Null);
    let refused = env.keyrack(&["token", ACME], "");
    assert!(
        !refused.status.success(),
        "what was moved is not handed out"
    );
    row.choose_item("undo-move").await;
    support::wait::until("the move to be taken back", || {
        (listed()[0]["moved_at"] == Value::Null).then_some(())
    });
    assert!(env.keyrack(&["token", ACME], "").status.success());
    window.close().await;
}
