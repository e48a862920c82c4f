//! A copied token: on the clipboard and nowhere else, marked for those who keep a history, and gone
//! again after a while.

mod support;

use support::scene::{ACME, Scene};
use support::secrets;
use support::wait::until;
use support::world::World;

/// What the clipboard holds of a kind.
fn clipboard(world: &World, kind: &str) -> String {
    let asked = world
        .command("xclip")
        .args(["-selection", "clipboard", "-out", "-target", kind])
        .output()
        .expect("xclip");
    String::from_utf8_lossy(&asked.stdout).into_owned()
}

#[tokio::test]
async fn a_copied_token_is_marked_and_taken_off_the_clipboard_again() {
    let (scene, window, row) = Scene::connected().await;
    let world = &scene.world;
    let id = row.attr("data-connection-id").await.expect("an id");
    let entries = secrets::entries(world);
    let entry = entries.iter().find(|entry| entry.user() == id);
    let payload = entry
        .and_then(|entry| entry.secret.clone())
        .expect("its entry");
    let payload: serde_json::Value = serde_json::from_str(&payload).expect("JSON");
    let is_token = |text: &str| payload["access"] == text;

    row.at("more").click().await;
    row.at("copy-token").click().await;
    window.notice(ACME).appears().await;
    assert!(
        is_token(&clipboard(world, "UTF8_STRING")),
        "it is not the token"
    );
    assert_eq!(clipboard(world, "x-kde-passwordManagerHint"), "secret");
    assert!(
        !window
            .source()
            .await
            .contains(payload["access"].as_str().expect("a token"))
    );
    until("an empty clipboard", || {
        clipboard(world, "UTF8_STRING").is_empty().then_some(())
    });
    window.close().await;
}
