//! Label: what a person writes on connections to find them again. Nobody is asked, and nothing is sent.

use crate::domain::annotation::{Annotation, LabelChange, Labels, Note, typed_day};
use crate::domain::connection::Connection;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;

impl Keyrack {
    /// Gives a connection these labels in place of the ones that it has.
    pub fn set_labels(&self, id: &str, labels: &[String]) -> Result<Connection, Problem> {
        let labels = Labels::typed(labels)?;
        self.annotate_one(id, |before| Annotation {
            labels: labels.clone(),
            ..before
        })
    }

    /// Notes a text on a connection in place of the one that it has; an empty one takes it away.
    pub fn set_note(&self, id: &str, note: &str) -> Result<Connection, Problem> {
        let note = Note::typed(note)?;
        self.annotate_one(id, |before| Annotation {
            note: note.clone(),
            ..before
        })
    }

    /// Writes the day on which a token that was made elsewhere ends; an empty text takes it away. Fails with
    /// `no-expiry` for any other connection.
    pub fn set_expiry(&self, id: &str, day: &str) -> Result<Connection, Problem> {
        let expires_on = typed_day(day)?;
        self.refuse_expiry(id)?;
        self.annotate_one(id, |before| Annotation {
            expires_on,
            ..before
        })
    }

    /// Changes what is written on connections, all or none. Returns the connections; those that are gone
    /// are passed over.
    pub fn label_connections(
        &self,
        ids: &[String],
        change: &LabelChange,
    ) -> Result<Vec<Connection>, Problem> {
        if change.expires_on.is_some() {
            ids.iter().try_for_each(|id| self.refuse_expiry(id))?;
        }
        self.store.annotate(ids, |before| before.changed(change))?;
        let mut connections = Vec::new();
        for id in ids {
            match self.store.connection(id) {
                Err(gone) if gone.cause == Cause::ConnectionGone => {}
                row => connections.push(row?),
            }
        }
        Ok(connections)
    }

    /// Refuses a day on which the tokens of a client would end: Notion names none.
    fn refuse_expiry(&self, id: &str) -> Result<(), Problem> {
        if self.store.connection(id)?.made_elsewhere {
            return Ok(());
        }
        Err(Cause::NoExpiry.into())
    }

    fn annotate_one(
        &self,
        id: &str,
        change: impl Fn(Annotation) -> Annotation,
    ) -> Result<Connection, Problem> {
        let only = [id.to_owned()];
        self.store.annotate(&only, |before| Ok(change(before)))?;
        self.store.connection(id)
    }
}
