//! [`Keyrack`]: one data folder with its store and vault, and the effects it acts through.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::act::Act;
use crate::domain::authorization::Authorization;
use crate::domain::batch::BatchAct;
use crate::domain::client::{Client, ClientDefaults};
use crate::domain::connection::Connection;
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::preferences::{BackgroundChecks, Preferences};
use crate::domain::problem::Problem;
use crate::domain::receipt::Receipt;
use crate::domain::time::{Millis, Moment};
use crate::effects::Effects;
use crate::host::browser::Opener;
use crate::host::clock::{Clock, UptimeClock};
use crate::host::environment::Settings;
use crate::host::language::system_language;
use crate::host::login_item::LoginItem;
use crate::runtime::asked::Asked;
use crate::runtime::batch::Runs;
use crate::runtime::locks::{FileLock, Locks};
use crate::runtime::notions::Notions;
use crate::runtime::pending::PendingAuthorizations;
use crate::runtime::unacknowledged::{Inbox, Unacknowledged};
use crate::storage::data_folder::DataFolder;
use crate::storage::process_lock::ProcessMark;
use crate::storage::store::Store;
use crate::storage::vault::{Vault, Worker};
use crate::words::Words;

/// One open data folder. All acts of the window and the command line are its methods.
pub struct Keyrack {
    pub(crate) settings: Settings,
    pub(crate) folder: DataFolder,
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) process: ProcessMark,
    pub(crate) opener: Opener,
    pub(crate) login_item: Box<dyn LoginItem>,
    pub(crate) notions: Notions,
    pub(crate) locks: Locks,
    pub(crate) pending: PendingAuthorizations,
    pub(crate) runs: Runs,
    pub(crate) asked: Asked,
    clock: Clock,
    uptime: UptimeClock,
    listener: Box<dyn Fn(&Event) + Send + Sync>,
    inbox: Inbox,
    /// Whether everything is being removed.
    pub(crate) removing: AtomicBool,
    /// Whether everything was removed, so that [`Keyrack::close`] empties the data folder.
    pub(crate) leaves_nothing: AtomicBool,
    /// The strong count is the number of acts in flight, plus this one.
    in_flight: Arc<()>,
}

/// When the keyring is connected to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyringConnects {
    /// At the first call.
    WhenNeeded,
    /// While the database is opened.
    Meanwhile,
}

impl Keyrack {
    /// Opens the data folder and its database. Touches neither the keyring nor the network.
    pub fn open(settings: Settings, effects: Effects) -> Result<Self, Problem> {
        Self::open_by(Store::open, KeyringConnects::WhenNeeded, settings, effects)
    }

    /// Opens the data folder like [`Keyrack::open`], for an act that must be quick: of the database, only
    /// what the act needs is read.
    pub fn open_quickly(settings: Settings, effects: Effects) -> Result<Self, Problem> {
        Self::open_by(
            Store::open_as_left,
            KeyringConnects::WhenNeeded,
            settings,
            effects,
        )
    }

    /// Opens the data folder like [`Keyrack::open_quickly`], for an act that reads the keyring first of all,
    /// which is connected to meanwhile.
    pub fn open_to_hand_out(settings: Settings, effects: Effects) -> Result<Self, Problem> {
        Self::open_by(
            Store::open_as_left,
            KeyringConnects::Meanwhile,
            settings,
            effects,
        )
    }

    /// Opens the data folder like [`Keyrack::open`], for a look at how it is: a database that would have to
    /// be mended or replaced is left as it is, and named.
    pub fn open_sound(settings: Settings, effects: Effects) -> Result<Self, Problem> {
        Self::open_by(
            Store::open_sound,
            KeyringConnects::WhenNeeded,
            settings,
            effects,
        )
    }

    fn open_by(
        open: impl FnOnce(&DataFolder) -> Result<Store, Problem>,
        connects: KeyringConnects,
        settings: Settings,
        effects: Effects,
    ) -> Result<Self, Problem> {
        let keyring = Worker::start(effects.keyring);
        if connects == KeyringConnects::Meanwhile {
            keyring.connect_ahead();
        }
        let folder = DataFolder::open(&settings.data_folder)?;
        let store = open(&folder)?;
        let process = ProcessMark::make(&folder)?;
        let keyrack = Self {
            vault: Vault::new(keyring, store.id(), process.id()),
            process,
            opener: effects.opener,
            login_item: effects.login_item,
            notions: Notions::default(),
            locks: Locks::open(&folder)?,
            pending: PendingAuthorizations::default(),
            runs: Runs::default(),
            asked: Asked::default(),
            clock: effects.clock,
            uptime: effects.uptime,
            listener: effects.listener,
            inbox: Inbox::default(),
            removing: AtomicBool::new(false),
            leaves_nothing: AtomicBool::new(false),
            in_flight: Arc::new(()),
            settings,
            folder,
            store,
        };
        keyrack.count_requests_elsewhere()?;
        Ok(keyrack)
    }

    /// Has the paces count what other processes asked Notion in the last minute: a client's budget is
    /// theirs too.
    pub(crate) fn count_requests_elsewhere(&self) -> Result<(), Problem> {
        let now = self.now();
        let a_minute_ago = Millis(now.0.saturating_sub(60_000));
        let requests = self
            .store
            .requests_elsewhere(self.process.id(), a_minute_ago, now)?;
        let ages = requests
            .into_iter()
            .map(|(client, at)| (client, at.until(now)));
        self.notions.count_elsewhere(ages);
        Ok(())
    }

    /// Closes the data folder, and empties it if everything was removed and nothing was added since.
    /// Called by the destructor too, if that runs.
    pub fn close(&self) {
        let is_empty = || self.store.paced().is_ok_and(|clients| clients.is_empty());
        if self.leaves_nothing.load(SeqCst) && is_empty() {
            self.folder.remove_what_is_ours();
        } else if !self.vault.has_left_a_probe() {
            self.process.remove();
        }
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// All clients, by name.
    pub fn clients(&self) -> Result<Vec<Client>, Problem> {
        self.store.clients()
    }

    /// One client (`Client::id`); fails with `client-gone`.
    pub fn client(&self, id: &str) -> Result<Client, Problem> {
        self.store.client(id)
    }

    /// The defaults of the form for a new client.
    #[must_use]
    pub fn client_defaults(&self) -> ClientDefaults {
        ClientDefaults::for_notion(&self.settings.notion)
    }

    /// All connections, by workspace name.
    pub fn connections(&self) -> Result<Vec<Connection>, Problem> {
        self.store.connections()
    }

    /// One connection (`Connection::id`); fails with `connection-gone`.
    pub fn connection(&self, id: &str) -> Result<Connection, Problem> {
        self.store.connection(id)
    }

    /// The connections of a client (`Client::id`), by workspace name.
    pub fn connections_of(&self, client: &str) -> Result<Vec<Connection>, Problem> {
        self.store.connections_of(client)
    }

    /// The person's preferences. Whether background checks start at login is read from the system,
    /// where the person may have changed it too.
    pub fn preferences(&self) -> Result<Preferences, Problem> {
        Ok(self.with_login(self.store.preferences()?))
    }

    /// Preferences of the store with whether background checks start at login.
    pub(crate) fn with_login(&self, mut chosen: Preferences) -> Preferences {
        chosen.start_at_login = self.login_item.is_enabled(self.folder.path());
        chosen
    }

    /// The words of the language that the person chose, or of the system's.
    #[must_use]
    pub fn words(&self) -> Words {
        let chosen = self.store.preferences().ok();
        let language = chosen.and_then(|chosen| chosen.language);
        Words::of(language.unwrap_or_else(system_language))
    }

    /// How often connections are checked in the background.
    pub fn background_checks(&self) -> Result<BackgroundChecks, Problem> {
        Ok(self.store.preferences()?.background_checks)
    }

    /// The receipts of all revocations and "forgets" that are kept, oldest first.
    pub fn receipts(&self) -> Result<Vec<Receipt>, Problem> {
        self.store.receipts()
    }

    /// A front end's own setting, such as its window's place; none before it is first set.
    pub fn setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Problem> {
        self.store.setting(key)
    }

    /// Keeps a front end's own setting, for [`Keyrack::setting`].
    pub fn set_setting(&self, key: &str, value: &impl Serialize) -> Result<(), Problem> {
        self.store.set_setting(key, value)
    }

    /// Sets the base URL of the embedded sandbox.
    pub fn set_sandbox(&self, base_url: &str) -> Result<(), Problem> {
        self.notions.set_sandbox(base_url)
    }

    /// Whether there is a client of the embedded sandbox, which so must run.
    pub fn has_sandbox_client(&self) -> Result<bool, Problem> {
        Ok(self.store.clients()?.iter().any(|client| client.sandbox))
    }

    /// The authorization of this process that is under way, or the last ended one until it is
    /// acknowledged.
    #[must_use]
    pub fn latest_authorization(&self) -> Option<Authorization> {
        self.unacknowledged().authorization
    }

    /// Acknowledges the end of the last authorization and all other news: the person has seen them.
    /// Results are acknowledged each for itself.
    pub fn acknowledge(&self) {
        self.inbox.acknowledge();
    }

    /// Acknowledges the end of an act on many connections: the person has seen its result.
    pub fn acknowledge_batch(&self, act: BatchAct) {
        self.inbox.acknowledge_batch(act);
    }

    /// Acknowledges the removal of everything, unless it goes on.
    pub fn acknowledge_removal(&self) {
        self.inbox.acknowledge_removal();
    }

    /// Whether an exchange or the write of its grant is in flight: only then can the end of the
    /// process lose a token.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        Arc::strong_count(&self.in_flight) > 1
    }

    /// Marks the process as busy until the value is dropped.
    pub(crate) fn busy(&self) -> Arc<()> {
        self.in_flight.clone()
    }

    pub(crate) fn now(&self) -> Millis {
        (self.clock)()
    }

    /// The present moment, by the clock and by the uptime.
    pub(crate) fn moment(&self) -> Moment {
        Moment {
            clock: self.now(),
            uptime: (self.uptime)(),
        }
    }

    /// Emits an event to the front end, and keeps it until it is acknowledged.
    pub(crate) fn emit(&self, event: &Event) {
        self.inbox.record(event);
        (self.listener)(event);
    }

    /// The events that are not acknowledged yet.
    pub(crate) fn unacknowledged(&self) -> Unacknowledged {
        self.inbox.read()
    }

    /// Writes the row of an operation that is about to begin.
    pub(crate) fn begin<A: Clone + Into<Act>>(&self, act: A) -> Result<Operation<A>, Problem> {
        let operation = Operation::begun(act, self.process.id(), self.now());
        self.store.begin_operation(&operation)?;
        Ok(operation)
    }

    /// Waits until nothing else acts on the connection, in this process or in another one. Fails
    /// with `busy-elsewhere` if another process goes on doing so.
    pub(crate) async fn lock_connection(&self, id: &str) -> Result<FileLock, Problem> {
        let waits = || self.emit(&Event::WaitsElsewhere(id.to_owned()));
        self.locks.lock_connection(id, waits).await
    }

    /// Ends an operation that failed.
    pub(crate) fn fail<A: Clone + Into<Act>>(
        &self,
        operation: Operation<A>,
        problem: impl Into<Problem>,
    ) -> Result<(), Problem> {
        let ended = operation.failed(problem.into(), self.now());
        self.store.end_operation(&ended)
    }
}

impl Drop for Keyrack {
    fn drop(&mut self) {
        self.close();
    }
}
