//! Connections that go from one data folder to another in a sealed file, by command.

mod killed;
mod moved;
mod passphrase;
mod refused;
mod window;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::cli;
use support::terminal::Terminal;
use support::test_env::TestEnv;

const PASSPHRASE: &str = "four words at random";

/// Two computers of one person, which here are two data folders, and the place of a file between them.
struct Computers {
    env: TestEnv,
    here: PathBuf,
    there: PathBuf,
    stick: PathBuf,
}

/// A key pair of age's.
struct Key {
    file: String,
    public: String,
}

impl Computers {
    /// Connects these workspaces here.
    async fn with(workspaces: &[&str]) -> Self {
        let mut env = TestEnv::new();
        let [here, there, stick] = ["here", "there", "stick"].map(|name| env.world.path(name));
        fs::create_dir(&stick).unwrap();
        env.world
            .set("KEYRACK_DATA_DIR", here.display().to_string());
        env.add_client_by_command();
        for name in workspaces {
            cli::connect_workspace(&env, name, &[]).await;
        }
        Self {
            env,
            here,
            there,
            stick,
        }
    }

    /// The path of the sealed file.
    fn file(&self) -> String {
        self.stick.join("moved.age").display().to_string()
    }

    fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.env.world.command(&self.env.program);
        command.args(arguments).env("KEYRACK_DATA_DIR", folder);
        command
    }

    fn run(&self, folder: &Path, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(folder, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that reads nothing may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs a command here that succeeds.
    fn here(&self, arguments: &[&str], input: &str) -> String {
        succeeded(&self.run(&self.here, arguments, input), arguments)
    }

    /// Runs a command there that succeeds.
    fn there(&self, arguments: &[&str], input: &str) -> String {
        succeeded(&self.run(&self.there, arguments, input), arguments)
    }

    /// Exports connections with the passphrase.
    fn export(&self, arguments: &[&str]) -> Value {
        let file = self.file();
        let to = ["export", "--to", &file, "--passphrase-fd", "0", "--json"];
        let said = self.here(&[&to[..], arguments].concat(), PASSPHRASE);
        serde_json::from_str(&said).unwrap()
    }

    /// Imports the file there with the passphrase.
    fn import(&self) -> Value {
        let file = self.file();
        let from = ["import", &file, "--passphrase-fd", "0", "--json"];
        serde_json::from_str(&self.there(&from, PASSPHRASE)).unwrap()
    }

    /// The rows of the list in a folder.
    fn list(&self, folder: &Path) -> Vec<Value> {
        let listed = self.run(folder, &["list", "--json"], "");
        serde_json::from_slice(&listed.stdout).unwrap()
    }

    /// Starts a command here on a terminal of its own.
    fn terminal(&self, folder: &Path, arguments: &[&str]) -> Terminal {
        Terminal::start(self.command(folder, arguments).env("TERM", "dumb"))
    }

    fn key(&self) -> Key {
        let file = self.env.world.path("key").display().to_string();
        let mut make = self.env.world.command("age-keygen");
        assert!(make.args(["-o", &file]).output().unwrap().status.success());
        let text = fs::read_to_string(&file).unwrap();
        let public = text
            .lines()
            .find_map(|line| line.strip_prefix("# public key: "));
        Key {
            public: public.unwrap().to_owned(),
            file,
        }
    }
}

fn succeeded(output: &Output, arguments: &[&str]) -> String {
    assert!(output.status.success(), "{arguments:?}: {}", said(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The code of the failure that a command with --json said.
fn code(output: &Output) -> String {
    let said = said(output);
    let line = said.lines().last().unwrap_or_default();
    let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{said}"));
    line["error"]["code"].as_str().unwrap().to_owned()
}

/// A field of each row.
fn each<'a>(rows: &'a [Value], field: &str) -> Vec<&'a Value> {
    rows.iter().map(|row| &row[field]).collect()
}
