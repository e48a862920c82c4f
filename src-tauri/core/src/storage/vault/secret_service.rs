//! The Secret Service of Linux desktops, behind the `keyring-core` interface (Secret Service API
//! 0.2).
//!
//! Several collections may have items with the attributes of one entry: a copy of a keyring's file,
//! or what another program planted. All of them are found, and nothing is unlocked before it is
//! read: a copy in a collection that stays locked stops nobody who does not need it.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::{Credential, CredentialApi, CredentialStore, CredentialStoreApi};
use keyring_core::{Entry, Error, Result};
use secret_service::blocking::{Collection, Item, SecretService};
use secret_service::{EncryptionType, Error as ServiceError};
use zbus::zvariant::OwnedObjectPath;

/// The attribute and modifier of an entry that is the label of its item, which a keyring's own program shows.
const LABEL: &str = "label";

/// The label of a collection that is made because there is none, as other programs call it (libsecret).
const NEW_COLLECTION: &str = "Default keyring";

const CONTENT_TYPE: &str = "application/octet-stream";

/// A session with the Secret Service, in which secrets are encrypted.
type Session = Arc<SecretService<'static>>;

/// Connects to the Secret Service.
pub(super) fn connect() -> Result<Arc<CredentialStore>> {
    let session = SecretService::connect(EncryptionType::Dh).map_err(failed)?;
    Ok(Arc::new(Store(Arc::new(session))))
}

/// The store of one session.
struct Store(Session);

/// An entry by its attributes: no item, one or several.
struct Named {
    session: Session,
    service: String,
    user: String,
    /// The label of an item that is made.
    label: String,
}

/// One item, in any collection.
pub(super) struct Found {
    session: Session,
    path: OwnedObjectPath,
    /// Whether the item was found locked.
    pub is_locked: bool,
    /// Whether the item is in the default collection.
    pub is_in_default: bool,
}

impl CredentialStoreApi for Store {
    fn vendor(&self) -> String {
        "Secret Service".to_owned()
    }

    fn id(&self) -> String {
        "session".to_owned()
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        modifiers: Option<&HashMap<&str, &str>>,
    ) -> Result<Entry> {
        let label = modifiers.and_then(|modifiers| modifiers.get(LABEL).copied());
        Ok(Entry::new_with_credential(Arc::new(Named {
            session: self.0.clone(),
            service: service.to_owned(),
            user: user.to_owned(),
            label: label.unwrap_or("Keyrack").to_owned(),
        })))
    }

    /// The items with these attributes, those first that need no unlocking.
    fn search(&self, attributes: &HashMap<&str, &str>) -> Result<Vec<Entry>> {
        let found = search(&self.0, attributes.clone())?;
        Ok(found.into_iter().map(entry).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Named {
    fn attributes(&self) -> HashMap<&str, &str> {
        [("service", &*self.service), ("username", &*self.user)].into()
    }

    /// The only item of these attributes.
    fn only(&self) -> Result<Found> {
        let mut found = search(&self.session, self.attributes())?;
        match (found.pop(), found.is_empty()) {
            (None, _) => Err(Error::NoEntry),
            (Some(only), true) => Ok(only),
            (Some(last), false) => {
                found.push(last);
                Err(Error::Ambiguous(found.into_iter().map(entry).collect()))
            }
        }
    }
}

impl CredentialApi for Named {
    /// Creates an item in the default collection, beside any other one. An existing one is set
    /// through the entry that [`CredentialApi::get_credential`] or `Error::Ambiguous` has for it.
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        let collection = default_collection(&self.session)?;
        if collection.is_locked().map_err(failed)? {
            collection.unlock().map_err(failed)?;
        }
        let replace = false;
        let attributes = self.attributes();
        let created =
            collection.create_item(&self.label, attributes, secret, replace, CONTENT_TYPE);
        let item = created.map_err(failed)?;
        if !item.get_secret().is_ok_and(|kept| kept == secret) {
            // It is this call's own, whatever it says: nobody could tell later.
            let _ = item.delete();
        }
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        self.only()?.get_secret()
    }

    fn delete_credential(&self) -> Result<()> {
        self.only()?.delete_credential()
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(Some(Arc::new(self.only()?)))
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        Some((self.service.clone(), self.user.clone()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Found {
    /// The item, unlocked if it was found locked; that may open a prompt.
    fn item(&self) -> Result<Item<'_>> {
        let item = self.session.get_item_by_path(self.path.clone());
        let item = item.map_err(failed)?;
        if self.is_locked {
            item.unlock().map_err(failed)?;
        }
        Ok(item)
    }
}

impl CredentialApi for Found {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        let item = self.item()?;
        item.set_secret(secret, CONTENT_TYPE).map_err(failed)
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        self.item()?.get_secret().map_err(failed)
    }

    fn delete_credential(&self) -> Result<()> {
        self.item()?.delete().map_err(failed)
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    /// Changes the item's label, if it is another one: a keyring may keep what was before each change.
    fn update_attributes(&self, attributes: &HashMap<&str, &str>) -> Result<()> {
        let Some(&label) = attributes.get(LABEL) else {
            return Ok(());
        };
        let item = self.item()?;
        if item.get_label().map_err(failed)? == label {
            return Ok(());
        }
        item.set_label(label).map_err(failed)
    }

    /// The entry's service and user; none if the item is gone or locked.
    fn get_specifiers(&self) -> Option<(String, String)> {
        let item = self.session.get_item_by_path(self.path.clone()).ok()?;
        let mut attributes = item.get_attributes().ok()?;
        attributes
            .remove("service")
            .zip(attributes.remove("username"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn entry(found: Found) -> Entry {
    Entry::new_with_credential(Arc::new(found))
}

/// The items with these attributes: of the unlocked ones and of the locked ones, those of the default
/// collection first.
fn search(session: &Session, attributes: HashMap<&str, &str>) -> Result<Vec<Found>> {
    let items = session.search_items(attributes).map_err(failed)?;
    // An only item, and those without a default collection to compare with, are alike.
    let is_only = items.unlocked.len() + items.locked.len() < 2;
    let default = (!is_only).then(|| session.get_default_collection().ok());
    let default = default
        .flatten()
        .map(|default| format!("{}/", default.collection_path.as_str()));
    let found = |item: Item<'_>, is_locked| Found {
        is_in_default: default
            .as_ref()
            .is_none_or(|default| item.item_path.as_str().starts_with(default)),
        session: session.clone(),
        path: item.item_path.clone(),
        is_locked,
    };
    let unlocked = items.unlocked.into_iter().map(|item| found(item, false));
    let locked = items.locked.into_iter().map(|item| found(item, true));
    let mut all: Vec<_> = unlocked.chain(locked).collect();
    all.sort_by_key(|found| (found.is_locked, !found.is_in_default));
    Ok(all)
}

/// The default collection. Where there is none yet, the keyring makes one, by a dialog of its own in which the
/// person chooses its password.
fn default_collection<'a>(session: &'a SecretService<'static>) -> Result<Collection<'a>> {
    match session.get_default_collection() {
        // That the person did not want one is no other failure than that there is none.
        Err(ServiceError::NoResult) => session
            .create_collection(NEW_COLLECTION, "default")
            .map_err(|_| failed(ServiceError::NoResult)),
        found => found.map_err(failed),
    }
}

/// The common name of a failure; the service's own one is kept inside.
fn failed(error: ServiceError) -> Error {
    match error {
        ServiceError::Locked
        | ServiceError::NoResult
        | ServiceError::Prompt
        | ServiceError::PromptDisconnected => Error::NoStorageAccess(Box::new(error)),
        other => Error::PlatformFailure(Box::new(other)),
    }
}
