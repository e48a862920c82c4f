//! Rows and journals that another program has written: they cost nobody a token, end nobody's access, and
//! send no code elsewhere.

use std::collections::BTreeMap;

use rusqlite::{Connection as Database, params};
use serde_json::json;

use crate::acts::connect::state::state_hash;
use crate::domain::act::{Accepted, Act, Connect, ConnectStep, Forget, OfClient, Proof};
use crate::domain::act::{RemoveClient, Revoke};
use crate::domain::client::{Client, ConnectionsPolicy};
use crate::domain::connection::{Connection, Status};
use crate::domain::problem::Cause;
use crate::domain::receipt::Revocation;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::tests::connect::recover::granted;
use crate::tests::env::{TestEnv, tokens_are_kept};
use crate::tests::{REVOKE, TOKEN};
use crate::views::activity::ActivityFilter;

/// Everything in the keyring.
fn entries(env: &TestEnv) -> BTreeMap<String, Vec<u8>> {
    env.keyring.entries().into_iter().collect()
}

fn database(env: &TestEnv) -> Database {
    Database::open(env.folder.path().join("keyrack.db")).expect("the database")
}

/// Swaps the ids of two rows.
fn swap(env: &TestEnv, table: &str, one: &str, other: &str) {
    let db = database(env);
    db.execute_batch("PRAGMA foreign_keys = OFF").expect("off");
    for (from, to) in [(one, "swapped"), (other, one), ("swapped", other)] {
        let sql = format!("UPDATE {table} SET id = ?2 WHERE id = ?1");
        assert_eq!(db.execute(&sql, params![from, to]).expect("altered"), 1);
    }
}

/// Two clients, each with a connection.
async fn two(env: &TestEnv, keyrack: &std::sync::Arc<Keyrack>) -> [(Client, String); 2] {
    let one = env.client(keyrack).await;
    let other = env.another_client(keyrack).await;
    let first = env.connect(keyrack, &one).await;
    let second = env.connect(keyrack, &other).await;
    [(one, first), (other, second)]
}

#[tokio::test]
async fn swapped_connections_are_named_and_neither_is_overwritten_or_deleted() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let [(one, first), (_, second)] = two(&env, &keyrack).await;
    swap(&env, "connections", &first, &second);
    let before = entries(&env);

    let (_, callback) = env.callback(&keyrack, &one).await;
    let ended = keyrack.accept(callback.as_bytes()).await.expect("taken");
    let problem = ended.progress.problem().expect("not connected");
    let ended_again = Cause::GrantEnded {
        why: Box::new(Cause::ConnectionAltered),
    };
    assert_eq!(problem.cause, ended_again);
    for id in [&first, &second] {
        let refused = keyrack.forget(id).await.expect_err("another's tokens");
        assert_eq!(refused.cause, Cause::ConnectionAltered);
    }
    // Not by their texts, which a failure would print.
    assert!(entries(&env) == before, "an entry has changed");
}

#[tokio::test]
async fn swapped_clients_are_named_and_neither_is_removed() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let one = env.client(&keyrack).await;
    let other = env.another_client(&keyrack).await;
    swap(&env, "clients", &one.id, &other.id);
    let before = entries(&env);
    for id in [&one.id, &other.id] {
        let refused = keyrack.remove_client(id, ConnectionsPolicy::Keep).await;
        let cause = refused.expect_err("another's secret").cause;
        assert!(matches!(cause, Cause::ClientAltered { .. }), "{cause:?}");
    }
    // Not by their texts, which a failure would print.
    assert!(entries(&env) == before, "an entry has changed");
}

/// Journals that would have a start delete an entry or end a token.
fn forged(client: &Client, connection: &Connection) -> Vec<(&'static str, Act)> {
    let accepted = Accepted {
        at: connection.connected_at,
        already_gone: false,
        refresh_token: None,
        proof: Some(Proof::Confirmed(connection.connected_at)),
    };
    let revoke = |accepted| {
        Act::Revoke(Revoke {
            accepted,
            seal: Some("forged".to_owned()),
            ..Revoke::of(connection)
        })
    };
    let undone = ConnectStep::Undone {
        entry: connection.id.clone(),
        granted: granted(connection),
    };
    vec![
        ("", revoke(None)),
        ("", revoke(Some(accepted))),
        ("", Act::Forget(Forget::of(connection))),
        (
            "DELETE FROM connections",
            Act::Connect(Connect {
                client: OfClient::from(client),
                authorization: "none".to_owned(),
                step: undone,
            }),
        ),
        (
            "DELETE FROM connections; DELETE FROM clients",
            Act::RemoveClient(RemoveClient::of(client)),
        ),
        (
            "DELETE FROM connections; DELETE FROM clients",
            Act::AddClient(OfClient::from(client)),
        ),
    ]
}

#[tokio::test]
async fn no_forged_journal_deletes_an_entry_or_ends_a_token() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let connection = keyrack.store.connection(&id).expect("a row");
    let before = entries(&env);
    drop(keyrack);
    for (sql, act) in forged(&client, &connection) {
        let keyrack = env.start();
        let operation = keyrack.begin(act.clone()).expect("begun");
        drop((operation, keyrack));
        let db = database(&env);
        db.execute_batch("PRAGMA foreign_keys = OFF").expect("off");
        db.execute_batch(sql).expect("altered");
        drop(db);

        let keyrack = env.start();
        keyrack.recover().await.expect("recovered");
        keyrack.retry_revocations().await.expect("tried");
        assert!(entries(&env) == before, "an entry has changed: {act:?}");
        assert_eq!(env.count(REVOKE).await, 0, "{act:?}");
        let row = keyrack.store.connection(&id).expect("listed");
        if matches!(act, Act::Revoke(_)) {
            assert_eq!(row.retry_at, None, "nothing is tried by itself");
            let cause = row.problem.map(|problem| problem.cause);
            assert_eq!(cause, Some(Cause::RevocationUnproven), "{act:?}");
            // The person decides, here by letting the journal go.
            database(&env)
                .execute("DELETE FROM operations WHERE finished_at IS NULL", [])
                .expect("deleted");
        }
    }
    let keyrack = env.start();
    let checked = keyrack.check(&id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
}

#[tokio::test]
async fn what_a_row_says_of_notion_is_believed_only_with_its_seal() {
    for asked_for in [false, true] {
        let (env, keyrack, client) = TestEnv::with_client().await;
        let id = env.connect(&keyrack, &client).await;
        let fault = json!({"endpoint": "revoke", "times": 1, "status": 503});
        env.fault(fault).await;
        keyrack.revoke(&id).await.expect("pending");
        drop(keyrack);
        let said = r#"{"at": 1, "already_gone": false, "refresh_token": "revoked", "proof": {"confirmed": 1}}"#;
        let sql =
            "UPDATE operations SET act = json_set(act, '$.accepted', json(?1), '$.retry_at', 0)
                   WHERE kind = 'revoke' AND finished_at IS NULL";
        assert_eq!(database(&env).execute(sql, [said]).expect("altered"), 1);

        let keyrack = env.start();
        keyrack.recover().await.expect("recovered");
        keyrack.retry_revocations().await.expect("tried");
        assert_eq!(keyrack.receipts().expect("receipts"), []);
        tokens_are_kept(&keyrack, &id).await;
        if asked_for {
            keyrack.revoke(&id).await.expect("revoked");
            let receipts = keyrack.receipts().expect("receipts");
            assert!(receipts[0].confirmed_at.expect("confirmed") > Millis(1));
            assert!(env.count(REVOKE).await >= 2, "Notion was asked");
        } else {
            assert_eq!(env.count(REVOKE).await, 1, "the first try");
        }
    }
}

#[tokio::test]
async fn no_forged_journal_takes_a_client_that_nothing_uses() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    drop(keyrack);
    let before = entries(&env);
    for act in [
        Act::AddClient(OfClient::from(&client)),
        Act::RemoveClient(RemoveClient::of(&client)),
    ] {
        let keyrack = env.start();
        drop((keyrack.begin(act.clone()).expect("begun"), keyrack));
        database(&env)
            .execute("DELETE FROM clients", [])
            .expect("deleted");
        let keyrack = env.start();
        keyrack.recover().await.expect("recovered");
        assert!(entries(&env) == before, "an entry has changed: {act:?}");
        assert_eq!(keyrack.clients().expect("the clients").len(), 1, "{act:?}");
    }
}

#[tokio::test]
async fn an_unproven_revocation_is_done_once_the_person_asks_for_it() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let connection = keyrack.store.connection(&id).expect("a row");
    drop(keyrack.begin(Revoke::of(&connection)).expect("begun"));
    drop(keyrack);
    let keyrack = env.start();
    keyrack.retry_revocations().await.expect("tried");
    assert_eq!(env.count(REVOKE).await, 0);
    keyrack.revoke(&id).await.expect("revoked");
    let gone = keyrack.store.connection(&id).expect_err("gone");
    assert_eq!(gone.cause, Cause::ConnectionGone);
}

#[tokio::test]
async fn a_code_goes_to_the_client_it_was_asked_for_or_nowhere() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let one = env.client(&keyrack).await;
    let other = env.another_client(&keyrack).await;
    let forged = "A".repeat(43);
    let forge = format!(
        "INSERT INTO authorizations (id, client, state_hash, redirect_uri, host, created_at, boot, uptime,
             expires_at, progress, seal)
         SELECT 'forged', client, ?1, redirect_uri, host, created_at, boot, uptime, expires_at, progress, seal
         FROM authorizations WHERE client = '{}'",
        one.id
    );
    let (_, callback) = env.callback(&keyrack, &one).await;
    let state = callback
        .split(['?', '&'])
        .find_map(|part| part.strip_prefix("state="))
        .expect("a state");
    let db = database(&env);
    let hash = state_hash(&forged.clone().into());
    assert_eq!(db.execute(&forge, params![hash]).expect("forged"), 1);
    let refused = [callback.replace(state, &forged), callback.clone()];
    let sql = "UPDATE authorizations SET client = ?1 WHERE id <> 'forged'";
    assert_eq!(db.execute(sql, params![other.id]).expect("altered"), 1);
    drop(db);
    for callback in refused {
        let ended = keyrack.accept(callback.as_bytes()).await.expect("taken");
        let problem = ended.progress.problem().expect("not connected");
        assert_eq!(problem.cause, Cause::LinkUnknown);
    }
    assert_eq!(env.count(TOKEN).await, 0);
}

#[tokio::test]
async fn a_word_that_no_keyrack_wrote_concerns_its_own_row_only() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    for column in ["verdict", "cause", "failure", "owner"] {
        let sql = format!("UPDATE connections SET {column} = 'bogus'");
        assert_eq!(database(&env).execute(&sql, []).expect("altered"), 1);
        let listed = keyrack.connections().expect("the list");
        assert_eq!(listed.len(), 1, "{column}");
        let checked = keyrack.check(&id).await.expect("checked");
        assert_eq!(checked.status, Status::Active, "{column}");
    }
    let sql = "UPDATE clients SET budget = 'bogus'";
    assert_eq!(database(&env).execute(sql, []).expect("altered"), 1);
    keyrack.check(&id).await.expect("checked");
    keyrack.revoke(&id).await.expect("revoked");
}

#[tokio::test]
async fn a_journal_that_nobody_can_read_stops_nothing_and_hides_no_receipt() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    keyrack.check(&id).await.expect("checked");
    let other = env.another_client(&keyrack).await;
    let forgotten = env.connect(&keyrack, &other).await;
    keyrack.forget(&forgotten).await.expect("forgotten");
    for (column, value) in [
        ("act", "bogus"),
        ("act", r#"{"kind":"revoke"}"#),
        ("request_ids", "bogus"),
        ("request_ids", r#"{"a":7}"#),
        ("problem", "bogus"),
    ] {
        let db = database(&env);
        for kind in ["check", "revoke", "refresh", "connect", "forget"] {
            db.execute(
                "INSERT OR REPLACE INTO operations
                   (id, kind, process, client, connection, act, request_ids, started_at)
                 SELECT ?1 || id, ?2, 'gone', client, connection, act, '[]', started_at
                 FROM operations WHERE kind = 'check' AND connection = ?3 AND id NOT LIKE '%-%-%-%-%-%'
                 LIMIT 1",
                params![format!("{kind}-"), kind, id],
            )
            .expect("planted");
        }
        let sql = format!("UPDATE operations SET {column} = ?1 WHERE process = 'gone'");
        assert!(db.execute(&sql, [value]).expect("altered") > 1);
        let again = env.start();
        again.recover().await.expect("started");
        assert_eq!(again.connections().expect("the list").len(), 1);
        assert_eq!(again.receipts().expect("receipts").len(), 1);
        let page = again.activity(&ActivityFilter::default(), None);
        assert!(page.expect("the activity").entries.len() > 1);
        let checked = again.check(&id).await.expect("checked");
        assert_eq!(checked.status, Status::Active);
        again.refresh(&id).await.expect("refreshed");
    }
    let revoked = env.start().revoke(&id).await.expect("revoked");
    assert!(matches!(revoked, Revocation::Revoked { .. }));
}
