//! The sandbox as a server, spoken to over real HTTP.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;
mod consent;
mod control;
mod faults;
#[path = "../shared/installed.rs"]
mod installed;
mod modes;
mod peers;
mod restart;
mod sample;
mod tokens;
