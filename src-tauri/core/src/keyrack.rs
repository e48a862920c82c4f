//! Keyrack itself: one data folder with its store and vault, and the effects it acts through.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notion_oauth::{BaseUrl, Credentials, Notion, Pace, Retry};
use secrecy::SecretString;
use tokio::sync::OwnedMutexGuard;

use crate::authorization::Authorization;
use crate::check_all::{CheckAll, Run};
use crate::client::Client;
use crate::connection::Connection;
use crate::data_folder::DataFolder;
use crate::localhost::Listening;
use crate::login::LoginItem;
use crate::pending::Pending;
use crate::problem::{Problem, ProblemCode};
use crate::process::ProcessMark;
use crate::rebuild::Rebuilt;
use crate::settings::Settings;
use crate::store::Store;
use crate::time::{Clock, Millis};
use crate::vault::{ConnectionSecrets, KeyringConnector, Vault, VaultError};

/// Opens a link in a browser, or a folder in a file manager; returns at once.
pub type Opener = Box<dyn Fn(&str) -> io::Result<()> + Send + Sync>;

/// The outside world as values.
pub struct Effects {
    /// Tells the time.
    pub clock: Clock,
    /// Connects to the keyring.
    pub keyring: KeyringConnector,
    /// Opens the browser.
    pub opener: Opener,
    /// Starts background checks at login.
    pub login_item: Box<dyn LoginItem>,
    /// Hears what happens.
    pub listener: Box<dyn Fn(&Event) + Send + Sync>,
}

/// What happened, for whoever shows it.
#[derive(Debug, Clone)]
pub enum Event {
    /// Clients or connections changed.
    Changed,
    /// An authorization moved on.
    Authorization(Authorization),
    /// A check of all connections moved on, or ended.
    CheckAll(CheckAll),
    /// The list was filled from the keyring.
    Rebuilt(Rebuilt),
    /// The list is to be filled from the keyring, which cannot be read yet.
    RebuildWaits(Problem),
    /// A link came in that belongs to no authorization, or to one that is over.
    LinkRefused(Problem),
}

/// One data folder at work. All acts of the window and the command line are methods of this.
pub struct Keyrack {
    pub(crate) settings: Settings,
    pub(crate) folder: DataFolder,
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) process: ProcessMark,
    pub(crate) opener: Opener,
    pub(crate) login_item: Box<dyn LoginItem>,
    clock: Clock,
    listener: Box<dyn Fn(&Event) + Send + Sync>,
    memory: Mutex<Memory>,
    /// Everything was removed; the data folder goes with the end of the process.
    pub(crate) leaves_nothing: AtomicBool,
    /// Its strong count is the number of acts in flight, plus this one.
    in_flight: Arc<()>,
}

/// What lives no longer than the process.
#[derive(Default)]
struct Memory {
    /// Where the embedded sandbox listens, while it runs.
    sandbox: Option<BaseUrl>,
    /// One connection pool for each base URL.
    notions: HashMap<String, Notion>,
    /// By base URL and Notion's id of the client: what is spent of its budget.
    paces: HashMap<(String, String), Pace>,
    /// By `Authorization::id`.
    pending: HashMap<String, Arc<Pending>>,
    /// By `Connection::id`, or a client's and a bot's before there is one: whose turn it is.
    turns: HashMap<String, Arc<tokio::sync::Mutex<()>>>,
    /// The check of all connections, while there is one.
    check_all: Option<Arc<Run>>,
    news: News,
}

/// What nobody has acknowledged yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct News {
    /// The authorization that goes on, or the one that ended last.
    pub authorization: Option<Authorization>,
    pub link_refused: Option<Problem>,
    pub rebuilt: Option<Rebuilt>,
    /// Why the list cannot be filled from the keyring yet.
    pub rebuild_waits: Option<Problem>,
}

impl News {
    fn add(&mut self, event: &Event) {
        match event {
            Event::Changed | Event::CheckAll(_) => {}
            Event::Authorization(authorization) => {
                // The end of an earlier one must not hide the one that goes on.
                let goes_on = |latest: &Authorization| {
                    latest.id != authorization.id && !latest.progress.is_final()
                };
                let is_hidden = authorization.progress.is_final()
                    && self.authorization.as_ref().is_some_and(goes_on);
                if !is_hidden {
                    self.authorization = Some(authorization.clone());
                }
            }
            Event::LinkRefused(problem) => self.link_refused = Some(problem.clone()),
            Event::RebuildWaits(problem) => self.rebuild_waits = Some(problem.clone()),
            Event::Rebuilt(rebuilt) => {
                (self.rebuilt, self.rebuild_waits) = (Some(rebuilt.clone()), None);
            }
        }
    }
}

/// What it takes to ask Notion about a connection.
pub(crate) struct Access {
    pub notion: Notion,
    pub credentials: Credentials,
    pub tokens: ConnectionSecrets,
}

impl Keyrack {
    /// Opens the data folder and its database. Touches neither the keyring nor the network.
    pub fn open(settings: Settings, effects: Effects) -> Result<Self, Problem> {
        let folder = DataFolder::open(&settings.data_folder)?;
        let store = Store::open(&folder)?;
        let process = ProcessMark::make(&folder)?;
        Ok(Self {
            vault: Vault::start(effects.keyring, store.id(), process.id()),
            process,
            opener: effects.opener,
            login_item: effects.login_item,
            clock: effects.clock,
            listener: effects.listener,
            memory: Mutex::default(),
            leaves_nothing: AtomicBool::new(false),
            in_flight: Arc::new(()),
            settings,
            folder,
            store,
        })
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    pub(crate) fn now(&self) -> Millis {
        (self.clock)()
    }

    pub(crate) fn tell(&self, event: &Event) {
        self.memory().news.add(event);
        (self.listener)(event);
    }

    pub(crate) fn news(&self) -> News {
        self.memory().news.clone()
    }

    /// The authorization of this process that goes on, or the one that ended last, until
    /// acknowledged.
    #[must_use]
    pub fn latest_authorization(&self) -> Option<Authorization> {
        self.news().authorization
    }

    /// The person has seen how the last authorization ended, and everything else that is news.
    pub fn acknowledge(&self) {
        let news = &mut self.memory().news;
        let authorization = news.authorization.take();
        *news = News {
            authorization: authorization.filter(|it| !it.progress.is_final()),
            ..News::default()
        };
    }

    /// Tells where the embedded sandbox listens.
    pub fn set_sandbox(&self, base_url: &str) -> Result<(), Problem> {
        let base = BaseUrl::parse(base_url).map_err(|error| {
            Problem::new(
                ProblemCode::SandboxFailed,
                format!("The sandbox's address cannot be used: {error}"),
            )
        })?;
        self.memory().sandbox = Some(base);
        Ok(())
    }

    /// Whether the embedded sandbox has a client here, and so should run.
    pub fn has_sandbox_client(&self) -> Result<bool, Problem> {
        Ok(self.store.clients()?.iter().any(|client| client.sandbox))
    }

    /// Notion as a client sees it, at the client's pace and patient with a busy Notion.
    pub(crate) fn notion(&self, client: &Client) -> Result<Notion, Problem> {
        let notion = self.notion_at(client.base_url.as_deref())?;
        let pace = self.pace(&notion, client);
        Ok(notion.with_retry(Retry::PATIENT).at_pace(pace))
    }

    /// The pace of all that this process does for a client.
    pub(crate) fn pace(&self, notion: &Notion, client: &Client) -> Pace {
        let whose = (notion.base().as_str().to_owned(), client.client_id.clone());
        let mut memory = self.memory();
        let pace = memory.paces.entry(whose);
        let pace = pace.or_insert_with(|| Pace::new(client.budget));
        pace.set_budget(client.budget);
        pace.clone()
    }

    /// Notion at a base URL; none means the embedded sandbox.
    fn notion_at(&self, base_url: Option<&str>) -> Result<Notion, Problem> {
        let mut memory = self.memory();
        let base = match base_url {
            Some(text) => BaseUrl::parse(text)
                .map_err(|error| Problem::new(ProblemCode::NotionUrl, format!("This client's address of Notion cannot be used: {error}")))?,
            None => memory.sandbox.clone().ok_or_else(|| {
                Problem::new(
                    ProblemCode::SandboxFailed,
                    "The sandbox is not running here; it runs inside Keyrack's window. Nothing was sent.",
                )
            })?,
        };
        if let Some(notion) = memory.notions.get(base.as_str()) {
            return Ok(notion.clone());
        }
        let notion = Notion::new(base)?;
        memory
            .notions
            .insert(notion.base().as_str().to_owned(), notion.clone());
        Ok(notion)
    }

    /// The check of all connections that is under way.
    pub(crate) fn checking_all(&self) -> Option<Arc<Run>> {
        self.memory().check_all.clone()
    }

    pub(crate) fn set_checking_all(&self, run: Option<Arc<Run>>) {
        self.memory().check_all = run;
    }

    /// Reads what it takes to ask Notion about a connection.
    pub(crate) async fn access(&self, connection: &Connection) -> Result<Access, Problem> {
        let client = self.store.client(&connection.client_id)?;
        let notion = self.notion(&client)?;
        let credentials = self.credentials(&client.id).await?;
        let tokens = self.vault.read_connection(&connection.id).await?;
        Ok(Access {
            notion,
            credentials,
            tokens,
        })
    }

    /// The access token of a connection, for the clipboard and nothing else.
    pub async fn access_token(&self, connection: &str) -> Result<SecretString, Problem> {
        let connection = self.store.connection(connection)?;
        Ok(self.vault.read_connection(&connection.id).await?.access)
    }

    /// Reads a client's credentials from the vault.
    pub(crate) async fn credentials(&self, client: &str) -> Result<Credentials, Problem> {
        let secrets = match self.vault.read_client(client).await {
            // Not the connection's own tokens: connecting again would not help.
            Err(VaultError::Lost | VaultError::Foreign) => {
                return Err(Problem::new(
                    ProblemCode::ClientSecretLost,
                    "The keyring no longer holds this client's secret as Keyrack stored it. The connections are kept. Store the secret again: keyrack client secret, or New secret among the window's clients.",
                ));
            }
            read => read?,
        };
        Ok(Credentials {
            client_id: secrets.client_id,
            client_secret: secrets.client_secret,
        })
    }

    /// Waits until nothing else in this process acts on the connection.
    pub(crate) async fn turn(&self, connection: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut memory = self.memory();
            memory.turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            memory
                .turns
                .entry(connection.to_owned())
                .or_default()
                .clone()
        };
        turn.lock_owned().await
    }

    /// The secret half of an authorization, if this process has it.
    pub(crate) fn pending(&self, authorization: &str) -> Option<Arc<Pending>> {
        self.memory().pending.get(authorization).cloned()
    }

    /// Keeps the secret half of an authorization, or finds the one that is kept.
    pub(crate) fn keep_pending(
        &self,
        authorization: &str,
        link: Option<SecretString>,
        listening: Option<Listening>,
    ) -> Arc<Pending> {
        let mut memory = self.memory();
        let kept = memory.pending.entry(authorization.to_owned());
        kept.or_insert_with(|| Arc::new(Pending::new(link, listening)))
            .clone()
    }

    /// Wipes the secret half of an authorization that is over.
    pub(crate) fn drop_pending(&self, authorization: &str) {
        self.memory().pending.remove(authorization);
    }

    /// Whether an exchange, or the write of what it granted, is in flight: the only times when the
    /// end of the process could lose a token.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        Arc::strong_count(&self.in_flight) > 1
    }

    /// Holds the process as busy until dropped.
    pub(crate) fn busy(&self) -> Arc<()> {
        self.in_flight.clone()
    }

    /// Leaves the data folder in order, or empty once everything was removed and nothing was added
    /// since; by itself only where destructors run.
    pub fn leave(&self) {
        let is_empty = || self.store.clients().is_ok_and(|clients| clients.is_empty());
        if self.leaves_nothing.load(SeqCst) && is_empty() {
            self.folder.remove_what_is_ours();
        } else if !self.vault.has_left_a_probe() {
            self.process.remove();
        }
    }

    /// What is in memory stays true after a panic elsewhere: each change is a single assignment.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Keyrack {
    fn drop(&mut self) {
        self.leave();
    }
}
