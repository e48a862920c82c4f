//! No secret where none belongs: every flow with known secrets, then every file, every message to
//! the window, every state of the page and every word of the command line is searched for them.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod command_line;
mod crashes;
mod search;
mod watched;
mod window;
