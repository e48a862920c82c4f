//! Moved: the person takes back that connections were moved to another computer. That they work there, and
//! can go here, is said by forgetting them.

use crate::domain::connection::Connection;
use crate::domain::event::Event;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use notion_oauth::sanitize_display_text;

impl Keyrack {
    /// Whether a connection was moved to another computer; fails with `not-moved`.
    pub fn is_moved(&self, connection: &Connection) -> Result<(), Problem> {
        if connection.moved_at.is_some() {
            return Ok(());
        }
        let workspace = sanitize_display_text(&connection.workspace_name);
        Err(Cause::NotMoved { workspace }.into())
    }

    /// Uses connections (`Connection::id`) here again that were moved, all or none. Returns them.
    ///
    /// Fails with `not-moved` or `connection-gone` and nothing changed.
    pub fn undo_move(&self, ids: &[String]) -> Result<Vec<Connection>, Problem> {
        for id in ids {
            self.is_moved(&self.store.connection(id)?)?;
        }
        self.store.undo_move(ids)?;
        self.emit(&Event::Changed);
        ids.iter().map(|id| self.store.connection(id)).collect()
    }
}
