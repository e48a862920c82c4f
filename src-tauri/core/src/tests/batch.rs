//! Many at once: refresh, revoke and forget of several connections or of all.

use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::domain::batch::{BatchAct, BatchEnd, BatchState};
use crate::domain::event::Event;
use crate::domain::kind::Kind;
use crate::domain::problem::Cause;
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use super::{REVOKE, TOKEN};
use crate::tests::env::TestEnv;

/// Two connections of two clients.
async fn two(env: &TestEnv, keyrack: &Arc<Keyrack>) -> [String; 2] {
    let mine = env.client(keyrack).await;
    let other = env.another_client(keyrack).await;
    [
        env.connect(keyrack, &mine).await,
        env.connect(keyrack, &other).await,
    ]
}

fn counts(end: &BatchEnd) -> (u32, u32, u32, u32) {
    let counts = &end.counts;
    (counts.total, counts.done, counts.succeeded, counts.failed)
}

#[tokio::test]
async fn all_are_refreshed_and_one_that_fails_is_named_with_its_reason() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let [dead, _] = two(&env, &keyrack).await;
    let bot = keyrack.store.connection(&dead).expect("a row").bot_id;
    env.revoke(&bot).await;
    let end = keyrack.begin_batch(BatchAct::Refresh, None).expect("begun");
    let end = end.await;
    assert_eq!(counts(&end), (2, 2, 1, 1));
    assert_eq!(end.counts.attention, 1);
    let [not_done] = end.not_done.as_slice() else {
        panic!("{end:?}")
    };
    assert_eq!(not_done.connection.id, dead);
    assert_eq!(not_done.problem.cause, Cause::RefreshRejected);
    assert_eq!(env.count(TOKEN).await, 4, "each token is sent once");
}

#[tokio::test]
async fn those_named_are_revoked_and_each_receipt_is_kept_until_it_was_read() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let [one, other] = two(&env, &keyrack).await;
    env.fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    let end = keyrack.begin_batch(BatchAct::Revoke, Some(&[one.clone(), other.clone()]));
    let end = end.expect("begun").await;
    assert_eq!(counts(&end), (2, 2, 1, 1));
    assert!(end.not_done[0].pending, "it is tried again by itself");
    let kinds: Vec<_> = end.receipts.iter().map(|receipt| receipt.kind).collect();
    assert_eq!(kinds, [Kind::Revoke]);
    let kept = keyrack.unacknowledged().ended_batches;
    assert_eq!(kept, [end]);
    keyrack.acknowledge();
    assert_eq!(
        keyrack.unacknowledged().ended_batches.len(),
        1,
        "it was not read"
    );
    keyrack.acknowledge_batch(BatchAct::Revoke);
    assert_eq!(keyrack.unacknowledged().ended_batches, []);
}

#[tokio::test]
async fn forgetting_asks_nobody_and_one_that_is_gone_is_counted_apart() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let [one, _] = two(&env, &keyrack).await;
    let asked = env.requests().await.len();
    let end = keyrack.begin_batch(BatchAct::Forget, None).expect("begun");
    keyrack.forget(&one).await.expect("forgotten");
    let end = end.await;
    assert_eq!(counts(&end), (1, 1, 1, 0));
    assert_eq!((end.gone, end.receipts.len()), (1, 1));
    assert_eq!(env.requests().await.len(), asked);
}

#[tokio::test]
async fn a_cancel_begins_no_further_one_and_says_how_many_are_untouched() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    two(&env, &keyrack).await;
    let end = keyrack.begin_batch(BatchAct::Revoke, None).expect("begun");
    keyrack.cancel_batch(BatchAct::Revoke);
    let [progress] = keyrack.batches().try_into().expect("one is under way");
    assert_eq!(progress.state, BatchState::Cancelling);
    let again = keyrack.begin_batch(BatchAct::Revoke, None).err();
    assert_eq!(again.expect("one at a time").cause, Cause::BatchUnderWay);
    let end = end.await;
    assert_eq!(end.counts.state, BatchState::Cancelled);
    assert_eq!(counts(&end), (2, 0, 0, 0));
    assert_eq!(env.count(REVOKE).await, 0);
    assert_eq!(keyrack.connections().expect("the list").len(), 2);
}

#[tokio::test]
async fn a_cancel_does_not_wait_for_the_end_of_a_pause() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let [one, _] = two(&env, &keyrack).await;
    env
        .fault(json!({"endpoint": "introspect", "times": 1, "status": 429, "headers": {"retry-after": "3000"}}))
        .await;
    keyrack.check(&one).await.expect("checked");
    let ids = [one];
    let end = keyrack.begin_batch(BatchAct::Revoke, Some(&ids));
    let end = tokio::spawn(end.expect("begun"));
    tokio::task::yield_now().await;
    let [progress] = keyrack.batches().try_into().expect("it waits");
    assert!(progress.paused_until.is_some());
    keyrack.cancel_batch(BatchAct::Revoke);
    let end = end.await.expect("no panic");
    assert_eq!(end.counts.state, BatchState::Cancelled);
    assert_eq!((end.counts.total, end.counts.done), (1, 0));
    assert_eq!(env.count(REVOKE).await, 0);
}

#[tokio::test]
async fn a_locked_keyring_ends_it_with_the_reason_and_every_row_left() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    two(&env, &keyrack).await;
    env.keyring.behave(KeyringBehaviour::Locked);
    let end = keyrack.begin_batch(BatchAct::Forget, None).expect("begun");
    let end = end.await;
    assert_eq!(end.counts.state, BatchState::Finished);
    assert_eq!((end.counts.succeeded, end.counts.total), (0, 2));
    assert!(
        end.not_done
            .iter()
            .all(|one| one.problem.cause == Cause::KeyringLocked)
    );
    assert_eq!(keyrack.connections().expect("the list").len(), 2);
}

#[tokio::test]
async fn progress_and_end_are_events() {
    let env = TestEnv::new().await;
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hear = heard.clone();
    let keyrack = env.start_with_listener(Box::new(move |event| {
        hear.lock().expect("events").push(event.clone());
    }));
    two(&env, &keyrack).await;
    let end = keyrack.begin_batch(BatchAct::Revoke, None).expect("begun");
    let end = end.await;
    let events = heard.lock().expect("events");
    let started = events
        .iter()
        .any(|event| matches!(event, Event::Batch(progress) if progress.total == 2));
    assert!(started, "{events:?}");
    let ends = events
        .iter()
        .filter(|event| matches!(event, Event::BatchEnded(it) if *it == end));
    assert_eq!(ends.count(), 1);
}
