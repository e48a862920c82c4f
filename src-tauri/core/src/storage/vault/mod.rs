//! The vault: the keyring seen from core, the only place where a secret is at rest.

mod error;
pub(crate) mod keyring;
mod name;
mod payload;
#[cfg(target_os = "linux")]
mod secret_service;
mod worker;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::domain::receipt::Remains;
use crate::failpoint::failpoint;

pub use error::VaultError;
use keyring::{Copy, Keyring, Left};
pub use keyring::{KeyringConnector, system_keyring};
pub(crate) use name::keyring_name;
use payload::Claim;
pub(crate) use payload::{
    Bearer, ClientSecrets, ConnectionSecrets, EntryKind, MadeElsewhere, Payload,
};
pub(crate) use worker::Worker;

/// How long probes and reads wait. That is too short to type a password into the keyring's prompt:
/// the person is shown that the keyring waits, and tries again once the prompt is answered.
const DEADLINE: Duration = Duration::from_secs(10);

/// The vault: the keyring entries of one data folder.
///
/// All calls run on a thread of their own, because the platform's calls block, a locked keyring
/// even without bound. Entries are named by random ids, describe themselves, and are checked
/// after reading, because any program of the same user may have written them.
pub struct Vault {
    worker: Worker,
    /// The id of the data folder (`Store::id`); two folders share one keyring.
    store: String,
    /// The name of this process's probes: probes of two processes must not collide.
    probe: Mutex<String>,
    /// The names of probe entries that may not be deleted yet.
    left_probes: Arc<Mutex<HashSet<String>>>,
    deadline: Duration,
}

impl Vault {
    /// The vault of one data folder, whose keyring calls this worker makes.
    #[must_use]
    pub fn new(worker: Worker, store_id: &str, probe_id: &str) -> Self {
        Self {
            worker,
            store: store_id.to_owned(),
            probe: Mutex::new(probe_id.to_owned()),
            left_probes: Arc::default(),
            deadline: DEADLINE,
        }
    }

    /// Probes the keyring: writes, reads and deletes an entry.
    pub(crate) async fn probe(&self) -> Result<(), VaultError> {
        let id = self.probe_name().clone();
        let bytes = payload::probe(&self.store, &id);
        let claim = self.claim(&id, EntryKind::Probe);
        let left = self.left_probes.clone();
        let probed = self.worker.run(self.deadline, move |keyring| {
            let left = || left.lock().unwrap_or_else(PoisonError::into_inner);
            let is_new = left().insert(id.clone());
            if let Err(error) = keyring.write(&claim, payload::PROBE_LABEL, &bytes) {
                let refused = matches!(
                    error,
                    VaultError::Locked
                        | VaultError::Missing
                        | VaultError::NoSessionBus
                        | VaultError::NoCollection
                );
                // An earlier probe's entry may be left even if this probe wrote nothing.
                if refused && is_new {
                    left().remove(&id);
                }
                return Err(error);
            }
            keyring.delete(&claim)?;
            left().remove(&id);
            Ok(())
        });
        let probed = probed.await;
        if probed == Err(VaultError::Waiting) {
            // Once the keyring replies, the hanging probe deletes its entry by itself.
            *self.probe_name() = uuid::Uuid::new_v4().to_string();
        }
        probed
    }

    /// Whether a probe's entry may still be there for a later start to delete.
    pub(crate) fn has_left_a_probe(&self) -> bool {
        let left = self.left_probes.lock();
        !left.unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn probe_name(&self) -> MutexGuard<'_, String> {
        self.probe.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the tokens of a connection.
    pub(crate) async fn read_connection(&self, id: &str) -> Result<ConnectionSecrets, VaultError> {
        match self.read(id, EntryKind::Connection).await? {
            Payload::Connection(secrets) => Ok(secrets),
            Payload::Client(_) => Err(VaultError::Foreign),
        }
    }

    /// Reads the secret of a client.
    pub(crate) async fn read_client(&self, id: &str) -> Result<ClientSecrets, VaultError> {
        match self.read(id, EntryKind::Client).await? {
            Payload::Client(secrets) => Ok(secrets),
            Payload::Connection(_) => Err(VaultError::Foreign),
        }
    }

    async fn read(&self, id: &str, kind: EntryKind) -> Result<Payload, VaultError> {
        let claim = self.claim(id, kind);
        let copies = self
            .worker
            .run(self.deadline, move |keyring| keyring.read(&claim))
            .await?;
        if copies.is_empty() {
            // A keyring without a default collection also reports none.
            self.probe().await?;
            return Err(VaultError::Lost);
        }
        self.ours(id, &copies)
    }

    /// The payload of an entry, among copies of it; copies that are not Keyrack's are ignored, and
    /// those beside the place where Keyrack writes are too, if there is one there. Two that differ
    /// are refused, as it is unknown which is newer.
    fn ours(&self, id: &str, copies: &[Copy]) -> Result<Payload, VaultError> {
        let ours = || copies.iter().filter(|copy| copy.is_ours);
        let has_default = ours().any(|copy| copy.is_in_default);
        let texts = ours().filter(|copy| copy.is_in_default || !has_default);
        let mut texts = texts.map(|copy| copy.text.expose_secret());
        match texts.next() {
            Some(text) if texts.all(|other| other == text) => Payload::parse(text, id, &self.store),
            _ => Err(VaultError::Foreign),
        }
    }

    /// This data folder's claim to an entry.
    fn claim(&self, id: &str, kind: EntryKind) -> Claim {
        Claim {
            store: self.store.clone(),
            id: id.to_owned(),
            kind,
            bearer: None,
        }
    }

    /// All payloads of this data folder in the keyring.
    pub(crate) async fn all(&self) -> Result<Vec<Payload>, VaultError> {
        // A keyring that is locked, or has no default collection, may also report no entries.
        self.probe().await?;
        let entries = self.worker.run_to_the_end(Keyring::all).await?;
        let parse = |(user, text): (String, SecretString)| {
            // Other entries are another data folder's, or invalid.
            Payload::parse(text.expose_secret(), &user, &self.store).ok()
        };
        Ok(entries.into_iter().filter_map(parse).collect())
    }

    /// Writes an entry in one write, reads it back and compares.
    ///
    /// The write has no deadline: it may have the only copy of a token, and the keyring may be
    /// asking to be unlocked. Dropping the future does not stop a write that has begun.
    pub(crate) fn write(
        &self,
        payload: &Payload,
    ) -> impl Future<Output = Result<(), VaultError>> + Send + 'static {
        let claim = Claim {
            bearer: Some(payload.bearer()),
            ..self.claim(payload.id(), payload.kind())
        };
        let (label, bytes) = (payload.label(), payload.encode(&self.store));
        let written = self
            .worker
            .run_to_the_end(move |keyring| keyring.write(&claim, &label, &bytes));
        async {
            let written = written.await;
            failpoint("vault.write");
            written
        }
    }

    /// Deletes an entry and proves that it is gone; a missing entry is no error. What another
    /// program has put there is left alone.
    pub(crate) async fn delete(&self, id: &str, kind: EntryKind) -> Result<(), VaultError> {
        self.delete_claimed(self.claim(id, kind)).await.map(drop)
    }

    /// Deletes a connection's entry like [`Vault::delete`], and returns what the keyring may still have
    /// of it; refused if it holds another bearer's tokens.
    pub(crate) async fn delete_tokens(
        &self,
        id: &str,
        bearer: Bearer,
    ) -> Result<Vec<Remains>, VaultError> {
        let claim = Claim {
            bearer: Some(bearer),
            ..self.claim(id, EntryKind::Connection)
        };
        let left = self.delete_claimed(claim).await?;
        let locked_copy = left.is_locked.then_some(Remains::LockedCopy);
        let recycle_bin = left.may_be_in_recycle_bin.then_some(Remains::RecycleBin);
        Ok(locked_copy.into_iter().chain(recycle_bin).collect())
    }

    async fn delete_claimed(&self, claim: Claim) -> Result<Left, VaultError> {
        let deleted = self
            .worker
            .run(self.deadline, move |keyring| keyring.delete(&claim));
        let left = deleted.await?;
        failpoint("vault.delete");
        if !left.anything {
            // A keyring without a default collection also reports no entry.
            self.probe().await?;
        }
        Ok(left)
    }
}

#[cfg(test)]
mod tests;
