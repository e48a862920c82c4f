//! Remove everything, by keyboard, through each stage.

use support::cli;
use support::page::Page;
use support::rows;
use support::secret_service::Act;
use support::test_env::TestEnv;
use support::wait::until;

use support::keys::{activate, focus_is_in_a_dialog, focus_is_on, press, press_until, write};

const FULL: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// Goes from the list to the question, and ticks that it is understood.
async fn ask(env: &TestEnv, window: &Page) {
    activate(env, window, "settings").await;
    activate(env, window, "remove-everything").await;
    focus_is_on(window, "keep-everything").await;
    press_until(env, window, "Tab", "typed-count").await;
    let label = "//label[@for = //input[@data-testid='typed-count']/@id]";
    let asked = window.part(label.to_owned()).whole().await;
    let count: String = asked.chars().filter(char::is_ascii_digit).collect();
    write(env, &count);
    press_until(env, window, "Tab", "understand").await;
    press(env, &["space"]);
}

#[tokio::test]
async fn everything_is_removed_after_a_no_a_cancel_and_two_failures() {
    let (env, keyring) = TestEnv::with_scripted_keyring();
    assert!(cli::connect(&env).await.success());
    // So many that a keyring which hangs keeps them busy for as long as it takes; none of these has
    // a token that could be revoked.
    rows::grow(&env, 40);
    let folder = env.data_folder();
    let window = env.window().await;
    window.at("connection").appears().await;
    let dialog = window.at("remove-everything-dialog");

    // No.
    ask(&env, &window).await;
    press_until(&env, &window, "Tab", "keep-everything").await;
    press(&env, &["Return"]);
    focus_is_on(&window, "remove-everything").await;
    press(&env, &["Escape"]);
    focus_is_on(&window, "settings").await;

    // Cancelled, while it may not be left.
    ask(&env, &window).await;
    keyring.script(|_, _| Act::Hold);
    activate(&env, &window, "confirm-remove-everything").await;
    window.at("cancel-remove-everything").appears().await;
    focus_is_in_a_dialog(&window).await;
    press(&env, &["Escape"]);
    activate(&env, &window, "cancel-remove-everything").await;
    keyring.release();
    dialog.says("Nothing else was removed").await;
    activate(&env, &window, "stop-here").await;
    dialog.disappears().await;
    focus_is_on(&window, "settings").await;

    // Some cannot be revoked, and what goes anyway cannot all go.
    ask(&env, &window).await;
    activate(&env, &window, "confirm-remove-everything").await;
    window.at("not-revoked").appears().await;
    keyring.script(|_, _| Act::Refuse(FULL));
    activate(&env, &window, "remove-anyway").await;
    window.at("remove-again").appears().await;
    activate(&env, &window, "remove-again").await;
    window.at("remove-again").appears().await;
    focus_is_in_a_dialog(&window).await;
    press(&env, &["Escape"]);
    dialog.disappears().await;
    focus_is_on(&window, "settings").await;
    assert_ne!(keyring.entries().len(), 0);
    keyring.behave();

    // And yet.
    ask(&env, &window).await;
    activate(&env, &window, "confirm-remove-without-revoking").await;
    window.at("removed").appears().await;
    assert_eq!(keyring.entries().len(), 0);
    activate(&env, &window, "quit").await;
    until("the end of the data folder", || {
        (!folder.exists()).then_some(())
    });
    window.close().await;
}
