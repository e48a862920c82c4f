//! Effects on the outside world as values, real or those of a test.

use crate::domain::event::Event;
use crate::host::browser::Opener;
use crate::host::clock::{Clock, UptimeClock};
use crate::host::login_item::LoginItem;
use crate::storage::vault::KeyringConnector;

/// The effects that Keyrack acts through.
pub struct Effects {
    /// The clock.
    pub clock: Clock,
    /// The uptime, by which waits end whatever the clock says.
    pub uptime: UptimeClock,
    /// The connector to the keyring.
    pub keyring: KeyringConnector,
    /// The opener of URLs and folders.
    pub opener: Opener,
    /// The start of background checks at login.
    pub login_item: Box<dyn LoginItem>,
    /// The listener to events.
    pub listener: Box<dyn Fn(&Event) + Send + Sync>,
}
