//! Whole programs, each test in a private world: the window, the command and the sandbox, with a
//! real keyring, browser and display, by means of `support`.

// The keyring, the display and the processes that they look at are those of Linux.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod check;
mod cli;
mod clients;
mod clipboard;
mod connect;
mod database;
mod hand_out;
mod harness;
mod import;
mod journey;
mod keyring;
mod labels;
mod leaks;
mod package;
mod permissions;
mod refresh;
mod revoke;
mod scan;
mod screens;
mod sealed;
mod side_by_side;
mod signals;
mod single_instance;
mod terminal;
