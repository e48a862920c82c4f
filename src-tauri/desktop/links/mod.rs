//! Incoming app links, and the second instance that forwards its own to the open window.

#[cfg(target_os = "linux")]
pub mod activation;
pub mod app_link;
pub mod inbox;
pub mod round_trip;
#[cfg(target_os = "linux")]
pub mod single_instance;
pub mod wanted;
