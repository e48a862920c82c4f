//! The usual cast: a world with the sandbox playing Notion, the app, and whoever opens links.

use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use reqwest::redirect::Policy;

use super::browser;
use super::cli;
use super::links::{self, Catcher};
use super::page::{Page, Part};
use super::programs;
use super::sandbox::Sandbox;
use super::secret_service::SecretService;
use super::wait::until_async;
use super::window;
use super::world::{Service, World};

/// The workspace that the sandbox offers first, and gives when it approves by itself.
pub const ACME: &str = "Acme Research";

/// A world in which clients added to the app belong to a sandbox of the test's own.
pub struct Scene {
    pub world: World,
    pub sandbox: Sandbox,
    /// The command line's program.
    pub program: PathBuf,
    opened: Catcher,
}

impl Scene {
    /// A world with an unlocked keyring and a sandbox with a consent page.
    pub fn new() -> Self {
        Self::with(World::new(), &[])
    }

    /// This world with a sandbox started with these arguments.
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

    /// A scene with one connection, made by the command line.
    pub async fn connected_by_command() -> Self {
        let mut scene = Self::with(World::new(), &["--auto-approve"]);
        scene.connect_by_command().await;
        scene
    }

    /// A scene with a scripted keyring and a client.
    pub fn with_scripted_keyring() -> (Self, SecretService) {
        let world = World::with(Service::Missing);
        let keyring = SecretService::start(&world);
        let scene = Self::with(world, &["--auto-approve"]);
        scene.add_client_by_command();
        (scene, keyring)
    }

    /// Adds the sandbox's client by the command line.
    pub fn add_client_by_command(&self) {
        let id = self.sandbox.client_id.as_str();
        let add = ["client", "add", "--name", "Mine", "--id", id];
        let added = self.keyrack(&add, &self.sandbox.client_secret);
        assert!(added.status.success(), "the client cannot be added");
    }

    /// Adds the sandbox's client and connects its first workspace, both by the command line.
    pub async fn connect_by_command(&mut self) {
        self.add_client_by_command();
        assert!(cli::connect(self).await.success());
    }

    /// A scene and its window, in which a sandbox that approves by itself has given Acme; with its
    /// row in the list.
    pub async fn connected() -> (Self, Page, Part) {
        let mut scene = Self::with(World::new(), &["--auto-approve"]);
        let window = scene.window().await;
        scene.add_client(&window).await;
        let link = scene.begin(&window).await;
        links::open(&scene.world, &scene.callback(&link).await);
        let row = window.row(ACME);
        row.has("data-status", "active").await;
        (scene, window, row)
    }

    /// Opens the app's window.
    pub async fn window(&self) -> Page {
        window::open(&self.world).await
    }

    /// Adds the sandbox's client through the form of a first start.
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

    /// The process of the window that is on the display; empty if there is none.
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

    /// Closes the window in front, as its person would by the keyboard.
    pub fn close_window(&self) {
        let close = ["key", "alt+F4"];
        let status = self.world.command("xdotool").args(close).status();
        assert!(status.unwrap().success(), "the keys cannot be pressed");
    }

    /// Clicks Connect and returns the link that the app opened in the system's browser.
    pub async fn begin(&mut self, window: &Page) -> String {
        window.at("connect").click().await;
        window.at("waiting").appears().await;
        self.next_link().await
    }

    /// The next link that the app opens in the system's browser.
    pub async fn next_link(&mut self) -> String {
        self.opened.next().await
    }

    /// Opens the authorization link in the real browser and allows access to a workspace.
    pub async fn allow(&self, link: &str, workspace: &str) -> Page {
        let browser = self.consent(link).await;
        let option = format!("//select[@id='workspace']/option[contains(., '{workspace}')]");
        browser.part(option).click().await;
        browser.id("allow").click().await;
        browser
    }

    /// Opens the authorization link in the real browser.
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

    /// What a sandbox that approves by itself answers to an authorization link: the callback.
    pub async fn callback(&self, link: &str) -> String {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .unwrap();
        let answer = http.get(link).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// What the sandbox's consent page answers when access to a workspace, by its id, is allowed:
    /// the callback.
    pub async fn allowed(&self, link: &str, workspace: &str) -> String {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .unwrap();
        let page = http.get(link).send().await.unwrap().text().await.unwrap();
        let (_, token) = page.split_once("name=\"form_token\" value=\"").unwrap();
        let (token, _) = token.split_once('"').unwrap();
        let form = format!("form_token={token}&workspace={workspace}&answer=allow");
        let authorize = link.split('?').next().unwrap();
        let answer = http
            .post(authorize)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer = answer.send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// How many codes were sent to the sandbox.
    pub async fn exchanges(&self) -> usize {
        self.sandbox.count("POST /v1/oauth/token").await
    }

    /// Runs the command line to its end.
    pub fn keyrack(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.world.command(&self.program);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing may have ended already.
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

/// A port that nobody holds, below those that the system gives to outgoing connections; each
/// process begins its search elsewhere.
pub fn free_port() -> String {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    let free = (first..32_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.unwrap().to_string()
}
