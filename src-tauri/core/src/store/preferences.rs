//! What the person has chosen, and where the window was, in the store.

use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Connection, OptionalExtension, params};

use super::Store;
use super::json::{Json, Word};
use crate::preferences::{Language, Preferences};
use crate::problem::Problem;
use crate::watch::BackgroundChecks;
use crate::window_place::WindowPlace;

const BACKGROUND_CHECKS: &str = "background_checks";
const NOTIFICATIONS: &str = "notifications";
const CLIPBOARD_SECONDS: &str = "clipboard_seconds";
const LANGUAGE: &str = "language";
const WINDOW: &str = "window";

impl Store {
    /// What was chosen, and for what was not, what holds until then. Says nothing of the login.
    pub(crate) fn preferences(&self) -> Result<Preferences, Problem> {
        let db = self.lock();
        let checks = get::<Word<BackgroundChecks>>(&db, BACKGROUND_CHECKS)?;
        let language = get::<Word<Language>>(&db, LANGUAGE)?;
        Ok(Preferences {
            background_checks: checks.map_or_else(BackgroundChecks::default, |word| word.0),
            notifications: get::<Json<bool>>(&db, NOTIFICATIONS)?.is_none_or(|json| json.0),
            start_at_login: false,
            clipboard_seconds: get::<Json<u32>>(&db, CLIPBOARD_SECONDS)?.map_or(30, |json| json.0),
            language: language.map(|word| word.0),
        })
    }

    /// Keeps what was chosen, all or nothing.
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
        Ok(tx.commit()?)
    }

    /// Keeps how often connections are checked in the background.
    pub(crate) fn set_background_checks(&self, checks: BackgroundChecks) -> Result<(), Problem> {
        Ok(set(&self.lock(), BACKGROUND_CHECKS, &Word(checks))?)
    }

    /// Where the window was when it was last closed.
    pub(crate) fn window_place(&self) -> Result<Option<WindowPlace>, Problem> {
        Ok(get::<Json<_>>(&self.lock(), WINDOW)?.map(|json| json.0))
    }

    /// Keeps where the window is.
    pub(crate) fn set_window_place(&self, place: &WindowPlace) -> Result<(), Problem> {
        Ok(set(&self.lock(), WINDOW, &Json(place))?)
    }
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
