//! What happened, for whoever shows it.

use crate::domain::authorization::Authorization;
use crate::domain::check_all::CheckAll;
use crate::domain::problem::Problem;
use crate::domain::rebuilt::Rebuilt;

/// What happened, for whoever shows it.
#[derive(Debug, Clone)]
pub enum Event {
    /// Clients or connections changed.
    Changed,
    /// An authorization moved on.
    Authorization(Authorization),
    /// A check of all connections moved on, or ended.
    CheckAll(CheckAll),
    /// The list was filled from the keyring.
    Rebuilt(Rebuilt),
    /// The list is to be filled from the keyring, which cannot be read yet.
    RebuildWaits(Problem),
    /// A callback came in that belongs to no authorization, or to one that is over.
    CallbackRefused(Problem),
}
