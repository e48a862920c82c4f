//! The person's preferences and a front end's own settings, in the store.

use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::database::Store;
use super::json::{Json, Word};
use super::revision::touch_preferences;
use crate::domain::preferences::{BackgroundChecks, Language, Preferences};
use crate::domain::problem::Problem;

const BACKGROUND_CHECKS: &str = "background_checks";
const NOTIFICATIONS: &str = "notifications";
const CLIPBOARD_SECONDS: &str = "clipboard_seconds";
const LANGUAGE: &str = "language";

impl Store {
    /// The person's preferences, with defaults for what was never chosen; without the start at
    /// login.
    pub(crate) fn preferences(&self) -> Result<Preferences, Problem> {
        Ok(read(&self.lock())?)
    }

    /// Keeps the person's preferences, all or nothing.
    pub(crate) fn set_preferences(&self, chosen: &Preferences) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        set(&tx, BACKGROUND_CHECKS, &Word(chosen.background_checks))?;
        set(&tx, NOTIFICATIONS, &Json(chosen.notifications))?;
        set(&tx, CLIPBOARD_SECONDS, &Json(chosen.clipboard_seconds))?;
        match chosen.language {
            Some(language) => set(&tx, LANGUAGE, &Word(language))?,
            None => drop(tx.execute("DELETE FROM meta WHERE key = ?1", params![LANGUAGE])?),
        }
        touch_preferences(&tx)?;
        Ok(tx.commit()?)
    }

    /// A front end's own setting.
    pub(crate) fn setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Problem> {
        Ok(get::<Json<T>>(&self.lock(), key)?.map(|json| json.0))
    }

    /// Keeps a front end's own setting.
    pub(crate) fn set_setting(&self, key: &str, value: &impl Serialize) -> Result<(), Problem> {
        Ok(set(&self.lock(), key, &Json(value))?)
    }

    /// Keeps how often connections are checked in the background.
    pub(crate) fn set_background_checks(&self, checks: BackgroundChecks) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        set(&tx, BACKGROUND_CHECKS, &Word(checks))?;
        touch_preferences(&tx)?;
        Ok(tx.commit()?)
    }
}

/// The person's preferences, without the start at login.
pub(super) fn read(db: &Connection) -> rusqlite::Result<Preferences> {
    let checks = get::<Word<BackgroundChecks>>(db, BACKGROUND_CHECKS)?;
    let language = get::<Word<Language>>(db, LANGUAGE)?;
    Ok(Preferences {
        background_checks: checks.map_or_else(BackgroundChecks::default, |word| word.0),
        notifications: get::<Json<bool>>(db, NOTIFICATIONS)?.is_none_or(|json| json.0),
        start_at_login: false,
        clipboard_seconds: get::<Json<u32>>(db, CLIPBOARD_SECONDS)?.map_or(30, |json| json.0),
        language: language.map(|word| word.0),
    })
}

fn get<T: FromSql>(db: &Connection, key: &str) -> rusqlite::Result<Option<T>> {
    let mut query = db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    query.query_row(params![key], |row| row.get(0)).optional()
}

fn set(db: &Connection, key: &str, value: &impl ToSql) -> rusqlite::Result<()> {
    let mut write =
        db.prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?;
    write.execute(params![key, value])?;
    Ok(())
}
