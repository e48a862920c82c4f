//! State that lives no longer than the process.

pub mod asked;
pub mod batch;
pub mod localhost;
pub mod locks;
pub mod notions;
pub mod pending;
pub mod proxy;
pub mod unacknowledged;
