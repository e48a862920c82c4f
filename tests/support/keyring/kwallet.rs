//! A `KWallet` of a world (of KDE Frameworks 5 or 6), as the Secret Service: started, opened and closed.

use std::fmt::Write;
use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;

use aws_lc_rs::pbkdf2;

use super::{PASSWORD, SECRETS, call, dialog, is_in_path, is_installed, is_locked, is_on_the_bus};
use crate::process::Program;
use crate::wait::until;
use crate::world::World;

/// The wallet, and the collection that it is on the bus.
const WALLET: &str = "kdewallet";

/// The daemon of each version, the older first, with the packages that bring it on Debian.
const DAEMONS: [(&str, &str); 2] = [
    ("kwalletd5", "libkf5wallet-bin and libqca-qt5-2-plugins"),
    ("kwalletd6", "kwallet6 and libqca-qt6-plugins"),
];

/// The title of the dialog that asks for the password.
pub const OPEN: &str = "KDE Wallet Service";

/// `PBKDF2_SHA512_SALTSIZE`, `PBKDF2_SHA512_KEYSIZE` and `PBKDF2_SHA512_ITERATIONS` of `KWallet`'s
/// backend/kwalletbackend.h.
const SALT: usize = 56;
const KEY: usize = 56;
const ITERATIONS: NonZeroU32 = NonZeroU32::new(50_000).unwrap();

/// A running daemon.
pub struct KWallet {
    name: &'static str,
    _daemon: Program,
}

impl KWallet {
    /// Starts it with a new, open wallet in a world without a keyring. `None`, with a word on it, where
    /// it is not installed.
    pub fn start(world: &World) -> Option<Self> {
        let name = installed()?;
        set(world, false);
        let salt = salt(world);
        fs::create_dir_all(salt.parent().unwrap()).unwrap();
        fs::write(salt, [7; SALT]).unwrap();
        // The Secret Service has only the wallets that were there when the daemon started.
        let daemon = run(world, name);
        open(world, name);
        close(world, name);
        daemon.end();

        let daemon = run(world, name);
        open(world, name);
        // Its collection is called locked until somebody unlocks it, for which nobody is asked.
        until("KWallet's wallet on the bus", || is_locked(world, WALLET));
        Some(Self {
            name,
            _daemon: daemon,
        })
    }

    /// Closes the wallet, as its own window can; from now on a person is asked for whatever opens it.
    pub fn close(&self, world: &World) {
        set(world, true);
        kwallet(world, self.name, "reconfigure", &[]);
        close(world, self.name);
        until("KWallet's wallet to be closed", || {
            (is_locked(world, WALLET) == Some(true)).then_some(())
        });
    }

    /// Types the password into the dialog that asks for it, if there is one.
    pub fn answer(&self, world: &World) {
        dialog::answer(world, OPEN, PASSWORD, "Return");
    }

    /// Types the password into the dialog until the wallet is open.
    pub fn unlock(&self, world: &World) {
        until("KWallet's wallet to be open again", || {
            self.answer(world);
            (is_locked(world, WALLET) == Some(false)).then_some(())
        });
    }
}

/// The name of the daemon that is installed, if one is; if none is, says that its tests are skipped.
fn installed() -> Option<&'static str> {
    let [(older, _), newer] = DAEMONS;
    if is_in_path(older) {
        return Some(older);
    }
    let (newer, packages) = newer;
    is_installed(newer, packages).then_some(newer)
}

fn run(world: &World, name: &str) -> Program {
    let daemon = Program::start(world, &world.command(name));
    until("KWallet to be on the bus", || {
        (is_on_the_bus(world, &on_the_bus(name)) && is_on_the_bus(world, SECRETS)).then_some(())
    });
    daemon
}

/// Opens the wallet as a login does, with the hash of its password.
fn open(world: &World, name: &str) {
    let salt = fs::read(salt(world)).unwrap();
    let mut key = [0; KEY];
    let algorithm = pbkdf2::PBKDF2_HMAC_SHA512;
    pbkdf2::derive(algorithm, ITERATIONS, &salt, PASSWORD.as_bytes(), &mut key);
    let mut bytes = String::new();
    for byte in key {
        write!(bytes, "0x{byte:02x},").unwrap();
    }
    let bytes = format!("@ay [{}]", bytes.trim_end_matches(','));
    kwallet(world, name, "pamOpen", &[WALLET, &bytes, "0"]);
}

fn close(world: &World, name: &str) {
    kwallet(world, name, "close", &[WALLET, "true"]);
}

fn kwallet(world: &World, name: &str, method: &str, arguments: &[&str]) {
    let (to, at) = (on_the_bus(name), format!("/modules/{name}"));
    let method = format!("org.kde.KWallet.{method}");
    let answer = call(world, &to, &at, &method, arguments);
    assert!(answer.is_some(), "KWallet refuses {method}");
}

/// The name of a daemon on the bus.
fn on_the_bus(name: &str) -> String {
    format!("org.kde.{name}")
}

fn salt(world: &World) -> PathBuf {
    let folder = world.data_home().join("kwalletd");
    folder.join(format!("{WALLET}.salt"))
}

/// Writes what a person has set: that it is the keyring, and whether it asks for each program.
fn set(world: &World, asks: bool) {
    let settings = format!(
        "[Wallet]
Enabled=true
First Use=false
Default Wallet={WALLET}
Use One Wallet=true
Launch Manager=false
Leave Open=true
Close When Idle=false
Close on Screensaver=false
Prompt on Open={asks}

[org.freedesktop.secrets]
apiEnabled=true
"
    );
    fs::write(world.config_home().join("kwalletrc"), settings).unwrap();
}
