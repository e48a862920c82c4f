//! Refresh: new tokens in place, and lost replies.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::domain::act::Check;
use crate::domain::connection::{Status, Verdict};
use crate::domain::problem::Cause;
use crate::keyrack::Keyrack;
use crate::storage::store::CheckOutcome;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use crate::tests::env::TestEnv;
use crate::tests::lease::access_token_dies;

const TOKEN: &str = "/v1/oauth/token";

async fn connected() -> (TestEnv, Arc<Keyrack>, String) {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    (env, keyrack, id)
}

async fn pair(keyrack: &Keyrack, id: &str) -> (String, Option<String>) {
    let tokens = keyrack.vault.read_connection(id).await.expect("tokens");
    let refresh = tokens.refresh.map(|token| token.expose_secret().to_owned());
    (tokens.access.expose_secret().to_owned(), refresh)
}

fn status(keyrack: &Keyrack, id: &str) -> Status {
    keyrack.store.connection(id).expect("a row").status
}

#[tokio::test]
async fn new_tokens_replace_the_old_ones_in_place() {
    let (env, keyrack, id) = connected().await;
    let before = pair(&keyrack, &id).await;
    env.pass(1000);
    let refreshed = keyrack.refresh(&id).await.expect("refreshed");
    let after = pair(&keyrack, &id).await;
    assert_ne!(before.0, after.0);
    assert_ne!(before.1, after.1);
    assert_eq!(refreshed.status, Status::Active);
    assert_eq!(env.keyring.users().len(), 2, "still one entry");
    let checked = keyrack.check(&id).await.expect("checked");
    assert_eq!(checked.status, Status::Active, "the new token works");
}

#[tokio::test]
async fn refreshes_from_two_starts_come_one_after_the_other() {
    let (env, keyrack, id) = connected().await;
    let other = env.start();
    let (first, second) = tokio::join!(keyrack.refresh(&id), other.refresh(&id));
    first.expect("the first");
    second.expect("the second, with the first one's new token");
    assert_eq!(env.count(TOKEN).await, 3);
    let checked = keyrack.check(&id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
}

#[tokio::test]
async fn a_refused_refresh_token_needs_reconnecting_once_the_access_token_is_dead() {
    let (env, keyrack, id) = connected().await;
    let bot = keyrack.store.connection(&id).expect("a row").bot_id;
    env.revoke(&bot).await;
    let refused = keyrack.refresh(&id).await.expect_err("refused");
    assert_eq!(refused.cause, Cause::RefreshRejected);
    assert_eq!(status(&keyrack, &id), Status::NeedsReconnecting);
    assert_eq!(env.count(TOKEN).await, 2);
}

#[tokio::test]
async fn a_refused_client_or_an_answer_that_was_never_asked_for_changes_nothing() {
    let (env, keyrack, id) = connected().await;
    let before = pair(&keyrack, &id).await;
    let busy = json!({"object": "error", "status": 429, "code": "rate_limited", "message": "slow"});
    env.fault(json!({"endpoint": "token", "times": 1, "status": 429, "body": busy}))
        .await;
    let refused = keyrack.refresh(&id).await.expect_err("busy");
    assert_eq!(refused.cause, Cause::RateLimited);
    assert_eq!(status(&keyrack, &id), Status::Active);
    assert_eq!(pair(&keyrack, &id).await, before);
    keyrack.refresh(&id).await.expect("later it works");
}

#[tokio::test]
async fn a_lost_answer_is_unfinished_while_the_old_token_works_and_nothing_is_sent_twice() {
    let (env, keyrack, id) = connected().await;
    env.fault(json!({"endpoint": "token", "times": 1, "cut": "before"}))
        .await;
    for _ in 0..3 {
        let unfinished = keyrack.refresh(&id).await.expect_err("unfinished");
        assert_eq!(unfinished.cause.code(), "refresh-unfinished");
        assert_eq!(env.count(TOKEN).await, 2, "the connect and one refresh");
        assert_eq!(status(&keyrack, &id), Status::Active);
    }
}

#[tokio::test]
async fn a_lost_answer_that_ended_the_old_token_is_asked_for_once_more_and_then_never() {
    let (env, keyrack, id) = connected().await;
    env.fault(json!({"endpoint": "token", "times": 1, "cut": "after"}))
        .await;
    let refused = keyrack.refresh(&id).await.expect_err("rotated away");
    assert_eq!(refused.cause, Cause::RefreshRejected);
    assert_eq!(env.count(TOKEN).await, 3);
    assert_eq!(status(&keyrack, &id), Status::NeedsReconnecting);
    let again = keyrack.check(&id).await.expect("checked");
    assert_eq!(again.status, Status::NeedsReconnecting);

    let (env, keyrack, id) = connected().await;
    let bot = keyrack.store.connection(&id).expect("a row").bot_id;
    env.fault(json!({"endpoint": "token", "times": 2, "cut": "before"}))
        .await;
    env.revoke(&bot).await;
    let lost = keyrack.refresh(&id).await.expect_err("lost twice");
    assert_eq!(lost.cause.code(), "refresh-lost");
    let row = keyrack.store.connection(&id).expect("a row");
    assert_eq!(row.problem.map(|why| why.cause), Some(lost.cause));
    keyrack.refresh(&id).await.expect_err("never a third time");
    assert_eq!(env.count(TOKEN).await, 3);
    assert_eq!(status(&keyrack, &id), Status::NeedsReconnecting);
}

#[tokio::test]
async fn a_start_goes_on_with_a_refresh_whose_process_ended() {
    let (env, keyrack, id) = connected().await;
    env.fault(json!({"endpoint": "token", "times": 1, "cut": "before"}))
        .await;
    keyrack.refresh(&id).await.expect_err("unfinished");
    let bot = keyrack.store.connection(&id).expect("a row").bot_id;
    drop(keyrack);

    env.revoke(&bot).await;
    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    assert_eq!(env.count(TOKEN).await, 3, "once more, and refused");
    assert_eq!(status(&keyrack, &id), Status::NeedsReconnecting);
    drop(keyrack);
    let keyrack = env.start();
    keyrack.recover().await.expect("nothing is left");
    assert_eq!(env.count(TOKEN).await, 3);
}

#[tokio::test]
async fn a_new_pair_in_the_vault_is_found_by_the_next_start() {
    let (env, keyrack, id) = connected().await;
    env.fault(json!({"endpoint": "token", "times": 1, "cut": "before"}))
        .await;
    keyrack.refresh(&id).await.expect_err("unfinished");
    // As if the process had ended right after the write: the entry holds another pair.
    let mut tokens = keyrack.vault.read_connection(&id).await.expect("tokens");
    tokens.access = "another".into();
    let payload = crate::storage::vault::Payload::Connection(tokens);
    keyrack.vault.write(&payload).await.expect("written");
    drop(keyrack);
    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    assert_eq!(env.count(TOKEN).await, 2, "nothing is sent");
    let unfinished = keyrack.store.unfinished_refresh(&id).expect("asked");
    assert_eq!(unfinished, None);
}

#[tokio::test]
async fn what_a_check_learned_of_the_old_token_does_not_count_against_the_new_one() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let before = keyrack.store.connection(&id).expect("a row");
    let check = keyrack.begin(Check::of(&before)).expect("begun");
    env.pass(1_000);
    keyrack.refresh(&id).await.expect("refreshed");
    let dead = CheckOutcome::Verdict(Verdict::Inactive, None);
    keyrack
        .store
        .save_check(&check.done(keyrack.now()), &before, &dead, None)
        .expect("saved");
    let row = keyrack.store.connection(&id).expect("a row");
    assert_eq!(row.status, Status::Active);
    let undone = keyrack.store.unfinished_operations().expect("operations");
    assert!(undone.is_empty(), "the check is over all the same");
}

/// Has Notion take its time with a refresh, and `fault` with the revocations after it.
async fn slow_refresh_then(env: &TestEnv, mut fault: Value) {
    env.fault(json!({"endpoint": "token", "times": 1, "delay_ms": 1_000}))
        .await;
    fault["endpoint"] = "revoke".into();
    fault["times"] = 2.into();
    env.fault(fault).await;
}

/// Waits for the refresh that follows the connect.
async fn refresh_is_sent(env: &TestEnv) {
    while env.count(TOKEN).await < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn another_process_s_forget_waits_for_the_refresh_and_takes_the_new_tokens_too() {
    let (env, keyrack, id) = connected().await;
    slow_refresh_then(&env, json!({})).await;
    let elsewhere = env.start();
    let forgotten = async {
        refresh_is_sent(&env).await;
        elsewhere.forget(&id).await.expect("forgotten")
    };
    let (refreshed, receipt) = tokio::join!(keyrack.refresh(&id), forgotten);
    let gone = refreshed.map_err(|problem| problem.cause);
    assert!(
        matches!(gone, Ok(_) | Err(Cause::ConnectionGone)),
        "{gone:?}"
    );
    assert!(receipt.revoked_at.is_none(), "Notion was not asked");
    assert!(
        !env.keyring.users().contains(&id),
        "no tokens are left here"
    );
    let kept = keyrack.receipts().expect("receipts");
    assert_eq!(kept, [receipt]);
}

#[tokio::test]
async fn new_tokens_that_cannot_be_kept_are_said_to_be_ended_or_to_remain() {
    for (revoking, expected) in [
        (json!({}), "refresh-not-saved"),
        (json!({"cut": "before"}), "refresh-tokens-remain"),
    ] {
        let (env, keyrack, id) = connected().await;
        slow_refresh_then(&env, revoking).await;
        let full = async {
            refresh_is_sent(&env).await;
            env.keyring.behave(KeyringBehaviour::Full);
            env.keyring.writes()
        };
        let (refreshed, writes) = tokio::join!(keyrack.refresh(&id), full);
        assert_eq!(refreshed.expect_err("not kept").cause.code(), expected);
        assert_eq!(
            env.keyring.writes(),
            writes + 3,
            "one write, over three connections"
        );
    }
}

#[tokio::test]
async fn new_tokens_wait_for_a_keyring_that_locked_meanwhile() {
    let (env, keyrack, id) = connected().await;
    env.keyring.behave(KeyringBehaviour::LockedForTokens);
    let before = env.keyring.writes();
    let unlocked = async {
        // The first write is the probe's.
        while env.keyring.writes() < before + 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        env.keyring.behave(KeyringBehaviour::Normal);
    };
    let (refreshed, ()) = tokio::join!(keyrack.refresh(&id), unlocked);
    refreshed.expect("refreshed");
    let checked = keyrack.check(&id).await.expect("checked");
    assert_eq!(checked.status, Status::Active, "the new token is kept");
}

#[tokio::test]
async fn a_locked_keyring_ends_a_refresh_that_sent_nothing_and_no_other() {
    let (env, keyrack, id) = connected().await;
    let unfinished = || keyrack.store.unfinished_refresh(&id).expect("asked");
    env.keyring.behave(KeyringBehaviour::Locked);
    let refused = keyrack.refresh(&id).await.expect_err("locked");
    assert_eq!(refused.cause, Cause::KeyringLocked);
    assert_eq!(unfinished(), None);

    env.keyring.behave(KeyringBehaviour::Normal);
    env.fault(json!({"endpoint": "token", "times": 1, "cut": "before"}))
        .await;
    keyrack.refresh(&id).await.expect_err("unfinished");
    env.keyring.behave(KeyringBehaviour::Locked);
    let locked = keyrack.refresh(&id).await.expect_err("still unfinished");
    let why = Box::new(Cause::KeyringLocked);
    assert_eq!(locked.cause, Cause::RefreshUnfinished { why });
    assert!(unfinished().is_some());
}

#[tokio::test]
async fn a_process_that_ends_during_the_second_try_leaves_no_third() {
    let (env, keyrack, id) = connected().await;
    access_token_dies(&env, &keyrack, &id).await;
    env.fault(json!({"endpoint": "token", "times": 1, "cut": "before"}))
        .await;
    env.fault(json!({"endpoint": "token", "times": 1, "delay_ms": 60_000}))
        .await;
    let sent_twice = async {
        while env.count(TOKEN).await < 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        refreshed = keyrack.refresh(&id) => panic!("there was a reply: {refreshed:?}"),
        () = sent_twice => {}
    }
    let lost = keyrack.refresh(&id).await.expect_err("lost twice");
    assert_eq!(lost.cause.code(), "refresh-lost");
    assert_eq!(env.count(TOKEN).await, 3);
    assert_eq!(status(&keyrack, &id), Status::NeedsReconnecting);
}

#[tokio::test]
async fn a_second_try_that_notion_had_no_time_for_does_not_count_and_one_it_lost_does() {
    for (reply, expected) in [(429, "refresh-unfinished"), (503, "refresh-lost")] {
        let (env, keyrack, id) = connected().await;
        access_token_dies(&env, &keyrack, &id).await;
        env.fault(json!({"endpoint": "token", "times": 1, "cut": "before"}))
            .await;
        env.fault(json!({"endpoint": "token", "times": 1, "status": reply}))
            .await;
        let problem = keyrack.refresh(&id).await.expect_err("no new tokens");
        assert_eq!(problem.cause.code(), expected);
        assert_eq!(env.count(TOKEN).await, 3);
        if reply == 429 {
            keyrack.refresh(&id).await.expect("later it works");
        } else {
            let why = Box::new(Cause::AnswerLost);
            assert_eq!(problem.cause, Cause::RefreshLost { why });
        }
    }
}
