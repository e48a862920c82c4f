//! Reading operations, newest first, without blocking writers.

use rusqlite::{OpenFlags, ToSql, params_from_iter};

use super::json::Word;
use super::operations::{COLUMNS, operation_from, readable};
use crate::domain::kind::Kind;
use crate::domain::operation::Operation;
use crate::domain::problem::Problem;
use crate::domain::time::Millis;
use crate::storage::data_folder::DataFolder;

/// A separate database connection for reading operations: years of them hold up nobody.
#[derive(Debug)]
pub(crate) struct History {
    connection: rusqlite::Connection,
}

impl History {
    /// Opens a folder's database for reading; a missing one is not created.
    pub fn open(folder: &DataFolder) -> Result<Self, Problem> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let path = folder.path().join(super::sqlite::DATABASE);
        let connection = rusqlite::Connection::open_with_flags(path, flags)?;
        super::sqlite::distrust(&connection)?;
        connection.busy_timeout(super::sqlite::BUSY)?;
        Ok(Self { connection })
    }

    /// Passes operations to `take`, each with when it ended, newest first, until it wants no more; only those of a
    /// connection, of some kinds, and from before the one with the id `before`, as far as these are
    /// given.
    pub fn each(
        &self,
        connection: Option<&str>,
        kinds: Option<&[Kind]>,
        before: Option<&str>,
        mut take: impl FnMut(Operation, Option<Millis>) -> bool,
    ) -> Result<(), Problem> {
        let mut sql = format!("SELECT {COLUMNS} FROM operations WHERE TRUE");
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        if let Some(connection) = connection {
            sql += " AND connection = ?";
            values.push(Box::new(connection.to_owned()));
        }
        if let Some(kinds) = kinds {
            let places = vec!["?"; kinds.len()].join(", ");
            sql = format!("{sql} AND kind IN ({places})");
            values.extend(
                kinds
                    .iter()
                    .map(|kind| Box::new(Word(*kind)) as Box<dyn ToSql>),
            );
        }
        if let Some(kinds) = kinds
            && !kinds.contains(&Kind::Check)
        {
            // Only with this exact condition is the index without checks used.
            sql += " AND kind <> 'check'";
        }
        if let Some(before) = before {
            sql += " AND (started_at, id) < (SELECT started_at, id FROM operations WHERE id = ?)";
            values.push(Box::new(before.to_owned()));
        }
        sql += " ORDER BY started_at DESC, id DESC";
        let mut query = self.connection.prepare(&sql)?;
        let rows = query.query_map(params_from_iter(values), operation_from)?;
        for row in readable(rows) {
            let (operation, ended_at) = row?;
            if !take(operation, ended_at) {
                break;
            }
        }
        Ok(())
    }

    /// Reads the whole database and compares it with its own indexes.
    pub fn integrity(&self) -> Result<(), Problem> {
        super::sqlite::check_soundness(&self.connection, "integrity_check")
    }
}
