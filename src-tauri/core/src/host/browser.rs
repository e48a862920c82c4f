//! Opening URLs and folders with the system's programs.

use std::io;

/// Opens a URL in a browser, or a folder in a file manager; returns at once.
pub type Opener = Box<dyn Fn(&str) -> io::Result<()> + Send + Sync>;

/// Opens a URL, or a folder, with the system's program for it and returns at once.
pub fn open_in_browser(url: &str) -> io::Result<()> {
    open::that_detached(url)
}
