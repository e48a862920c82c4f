//! Reading the list for the window: its head, the changes since, and a long list in parts.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::connection::Status;
use crate::keyrack::Keyrack;
use crate::views::changes::Reader;

use crate::tests::env::TestEnv;

#[tokio::test]
async fn a_reader_is_told_of_what_it_has_not_read() {
    let (env, keyrack, mine) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    let first = env.connect(&keyrack, &mine).await;
    let second = env.connect(&keyrack, &other).await;
    let reader = Reader::default();
    assert_eq!(
        reader
            .snapshot(&keyrack)
            .expect("a snapshot")
            .connections
            .len(),
        2
    );
    let nothing = reader.changes(&keyrack).expect("changes");
    assert!(nothing.connections.is_empty() && nothing.gone.is_empty());
    env.pass(1_000);
    keyrack.check(&first).await.expect("checked");
    keyrack.forget(&second).await.expect("forgotten");
    let changes = reader.changes(&keyrack).expect("changes");
    assert_eq!(changes.gone, [second]);
    assert_eq!(
        changes.connections,
        [keyrack.store.connection(&first).expect("a row")]
    );
    assert_eq!(changes.rest.clients.len(), 2);
}

/// Adds copies of the existing connection. Each has a name and an id with its number; every tenth is
/// inactive.
fn multiply(env: &TestEnv, all: u32) {
    let db = rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("opened");
    let copy = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1 - 1)
        INSERT INTO connections (id, bot_id, workspace_name, verdict, client, workspace_id, owner,
            has_refresh_token, connected_at, verdict_at)
        SELECT 'copy-' || n, 'copy-' || n, 'Team ' || n, iif(n % 10, 'active', 'inactive'), client,
            workspace_id, owner, has_refresh_token, connected_at, verdict_at
        FROM connections, numbers";
    db.execute(copy, [all]).expect("copied");
}

async fn many(all: u32) -> (TestEnv, Arc<Keyrack>) {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.connect(&keyrack, &client).await;
    multiply(&env, all);
    (env, keyrack)
}

#[tokio::test]
async fn a_list_of_a_hundred_comes_at_once() {
    let (_outside, keyrack) = many(100).await;
    let snapshot = Reader::default().snapshot(&keyrack).expect("a snapshot");
    assert_eq!((snapshot.connections.len(), snapshot.more), (100, false));
}

#[tokio::test]
async fn a_long_list_comes_in_parts_and_what_the_person_sees_first_comes_first() {
    let (_outside, keyrack) = many(2_500).await;
    let reader = Reader::default();
    let head = reader.snapshot(&keyrack).expect("a snapshot");
    assert!(head.more);
    assert_eq!(head.connections.len(), 100);
    let names = head
        .connections
        .iter()
        .map(|one| one.workspace_name.as_str());
    let first: Vec<_> = names.take(3).collect();
    assert_eq!(
        first,
        ["Team 10", "Team 20", "Team 30"],
        "not Team 100 after Team 10"
    );
    let attention = head
        .connections
        .iter()
        .all(|one| one.status == Status::Inactive);
    assert!(attention, "they stand before the others");

    let mut come: HashSet<_> = head.connections.into_iter().map(|one| one.id).collect();
    let mut parts = Vec::new();
    loop {
        let part = reader.changes(&keyrack).expect("changes");
        parts.push(part.connections.len());
        assert!(part.gone.is_empty() && part.rest.connections.is_empty());
        assert_eq!(part.rest.clients.len(), 1);
        for one in part.connections {
            assert!(come.insert(one.id.clone()), "{} came before", one.id);
        }
        if !part.rest.more {
            break;
        }
    }
    assert_eq!(parts, [1_000, 1_000, 400]);
    assert_eq!(come.len(), 2_500);
    assert!(
        reader
            .changes(&keyrack)
            .expect("changes")
            .connections
            .is_empty()
    );
}

#[tokio::test]
async fn what_changes_while_the_parts_come_is_told_after_them() {
    let (env, keyrack) = many(1_200).await;
    let reader = Reader::default();
    reader.snapshot(&keyrack).expect("a snapshot");
    assert!(reader.changes(&keyrack).expect("changes").rest.more);
    let db = rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("opened");
    db.execute("DELETE FROM connections WHERE id = 'copy-10'", [])
        .expect("deleted");
    db.execute(
        "UPDATE connections SET workspace_name = 'Another' WHERE id = 'copy-1'",
        [],
    )
    .expect("renamed");
    assert!(!reader.changes(&keyrack).expect("changes").rest.more);
    let after = reader.changes(&keyrack).expect("changes");
    assert_eq!(after.gone, ["copy-10"]);
    let names = after
        .connections
        .iter()
        .map(|one| one.workspace_name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["Another"]);
}

#[tokio::test]
async fn a_snapshot_begins_anew() {
    let (_outside, keyrack) = many(1_200).await;
    let reader = Reader::default();
    reader.snapshot(&keyrack).expect("a snapshot");
    assert_eq!(
        reader.changes(&keyrack).expect("changes").connections.len(),
        1_000
    );
    assert!(reader.snapshot(&keyrack).expect("a snapshot").more);
    assert_eq!(
        reader.changes(&keyrack).expect("changes").connections.len(),
        1_000
    );
}
