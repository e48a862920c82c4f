//! The platform's keyring through the keyring project's common face. Every call blocks.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};

use super::VaultError;

/// The service name of all our entries.
const SERVICE: &str = "app.keyrack.desktop";

/// What a keyring's own program shows as the entry's name; it says no more than it must.
const LABEL: &str = "Keyrack";

/// Makes a connection to a keyring.
pub type KeyringConnector =
    Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// The keyring of this system.
#[must_use]
pub fn system_keyring() -> KeyringConnector {
    #[cfg(target_os = "linux")]
    let connect = || Ok(zbus_secret_service_keyring_store::Store::new()? as Arc<CredentialStore>);
    #[cfg(target_os = "macos")]
    let connect =
        || Ok(apple_native_keyring_store::keychain::Store::new()? as Arc<CredentialStore>);
    #[cfg(windows)]
    let connect = || Ok(windows_native_keyring_store::Store::new()? as Arc<CredentialStore>);
    Arc::new(connect)
}

/// A connection to the keyring, made when first needed and made anew when it fails: after its
/// daemon restarts, an old connection never works again.
pub(crate) struct Keyring {
    connector: KeyringConnector,
    store: Option<Arc<CredentialStore>>,
}

impl Keyring {
    pub fn new(connector: KeyringConnector) -> Self {
        Self {
            connector,
            store: None,
        }
    }

    /// Writes an entry and any copy of it, reads back and compares.
    pub fn write(&mut self, user: &str, secret: &SecretString) -> Result<(), VaultError> {
        let bytes = secret.expose_secret().as_bytes();
        self.with_entry(user, |entry| match entry.set_secret(bytes) {
            Err(Error::Ambiguous(copies)) => {
                copies.iter().try_for_each(|copy| copy.set_secret(bytes))
            }
            other => other,
        })?;
        let kept = self.read(user)?;
        let is_it = |kept: &SecretString| kept.expose_secret() == secret.expose_secret();
        if !kept.is_empty() && kept.iter().all(is_it) {
            Ok(())
        } else {
            Err(VaultError::Failed(
                "it did not keep what was written".to_owned(),
            ))
        }
    }

    /// Reads an entry, and any copy of it that another program made. An empty list says only that
    /// the keyring returned none.
    pub fn read(&mut self, user: &str) -> Result<Vec<SecretString>, VaultError> {
        let read = self.with_entry(user, |entry| match entry.get_secret() {
            Ok(bytes) => Ok(vec![bytes]),
            Err(Error::NoEntry) => Ok(Vec::new()),
            Err(Error::Ambiguous(copies)) => copies.iter().map(Entry::get_secret).collect(),
            Err(error) => Err(error),
        })?;
        // What is no text is no payload either, and as good as empty.
        let text = |bytes| String::from_utf8(bytes).unwrap_or_default().into();
        Ok(read.into_iter().map(text).collect())
    }

    /// Deletes an entry; one that is not there is deleted already.
    pub fn delete(&mut self, user: &str) -> Result<(), VaultError> {
        // Copies under our random name are ours too, whoever made them.
        let deleted = self.with_entry(user, |entry| match entry.delete_credential() {
            Err(Error::Ambiguous(copies)) => copies.iter().try_for_each(Entry::delete_credential),
            other => other,
        });
        match deleted {
            Err(VaultError::Lost) => Ok(()),
            other => other,
        }
    }

    /// All entries of Keyrack's, whichever data folder they belong to, with their users. One that
    /// is no text is nobody's.
    pub fn all(&mut self) -> Result<Vec<(String, SecretString)>, VaultError> {
        self.with_store(|store| {
            let mut all = Vec::new();
            for entry in store.search(&HashMap::from([("service", SERVICE)]))? {
                let user = entry.get_specifiers().map(|(_, user)| user);
                match entry.get_secret() {
                    Ok(bytes) => {
                        let text = String::from_utf8(bytes).ok().map(SecretString::from);
                        all.extend(user.zip(text));
                    }
                    // Deleted since.
                    Err(Error::NoEntry) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(all)
        })
    }

    fn with_entry<T>(
        &mut self,
        user: &str,
        call: impl Fn(&Entry) -> keyring_core::Result<T>,
    ) -> Result<T, VaultError> {
        let label = HashMap::from([("label", LABEL)]);
        self.with_store(|store| call(&store.build(SERVICE, user, modifiers(&label))?))
    }

    /// Calls the keyring, and once more over a new connection if the old one is broken.
    fn with_store<T>(
        &mut self,
        call: impl Fn(&CredentialStore) -> keyring_core::Result<T>,
    ) -> Result<T, VaultError> {
        let was_connected = self.store.is_some();
        let mut attempt = || {
            call(self.connected()?.as_ref()).map_err(|error| {
                if matches!(error, Error::PlatformFailure(_)) {
                    self.store = None;
                }
                named(error)
            })
        };
        let first = attempt();
        if was_connected && self.store.is_none() {
            self.with_store(call)
        } else {
            first
        }
    }

    fn connected(&mut self) -> Result<Arc<CredentialStore>, VaultError> {
        if let Some(store) = &self.store {
            return Ok(store.clone());
        }
        let store = (self.connector)().map_err(|error| match error {
            Error::PlatformFailure(_) => VaultError::Missing,
            other => named(other),
        })?;
        Ok(self.store.insert(store).clone())
    }
}

/// The label is an attribute of Secret Service items only.
fn modifiers<'a>(label: &'a HashMap<&'a str, &'a str>) -> Option<&'a HashMap<&'a str, &'a str>> {
    cfg!(target_os = "linux").then_some(label)
}

/// Names an error by what can be done about it. Only `Display` texts are kept: the `Debug` of
/// these errors may print the secret itself.
fn named(error: Error) -> VaultError {
    match error {
        Error::NoEntry => VaultError::Lost,
        Error::TooLong(..) => VaultError::TooLarge,
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_) => {
            VaultError::Foreign
        }
        Error::NoStorageAccess(inner) => by_platform(inner.as_ref()).unwrap_or(VaultError::Locked),
        Error::PlatformFailure(inner) => {
            by_platform(inner.as_ref()).unwrap_or_else(|| VaultError::Failed(inner.to_string()))
        }
        other => VaultError::Failed(other.to_string()),
    }
}

/// What the platform's own error says beyond the common one.
#[cfg(target_os = "linux")]
fn by_platform(inner: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<VaultError> {
    use secret_service::Error as Service;
    match inner.downcast_ref::<Service>()? {
        Service::Unavailable => Some(VaultError::Missing),
        Service::Locked | Service::NoResult | Service::Prompt | Service::PromptDisconnected => {
            Some(if lacks_default_collection() {
                VaultError::NoCollection
            } else {
                VaultError::Locked
            })
        }
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn by_platform(_: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<VaultError> {
    None
}

/// A refused prompt looks the same whether it would have unlocked the collection or created it.
#[cfg(target_os = "linux")]
fn lacks_default_collection() -> bool {
    use secret_service::{EncryptionType, Error, blocking::SecretService};
    SecretService::connect(EncryptionType::Plain)
        .is_ok_and(|service| matches!(service.get_default_collection(), Err(Error::NoResult)))
}

#[cfg(test)]
pub(crate) mod tests {
    //! A keyring in memory that misbehaves on purpose; the real one is tested by whole programs.

    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
    use std::sync::{Condvar, Mutex};

    use keyring_core::api::{Credential, CredentialApi, CredentialStoreApi};

    use super::*;

    /// What a keyring does to those who call it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub(crate) enum Mood {
        /// What it should.
        #[default]
        Calm,
        /// Nothing, and nothing can be connected to.
        Missing,
        /// Nothing but saying that it is locked.
        Locked,
        /// As if it locked between a probe and the write of tokens.
        LockedForTokens,
        /// Reads and deletes only.
        Full,
        /// Says that it has written, and has not.
        Forgetful,
        /// Says that it has deleted, and has not.
        Stubborn,
    }

    #[derive(Default)]
    struct World {
        entries: Mutex<BTreeMap<String, Vec<u8>>>,
        mood: Mutex<Mood>,
        generation: AtomicU64,
        hanging: Mutex<bool>,
        released: Condvar,
    }

    impl World {
        fn mood(&self) -> Mood {
            *self.mood.lock().expect("a mood")
        }
    }

    #[derive(Clone, Default)]
    pub(crate) struct Keyring(Arc<World>);

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
                if world.mood() == Mood::Missing {
                    return Err(broken());
                }
                let generation = world.generation.load(SeqCst);
                Ok(Arc::new(MemoryStore {
                    world: world.clone(),
                    generation,
                }))
            })
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

        /// What it has, by user.
        pub fn entries(&self) -> BTreeMap<String, Vec<u8>> {
            self.0.entries.lock().expect("entries").clone()
        }

        pub fn remove(&self, user: &str) {
            self.0.entries.lock().expect("entries").remove(user);
        }

        pub fn set_mood(&self, mood: Mood) {
            let before = std::mem::replace(&mut *self.0.mood.lock().expect("a mood"), mood);
            if before != mood && [before, mood].contains(&Mood::Missing) {
                self.restart();
            }
        }

        /// Every connection made so far is broken for good.
        pub fn restart(&self) {
            self.0.generation.fetch_add(1, SeqCst);
        }

        /// Every call from now on waits for `release`.
        pub fn hang(&self) {
            *self.0.hanging.lock().expect("hanging") = true;
        }

        pub fn release(&self) {
            *self.0.hanging.lock().expect("hanging") = false;
            self.0.released.notify_all();
        }
    }

    struct MemoryStore {
        world: Arc<World>,
        generation: u64,
    }

    struct MemoryEntry {
        world: Arc<World>,
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
                .map(|user| self.build(SERVICE, user, None))
                .collect()
        }
        fn as_any(&self) -> &dyn std::any::Any {
            self
        }
    }

    impl MemoryEntry {
        fn reached(&self) -> keyring_core::Result<()> {
            let hanging = self.world.hanging.lock().expect("hanging");
            drop(
                self.world
                    .released
                    .wait_while(hanging, |hanging| *hanging)
                    .expect("hanging"),
            );
            if self.generation != self.world.generation.load(SeqCst) {
                return Err(broken());
            }
            match self.world.mood() {
                Mood::Missing => Err(broken()),
                Mood::Locked => Err(Error::NoStorageAccess("locked".into())),
                _ => Ok(()),
            }
        }
    }

    impl CredentialApi for MemoryEntry {
        fn set_secret(&self, secret: &[u8]) -> keyring_core::Result<()> {
            self.reached()?;
            let tokens = String::from_utf8_lossy(secret).contains(r#""kind":"connection""#);
            match self.world.mood() {
                Mood::LockedForTokens if tokens => {
                    return Err(Error::NoStorageAccess("locked".into()));
                }
                Mood::Full => return Err(Error::PlatformFailure("no space left".into())),
                Mood::Forgetful => return Ok(()),
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
            if self.world.mood() == Mood::Stubborn {
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
            Ok(None)
        }
        fn get_specifiers(&self) -> Option<(String, String)> {
            Some((SERVICE.to_owned(), self.user.clone()))
        }
        fn as_any(&self) -> &dyn std::any::Any {
            self
        }
    }
}
