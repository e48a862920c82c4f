//! Views: the data that a front end reads.

pub mod about;
pub mod activity;
pub mod changes;
pub mod details;
pub mod snapshot;
