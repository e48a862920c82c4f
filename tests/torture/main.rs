//! Campaigns against the real programs, of any length (scripts/torture); a short one is part of every
//! test run.

// The keyring, the display and the processes that they look at are those of Linux.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a campaign that cannot go on says so by panicking"
)]
#![allow(clippy::print_stdout, reason = "the figures are the result")]

mod flows;
mod invariants;
mod kills;
mod links;
mod moments;
mod neighbours;
mod pairs;
mod soak;
mod tally;
mod window;
