//! The crate against servers on loopback that follow a script.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod faults;
#[cfg(target_os = "linux")]
mod proxies;
mod requests;
mod retries;
mod second_process;
mod server;
#[cfg(target_os = "linux")]
mod tls;
