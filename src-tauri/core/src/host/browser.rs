//! Opening URLs and folders with the system's programs.

use std::io;

/// Opens a URL in a browser, or a folder in a file manager; returns at once.
pub type Opener = Box<dyn Fn(&str) -> io::Result<()> + Send + Sync>;

/// Whether a browser can be opened at all: without a display, a program that opens addresses starts
/// whatever browser runs in a terminal, where nobody can use it. Who names a browser is believed, and
/// Windows has one for its Linux.
#[must_use]
pub fn may_have_browser() -> bool {
    let names = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"];
    let is_set = |name| std::env::var_os(name).is_some_and(|set| !set.is_empty());
    !cfg!(target_os = "linux") || names.into_iter().any(is_set)
}

/// Opens a URL, or a folder, with the system's program for it and returns at once.
pub fn open_in_browser(url: &str) -> io::Result<()> {
    open::that_detached(url)
}
