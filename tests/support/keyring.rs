//! A gnome-keyring-daemon of a world: started, locked, unlocked and ended from outside.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use super::process::Program;
use super::wait::until;
use super::world::World;

const PASSWORD: &str = "correct horse";
const SECRETS: &str = "org.freedesktop.secrets";
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

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
            (state(world) == Some(false)).then_some(())
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
            (state(world) == Some(false)).then_some(())
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
    let argument = format!("['{LOGIN}']");
    let locked = world
        .command("gdbus")
        .args(["call", "--session", "--dest", SECRETS])
        .args(["--object-path", "/org/freedesktop/secrets"])
        .args(["--method", "org.freedesktop.Secret.Service.Lock", &argument])
        .output()
        .unwrap();
    assert!(locked.status.success(), "the keyring refuses to be locked");
    until("the keyring to be locked", || {
        (state(world) == Some(true)).then_some(())
    });
}

/// Whether the login collection is locked; `None` while there is no service or no collection.
fn state(world: &World) -> Option<bool> {
    // A call to a missing service would have the bus activate one of its own.
    if !is_on_the_bus(world) {
        return None;
    }
    let output = world
        .command("gdbus")
        .args(["call", "--session", "--dest", SECRETS])
        .args(["--object-path", LOGIN])
        .args(["--method", "org.freedesktop.DBus.Properties.Get"])
        .args(["org.freedesktop.Secret.Collection", "Locked"])
        .output()
        .unwrap();
    match String::from_utf8_lossy(&output.stdout).trim() {
        "(<true>,)" => Some(true),
        "(<false>,)" => Some(false),
        _ => None,
    }
}

fn is_on_the_bus(world: &World) -> bool {
    let output = world
        .command("gdbus")
        .args(["call", "--session", "--dest", "org.freedesktop.DBus"])
        .args(["--object-path", "/"])
        .args(["--method", "org.freedesktop.DBus.NameHasOwner", SECRETS])
        .output()
        .unwrap();
    output.stdout.starts_with(b"(true,)")
}
