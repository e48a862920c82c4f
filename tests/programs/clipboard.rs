//! A copied token or address: on the clipboard and nowhere else, marked to be kept out of clipboard
//! histories, and cleared once it is of no use.

use std::time::Duration;

use support::clipboard::{clipboard, copy};
use support::secrets;
use support::test_env::TestEnv;
use support::wait::until;
use support::words::words;

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

    row.choose_item("copy-token").await;
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

#[tokio::test]
async fn a_copied_address_is_marked_and_taken_off_when_its_authorization_is_over() {
    let (mut env, window) = TestEnv::opened().await;
    for copied_since in [None, Some("somebody else's")] {
        let link = env.begin(&window).await;
        let label = words("waiting.copy");
        let button = format!("//button[normalize-space()='{label}']");
        window.part(button).click().await;
        until("the address", || {
            (clipboard(&env.world, "UTF8_STRING") == link).then_some(())
        });
        assert_eq!(clipboard(&env.world, "x-kde-passwordManagerHint"), "secret");
        if let Some(text) = copied_since {
            copy(&env.world, text);
        }
        window.at("cancel-authorization").click().await;
        window.at("waiting").disappears().await;
        if copied_since.is_some() {
            // Longer than it takes to notice the end.
            std::thread::sleep(Duration::from_secs(3));
        }
        let left = copied_since.unwrap_or_default();
        until("what is left", || {
            (clipboard(&env.world, "UTF8_STRING") == left).then_some(())
        });
    }
    window.close().await;
}
