//! Data at rest: the data folder, the store in it, and the vault.

pub mod data_folder;
mod owner;
pub mod process_lock;
pub mod sealed;
mod sign;
mod small_file;
pub mod store;
pub mod vault;
