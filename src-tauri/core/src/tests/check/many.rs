//! A check of all connections over real sockets: the results and the events.

use serde_json::json;

use crate::domain::batch::{BatchAct, BatchState};
use crate::domain::connection::Status;
use crate::domain::problem::Cause;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use crate::tests::env::TestEnv;

const INTROSPECT: &str = "/v1/oauth/introspect";

#[tokio::test]
async fn each_connection_is_checked_once_and_counted_for_what_it_came_to() {
    let (env, keyrack, mine) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    let dead = env.connect(&keyrack, &mine).await;
    let alive = env.connect(&keyrack, &other).await;
    let bot = keyrack.store.connection(&dead).expect("a row").bot_id;
    env.revoke(&bot).await;

    let ended = keyrack
        .begin_batch(BatchAct::Check, None)
        .expect("begun")
        .await
        .counts;
    assert_eq!(ended.state, BatchState::Finished);
    assert_eq!((ended.total, ended.done), (2, 2));
    assert_eq!((ended.succeeded, ended.attention, ended.failed), (1, 1, 0));
    assert_eq!((ended.left, ended.paused_until), (None, None));
    let status = |id: &str| keyrack.store.connection(id).expect("a row").status;
    assert_eq!(
        [status(&dead), status(&alive)],
        [Status::Inactive, Status::Active]
    );
    assert_eq!(env.count(INTROSPECT).await, 2);
    assert_eq!(keyrack.batches(), []);

    env.keyring.behave(KeyringBehaviour::Locked);
    let ended = keyrack
        .begin_batch(BatchAct::Check, None)
        .expect("begun")
        .await
        .counts;
    assert_eq!((ended.done, ended.failed), (2, 2), "nothing is proven");
    assert_eq!(env.count(INTROSPECT).await, 2);
}

#[tokio::test]
async fn only_those_that_are_named_are_checked() {
    let (env, keyrack, mine) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    let left = env.connect(&keyrack, &mine).await;
    let named = env.connect(&keyrack, &other).await;
    let before = keyrack.store.connection(&left).expect("a row").checked_at;
    env.pass(1_000);
    let ids = [named.clone(), "one that is gone".to_owned()];
    let ended = keyrack
        .begin_batch(BatchAct::Check, Some(&ids))
        .expect("begun")
        .await
        .counts;
    assert_eq!((ended.total, ended.done, ended.succeeded), (1, 1, 1));
    let checked_at = |id: &str| keyrack.store.connection(id).expect("a row").checked_at;
    assert_eq!(checked_at(&left), before);
    assert_eq!(checked_at(&named), Some(env.now()));
}

#[tokio::test]
async fn one_process_checks_all_and_another_is_told_so() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.connect(&keyrack, &client).await;
    let other = env.start();
    let running = keyrack.begin_batch(BatchAct::Check, None).expect("begun");
    let refused = other
        .begin_batch(BatchAct::Check, None)
        .err()
        .expect("the first one does it");
    assert_eq!(refused.cause, Cause::AlreadyChecking);
    let again = keyrack.begin_batch(BatchAct::Check, None).err();
    assert_eq!(again.expect("the same one").cause, Cause::AlreadyChecking);
    assert_eq!(running.await.counts.done, 1);
    let free = other
        .begin_batch(BatchAct::Check, None)
        .expect("free again");
    assert_eq!(free.await.counts.done, 1);
    assert_eq!(env.count(INTROSPECT).await, 2);
}

#[tokio::test]
async fn a_pause_that_notion_asks_for_is_waited_out_and_costs_no_verdict() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    env
        .fault(json!({"endpoint": "introspect", "times": 1, "status": 429, "headers": {"retry-after": "1"}}))
        .await;
    let ended = keyrack
        .begin_batch(BatchAct::Check, None)
        .expect("begun")
        .await
        .counts;
    assert_eq!((ended.done, ended.succeeded), (1, 1));
    assert_eq!(env.count(INTROSPECT).await, 2);

    // Longer than a single check waits: it fails at once, and so does the next.
    env
        .fault(json!({"endpoint": "introspect", "times": 1, "status": 429, "headers": {"retry-after": "3000"}}))
        .await;
    for _ in 0..2 {
        let checked = keyrack.check(&id).await.expect("checked");
        assert_eq!(checked.last_status, Some(Status::Active));
        let why = checked.problem.expect("why");
        assert_eq!(why.cause, Cause::RateLimited);
        assert!(why.retry_after > Some(2_900), "{why:?}");
    }
    assert_eq!(env.count(INTROSPECT).await, 3, "nothing in a pause");
}

#[tokio::test]
async fn a_check_that_waits_out_a_pause_holds_up_nothing_and_overwrites_nothing_newer() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let bot = keyrack.store.connection(&id).expect("a row").bot_id;
    env.revoke(&bot).await;
    env
        .fault(json!({"endpoint": "introspect", "times": 1, "status": 429, "headers": {"retry-after": "2"}}))
        .await;
    let checking = tokio::spawn(keyrack.begin_batch(BatchAct::Check, None).expect("begun"));
    while env.count(INTROSPECT).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    // Reconnected while the check of the dead token waits.
    env.pass(1_000);
    env.connect(&keyrack, &client).await;
    checking.await.expect("no panic");
    let row = keyrack.store.connection(&id).expect("a row");
    assert_eq!(row.status, Status::Active, "the newer evidence stays");

    env
        .fault(json!({"endpoint": "introspect", "times": 1, "status": 429, "headers": {"retry-after": "3000"}}))
        .await;
    let asked = env.count(INTROSPECT).await;
    let waiting = tokio::spawn(keyrack.begin_batch(BatchAct::Check, None).expect("begun"));
    while env.count(INTROSPECT).await == asked {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    keyrack.cancel_batch(BatchAct::Check);
    waiting.await.expect("no panic");
    keyrack.forget(&id).await.expect("nothing holds it up");
}

#[tokio::test]
async fn a_locked_keyring_ends_it_at_the_first_connection() {
    let (env, keyrack, mine) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    for client in [&mine, &other] {
        env.connect(&keyrack, client).await;
    }
    env.keyring.behave(KeyringBehaviour::Locked);
    let ended = keyrack
        .begin_batch(BatchAct::Check, None)
        .expect("begun")
        .await
        .counts;
    assert_eq!((ended.state, ended.failed), (BatchState::Finished, 2));
}

#[tokio::test]
async fn while_notion_wants_a_long_pause_nobody_is_sent_to_the_browser() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    env
        .fault(json!({"endpoint": "introspect", "times": 1, "status": 429, "headers": {"retry-after": "3000"}}))
        .await;
    keyrack.check(&id).await.expect("checked");
    let opened = env.opened();
    let refused = keyrack.begin_authorization(&client.id).await;
    let why = refused.expect_err("a pause");
    assert_eq!(why.cause, Cause::RateLimited);
    assert!(why.retry_after > Some(2_900), "{why:?}");
    assert_eq!(env.opened(), opened);
}

#[tokio::test]
async fn the_check_counts_what_needs_attention_as_the_list_does() {
    let (env, keyrack, mine) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    let dead = env.connect(&keyrack, &mine).await;
    let alive = env.connect(&keyrack, &other).await;
    let bot = keyrack.store.connection(&dead).expect("a row").bot_id;
    env.revoke(&bot).await;
    let in_list = || {
        let rows = keyrack.connections().expect("the list");
        let needing = rows.iter().filter(|row| row.needs_attention).count();
        let head = keyrack.store.head(10).expect("the head").connections;
        let first = head.iter().take_while(|row| row.needs_attention).count();
        assert_eq!(needing, first, "those that need attention stand first");
        u32::try_from(needing).expect("few")
    };

    let ended = keyrack
        .begin_batch(BatchAct::Check, None)
        .expect("begun")
        .await
        .counts;
    assert_eq!((ended.attention, in_list()), (1, 1));

    // Neither can be checked now: the one known to be dead still needs the person, the other does not.
    let page = json!({"content-type": "text/html"});
    env.fault(json!({"endpoint": "introspect", "times": 2, "headers": page, "body": "{}"}))
        .await;
    let ended = keyrack
        .begin_batch(BatchAct::Check, None)
        .expect("begun")
        .await
        .counts;
    let row = |id: &str| keyrack.store.connection(id).expect("a row");
    assert_eq!(row(&alive).status, Status::CannotCheck);
    assert_eq!(row(&dead).status, Status::CannotCheck);
    assert_eq!((ended.done, ended.failed), (2, 2));
    assert_eq!((ended.attention, in_list()), (1, 1));
}
