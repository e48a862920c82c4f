//! The platform's keyring, through the `keyring-core` interface. Every call blocks.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};

use super::error::VaultError;
use crate::identity::APP_ID;

/// The label of entries, which a keyring's own program shows; it reveals nothing more.
const LABEL: &str = "Keyrack";

/// A function that connects to a keyring.
pub type KeyringConnector =
    Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// The connector to the system's keyring.
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

/// A connection to the keyring, made when first needed and made anew when it fails: after the daemon
/// restarts, an old connection never works again.
pub(super) struct Keyring {
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

    /// Writes an entry and any copies of it, reads them back and compares.
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

    /// Reads an entry, and any copies of it that another program made. An empty list proves only
    /// that the keyring returned none.
    pub fn read(&mut self, user: &str) -> Result<Vec<SecretString>, VaultError> {
        let read = self.with_entry(user, |entry| match entry.get_secret() {
            Ok(bytes) => Ok(vec![bytes]),
            Err(Error::NoEntry) => Ok(Vec::new()),
            Err(Error::Ambiguous(copies)) => copies.iter().map(Entry::get_secret).collect(),
            Err(error) => Err(error),
        })?;
        // An entry that is not text cannot be a payload, and counts as empty.
        let text = |bytes| String::from_utf8(bytes).unwrap_or_default().into();
        Ok(read.into_iter().map(text).collect())
    }

    /// Deletes an entry; a missing one is no error.
    pub fn delete(&mut self, user: &str) -> Result<(), VaultError> {
        // Copies under Keyrack's random name are deleted too, whoever made them.
        let deleted = self.with_entry(user, |entry| match entry.delete_credential() {
            Err(Error::Ambiguous(copies)) => copies.iter().try_for_each(Entry::delete_credential),
            other => other,
        });
        match deleted {
            Err(VaultError::Lost) => Ok(()),
            other => other,
        }
    }

    /// All of Keyrack's entries, of whatever data folder, with their users; without those that are
    /// not text.
    pub fn all(&mut self) -> Result<Vec<(String, SecretString)>, VaultError> {
        self.with_store(|store| {
            let mut all = Vec::new();
            for entry in store.search(&HashMap::from([("service", APP_ID)]))? {
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

    fn with_entry<T>(
        &mut self,
        user: &str,
        call: impl Fn(&Entry) -> keyring_core::Result<T>,
    ) -> Result<T, VaultError> {
        let label = HashMap::from([("label", LABEL)]);
        self.with_store(|store| call(&store.build(APP_ID, user, modifiers(&label))?))
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

/// The modifiers of a new entry: the label, which only Secret Service items have.
fn modifiers<'a>(label: &'a HashMap<&'a str, &'a str>) -> Option<&'a HashMap<&'a str, &'a str>> {
    cfg!(target_os = "linux").then_some(label)
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

/// Whether the keyring has no default collection: a dismissed prompt looks the same whether it would
/// have unlocked the collection or created it.
#[cfg(target_os = "linux")]
fn lacks_default_collection() -> bool {
    use secret_service::{EncryptionType, Error, blocking::SecretService};
    SecretService::connect(EncryptionType::Plain)
        .is_ok_and(|service| matches!(service.get_default_collection(), Err(Error::NoResult)))
}

#[cfg(test)]
pub(crate) mod tests;
