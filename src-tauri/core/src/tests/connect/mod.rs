//! Connect: a workspace, a reconnect, a locked keyring, and callbacks that come too late.

mod forged;
mod localhost;
mod other_workspace;
pub(super) mod recover;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::domain::authorization::{LIFETIME, Progress};
use crate::domain::connection::Status;
use crate::domain::event::Event;
use crate::domain::problem::Cause;
use crate::storage::vault::keyring::tests::KeyringBehaviour;
use crate::tests::env::{self, TestEnv, run_ahead};
use crate::tests::{REVOKE, TOKEN};

const INTROSPECT: &str = "/v1/oauth/introspect";

/// Makes a connection's entry one of another client or bot: `whose` is `client` or `bot_id`.
fn holds_another(env: &TestEnv, id: &str, whose: &str) {
    let mut entry: Value = serde_json::from_str(&env.entry(id)).expect("JSON");
    entry[whose] = "another".into();
    env.keyring.put(id, &entry.to_string());
}

/// Waits until something has happened that takes some moments.
pub(super) async fn in_time(happened: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if happened() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not happen");
}

#[tokio::test]
async fn the_same_bot_connected_again_is_one_row_and_one_entry_with_the_new_tokens() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let first = env.connect(&keyrack, &client).await;
    let before = keyrack.vault.read_connection(&first).await.expect("tokens");
    let second = env.connect(&keyrack, &client).await;
    let after = keyrack
        .vault
        .read_connection(&second)
        .await
        .expect("tokens");
    assert_eq!(first, second);
    assert_ne!(before.access.expose_secret(), after.access.expose_secret());
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
    assert_eq!(
        env.keyring.users().len(),
        2,
        "the client and the connection"
    );
}

#[tokio::test]
async fn a_reconnect_says_whether_an_earlier_token_works_that_is_another_one() {
    for (second_consent, works, asked) in [
        ("fresh_pair", true, 1),
        ("replaces", false, 1),
        ("same_pair", false, 0),
    ] {
        let (env, keyrack, client) = TestEnv::with_client().await;
        env.mode(json!({ "second_consent": second_consent })).await;
        env.connect(&keyrack, &client).await;
        let (_, callback) = env.callback(&keyrack, &client).await;
        let ended = keyrack.accept(callback.as_bytes()).await.expect("taken");
        let Progress::Completed { earlier_works, .. } = ended.progress else {
            panic!("not connected: {ended:?}")
        };
        assert_eq!(earlier_works, works, "{second_consent}");
        assert_eq!(env.count(INTROSPECT).await, asked, "{second_consent}");
    }
}

#[tokio::test]
async fn two_clients_in_one_workspace_live_side_by_side_and_take_no_answer_of_the_other() {
    let (env, keyrack, mine) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    let first = env.connect(&keyrack, &mine).await;
    let second = env.connect(&keyrack, &other).await;
    assert_ne!(first, second);
    let rows = keyrack.connections().expect("the list");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].workspace_id, rows[1].workspace_id);
    for id in [&first, &second] {
        let checked = keyrack.check(id).await.expect("checked");
        assert_eq!(checked.status, Status::Active);
    }

    let (_, to_mine) = env.callback(&keyrack, &mine).await;
    let (_, to_other) = env.callback(&keyrack, &other).await;
    let code = |callback: &str| {
        let (_, rest) = callback.split_once("code=").expect("a code");
        rest.split('&').next().expect("a code").to_owned()
    };
    let (a, b) = (code(&to_mine), code(&to_other));
    for swapped in [to_mine.replace(&a, &b), to_other.replace(&b, &a)] {
        let ended = keyrack.accept(swapped.as_bytes()).await.expect("taken");
        let Progress::Failed { problem } = ended.progress else {
            panic!("connected with the other's code: {ended:?}");
        };
        assert_eq!(problem.cause, Cause::GrantRejected);
    }
    let rows = keyrack.connections().expect("the list");
    assert!(rows.iter().all(|row| row.status == Status::Active));

    keyrack.revoke(&first).await.expect("revoked");
    let kept = keyrack.check(&second).await.expect("checked");
    assert_eq!(
        kept.status,
        Status::Active,
        "the other client's is untouched"
    );
}

#[tokio::test]
async fn an_answer_that_finds_the_keyring_locked_is_parked_and_costs_nothing_until_it_is_open() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (id, callback) = env.callback(&keyrack, &client).await;
    env.keyring.behave(KeyringBehaviour::Locked);
    let parked = keyrack.accept(callback.as_bytes()).await.expect("taken");
    assert!(
        matches!(parked.progress, Progress::AwaitingKeyring { .. }),
        "{parked:?}"
    );
    assert_eq!(env.count(TOKEN).await, 0);
    env.keyring.behave(KeyringBehaviour::Normal);
    let ended = keyrack
        .continue_authorization(&id)
        .await
        .expect("completed");
    assert!(
        matches!(ended.progress, Progress::Completed { .. }),
        "{ended:?}"
    );
    assert_eq!(env.count(TOKEN).await, 1);
}

#[tokio::test]
async fn a_callback_is_taken_within_ten_minutes_whatever_the_clock_says() {
    const A_YEAR: i64 = 366 * 24 * 3_600_000;
    let (env, keyrack, client) = TestEnv::with_client().await;
    for set in [0, A_YEAR, -A_YEAR] {
        let (_, callback) = env.callback(&keyrack, &client).await;
        env.set_clock(set);
        env.pass(10 * 60_000);
        let refused = keyrack.accept(callback.as_bytes()).await;
        let refused = refused.expect_err("too late");
        assert_eq!(refused.cause, Cause::LinkExpired, "{set} ms");
    }
    assert_eq!(env.count(TOKEN).await, 0);
    for set in [A_YEAR, -A_YEAR] {
        let (id, callback) = env.callback(&keyrack, &client).await;
        env.set_clock(set);
        env.pass(10 * 60_000 - 1);
        // The watch over it looks at the clock, too.
        run_ahead(Duration::from_secs(5)).await;
        let waiting = keyrack.authorization(&id).expect("an authorization");
        assert_eq!(waiting.progress, Progress::Waiting, "{set} ms");
        let ended = keyrack.accept(callback.as_bytes()).await.expect("in time");
        let connected = matches!(ended.progress, Progress::Completed { .. });
        assert!(connected, "{set} ms: {ended:?}");
    }
}

#[tokio::test]
async fn tokens_that_the_keyring_refuses_are_revoked_when_the_person_gives_up() {
    let env = TestEnv::new().await;
    let (keyrack, id, exchanging) = env.tokens_meet_a_locked_keyring().await;
    assert!(keyrack.is_busy(), "these tokens would be lost");
    keyrack.cancel_authorization(&id).expect("cancelled");
    let ended = exchanging.await.expect("no panic");
    assert_eq!(ended.progress, Progress::Cancelled);
    assert_eq!(
        env.count(REVOKE).await,
        2,
        "the access and the refresh token"
    );
    assert!(keyrack.connections().expect("the list").is_empty());
}

#[tokio::test]
async fn tokens_that_wait_for_the_keyring_are_kept_once_it_is_open() {
    let env = TestEnv::new().await;
    let (keyrack, id, exchanging) = env.tokens_meet_a_locked_keyring().await;
    env.keyring.behave(KeyringBehaviour::Normal);
    keyrack
        .continue_authorization(&id)
        .await
        .expect("tried again");
    let ended = exchanging.await.expect("no panic");
    assert!(
        matches!(ended.progress, Progress::Completed { .. }),
        "{ended:?}"
    );
    assert_eq!(env.count(REVOKE).await, 0);
    assert!(!keyrack.is_busy());
}

#[tokio::test]
async fn tokens_that_wait_for_an_earlier_write_without_end_are_revoked_when_the_person_gives_up() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let connected = env.connect(&keyrack, &client).await;
    let bot = keyrack.store.connection(&connected).expect("a row").bot_id;
    let _hanging = keyrack.locks.lock_bot(&client.id, &bot).await;
    let (id, callback) = env.callback(&keyrack, &client).await;
    let exchanging = tokio::spawn(keyrack.take_callback(callback.as_bytes()).expect("taken"));
    env::until(&keyrack, &id, |progress| *progress == Progress::Exchanging).await;
    keyrack.cancel_authorization(&id).expect("cancelled");
    let ended = exchanging.await.expect("no panic");
    assert_eq!(ended.progress, Progress::Cancelled);
    assert_eq!(env.count(REVOKE).await, 2, "the new tokens");
    assert!(!keyrack.is_busy());
    let row = keyrack.store.connection(&connected).expect("a row");
    assert_eq!(row.status, Status::NotChecked);
}

#[tokio::test]
async fn a_callback_of_the_system_goes_to_its_end_and_what_comes_of_none_is_told() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    drop(keyrack);
    let told = Arc::new(Mutex::new(Vec::new()));
    let keyrack = env.start_with_listener({
        let told = told.clone();
        Box::new(move |event| {
            if let Event::CallbackRefused(problem) = event {
                told.lock().expect("a list").push(problem.cause.clone());
            }
        })
    });
    let (id, callback) = env.callback(&keyrack, &client).await;
    keyrack.deliver_callback(&callback).await;
    let progress = keyrack.authorization(&id).expect("known").progress;
    assert!(
        matches!(progress, Progress::Completed { .. }),
        "{progress:?}"
    );
    assert_eq!(told.lock().expect("a list")[..], []);

    keyrack.deliver_callback(&callback).await;
    keyrack.refuse_callbacks(Cause::AppLinkSilent.into());
    assert_eq!(
        told.lock().expect("a list")[..],
        [Cause::LinkHandled, Cause::AppLinkSilent]
    );
}

#[tokio::test]
async fn a_denial_is_told_from_a_failure_at_notion_and_the_time_of_both_ends() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    for (error, denied) in [("access_denied", true), ("server_error", false)] {
        let (id, callback) = env.callback(&keyrack, &client).await;
        let begun = keyrack.authorization(&id).expect("known");
        assert!(!keyrack.is_over(&begun));
        let (before, rest) = callback.split_once("code=").expect("a code");
        let (_, rest) = rest.split_once('&').expect("a state");
        let refused = format!("{before}error={error}&{rest}");
        let ended = keyrack.accept(refused.as_bytes()).await.expect("taken");
        match ended.progress {
            Progress::Denied => assert!(denied, "{error}"),
            Progress::Failed { problem } => {
                let detail = error.to_owned();
                assert_eq!(problem.cause, Cause::AuthorizationRefused { detail });
            }
            other => panic!("{other:?}"),
        }
        env.pass(LIFETIME.as_millis().try_into().expect("minutes"));
        run_ahead(LIFETIME).await;
        assert!(keyrack.is_over(&begun), "{error}");
    }
    assert_eq!(env.count(TOKEN).await, 0);
}

#[tokio::test]
async fn a_pair_that_the_keyring_has_no_room_for_is_ended_and_told() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.keyring.behave(KeyringBehaviour::Small);
    env.mode(json!({ "token_length": 1_500 })).await;
    let (_, callback) = env.callback(&keyrack, &client).await;
    let ended = keyrack.accept(callback.as_bytes()).await.expect("taken");
    let why = Box::new(Cause::KeyringTooLarge);
    assert_eq!(
        ended.progress.problem().expect("it failed").cause,
        Cause::GrantEnded { why }
    );
    assert_eq!(env.count(REVOKE).await, 2, "both tokens");
    assert!(keyrack.connections().expect("the list").is_empty());
    assert_eq!(env.keyring.users().len(), 1, "the client alone");
}

#[tokio::test]
async fn a_refreshed_pair_that_the_keyring_has_no_room_for_is_ended_and_told() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    env.keyring.behave(KeyringBehaviour::Small);
    env.mode(json!({ "token_length": 1_500 })).await;
    let refused = keyrack.refresh(&id).await.expect_err("no room");
    let why = Box::new(Cause::KeyringTooLarge);
    assert_eq!(refused.cause, Cause::RefreshNotSaved { why });
}

#[tokio::test]
async fn an_entry_with_anothers_tokens_is_named_and_not_replaced() {
    for whose in ["client", "bot_id"] {
        let (env, keyrack, client) = TestEnv::with_client().await;
        let id = env.connect(&keyrack, &client).await;
        holds_another(&env, &id, whose);
        let before = env.keyring.entries();
        let (_, callback) = env.callback(&keyrack, &client).await;
        let ended = keyrack.accept(callback.as_bytes()).await.expect("taken");
        let why = Box::new(Cause::ConnectionAltered);
        assert_eq!(
            ended.progress.problem().expect("it failed").cause,
            Cause::GrantEnded { why }
        );
        assert_eq!(env.count(REVOKE).await, 2, "the new tokens");
        // Not by their texts, which a failure would print.
        assert!(env.keyring.entries() == before, "an entry has changed");
    }
}

#[tokio::test]
async fn a_reconnect_that_the_keyring_has_no_room_for_leaves_the_earlier_tokens() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let before = env.keyring.entries();
    env.keyring.behave(KeyringBehaviour::Small);
    env.mode(json!({ "token_length": 1_500 })).await;
    let (_, callback) = env.callback(&keyrack, &client).await;
    let ended = keyrack.accept(callback.as_bytes()).await.expect("taken");
    let why = Box::new(Cause::KeyringTooLarge);
    assert_eq!(
        ended.progress.problem().expect("it failed").cause,
        Cause::GrantEnded { why }
    );
    assert_eq!(env.count(REVOKE).await, 2, "the new tokens");
    // Not by their texts, which a failure would print.
    assert!(env.keyring.entries() == before, "an entry has changed");
    let unfinished = keyrack.store.unfinished_operations().expect("operations");
    assert_eq!(unfinished, []);
    let row = keyrack.store.connection(&id).expect("a row");
    assert_eq!(row.status, Status::NotChecked);
}

#[tokio::test]
async fn a_reconnect_that_is_given_up_while_the_keyring_writes_gives_the_earlier_tokens_back() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let connected = env.connect(&keyrack, &client).await;
    let before = env.keyring.entries();
    let (id, callback) = env.callback(&keyrack, &client).await;
    env.keyring.behave(KeyringBehaviour::LockedForTokens);
    let exchanging = tokio::spawn(keyrack.take_callback(callback.as_bytes()).expect("taken"));
    env::until(&keyrack, &id, |progress| {
        matches!(progress, Progress::AwaitingKeyring { .. })
    })
    .await;
    env.keyring.behave(KeyringBehaviour::Normal);
    env.keyring.hang();
    keyrack
        .continue_authorization(&id)
        .await
        .expect("tried again");
    in_time(|| env.keyring.waits() > 0).await;
    keyrack.cancel_authorization(&id).expect("cancelled");
    let ended = exchanging.await.expect("no panic");
    assert_eq!(ended.progress, Progress::Cancelled);
    let unfinished = || keyrack.store.unfinished_operations().expect("operations");
    assert_eq!(unfinished().len(), 1, "the write is under way");

    let writes = env.keyring.writes();
    env.keyring.release();
    in_time(|| !keyrack.is_busy()).await;
    assert_eq!(env.keyring.writes() - writes, 2, "the new and the earlier");
    // Not by their texts, which a failure would print.
    assert!(env.keyring.entries() == before, "an entry has changed");
    assert_eq!(unfinished(), []);
    let row = keyrack.check(&connected).await.expect("checked");
    assert_eq!(row.status, Status::Active);
}
