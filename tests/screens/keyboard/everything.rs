//! Everything removed, with each stage on the way.

use crate::keys::{activate, focus_is_in_a_dialog, focus_is_on, press, press_until};
use crate::support::cli;
use crate::support::page::Page;
use crate::support::rows;
use crate::support::scene::Scene;
use crate::support::secret_service::Act;
use crate::support::wait::until;

const FULL: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// From the list to the question, understood.
async fn ask(scene: &Scene, window: &Page) {
    activate(scene, window, "settings").await;
    activate(scene, window, "remove-everything").await;
    focus_is_on(window, "keep-everything").await;
    press_until(scene, window, "Tab", "understand").await;
    press(scene, &["space"]);
}

#[tokio::test]
async fn everything_is_removed_after_a_no_a_cancel_and_two_failures() {
    let (mut scene, keyring) = Scene::with_scripted_keyring();
    assert!(cli::connect(&mut scene).await.success());
    // So many that a keyring which hangs keeps them busy for as long as it takes; none of these has
    // a token that could be revoked.
    rows::grow(&scene, 40);
    let folder = scene.world.data_home().join("app.keyrack.desktop");
    let window = scene.window().await;
    window.at("connection").appears().await;
    let dialog = window.at("remove-everything-dialog");

    // No.
    ask(&scene, &window).await;
    press_until(&scene, &window, "Tab", "keep-everything").await;
    press(&scene, &["Return"]);
    focus_is_on(&window, "remove-everything").await;
    press(&scene, &["Escape"]);
    focus_is_on(&window, "settings").await;

    // Cancelled, while it may not be left.
    ask(&scene, &window).await;
    keyring.script(|_, _| Act::Hold);
    activate(&scene, &window, "confirm-remove-everything").await;
    window.at("cancel-remove-everything").appears().await;
    focus_is_in_a_dialog(&window).await;
    press(&scene, &["Escape"]);
    activate(&scene, &window, "cancel-remove-everything").await;
    keyring.release();
    dialog.says("Nothing else was removed").await;
    activate(&scene, &window, "stop-here").await;
    dialog.disappears().await;
    focus_is_on(&window, "settings").await;

    // Some cannot be revoked, and what goes anyway cannot all go.
    ask(&scene, &window).await;
    activate(&scene, &window, "confirm-remove-everything").await;
    window.at("not-revoked").appears().await;
    keyring.script(|_, _| Act::Refuse(FULL));
    activate(&scene, &window, "remove-anyway").await;
    window.at("remove-again").appears().await;
    activate(&scene, &window, "remove-again").await;
    window.at("remove-again").appears().await;
    focus_is_in_a_dialog(&window).await;
    press(&scene, &["Escape"]);
    dialog.disappears().await;
    focus_is_on(&window, "settings").await;
    assert_ne!(keyring.entries().len(), 0);
    keyring.behave();

    // And yet.
    ask(&scene, &window).await;
    activate(&scene, &window, "confirm-remove-without-revoking").await;
    window.at("removed").appears().await;
    assert_eq!(keyring.entries().len(), 0);
    activate(&scene, &window, "quit").await;
    until("the end of the data folder", || {
        (!folder.exists()).then_some(())
    });
    window.close().await;
}
