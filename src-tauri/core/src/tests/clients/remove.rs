//! Removing a client.

use crate::domain::act::RemoveClient;
use crate::domain::client::ConnectionsPolicy;
use crate::domain::connection::Status;
use crate::domain::problem::Cause;

use crate::tests::env::TestEnv;

#[tokio::test]
async fn a_client_with_connections_is_removed_only_as_told_what_becomes_of_them() {
    for (connections, alive) in [
        (ConnectionsPolicy::Revoke, false),
        (ConnectionsPolicy::Forget, true),
    ] {
        let (env, keyrack, client) = TestEnv::with_client().await;
        let id = env.connect(&keyrack, &client).await;
        let bot = keyrack.store.connection(&id).expect("a row").bot_id;
        let refused = keyrack
            .remove_client(&client.id, ConnectionsPolicy::Keep)
            .await
            .expect_err("in use");
        assert_eq!(refused.cause, Cause::ClientInUse);
        assert_eq!(env.keyring.users().len(), 2);

        keyrack
            .remove_client(&client.id, connections)
            .await
            .expect("removed");
        assert!(keyrack.connections().expect("the list").is_empty());
        assert!(keyrack.clients().expect("the clients").is_empty());
        assert!(env.keyring.users().is_empty());
        assert_eq!(env.revoke(&bot).await > 0, alive, "{connections:?}");
    }
}

#[tokio::test]
async fn a_revocation_that_does_not_end_keeps_the_client() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    env.fault(serde_json::json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    keyrack
        .remove_client(&client.id, ConnectionsPolicy::Revoke)
        .await
        .expect_err("Notion is busy");
    assert_eq!(
        keyrack.store.connection(&id).expect("a row").status,
        Status::RevocationPending
    );
    keyrack.store.client(&client.id).expect("still here");
    assert_eq!(env.keyring.users().len(), 2);
}

#[tokio::test]
async fn a_start_finishes_a_removal_whose_secret_was_gone_and_undoes_any_other() {
    for (row_is_gone, secret_is_gone) in [(true, true), (true, false), (false, false)] {
        let (env, keyrack, client) = TestEnv::with_client().await;
        let _journal = keyrack.begin(RemoveClient::of(&client)).expect("begun");
        if row_is_gone {
            keyrack.store.remove_client(&client.id).expect("removed");
        }
        if secret_is_gone {
            env.keyring.remove(&client.id);
        }
        drop(keyrack);
        let keyrack = env.start();
        keyrack.recover().await.expect("recovered");
        assert_eq!(env.keyring.users().is_empty(), secret_is_gone);
        assert_eq!(keyrack.store.client(&client.id).is_err(), secret_is_gone);
        let unfinished = keyrack.store.unfinished_operations().expect("asked");
        assert_eq!(unfinished, []);
    }
}
