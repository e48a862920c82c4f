//! The platform's keyring, through the `keyring-core` interface. Every call blocks.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};

use super::error::VaultError;
use super::payload::{Claim, EntryKind};
#[cfg(target_os = "linux")]
use super::secret_service;
use crate::identity::APP_ID;

/// A function that connects to a keyring.
pub type KeyringConnector =
    Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// The connector to the system's keyring.
#[must_use]
pub fn system_keyring() -> KeyringConnector {
    #[cfg(target_os = "linux")]
    let connect = || match secret_service::connect() {
        Ok(store) => Ok(store),
        Err(_) if zbus::blocking::Connection::session().is_err() => {
            Err(Error::PlatformFailure(Box::new(NoSessionBus)))
        }
        Err(error) => Err(error),
    };
    #[cfg(target_os = "macos")]
    let connect =
        || Ok(apple_native_keyring_store::keychain::Store::new()? as Arc<CredentialStore>);
    #[cfg(windows)]
    let connect = || {
        let configuration = HashMap::from([("divider", DIVIDER)]);
        let store = windows_native_keyring_store::Store::new_with_configuration(&configuration)?;
        Ok(store as Arc<CredentialStore>)
    };
    Arc::new(connect)
}

/// What stands between user and service in the name of a credential. The store finds both again by the last one
/// there is, and the service has dots.
#[cfg(windows)]
const DIVIDER: &str = "@";

/// What finds all of Keyrack's entries.
fn ours() -> (&'static str, String) {
    #[cfg(windows)]
    let by = (
        "pattern",
        format!("{DIVIDER}{}$", APP_ID.replace('.', r"\.")),
    );
    #[cfg(not(windows))]
    let by = ("service", APP_ID.to_owned());
    by
}

/// Why no keyring can be asked: there is no session bus.
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct NoSessionBus;

#[cfg(target_os = "linux")]
impl std::fmt::Display for NoSessionBus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no session bus")
    }
}

#[cfg(target_os = "linux")]
impl std::error::Error for NoSessionBus {}

/// A connection to the keyring, made when first needed and made anew when it fails: after the daemon
/// restarts, an old connection never works again.
pub(super) struct Keyring {
    connector: KeyringConnector,
    store: Option<Arc<CredentialStore>>,
}

/// A copy of an entry: there are several where another program made one, or copied the keyring's
/// file.
pub(super) struct Copy {
    entry: Entry,
    pub text: SecretString,
    /// Whether the claim holds for it.
    pub is_ours: bool,
    /// Whether it is of the same name and holds somebody else's secret.
    is_contested: bool,
    /// Whether it is where new entries are made.
    pub is_in_default: bool,
}

/// What is left under the name of an entry that was deleted.
#[derive(Clone, std::marker::Copy)]
pub(super) struct Left {
    pub anything: bool,
    /// Whether something of it is in a collection that stays locked.
    pub is_locked: bool,
    /// Whether what was deleted may be in a recycle bin of the keyring's own.
    pub may_be_in_recycle_bin: bool,
}

/// How many connections a call is tried over.
const TRIES: u32 = 3;

/// Which locked copies of an entry are unlocked to be read.
#[derive(Clone, std::marker::Copy, PartialEq, Eq)]
enum Unlocking {
    None,
    /// As few as it takes to find one that is ours.
    Needed,
    /// Those too that are where new entries are made.
    NeededAndDefault,
}

impl Keyring {
    pub fn new(connector: KeyringConnector) -> Self {
        Self {
            connector,
            store: None,
        }
    }

    /// Connects to the keyring, if that is not done yet.
    pub fn connect(&mut self) -> Result<(), VaultError> {
        self.with_store(|_| Ok(()))
    }

    /// Writes an entry and any copies of it that are ours, reads them back and compares. What is not
    /// ours is left as it is. The label is for people, where the keyring shows one.
    pub fn write(
        &mut self,
        claim: &Claim,
        label: &str,
        secret: &SecretString,
    ) -> Result<(), VaultError> {
        let bytes = secret.expose_secret().as_bytes();
        self.with_store(|store| {
            let copies = copies(store, claim, Unlocking::Needed)?;
            refuse_contested(&copies)?;
            let ours = || copies.iter().filter(|copy| copy.is_ours);
            // A copy beside the place where Keyrack writes may be anywhere, under any password.
            let has_default = ours().any(|copy| copy.is_in_default);
            let mut ours = ours()
                .filter(|copy| copy.is_in_default || !has_default)
                .peekable();
            if ours.peek().is_some() {
                return ours.try_for_each(|copy| {
                    // No keyring has to have labels, and no secret is lost for want of one.
                    let _ = copy.entry.update_attributes(&labelled(label));
                    copy.entry.set_secret(bytes)
                });
            }
            if copies.iter().any(|copy| place(&copy.entry).is_the_only) {
                // Another program's entry would be lost.
                return Err(Error::Ambiguous(Vec::new()));
            }
            // Other systems' stores refuse a modifier that they do not know.
            let label = cfg!(target_os = "linux").then(|| labelled(label));
            store
                .build(APP_ID, &claim.id, label.as_ref())?
                .set_secret(bytes)
        })?;
        let copies = self.with_store(|store| copies(store, claim, Unlocking::None))?;
        let is_it = |copy: &Copy| copy.text.expose_secret() == secret.expose_secret();
        let has_default = copies.iter().any(|copy| copy.is_ours && copy.is_in_default);
        let mut ours = copies
            .iter()
            .filter(|copy| copy.is_ours && (copy.is_in_default || !has_default))
            .peekable();
        if ours.peek().is_some() && ours.all(is_it) {
            Ok(())
        } else {
            Err(VaultError::Failed(
                "it did not keep what was written".to_owned(),
            ))
        }
    }

    /// Reads an entry in all copies that need no unlocking, and if none of them is ours, in as few
    /// others as it takes. An empty list proves only that the keyring returned none.
    pub fn read(&mut self, claim: &Claim) -> Result<Vec<Copy>, VaultError> {
        self.with_store(|store| copies(store, claim, Unlocking::Needed))
    }

    /// Deletes the copies of an entry that are ours, and proves that they are gone; none is no error.
    pub fn delete(&mut self, claim: &Claim) -> Result<Left, VaultError> {
        let may_be_in_recycle_bin = self.with_store(|store| {
            let copies = copies(store, claim, Unlocking::NeededAndDefault)?;
            refuse_contested(&copies)?;
            // A probe holds nothing that could be found there.
            let is_probe = claim.kind == EntryKind::Probe;
            let has_recycle_bin =
                !is_probe && copies.iter().any(|copy| has_recycle_bin(&copy.entry));
            let mut ours = copies.iter().filter(|copy| copy.is_ours);
            ours.try_for_each(|copy| match copy.entry.delete_credential() {
                Err(Error::NoEntry) => Ok(()),
                deleted => deleted,
            })?;
            Ok(has_recycle_bin)
        })?;
        let (left, others) = self.with_store(|store| {
            let left = found(store, claim)?;
            let is_locked = left.iter().any(|entry| place(entry).is_locked);
            let left = Left {
                anything: !left.is_empty(),
                is_locked,
                may_be_in_recycle_bin,
            };
            Ok((left, copies(store, claim, Unlocking::None)?))
        })?;
        if others.iter().any(|copy| copy.is_ours) {
            return Err(VaultError::Failed("it did not delete the entry".to_owned()));
        }
        Ok(left)
    }

    /// All of Keyrack's entries, of whatever data folder, with their users; without those that are
    /// not text, and those in other collections that are locked. A locked one where new entries are
    /// made waits for the person's permission (`KeePassXC`), and is asked for.
    pub fn all(&mut self) -> Result<Vec<(String, SecretString)>, VaultError> {
        self.with_store(|store| {
            let mut all = Vec::new();
            let (key, ours) = ours();
            for entry in store.search(&HashMap::from([(key, &*ours)]))? {
                let place = place(&entry);
                if place.is_locked && !place.is_in_default {
                    continue;
                }
                let user = entry.get_specifiers().map(|(_, user)| user);
                match entry.get_secret() {
                    Ok(bytes) => {
                        let text = String::from_utf8(bytes).ok().map(SecretString::from);
                        all.extend(user.zip(text));
                    }
                    // The entry was deleted meanwhile.
                    Err(Error::NoEntry) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(all)
        })
    }

    /// Calls the keyring, and again over a new connection if that breaks: the service may have been
    /// started anew, and with some (`KWallet`) one connection in a hundred fails by chance.
    fn with_store<T>(
        &mut self,
        call: impl Fn(&CredentialStore) -> keyring_core::Result<T>,
    ) -> Result<T, VaultError> {
        let mut tries = 1;
        loop {
            let called = match self.connected() {
                Ok(store) => call(store.as_ref()).map_err(|error| {
                    let is_broken = matches!(error, Error::PlatformFailure(_));
                    (named(error), is_broken)
                }),
                Err(refused) => Err(refused),
            };
            match called {
                Err((_, true)) if tries < TRIES => {
                    self.store = None;
                    tries += 1;
                }
                called => {
                    return called.map_err(|(error, is_broken)| {
                        if is_broken {
                            self.store = None;
                        }
                        error
                    });
                }
            }
        }
    }

    /// The connection, or why there is none and whether another try may bring one.
    fn connected(&mut self) -> Result<Arc<CredentialStore>, (VaultError, bool)> {
        if let Some(store) = &self.store {
            return Ok(store.clone());
        }
        let store = (self.connector)().map_err(|error| match error {
            #[cfg(target_os = "linux")]
            Error::PlatformFailure(why) if why.is::<NoSessionBus>() => {
                (VaultError::NoSessionBus, false)
            }
            Error::PlatformFailure(why) if answers(why.as_ref()) => {
                (VaultError::Failed(why.to_string()), true)
            }
            Error::PlatformFailure(_) => (VaultError::Missing, false),
            other => (named(other), false),
        })?;
        Ok(self.store.insert(store).clone())
    }
}

/// Whether a service answered, if only with an error of its own: it is there.
#[cfg(target_os = "linux")]
fn answers(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    use ::secret_service::Error as Service;
    match error.downcast_ref::<Service>() {
        Some(Service::Zbus(zbus::Error::MethodError(name, ..))) => {
            let name = name.as_str().strip_prefix("org.freedesktop.DBus.Error.");
            name.is_none_or(|name| ["Failed", "InvalidArgs", "InvalidSignature"].contains(&name))
        }
        _ => false,
    }
}

#[cfg(not(target_os = "linux"))]
fn answers(_: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    false
}

/// A label as an attribute of an entry, or a modifier of a new one.
fn labelled(label: &str) -> HashMap<&str, &str> {
    HashMap::from([("label", label)])
}

/// What has the name of an entry, locked or not.
fn found(store: &CredentialStore, claim: &Claim) -> keyring_core::Result<Vec<Entry>> {
    match store.build(APP_ID, &claim.id, None)?.get_credential() {
        Ok(only) => Ok(vec![only]),
        Err(Error::NoEntry) => Ok(Vec::new()),
        Err(Error::Ambiguous(found)) => Ok(found),
        Err(error) => Err(error),
    }
}

/// The copies of an entry that can be read, with those that are unlocked for it.
fn copies(
    store: &CredentialStore,
    claim: &Claim,
    unlocking: Unlocking,
) -> keyring_core::Result<Vec<Copy>> {
    let mut copies = Vec::<Copy>::new();
    let mut refused = None;
    for entry in found(store, claim)? {
        let Place {
            is_locked,
            is_in_default,
            ..
        } = place(&entry);
        let is_wanted = match unlocking {
            _ if !is_locked => true,
            Unlocking::None => false,
            Unlocking::NeededAndDefault if is_in_default => true,
            _ => !copies.iter().any(|copy| copy.is_ours),
        };
        if !is_wanted {
            continue;
        }
        match entry.get_secret() {
            Ok(bytes) => {
                // An entry that is not text cannot be a payload, and counts as empty.
                let text: SecretString = String::from_utf8(bytes).unwrap_or_default().into();
                copies.push(Copy {
                    is_ours: claim.holds_for(text.expose_secret()),
                    is_contested: claim.is_contested_by(text.expose_secret()),
                    entry,
                    text,
                    is_in_default,
                });
            }
            // It was deleted meanwhile.
            Err(Error::NoEntry) => {}
            Err(error) if is_locked => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if !copies.iter().any(|copy| copy.is_ours) => Err(error),
        _ => Ok(copies),
    }
}

/// Refuses to replace or delete an entry that holds somebody else's secret.
fn refuse_contested(copies: &[Copy]) -> keyring_core::Result<()> {
    if copies.iter().any(|copy| copy.is_contested) {
        return Err(Error::Ambiguous(Vec::new()));
    }
    Ok(())
}

/// Where a copy of an entry is.
struct Place {
    is_locked: bool,
    is_in_default: bool,
    /// Whether the keyring has room for no other one of its name.
    is_the_only: bool,
}

#[cfg(target_os = "linux")]
fn place(entry: &Entry) -> Place {
    let found = entry.as_any().downcast_ref::<secret_service::Found>();
    Place {
        is_locked: found.is_some_and(|found| found.is_locked),
        is_in_default: found.is_none_or(|found| found.is_in_default),
        is_the_only: found.is_none(),
    }
}

#[cfg(not(target_os = "linux"))]
fn place(_: &Entry) -> Place {
    Place {
        is_locked: false,
        is_in_default: true,
        is_the_only: true,
    }
}

/// Whether the keyring of an entry may keep what is deleted from it, in a recycle bin of its own.
#[cfg(target_os = "linux")]
fn has_recycle_bin(entry: &Entry) -> bool {
    entry.as_any().is::<secret_service::Found>() && super::name::is_keepassxc()
}

#[cfg(not(target_os = "linux"))]
fn has_recycle_bin(_: &Entry) -> bool {
    false
}

/// Classifies an error by what can be done about it. Only `Display` texts are kept: the `Debug` of
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

/// Classifies the platform's own error, where it says more than the common one.
#[cfg(target_os = "linux")]
fn by_platform(inner: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<VaultError> {
    use ::secret_service::Error as Service;
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

/// Whether the keyring has no default collection: a dismissed prompt looks the same whether it would
/// have unlocked the collection or created it.
#[cfg(target_os = "linux")]
fn lacks_default_collection() -> bool {
    use ::secret_service::{EncryptionType, Error, blocking::SecretService};
    SecretService::connect(EncryptionType::Plain)
        .is_ok_and(|service| matches!(service.get_default_collection(), Err(Error::NoResult)))
}

#[cfg(test)]
pub(crate) mod tests;
