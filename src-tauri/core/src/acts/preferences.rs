//! Preferences: changing and applying the person's choices.

use crate::domain::event::Event;
use crate::domain::preferences::{BackgroundChecks, CLIPBOARD_SECONDS, Preferences};
use crate::domain::problem::{Cause, Field, Problem};
use crate::keyrack::Keyrack;

impl Keyrack {
    /// Keeps the person's preferences, for all processes.
    ///
    /// Fails with `invalid-input`, or with `start-at-login-failed` once all else is kept.
    pub fn set_preferences(&self, chosen: &Preferences) -> Result<(), Problem> {
        if !CLIPBOARD_SECONDS.contains(&chosen.clipboard_seconds) {
            return Err(Cause::InvalidInput {
                field: Field::ClipboardSeconds,
            }
            .into());
        }
        let checks = chosen.background_checks != BackgroundChecks::Off;
        // Before the rest, with whose new revision it is read.
        let at_login = self.start_at_login(chosen.start_at_login && checks);
        self.store.set_preferences(chosen)?;
        self.emit(&Event::Changed);
        at_login
    }

    /// Sets how often connections are checked in the background; takes effect within a minute, in
    /// whichever process watches.
    pub fn set_background_checks(&self, checks: BackgroundChecks) -> Result<(), Problem> {
        self.store.set_background_checks(checks)
    }

    /// Sets whether background checks start at login.
    pub(super) fn start_at_login(&self, on: bool) -> Result<(), Problem> {
        let folder = self.folder.path();
        if on == self.login_item.is_enabled(folder) {
            return Ok(());
        }
        self.login_item.set_enabled(on, folder).map_err(|error| {
            Cause::StartAtLoginFailed {
                detail: error.to_string(),
            }
            .into()
        })
    }

    /// Shows the data folder in the system's file manager.
    pub fn open_data_folder(&self) -> Result<(), Problem> {
        let path = self.folder.path().display().to_string();
        (self.opener)(&path).map_err(|error| {
            Cause::NotOpened {
                path,
                detail: error.to_string(),
            }
            .into()
        })
    }
}
