//! Editing a client: what changes, and what stays.

use notion_oauth::Budget;
use secrecy::ExposeSecret as _;

use crate::domain::client::ClientChange;
use crate::domain::connection::Status;
use crate::domain::problem::{Cause, Field};
use crate::domain::redirect::RedirectMethod;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use crate::tests::env::TestEnv;

#[tokio::test]
async fn a_client_is_renamed_and_its_connections_and_its_entry_say_so() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let called = |name: &str| ClientChange {
        name: name.into(),
        ..ClientChange::of(&client)
    };
    let renamed = keyrack
        .edit_client(&client.id, called(" Agency\u{202E} "))
        .await
        .expect("renamed");
    assert_eq!(renamed.name, "Agency");
    assert_eq!(renamed, keyrack.store.client(&client.id).expect("a row"));
    let connection = keyrack.store.connection(&id).expect("a row");
    assert_eq!(connection.client_name, "Agency");
    let entry = keyrack.vault.read_client(&client.id).await.expect("read");
    assert_eq!(entry.name, "Agency");
    assert_eq!(
        entry.client_secret.expose_secret(),
        env.credentials().1,
        "the secret stays"
    );
    let refused = keyrack.edit_client(&client.id, called(" ")).await;
    let field = Field::Name;
    assert_eq!(
        refused.expect_err("no name").cause,
        Cause::InvalidInput { field }
    );
}

#[tokio::test]
async fn another_redirect_method_holds_for_the_next_connect_and_leaves_connections_alone() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let (_, begun_before) = env.callback(&keyrack, &client).await;
    let page = "https://example.org/notion.html";
    let by_page = ClientChange {
        redirect_method: RedirectMethod::Bridge,
        bridge_url: Some(page.into()),
        ..ClientChange::of(&client)
    };
    let edited = keyrack
        .edit_client(&client.id, by_page)
        .await
        .expect("edited");
    assert_eq!(edited.redirect_uri, page);
    assert_eq!(ClientChange::of(&edited).bridge_url.as_deref(), Some(page));
    let entry = keyrack.vault.read_client(&client.id).await.expect("read");
    assert_eq!(entry.redirect_uri, page);

    let checked = keyrack.check(&id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
    let ended = keyrack.accept(begun_before.as_bytes()).await;
    assert!(
        matches!(
            ended.expect("taken").progress,
            crate::Progress::Completed { .. }
        ),
        "an authorization goes on as it began"
    );
    let sent = env.link(&keyrack, &edited).await;
    assert!(sent.contains("redirect_uri=https%3A%2F%2Fexample.org%2Fnotion.html"));

    let bad = ClientChange {
        bridge_url: Some("http://example.org/".into()),
        ..ClientChange::of(&edited)
    };
    let refused = keyrack.edit_client(&client.id, bad).await;
    let field = Field::BridgeUrl;
    assert_eq!(
        refused.expect_err("http").cause,
        Cause::InvalidInput { field }
    );
}

#[tokio::test]
async fn what_an_authorization_was_sent_with_decides_how_its_answer_may_come() {
    let page = "https://example.org/notion.html";
    let env = TestEnv::with_redirect_uris(vec![page.to_owned()]).await;
    let keyrack = env.start();
    let client = env.client(&keyrack).await;
    let by_page = ClientChange {
        redirect_method: RedirectMethod::Bridge,
        bridge_url: Some(page.into()),
        ..ClientChange::of(&client)
    };
    let client = keyrack
        .edit_client(&client.id, by_page)
        .await
        .expect("edited");
    let (_, to_page) = env.callback(&keyrack, &client).await;
    let by_link = ClientChange {
        redirect_method: RedirectMethod::AppLink,
        ..ClientChange::of(&client)
    };
    keyrack
        .edit_client(&client.id, by_link)
        .await
        .expect("edited");
    let forwarded = to_page.replace(page, "app.keyrack:/oauth/callback");
    let ended = keyrack.accept(forwarded.as_bytes()).await.expect("taken");
    assert!(
        matches!(ended.progress, crate::Progress::Completed { .. }),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_locked_keyring_refuses_what_its_entry_carries_and_changes_nothing() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.keyring.behave(KeyringBehaviour::Locked);
    let renamed = ClientChange {
        name: "Agency".into(),
        ..ClientChange::of(&client)
    };
    let refused = keyrack.edit_client(&client.id, renamed).await;
    assert_eq!(refused.expect_err("locked").cause, Cause::KeyringLocked);
    assert_eq!(keyrack.store.client(&client.id).expect("a row"), client);

    let faster = ClientChange {
        budget: Budget::Higher,
        ..ClientChange::of(&client)
    };
    let edited = keyrack.edit_client(&client.id, faster).await;
    assert_eq!(edited.expect("no keyring needed").budget, Budget::Higher);
}
