//! What the store answers where two acts meet, of which one was faster, and what counts as a change.

use crate::domain::act::HandOut;
use crate::domain::authorization::Progress;
use crate::domain::hand_out::{Caller, HandedTo, LeaseUse, Way};
use crate::domain::operation::Operation;
use crate::domain::problem::Cause;
use crate::domain::time::Millis;
use crate::storage::store::{Store, Taken};
use crate::tests::env::TestEnv;

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn an_authorization_is_moved_on_once() {
    let env = TestEnv::with_consent_page().await;
    let keyrack = env.start();
    let client = env.client(&keyrack).await;
    let store = &keyrack.store;
    let begun = keyrack.begin_authorization(&client.id).await;
    let id = begun.expect("begun").id;
    let progress = || store.authorization(&id).expect("a row").progress;
    let unlocked = || store.leave_awaiting_keyring(&id, &Progress::Saving);
    let cancelled = || store.end_waiting(&id, &Progress::Cancelled);

    assert!(!unlocked().expect("asked"), "it waits for no keyring");
    assert_eq!(progress(), Progress::Waiting);
    let problem = Cause::KeyringLocked.into();
    let locked = Progress::AwaitingKeyring { problem };
    store.save_progress(&id, &locked).expect("saved");
    assert!(!cancelled().expect("asked"), "its callback is here");
    assert_eq!(progress(), locked);
    assert!(unlocked().expect("asked"));
    assert_eq!(progress(), Progress::Saving);
    assert!(!unlocked().expect("asked"), "another was faster");

    store.save_progress(&id, &Progress::Waiting).expect("saved");
    assert!(cancelled().expect("asked"));
    assert!(!cancelled().expect("asked"), "it has ended");
    assert_eq!(progress(), Progress::Cancelled);
}

#[tokio::test]
async fn authorizations_are_forgotten_once_they_are_over_and_old() {
    let env = TestEnv::with_consent_page().await;
    let keyrack = env.start();
    let client = env.client(&keyrack).await;
    let store = &keyrack.store;
    let begun = keyrack.begin_authorization(&client.id).await;
    let begun = begun.expect("begun");
    let is_there = || store.authorization(&begun.id).is_ok();
    let later = Millis(begun.expires_at.0 + 1);
    for progress in [Progress::Exchanging, Progress::Saving] {
        store.save_progress(&begun.id, &progress).expect("saved");
        store.prune_authorizations(later).expect("pruned");
        assert!(is_there(), "{progress:?} is under way");
    }
    store
        .save_progress(&begun.id, &Progress::Denied)
        .expect("saved");
    store
        .prune_authorizations(begun.expires_at)
        .expect("pruned");
    assert!(is_there(), "it is not old");
    store.prune_authorizations(later).expect("pruned");
    assert!(!is_there());
}

#[tokio::test]
async fn what_a_lease_was_used_for_counts_only_while_it_runs() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let store = &keyrack.store;
    let row = || keyrack.connection(&id).expect("a row");
    let at = env.now();
    let act = HandOut {
        of: (&row()).into(),
        handed: HandedTo {
            way: Way::Proxy,
            caller: Caller::default(),
            count: 1,
            last_at: at,
            lease: Some(LeaseUse::default()),
        },
    };
    let lease = Operation::begun(act.clone(), "a process", at);
    store.begin_operation(&lease).expect("begun");
    let before = row();
    store.save_use(&lease.id, &act, None).expect("saved");
    assert_eq!(row().last_used_at, Some(at));
    assert!(row().revision > before.revision, "it is a change");

    assert!(store.end_lease(&lease.id, at).expect("ended"));
    assert!(!store.end_lease(&lease.id, at).expect("ended"));
    let mut later = act;
    later.handed.last_at = Millis(at.0 + HOUR);
    store.save_use(&lease.id, &later, None).expect("saved");
    assert_eq!(row().last_used_at, Some(at), "it has ended");
}

#[tokio::test]
async fn what_proves_nothing_new_is_no_change() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let row = || keyrack.connection(&id).expect("a row");
    let before = row();
    let taken = |at: i64| Taken {
        connected_at: before.connected_at,
        at: Millis(at),
    };
    let old = before.checked_at.expect("checked").0;
    keyrack.store.save_taken(&id, taken(old)).expect("saved");
    assert_eq!(row(), before);
    let newer = taken(old + HOUR);
    keyrack.store.save_taken(&id, newer).expect("saved");
    assert_eq!(row().checked_at, Some(Millis(old + HOUR)));
    assert!(row().revision > before.revision, "it is a change");
}

#[tokio::test]
async fn only_what_the_last_start_left_is_opened_as_it_is() {
    let (env, keyrack, _) = TestEnv::with_client().await;
    drop(keyrack);
    let folder = crate::DataFolder::open(env.folder.path()).expect("a folder");
    Store::open_as_left(&folder).expect("as it was left");
    let path = env.folder.path().join("keyrack.db");
    let db = rusqlite::Connection::open(&path).expect("opened");
    // As a newer Keyrack leaves it.
    db.pragma_update(None, "user_version", 9_999)
        .expect("written");
    drop(db);
    let refused = Store::open_as_left(&folder).expect_err("another version");
    assert_eq!(refused.cause, Cause::StoreNewer);
}
