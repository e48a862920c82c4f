//! The system's browser.

use std::io;

/// Opens a link in the system's browser and returns at once.
pub fn open_in_browser(link: &str) -> io::Result<()> {
    open::that_detached(link)
}
