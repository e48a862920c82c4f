//! From the first start to a receipt, and the keys of the window.

use crate::keys::{focus_is_on, press, press_until, write};
use crate::support::page::Page;
use crate::support::scene::{ACME, Scene};
use crate::support::wait::until_async;
use crate::support::world::World;

/// A window in the front, and the sandbox's client in it; the focus is in the page.
async fn opened() -> (Scene, Page) {
    let scene = Scene::with(World::new(), &["--auto-approve"]);
    let window = scene.window().await;
    window.at("try-sandbox").appears().await;
    (scene, window)
}

#[tokio::test]
async fn from_the_first_start_to_a_receipt_without_a_mouse() {
    let (mut scene, window) = opened().await;
    press_until(&scene, &window, "Tab", "add-client").await;
    press(&scene, &["Return"]);
    focus_is_on(&window, "client-name").await;
    write(&scene, "Mine");
    press_until(&scene, &window, "Tab", "client-id").await;
    write(&scene, &scene.sandbox.client_id.clone());
    press_until(&scene, &window, "Tab", "client-secret").await;
    write(&scene, &scene.sandbox.client_secret.clone());
    press(&scene, &["Return"]);
    window.at("connect").appears().await;
    window.at("client-name").disappears().await;

    press(&scene, &["ctrl+n"]);
    window.at("waiting").appears().await;
    let link = scene.next_link().await;
    let callback = scene.callback(&link).await;
    press_until(&scene, &window, "Tab", "paste-callback").await;
    write(&scene, &callback);
    press(&scene, &["Return"]);
    let row = window.row(ACME);
    row.has("data-status", "active").await;

    // The search, and from it into the list.
    press(&scene, &["slash"]);
    focus_is_on(&window, "search").await;
    write(&scene, "acme");
    press(&scene, &["Down"]);
    focus_is_on(&window, "connection").await;

    // Along the row to Check.
    let before = row.at("checked-at").attr("datetime").await;
    press_until(&scene, &window, "Right", "check").await;
    press(&scene, &["Return"]);
    until_async("a new check", async || {
        (row.at("checked-at").attr("datetime").await != before).then_some(())
    })
    .await;

    // The menu, by the keyboard in and out.
    press_until(&scene, &window, "Right", "more").await;
    press(&scene, &["Return"]);
    row.at("copy-token").appears().await;
    press(&scene, &["Escape"]);
    row.at("copy-token").disappears().await;
    focus_is_on(&window, "more").await;

    // Details, and back.
    press_until(&scene, &window, "Left", "connection").await;
    press(&scene, &["Return"]);
    window.at("details-panel").appears().await;
    press(&scene, &["Escape"]);
    window.at("details-panel").disappears().await;
    focus_is_on(&window, "connection").await;

    // A selection.
    press(&scene, &["space"]);
    window.at("selection").says("1").await;
    press(&scene, &["Escape"]);
    window.at("selection").disappears().await;

    // Delete asks first, and Escape is no.
    press(&scene, &["Delete"]);
    window.at("confirm-revoke").appears().await;
    press(&scene, &["Escape"]);
    window.at("confirm-revoke").disappears().await;
    focus_is_on(&window, "connection").await;
    assert_eq!(scene.sandbox.count("POST /v1/oauth/revoke").await, 0);
    press(&scene, &["Delete"]);
    window.at("confirm-revoke").appears().await;
    press_until(&scene, &window, "Tab", "confirm-revoke").await;
    press(&scene, &["Return"]);
    window.at("receipt").appears().await;
    focus_is_on(&window, "receipt-done").await;
    press(&scene, &["Return"]);
    window.at("receipt").disappears().await;
    row.disappears().await;
    window.close().await;
}

#[tokio::test]
async fn the_keys_of_the_window_and_the_page_that_tells_them() {
    let (mut scene, window) = opened().await;
    scene.add_client(&window).await;
    press(&scene, &["ctrl+n"]);
    window.at("waiting").appears().await;
    let link = scene.next_link().await;
    let callback = scene.callback(&link).await;
    window.at("paste-callback").fill(&callback).await;
    press(&scene, &["Return"]);
    window.row(ACME).has("data-status", "active").await;

    press(&scene, &["question"]);
    window.at("keys").appears().await;
    press(&scene, &["Escape"]);
    window.at("keys").disappears().await;
    press(&scene, &["ctrl+f"]);
    focus_is_on(&window, "search").await;
    let before = scene.exchanges().await;
    press(&scene, &["F5"]);
    window.notice("1 active").appears().await;
    assert_eq!(scene.exchanges().await, before, "a check never refreshes");
    window.close().await;
}
