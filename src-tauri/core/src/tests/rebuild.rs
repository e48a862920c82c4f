//! Rebuild: the list restored from the vault, whatever happened to the database.

use std::fs;
use std::sync::Arc;

use crate::domain::act::{Forget, Refresh};
use crate::domain::client::ConnectionsPolicy;
use crate::domain::connection::Status;
use crate::domain::problem::Cause;
use crate::domain::rebuilt::{DatabaseState, Rebuilt};
use crate::domain::receipt::Revocation;
use crate::keyrack::Keyrack;
use crate::storage::store::Store;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use crate::tests::env::TestEnv;

/// A test environment with a client and a connection, whose process has ended; and their ids.
async fn connected() -> (TestEnv, String, String) {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    (env, client.id, id)
}

/// Starts Keyrack, and returns what it rebuilt.
async fn start(env: &TestEnv) -> (Arc<Keyrack>, Option<Rebuilt>) {
    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    let rebuilt = keyrack.unacknowledged().rebuilt;
    (keyrack, rebuilt)
}

#[tokio::test]
async fn a_lost_database_comes_back_from_the_vault_and_a_check_brings_the_rest() {
    let (env, client, id) = connected().await;
    let before = env.keyring.entries();
    env.lose_database();
    let (keyrack, rebuilt) = start(&env).await;
    let rebuilt = rebuilt.expect("rebuilt");
    assert_eq!(
        (rebuilt.database, rebuilt.quarantined),
        (DatabaseState::Missing, None)
    );
    assert_eq!((rebuilt.clients, rebuilt.connections), (1, 1));
    let clients = keyrack.clients().expect("the clients");
    assert_eq!((&clients[0].id, &clients[0].name[..]), (&client, "Mine"));
    let row = &keyrack.connections().expect("the list")[0];
    assert_eq!((&row.id, row.status), (&id, Status::NotChecked));
    assert_eq!(
        (&*row.workspace_name, &*row.workspace_id),
        ("Acme Research", "")
    );

    let row = keyrack.check(&id).await.expect("checked");
    assert_eq!(row.status, Status::Active);
    assert_eq!(row.workspace_name, "Acme Research");
    assert!(!row.workspace_id.is_empty());
    assert_eq!(env.keyring.entries(), before, "the vault is as it was");
    keyrack.refresh(&id).await.expect("all of it works");
    assert_eq!(row.connected(), None, "nobody knows it");
    let revoked = keyrack.revoke(&id).await.expect("revoked");
    let Revocation::Revoked { receipt } = revoked else {
        panic!("{revoked:?}");
    };
    assert_eq!(receipt.connected_at, None);
    drop(keyrack);
    assert_eq!(start(&env).await.1, None, "once is enough");
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_filled_again() {
    let whole = |bytes: &mut Vec<u8>| *bytes = b"not a database, not at all".repeat(1000);
    // Behind the header and the schema, which is not read when the database is opened.
    let part = |bytes: &mut Vec<u8>| bytes[8192..].fill(0x5a);
    for damage in [whole as fn(&mut Vec<u8>), part] {
        let (env, _, id) = connected().await;
        let path = env.folder.path().join("keyrack.db");
        let mut bytes = fs::read(&path).expect("read");
        damage(&mut bytes);
        fs::write(&path, &bytes).expect("written");
        let (keyrack, rebuilt) = start(&env).await;
        let rebuilt = rebuilt.expect("rebuilt");
        assert_eq!(rebuilt.database, DatabaseState::Damaged);
        let aside = env.folder.path().join(rebuilt.quarantined.expect("a name"));
        assert!(
            fs::read(aside)
                .expect("it is kept")
                .starts_with(&bytes[..16])
        );
        let row = keyrack.check(&id).await.expect("checked");
        assert_eq!(row.status, Status::Active);
    }
}

#[tokio::test]
async fn what_an_old_backup_does_not_know_is_added_to_it() {
    let (env, _, first) = connected().await;
    let path = env.folder.path().join("keyrack.db");
    let backup = fs::read(&path).expect("read");
    let keyrack = env.start();
    let other = env.another_client(&keyrack).await;
    let second = env.connect(&keyrack, &other).await;
    drop(keyrack);
    env.lose_database();
    fs::write(&path, backup).expect("put back");

    let (keyrack, rebuilt) = start(&env).await;
    let rebuilt = rebuilt.expect("rebuilt");
    assert_eq!(rebuilt.database, DatabaseState::Outdated);
    assert_eq!((rebuilt.clients, rebuilt.connections), (1, 1));
    for (id, is_added) in [(first, false), (second, true)] {
        let row = keyrack.store.connection(&id).expect("a row");
        assert_eq!(row.workspace_name, "Acme Research");
        assert_eq!(row.workspace_id.is_empty(), is_added);
    }
}

#[tokio::test]
async fn another_folders_database_is_refused_and_its_entries_are_left_alone() {
    let (env, _, _) = connected().await;
    let (stranger, _, _) = connected().await;
    env.lose_database();
    let name = "keyrack.db";
    fs::copy(
        stranger.folder.path().join(name),
        env.folder.path().join(name),
    )
    .expect("copied");
    let folder = crate::DataFolder::open(env.folder.path()).expect("a folder");
    let refused = Store::open(&folder).expect_err("another folder's");
    assert_eq!(refused.cause, Cause::StoreForeign);

    for (user, entry) in stranger.keyring.entries() {
        env.keyring.put(&user, &String::from_utf8_lossy(&entry));
    }
    env.keyring.put("nobody's", "no payload");
    env.lose_database();
    let (keyrack, rebuilt) = start(&env).await;
    let rebuilt = rebuilt.expect("rebuilt");
    assert_eq!((rebuilt.clients, rebuilt.connections), (1, 1));
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
    assert_eq!(env.keyring.users().len(), 5, "nothing is deleted");
}

#[tokio::test]
async fn a_locked_keyring_puts_it_off() {
    let (env, _, _) = connected().await;
    env.lose_database();
    env.keyring.behave(KeyringBehaviour::Locked);
    let keyrack = env.start();
    let locked = keyrack.recover().await.expect_err("locked");
    assert_eq!(locked.cause, Cause::KeyringLocked);
    let waits = keyrack.unacknowledged().rebuild_waits;
    assert_eq!(
        waits,
        Some(locked),
        "an empty list is not all that is shown"
    );
    drop(keyrack);
    env.keyring.behave(KeyringBehaviour::Normal);
    let (keyrack, rebuilt) = start(&env).await;
    assert_eq!(rebuilt.expect("rebuilt").connections, 1);
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
}

#[tokio::test]
async fn a_connection_without_its_client_is_counted_and_stays_in_the_keyring() {
    let (env, client, id) = connected().await;
    let entries = env.keyring.entries();
    env.keyring.remove(&client);
    env.lose_database();
    let (keyrack, rebuilt) = start(&env).await;
    let rebuilt = rebuilt.expect("rebuilt");
    assert_eq!((rebuilt.connections, rebuilt.without_client), (0, 1));
    assert_eq!(env.keyring.users(), [id]);

    // Once the client's entry is back, a rebuild on request adds the connection too.
    env.keyring
        .put(&client, &String::from_utf8_lossy(&entries[&client]));
    let rebuilt = keyrack.rebuild().await.expect("rebuilt");
    assert_eq!(rebuilt.database, DatabaseState::Intact);
    assert_eq!((rebuilt.clients, rebuilt.connections), (1, 1));
}

#[tokio::test]
async fn a_start_that_was_ended_before_its_mark_was_in_the_file_is_no_loss() {
    let (env, _, id) = connected().await;
    let db = rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("opened");
    // The file has the mark of the start before.
    let next = "UPDATE meta SET value = (SELECT value FROM meta WHERE key = 'start') WHERE key = 'start_before'";
    db.execute(next, []).expect("changed");
    let changed = db.execute("UPDATE meta SET value = 'next' WHERE key = 'start'", []);
    assert_eq!(changed.expect("changed"), 1);
    drop(db);
    let (keyrack, rebuilt) = start(&env).await;
    assert_eq!(rebuilt, None);
    let row = keyrack.store.connection(&id).expect("a row");
    assert_eq!(row.status, Status::Active, "it stays as it is");
}

#[tokio::test]
async fn a_database_that_is_empty_is_as_good_as_gone() {
    let (env, _, id) = connected().await;
    env.lose_database();
    fs::write(env.folder.path().join("keyrack.db"), "").expect("written");
    let (keyrack, rebuilt) = start(&env).await;
    assert_eq!(rebuilt.expect("rebuilt").database, DatabaseState::Missing);
    keyrack.store.connection(&id).expect("a row");
}

#[tokio::test]
async fn what_an_unfinished_or_a_finished_act_has_ended_does_not_come_back() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let revoked = env.connect(&keyrack, &client).await;
    let entries = env.keyring.entries();
    keyrack.revoke(&revoked).await.expect("revoked");
    let other = env.another_client(&keyrack).await;
    let forgotten = env.connect(&keyrack, &other).await;
    let row = keyrack.store.connection(&forgotten).expect("a row");
    let _journal = keyrack.begin(Forget::of(&row)).expect("begun");
    let db = rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("opened");
    db.execute("DELETE FROM connections", []).expect("deleted");
    let entry = String::from_utf8_lossy(&entries[&revoked]).into_owned();
    env.keyring.put(&revoked, &entry);

    let rebuilt = keyrack.rebuild().await.expect("rebuilt");
    assert_eq!(rebuilt, Rebuilt::default());
}

#[tokio::test]
async fn a_damaged_database_that_another_process_has_open_is_left_where_it_is() {
    let (env, keyrack, _) = TestEnv::with_client().await;
    let folder = crate::DataFolder::open(env.folder.path()).expect("a folder");
    let path = env.folder.path().join("keyrack.db");
    for part in ["-wal", "-shm"] {
        let _ = fs::remove_file(env.folder.path().join(format!("keyrack.db{part}")));
    }
    fs::write(&path, "not a database, not at all".repeat(1000)).expect("written");
    let refused = Store::open(&folder).expect_err("damaged");
    assert_eq!(refused.cause, Cause::StoreDamaged);
    drop(keyrack);
    Store::open(&folder).expect("set aside");
}

#[tokio::test]
async fn what_was_under_way_in_an_old_backup_is_over_and_its_outcome_unknown() {
    let (env, _, id) = connected().await;
    let keyrack = env.start();
    let row = keyrack.store.connection(&id).expect("a row");
    let begun = keyrack.begin(Refresh::of(&row)).expect("begun").id;
    drop(keyrack);
    let path = env.folder.path().join("keyrack.db");
    let backup = fs::read(&path).expect("read");
    drop(start(&env).await);
    env.lose_database();
    fs::write(&path, backup).expect("put back");

    let (keyrack, _) = start(&env).await;
    let unfinished = keyrack.store.unfinished_operations().expect("operations");
    assert_eq!(unfinished, []);
    let db = rusqlite::Connection::open(path).expect("opened");
    let code = "SELECT problem ->> 'code' FROM operations WHERE id = ?1";
    let code = db.query_row(code, [begun], |row| row.get::<_, String>(0));
    assert_eq!(code.as_deref(), Ok("outcome-unknown"));
}

#[tokio::test]
async fn a_client_that_was_removed_does_not_come_back_with_its_entry() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let entries = env.keyring.entries();
    let removed = keyrack.remove_client(&client.id, ConnectionsPolicy::Keep);
    removed.await.expect("removed");
    let entry = String::from_utf8_lossy(&entries[&client.id]).into_owned();
    env.keyring.put(&client.id, &entry);
    let rebuilt = keyrack.rebuild().await.expect("rebuilt");
    assert_eq!(rebuilt, Rebuilt::default());
    assert!(keyrack.clients().expect("the clients").is_empty());
}
