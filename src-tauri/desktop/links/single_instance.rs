//! The second instance forwards its arguments to the open window and ends before it touches the
//! display: with GTK's threads running, ending sometimes crashed. If that window closes meanwhile and
//! does not reply, the second instance goes on, or executes itself again, to become the window.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use keyrack_core::{APP_ID, Words, sanitize_display_text, system_language};
use zbus::blocking::{Connection, connection};

use super::activation;
use crate::without_window;

/// The D-Bus interface of tauri-plugin-single-instance; the bus name and path derive from [`APP_ID`].
const INTERFACE: &str = "org.SingleInstance.DBus";

/// The environment variable that counts how often this instance has executed itself.
const BEGUN: &str = "KEYRACK_START_BEGUN";

/// The most times that an instance executes itself: a window replies or ends long before.
const AT_MOST: u32 = 100;

/// The wait for a closing window before the next try.
const PAUSE: Duration = Duration::from_millis(100);

/// The longest wait for a reply: a window that was stopped, or whoever has its name, may give none.
const LONGEST: Duration = Duration::from_secs(5);

/// What became of forwarding this process's arguments to the open window.
pub enum Forwarded {
    /// A window has taken them.
    Taken,
    /// There is no window. If one opens at the same moment, the plugin finds it.
    NoWindow,
    /// The window gives no reply.
    NoReply,
    /// The window's name on the bus is another program's, which was told nothing.
    Stranger {
        /// The program's file, or what is known of it.
        program: String,
    },
}

/// Forwards this process's arguments, a link with its code among them, to the open window: only to a
/// process of the same user and program, as the bus and the kernel tell.
pub fn forward_to_running_instance() -> Forwarded {
    let bus = match session_bus() {
        Some(Ok(bus)) => bus,
        Some(Err(_)) => return Forwarded::NoWindow,
        None => {
            go_on_without_bus();
            return Forwarded::NoWindow;
        }
    };
    let name = format!("{APP_ID}.SingleInstance");
    let Ok(owner) = ask::<String>(&bus, "GetNameOwner", &name) else {
        return Forwarded::NoWindow;
    };
    match program_of(&bus, &owner) {
        Ok(program) if is_this(&program) => {}
        Ok(program) => {
            let program = sanitize_display_text(&program.to_string_lossy());
            return Forwarded::Stranger { program };
        }
        // It ended meanwhile.
        Err(_) if ask::<String>(&bus, "GetNameOwner", &name).is_err() => {
            return Forwarded::NoWindow;
        }
        Err(_) => return Forwarded::Stranger { program: owner },
    }
    let own = std::env::args_os().map(|text| text.to_string_lossy().into_owned());
    let arguments: Vec<_> = own.chain(activation::handed_on()).collect();
    let path = format!("/{}", name.replace('.', "/"));
    // To the process that was looked at, not to its name. The window has no use for the working
    // directory.
    let call = (arguments, "");
    let method = "ExecuteCallback";
    let sent = bus.call_method(Some(&*owner), &*path, Some(INTERFACE), method, &call);
    match sent {
        Ok(_) => Forwarded::Taken,
        Err(zbus::Error::InputOutput(error)) if error.kind() == ErrorKind::TimedOut => {
            Forwarded::NoReply
        }
        Err(_) => Forwarded::NoWindow,
    }
}

/// A connection to the session bus; none if the bus does not answer.
fn session_bus() -> Option<zbus::Result<Connection>> {
    let (connected, connection) = mpsc::channel();
    // The handshake has no deadline of its own.
    thread::spawn(move || {
        let bus = connection::Builder::session()
            .map(|bus| bus.method_timeout(LONGEST))
            .and_then(connection::Builder::build);
        // Nobody waits for it any more if it comes too late.
        let _ = connected.send(bus);
    });
    match connection.recv_timeout(LONGEST) {
        Ok(bus) => Some(bus),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Err(zbus::Error::Unsupported)),
    }
}

/// Executes this program again without a session bus: everything in a window that asks the bus would wait
/// for it as long as it does not answer. Returns if that fails.
fn go_on_without_bus() {
    without_window::say(&Words::of(system_language()).text("command.silent-bus", &[]));
    if let Ok(program) = std::env::current_exe() {
        let mut again = Command::new(program);
        again.args(std::env::args_os().skip(1));
        let _ = again.env("DBUS_SESSION_BUS_ADDRESS", "disabled:").exec();
    }
}

/// Asks the bus about a name.
fn ask<T>(bus: &Connection, method: &str, name: &str) -> zbus::Result<T>
where
    T: for<'a> zbus::zvariant::DynamicDeserialize<'a>,
{
    let broker = "org.freedesktop.DBus";
    let path = "/org/freedesktop/DBus";
    let reply = bus.call_method(Some(broker), path, Some(broker), method, &name)?;
    reply.body().deserialize()
}

/// The file of the program behind a name on the bus, if it runs as this user.
fn program_of(bus: &Connection, owner: &str) -> zbus::Result<PathBuf> {
    let user: u32 = ask(bus, "GetConnectionUnixUser", owner)?;
    if user != std::fs::metadata("/proc/self")?.uid() {
        let other = std::io::Error::other("another user's");
        return Err(zbus::Error::from(other));
    }
    let process: u32 = ask(bus, "GetConnectionUnixProcessID", owner)?;
    Ok(std::fs::read_link(format!("/proc/{process}/exe"))?)
}

/// Whether a process's program is this one, or was before an update replaced its file (proc(5),
/// `/proc/pid/exe`).
fn is_this(program: &Path) -> bool {
    let before_an_update = |path: &Path| {
        let path = path.to_string_lossy();
        path.strip_suffix(" (deleted)").unwrap_or(&path).to_owned()
    };
    std::env::current_exe().is_ok_and(|own| before_an_update(&own) == before_an_update(program))
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
