//! Measurements, printed without a limit to keep to: run them with scripts/bench.

// The keyring, the display and the processes that they look at are those of Linux.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on says so by panicking"
)]
#![allow(clippy::print_stdout, reason = "the figures are the result")]

mod check_all;
mod figures;
mod hand_out;
mod scan;
mod start;
mod watch;
mod window;
