//! SQLite connections to the database's file, and the meaning of SQLite's errors.

use std::path::Path;
use std::time::Duration;

use notion_oauth::sanitize_display_text;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::limits::Limit;
use rusqlite::{ErrorCode, OpenFlags, OptionalExtension as _, ffi};

use super::evidence::evidence_from;
use crate::domain::name_order::sort_key;
use crate::domain::problem::{Cause, Problem};

/// The name of the database's file in the data folder.
pub(super) const DATABASE: &str = "keyrack.db";

/// What SQLite keeps beside it, under its name with one of these behind it.
pub(super) const PARTS: [&str; 3] = ["-journal", "-wal", "-shm"];

/// How long a statement waits for another process that is writing.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Opens a connection to the database; the path's last part must not be a symbolic link.
pub(super) fn open_connection(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    distrust(&connection)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.create_scalar_function("sort_key", 1, PURE, |call| {
        Ok(call.get_raw(0).as_str().map(sort_key)?)
    })?;
    connection.create_scalar_function("needs_attention", 7, PURE, |call| {
        let evidence = evidence_from(|column| Ok(call.get_raw(column)))?;
        Ok(evidence.derive_status().needs_attention())
    })?;
    Ok(connection)
}

/// The longest value that is read, in bytes; Keyrack's own are a small part of it.
const LONGEST_VALUE: i32 = 1 << 20;

/// Has SQLite take nothing from the file but rows (SQLite, "Defense Against The Dark Arts"): other
/// programs can write it.
pub(super) fn distrust(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    for trusting in [
        DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA,
        DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER,
        DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW,
    ] {
        connection.set_db_config(trusting, false)?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    Ok(())
}

/// Refuses a database with parts that Keyrack never makes.
pub(super) fn refuse_strange_parts(connection: &rusqlite::Connection) -> Result<(), Problem> {
    let strange = connection
        .query_row(
            "SELECT type || ' ' || name FROM sqlite_schema WHERE type NOT IN ('table', 'index') LIMIT 1",
            [],
            |row| row.get::<_, String>(0),
        )
        .optional()?;
    match strange {
        None => Ok(()),
        Some(part) => Err(Cause::StoreAltered {
            part: sanitize_display_text(&part),
        }
        .into()),
    }
}

/// Has SQLite look through the whole database, by one of its checks. What could not be read this time is
/// no damage.
pub(super) fn check_soundness(
    connection: &rusqlite::Connection,
    check: &str,
) -> Result<(), Problem> {
    let mut query = connection.prepare(&format!("PRAGMA {check}"))?;
    let report = query
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?
        .join("\n");
    if report == "ok" {
        Ok(())
    } else if names_a_failed_read(&report) {
        Err(Cause::StoreFailed {
            detail: "disk I/O error".to_owned(),
        }
        .into())
    } else {
        Err(Cause::StoreDamaged.into())
    }
}

/// Whether a report names a page that could not be read or held in memory (SQLite, btree.c: "unable to
/// get the page. error code=N", "`btreeInitPage()` returns error code N").
fn names_a_failed_read(report: &str) -> bool {
    report.split("error code").skip(1).any(|rest| {
        let digits = rest.trim_start_matches(['=', ' ']);
        let end = digits.find(|c: char| !c.is_ascii_digit());
        let code = digits[..end.unwrap_or(digits.len())].parse::<i32>();
        // The rest of an extended code says more of the same.
        code.is_ok_and(|code| [ffi::SQLITE_IOERR, ffi::SQLITE_NOMEM].contains(&(code & 0xff)))
    })
}

/// What SQLite may assume about a function whose result follows from its arguments alone.
const PURE: FunctionFlags = FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC);

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Cause::StoreBusy.into(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Cause::StoreDamaged.into()
            }
            _ => Cause::StoreFailed {
                // A value from the file may be in it.
                detail: sanitize_display_text(&error.to_string()),
            }
            .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_could_not_be_read_is_told_from_a_damaged_one() {
        for (report, is_failed_read) in [
            (
                "Tree 7 page 9: unable to get the page. error code=266",
                true,
            ),
            (
                "*** in database main ***\nPage 3: btreeInitPage() returns error code 10",
                true,
            ),
            ("Tree 2 page 4: unable to get the page. error code=7", true),
            (
                "Tree 7 page 9: btreeInitPage() returns error code 11",
                false,
            ),
            ("row 1 missing from index begun", false),
            ("error code", false),
        ] {
            assert_eq!(names_a_failed_read(report), is_failed_read, "{report}");
        }
    }
}
