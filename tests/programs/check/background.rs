//! Background checks by the real command: what an open window shows by itself, and what the desktop
//! is asked to show.

use std::process::Stdio;

use support::notifications::Notifications;
use support::process::Program;
use support::programs;
use support::test_env::{ACME, TestEnv};
use support::wait::{until, until_async};
use support::words::words;
use zbus::blocking::{Connection, connection};

#[tokio::test]
async fn a_token_that_died_is_shown_in_the_open_window_and_notified_once() {
    let (env, window, row) = TestEnv::connected().await;
    let desktop = Notifications::of(&env.world);
    let once = ["watch", "--once", "--every", "daily"];
    assert!(env.keyrack(&once, "").status.success());
    assert_eq!(env.sandbox.count("POST /v1/oauth/introspect").await, 0);

    env.a_day_passes();
    let bot = row.attr("data-bot-id").await.expect("a bot");
    env.sandbox.revoke(&bot).await;
    assert!(env.keyrack(&once, "").status.success());
    row.has("data-status", "inactive").await;
    let shown = desktop.shown();
    let [notification] = shown.as_slice() else {
        panic!("one notification, not {shown:?}");
    };
    assert_eq!(notification.app, "Keyrack");
    assert!(
        notification.actions.is_empty(),
        "nobody is there to hear of a click"
    );
    assert_eq!(notification.summary, format!("{ACME} needs attention"));

    env.a_day_passes();
    assert!(env.keyrack(&once, "").status.success());
    assert_eq!(desktop.shown(), []);
    let asked = env.sandbox.count("POST /v1/oauth/introspect").await;
    assert_eq!(asked, 1, "a dead token is not asked about again");
    window.close().await;
}

/// Notion ends the token of the only connection.
async fn the_token_dies(env: &TestEnv) {
    let listed = env.keyrack(&["list", "--json"], "");
    let rows: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    env.sandbox
        .revoke(rows[0]["bot_id"].as_str().unwrap())
        .await;
}

#[tokio::test]
async fn a_click_on_a_notification_leads_to_the_row_in_the_window() {
    let (env, window, row) = TestEnv::connected().await;
    let desktop = Notifications::of(&env.world);
    window.at("search").fill("nobody").await;
    row.disappears().await;
    env.a_day_passes();
    the_token_dies(&env).await;
    let watching = watching(&env, &["--now"]);
    let notification = desktop.next();
    assert_eq!(
        notification.actions.first().map(String::as_str),
        Some("default")
    );
    // A person clicks some time after it is shown, when whoever sent it listens.
    let panel = window.at("details-panel");
    until_async("the details of the row", async || {
        desktop.click();
        panel.is_shown().await.then_some(())
    })
    .await;
    panel.holds(ACME).await;
    row.has_focus("the row").await;
    row.has("data-status", "inactive").await;
    watching.end();
    window.close().await;
}

#[tokio::test]
async fn a_desktop_that_shows_no_notification_and_gives_no_reply_stops_nothing() {
    let env = TestEnv::connected_by_command().await;
    let silent = Silent::of(&env);
    env.a_day_passes();
    the_token_dies(&env).await;
    let once = env.keyrack(&["watch", "--once", "--every", "daily"], "");
    let said = String::from_utf8(once.stderr).unwrap();
    assert!(said.contains("needs attention"), "{said}");
    assert!(said.contains(&words("command.no-notifications")), "{said}");
    drop(silent);
}

/// A notification service that takes every call and replies to none.
struct Silent(#[allow(dead_code, reason = "it has the name while it lives")] Connection);

impl Silent {
    fn of(env: &TestEnv) -> Self {
        let address = env.world.env()["DBUS_SESSION_BUS_ADDRESS"].as_str();
        let bus = connection::Builder::address(address)
            .and_then(|bus| bus.name("org.freedesktop.Notifications"))
            .and_then(connection::Builder::build);
        Self(bus.expect("the name"))
    }
}

/// A `keyrack watch` with these options.
fn watching(env: &TestEnv, options: &[&str]) -> Program {
    let mut command = env.world.command(programs::keyrack());
    command.args(["watch", "--every", "6h"]).args(options);
    command.stdin(Stdio::null());
    let watching = Program::start(&env.world, &command);
    is_said(env, "Checking in the background");
    watching
}

/// Waits until the programs of this world have said these words.
fn is_said(env: &TestEnv, words: &str) {
    let log = env.world.log();
    until(words, || {
        let log = std::fs::read_to_string(&log).unwrap_or_default();
        log.contains(words).then_some(())
    });
}

#[test]
fn background_checks_end_with_the_session() {
    let (mut env, keyring) = TestEnv::with_scripted_keyring();
    let mut watching = watching(&env, &[]);
    drop(keyring);
    env.world.end_bus();
    assert_eq!(watching.wait(), Some(0));
    is_said(&env, &words("command.watch-session-over"));
}

#[test]
fn background_checks_end_with_the_data_folder() {
    let (env, _keyring) = TestEnv::with_scripted_keyring();
    let mut watching = watching(&env, &[]);
    std::fs::remove_dir_all(env.data_folder()).unwrap();
    assert_eq!(watching.wait(), Some(0));
    is_said(&env, &words("command.watch-no-folder"));
    assert!(!env.data_folder().exists(), "nothing is made anew");

    let (env, _keyring) = TestEnv::with_scripted_keyring();
    let mut watching = self::watching(&env, &[]);
    std::fs::rename(env.data_folder(), env.world.path("moved")).unwrap();
    std::fs::create_dir(env.data_folder()).unwrap();
    assert_eq!(watching.wait(), Some(0), "another folder is in its place");
}

#[test]
fn one_process_watches_and_the_choice_is_remembered() {
    let env = TestEnv::new();
    let off = env.keyrack(&["watch"], "");
    assert_eq!(off.status.code(), Some(1));
    let said = String::from_utf8(off.stderr).unwrap();
    assert!(said.contains("keyrack watch --every hourly"), "{said}");

    let mut command = env.world.command(programs::keyrack());
    command.args(["watch", "--every", "6h"]);
    command.stdin(Stdio::null());
    let mut watching = Program::start(&env.world, &command);
    until("the background checks", || {
        let log = std::fs::read_to_string(env.world.log()).unwrap_or_default();
        log.contains("Checking in the background").then_some(())
    });
    let second = env.keyrack(&["watch"], "");
    assert_eq!(second.status.code(), Some(1), "the first one does it");
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("another program"), "{said}");
    assert!(watching.is_running());

    let off = env.keyrack(&["watch", "--every", "off"], "");
    assert!(off.status.success());
    drop(watching);
    assert_eq!(env.keyrack(&["watch"], "").status.code(), Some(1));
}
