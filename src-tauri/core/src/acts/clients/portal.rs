//! Notion's portal, where a client is created and its redirect URI registered.

use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;

/// The page of the portal that lists the person's clients, which it calls connections.
pub const PORTAL: &str = "https://app.notion.com/developers/connections";

impl Keyrack {
    /// Opens the portal in the browser.
    pub fn open_portal(&self) -> Result<(), Problem> {
        (self.opener)(PORTAL).map_err(|_| Problem::from(Cause::BrowserFailed))
    }
}
