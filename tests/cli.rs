//! The command line by itself: results, reasons and exit codes.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Output;

use serde_json::Value;
use support::cli;
use support::programs;
use support::scene::{ACME, Scene};
use support::world::World;

/// A scene with a sandbox that approves by itself, and its client added.
fn with_client() -> Scene {
    let scene = Scene::with(World::new(), &["--auto-approve"]);
    let add = [
        "client",
        "add",
        "--name",
        "Mine",
        "--id",
        &scene.sandbox.client_id.clone(),
    ];
    let added = scene.keyrack(&add, &scene.sandbox.client_secret);
    assert_eq!(added.status.code(), Some(0), "{}", said(&added));
    scene
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

#[test]
fn neither_the_command_nor_the_sandbox_loads_webkit() {
    for program in [programs::keyrack(), programs::sandbox()] {
        let bytes = fs::read(&program).unwrap();
        let named = b"libwebkit2gtk";
        assert!(
            !bytes.windows(named.len()).any(|part| part == named),
            "{}",
            program.display()
        );
    }
}

#[tokio::test]
async fn connect_check_and_revoke_tell_their_results_as_json() {
    let mut scene = with_client();
    assert!(cli::connect(&mut scene).await.success());
    let listed = json(&scene.keyrack(&["list", "--json"], ""));
    assert_eq!(listed[0]["workspace_name"], ACME);
    assert_eq!(listed[0]["status"], "active");
    let bot_id = listed[0]["bot_id"].as_str().unwrap();

    let checked = json(&scene.keyrack(&["check", bot_id, "--json"], ""));
    assert_eq!(checked["status"], "active");
    scene.sandbox.revoke(bot_id).await;
    let checked = json(&scene.keyrack(&["check", "--all", "--json"], ""));
    assert_eq!(checked[0]["status"], "inactive");

    let receipt = json(&scene.keyrack(&["revoke", ACME, "--json"], ""));
    assert_eq!(receipt["kind"], "revoke");
    assert!(
        receipt["confirmed_at"].is_i64(),
        "confirmed by introspection"
    );
    let kept = json(&scene.keyrack(&["receipts", "--json"], ""));
    assert_eq!(kept, Value::Array(vec![receipt.clone()]));
    let words = scene.keyrack(&["receipts"], "");
    let words = String::from_utf8(words.stdout).unwrap();
    let id = receipt["request_ids"][0].as_str().unwrap();
    assert!(words.contains("Z  Mine") && words.contains(id), "{words}");
    assert_eq!(
        json(&scene.keyrack(&["list", "--json"], "")),
        Value::Array(Vec::new())
    );
}

#[tokio::test]
async fn a_revocation_that_notion_does_not_take_fails_and_says_that_the_tokens_are_kept() {
    let mut scene = with_client();
    assert!(cli::connect(&mut scene).await.success());
    let busy = serde_json::json!({"endpoint": "revoke", "times": 1, "status": 503});
    scene.sandbox.fault(busy).await;
    let output = scene.keyrack(&["revoke", ACME], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("not revoked yet"),
        "{}",
        said(&output)
    );
    let listed = json(&scene.keyrack(&["list", "--json"], ""));
    assert_eq!(listed[0]["status"], "revocation-pending");
}

#[test]
fn wrong_usage_and_failures_have_exit_codes_of_their_own() {
    let mut scene = Scene::new();
    let code = |output: &Output| output.status.code();
    assert_eq!(code(&scene.keyrack(&["check"], "")), Some(2));
    assert_eq!(code(&scene.keyrack(&["explode"], "")), Some(2));
    let unknown = scene.keyrack(&["check", "Nowhere"], "");
    assert_eq!(code(&unknown), Some(1));
    assert!(said(&unknown).contains("Nowhere"), "{}", said(&unknown));
    let connect = scene.keyrack(&["connect", "--no-browser"], "");
    assert_eq!(code(&connect), Some(1));
    assert!(said(&connect).contains("client add"), "{}", said(&connect));
    scene.world.set("KEYRACK_NOTION_URL", "http://example.org");
    let refused = scene.keyrack(&["client", "list"], "");
    assert_eq!(code(&refused), Some(1));
    assert!(
        said(&refused).contains("KEYRACK_NOTION_URL"),
        "{}",
        said(&refused)
    );
}

#[tokio::test]
async fn a_name_that_several_connections_have_is_refused_with_the_candidates() {
    let mut scene = with_client();
    assert!(cli::connect(&mut scene).await.success());
    // A second client of the same integration is a connection of its own.
    let add = [
        "client",
        "add",
        "--name",
        "Other",
        "--id",
        &scene.sandbox.client_id.clone(),
    ];
    assert!(
        scene
            .keyrack(&add, &scene.sandbox.client_secret)
            .status
            .success()
    );
    let mut connecting = cli::begin_with(&scene, &["--client", "Other"]).expect("a link");
    let callback = scene.callback(&connecting.link).await;
    connecting.type_line(&callback);
    assert!(connecting.end().success());

    let before = scene.sandbox.requests().await.len();
    let output = scene.keyrack(&["revoke", ACME], "");
    assert_eq!(output.status.code(), Some(1));
    let listed = json(&scene.keyrack(&["list", "--json"], ""));
    for connection in listed.as_array().unwrap() {
        let bot_id = connection["bot_id"].as_str().unwrap();
        assert!(said(&output).contains(bot_id), "{}", said(&output));
    }
    assert_eq!(
        scene.sandbox.requests().await.len(),
        before,
        "nothing was done"
    );
}

#[tokio::test]
async fn a_wrong_paste_can_be_pasted_again_and_ends_a_script() {
    let scene = with_client();
    let mut connecting = cli::begin(&scene).expect("a link");
    connecting.type_line("https://example.org/?code=c&state=made-up");
    let callback = scene.callback(&connecting.link).await;
    connecting.type_line(&callback);
    assert!(connecting.end().success());
    assert_eq!(scene.exchanges().await, 1);

    let mut connecting = cli::begin(&scene).expect("a link");
    connecting.type_line("nonsense");
    assert_eq!(connecting.end().code(), Some(1));
    assert_eq!(scene.exchanges().await, 1);
}

#[tokio::test]
async fn a_client_is_edited_given_a_renewed_secret_and_removed_by_command() {
    let mut scene = with_client();
    assert!(cli::connect(&mut scene).await.success());
    let edit = ["client", "edit", "Mine", "--name", "Agency", "--budget"];
    let edited = scene.keyrack(&[&edit[..], &["higher", "--json"]].concat(), "");
    assert_eq!(edited.status.code(), Some(0), "{}", said(&edited));
    let (edited, listed) = (
        json(&edited),
        scene.keyrack(&["client", "list", "--json"], ""),
    );
    assert_eq!(edited, json(&listed));
    assert_eq!(edited[0]["name"], "Agency");
    assert_eq!(edited[0]["budget"], "higher");
    assert_eq!(edited[0]["redirect_method"], "app-link", "as it was");
    let nothing = scene.keyrack(&["client", "edit", "Agency"], "");
    assert_eq!(nothing.status.code(), Some(2), "there is nothing to change");

    let renewed = scene.sandbox.renew_secret().await;
    let refused = scene.keyrack(&["refresh", ACME], "");
    assert_eq!(refused.status.code(), Some(1));
    let wrong = scene.keyrack(&["client", "secret", "Agency"], "secret_wrong");
    assert_eq!(wrong.status.code(), Some(1), "Notion does not take it");
    let replaced = scene.keyrack(&["client", "secret", "Agency"], &renewed);
    assert_eq!(replaced.status.code(), Some(0), "{}", said(&replaced));
    let refreshed = scene.keyrack(&["refresh", ACME, "--json"], "");
    assert_eq!(refreshed.status.code(), Some(0), "{}", said(&refreshed));

    let kept = scene.keyrack(&["client", "remove", "Agency"], "");
    assert_eq!(kept.status.code(), Some(1));
    assert!(said(&kept).contains("has connections"), "{}", said(&kept));
    let remove = ["client", "remove", "Agency", "--revoke-connections"];
    let removed = scene.keyrack(&remove, "");
    assert_eq!(removed.status.code(), Some(0), "{}", said(&removed));
    let listed = scene.keyrack(&["list", "--json"], "");
    assert_eq!(json(&listed), serde_json::json!([]));
    assert_eq!(support::secrets::entries(&scene.world), []);
    assert_eq!(scene.sandbox.count("POST /v1/oauth/revoke").await, 2);
}

#[tokio::test]
async fn a_connect_that_was_killed_after_its_exchange_is_told_once_by_the_next_command() {
    let mut scene = with_client();
    let killed = scene.world.path("killed");
    let step = "KEYRACK_FAILPOINT=notion.exchange:1";
    fs::write(
        &killed,
        format!(
            "#!/bin/sh\nexec env {step} '{}' \"$@\"\n",
            scene.program.display()
        ),
    )
    .unwrap();
    fs::set_permissions(&killed, fs::Permissions::from_mode(0o755)).unwrap();
    scene.program = killed;
    assert_eq!(cli::connect(&mut scene).await.signal(), Some(9));

    scene.program = programs::keyrack();
    let listed = scene.keyrack(&["list", "--json"], "");
    let told = said(&listed);
    assert!(
        told.contains("no token was saved here. Connect again."),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1, "{told}");
    assert_eq!(json(&listed), Value::Array(Vec::new()));
    assert_eq!(said(&scene.keyrack(&["list"], "")), "", "once");
}
