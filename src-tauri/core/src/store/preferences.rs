//! What the person has chosen, in the store.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::json::Word;
use crate::problem::Problem;
use crate::watch::BackgroundChecks;

const BACKGROUND_CHECKS: &str = "background_checks";

impl Store {
    /// How often connections are checked in the background; off until somebody chooses.
    pub(crate) fn background_checks(&self) -> Result<BackgroundChecks, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        let chosen = query
            .query_row(params![BACKGROUND_CHECKS], |row| row.get::<_, Word<_>>(0))
            .optional()?;
        Ok(chosen.map_or_else(BackgroundChecks::default, |word| word.0))
    }

    /// Keeps that choice.
    pub(crate) fn set_background_checks(&self, checks: BackgroundChecks) -> Result<(), Problem> {
        self.lock().execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
            params![BACKGROUND_CHECKS, Word(checks)],
        )?;
        Ok(())
    }
}
