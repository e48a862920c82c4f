//! A Secret Service that does what a test tells it to: the states of a keyring that no real one
//! takes on demand.

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

/// What the service does with a call.
pub enum Act {
    /// What it asks for.
    Serve,
    /// Nothing, until [`SecretService::release`].
    Hold,
    /// Answers with this error.
    Refuse(&'static str),
    /// Says that it is done, and changes nothing.
    Pretend,
    /// Leaves the bus in place of an answer.
    Leave,
    /// Does it, and leaves the bus in place of an answer.
    ServeAndLeave,
}

/// A call to the service.
pub struct Call {
    /// The method: `SearchItems`, `CreateItem`, `SetSecret`, `GetSecret`, `Delete`, ...
    pub method: String,
    /// The attribute `username` of the entry that it is about; empty if it is about none.
    pub user: String,
    /// The payload that it brings.
    pub secret: Option<String>,
}

impl Call {
    /// Whether this call brings the tokens of a connection.
    pub fn writes_tokens(&self) -> bool {
        let secret = self.secret.as_deref().unwrap_or_default();
        secret.contains(r#""kind":"connection""#)
    }
}

/// What comes of a prompt to unlock a locked service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// It is dismissed at once.
    Dismissed,
    /// It stays open until [`SecretService::unlock`].
    Silent,
}

/// What the service keeps, on the bus or not.
pub struct Kept {
    /// By their numbers, in the order they were made.
    pub entries: BTreeMap<u32, Entry>,
    /// Unlocked if none.
    pub locked: Option<Prompt>,
    /// Whether there is a default collection.
    pub collection: bool,
    numbers: u32,
}

impl Kept {
    /// The entries of this user.
    pub fn of(&mut self, user: &str) -> impl Iterator<Item = &mut Entry> {
        let entries = self.entries.values_mut();
        entries.filter(move |entry| entry.user() == user)
    }

    /// Makes an entry that is found as one of Keyrack's, beside any that is there.
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

/// What is done with each call; it may also change what is kept before it is.
type Script = Box<dyn FnMut(&mut Call, &mut Kept) -> Act + Send>;

struct State {
    kept: Kept,
    script: Script,
    /// Calls without an answer.
    held: Vec<Message>,
    /// The prompts that are open, by their paths.
    prompts: Vec<String>,
    /// The sessions since the service came to the bus, by their paths.
    sessions: Vec<String>,
}

type Shared = Arc<Mutex<State>>;

/// The service on the bus of a world: at first it is unlocked and empty, and does what it is asked.
pub struct SecretService {
    address: String,
    state: Shared,
    bus: Option<Connection>,
}

impl SecretService {
    /// Starts it on the bus of a world without one.
    pub fn start(world: &World) -> Self {
        let state = State {
            kept: Kept {
                entries: BTreeMap::new(),
                locked: None,
                collection: true,
                numbers: 0,
            },
            script: Box::new(|_, _| Act::Serve),
            held: Vec::new(),
            prompts: Vec::new(),
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

    /// From now on, does what `script` says with each call.
    pub fn script(&self, script: impl FnMut(&mut Call, &mut Kept) -> Act + Send + 'static) {
        self.state().script = Box::new(script);
    }

    /// From now on, does what it is asked.
    pub fn behave(&self) {
        self.script(|_, _| Act::Serve);
    }

    /// From now on, does what it is asked, beginning with the calls that were held.
    pub fn release(&self) {
        self.behave();
        let held = std::mem::take(&mut self.state().held);
        if let Some(bus) = &self.bus {
            for call in held {
                protocol::take(bus, &self.state, call);
            }
        }
    }

    /// How many calls are held.
    pub fn held(&self) -> usize {
        self.state().held.len()
    }

    /// Locks; prompts to unlock come to this.
    pub fn lock(&self, prompt: Prompt) {
        self.state().kept.locked = Some(prompt);
    }

    /// Unlocks, by the answer to the prompts that are open, if any.
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

    /// How many prompts are open.
    pub fn prompts(&self) -> usize {
        self.state().prompts.len()
    }

    /// Leaves the bus, whatever is under way.
    pub fn leave(&mut self) {
        if let Some(bus) = self.bus.take() {
            protocol::leave(&bus, &mut self.state());
        }
    }

    /// Whether it has left the bus.
    pub fn is_gone(&self) -> bool {
        self.bus.as_ref().is_none_or(Connection::is_closed)
    }

    /// Comes to the bus again with all that it keeps, and knows nobody: a restarted daemon.
    pub fn come_back(&mut self) {
        self.leave();
        self.bus = Some(protocol::join(&self.address, &self.state));
    }

    /// What it keeps, as its owner sees it.
    pub fn entries(&self) -> Vec<Entry> {
        self.state().kept.entries.values().cloned().collect()
    }

    /// Changes what it keeps behind everybody's back.
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

/// A test that fails elsewhere must not fail here once more.
fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
