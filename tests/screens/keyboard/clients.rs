//! The clients: edited, given a new secret, verified, removed.

use super::listed;
use crate::keys::{activate, choose, focus_is_on, press, write};
use crate::support::scene::ACME;

#[tokio::test]
async fn a_client_is_edited_given_a_new_secret_and_removed() {
    let (scene, window, row) = listed().await;
    activate(&scene, &window, "clients").await;
    let client = window.at("client");
    client.says("Mine").await;

    // Another name, and another way back.
    activate(&scene, &window, "edit-client").await;
    focus_is_on(&window, "client-name").await;
    press(&scene, &["ctrl+a"]);
    write(&scene, "Theirs");
    choose(&scene, &window, "redirect-method", "Localhost").await;
    window.at("redirect-changed").says("Notion").await;
    activate(&scene, &window, "save-client").await;
    focus_is_on(&window, "edit-client").await;
    client.says("Theirs").await;
    client.says("http://localhost:").await;
    // A no leads back as well.
    press(&scene, &["Return"]);
    focus_is_on(&window, "client-name").await;
    press(&scene, &["Escape"]);
    focus_is_on(&window, "edit-client").await;

    // The secret was renewed at Notion.
    let renewed = scene.sandbox.renew_secret().await;
    activate(&scene, &window, "verify-saved").await;
    window.at("client-problem").appears().await;
    activate(&scene, &window, "new-secret").await;
    focus_is_on(&window, "client-secret").await;
    write(&scene, &renewed);
    press(&scene, &["Return"]);
    window.at("client-secret").disappears().await;
    focus_is_on(&window, "edit-client").await;
    activate(&scene, &window, "verify-saved").await;
    window.at("saved-verified").says("Notion").await;
    assert!(scene.keyrack(&["check", ACME], "").status.success());

    // Gone, with what it has connected.
    activate(&scene, &window, "remove-client").await;
    let yes = window.at("confirm-remove-revoke");
    yes.appears().await;
    press(&scene, &["Escape"]);
    yes.disappears().await;
    focus_is_on(&window, "edit-client").await;
    assert_eq!(scene.sandbox.count("POST /v1/oauth/revoke").await, 0);
    activate(&scene, &window, "remove-client").await;
    yes.appears().await;
    activate(&scene, &window, "confirm-remove-revoke").await;
    window.notice("Theirs").appears().await;
    row.disappears().await;
    assert_eq!(scene.sandbox.count("POST /v1/oauth/revoke").await, 2);
    // The first start again, with the focus where it goes on.
    focus_is_on(&window, "add-client").await;
    window.close().await;
}
