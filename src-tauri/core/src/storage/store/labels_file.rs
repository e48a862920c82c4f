//! What no request could bring back of connections, that is what a person wrote on them and which were moved:
//! in their rows, and once more in a file beside the database, for the rows that are restored from the vault
//! when it is lost.
//!
//! The file follows the rows. It decides nothing but that a connection is not used here, which the person can
//! take back.

use std::collections::BTreeMap;
use std::fs;

use rusqlite::{Connection as Db, Row, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::generation::meta;
use super::json::Json;
use super::quarantine::REBUILD_NOTE;
use super::revision::touch_connection;
use crate::domain::annotation::{Annotation, Labels, Note};
use crate::domain::problem::Problem;
use crate::domain::time::Millis;
use crate::storage::data_folder::DataFolder;
use crate::storage::small_file::{read, replace};

const FILE: &str = "keyrack-labels.json";

/// Whether a row of `connections` has anything to say in the file.
pub(super) const HAS_TO_SAY: &str =
    "labels <> '[]' OR note IS NOT NULL OR expires_on IS NOT NULL OR moved_at IS NOT NULL";

/// The most bytes of the file that are read: those of many thousand connections.
const MOST_BYTES: u64 = 32 << 20;

/// What the file says: of which data folder it is, and what of its connections (`Connection::id`).
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    store: String,
    connections: KeptRows,
}

type KeptRows = BTreeMap<String, KeptRow>;

/// What the file says of a connection.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptRow {
    #[serde(flatten)]
    annotation: Annotation,
    /// Since when it is moved to another computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved_at: Option<Millis>,
}

/// What is written on a connection, from these three columns on.
pub(super) fn annotation_from(row: &Row<'_>, at: usize) -> Annotation {
    // One row that no Keyrack wrote keeps no other from being used.
    let labels = row.get::<_, Json<Labels>>(at);
    let note = row.get::<_, Option<String>>(at + 1);
    let day = row.get::<_, Option<String>>(at + 2);
    Annotation {
        labels: labels.map(|json| json.0).unwrap_or_default(),
        note: Note::from(note.ok().flatten()),
        expires_on: day.ok().flatten().and_then(|day| day.try_into().ok()),
    }
}

/// Has the file say what the rows do. While a rebuild is wanted, it keeps what it says of connections that
/// are not listed. If it cannot be written, the next change or start tries again: the rows have it all.
pub(super) fn keep(db: &mut Db, folder: &DataFolder, store: &str) {
    let mut kept = || -> Result<(), Problem> {
        // Of several processes, the last to write the file has read what all wrote to the rows.
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut connections = told(&tx)?;
        let is_listed = "SELECT EXISTS (SELECT 1 FROM connections WHERE id = ?1)";
        if meta(&tx, REBUILD_NOTE)?.is_some() {
            for (id, kept) in kept_in(folder, store) {
                if !tx.query_row(is_listed, [&id], |row| row.get::<_, bool>(0))? {
                    connections.insert(id, kept);
                }
            }
        }
        write_file(folder, store, connections)
    };
    let _ = kept();
}

/// Writes on the connections that are listed what the file says of them.
pub(super) fn bring_back(db: &Db, folder: &DataFolder, store: &str) -> rusqlite::Result<()> {
    let kept = kept_in(folder, store);
    kept.iter()
        .try_for_each(|(id, kept)| write_kept(db, id, kept))
}

/// Writes on a connection what the file says of it, if it is listed.
pub(super) fn write_kept(db: &Db, id: &str, kept: &KeptRow) -> rusqlite::Result<()> {
    write(db, id, &kept.annotation)?;
    let moved_at = kept.moved_at.map(|at| at.0);
    let sql = "UPDATE connections SET moved_at = ?2 WHERE id = ?1";
    db.execute(sql, params![id, moved_at]).map(drop)
}

/// What the file says; nothing if it is not this data folder's or no Keyrack could have written it.
pub(super) fn kept_in(folder: &DataFolder, store: &str) -> KeptRows {
    let content = read(folder, FILE, MOST_BYTES).unwrap_or_default();
    let kept: Option<Kept> = serde_json::from_slice(&content).ok();
    let ours = kept.filter(|kept| kept.store == store);
    ours.map(|kept| kept.connections).unwrap_or_default()
}

/// Writes on a connection, if it is listed.
pub(super) fn write(db: &Db, id: &str, annotation: &Annotation) -> rusqlite::Result<()> {
    let Annotation {
        labels,
        note,
        expires_on,
    } = annotation;
    let day = expires_on.map(String::from);
    db.execute(
        "UPDATE connections SET labels = ?2, note = ?3, expires_on = ?4 WHERE id = ?1",
        params![id, Json(labels), note.text(), day],
    )?;
    touch_connection(db, id)
}

/// What the rows have to say of connections.
fn told(db: &Db) -> rusqlite::Result<KeptRows> {
    let sql = format!(
        "SELECT id, labels, note, expires_on, moved_at FROM connections WHERE {HAS_TO_SAY}"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([], |row| {
        let kept = KeptRow {
            annotation: annotation_from(row, 1),
            moved_at: row.get::<_, Option<i64>>(4).ok().flatten().map(Millis),
        };
        Ok((row.get(0)?, kept))
    })?;
    let is_any = |(_, kept): &(String, KeptRow)| *kept != KeptRow::default();
    rows.filter(|row| row.as_ref().map_or(true, is_any))
        .collect()
}

/// Writes the file, unless it says so already; there is none where there is nothing to say.
fn write_file(folder: &DataFolder, store: &str, connections: KeptRows) -> Result<(), Problem> {
    if connections.is_empty() {
        let _ = fs::remove_file(folder.path().join(FILE));
        return Ok(());
    }
    let kept = Kept {
        store: store.to_owned(),
        connections,
    };
    let content = serde_json::to_vec(&kept).map_err(|error| folder.failed(&error.into()))?;
    if read(folder, FILE, MOST_BYTES).as_ref() == Some(&content) {
        return folder.file(FILE).map(drop);
    }
    replace(folder, FILE, &content)
}
