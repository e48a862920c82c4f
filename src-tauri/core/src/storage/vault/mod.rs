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
mod tests {
    use super::*;
    use crate::storage::vault::keyring::tests::{Keyring, KeyringBehaviour, keyring};

    fn tokens(access: &str) -> Payload {
        Payload::Connection(ConnectionSecrets {
            id: "entry".into(),
            client: "client".into(),
            bot_id: "bot".into(),
            workspace_name: "Acme".into(),
            access: access.into(),
            refresh: None,
            made_elsewhere: None,
        })
    }

    fn vault() -> (Keyring, Vault) {
        let keyring = keyring();
        let vault = Vault::new(Worker::start(keyring.connector()), "store", "probe");
        (keyring, vault)
    }

    #[tokio::test]
    async fn what_is_written_is_read_and_what_is_deleted_is_gone() {
        let (keyring, vault) = vault();
        vault.write(&tokens("one")).await.expect("written");
        vault
            .write(&tokens("two"))
            .await
            .expect("replaced in place");
        let read = vault.read_connection("entry").await.expect("read");
        assert_eq!(read.access.expose_secret(), "two");
        vault
            .delete("entry", EntryKind::Connection)
            .await
            .expect("deleted");
        assert_eq!(
            vault.read_connection("entry").await.err(),
            Some(VaultError::Lost)
        );
        vault
            .delete("entry", EntryKind::Connection)
            .await
            .expect("deleting what is gone is fine");
        assert_eq!(
            keyring.users(),
            Vec::<String>::new(),
            "not even the probe stays"
        );
    }

    #[test]
    fn a_label_names_the_workspace_without_what_cannot_be_seen() {
        let named = |workspace_name: &str| {
            let Payload::Connection(secrets) = tokens("one") else {
                unreachable!("a connection")
            };
            let workspace_name = workspace_name.to_owned();
            Payload::Connection(ConnectionSecrets {
                workspace_name,
                ..secrets
            })
        };
        assert_eq!(named("Acme").label(), "Keyrack: connection Acme");
        assert_eq!(named("A\u{202e}\ncme").label(), "Keyrack: connection A cme");
        assert_eq!(named("").label(), "Keyrack: connection");
    }

    #[tokio::test]
    async fn an_entry_of_before_names_were_kept_is_read() {
        let (keyring, vault) = vault();
        let text = tokens("token").encode("store").expose_secret().to_owned();
        let older = text.replace(r#""workspace_name":"Acme","#, "");
        assert_ne!(older, text);
        keyring.put("entry", &older);
        let read = vault.read_connection("entry").await.expect("read");
        assert_eq!(
            (read.access.expose_secret(), &*read.workspace_name),
            ("token", "")
        );
    }

    #[tokio::test]
    async fn an_entry_that_is_not_ours_is_never_taken_for_a_token() {
        let (keyring, vault) = vault();
        let other = tokens("token").encode("another store");
        for foreign in [
            "",
            "not json",
            "{}",
            r#"{"v":2,"kind":"connection"}"#,
            other.expose_secret(),
        ] {
            keyring.put("entry", foreign);
            assert_eq!(
                vault.read_connection("entry").await.err(),
                Some(VaultError::Foreign),
                "{foreign}"
            );
        }
        keyring.put("moved", tokens("token").encode("store").expose_secret());
        assert_eq!(
            vault.read_connection("moved").await.err(),
            Some(VaultError::Foreign)
        );
        keyring.put("entry", tokens("token").encode("store").expose_secret());
        assert_eq!(
            vault.read_client("entry").await.err(),
            Some(VaultError::Foreign)
        );
    }

    #[tokio::test]
    async fn a_restarted_keyring_is_found_again_by_itself() {
        let (keyring, vault) = vault();
        vault.write(&tokens("one")).await.expect("written");
        keyring.restart();
        assert_eq!(
            vault
                .read_connection("entry")
                .await
                .expect("read")
                .access
                .expose_secret(),
            "one"
        );
    }

    #[tokio::test]
    async fn a_missing_keyring_is_named_and_found_once_it_is_there() {
        let (keyring, vault) = vault();
        keyring.behave(KeyringBehaviour::Missing);
        assert_eq!(vault.probe().await, Err(VaultError::Missing));
        keyring.behave(KeyringBehaviour::Normal);
        assert_eq!(vault.probe().await, Ok(()));
    }

    #[tokio::test]
    async fn a_probe_that_was_left_is_remembered_until_one_is_deleted() {
        let (keyring, vault) = vault();
        keyring.behave(KeyringBehaviour::IgnoresDeletes);
        vault.probe().await.expect_err("it deletes nothing");
        keyring.behave(KeyringBehaviour::Missing);
        assert_eq!(vault.probe().await, Err(VaultError::Missing));
        assert!(vault.has_left_a_probe());
        keyring.behave(KeyringBehaviour::Normal);
        assert_eq!(vault.probe().await, Ok(()));
        assert!(!vault.has_left_a_probe());
    }

    #[tokio::test]
    async fn a_prompt_that_hangs_is_named_and_does_not_block_the_next_call() {
        let (keyring, mut vault) = vault();
        vault.deadline = Duration::from_millis(50);
        keyring.hang();
        assert_eq!(vault.probe().await, Err(VaultError::Waiting));
        vault.deadline = DEADLINE;
        keyring.release();
        assert_eq!(vault.probe().await, Ok(()));
    }

    #[tokio::test]
    async fn a_write_waits_for_as_long_as_the_keyring_takes() {
        let (keyring, mut vault) = vault();
        vault.deadline = Duration::ZERO;
        keyring.hang();
        let write = tokio::spawn(vault.write(&tokens("one")));
        assert_eq!(vault.probe().await, Err(VaultError::Waiting));
        keyring.release();
        assert_eq!(write.await.expect("no panic"), Ok(()));
        assert!(keyring.users().contains(&"entry".to_owned()));
    }
}
