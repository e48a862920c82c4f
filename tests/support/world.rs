//! One private world: folders, environment, session bus, keyring and display, all gone on drop.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::display::Display;
use super::keyring::{self, Keyring};
use super::process::{Program, signal};
use super::wait::until;

/// The keyring service on the session bus of a world.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// A running gnome-keyring with an unlocked login collection.
    Unlocked,
    /// A keyring activated by the first call and never unlocked: there is no default collection.
    NeverUnlocked,
    /// No keyring on the bus, and none that could be activated.
    Missing,
}

/// A private world. Every program started by [`World::command`] lives in it.
pub struct World {
    env: BTreeMap<String, String>,
    keyring: Option<Keyring>,
    // Dropped in this order, the folder last.
    display: Vec<Program>,
    bus: Option<Program>,
    folder: TempDir,
}

impl World {
    /// A world with an unlocked keyring.
    pub fn new() -> Self {
        Self::with(Service::Unlocked)
    }

    /// A world with the given keyring service.
    pub fn with(service: Service) -> Self {
        Self::on(Display::X11, service)
    }

    /// A world with the given display and keyring service.
    pub fn on(display: Display, service: Service) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("keyrack-")
            .tempdir()
            .unwrap();
        let mut world = Self {
            env: environment(folder.path()),
            keyring: None,
            display: Vec::new(),
            bus: None,
            folder,
        };
        world.start_bus(service);
        world.display = display.start(&mut world);
        if service == Service::Unlocked {
            world.start_keyring();
        }
        world
    }

    /// A path inside the world's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The home folder of the world.
    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// The folder in which the world's programs keep their data (`XDG_DATA_HOME`).
    pub fn data_home(&self) -> PathBuf {
        PathBuf::from(&self.env["XDG_DATA_HOME"])
    }

    /// The folder in which the world's programs keep their settings (`XDG_CONFIG_HOME`).
    pub fn config_home(&self) -> PathBuf {
        PathBuf::from(&self.env["XDG_CONFIG_HOME"])
    }

    /// The environment variables of every program of the world; no others are inherited.
    pub fn env(&self) -> &BTreeMap<String, String> {
        &self.env
    }

    /// Sets a variable for the programs started from now on.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.env.insert(key.to_owned(), value.into());
    }

    /// Takes away a variable from the programs started from now on.
    pub fn unset(&mut self, key: &str) {
        self.env.remove(key);
    }

    /// Sets the name of the desktop environment, by which `xdg-open` chooses its way; a world has
    /// none at first.
    pub fn set_desktop(&mut self, name: Option<&str>) {
        match name {
            Some(name) => self.set("XDG_CURRENT_DESKTOP", name),
            None => drop(self.env.remove("XDG_CURRENT_DESKTOP")),
        }
    }

    /// Makes windows opened from now on prefer the dark colour scheme.
    pub fn prefer_dark(&mut self) {
        self.set("GTK_THEME", "Adwaita:dark");
    }

    /// Makes windows opened from now on ask for reduced motion.
    pub fn reduce_motion(&self) {
        let folder = self.config_home().join("gtk-3.0");
        fs::create_dir_all(&folder).unwrap();
        let settings = "[Settings]\ngtk-enable-animations=false\n";
        fs::write(folder.join("settings.ini"), settings).unwrap();
    }

    /// A command that will run in this world.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env_clear().envs(&self.env).current_dir(self.home());
        command
    }

    /// The file with what the world's programs wrote to standard error.
    pub fn log(&self) -> PathBuf {
        self.path("log")
    }

    /// Opens the log for appending.
    pub fn open_log(&self) -> File {
        File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap()
    }

    /// Starts gnome-keyring and unlocks its login collection, which is created if missing.
    pub fn start_keyring(&mut self) {
        assert!(self.keyring.is_none(), "the keyring is already running");
        self.keyring = Some(Keyring::start(self));
    }

    /// Ends a keyring that the bus has activated, as its next login would replace it.
    pub fn end_activated_keyring(&self) {
        let ask = "org.freedesktop.DBus.GetConnectionUnixProcessID";
        let output = self
            .command("gdbus")
            .args(["call", "--session", "--dest", "org.freedesktop.DBus"])
            .args([
                "--object-path",
                "/",
                "--method",
                ask,
                "org.freedesktop.secrets",
            ])
            .output()
            .unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        let process: String = answer
            .replace("uint32", "")
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        signal("TERM", &process);
        until("the end of the activated keyring", || {
            (!Path::new("/proc").join(&process).join("exe").exists()).then_some(())
        });
        let _ = fs::remove_file(self.path("run/keyring/control"));
    }

    /// Ends the keyring; its file stays.
    pub fn stop_keyring(&mut self) {
        self.keyring.take().expect("no keyring is running").stop();
    }

    /// Ends the keyring and starts it again, unlocked, with its entries.
    pub fn restart_keyring(&mut self) {
        self.stop_keyring();
        self.start_keyring();
    }

    /// The file of a collection of the keyring.
    pub fn keyring_file(&self, collection: &str) -> PathBuf {
        let folder = self.data_home().join("keyrings");
        folder.join(format!("{collection}.keyring"))
    }

    /// Copies the login collection's file, as a backup is made of it, and starts the keyring again: it
    /// then has a second, locked collection of this name.
    pub fn back_up_keyring(&mut self, name: &str) {
        self.stop_keyring();
        fs::copy(self.keyring_file("login"), self.keyring_file(name)).unwrap();
        self.start_keyring();
    }

    /// Starts a keyring that has ended by itself again, with its entries. gnome-keyring aborts when a
    /// program is killed in the middle of opening a session (42.1).
    pub fn revive_keyring(&mut self) {
        let keyring = self.keyring.as_mut().expect("no keyring is running");
        if !keyring.is_running() {
            self.restart_keyring();
        }
    }

    /// Locks the login collection.
    pub fn lock_keyring(&self) {
        keyring::lock(self);
    }

    /// Unlocks the login collection, as a login would.
    pub fn unlock_keyring(&self) {
        self.keyring
            .as_ref()
            .expect("no keyring is running")
            .unlock(self);
    }

    /// The ids of all processes of the world; each has the world's mark in its environment.
    pub fn processes(&self) -> Vec<u32> {
        let mark = format!("KEYRACK_WORLD={}", self.folder.path().display());
        let all = fs::read_dir("/proc").unwrap().flatten();
        let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        ids.filter(|id| {
            // A process that has just ended has no environment.
            let environ = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            let mut variables = environ.split(|byte| *byte == 0);
            variables.any(|variable| variable == mark.as_bytes())
        })
        .collect()
    }

    /// The process id of a program that runs in the world.
    pub fn process_of(&self, program: &Path) -> Option<u32> {
        let runs =
            |id: &u32| fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|it| it == program);
        self.processes().into_iter().find(runs)
    }

    /// Writes a picture of the whole display, as PNG.
    pub fn screenshot(&self, to: &Path) {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let status = self
            .command("import")
            .args(["-window", "root"])
            .arg(to)
            .status();
        assert!(status.unwrap().success(), "the display cannot be pictured");
    }

    /// Ends the session bus, as the end of the session does.
    pub fn end_bus(&mut self) {
        self.bus = None;
    }

    fn start_bus(&mut self, service: Service) {
        let services = self.path("services");
        fs::create_dir(&services).unwrap();
        // Named one by one: the machine's own folder would bring in a keyring where none is wanted.
        let wanted: &[&str] = match service {
            Service::Missing => &[],
            Service::Unlocked => &["org.gnome.keyring.SystemPrompter"],
            Service::NeverUnlocked => &[
                "org.gnome.keyring.SystemPrompter",
                "org.freedesktop.secrets",
                "org.gnome.keyring",
            ],
        };
        for name in wanted {
            let file = format!("{name}.service");
            let system = Path::new("/usr/share/dbus-1/services").join(&file);
            fs::copy(system, services.join(&file)).unwrap();
        }
        let config = self.path("bus.conf");
        fs::write(&config, bus_config(&self.path("run/bus"), &services)).unwrap();

        let mut command = self.command("dbus-daemon");
        command
            .args(["--nofork", "--print-address=1"])
            .arg("--config-file")
            .arg(config);
        let (bus, address) = Program::start_and_read_line(self, &command);
        self.bus = Some(bus);
        self.set("DBUS_SESSION_BUS_ADDRESS", address);
    }
}

impl Drop for World {
    #[allow(
        clippy::print_stderr,
        reason = "whoever reads of a failed test wants the reason"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = fs::read_to_string(self.log()).unwrap_or_default();
            eprintln!("The programs of this world said:\n{log}");
        }
        self.keyring = None;
        // A second instance of the app, a browser's helpers, a service of the bus: none is a
        // child of the test.
        for process in self.processes() {
            signal("KILL", &process.to_string());
        }
    }
}

/// The environment of a world: its own folders under `folder`, and of the machine's environment only
/// what is needed to find programs.
fn environment(folder: &Path) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for (key, name) in [
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "home/.config"),
        ("XDG_DATA_HOME", "home/.local/share"),
        ("XDG_STATE_HOME", "home/.local/state"),
        ("XDG_CACHE_HOME", "home/.cache"),
        ("XDG_RUNTIME_DIR", "run"),
        ("TMPDIR", "tmp"),
    ] {
        let path = folder.join(name);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .unwrap();
        env.insert(key.to_owned(), path.display().to_string());
    }
    env.insert("KEYRACK_WORLD".to_owned(), folder.display().to_string());
    env.insert("PATH".to_owned(), std::env::var("PATH").unwrap());
    env.insert(
        "XDG_DATA_DIRS".to_owned(),
        "/usr/local/share:/usr/share".to_owned(),
    );
    env.insert("LANG".to_owned(), "C.UTF-8".to_owned());
    // No accessibility bus and no portals: neither is part of a world.
    env.insert("NO_AT_BRIDGE".to_owned(), "1".to_owned());
    env.insert("GTK_USE_PORTAL".to_owned(), "0".to_owned());
    env
}

fn bus_config(socket: &Path, services: &Path) -> String {
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        socket.display(),
        services.display()
    )
}
