//! The outside world as values: what Keyrack acts through, real or played by a test.

use crate::domain::event::Event;
use crate::host::browser::Opener;
use crate::host::clock::Clock;
use crate::host::login_item::LoginItem;
use crate::storage::vault::KeyringConnector;

/// The outside world as values.
pub struct Effects {
    /// Tells the time.
    pub clock: Clock,
    /// Connects to the keyring.
    pub keyring: KeyringConnector,
    /// Opens the browser.
    pub opener: Opener,
    /// Starts background checks at login.
    pub login_item: Box<dyn LoginItem>,
    /// Hears what happens.
    pub listener: Box<dyn Fn(&Event) + Send + Sync>,
}
