//! The system's browser, and its other programs for links and folders.

use std::io;

/// Opens a link, or a folder, with the system's program for it and returns at once.
pub fn open_in_browser(link: &str) -> io::Result<()> {
    open::that_detached(link)
}
