//! The truth, read without Keyrack: which tokens work at Notion, and what the keyring has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::storage::vault::keyring::tests::Keyring;

/// The SHA-256 hash of a token, as in the sandbox's database.
pub type Hash = Vec<u8>;

/// The sandbox's database.
pub struct Truth(Connection);

impl Truth {
    pub fn of(database: &Path) -> Self {
        Self(Connection::open(database).expect("the sandbox's database"))
    }

    /// The hashes of access tokens that work.
    pub fn alive(&self) -> BTreeSet<Hash> {
        let query = "SELECT access FROM pairs WHERE access IS NOT NULL";
        let mut query = self.0.prepare_cached(query).expect("a query");
        let rows = query.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("hashes")
    }
}

/// An entry of the keyring.
pub struct Held {
    /// The hash of a connection's access token.
    pub access: Option<Hash>,
    /// The secrets of the entry.
    pub secrets: Vec<String>,
}

/// All entries of the keyring, by their names.
pub fn held(keyring: &Keyring) -> BTreeMap<String, Held> {
    let entries = keyring.entries().into_iter();
    let held = entries.map(|(user, bytes)| {
        let payload: Value = serde_json::from_slice(&bytes).expect("a payload");
        let secret = |field: &str| payload[field].as_str().map(str::to_owned);
        let held = Held {
            access: secret("access").map(|token| Sha256::digest(token).to_vec()),
            secrets: ["access", "refresh", "client_secret"]
                .into_iter()
                .filter_map(secret)
                .collect(),
        };
        (user, held)
    });
    held.collect()
}
