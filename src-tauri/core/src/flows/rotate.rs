//! A renewed client secret: what the connections say meanwhile, and what heals them.

use crate::connection::Status;
use crate::problem::ProblemCode;

use super::outside::Outside;

#[tokio::test]
async fn a_renewed_secret_keeps_the_verdicts_and_the_new_one_heals_the_connections() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let id = outside.connect(&keyrack, &client).await;
    let verdict = keyrack.check(&id).await.expect("checked").checked_at;
    let renewed = outside.renew_secret().await;

    outside.pass(60_000);
    let unknown = keyrack.check(&id).await.expect("checked");
    assert_eq!(unknown.status, Status::CannotCheck);
    assert_eq!(unknown.last_status, Some(Status::Active));
    assert_eq!(unknown.checked_at, verdict, "the last verdict stays");
    let why = unknown.problem.expect("why").code;
    assert_eq!(why, ProblemCode::ClientRejected);

    for (wrong, code) in [
        ("secret_wrong", ProblemCode::ClientRejected),
        ("two words", ProblemCode::InvalidInput),
    ] {
        let refused = keyrack
            .replace_client_secret(&client.id, wrong.into())
            .await
            .err()
            .expect("refused");
        assert_eq!(refused.code, code);
    }
    keyrack
        .replace_client_secret(&client.id, format!(" {renewed}\n").into())
        .await
        .expect("replaced")
        .await;
    let healed = keyrack.store.connection(&id).expect("a row");
    assert_eq!(healed.status, Status::Active);
    assert!(healed.checked_at > verdict, "checked with the new secret");
    assert_eq!(outside.keyring.users().len(), 2, "still one entry each");
}

#[tokio::test]
async fn a_keyring_that_refuses_keeps_the_old_secret() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let id = outside.connect(&keyrack, &client).await;
    let secret = outside.credentials().1;
    outside.keyring.set_locked(true);
    let refused = keyrack
        .replace_client_secret(&client.id, secret.into())
        .await
        .err()
        .expect("locked");
    assert_eq!(refused.code, ProblemCode::KeyringLocked);
    outside.keyring.set_locked(false);
    let checked = keyrack.check(&id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
}
