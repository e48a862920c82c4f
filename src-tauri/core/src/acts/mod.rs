//! The acts: one file for each verb, with its recovery. All are methods of `Keyrack`.

pub mod access;
pub mod batch;
pub mod check;
pub mod clients;
pub mod connect;
pub mod export;
pub mod forget;
pub mod hand_out;
pub mod import;
mod label;
pub mod lease;
mod moved;
pub mod naming;
pub mod pass_on;
mod preferences;
mod prune;
pub mod rebuild;
mod recover;
mod refresh;
pub mod remove_everything;
pub mod revoke;
pub mod scan;
pub mod self_test;
