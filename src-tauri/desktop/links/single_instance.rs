//! A start that finds a window hands over to it and ends, before it has touched the display: with
//! the threads of GTK's that are there by then, some of these ends were crashes. If that window ends
//! meanwhile it answers no more, and the start goes on, or begins anew, to become the window itself.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::thread;
use std::time::Duration;

use keyrack_core::APP_ID;
use zbus::blocking::Connection;

/// The D-Bus interface of tauri-plugin-single-instance; its name and path are made of ours.
const INTERFACE: &str = "org.SingleInstance.DBus";

/// How many times this start has begun, for its next beginning.
const BEGUN: &str = "KEYRACK_START_BEGUN";

/// A window answers or ends long before as many.
const AT_MOST: u32 = 100;

/// The time that a window is given to end.
const PAUSE: Duration = Duration::from_millis(100);

/// Hands this start's arguments to the window that is open. Returns whether one has taken them;
/// if none has, the plugin still finds one that opens at the same moment.
pub fn forward_to_running_instance() -> bool {
    let arguments: Vec<_> = std::env::args_os()
        .map(|text| text.to_string_lossy().into_owned())
        .collect();
    let name = format!("{APP_ID}.SingleInstance");
    let path = format!("/{}", name.replace('.', "/"));
    // The window has no use for the working directory.
    let call = (arguments, "");
    Connection::session()
        .and_then(|bus| {
            bus.call_method(
                Some(name.as_str()),
                path.as_str(),
                Some(INTERFACE),
                "ExecuteCallback",
                &call,
            )
        })
        .is_ok()
}

/// Begins anew without the arguments that are no text, over which a plugin would panic. Returns if
/// all of them are.
pub fn reexec_with_utf8_args() {
    let all: Vec<_> = std::env::args_os().skip(1).collect();
    let text: Vec<_> = all.iter().filter(|text| text.to_str().is_some()).collect();
    if text.len() < all.len()
        && let Ok(program) = std::env::current_exe()
    {
        // It returns only if it fails, and then nothing is lost by going on.
        let _ = Command::new(program).args(text).exec();
    }
}

/// Begins anew if the window that was handed over to is what failed. The whole process, since GTK
/// starts once in each. Returns if something else has failed.
pub fn reexec_after(error: &tauri::Error) {
    let tauri::Error::PluginInitialization(plugin, _) = error else {
        return;
    };
    let begun = std::env::var(BEGUN).ok().and_then(|text| text.parse().ok());
    let begun: u32 = begun.unwrap_or(1);
    if plugin != "single-instance" || begun >= AT_MOST {
        return;
    }
    thread::sleep(PAUSE);
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let arguments = std::env::args_os().skip(1);
    // It returns only if it fails, and then the first failure is the one to tell.
    let _ = Command::new(program)
        .args(arguments)
        .env(BEGUN, (begun + 1).to_string())
        .exec();
}
