//! The test environment: the sandbox as Notion, a keyring that misbehaves on purpose, the clock, the
//! browser, and a data folder that outlives a process.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notion_oauth::BaseUrl;
use notion_sandbox::{Options, Sandbox, test_client::TestClient};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::domain::authorization::{Authorization, Progress};
use crate::domain::client::{Client, NewClient};
use crate::domain::event::Event;
use crate::domain::problem::Problem;
use crate::domain::redirect::RedirectMethod;
use crate::domain::time::{Millis, Uptime};
use crate::effects::Effects;
use crate::host::environment::Settings;
use crate::host::login_item::LoginItem;
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring::tests::{Keyring, KeyringBehaviour, keyring};

/// The test environment: everything outside of Keyrack.
pub(super) struct TestEnv {
    sandbox: Sandbox,
    pub notion: TestClient,
    pub keyring: Keyring,
    pub folder: TempDir,
    now: Arc<AtomicI64>,
    up: Arc<AtomicI64>,
    opened: Arc<Mutex<Vec<String>>>,
    pub starts_at_login: Arc<AtomicBool>,
    pub http: reqwest::Client,
}

/// A login item that starts nothing.
struct StartsAtLogin(Arc<AtomicBool>);

impl LoginItem for StartsAtLogin {
    fn is_enabled(&self, _: &Path) -> bool {
        self.0.load(SeqCst)
    }

    fn set_enabled(&self, enabled: bool, _: &Path) -> io::Result<()> {
        self.0.store(enabled, SeqCst);
        Ok(())
    }
}

impl TestEnv {
    pub async fn new() -> Self {
        Self::with_redirect_uris(Vec::new()).await
    }

    /// A test environment whose sandbox has redirect URIs besides the app link.
    pub async fn with_redirect_uris(redirect_uris: Vec<String>) -> Self {
        Self::with_sandbox(Options {
            redirect_uris,
            auto_approve: true,
            ..Options::default()
        })
        .await
    }

    /// A test environment whose sandbox has its database in a file, for tests to read.
    pub async fn with_database(db: PathBuf) -> Self {
        Self::with_sandbox(Options {
            db: Some(db),
            auto_approve: true,
            ..Options::default()
        })
        .await
    }

    /// A test environment in which each access is allowed on the consent page.
    pub async fn with_consent_page() -> Self {
        Self::with_sandbox(Options::default()).await
    }

    async fn with_sandbox(options: Options) -> Self {
        let options = Options {
            control: true,
            ..options
        };
        let sandbox = Sandbox::start(options).await.expect("a sandbox");
        let notion = TestClient::new(sandbox.base_url());
        Self {
            http: notion.http().clone(),
            sandbox,
            notion,
            keyring: keyring(),
            folder: tempfile::tempdir().expect("a folder"),
            now: Arc::new(AtomicI64::new(1_800_000_000_000)),
            up: Arc::new(AtomicI64::new(1_000_000)),
            opened: Arc::default(),
            starts_at_login: Arc::default(),
        }
    }

    /// A test environment with a started Keyrack, to which the sandbox's client is added.
    pub async fn with_client() -> (Self, Arc<Keyrack>, Client) {
        let env = Self::new().await;
        let keyrack = env.start();
        let client = env.client(&keyrack).await;
        (env, keyrack, client)
    }

    /// Deletes the database.
    pub fn lose_database(&self) {
        for part in ["", "-wal", "-shm"] {
            // Not all of these files always exist.
            let _ = fs::remove_file(self.folder.path().join(format!("keyrack.db{part}")));
        }
    }

    /// Starts Keyrack on the data folder.
    pub fn start(&self) -> Arc<Keyrack> {
        self.start_with_listener(Box::new(|_| {}))
    }

    /// Starts Keyrack like [`TestEnv::start`], with a listener to its events.
    pub fn start_with_listener(&self, listener: Box<dyn Fn(&Event) + Send + Sync>) -> Arc<Keyrack> {
        Arc::new(self.open(listener).expect("opened"))
    }

    /// Starts Keyrack while another process acts on a connection. Once Keyrack waits for that act, it
    /// leaves an entry in the keyring and ends.
    pub async fn start_during_an_act(&self, id: &str, leaves: &str) -> Arc<Keyrack> {
        let elsewhere = self.start().lock_connection(id).await.expect("free");
        let act = Mutex::new(Some(elsewhere));
        let (keyring, user, entry) = (self.keyring.clone(), id.to_owned(), leaves.to_owned());
        self.start_with_listener(Box::new(move |event| {
            if matches!(event, Event::WaitsElsewhere(_)) {
                keyring.put(&user, &entry);
                act.lock().expect("the act").take();
            }
        }))
    }

    /// Starts Keyrack on a data folder that it may refuse.
    pub fn try_start(&self) -> Result<Arc<Keyrack>, Problem> {
        self.open(Box::new(|_| {})).map(Arc::new)
    }

    /// Starts Keyrack on another data folder.
    pub fn start_in(&self, folder: &Path) -> Arc<Keyrack> {
        Arc::new(self.open_in(folder, Box::new(|_| {})).expect("opened"))
    }

    fn open(&self, listener: Box<dyn Fn(&Event) + Send + Sync>) -> Result<Keyrack, Problem> {
        self.open_in(self.folder.path(), listener)
    }

    fn open_in(
        &self,
        folder: &Path,
        listener: Box<dyn Fn(&Event) + Send + Sync>,
    ) -> Result<Keyrack, Problem> {
        let (now, up, opened) = (self.now.clone(), self.up.clone(), self.opened.clone());
        let settings = Settings {
            data_folder: folder.to_owned(),
            notion: BaseUrl::parse(self.sandbox.base_url()).expect("loopback"),
        };
        let effects = Effects {
            clock: Arc::new(move || Millis(now.load(SeqCst))),
            uptime: Arc::new(move || {
                let (boot, millis) = ("a start".to_owned(), up.load(SeqCst));
                Some(Uptime { boot, millis })
            }),
            keyring: self.keyring.connector(),
            opener: Box::new(move |link| {
                opened.lock().expect("links").push(link.to_owned());
                Ok(())
            }),
            login_item: Box::new(StartsAtLogin(self.starts_at_login.clone())),
            listener,
        };
        Keyrack::open(settings, effects)
    }

    pub async fn client(&self, keyrack: &Keyrack) -> Client {
        self.client_with(keyrack, RedirectMethod::AppLink, None)
            .await
    }

    pub async fn client_with(
        &self,
        keyrack: &Keyrack,
        redirect_method: RedirectMethod,
        localhost_port: Option<u16>,
    ) -> Client {
        let form = NewClient {
            name: "Mine".into(),
            client_id: self.sandbox.client_id().to_owned(),
            client_secret: self.sandbox.client_secret().into(),
            redirect_method,
            localhost_port,
            bridge_url: None,
        };
        keyrack.add_client(form).await.expect("a client")
    }

    /// Registers another client at the sandbox. Returns its id and its secret.
    pub async fn register_client(&self) -> (String, String) {
        self.notion.add_client().await
    }

    /// Registers another client at the sandbox, and adds it to Keyrack.
    pub async fn another_client(&self, keyrack: &Keyrack) -> Client {
        let (client_id, client_secret) = self.register_client().await;
        let form = NewClient {
            name: "Another".into(),
            client_id,
            client_secret: client_secret.into(),
            redirect_method: RedirectMethod::AppLink,
            localhost_port: None,
            bridge_url: None,
        };
        keyrack.add_client(form).await.expect("a client")
    }

    /// Begins an authorization and returns its authorization URL.
    pub async fn link(&self, keyrack: &Arc<Keyrack>, client: &Client) -> String {
        self.begin(keyrack, client).await.1
    }

    async fn begin(&self, keyrack: &Arc<Keyrack>, client: &Client) -> (String, String) {
        let begun = keyrack
            .begin_authorization(&client.id)
            .await
            .expect("begun");
        (begun.id, self.last_link())
    }

    /// Begins an authorization and returns its id with the callback of the sandbox.
    pub async fn callback(&self, keyrack: &Arc<Keyrack>, client: &Client) -> (String, String) {
        let (id, link) = self.begin(keyrack, client).await;
        (id, self.notion.callback(&link).await)
    }

    /// Connects, and returns the connection's id.
    pub async fn connect(&self, keyrack: &Arc<Keyrack>, client: &Client) -> String {
        let (_, callback) = self.callback(keyrack, client).await;
        match keyrack
            .accept(callback.as_bytes())
            .await
            .expect("accepted")
            .progress
        {
            Progress::Completed { connection_id, .. } => connection_id,
            other => panic!("not connected: {other:?}"),
        }
    }

    /// Begins a connect whose tokens wait, because the keyring locked between the last probe and
    /// their write. Returns the authorization's id, and its end.
    pub async fn tokens_meet_a_locked_keyring(
        &self,
    ) -> (Arc<Keyrack>, String, JoinHandle<Authorization>) {
        let keyrack = self.start();
        let client = self.client(&keyrack).await;
        let (id, callback) = self.callback(&keyrack, &client).await;
        self.keyring.behave(KeyringBehaviour::LockedForTokens);
        let exchanging = tokio::spawn(keyrack.take_callback(callback.as_bytes()).expect("taken"));
        until(&keyrack, &id, |progress| {
            matches!(progress, Progress::AwaitingKeyring { .. })
        })
        .await;
        (keyrack, id, exchanging)
    }

    pub async fn fault(&self, fault: Value) {
        self.notion.fault(fault).await;
    }

    /// Removes all faults.
    pub async fn clear_faults(&self) {
        self.notion.clear_faults().await;
    }

    /// A connection's entry in the keyring, as text.
    pub fn entry(&self, id: &str) -> String {
        let entries = self.keyring.entries();
        String::from_utf8_lossy(entries.get(id).expect("an entry")).into_owned()
    }

    /// All requests so far, oldest first, with secrets as hashes.
    pub async fn record(&self) -> Vec<Value> {
        self.notion.requests().await
    }

    /// The paths of all requests so far, oldest first.
    pub async fn requests(&self) -> Vec<String> {
        let requests = self.record().await;
        let path = |request: &Value| request["path"].as_str().expect("a path").to_owned();
        requests.iter().map(path).collect()
    }

    pub async fn count(&self, path: &str) -> usize {
        let requests = self.requests().await;
        requests.iter().filter(|asked| *asked == path).count()
    }

    /// Ends every token of a bot, as its owner can in Notion. Returns the number of pairs ended.
    pub async fn revoke(&self, bot_id: &str) -> u64 {
        self.notion.revoke(bot_id).await
    }

    /// The sandbox's base URL.
    pub fn base_url(&self) -> &str {
        self.sandbox.base_url()
    }

    /// The id and the secret of the sandbox's client.
    pub fn credentials(&self) -> (String, String) {
        let secret = self.sandbox.client_secret();
        (self.sandbox.client_id().to_owned(), secret.to_owned())
    }

    /// Renews the client's secret at Notion; the old one ends.
    pub async fn renew_secret(&self) -> String {
        self.notion.renew_secret().await
    }

    /// Changes the sandbox's modes.
    pub async fn mode(&self, modes: Value) {
        self.notion.modes(modes).await;
    }

    /// The URL that was opened last in the browser.
    pub fn last_link(&self) -> String {
        let opened = self.opened.lock().expect("links");
        opened.last().expect("a link").clone()
    }

    /// How many URLs were opened in the browser.
    pub fn opened(&self) -> usize {
        self.opened.lock().expect("links").len()
    }

    pub fn now(&self) -> Millis {
        Millis(self.now.load(SeqCst))
    }

    pub fn pass(&self, millis: i64) {
        self.set_clock(millis);
        self.up.fetch_add(millis, SeqCst);
    }

    /// Sets the clock on or back while no time passes.
    pub fn set_clock(&self, millis: i64) {
        self.now.fetch_add(millis, SeqCst);
    }
}

/// Makes timers run ahead of the wall clock, which sockets go by.
pub(super) async fn run_ahead(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Waits until an authorization's progress fulfils a condition.
pub(super) async fn until(keyrack: &Keyrack, id: &str, so_far: impl Fn(&Progress) -> bool) {
    for _ in 0..2000 {
        if so_far(
            &keyrack
                .authorization(id)
                .expect("an authorization")
                .progress,
        ) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!(
        "it stopped at {:?}",
        keyrack
            .authorization(id)
            .expect("an authorization")
            .progress
    );
}

/// Fails unless the vault has the connection's tokens.
pub async fn tokens_are_kept(keyrack: &Keyrack, connection: &str) {
    let read = keyrack.vault.read_connection(connection).await;
    read.expect("tokens are kept");
}
