//! A scripted Secret Service: a keyring in states that no real one takes on demand.

mod cipher;
mod protocol;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zbus::blocking::Connection;
use zbus::message::Message;

use super::secrets::{Entry, SERVICE};
use super::world::World;

/// The label of entries that Keyrack did not make.
pub const STRANGER: &str = "A stranger's";

/// The service's reaction to a call.
pub enum Act {
    /// Does what the call asks for.
    Serve,
    /// Leaves the call without a reply until [`SecretService::release`].
    Hold,
    /// Replies with an error of this name.
    Refuse(&'static str),
    /// Replies with success, but changes nothing.
    Pretend,
    /// Leaves the bus instead of replying.
    Leave,
    /// Does what the call asks for, and leaves the bus instead of replying.
    ServeAndLeave,
}

/// A call to the service.
pub struct Call {
    /// The method: `SearchItems`, `CreateItem`, `SetSecret`, `GetSecret`, `Delete`, ...
    pub method: String,
    /// The attribute `username` of the entry that the call concerns; empty if there is none.
    pub user: String,
    /// The payload that the call carries.
    pub secret: Option<String>,
}

impl Call {
    /// Whether the call writes the tokens of a connection.
    pub fn writes_tokens(&self) -> bool {
        let secret = self.secret.as_deref().unwrap_or_default();
        secret.contains(r#""kind":"connection""#)
    }
}

/// The behaviour of a prompt to unlock a locked service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// The prompt is dismissed at once.
    Dismissed,
    /// The prompt stays open until [`SecretService::unlock`].
    Silent,
}

/// The state that the service keeps, on the bus or not.
pub struct Kept {
    /// The entries by their numbers, in the order of their creation.
    pub entries: BTreeMap<u32, Entry>,
    /// The behaviour of prompts while the service is locked; none while it is unlocked.
    pub locked: Option<Prompt>,
    /// Whether there is a default collection.
    pub collection: bool,
    /// The entries of a second collection, which is always locked: its prompts are dismissed.
    pub locked_away: BTreeMap<u32, Entry>,
    numbers: u32,
}

impl Kept {
    /// The entries whose attribute `username` is `user`.
    pub fn of(&mut self, user: &str) -> impl Iterator<Item = &mut Entry> {
        let entries = self.entries.values_mut();
        entries.filter(move |entry| entry.user() == user)
    }

    /// Copies all entries into the second, locked collection, as a backup of the keyring's file is.
    pub fn back_up(&mut self) {
        for entry in self.entries.clone().into_values() {
            let number = self.number();
            self.locked_away.insert(number, entry);
        }
    }

    /// Adds an entry that is found as one of Keyrack's, beside any existing one.
    pub fn put(&mut self, user: &str, secret: &str) {
        let attributes = [("service", SERVICE), ("username", user)];
        let entry = Entry {
            label: STRANGER.to_owned(),
            attributes: attributes
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            secret: Some(secret.to_owned()),
        };
        let number = self.number();
        self.entries.insert(number, entry);
    }

    fn number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }
}

/// Decides on each call; may also change the call and the kept state first.
type Script = Box<dyn FnMut(&mut Call, &mut Kept) -> Act + Send>;

struct State {
    kept: Kept,
    script: Script,
    /// The calls without a reply so far.
    held: Vec<Message>,
    /// The paths of the open prompts.
    prompts: Vec<String>,
    /// The number of prompts so far to unlock the second collection.
    asked_in_vain: usize,
    /// The paths of the sessions since the service joined the bus.
    sessions: Vec<String>,
}

type Shared = Arc<Mutex<State>>;

/// A Secret Service on the bus of a world: at first unlocked and empty, serving every call.
pub struct SecretService {
    address: String,
    state: Shared,
    bus: Option<Connection>,
}

impl SecretService {
    /// Starts the service on the bus of a world that has no keyring.
    pub fn start(world: &World) -> Self {
        let state = State {
            kept: Kept {
                entries: BTreeMap::new(),
                locked: None,
                collection: true,
                locked_away: BTreeMap::new(),
                numbers: 0,
            },
            script: Box::new(|_, _| Act::Serve),
            held: Vec::new(),
            prompts: Vec::new(),
            asked_in_vain: 0,
            sessions: Vec::new(),
        };
        let mut service = Self {
            address: world.env()["DBUS_SESSION_BUS_ADDRESS"].clone(),
            state: Arc::new(Mutex::new(state)),
            bus: None,
        };
        service.come_back();
        service
    }

    /// Lets `script` decide on each call from now on.
    pub fn script(&self, script: impl FnMut(&mut Call, &mut Kept) -> Act + Send + 'static) {
        self.state().script = Box::new(script);
    }

    /// Serves each call from now on.
    pub fn behave(&self) {
        self.script(|_, _| Act::Serve);
    }

    /// Serves each call from now on, beginning with the held ones.
    pub fn release(&self) {
        self.behave();
        let held = std::mem::take(&mut self.state().held);
        if let Some(bus) = &self.bus {
            for call in held {
                protocol::take(bus, &self.state, call);
            }
        }
    }

    /// The number of held calls.
    pub fn held(&self) -> usize {
        self.state().held.len()
    }

    /// Locks the service; prompts to unlock behave as `prompt` says.
    pub fn lock(&self, prompt: Prompt) {
        self.state().kept.locked = Some(prompt);
    }

    /// Unlocks the service, and completes the open prompts, if any.
    pub fn unlock(&self) {
        let mut state = self.state();
        state.kept.locked = None;
        let prompts = std::mem::take(&mut state.prompts);
        if let Some(bus) = &self.bus {
            for prompt in prompts {
                protocol::complete(bus, &prompt, false);
            }
        }
    }

    /// The number of prompts so far to unlock the second collection.
    pub fn asked_in_vain(&self) -> usize {
        self.state().asked_in_vain
    }

    /// The number of open prompts.
    pub fn prompts(&self) -> usize {
        self.state().prompts.len()
    }

    /// Makes the service leave the bus, whatever is under way.
    pub fn leave(&mut self) {
        if let Some(bus) = self.bus.take() {
            protocol::leave(&bus, &mut self.state());
        }
    }

    /// Whether the service has left the bus.
    pub fn is_gone(&self) -> bool {
        self.bus.as_ref().is_none_or(Connection::is_closed)
    }

    /// Joins the bus again with all entries but no sessions, like a restarted daemon.
    pub fn come_back(&mut self) {
        self.leave();
        self.bus = Some(protocol::join(&self.address, &self.state));
    }

    /// The kept entries.
    pub fn entries(&self) -> Vec<Entry> {
        self.state().kept.entries.values().cloned().collect()
    }

    /// Changes the kept state directly, without a call.
    pub fn change<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> T {
        change(&mut self.state().kept)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for SecretService {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Locks the state; a poisoned lock is no error, so that a failed test does not panic twice.
fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
