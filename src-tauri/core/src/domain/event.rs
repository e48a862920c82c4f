//! Events for the front end.

use crate::domain::authorization::Authorization;
use crate::domain::batch::{Batch, BatchEnd};
use crate::domain::problem::Problem;
use crate::domain::rebuilt::Rebuilt;
use crate::domain::removal::Removal;

/// An event for the front end.
#[derive(Debug, Clone)]
pub enum Event {
    /// Clients or connections changed.
    Changed,
    /// An act on this connection (`Connection::id`) waits for another process that is at work on it.
    WaitsElsewhere(String),
    /// An authorization made progress, or ended.
    Authorization(Authorization),
    /// An act on many connections made progress.
    Batch(Batch),
    /// An act on many connections ended.
    BatchEnded(BatchEnd),
    /// The removal of everything came to its next stage.
    Removal(Removal),
    /// The list was rebuilt from the keyring.
    Rebuilt(Rebuilt),
    /// The list is to be rebuilt from the keyring, which cannot be read yet.
    RebuildWaits(Problem),
    /// A callback was refused: it belongs to no authorization, or to one that is over.
    CallbackRefused(Problem),
}
