//! No secret where none belongs: every flow with known secrets, then every file, every message to
//! the window, every state of the page and every word of the command line is searched for them.

mod arrivals;
mod command_line;
mod crashes;
mod memory;
pub mod search;
mod watched;
mod window;
