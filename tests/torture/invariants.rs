//! Invariants after every kill, seen from outside: in the keyring, the database, and the sandbox's
//! record of requests.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use serde_json::Value;
use support::secrets;

use crate::flows::Fixture;
use crate::tally::Tally;

/// The users of the keyring's entries, by the data folder that they belong to.
pub fn entries(fixture: &Fixture) -> BTreeMap<String, BTreeSet<String>> {
    let mut by_store: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in secrets::entries(&fixture.env.world) {
        let payload: Value = serde_json::from_str(entry.secret.as_deref().unwrap()).unwrap();
        let store = payload["store"].as_str().unwrap().to_owned();
        by_store
            .entry(store)
            .or_default()
            .insert(entry.user().to_owned());
    }
    by_store
}

/// The access token of a connection in the keyring.
pub fn access_token(fixture: &Fixture, connection: &str) -> Option<String> {
    let mut entries = secrets::entries(&fixture.env.world).into_iter();
    let entry = entries.find(|entry| entry.user() == connection)?;
    let payload: Value = serde_json::from_str(&entry.secret?).ok()?;
    payload["access"].as_str().map(str::to_owned)
}

/// Checks that the keyring has an entry for each row of this data folder and no other, that no
/// operation is unfinished, and that the neighbour's entries are unchanged.
pub fn keyring_and_rows(
    fixture: &Fixture,
    neighbours: &BTreeSet<String>,
    case: &str,
    tally: &mut Tally,
) {
    let db = Connection::open(fixture.database()).unwrap();
    let store: String = one(&db, "SELECT value FROM meta WHERE key = 'store_id'");
    let mut rows = BTreeSet::new();
    for table in ["clients", "connections"] {
        let mut query = db.prepare(&format!("SELECT id FROM {table}")).unwrap();
        rows.extend(
            query
                .query_map([], |row| row.get::<_, String>(0))
                .unwrap()
                .flatten(),
        );
    }
    let mut entries = entries(fixture);
    let own = entries.remove(&store).unwrap_or_default();
    tally.must(
        case,
        own == rows,
        &format!("entries {own:?}, rows {rows:?}"),
    );
    let others: BTreeSet<_> = entries.into_values().flatten().collect();
    tally.must(
        case,
        others == *neighbours,
        "a neighbour's entry was touched",
    );
    let undone: i64 = one(
        &db,
        "SELECT count(*) FROM operations WHERE finished_at IS NULL AND kind NOT IN ('revoke', 'refresh')",
    );
    tally.must(
        case,
        undone == 0,
        &format!("{undone} operations left undone"),
    );
}

/// Checks that no code was sent twice, and no refresh token unless an operation records it.
pub async fn requests(fixture: &Fixture, tally: &mut Tally) {
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let mut refresh_tokens: BTreeMap<String, usize> = BTreeMap::new();
    for request in fixture.env.sandbox.requests().await {
        if request["path"] == "/v1/oauth/token" {
            for (field, seen) in [("code", &mut codes), ("refresh_token", &mut refresh_tokens)] {
                if let Some(hash) = request["body"][field].as_str() {
                    *seen.entry(hash.to_owned()).or_default() += 1;
                }
            }
        }
    }
    let most = codes.into_values().max().unwrap_or_default();
    tally.must("all", most <= 1, &format!("a code was sent {most} times"));
    let repeated = refresh_tokens.values().filter(|sent| **sent > 1).count();
    let most = refresh_tokens.into_values().max().unwrap_or_default();
    tally.must(
        "all",
        most <= 2,
        &format!("a refresh token was sent {most} times"),
    );
    let db = Connection::open(fixture.database()).unwrap();
    let journaled: i64 = one(
        &db,
        "SELECT count(*) FROM operations WHERE kind = 'refresh' AND act ->> '$.sent.again_at' IS NOT NULL",
    );
    tally.must(
        "all",
        i64::try_from(repeated).unwrap() <= journaled,
        &format!("{repeated} refresh tokens were sent twice, {journaled} times by the journal"),
    );
}

fn one<T: rusqlite::types::FromSql>(db: &Connection, query: &str) -> T {
    db.query_row(query, [], |row| row.get(0)).unwrap()
}
