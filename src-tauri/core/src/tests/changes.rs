//! Reading the list as the window does: its head, the changes since, and a long list in parts.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde_json::json;

use crate::domain::act::Check;
use crate::domain::annotation::LabelChange;
use crate::domain::client::{Client, ClientChange, ConnectionsPolicy};
use crate::domain::connection::{Connection, Status, Verdict};
use crate::domain::list::Changes;
use crate::domain::preferences::{BackgroundChecks, Preferences};
use crate::keyrack::Keyrack;
use crate::storage::store::CheckOutcome;
use crate::views::snapshot::Snapshot;

use crate::tests::env::TestEnv;

/// A reader that applies the changes to what it has, as the window does.
struct Reader {
    connections: BTreeMap<String, Connection>,
    clients: Vec<Client>,
    preferences: Preferences,
    revision: i64,
}

/// What a reading brought: the ids of connections that are new or different, of those that are gone,
/// and whether clients and preferences came too.
type Told = (BTreeSet<String>, BTreeSet<String>, bool, bool);

impl Reader {
    fn new(snapshot: Snapshot) -> Self {
        let connections = snapshot.connections.into_iter();
        Self {
            connections: connections.map(|one| (one.id.clone(), one)).collect(),
            clients: snapshot.clients,
            preferences: snapshot.preferences,
            revision: snapshot.revision,
        }
    }

    fn take(&mut self, changes: Changes) -> Told {
        for one in &changes.connections {
            assert!(one.revision > self.revision && one.revision <= changes.revision);
        }
        for id in &changes.gone {
            self.connections.remove(id);
        }
        let told = changes.connections.iter().map(|one| one.id.clone());
        let told = (
            told.collect(),
            changes.gone.iter().cloned().collect(),
            changes.clients.is_some(),
            changes.preferences.is_some(),
        );
        for one in changes.connections {
            self.connections.insert(one.id.clone(), one);
        }
        self.clients = changes.clients.unwrap_or_else(|| self.clients.clone());
        self.preferences = changes
            .preferences
            .unwrap_or_else(|| self.preferences.clone());
        self.revision = changes.revision;
        told
    }

    /// Reads on, and asserts that the reading brought all that is different now, and nothing else.
    fn reads_what_differs(&mut self, keyrack: &Keyrack, after: &str) {
        let shown = |one: &Connection| Connection {
            revision: 0,
            ..one.clone()
        };
        let now: BTreeMap<_, _> = keyrack
            .connections()
            .expect("the list")
            .into_iter()
            .map(|one| (one.id.clone(), one))
            .collect();
        let clients = keyrack.clients().expect("clients");
        let preferences = keyrack.preferences().expect("preferences");
        let differs = |(id, one): &(&String, &Connection)| {
            self.connections.get(*id).map(shown) != Some(shown(one))
        };
        let expected: Told = (
            now.iter()
                .filter(differs)
                .map(|(id, _)| id.clone())
                .collect(),
            self.connections
                .keys()
                .filter(|id| !now.contains_key(*id))
                .cloned()
                .collect(),
            clients != self.clients,
            preferences != self.preferences,
        );
        let told = self.take(keyrack.changes(self.revision).expect("changes"));
        assert_eq!(told, expected, "{after}");
        assert_eq!(self.connections, now, "{after}");
        assert_eq!(self.clients, clients, "{after}");
        assert_eq!(self.preferences, preferences, "{after}");
        assert_eq!(self.revision, keyrack.revision().expect("a revision"));
    }
}

fn reader(keyrack: &Keyrack) -> Reader {
    Reader::new(keyrack.snapshot().expect("a snapshot"))
}

#[tokio::test]
async fn every_change_of_the_list_is_read_and_nothing_else() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let mut reader = reader(&keyrack);
    let mut after = |keyrack: &Keyrack, act: &str| {
        reader.reads_what_differs(keyrack, act);
        env.pass(1_000);
    };
    after(&keyrack, "nothing");
    let mine = env.client(&keyrack).await;
    let other = env.another_client(&keyrack).await;
    after(&keyrack, "clients added");
    let first = env.connect(&keyrack, &mine).await;
    let second = env.connect(&keyrack, &other).await;
    after(&keyrack, "connected");
    env.connect(&keyrack, &mine).await;
    after(&keyrack, "connected again");

    keyrack.check(&first).await.expect("checked");
    after(&keyrack, "a verdict");
    env.fault(json!({"endpoint": "introspect", "times": 1, "status": 400, "body": {}}))
        .await;
    keyrack.check(&first).await.expect("checked");
    after(&keyrack, "no verdict");
    keyrack.refresh(&first).await.expect("refreshed");
    after(&keyrack, "refreshed");
    env.fault(json!({"endpoint": "token", "times": 1, "cut": "after"}))
        .await;
    keyrack.refresh(&first).await.expect_err("lost");
    after(&keyrack, "the tokens were lost");

    let vip = ["VIP".to_owned()];
    keyrack.set_labels(&first, &vip).expect("labelled");
    after(&keyrack, "labels");
    keyrack.set_labels(&first, &vip).expect("labelled");
    after(&keyrack, "the same labels");
    keyrack.set_note(&second, "Ask Ada").expect("noted");
    after(&keyrack, "a note");
    let both = [first.clone(), second.clone()];
    let change = LabelChange {
        add: vec!["Acme".to_owned()],
        remove: vip.into(),
        ..LabelChange::default()
    };
    let labelled = keyrack.label_connections(&both, &change);
    labelled.expect("labelled");
    after(&keyrack, "labels of several");

    let change = ClientChange {
        name: "Renamed".to_owned(),
        ..ClientChange::of(&mine)
    };
    keyrack.edit_client(&mine.id, change).await.expect("edited");
    after(&keyrack, "a client's name");
    let change = ClientChange {
        budget: crate::Budget::Higher,
        ..ClientChange::of(&other)
    };
    keyrack
        .edit_client(&other.id, change)
        .await
        .expect("edited");
    after(&keyrack, "a client's budget");

    env.fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    keyrack.revoke(&second).await.expect("pending");
    after(&keyrack, "a pending revocation");
    env.connect(&keyrack, &other).await;
    after(&keyrack, "connected again in the middle of a revocation");
    keyrack.revoke(&second).await.expect("revoked");
    after(&keyrack, "revoked");

    let preferences = Preferences {
        background_checks: BackgroundChecks::Daily,
        start_at_login: true,
        ..keyrack.preferences().expect("preferences")
    };
    keyrack.set_preferences(&preferences).expect("kept");
    after(&keyrack, "preferences");
    keyrack
        .set_background_checks(BackgroundChecks::Hourly)
        .expect("kept");
    after(&keyrack, "background checks");

    let policy = ConnectionsPolicy::Forget;
    keyrack.remove_client(&mine.id, policy).await.expect("gone");
    after(&keyrack, "forgotten and removed");
    keyrack.setting::<u8>("place").expect("read");
    keyrack.set_setting("place", &1).expect("kept");
    after(&keyrack, "what is no part of the list");
}

#[tokio::test]
async fn what_a_rebuild_brings_back_and_names_is_read() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.connect(&keyrack, &client).await;
    let db = rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("opened");
    db.execute_batch("DELETE FROM connections; DELETE FROM authorizations; DELETE FROM clients;")
        .expect("lost");
    let mut reader = reader(&keyrack);
    keyrack.rebuild().await.expect("rebuilt");
    reader.reads_what_differs(&keyrack, "rebuilt");
    let id = keyrack.connections().expect("a list")[0].id.clone();
    keyrack.check(&id).await.expect("checked");
    reader.reads_what_differs(&keyrack, "named");
}

#[tokio::test]
async fn a_check_of_what_is_gone_is_no_change() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let before = keyrack.connection(&id).expect("a row");
    let check = keyrack.begin(Check::of(&before)).expect("begun");
    keyrack.forget(&id).await.expect("forgotten");
    let revision = keyrack.revision().expect("a revision");
    let outcome = CheckOutcome::Verdict(Verdict::Active, None);
    keyrack
        .store
        .save_check(&check.done(keyrack.now()), &before, &outcome, None)
        .expect("saved");
    assert_eq!(keyrack.revision().expect("a revision"), revision);
}

#[tokio::test]
async fn what_another_process_changes_is_read_too() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let mut reader = reader(&keyrack);
    let other = env.start();
    env.pass(1_000);
    other.check(&id).await.expect("checked");
    reader.reads_what_differs(&keyrack, "checked by another process");
    other.forget(&id).await.expect("forgotten");
    reader.reads_what_differs(&keyrack, "forgotten by another process");
}

#[tokio::test]
async fn what_was_removed_is_remembered_for_as_long_as_a_process_may_have_it() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    keyrack.forget(&id).await.expect("forgotten");
    let gone = |keyrack: &Keyrack| keyrack.changes(0).expect("changes").gone;
    assert_eq!(gone(&env.start()), [id], "the first process is alive");
    drop(keyrack);
    assert!(gone(&env.start()).is_empty());
}

/// Adds copies of the existing connection. Each has a name and an id with its number; every tenth is
/// inactive.
fn multiply(env: &TestEnv, all: u32) {
    let db = rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("opened");
    let copy = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1 - 1)
        INSERT INTO connections (id, bot_id, workspace_name, verdict, revision, client, workspace_id, owner,
            has_refresh_token, connected_at, verdict_at)
        SELECT 'copy-' || n, 'copy-' || n, 'Team ' || n, iif(n % 10, 'active', 'inactive'), revision + n,
            client, workspace_id, owner, has_refresh_token, connected_at, verdict_at
        FROM connections, numbers";
    db.execute(copy, [all]).expect("copied");
    db.execute(
        "UPDATE revision SET last = (SELECT max(revision) FROM connections)",
        [],
    )
    .expect("counted");
}

/// A list of many connections, and the id of the one that is more than a row.
async fn many(all: u32) -> (TestEnv, Arc<Keyrack>, String) {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    multiply(&env, all);
    (env, keyrack, id)
}

#[tokio::test]
async fn a_list_of_a_hundred_comes_at_once() {
    let (_outside, keyrack, _) = many(100).await;
    let snapshot = keyrack.snapshot().expect("a snapshot");
    assert_eq!((snapshot.connections.len(), snapshot.more), (100, false));
    assert_eq!(snapshot.revision, keyrack.revision().expect("a revision"));
}

#[tokio::test]
async fn a_long_list_comes_in_parts_and_what_the_person_sees_first_comes_first() {
    let (_outside, keyrack, _) = many(2_500).await;
    let head = keyrack.snapshot().expect("a snapshot");
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

    let mut revision = head.revision;
    let mut come = HashSet::new();
    let mut parts = Vec::new();
    loop {
        let part = keyrack.changes(revision).expect("changes");
        parts.push(part.connections.len());
        assert!(part.gone.is_empty());
        for one in part.connections {
            assert!(come.insert(one.id.clone()), "{} came before", one.id);
        }
        revision = part.revision;
        if !part.more {
            break;
        }
    }
    assert_eq!(parts, [1_000, 1_000, 500]);
    assert_eq!(come.len(), 2_500);
    assert_eq!(revision, keyrack.revision().expect("a revision"));
}

#[tokio::test]
async fn what_changes_while_the_parts_come_is_in_a_later_one() {
    let (env, keyrack, id) = many(1_200).await;
    let mut reader = reader(&keyrack);
    let part = keyrack.changes(reader.revision).expect("changes");
    assert!(part.more);
    reader.take(part);
    assert!(reader.connections.contains_key(&id));
    env.pass(1_000);
    keyrack.check(&id).await.expect("checked");
    let checked = keyrack.changes(reader.revision).expect("changes");
    assert_eq!(
        checked.connections.last().map(|one| one.id.as_str()),
        Some(id.as_str())
    );
    keyrack.forget(&id).await.expect("forgotten");
    let (_, gone, ..) = reader.take(keyrack.changes(reader.revision).expect("changes"));
    assert_eq!(gone, BTreeSet::from([id]));
    assert_eq!(reader.connections.len(), 1_199);
}

/// What one checked connection costs a window that has the whole list, of whatever length. The figures
/// are in the test's output.
#[tokio::test]
#[allow(clippy::print_stdout, reason = "it measures")]
async fn one_changed_row_of_ten_thousand_costs_one_row() {
    let (env, keyrack, id) = many(10_000).await;
    let since = keyrack.revision().expect("a revision");
    env.pass(1_000);
    let answer = keyrack.check(&id).await.expect("checked");
    // With this the window has everything, and reads nothing at the event that says so.
    assert_eq!(answer.revision, since + 1);
    assert_eq!(keyrack.revision().expect("a revision"), answer.revision);
    // A window that did not ask for the check reads it.
    let changes = keyrack.changes(since).expect("changes");
    assert_eq!(changes.connections.len(), 1);
    assert_eq!(changes.connections[0], answer);
    assert!(changes.gone.is_empty() && changes.clients.is_none() && changes.preferences.is_none());
    let bytes = |value: serde_json::Result<String>| value.expect("JSON").len();
    println!(
        "one check of {}: its answer has 1 row in {} bytes; where it was not asked for, {} row in {} bytes",
        keyrack.connections().expect("a list").len(),
        bytes(serde_json::to_string(&answer)),
        changes.connections.len(),
        bytes(serde_json::to_string(&changes)),
    );
}
