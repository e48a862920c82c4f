//! A KeePassXC of a world, with a database of its own: started, locked and unlocked.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use zbus::blocking::{Proxy, connection};
use zbus::zvariant::{ObjectPath, OwnedObjectPath};

use super::{PASSWORD, SECRETS, SERVICE, dialog, is_installed, is_locked, path};
use crate::process::Program;
use crate::secrets;
use crate::wait::until;
use crate::world::World;

/// The collection, which has the name of the database's file.
const COLLECTION: &str = "keyrack";

/// The title of the dialog that asks for the password.
pub const UNLOCK: &str = "Unlock Database";

/// The end of the window's title while the database is locked.
const LOCKED: &str = r"\[Locked\] - KeePassXC$";

/// The title of the dialog that asks whether a program may have an entry.
pub const ACCESS: &str = "Access Request";

/// The name of the attachment that an entry's secret is.
pub const SECRET: &str = "FDO_SECRETS_DATA";

/// The group whose entries are on the bus, and with it the whole database: it is its first one.
const ROOT: (&str, &str) = (
    "AAAAAAAAAAAAAAAAAAAAAQ==",
    "{00000000-0000-0000-0000-000000000001}",
);

/// A running `KeePassXC`.
pub struct KeePassXc {
    program: Program,
    /// The file that says how it came to its end, if it was not ended from here.
    ended: PathBuf,
}

/// The entries in the database's file, as `KeePassXC` exports them in XML.
pub struct Export {
    /// What is in use.
    pub used: String,
    /// What is in the recycle bin.
    pub deleted: String,
}

impl KeePassXc {
    /// Starts it with a new, unlocked database in a world without a keyring. `None`, with a word on it,
    /// where it is not installed. Should it end by itself, there is a file `ended` afterwards.
    pub fn start(world: &World, ended: &Path) -> Option<Self> {
        if !is_installed("keepassxc", "keepassxc") {
            return None;
        }
        make_database(world);
        Some(Self::open(world, ended.to_owned(), false))
    }

    /// Ends it and starts it again, unlocked, with its entries. If it `asks`, a person has to allow
    /// every program each entry that it did not make itself.
    #[must_use]
    pub fn restart(self, world: &World, asks: bool) -> Self {
        self.is_saved(world);
        // Asked to end, it may ask what to do about a change that is saved.
        drop(self.program);
        Self::open(world, self.ended, asks)
    }

    fn open(world: &World, ended: PathBuf, asks: bool) -> Self {
        let folder = world.config_home().join("keepassxc");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("keepassxc.ini"), settings(asks)).unwrap();
        let mut command = world.command("sh");
        command
            .args([
                "-c",
                "setpriv --pdeathsig KILL -- keepassxc \"$0\"; echo $? >\"$1\"",
            ])
            .args([&database(world), &ended]);
        let program = Program::start(world, &command);
        // The password is typed: given by `--pw-stdin`, it crashes 2.7.10 always, and 2.7.4 at times.
        // The collection is on the bus before, and a call then meets a half-opened database.
        until("KeePassXC's database to be open", || {
            assert!(!ended.exists(), "KeePassXC has ended by itself");
            dialog::answer(world, LOCKED, PASSWORD, "Return");
            (is_locked(world, COLLECTION) == Some(false)).then_some(())
        });
        Self { program, ended }
    }

    /// Waits until all is in the file: of a change just before it is locked or ended, it loses some, or
    /// asks what to do about it (2.7.4).
    pub fn is_saved(&self, world: &World) {
        let entries = secrets::entries(world).len();
        until("KeePassXC's database to be saved", || {
            let is_saved = dialog::is_shown(world, "^Passwords - KeePassXC$");
            let written = self.export(world).used.matches(SECRET).count();
            let is_done = written == entries && is_saved;
            if !is_done && is_saved {
                // A change during a save is at times called saved, and is not: the next one saves both.
                let other = [("another", "program's")];
                secrets::store(world, "Another", &other, "");
                secrets::clear(world, &other);
            } else if !is_done {
                // A change during a save is not saved by itself.
                dialog::confirm(world, "KeePassXC$", "ctrl+s");
            }
            is_done.then_some(())
        });
    }

    /// Locks the database, as another program can.
    pub fn lock(&self, world: &World) {
        self.is_saved(world);
        let address = world.env()["DBUS_SESSION_BUS_ADDRESS"].as_str();
        let bus = connection::Builder::address(address).and_then(connection::Builder::build);
        // A prompt belongs to the connection on which it was had.
        let bus = bus.expect("a place on the bus");
        let service = "org.freedesktop.Secret.Service";
        let service = Proxy::new(&bus, SECRETS, SERVICE, service).unwrap();
        let collection = ObjectPath::try_from(path(COLLECTION)).unwrap();
        let locked = service.call("Lock", &(vec![collection],));
        let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = locked.expect("a prompt");
        let prompt = Proxy::new(&bus, SECRETS, prompt, "org.freedesktop.Secret.Prompt").unwrap();
        prompt.call::<_, _, ()>("Prompt", &"").expect("an answer");
        until("KeePassXC's database to be locked", || {
            (is_locked(world, COLLECTION) == Some(true)).then_some(())
        });
    }

    /// Closes the dialog that asks for the password, and types it into the window: answered, that dialog
    /// hangs for good, whichever program it is for (2.7.10).
    pub fn unlock(&self, world: &World) {
        until("KeePassXC's database to be open again", || {
            if dialog::is_shown(world, UNLOCK) {
                dialog::confirm(world, UNLOCK, "Escape");
            } else {
                dialog::answer(world, LOCKED, PASSWORD, "Return");
            }
            (is_locked(world, COLLECTION) == Some(false)).then_some(())
        });
    }

    /// Reads the database's file, which is written soon after each change.
    pub fn export(&self, world: &World) -> Export {
        let mut command = world.command("keepassxc-cli");
        command.args(["export", "--quiet"]).arg(database(world));
        let all = enter_password(&mut command, 1);
        match all.split_once("<Name>Recycle Bin</Name>") {
            Some((used, deleted)) => Export {
                used: used.to_owned(),
                deleted: deleted.to_owned(),
            },
            None => Export {
                used: all,
                deleted: String::new(),
            },
        }
    }
}

fn database(world: &World) -> PathBuf {
    world.home().join(format!("{COLLECTION}.kdbx"))
}

/// Makes a database; what of it is on the bus is part of it, and can be given by an import only.
fn make_database(world: &World) {
    let (id, exposed) = ROOT;
    let xml = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
  <Meta>
    <DatabaseName>Passwords</DatabaseName>
    <RecycleBinEnabled>True</RecycleBinEnabled>
    <CustomData>
      <Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{exposed}</Value></Item>
    </CustomData>
  </Meta>
  <Root><Group><UUID>{id}</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
"#
    );
    let file = world.path("database.xml");
    fs::write(&file, xml).unwrap();
    let mut command = world.command("keepassxc-cli");
    // Opened in a tenth of a second: it protects nothing.
    command.args([
        "import",
        "--quiet",
        "--set-password",
        "--decryption-time",
        "100",
    ]);
    command.arg(file).arg(database(world));
    enter_password(&mut command, 2);
}

/// Runs a command that asks for the password, once or again to be sure, and returns what it prints.
fn enter_password(command: &mut Command, times: usize) -> String {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let typed = format!("{PASSWORD}\n").repeat(times);
    let mut input = child.stdin.take().unwrap();
    input.write_all(typed.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a person has set: that it is the keyring, and never locks by itself.
fn settings(asks: bool) -> String {
    format!(
        "[General]
ConfigVersion=2
UpdateCheckMessageShown=true

[GUI]
CheckForUpdates=false

[Security]
LockDatabaseIdle=false

[FdoSecrets]
Enabled=true
ShowNotification=false
ConfirmAccessItem={asks}
ConfirmDeleteItem=false
"
    )
}
