//! App links on their way in, and a second start that hands its own over to the window.

pub mod app_link;
pub mod inbox;
pub mod round_trip;
#[cfg(target_os = "linux")]
pub mod single_instance;
