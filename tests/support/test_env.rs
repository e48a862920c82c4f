//! The usual test environment: a world with the sandbox, the app, and a program that catches links.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use rusqlite::Connection;

use super::browser;
use super::cli;
use super::links::{self, Catcher};
use super::page::{Page, Part};
use super::programs;
use super::rows;
use super::sandbox::Sandbox;
use super::secret_service::SecretService;
use super::wait::until_async;
use super::window;
use super::world::{Service, World};

/// The workspace that the sandbox offers first, and grants by automatic approval.
pub const ACME: &str = "Acme Research";

/// A test environment: a world in which clients added to the app belong to the test's own sandbox.
pub struct TestEnv {
    /// The world that every program of the test runs in.
    pub world: World,
    /// The sandbox in Notion's place.
    pub sandbox: Sandbox,
    /// The command line's program.
    pub program: PathBuf,
    opened: Catcher,
}

impl TestEnv {
    /// A test environment with an unlocked keyring and a sandbox with a consent page.
    pub fn new() -> Self {
        Self::with(World::new(), &[])
    }

    /// A test environment in a given world, with a sandbox started with arguments.
    pub fn with(mut world: World, sandbox: &[&str]) -> Self {
        let sandbox = Sandbox::start(&world, sandbox);
        world.set("KEYRACK_NOTION_URL", &sandbox.base_url);
        let opened = Catcher::browser(&world);
        Self {
            world,
            sandbox,
            program: programs::keyrack(),
            opened,
        }
    }

    /// A test environment with an unlocked keyring and a sandbox with automatic approval.
    pub fn approving() -> Self {
        Self::with(World::new(), &["--auto-approve"])
    }

    /// A test environment like [`TestEnv::approving`], with the sandbox's client, added by the command
    /// line.
    pub fn with_client() -> Self {
        let env = Self::approving();
        env.add_client_by_command();
        env
    }

    /// A test environment like [`TestEnv::with_client`], with one connection, made by the command line.
    pub async fn connected_by_command() -> Self {
        let env = Self::with_client();
        assert!(cli::connect(&env).await.success());
        env
    }

    /// A test environment with a scripted keyring and a client.
    pub fn with_scripted_keyring() -> (Self, SecretService) {
        let world = World::with(Service::Missing);
        let keyring = SecretService::start(&world);
        let env = Self::with(world, &["--auto-approve"]);
        env.add_client_by_command();
        (env, keyring)
    }

    /// Adds the sandbox's client by the command line, as `Mine`.
    pub fn add_client_by_command(&self) {
        let (id, secret) = (&self.sandbox.client_id, &self.sandbox.client_secret);
        self.add_client_named("Mine", id, secret);
    }

    /// Adds a client by the command line.
    pub fn add_client_named(&self, name: &str, id: &str, secret: &str) {
        let add = ["client", "add", "--name", name, "--id", id];
        let added = self.keyrack(&add, secret);
        let said = String::from_utf8_lossy(&added.stderr);
        assert!(added.status.success(), "{name} cannot be added: {said}");
    }

    /// Adds the sandbox's client and connects its first workspace, both by the command line.
    pub async fn connect_by_command(&self) {
        self.add_client_by_command();
        assert!(cli::connect(self).await.success());
    }

    /// A test environment with automatic approval, and its window, which has the sandbox's client.
    pub async fn opened() -> (Self, Page) {
        let env = Self::approving();
        let window = env.window().await;
        env.add_client(&window).await;
        (env, window)
    }

    /// A test environment like [`TestEnv::opened`], with Acme connected by an app link, and its row.
    pub async fn connected() -> (Self, Page, Part) {
        let (mut env, window) = Self::opened().await;
        let link = env.begin(&window).await;
        links::open(&env.world, &env.callback(&link).await);
        let row = window.row(ACME);
        row.has("data-status", "active").await;
        (env, window, row)
    }

    /// The folder in which the programs keep their data, if no variable names another one.
    pub fn data_folder(&self) -> PathBuf {
        self.world.data_home().join("app.keyrack.desktop")
    }

    /// The programs' database, opened by the test.
    pub fn database(&self) -> Connection {
        Connection::open(self.data_folder().join("keyrack.db")).unwrap()
    }

    /// Deletes the database with its write-ahead log, from which SQLite would restore it by itself.
    pub fn lose_database(&self) {
        for part in ["", "-wal", "-shm"] {
            // A process that ended normally leaves no log.
            let _ = fs::remove_file(self.data_folder().join(format!("keyrack.db{part}")));
        }
    }

    /// Makes the last check of the only connection a day older.
    pub fn a_day_passes(&self) {
        let day = 24 * 60 * 60 * 1_000;
        let sql = "UPDATE connections SET verdict_at = verdict_at - ?1";
        let database = self.database();
        assert_eq!(database.execute(sql, [day]).unwrap(), 1);
        rows::touch(&database);
    }

    /// Opens the app's window.
    pub async fn window(&self) -> Page {
        window::open(&self.world).await
    }

    /// Adds the sandbox's client through the form of the first start.
    pub async fn add_client(&self, window: &Page) {
        window.at("add-client").click().await;
        self.fill_client_form(window).await;
        window.at("save-client").click().await;
        window.at("save-client").disappears().await;
        window.at("connect").appears().await;
    }

    /// Fills the open form in.
    pub async fn fill_client_form(&self, window: &Page) {
        window.at("client-name").fill("My integration").await;
        window.at("client-id").fill(&self.sandbox.client_id).await;
        window
            .at("client-secret")
            .fill(&self.sandbox.client_secret)
            .await;
    }

    /// The process id of the window that is on the display; empty if there is none.
    pub fn window_process(&self) -> String {
        let search = [
            "search",
            "--onlyvisible",
            "--name",
            "^Keyrack$",
            "getwindowpid",
        ];
        let output = self.world.command("xdotool").args(search).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Closes the window in front by the keyboard, as a person would.
    pub fn close_window(&self) {
        let close = ["key", "alt+F4"];
        let status = self.world.command("xdotool").args(close).status();
        assert!(status.unwrap().success(), "the keys cannot be pressed");
    }

    /// Clicks Connect and returns the authorization URL that the app opened in the system's browser.
    pub async fn begin(&mut self, window: &Page) -> String {
        window.at("connect").click().await;
        window.at("waiting").appears().await;
        self.next_link().await
    }

    /// Waits for the next URL that the app opens in the system's browser.
    pub async fn next_link(&mut self) -> String {
        self.opened.next().await
    }

    /// Opens an authorization URL in the real browser and allows access to a workspace.
    pub async fn allow(&self, link: &str, workspace: &str) -> Page {
        let browser = self.consent(link).await;
        let option = format!("//select[@id='workspace']/option[contains(., '{workspace}')]");
        browser.part(option).click().await;
        browser.id("allow").click().await;
        browser
    }

    /// Opens an authorization URL in the real browser.
    pub async fn consent(&self, link: &str) -> Page {
        let browser = browser::open(&self.world, &self.sandbox.base_url).await;
        browser.goto(link).await;
        browser
    }

    /// Connects a workspace as a person would, from the click to the row in the list.
    pub async fn connect(&mut self, window: &Page, workspace: &str) {
        let link = self.begin(window).await;
        let browser = self.allow(&link, workspace).await;
        window.row(workspace).appears().await;
        browser.close().await;
    }

    /// The callback with which a sandbox with automatic approval replies to an authorization URL.
    pub async fn callback(&self, link: &str) -> String {
        self.sandbox.callback(link).await
    }

    /// The number of token requests that the sandbox received.
    pub async fn exchanges(&self) -> usize {
        self.sandbox.count("POST /v1/oauth/token").await
    }

    /// Runs the command line to its end.
    pub fn keyrack(&self, arguments: &[&str], input: &str) -> Output {
        self.run(&self.program, arguments, input)
    }

    /// Runs a program to its end, with `input` on its standard input.
    pub fn run(&self, program: &Path, arguments: &[&str], input: &str) -> Output {
        let mut command = self.world.command(program);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that reads nothing may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }
}

/// Clicks Check and waits for a verdict with a new time.
pub async fn check_again(row: &Part) {
    let before = row.at("checked-at").attr("datetime").await;
    row.at("check").click().await;
    until_async("a verdict with a new time", async || {
        (row.at("checked-at").attr("datetime").await != before).then_some(())
    })
    .await;
}

/// A free port, below those that the system gives to outgoing connections. Each process begins its
/// search elsewhere, and each search continues after the one before.
pub fn free_port() -> String {
    static SEARCHES: AtomicU16 = AtomicU16::new(0);
    let process = u16::try_from(std::process::id() % 10_000).unwrap();
    let first = 20_000 + process + 20 * SEARCHES.fetch_add(1, Ordering::Relaxed);
    let free = (first..32_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.unwrap().to_string()
}
