//! A copied token: on the clipboard and nowhere else, marked to be kept out of clipboard histories,
//! and cleared after a while.

use support::clipboard::clipboard;
use support::secrets;
use support::test_env::TestEnv;
use support::wait::until;

#[tokio::test]
async fn a_copied_token_is_marked_and_taken_off_the_clipboard_again() {
    let (env, window, row) = TestEnv::connected().await;
    let world = &env.world;
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
    window.notice("Copied the token").appears().await;
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
