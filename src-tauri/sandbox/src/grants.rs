//! Codes and token pairs in the store: issued, exchanged, rotated, found and revoked, all by hash.

use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    secret::{self, digest},
    store::{Store, WORKSPACE_COLUMNS, Workspace},
};

/// One client in one workspace: what an authorization connects.
#[derive(Debug, Clone)]
pub(crate) struct Bot {
    pub(crate) id: String,
    pub(crate) workspace: Workspace,
}

impl Bot {
    fn from_row(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            workspace: Workspace::from_row(row)?,
            id: row.get(6)?,
        })
    }
}

/// New tokens, in the clear only until they are answered.
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

impl Pair {
    pub(crate) fn new(with_refresh_token: bool) -> Self {
        Self {
            access: secret::access_token(),
            refresh: with_refresh_token.then(secret::refresh_token),
        }
    }

    fn refresh_hash(&self) -> Option<[u8; 32]> {
        self.refresh.as_deref().map(digest)
    }
}

impl Store {
    /// The bot of a client in a workspace: always the same one. `None` for an unknown workspace.
    pub(crate) fn bot_id(
        &self,
        client_id: &str,
        workspace_id: &str,
    ) -> rusqlite::Result<Option<String>> {
        let connection = self.lock();
        connection.execute(
            "INSERT INTO bots (id, client_id, workspace_id)
             SELECT ?1, ?2, id FROM workspaces WHERE id = ?3
             ON CONFLICT (client_id, workspace_id) DO NOTHING",
            params![Uuid::new_v4().to_string(), client_id, workspace_id],
        )?;
        connection
            .query_row(
                "SELECT id FROM bots WHERE client_id = ?1 AND workspace_id = ?2",
                [client_id, workspace_id],
                |row| row.get(0),
            )
            .optional()
    }

    /// Issues a code for a bot, valid until `expires_at`, and forgets the expired ones.
    pub(crate) fn issue_code(
        &self,
        bot_id: &str,
        redirect_uri: &str,
        now: i64,
        expires_at: i64,
    ) -> rusqlite::Result<String> {
        let connection = self.lock();
        let code = Uuid::new_v4().to_string();
        connection.execute("DELETE FROM codes WHERE expires_at <= ?1", [now])?;
        connection.execute(
            "INSERT INTO codes (hash, bot_id, redirect_uri, expires_at) VALUES (?1, ?2, ?3, ?4)",
            params![digest(&code), bot_id, redirect_uri, expires_at],
        )?;
        Ok(code)
    }

    /// Turns a code into a pair, once. `None` where the code is unknown, used, expired, another
    /// client's, or was issued for another redirect URI.
    pub(crate) fn exchange(
        &self,
        client_id: &str,
        code: &str,
        redirect_uri: &str,
        pair: &Pair,
        now: i64,
    ) -> rusqlite::Result<Option<Bot>> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let bot_id: Option<String> = transaction
            .query_row(
                "DELETE FROM codes WHERE hash = ?1 AND redirect_uri = ?2 AND expires_at > ?3
                 AND bot_id IN (SELECT id FROM bots WHERE client_id = ?4) RETURNING bot_id",
                params![digest(code), redirect_uri, now, client_id],
                |row| row.get(0),
            )
            .optional()?;
        let Some(bot_id) = bot_id else {
            return Ok(None);
        };
        transaction.execute(
            "INSERT INTO pairs (bot_id, access, refresh, issued_at) VALUES (?1, ?2, ?3, ?4)",
            params![bot_id, digest(&pair.access), pair.refresh_hash(), now],
        )?;
        transaction.commit()?;
        drop(connection);
        self.bot_of(&pair.access)
    }

    /// Replaces the pair of a refresh token; a pair without a new refresh token keeps the old one.
    /// `None` where the refresh token is dead or another client's.
    pub(crate) fn refresh(
        &self,
        client_id: &str,
        refresh_token: &str,
        pair: &Pair,
        now: i64,
    ) -> rusqlite::Result<Option<Bot>> {
        self.lock().execute(
            "UPDATE pairs SET access = ?1, refresh = coalesce(?2, refresh), issued_at = ?3
             WHERE refresh = ?4 AND bot_id IN (SELECT id FROM bots WHERE client_id = ?5)",
            params![
                digest(&pair.access),
                pair.refresh_hash(),
                now,
                digest(refresh_token),
                client_id
            ],
        )?;
        self.bot_of(&pair.access)
    }

    /// The bot that a living access token speaks for.
    pub(crate) fn bot_of(&self, access_token: &str) -> rusqlite::Result<Option<Bot>> {
        self.lock()
            .query_row(
                &format!(
                    "SELECT {WORKSPACE_COLUMNS}, bots.id FROM pairs
                     JOIN bots ON bots.id = bot_id
                     JOIN workspaces ON workspaces.id = workspace_id
                     JOIN people ON people.id = person_id
                     WHERE access = ?1"
                ),
                [digest(access_token)],
                Bot::from_row,
            )
            .optional()
    }

    /// When a living token of this client, access or refresh, was issued: milliseconds since the
    /// Unix epoch. `None` where it is dead or another client's.
    pub(crate) fn issued_at(&self, client_id: &str, token: &str) -> rusqlite::Result<Option<i64>> {
        self.lock()
            .query_row(
                "SELECT issued_at FROM pairs WHERE (access = ?1 OR refresh = ?1)
                 AND bot_id IN (SELECT id FROM bots WHERE client_id = ?2)",
                params![digest(token), client_id],
                |row| row.get(0),
            )
            .optional()
    }

    /// Ends one token of this client, access or refresh, and says whether it was alive.
    pub(crate) fn revoke(&self, client_id: &str, token: &str) -> rusqlite::Result<bool> {
        let connection = self.lock();
        let ended = connection.execute(
            "UPDATE pairs SET access = nullif(access, ?1), refresh = nullif(refresh, ?1)
             WHERE (access = ?1 OR refresh = ?1)
             AND bot_id IN (SELECT id FROM bots WHERE client_id = ?2)",
            params![digest(token), client_id],
        )?;
        connection.execute(
            "DELETE FROM pairs WHERE access IS NULL AND refresh IS NULL",
            [],
        )?;
        Ok(ended > 0)
    }

    /// Ends every token of a bot, as removing it in the workspace's settings does, and says how
    /// many pairs there were. `None` for an unknown bot.
    pub(crate) fn revoke_bot(&self, bot_id: &str) -> rusqlite::Result<Option<usize>> {
        let connection = self.lock();
        let ended = connection.execute("DELETE FROM pairs WHERE bot_id = ?1", [bot_id])?;
        connection
            .query_row("SELECT 1 FROM bots WHERE id = ?1", [bot_id], |_| Ok(ended))
            .optional()
    }
}
