//! Sealed files that the window makes and opens. One that was opened is held here, with what is in it, until it is
//! taken in or closed.

use std::fs;
use std::path::Path;

use keyrack_core::{
    Cause, FoundInFile, Keyrack, OpenedFile, Problem, Seal, SealedExport, SealedImport, Unseal,
    system_clock,
};
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::files::free_path;

/// The file that is open, if there is one.
#[derive(Default)]
pub struct Sealed(Mutex<Option<OpenedFile>>);

impl Sealed {
    /// Opens a file, in place of one before it, and asks Notion about what is in it.
    pub async fn open(
        &self,
        keyrack: &Keyrack,
        file: Vec<u8>,
        passphrase: SecretString,
    ) -> Result<FoundInFile, Problem> {
        let with = Unseal::Passphrase(passphrase);
        let mut place = self.0.lock().await;
        *place = None;
        let opened = keyrack.open_file(file, with, |_| ()).await?;
        Ok(place.insert(opened).found.clone())
    }

    /// Takes in what is new in the open file, and closes it.
    pub async fn take_in(&self, keyrack: &Keyrack) -> Result<SealedImport, Problem> {
        let opened = self.0.lock().await.take().ok_or(Cause::Cancelled)?;
        Ok(keyrack.import_file(opened).await)
    }

    /// Closes the open file, with the secrets that are in it.
    pub async fn close(&self) {
        *self.0.lock().await = None;
    }
}

/// Seals connections (`Connection::id`) into a new file in a folder, named by the day.
pub async fn export(
    keyrack: &Keyrack,
    folder: &Path,
    ids: &[String],
    to: Seal,
    copy: bool,
) -> Result<SealedExport, Problem> {
    fs::create_dir_all(folder).map_err(|error| Cause::NotWritten {
        path: folder.display().to_string(),
        detail: error.to_string(),
    })?;
    let now = system_clock()().rfc3339();
    let day = now.get(..10).unwrap_or_default();
    let path = free_path(folder, &format!("keyrack-{day}.age"));
    keyrack.export(ids, &path, to, copy).await
}
