//! Connect, step by step: how far an authorization is, in the store and for the front end.

use crate::domain::authorization::{Authorization, Progress};
use crate::domain::event::Event;
use crate::keyrack::Keyrack;

impl Keyrack {
    /// Moves an authorization on, in the store and as an event, which is emitted even if the store
    /// cannot be written.
    pub(in crate::acts) fn move_on(
        &self,
        authorization: Authorization,
        progress: Progress,
    ) -> Authorization {
        let _ = self.store.save_progress(&authorization.id, &progress);
        if progress.is_final() {
            self.pending.remove(&authorization.id);
        }
        let authorization = Authorization {
            progress,
            ..authorization
        };
        self.emit(&Event::Authorization(authorization.clone()));
        authorization
    }
}
