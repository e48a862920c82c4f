//! The program `notion-sandbox`: how it starts and ends, and who works with it unmodified.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

#[cfg(unix)]
mod documentation;
#[path = "../shared/installed.rs"]
mod installed;
mod life;
mod peers;
mod started;
