//! A gnome-keyring-daemon of a world: started, locked, unlocked and ended from outside. And, by the same
//! means, what else is a keyring on the bus.

pub mod dialog;
pub mod keepassxc;
pub mod kwallet;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use super::process::Program;
use super::wait::until;
use super::world::World;

const PASSWORD: &str = "correct horse";
const SECRETS: &str = "org.freedesktop.secrets";
const SERVICE: &str = "/org/freedesktop/secrets";
const LOGIN: &str = "login";

/// `GKD_CONTROL_OP_UNLOCK` of gnome-keyring's daemon/control/gkd-control-codes.h.
const UNLOCK: u32 = 1;

/// A running gnome-keyring-daemon.
pub struct Keyring {
    daemon: Program,
    control: PathBuf,
}

impl Keyring {
    pub(super) fn start(world: &World) -> Self {
        let password = world.path("password");
        std::fs::write(&password, PASSWORD).unwrap();
        // Unlocked from the start: a collection made later over the socket never reaches the bus.
        let daemon = "exec gnome-keyring-daemon --foreground --unlock --components=secrets <\"$0\"";
        let mut command = world.command("sh");
        command.args(["-c", daemon]).arg(password);
        let daemon = Program::start(world, &command);
        until("the keyring to be unlocked", || {
            (is_locked(world, LOGIN) == Some(false)).then_some(())
        });
        Self {
            daemon,
            control: world.path("run/keyring/control"),
        }
    }

    pub(super) fn is_running(&mut self) -> bool {
        self.daemon.is_running()
    }

    pub(super) fn stop(self) {
        let control = self.control.clone();
        self.daemon.end();
        // With a stale socket the next start would fail.
        let _ = std::fs::remove_file(control);
    }

    /// Unlocks the login collection as a login does, over the daemon's own socket.
    pub(super) fn unlock(&self, world: &World) {
        self.ask_to_unlock().expect("the keyring listens");
        until("the keyring to be unlocked", || {
            (is_locked(world, LOGIN) == Some(false)).then_some(())
        });
    }

    fn ask_to_unlock(&self) -> std::io::Result<()> {
        let mut socket = UnixStream::connect(&self.control)?;
        let length = u32::try_from(PASSWORD.len()).unwrap();
        // One byte to carry the credentials; then the whole length, the operation, and a counted string.
        let mut message = vec![0];
        for word in [4 + 4 + 4 + length, UNLOCK, length] {
            message.extend(word.to_be_bytes());
        }
        message.extend(PASSWORD.as_bytes());
        socket.write_all(&message)?;
        let mut answer = [0; 8];
        socket.read_exact(&mut answer)?;
        // The reply: its own length, and `GKD_CONTROL_RESULT_OK`.
        assert_eq!(
            answer,
            [0, 0, 0, 8, 0, 0, 0, 0],
            "the keyring refuses to be unlocked"
        );
        Ok(())
    }
}

/// Locks the login collection, as a screen saver or another program can.
pub(super) fn lock(world: &World) {
    let collections = format!("['{}']", path(LOGIN));
    let (service, lock) = (SERVICE, "org.freedesktop.Secret.Service.Lock");
    let locked = call(world, SECRETS, service, lock, &[&collections]);
    assert!(locked.is_some(), "the keyring refuses to be locked");
    until("the keyring to be locked", || {
        (is_locked(world, LOGIN) == Some(true)).then_some(())
    });
}

/// Whether a collection is locked; `None` while there is no service or no such collection.
pub fn is_locked(world: &World, collection: &str) -> Option<bool> {
    // A call to a missing service would have the bus activate one of its own.
    if !is_on_the_bus(world, SECRETS) {
        return None;
    }
    let get = "org.freedesktop.DBus.Properties.Get";
    let property = ["org.freedesktop.Secret.Collection", "Locked"];
    match call(world, SECRETS, &path(collection), get, &property)?.as_str() {
        "(<true>,)" => Some(true),
        "(<false>,)" => Some(false),
        _ => None,
    }
}

/// The object path of a collection.
fn path(collection: &str) -> String {
    format!("{SERVICE}/collection/{collection}")
}

fn is_on_the_bus(world: &World, name: &str) -> bool {
    let ask = "org.freedesktop.DBus.NameHasOwner";
    let answer = call(world, "org.freedesktop.DBus", "/", ask, &[name]);
    answer.as_deref() == Some("(true,)")
}

/// Calls a method on the world's bus, and returns what it answers, as gdbus writes it; `None` if it
/// is refused.
fn call(world: &World, to: &str, path: &str, method: &str, arguments: &[&str]) -> Option<String> {
    let output = world
        .command("gdbus")
        .args(["call", "--session", "--dest", to, "--object-path", path])
        .args(["--method", method])
        .args(arguments)
        .output()
        .unwrap();
    let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(answer)
}

/// Whether a program is in `PATH`.
fn is_in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Whether a program that is a keyring is installed; if not, says that its tests are skipped.
fn is_installed(program: &str, packages: &str) -> bool {
    let is_installed = is_in_path(program);
    if !is_installed {
        // Written straight: what a passed test prints is not shown.
        let skipped = format!("SKIPPED: {program} is missing (Debian: {packages})\n");
        let _ = std::io::stderr().write_all(skipped.as_bytes());
    }
    is_installed
}
