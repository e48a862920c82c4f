//! The window moves a connection into a sealed file and takes the move back, and opens such a file.

use serde_json::{Value, json};
use support::test_env::{ACME, TestEnv};
use support::words::{counted, words};

use super::{Computers, PASSPHRASE, each};

#[tokio::test]
async fn a_connection_is_moved_in_the_window_and_the_move_is_taken_back() {
    let env = TestEnv::connected_by_command().await;
    let window = env.window().await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    row.choose_item("move").await;
    window.at("seal-passphrase").fill(PASSPHRASE).await;
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
    window.at("confirm-undo-move").click().await;
    support::wait::until("the move to be taken back", || {
        (listed()[0]["moved_at"] == Value::Null).then_some(())
    });
    assert!(env.keyrack(&["token", ACME], "").status.success());
    window.close().await;
}

#[tokio::test]
async fn a_sealed_file_is_opened_in_the_window_of_the_other_computer() {
    let mut computers = Computers::with(&["Ada", "Bureau"]).await;
    computers.here(&["label", "Ada", "--add", "VIP"], "");
    computers.export(&["Ada", "Bureau"]);
    let there = computers.there.display().to_string();
    computers.env.world.set("KEYRACK_DATA_DIR", there);
    let window = computers.env.window().await;
    window.at("welcome-open-sealed").click().await;

    window.at("sealed-file").press(&computers.file()).await;
    window.at("sealed-file-name").says("moved.age").await;
    window.at("sealed-passphrase").fill("another").await;
    window.at("sealed-begin").click().await;
    let dialog = window.at("open-sealed-dialog");
    dialog.says(&words("problem.wrong-passphrase.what")).await;

    window.at("sealed-passphrase").fill(PASSPHRASE).await;
    window.at("sealed-begin").click().await;
    let found = counted("sealed.window.found", 2);
    window.at("sealed-found").says(&found).await;
    for row in ["Ada", "Bureau"] {
        dialog.holds(row).await;
    }
    assert_eq!(computers.list(&computers.there), [] as [Value; 0]);
    let source = window.source().await;
    assert!(!source.contains(PASSPHRASE) && !source.contains("ntn_"));

    window.at("sealed-keep").click().await;
    window
        .at("sealed-found")
        .says(&counted("sealed.done", 2))
        .await;
    window.at("close-sealed").click().await;
    for name in ["Ada", "Bureau"] {
        window.row(name).has("data-status", "active").await;
    }
    let rows = computers.list(&computers.there);
    assert_eq!(each(&rows, "labels"), [&json!(["VIP"]), &json!([])]);
    for name in ["Ada", "Bureau"] {
        let token = computers.there(&["token", name], "");
        assert!(token.starts_with("ntn_"), "what was brought in is used");
        let there = computers.there(&["check", name, "--json"], "");
        assert!(there.contains("\"active\""), "{there}");
    }
    window.close().await;
}
