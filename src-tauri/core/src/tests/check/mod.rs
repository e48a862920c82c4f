//! Check: one connection, many, and in the background.

mod background;
mod many;
mod paced;
mod schedule;

use crate::domain::problem::Cause;
use crate::tests::env::TestEnv;

#[tokio::test]
async fn a_token_that_died_after_a_newer_consent_is_told_apart() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let older = env.connect(&keyrack, &client).await;
    let row = keyrack.store.connection(&older).expect("a row");
    env.revoke(&row.bot_id).await;
    let dead = keyrack.check(&older).await.expect("checked");
    let code = |row: crate::Connection| row.problem.map(|why| why.cause);
    assert_eq!(code(dead), Some(Cause::TokenInactive));

    // Another bot of the same client in the same workspace, as Notion may give to another person.
    let db =
        rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("the database");
    db.execute(
        "INSERT INTO connections (id, client, bot_id, workspace_id, workspace_name, owner, has_refresh_token, connected_at)
         SELECT 'newer', client, 'another', workspace_id, workspace_name, owner, 0, connected_at + 1 FROM connections",
        [],
    )
    .expect("added");
    let dead = keyrack.check(&older).await.expect("checked");
    assert_eq!(code(dead), Some(Cause::TokenSuperseded));
}
