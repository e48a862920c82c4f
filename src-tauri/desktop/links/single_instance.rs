//! The second instance forwards its arguments to the open window and ends before it touches the
//! display: with GTK's threads running, ending sometimes crashed. If that window closes meanwhile and
//! does not reply, the second instance goes on, or executes itself again, to become the window.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::thread;
use std::time::Duration;

use keyrack_core::APP_ID;
use zbus::blocking::Connection;

/// The D-Bus interface of tauri-plugin-single-instance; the bus name and path derive from [`APP_ID`].
const INTERFACE: &str = "org.SingleInstance.DBus";

/// The environment variable that counts how often this instance has executed itself.
const BEGUN: &str = "KEYRACK_START_BEGUN";

/// The most times that an instance executes itself: a window replies or ends long before.
const AT_MOST: u32 = 100;

/// The wait for a closing window before the next try.
const PAUSE: Duration = Duration::from_millis(100);

/// Forwards this process's arguments to the open window. Returns whether a window took them; if
/// none did, the plugin still finds one that opens at the same moment.
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

/// Executes this program again without the arguments that are not UTF-8, over which a plugin would
/// panic. Returns if all are UTF-8.
pub fn reexec_with_utf8_args() {
    let all: Vec<_> = std::env::args_os().skip(1).collect();
    let text: Vec<_> = all.iter().filter(|text| text.to_str().is_some()).collect();
    if text.len() < all.len()
        && let Ok(program) = std::env::current_exe()
    {
        // `exec` returns only if it fails, and then nothing is lost by going on.
        let _ = Command::new(program).args(text).exec();
    }
}

/// Executes this program again if the failure is that the running instance did not reply: a whole
/// new process, since GTK starts only once in each. Returns if something else has failed.
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
    // `exec` returns only if it fails, and then the first failure is the one to report.
    let _ = Command::new(program)
        .args(arguments)
        .env(BEGUN, (begun + 1).to_string())
        .exec();
}
