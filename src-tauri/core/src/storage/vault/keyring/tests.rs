//! A keyring in memory that misbehaves on purpose; the real one is tested by whole programs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};

use keyring_core::api::{Credential, CredentialApi, CredentialStoreApi};

use super::*;

/// The most bytes of a credential on Windows (wincred.h, `CRED_MAX_CREDENTIAL_BLOB_SIZE`).
const SMALL: usize = 5 * 512;

/// The behaviour of the keyring in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum KeyringBehaviour {
    /// The keyring works.
    #[default]
    Normal,
    /// No keyring can be connected to.
    Missing,
    /// The keyring fails every call as locked.
    Locked,
    /// The keyring locks between a probe and the write of tokens.
    LockedForTokens,
    /// The keyring refuses writes: no space left.
    Full,
    /// The keyring takes no more for an entry than Windows does.
    Small,
    /// The keyring reports writes as done, but ignores them.
    IgnoresWrites,
    /// The keyring reports deletes as done, but ignores them.
    IgnoresDeletes,
    /// The keyring has no default collection: it shows no entry, and takes none.
    WithoutCollection,
}

#[derive(Default)]
struct Contents {
    entries: Mutex<BTreeMap<String, Vec<u8>>>,
    behaviour: Mutex<KeyringBehaviour>,
    generation: AtomicU64,
    /// How many connections were asked for.
    asked: AtomicU64,
    /// How many times an entry was to be written.
    writes: AtomicU64,
    /// How many calls have waited for `release`.
    waits: AtomicU64,
    hanging: Mutex<bool>,
    released: Condvar,
}

impl Contents {
    fn behaviour(&self) -> KeyringBehaviour {
        *self.behaviour.lock().expect("the behaviour")
    }
}

#[derive(Clone, Default)]
pub(crate) struct Keyring(Arc<Contents>);

pub(crate) fn keyring() -> Keyring {
    Keyring::default()
}

fn broken() -> Error {
    Error::PlatformFailure("connection closed".into())
}

impl Keyring {
    pub fn connector(&self) -> KeyringConnector {
        let world = self.0.clone();
        Arc::new(move || {
            world.asked.fetch_add(1, SeqCst);
            if world.behaviour() == KeyringBehaviour::Missing {
                return Err(broken());
            }
            let generation = world.generation.load(SeqCst);
            Ok(Arc::new(MemoryStore {
                world: world.clone(),
                generation,
            }))
        })
    }

    /// How many connections were asked for.
    pub fn asked(&self) -> u64 {
        self.0.asked.load(SeqCst)
    }

    /// How many times an entry was to be written.
    pub fn writes(&self) -> u64 {
        self.0.writes.load(SeqCst)
    }

    pub fn users(&self) -> Vec<String> {
        self.0
            .entries
            .lock()
            .expect("entries")
            .keys()
            .cloned()
            .collect()
    }

    pub fn put(&self, user: &str, secret: &str) {
        self.0
            .entries
            .lock()
            .expect("entries")
            .insert(user.to_owned(), secret.into());
    }

    /// The entries of the keyring, by user.
    pub fn entries(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.entries.lock().expect("entries").clone()
    }

    pub fn remove(&self, user: &str) {
        self.0.entries.lock().expect("entries").remove(user);
    }

    pub fn behave(&self, behaviour: KeyringBehaviour) {
        let before = std::mem::replace(
            &mut *self.0.behaviour.lock().expect("the behaviour"),
            behaviour,
        );
        if before != behaviour && [before, behaviour].contains(&KeyringBehaviour::Missing) {
            self.restart();
        }
    }

    /// Breaks every connection made so far for good, like a restart of the daemon.
    pub fn restart(&self) {
        self.0.generation.fetch_add(1, SeqCst);
    }

    /// Makes every call from now on wait for `release`.
    pub fn hang(&self) {
        *self.0.hanging.lock().expect("hanging") = true;
    }

    /// How many calls have waited for `release`.
    pub fn waits(&self) -> u64 {
        self.0.waits.load(SeqCst)
    }

    pub fn release(&self) {
        *self.0.hanging.lock().expect("hanging") = false;
        self.0.released.notify_all();
    }
}

struct MemoryStore {
    world: Arc<Contents>,
    generation: u64,
}

struct MemoryEntry {
    world: Arc<Contents>,
    generation: u64,
    user: String,
}

impl CredentialStoreApi for MemoryStore {
    fn vendor(&self) -> String {
        "memory".into()
    }
    fn id(&self) -> String {
        "memory".into()
    }
    fn build(
        &self,
        _: &str,
        user: &str,
        _: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        Ok(Entry::new_with_credential(Arc::new(MemoryEntry {
            world: self.world.clone(),
            generation: self.generation,
            user: user.to_owned(),
        })))
    }
    fn search(&self, _: &HashMap<&str, &str>) -> keyring_core::Result<Vec<Entry>> {
        if self.world.behaviour() == KeyringBehaviour::WithoutCollection {
            return Ok(Vec::new());
        }
        let users: Vec<_> = self
            .world
            .entries
            .lock()
            .expect("entries")
            .keys()
            .cloned()
            .collect();
        users
            .iter()
            .map(|user| self.build(APP_ID, user, None))
            .collect()
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl MemoryEntry {
    fn reached(&self) -> keyring_core::Result<()> {
        let hanging = self.world.hanging.lock().expect("hanging");
        if *hanging {
            self.world.waits.fetch_add(1, SeqCst);
        }
        drop(
            self.world
                .released
                .wait_while(hanging, |hanging| *hanging)
                .expect("hanging"),
        );
        if self.generation != self.world.generation.load(SeqCst) {
            return Err(broken());
        }
        match self.world.behaviour() {
            KeyringBehaviour::Missing => Err(broken()),
            KeyringBehaviour::Locked => Err(Error::NoStorageAccess("locked".into())),
            _ => Ok(()),
        }
    }

    fn shown(&self) -> keyring_core::Result<()> {
        match self.world.behaviour() {
            KeyringBehaviour::WithoutCollection => Err(Error::NoEntry),
            _ => Ok(()),
        }
    }
}

/// A copy of an entry that is Keyrack's own, in memory or as if in another collection.
pub(in crate::storage::vault) fn copy(text: &SecretString, is_in_default: bool) -> Copy {
    let store = keyring().connector()().expect("connected");
    Copy {
        entry: store.build(APP_ID, "entry", None).expect("an entry"),
        text: text.clone(),
        is_ours: true,
        is_contested: false,
        is_in_default,
    }
}

impl CredentialApi for MemoryEntry {
    fn set_secret(&self, secret: &[u8]) -> keyring_core::Result<()> {
        self.world.writes.fetch_add(1, SeqCst);
        self.reached()?;
        let tokens = String::from_utf8_lossy(secret).contains(r#""kind":"connection""#);
        match self.world.behaviour() {
            KeyringBehaviour::LockedForTokens if tokens => {
                return Err(Error::NoStorageAccess("locked".into()));
            }
            KeyringBehaviour::WithoutCollection => {
                return Err(Error::NoStorageAccess("no collection".into()));
            }
            KeyringBehaviour::Full => return Err(Error::PlatformFailure("no space left".into())),
            KeyringBehaviour::Small if secret.len() > SMALL => {
                return Err(Error::TooLong(
                    "secret".into(),
                    u32::try_from(SMALL).expect("small"),
                ));
            }
            KeyringBehaviour::IgnoresWrites => return Ok(()),
            _ => {}
        }
        self.world
            .entries
            .lock()
            .expect("entries")
            .insert(self.user.clone(), secret.to_vec());
        Ok(())
    }
    fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
        self.reached()?;
        self.shown()?;
        self.world
            .entries
            .lock()
            .expect("entries")
            .get(&self.user)
            .cloned()
            .ok_or(Error::NoEntry)
    }
    fn delete_credential(&self) -> keyring_core::Result<()> {
        self.reached()?;
        if self.world.behaviour() == KeyringBehaviour::IgnoresDeletes {
            return Ok(());
        }
        self.world
            .entries
            .lock()
            .expect("entries")
            .remove(&self.user)
            .map(|_| ())
            .ok_or(Error::NoEntry)
    }
    fn get_credential(&self) -> keyring_core::Result<Option<Arc<Credential>>> {
        self.shown()?;
        Ok(None)
    }
    fn get_specifiers(&self) -> Option<(String, String)> {
        Some((APP_ID.to_owned(), self.user.clone()))
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
