//! The settings and the self-test, by keyboard.

use serde_json::{Value, json};
use support::page::Page;
use support::test_env::ACME;
use support::wait::until_async;

use super::listed;
use support::keys::{activate, choose, focus_is_on, is_checked, press, press_until, write};

/// The values in the open settings.
async fn said(window: &Page) -> Value {
    let ask = "const at = testid => document.querySelector(`[data-testid=${testid}]`);\
        return [at('background-checks').value, at('notifications').checked,\
            at('start-at-login').checked, at('clipboard-seconds').value, at('language').value];";
    window.run(ask).await
}

#[tokio::test]
async fn every_setting_is_changed_and_kept() {
    let (env, window, _) = listed().await;
    activate(&env, &window, "settings").await;
    let dialog = window.at("settings-dialog");
    dialog.appears().await;
    let before = said(&window).await;
    let notified = is_checked(&window, "notifications").await;

    choose(&env, &window, "background-checks", "Every day").await;
    press_until(&env, &window, "Tab", "notifications").await;
    press(&env, &["space"]);
    press_until(&env, &window, "Tab", "start-at-login").await;
    press(&env, &["space"]);
    press_until(&env, &window, "Tab", "clipboard-seconds").await;
    press(&env, &["ctrl+a"]);
    write(&env, "45");
    choose(&env, &window, "language", "Deutsch").await;
    dialog.holds("Einstellungen").await;
    let wished = json!(["daily", !notified, true, "45", "de"]);
    assert_eq!(said(&window).await, wished);
    press(&env, &["Escape"]);
    dialog.disappears().await;
    focus_is_on(&window, "settings").await;
    window.row(ACME).at("check").holds("Prüfen").await;
    window.close().await;

    let window = env.window().await;
    window.row(ACME).appears().await;
    activate(&env, &window, "settings").await;
    window.at("settings-dialog").appears().await;
    let kept = said(&window).await;
    assert_eq!(kept, wished);
    for (now, then) in kept
        .as_array()
        .unwrap()
        .iter()
        .zip(before.as_array().unwrap())
    {
        assert_ne!(now, then, "nothing was as it is already");
    }
    // An invalid value is reported, and not kept.
    press_until(&env, &window, "Tab", "clipboard-seconds").await;
    press(&env, &["ctrl+a"]);
    write(&env, "9");
    press(&env, &["Tab"]);
    window
        .at("clipboard-seconds")
        .has("aria-invalid", "true")
        .await;
    press(&env, &["Escape"]);
    focus_is_on(&window, "settings").await;
    press(&env, &["Return"]);
    until_async("the seconds that were kept", async || {
        (window.at("clipboard-seconds").value().await == "45").then_some(())
    })
    .await;
    window.close().await;
}

#[tokio::test]
async fn the_self_test_is_run_and_run_again() {
    let (mut env, window, _) = listed().await;
    activate(&env, &window, "settings").await;
    activate(&env, &window, "self-test").await;
    window.at("self-test-sum").says("All is fine").await;
    env.world.stop_keyring();
    activate(&env, &window, "run-self-test").await;
    window.at("self-test-sum").says("1 of 5").await;
    activate(&env, &window, "close-self-test").await;
    focus_is_on(&window, "self-test").await;
    press(&env, &["Escape"]);
    window.at("settings-dialog").disappears().await;
    focus_is_on(&window, "settings").await;
    window.close().await;
}

#[tokio::test]
async fn tokens_in_clear_text_are_looked_for() {
    let (env, window, _) = listed().await;
    let stray = "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";
    std::fs::write(env.world.home().join(".env"), format!("A={stray}\n")).unwrap();
    activate(&env, &window, "settings").await;
    window.at("settings-dialog").appears().await;
    activate(&env, &window, "scan-open").await;
    window.at("scan").appears().await;
    activate(&env, &window, "scan-look").await;
    window.at("stray").holds("ntn_5809").await;
    press(&env, &["Escape"]);
    window.at("scan").disappears().await;
    window.at("settings-dialog").appears().await;
    window.close().await;
}
