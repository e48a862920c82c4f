//! The flows of the command line that a campaign runs, and the fixture that each starts from.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::SystemTime;

use rusqlite::Connection;
use serde_json::{Value, json};
use support::programs;
use support::test_env::TestEnv;

/// One flow of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    AddClient,
    Connect,
    Reconnect,
    Check,
    Refresh,
    Revoke,
    Forget,
    EditClient,
    RotateSecret,
    RemoveClient,
    CheckAll,
    /// A refresh whose first reply is lost, and whose second one is a refusal.
    RefreshLost,
    /// Background checks, one of which is due.
    Watch,
    /// Background checks, with a pending revocation that is due.
    WatchRevoking,
    /// A token that was made elsewhere.
    AddToken,
    /// A pair from elsewhere.
    Import,
    /// A connection that moves to another computer.
    Export,
    /// A connection that comes back from one.
    ImportFile,
}

impl Flow {
    pub const ALL: [Self; 18] = [
        Self::AddClient,
        Self::Connect,
        Self::Reconnect,
        Self::Check,
        Self::Refresh,
        Self::Revoke,
        Self::Forget,
        Self::EditClient,
        Self::RotateSecret,
        Self::RemoveClient,
        Self::CheckAll,
        Self::RefreshLost,
        Self::Watch,
        Self::WatchRevoking,
        Self::AddToken,
        Self::Import,
        Self::Export,
        Self::ImportFile,
    ];

    /// Whether the flow succeeds when nothing disturbs it.
    pub fn succeeds(self) -> bool {
        self != Self::RefreshLost
    }

    /// Whether the flow ends a connection only together with its tokens.
    pub fn revokes(self) -> bool {
        matches!(
            self,
            Self::Revoke | Self::RemoveClient | Self::WatchRevoking
        )
    }
}

/// A world with the sandbox, one client, and the rows that a flow needs.
pub struct Fixture {
    pub env: TestEnv,
}

/// A client and a connection, by Keyrack's ids.
pub struct Rows {
    pub client: String,
    pub connection: Option<String>,
}

impl Fixture {
    /// Makes a fixture, with a neighbouring data folder whose client and connection must stay untouched.
    pub async fn new() -> Self {
        let mut env = TestEnv::approving();
        let neighbour = env.world.path("neighbour");
        env.world
            .set("KEYRACK_DATA_DIR", neighbour.display().to_string());
        let mut fixture = Self { env };
        fixture.prepare(Flow::Check).await;
        let own = fixture.env.world.path("own");
        fixture
            .env
            .world
            .set("KEYRACK_DATA_DIR", own.display().to_string());
        fixture
    }

    /// The database under test.
    pub fn database(&self) -> PathBuf {
        self.env.world.path("own/keyrack.db")
    }

    /// Brings about the state that a flow starts from, undisturbed.
    pub async fn prepare(&mut self, flow: Flow) -> Rows {
        self.env.sandbox.clear_faults().await;
        let mut clients = self.listed(&["client", "list"]);
        if clients.is_empty() {
            let status = self.add_client(&programs::keyrack());
            assert!(status.success(), "the client cannot be added");
        }
        for extra in clients.drain(..).skip(1) {
            let remove = ["client", "remove", &extra, "--revoke-connections"];
            let removed = self.env.keyrack(&remove, "");
            assert!(removed.status.success(), "a client cannot be removed");
        }
        let back = self.env.keyrack(&["moved", "--all", "--undo"], "");
        assert!(back.status.success(), "a move cannot be taken back");
        for extra in self.named_otherwise() {
            let gone = self.env.keyrack(&["forget", &extra], "");
            assert!(gone.status.success(), "an import cannot be forgotten");
        }
        let mut connection = self.listed(&["list"]).pop();
        match (&connection, flow) {
            (Some(id), Flow::Connect) => {
                let gone = self.env.keyrack(&["forget", id], "");
                assert!(gone.status.success(), "the connection cannot be forgotten");
                connection = None;
            }
            // A refresh before it may be unfinished, or refused.
            (Some(_), Flow::Refresh | Flow::RefreshLost | Flow::Watch) => {
                let status = self.connect(&programs::keyrack()).await;
                assert!(status.success(), "it cannot be connected again");
            }
            (Some(_), _) | (None, Flow::Connect) => {}
            (None, _) => {
                let status = self.connect(&programs::keyrack()).await;
                assert!(status.success(), "nothing can be connected");
                connection = self.listed(&["list"]).pop();
            }
        }
        match flow {
            Flow::RefreshLost => {
                let fault = json!({"endpoint": "token", "times": 1, "cut": "after"});
                self.env.sandbox.fault(fault).await;
            }
            Flow::Watch => self.change("UPDATE connections SET verdict_at = 0"),
            Flow::WatchRevoking => {
                let fault = json!({"endpoint": "revoke", "times": 1, "status": 503});
                self.env.sandbox.fault(fault).await;
                let pending = self
                    .env
                    .keyrack(&["revoke", connection.as_deref().unwrap()], "");
                assert!(!pending.status.success(), "it is not pending");
                self.change(
                    "UPDATE operations SET act = json_set(act, '$.retry_at', 0)
                     WHERE kind = 'revoke' AND finished_at IS NULL",
                );
            }
            Flow::ImportFile => {
                let id = connection.take().unwrap();
                let copy = self.export(&programs::keyrack(), &id, &["--copy"]);
                assert!(copy.success(), "it cannot be copied");
                let gone = self.env.keyrack(&["forget", &id], "");
                assert!(gone.status.success(), "it cannot be forgotten");
            }
            _ => {}
        }
        let client = self.listed(&["client", "list"]).remove(0);
        Rows { client, connection }
    }

    /// Changes the database directly, such as times that a person would have to wait for.
    fn change(&self, statement: &str) {
        let database = Connection::open(self.database()).unwrap();
        let changed = database.execute(statement, []).unwrap();
        assert_eq!(changed, 1, "{statement}");
    }

    /// Runs a flow with `program` in place of the real one. Returns how it ended.
    pub async fn run(&self, flow: Flow, rows: &Rows, program: &Path) -> ExitStatus {
        let connection = rows.connection.as_deref().unwrap_or_default();
        let client = rows.client.as_str();
        let secret = self.env.sandbox.client_secret.as_str();
        // Another value each time, or there would be nothing to write.
        let name = format!("Agency {:?}", SystemTime::now());
        match flow {
            Flow::AddClient => self.add_client(program),
            Flow::Connect | Flow::Reconnect => self.connect(program).await,
            Flow::Check => self.end(program, &["check", connection], ""),
            Flow::Refresh | Flow::RefreshLost => self.end(program, &["refresh", connection], ""),
            Flow::Revoke => self.end(program, &["revoke", connection], ""),
            Flow::Forget => self.end(program, &["forget", connection], ""),
            Flow::EditClient => self.end(program, &["client", "edit", client, "--name", &name], ""),
            Flow::RotateSecret => self.end(program, &["client", "secret", client], secret),
            Flow::RemoveClient => {
                let remove = ["client", "remove", client, "--revoke-connections"];
                self.end(program, &remove, "")
            }
            Flow::CheckAll => self.end(program, &["check", "--all"], ""),
            Flow::AddToken => {
                let token = self.made(None).await;
                let token = token["access_token"].as_str().unwrap();
                self.end(program, &["add-token", "--label", "Elsewhere"], token)
            }
            Flow::Import => {
                let id = self.env.sandbox.client_id.clone();
                let pair = self.made(Some(&id)).await;
                let import = ["import", "--client", client];
                self.end(program, &import, &pair.to_string())
            }
            Flow::Export => self.export(program, connection, &[]),
            Flow::ImportFile => {
                let [file, key] = self.sealed();
                self.end(program, &["import", &file, "--identity", &key], "")
            }
            Flow::Watch | Flow::WatchRevoking => {
                self.end(program, &["watch", "--once", "--every", "hourly"], "")
            }
        }
    }

    /// The paths of a sealed file, and of the key that opens it.
    fn sealed(&self) -> [String; 2] {
        ["moved.age", "key"].map(|name| self.env.world.path(name).display().to_string())
    }

    /// Makes the key that files are sealed to, in place of the one before, and returns its public part.
    fn key(&self) -> String {
        let [file, key] = self.sealed();
        for before in [&file, &key] {
            let _ = std::fs::remove_file(before);
        }
        let mut make = self.env.world.command("age-keygen");
        let made = make.args(["-o", &key]).output().unwrap();
        assert!(made.status.success(), "there is no age-keygen");
        let text = std::fs::read_to_string(&key).unwrap();
        let public = text
            .lines()
            .find_map(|line| line.strip_prefix("# public key: "));
        public.unwrap().to_owned()
    }

    /// Seals a connection into a new file.
    fn export(&self, program: &Path, connection: &str, more: &[&str]) -> ExitStatus {
        let (key, [file, _]) = (self.key(), self.sealed());
        let export = ["export", connection, "--to", &file, "--recipient", &key];
        self.end(program, &[&export[..], more].concat(), "")
    }

    /// Tokens in a workspace of their own, made without a consent.
    async fn made(&self, client: Option<&str>) -> Value {
        let sandbox = &self.env.sandbox;
        let workspace = sandbox.add_workspace("Birch", "Jo Lindqvist").await;
        sandbox.make_tokens(&workspace, client).await
    }

    /// The connections in workspaces that were not connected here.
    fn named_otherwise(&self) -> Vec<String> {
        let output = self.env.keyrack(&["list", "--json"], "");
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let others = rows.iter().filter(|row| row["workspace_name"] == "Birch");
        let ids = others.map(|row| row["id"].as_str().unwrap().to_owned());
        ids.collect()
    }

    /// The ids in the output of a list command.
    pub fn listed(&self, command: &[&str]) -> Vec<String> {
        let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
        let output = self.env.keyrack(&[command, &["--json"]].concat(), "");
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        rows.iter().map(id).collect()
    }

    /// Runs a command and returns how it ended.
    pub fn end(&self, program: &Path, arguments: &[&str], input: &str) -> ExitStatus {
        self.env.run(program, arguments, input).status
    }

    fn add_client(&self, program: &Path) -> ExitStatus {
        let id = self.env.sandbox.client_id.as_str();
        let add = ["client", "add", "--name", "Mine", "--id", id];
        self.end(program, &add, &self.env.sandbox.client_secret)
    }

    /// Connects the first client; the callback is typed in as soon as there is an authorization URL.
    async fn connect(&self, program: &Path) -> ExitStatus {
        let client = self.listed(&["client", "list"]).remove(0);
        let mut command = self.env.world.command(program);
        command.args(["connect", "--no-browser", "--client", &client]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut link = String::new();
        output.read_line(&mut link).unwrap();
        if let Some(mut input) = child.stdin.take()
            && !link.is_empty()
        {
            let callback = self.env.callback(link.trim_end()).await;
            let _ = writeln!(input, "{callback}");
        }
        let _ = std::io::copy(&mut output, &mut std::io::sink());
        child.wait().unwrap()
    }
}

/// Whether a process was ended by the kill that was meant for it.
pub fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(9)
}
