//! Hand out: a token that Notion was asked about before.

use secrecy::ExposeSecret as _;

use crate::domain::hand_out::{Caller, Way};
use crate::tests::TOKEN;
use crate::tests::env::TestEnv;
use crate::tests::lease::access_token_dies;

#[tokio::test]
async fn a_fresh_token_that_died_is_refreshed_unless_another_process_has() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let dead = env.entry(&id);
    access_token_dies(&env, &keyrack, &id).await;
    let handed = keyrack.hand_out(&id, Way::Token, Caller::default(), true);
    let renewed = handed.await.expect("handed out").token;
    assert_eq!(env.count(TOKEN).await, 2, "the connect and one refresh");

    let alive = env.entry(&id);
    env.keyring.put(&id, &dead);
    let keyrack = env.start_during_an_act(&id, &alive).await;
    let handed = keyrack.hand_out(&id, Way::Token, Caller::default(), true);
    let token = handed.await.expect("handed out").token;
    assert!(token.expose_secret() == renewed.expose_secret());
    assert_eq!(env.count(TOKEN).await, 2, "nothing more to refresh");
}
