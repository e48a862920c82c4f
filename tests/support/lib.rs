//! A private world for a test: its own home, session bus, keyring and display, and the real
//! programs in it — the window, a browser, the sandbox — driven as a person would.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on says so by panicking"
)]
#![allow(
    clippy::must_use_candidate,
    clippy::new_without_default,
    reason = "its only callers are tests"
)]

pub mod assistive;
pub mod browser;
pub mod cli;
pub mod clipboard;
pub mod display;
pub mod keyring;
pub mod keys;
pub mod links;
pub mod notifications;
pub mod page;
pub mod page_host;
pub mod pointer;
pub mod process;
pub mod programs;
pub mod rows;
pub mod sandbox;
pub mod secret_service;
pub mod secrets;
pub mod terminal;
pub mod test_env;
pub mod wait;
pub mod window;
pub mod words;
pub mod world;
