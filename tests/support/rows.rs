//! Lists of any length, of which only a few rows are really connected.

use super::test_env::TestEnv;

/// Adds copies of the existing row, last checked a day ago, each with a name of its own; every
/// twentieth is inactive. The keyring has no tokens for them, so that a check of them ends there.
pub fn grow(env: &TestEnv, rows: usize) {
    let mut db = env.database();
    let tx = db.transaction().unwrap();
    let columns =
        "client, workspace_id, workspace_icon, owner, has_refresh_token, connected_at, verdict_at";
    for row in 1..rows {
        let copy = format!(
            "INSERT OR IGNORE INTO connections (id, bot_id, workspace_name, verdict, {columns})
             SELECT 'bench-' || ?1, 'bench-' || ?1, ?2 || ' ' || ?1, iif(cast(?1 AS INTEGER) % 20, 'active', 'inactive'), {columns}
             FROM connections WHERE bot_id NOT LIKE 'bench-%'"
        );
        let name = NAMES[row % NAMES.len()];
        tx.execute(&copy, rusqlite::params![row.to_string(), name])
            .unwrap();
    }
    let day = 24 * 60 * 60 * 1_000;
    tx.execute("UPDATE connections SET verdict_at = verdict_at - ?1", [day])
        .unwrap();
    touch(&tx);
    tx.commit().unwrap();
}

/// Gives each row labels of two of sixty customers, and every tenth a note too.
pub fn label(env: &TestEnv) {
    let db = env.database();
    let sql = "UPDATE connections SET
            labels = json_array('Customer ' || (rowid % 60), 'Team ' || (rowid % 7)),
            note = iif(rowid % 10, NULL, 'Asked for by the customer’s own people in the spring')";
    db.execute(sql, []).unwrap();
    touch(&db);
}

/// Gives all rows new revisions, by which a window that is open reads them again.
pub fn touch(database: &rusqlite::Connection) {
    database
        .execute_batch(
            "UPDATE connections SET revision = rowid + (SELECT last FROM revision);
             UPDATE revision SET last = (SELECT max(revision) FROM connections);",
        )
        .unwrap();
}

const NAMES: [&str; 7] = [
    "Acme Research",
    "Bibliothek am Park",
    "Café Ürsprung",
    "Kestrel Studio",
    "Launchpad",
    "Northwind Client Portal",
    "Tidewater Ops",
];
