//! What stands in the menu of a row.

use super::listed;
use crate::keys::{activate, focus, focus_is_in_a_dialog, focus_is_on, press, press_until, write};
use crate::support::clipboard::clipboard;
use crate::support::page::Page;
use crate::support::scene::Scene;
use crate::support::wait::until_async;

/// Opens the menu of the row that has the focus, and takes something from it.
async fn take(scene: &Scene, window: &Page, item: &str) {
    if focus(window).await != "more" {
        press_until(scene, window, "Right", "more").await;
    }
    press(scene, &["Return"]);
    focus_is_on(window, "details").await;
    press_until(scene, window, "Down", item).await;
    press(scene, &["Return"]);
}

/// A window with the focus on its row.
async fn on_the_row() -> (Scene, Page) {
    let (scene, window, _) = listed().await;
    press_until(&scene, &window, "Tab", "connection").await;
    (scene, window)
}

#[tokio::test]
async fn tokens_are_refreshed_and_copied_and_details_are_read() {
    let (scene, window) = on_the_row().await;
    let before = scene.exchanges().await;
    take(&scene, &window, "refresh").await;
    until_async("a refresh", async || {
        (scene.exchanges().await == before + 1).then_some(())
    })
    .await;
    focus_is_on(&window, "more").await;

    take(&scene, &window, "copy-token").await;
    window.notice("Copied the token").appears().await;
    let copied = clipboard(&scene.world, "UTF8_STRING");
    assert!(scene.sandbox.is_active(&copied).await, "it is the token");
    focus_is_on(&window, "more").await;

    take(&scene, &window, "details").await;
    let panel = window.at("details-panel");
    panel.holds("GNOME Keyring").await;
    let inside = "return document.activeElement.closest('aside') !== null;";
    assert_eq!(window.run(inside).await, true, "the focus goes with it");
    press(&scene, &["Escape"]);
    panel.disappears().await;
    focus_is_on(&window, "more").await;
    window.close().await;
}

#[tokio::test]
async fn a_workspace_is_reconnected_after_a_warning() {
    let (mut scene, window) = on_the_row().await;
    let before = scene.exchanges().await;
    take(&scene, &window, "reconnect").await;
    let yes = window.at("confirm-reconnect");
    yes.appears().await;
    press(&scene, &["Escape"]);
    yes.disappears().await;
    focus_is_on(&window, "more").await;

    take(&scene, &window, "reconnect").await;
    focus_is_on(&window, "confirm-reconnect").await;
    press(&scene, &["Return"]);
    window.at("waiting-renews").appears().await;
    let callback = {
        let link = scene.next_link().await;
        scene.callback(&link).await
    };
    press_until(&scene, &window, "Tab", "paste-callback").await;
    write(&scene, &callback);
    press(&scene, &["Return"]);
    window.notice("Connected").appears().await;
    window.at("waiting").disappears().await;
    focus_is_on(&window, "more").await;
    assert_eq!(scene.exchanges().await, before + 1);
    assert_eq!(window.at("connection").count().await, 1, "the same row");
    window.close().await;
}

#[tokio::test]
async fn a_workspace_is_forgotten_here_and_notion_is_not_asked() {
    let (scene, window) = on_the_row().await;
    let before = scene.sandbox.requests().await.len();
    take(&scene, &window, "forget").await;
    focus_is_in_a_dialog(&window).await;
    assert_ne!(focus(&window).await, "confirm-forget", "not by one key");
    press(&scene, &["Escape"]);
    focus_is_on(&window, "more").await;

    take(&scene, &window, "forget").await;
    activate(&scene, &window, "confirm-forget").await;
    window.at("receipt").appears().await;
    focus_is_on(&window, "receipt-done").await;
    press(&scene, &["Return"]);
    window.at("connection").disappears().await;
    focus_is_on(&window, "connect").await;
    assert_eq!(scene.sandbox.requests().await.len(), before);
    window.close().await;
}
