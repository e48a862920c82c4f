//! Verify: the problems found with a client before it is saved.

use serde_json::json;

use crate::domain::client::NewClient;
use crate::domain::problem::{Cause, Field};
use crate::domain::redirect::RedirectMethod;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use crate::tests::env::TestEnv;

fn form(id: &str, secret: &str) -> NewClient {
    NewClient {
        name: "Mine".into(),
        client_id: id.into(),
        client_secret: secret.into(),
        redirect_method: RedirectMethod::AppLink,
        localhost_port: None,
        bridge_url: None,
    }
}

#[tokio::test]
async fn a_client_is_told_apart_from_a_wrong_secret_a_swap_and_a_busy_notion() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let (id, secret) = env.credentials();
    let verify = async |id: &str, secret: &str| keyrack.verify_client(form(id, secret)).await;

    assert_eq!(verify(&id, &secret).await, Ok(()));
    assert_eq!(
        verify(&format!(" {id}\n"), &format!("\t{secret} ")).await,
        Ok(())
    );
    env.mode(json!({"dead_token": "invalid_grant"})).await;
    assert_eq!(
        verify(&id, &secret).await,
        Ok(()),
        "in either answer's shape"
    );

    let code = |refused: Result<(), crate::Problem>| refused.expect_err("refused").cause;
    assert_eq!(
        code(verify(&id, "secret_wrong").await),
        Cause::ClientRejected
    );
    assert_eq!(
        code(verify("secret_wrong", &id).await),
        Cause::ClientSwapped
    );
    assert_eq!(
        code(verify("two words", &secret).await),
        Cause::InvalidInput {
            field: Field::ClientId
        }
    );
    env.fault(json!({"endpoint": "introspect", "times": 1, "status": 503}))
        .await;
    assert_eq!(
        code(verify(&id, &secret).await),
        Cause::NotionUnavailable { status: 503 }
    );
    assert_eq!(keyrack.clients().expect("the clients"), []);
    assert!(env.keyring.users().is_empty(), "nothing is kept");
}

#[tokio::test]
async fn a_saved_client_is_verified_with_the_secret_in_the_keyring() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    assert_eq!(keyrack.verify_saved_client(&client.id).await, Ok(()));
    env.renew_secret().await;
    let refused = keyrack.verify_saved_client(&client.id).await;
    assert_eq!(
        refused.expect_err("an old secret").cause,
        Cause::ClientRejected
    );
    env.keyring.behave(KeyringBehaviour::Locked);
    let refused = keyrack.verify_saved_client(&client.id).await;
    assert_eq!(refused.expect_err("locked").cause, Cause::KeyringLocked);
}
