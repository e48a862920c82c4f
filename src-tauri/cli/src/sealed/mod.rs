//! `keyrack export` and `keyrack import`: sealed files, by which connections go to another computer.

pub mod export;
pub mod import;
pub mod passphrase;
