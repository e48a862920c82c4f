//! Sealed files: connections that go to another computer.

mod import;
mod moved;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::connection::Connection;
use crate::domain::problem::Problem;
use crate::domain::sealed::SealedExport;
use crate::keyrack::Keyrack;
use crate::storage::sealed::{Seal, Unseal};
use crate::tests::env::TestEnv;

/// A key that files are sealed to here: quicker than a passphrase.
struct Key(age::x25519::Identity);

impl Key {
    fn new() -> Self {
        Self(age::x25519::Identity::generate())
    }

    fn seal(&self) -> Seal {
        Seal::Recipients(vec![self.0.to_public()])
    }

    fn unseal(&self) -> Unseal {
        Unseal::Identities(vec![self.0.clone()])
    }
}

/// A Keyrack with a connection, and the place of a sealed file.
struct Here {
    env: TestEnv,
    keyrack: Arc<Keyrack>,
    id: String,
    key: Key,
    _place: tempfile::TempDir,
    path: PathBuf,
}

impl Here {
    async fn new() -> Self {
        let (env, keyrack, client) = TestEnv::with_client().await;
        let id = env.connect(&keyrack, &client).await;
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("moved.age");
        let key = Key::new();
        Self {
            env,
            keyrack,
            id,
            key,
            _place: place,
            path,
        }
    }

    async fn export(&self, copy: bool) -> Result<SealedExport, Problem> {
        self.export_to(&self.path, copy).await
    }

    async fn export_to(&self, path: &Path, copy: bool) -> Result<SealedExport, Problem> {
        let ids = [self.id.clone()];
        self.keyrack.export(&ids, path, self.key.seal(), copy).await
    }

    fn row(&self) -> Connection {
        self.keyrack.connection(&self.id).expect("a row")
    }
}
