//! Services of the operating system, for the window and the command line alike.

pub mod browser;
pub mod caller;
pub mod clock;
pub mod core_dumps;
#[cfg(target_os = "linux")]
pub mod desktop_entry;
pub mod environment;
pub mod file_limit;
pub mod language;
pub mod login_item;
pub(crate) mod peer;
pub mod programs;
pub mod session;
pub mod signals;
pub(crate) mod text_files;
