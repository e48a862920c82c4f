//! A program that ends with the test that started it, together with whatever it started.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use super::wait::until;
use super::world::World;

/// A running program. Dropping it kills its whole process group.
///
/// The kernel kills the program too when the thread that started it ends, so that nothing outlives
/// a killed test run: start programs from the test's own thread.
pub struct Program {
    child: Child,
    name: String,
}

impl Program {
    /// Starts `command` in a process group of its own; its standard error goes to the world's log.
    pub fn start(world: &World, command: &Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = bound(command)
            .stdout(Stdio::null())
            .stderr(world.open_log())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self { child, name }
    }

    /// Starts `command` like [`Program::start`], and waits for the first line on standard output.
    pub fn start_and_read_line(world: &World, command: &Command) -> (Self, String) {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = bound(command)
            .stdout(Stdio::piped())
            .stderr(world.open_log())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "{name} ended without a word");
        // Read on, or the program would one day write into a closed or a full pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        (Self { child, name }, line.trim_end().to_owned())
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the program is still running.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until the program has ended by itself and returns its exit code, if it had one.
    pub fn wait(&mut self) -> Option<i32> {
        let what = format!("the end of {}", self.name);
        until(&what, || self.child.try_wait().unwrap()).code()
    }

    /// Asks the program to end (SIGTERM) and waits until it has.
    pub fn end(mut self) {
        signal("TERM", &self.id().to_string());
        self.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        signal("KILL", &format!("-{}", self.id()));
        // The process may be reaped already.
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process id, or to a group written as a negative id; one that is gone is no
/// failure.
pub fn signal(name: &str, target: &str) {
    // The shell's own `kill` is on every system; the program of that name is not.
    let _ = Command::new("sh")
        .args(["-c", "kill -s \"$0\" -- \"$1\"", name, target])
        .stderr(Stdio::null())
        .status();
}

/// A copy of `command` whose process is killed when the calling thread ends.
fn bound(command: &Command) -> Command {
    let mut bound = Command::new("setpriv");
    bound
        .args(["--pdeathsig", "KILL", "--"])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .stdin(Stdio::null())
        .process_group(0);
    for (key, value) in command.get_envs() {
        if let Some(value) = value {
            bound.env(key, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        bound.current_dir(folder);
    }
    bound
}
