//! `keyrack connect --no-browser`, operated by a test instead of a person.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio};

use super::process::signal;
use super::test_env::TestEnv;
use super::world::World;

/// A running connect that has printed its authorization URL and waits for the callback.
pub struct Connecting {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The authorization URL.
    pub link: String,
}

/// An environment in which three workspaces are connected.
pub async fn three_workspaces() -> TestEnv {
    let env = TestEnv::with(World::new(), &[]);
    env.add_client_by_command();
    for name in ["Ada", "Bureau", "Zeppelin"] {
        connect_workspace(&env, name, &[]).await;
    }
    env
}

/// Starts a connect and reads its authorization URL; fails with its status if it ends without one.
pub fn begin(env: &TestEnv) -> Result<Connecting, ExitStatus> {
    begin_with(env, &[])
}

/// Starts a connect like [`begin`], with further arguments.
fn begin_with(env: &TestEnv, arguments: &[&str]) -> Result<Connecting, ExitStatus> {
    let mut command = env.world.command(&env.program);
    command
        .args(["connect", "--no-browser"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command.stderr(env.world.open_log());
    let mut child = command.spawn().unwrap();
    let input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut link = String::new();
    output.read_line(&mut link).unwrap();
    if link.is_empty() {
        return Err(child.wait().unwrap());
    }
    Ok(Connecting {
        child,
        input,
        output,
        link: link.trim_end().to_owned(),
    })
}

impl Connecting {
    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        signal("INT", &self.id().to_string());
    }

    /// Waits for the end of the connect.
    pub fn end(self) -> ExitStatus {
        self.end_and_read().0
    }

    /// Waits for the end of the connect; also returns what followed the authorization URL on standard
    /// output. Standard error is in the world's log.
    pub fn end_and_read(mut self) -> (ExitStatus, Vec<u8>) {
        drop(self.input);
        let mut said = Vec::new();
        self.output.read_to_end(&mut said).unwrap();
        (self.child.wait().unwrap(), said)
    }
}

/// Connects the first workspace of a sandbox with automatic approval.
pub async fn connect(env: &TestEnv) -> ExitStatus {
    connect_with(env, &[]).await
}

/// Connects like [`connect`], with further arguments.
pub async fn connect_with(env: &TestEnv, arguments: &[&str]) -> ExitStatus {
    let mut connecting = begin_with(env, arguments).expect("a link");
    let callback = env.callback(&connecting.link).await;
    connecting.type_line(&callback);
    connecting.end()
}

/// Adds a workspace of this name to the sandbox and connects it through the consent page.
pub async fn connect_workspace(env: &TestEnv, name: &str, arguments: &[&str]) {
    let id = env.sandbox.add_workspace(name, "Jo Lindqvist").await;
    let mut connecting = begin_with(env, arguments).expect("a link");
    let callback = env.sandbox.allow(&connecting.link, &id).await;
    connecting.type_line(&callback);
    assert!(connecting.end().success(), "{name} cannot be connected");
}
