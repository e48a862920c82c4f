//! Rotating a client's secret: the connections' status meanwhile and afterwards.

use crate::domain::act::{Connect, ConnectStep, Granted, OfConnection};
use crate::domain::connection::Status;
use crate::domain::problem::{Cause, Field};
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring::tests::KeyringBehaviour;
use crate::storage::vault::{ConnectionSecrets, Payload};

use crate::tests::env::TestEnv;

#[tokio::test]
async fn a_renewed_secret_keeps_the_verdicts_and_the_new_one_heals_the_connections() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let first = env.connect(&keyrack, &client).await;
    let ids = [another_row_like(&keyrack, &first).await, first];
    let verdict = keyrack.check(&ids[1]).await.expect("checked").checked_at;
    let renewed = env.renew_secret().await;

    env.pass(60_000);
    for id in &ids {
        let unknown = keyrack.check(id).await.expect("checked");
        assert_eq!(unknown.status, Status::CannotCheck);
        assert_eq!(unknown.last_status, Some(Status::Active));
        assert_eq!(unknown.checked_at, verdict, "the last verdict stays");
        let why = unknown.problem.expect("why").cause;
        assert_eq!(why, Cause::ClientRejected);
    }

    let unusable = Cause::InvalidInput {
        field: Field::ClientSecret,
    };
    for (wrong, cause) in [
        ("secret_wrong", Cause::ClientRejected),
        ("two words", unusable),
    ] {
        let refused = keyrack
            .replace_client_secret(&client.id, wrong.into())
            .await
            .err()
            .expect("refused");
        assert_eq!(refused.cause, cause);
    }
    keyrack
        .replace_client_secret(&client.id, format!(" {renewed}\n").into())
        .await
        .expect("replaced")
        .await;
    for id in &ids {
        let healed = keyrack.store.connection(id).expect("a row");
        assert_eq!(healed.status, Status::Active);
        assert!(healed.checked_at > verdict, "checked with the new secret");
    }
    assert_eq!(env.keyring.users().len(), 3, "still one entry each");
}

/// Adds one more connection of the same client directly: the sandbox with automatic approval would
/// grant the same workspace again.
async fn another_row_like(keyrack: &Keyrack, id: &str) -> String {
    let connection = keyrack.store.connection(id).expect("a row");
    let tokens = keyrack.vault.read_connection(id).await.expect("tokens");
    let another = ConnectionSecrets {
        id: "another".to_owned(),
        bot_id: "another-bot".to_owned(),
        ..tokens
    };
    let written = keyrack.vault.write(&Payload::Connection(another)).await;
    written.expect("written");
    let granted = Granted {
        bot_id: "another-bot".to_owned(),
        workspace_id: connection.workspace_id.clone(),
        workspace_name: "Another".to_owned(),
        workspace_icon: None,
        owner: connection.owner.clone(),
        has_refresh_token: true,
        new: true,
    };
    let connect = Connect {
        client: OfConnection::from(&connection).client,
        authorization: "none".to_owned(),
        step: ConnectStep::Granted {
            entry: "another".to_owned(),
            granted: granted.clone(),
        },
    };
    let connected = keyrack.begin(connect).expect("begun").done(keyrack.now());
    let saved = keyrack
        .store
        .save_connected(&connected, "another", &granted);
    saved.expect("saved");
    "another".to_owned()
}

#[tokio::test]
async fn a_keyring_that_refuses_keeps_the_old_secret() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let secret = env.credentials().1;
    env.keyring.behave(KeyringBehaviour::Locked);
    let refused = keyrack
        .replace_client_secret(&client.id, secret.into())
        .await
        .err()
        .expect("locked");
    assert_eq!(refused.cause, Cause::KeyringLocked);
    env.keyring.behave(KeyringBehaviour::Normal);
    let checked = keyrack.check(&id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
}
