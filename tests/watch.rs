//! Background checks by the real command: what an open window shows by itself, and what the desktop
//! is asked to show.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use std::process::Stdio;

use rusqlite::Connection;
use support::notifications::Notifications;
use support::process::Program;
use support::programs;
use support::scene::{ACME, Scene};
use support::wait::until;

/// Makes everything that is known of connections a day older.
fn a_day_passes(scene: &Scene) {
    let path = scene
        .world
        .data_home()
        .join("app.keyrack.desktop/keyrack.db");
    let db = Connection::open(path).unwrap();
    let day = 24 * 60 * 60 * 1_000;
    let aged = db.execute("UPDATE connections SET verdict_at = verdict_at - ?1", [day]);
    assert_eq!(aged.unwrap(), 1);
}

#[tokio::test]
async fn a_token_that_died_is_shown_in_the_open_window_and_notified_once() {
    let (scene, window, row) = Scene::connected().await;
    let desktop = Notifications::of(&scene.world);
    let once = ["watch", "--once", "--every", "daily"];
    assert!(scene.keyrack(&once, "").status.success());
    assert_eq!(scene.sandbox.count("POST /v1/oauth/introspect").await, 0);

    a_day_passes(&scene);
    let bot = row.attr("data-bot-id").await.expect("a bot");
    scene.sandbox.revoke(&bot).await;
    assert!(scene.keyrack(&once, "").status.success());
    row.has("data-status", "inactive").await;
    let shown = desktop.shown();
    let [notification] = shown.as_slice() else {
        panic!("one notification, not {shown:?}");
    };
    assert_eq!(notification.app, "Keyrack");
    assert_eq!(notification.summary, format!("{ACME} needs attention"));

    a_day_passes(&scene);
    assert!(scene.keyrack(&once, "").status.success());
    assert_eq!(desktop.shown(), []);
    let asked = scene.sandbox.count("POST /v1/oauth/introspect").await;
    assert_eq!(asked, 1, "a dead token is not asked about again");
    window.close().await;
}

#[test]
fn one_process_watches_and_the_choice_is_remembered() {
    let scene = Scene::new();
    let off = scene.keyrack(&["watch"], "");
    assert_eq!(off.status.code(), Some(1));
    let said = String::from_utf8(off.stderr).unwrap();
    assert!(said.contains("keyrack watch --every hourly"), "{said}");

    let mut command = scene.world.command(programs::keyrack());
    command.args(["watch", "--every", "6h"]);
    command.stdin(Stdio::null());
    let mut watching = Program::start(&scene.world, &command);
    until("the background checks", || {
        let log = std::fs::read_to_string(scene.world.log()).unwrap_or_default();
        log.contains("Checking in the background").then_some(())
    });
    let second = scene.keyrack(&["watch"], "");
    assert_eq!(second.status.code(), Some(1), "the first one does it");
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("another process"), "{said}");
    assert!(watching.is_running());

    let off = scene.keyrack(&["watch", "--every", "off"], "");
    assert!(off.status.success());
    drop(watching);
    assert_eq!(scene.keyrack(&["watch"], "").status.code(), Some(1));
}
