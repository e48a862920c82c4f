//! A click on a notification, which opens the window.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use keyrack_core::program_beside;
use notify_rust::NotificationHandle;

/// Waits until a notification is clicked or gone, and opens the window if it was clicked.
pub fn follow(shown: NotificationHandle, arguments: &[String]) {
    shown.wait_for_action(|action| {
        if action == "default" {
            open_window(arguments);
        }
    });
}

/// Starts the window's program, which hands its arguments to the window that is open. It has nothing of
/// this process, and nobody waits for it.
fn open_window(arguments: &[impl AsRef<OsStr>]) {
    let Ok(program) = program_beside("keyrack-desktop") else {
        return;
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    if let Ok(mut window) = command.spawn() {
        // So that it leaves no zombie process.
        let _ = window.wait();
    }
}
