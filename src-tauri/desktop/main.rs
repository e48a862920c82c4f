//! `keyrack-desktop`: the window.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    keyrack_desktop_lib::run()
}
