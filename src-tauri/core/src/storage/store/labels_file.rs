//! What a person wrote on connections: in their rows, and once more in a file beside the database, for
//! the rows that are restored from the vault when it is lost.
//!
//! The file follows the rows. What it says is text to show, and decides nothing.

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
use crate::storage::data_folder::DataFolder;
use crate::storage::small_file::{read, replace};

const FILE: &str = "keyrack-labels.json";

/// The most bytes of the file that are read: those of many thousand connections.
const MOST_BYTES: u64 = 32 << 20;

/// What the file says: of which data folder it is, and what was written on its connections
/// (`Connection::id`).
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    store: String,
    connections: Annotations,
}

type Annotations = BTreeMap<String, Annotation>;

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
        let mut connections = written(&tx)?;
        let is_listed = "SELECT EXISTS (SELECT 1 FROM connections WHERE id = ?1)";
        if meta(&tx, REBUILD_NOTE)?.is_some() {
            for (id, annotation) in kept_in(folder, store) {
                if !tx.query_row(is_listed, [&id], |row| row.get::<_, bool>(0))? {
                    connections.insert(id, annotation);
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
        .try_for_each(|(id, annotation)| write(db, id, annotation))
}

/// What the file says; nothing if it is not this data folder's or no Keyrack could have written it.
pub(super) fn kept_in(folder: &DataFolder, store: &str) -> Annotations {
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

/// The connections on which anything is written.
fn written(db: &Db) -> rusqlite::Result<Annotations> {
    let sql = "SELECT id, labels, note, expires_on FROM connections
               WHERE labels <> '[]' OR note IS NOT NULL OR expires_on IS NOT NULL";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, annotation_from(row, 1))))?;
    let is_any = |(_, annotation): &(String, Annotation)| *annotation != Annotation::default();
    rows.filter(|row| row.as_ref().map_or(true, is_any))
        .collect()
}

/// Writes the file, unless it says so already; there is none where there is nothing to say.
fn write_file(folder: &DataFolder, store: &str, connections: Annotations) -> Result<(), Problem> {
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
