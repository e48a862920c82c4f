//! A private world for a test: its own home, session bus, keyring and display, and the real
//! programs in it — the window, a browser, the sandbox — driven as a person would.

#![allow(dead_code, reason = "each test file uses its own part of the world")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

pub mod browser;
pub mod cli;
pub mod clipboard;
pub mod keyring;
pub mod links;
pub mod notifications;
pub mod page;
pub mod page_host;
pub mod process;
pub mod programs;
pub mod rows;
pub mod sandbox;
pub mod scene;
pub mod secret_service;
pub mod secrets;
pub mod wait;
pub mod window;
pub mod words;
pub mod world;
