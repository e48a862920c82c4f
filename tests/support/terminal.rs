//! A terminal that a test sits at instead of a person.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::wait::{until, until_or};

/// A program that runs on a terminal of its own.
pub struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Terminal {
    /// Starts `command` in a session of its own, on a new terminal.
    pub fn start(command: &Command) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let path = ptsname(&keyboard, Vec::new()).unwrap();
        // The test must not get the terminal as its own.
        let no_control = OFlags::NOCTTY.bits().cast_signed();
        let terminal = File::options()
            .read(true)
            .write(true)
            .custom_flags(no_control)
            .open(path.to_str().unwrap())
            .unwrap();
        let mut started = Command::new("setsid");
        started.arg("--ctty").arg(command.get_program());
        started.args(command.get_args()).env_clear();
        for (key, value) in command.get_envs() {
            if let Some(value) = value {
                started.env(key, value);
            }
        }
        started.current_dir(command.get_current_dir().unwrap());
        started.stdin(terminal.try_clone().unwrap());
        started.stdout(terminal.try_clone().unwrap());
        let child = started.stderr(terminal).spawn().unwrap();
        drop(started);

        let keyboard = File::from(keyboard);
        let screen = Arc::default();
        let (mut shown, seen) = (keyboard.try_clone().unwrap(), Arc::clone(&screen));
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end of the last program is an error here.
            while let Ok(read @ 1..) = shown.read(&mut bytes) {
                let seen: &Mutex<Vec<u8>> = &seen;
                seen.lock().unwrap().extend(&bytes[..read]);
            }
        });
        Self {
            child,
            keyboard,
            screen,
            reader,
        }
    }

    /// Types a text.
    pub fn type_text(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    /// Everything that was shown so far.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until a text is shown.
    pub fn shows(&self, text: &str) {
        self.shows_what(text, |shown| shown.contains(text));
    }

    /// Waits until `what` holds of everything that is shown.
    pub fn shows_what(&self, what: &str, holds: impl Fn(&str) -> bool) {
        until_or(
            || holds(&self.shown()).then_some(()),
            || format!("{what}; shown: {:?}", self.shown()),
        );
    }

    /// Waits until the program has ended, and returns its exit code and everything that was shown.
    pub fn end(mut self) -> (Option<i32>, String) {
        let ended = until("the end of the program", || self.child.try_wait().unwrap());
        until("the end of what it shows", || {
            self.reader.is_finished().then_some(())
        });
        (ended.code(), self.shown())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // What is left in its session ends with the terminal.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
