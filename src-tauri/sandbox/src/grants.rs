//! Codes and token pairs in the store, kept as hashes: issue, exchange, rotate, find and revoke.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    modes::{Modes, RefreshedPair, RevokeReach, SecondConsent},
    secret::{self, Key, digest},
    store::{Store, WORKSPACE_COLUMNS, Workspace},
};

/// A bot: the authorization of one client in one workspace.
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

/// A new token pair, in the clear only until the reply is sent.
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Access,
    Refresh,
}

impl Pair {
    fn from_bits(access: &Key, refresh: &Key, modes: &Modes) -> Self {
        let long = |token: String| format!("{token:0<length$}", length = modes.token_length.into());
        let refresh_token = || long(secret::refresh_token(refresh));
        Self {
            access: long(secret::access_token(access)),
            refresh: modes.refresh_token.then(refresh_token),
        }
    }

    /// Makes a new pair for a bot: random, or derived if the modes give the same pair out again.
    fn new(connection: &Connection, bot_id: &str, modes: &Modes) -> rusqlite::Result<Self> {
        if modes.second_consent != SecondConsent::SamePair {
            return Ok(Self::from_bits(&secret::random(), &secret::random(), modes));
        }
        connection.execute(
            "UPDATE bots SET generation = generation + 1 WHERE id = ?1",
            [bot_id],
        )?;
        Self::derived(connection, bot_id, modes)
    }

    /// The pair that was derived last for a bot.
    fn derived(connection: &Connection, bot_id: &str, modes: &Modes) -> rusqlite::Result<Self> {
        connection.query_row(
            "SELECT key, client_id, generation FROM sandbox, bots WHERE id = ?1",
            [bot_id],
            |row| {
                let (key, client_id, generation): (Key, String, i64) = row.try_into()?;
                let bits = |kind| {
                    let purpose = format!("{kind}\0{client_id}\0{bot_id}\0{generation}");
                    secret::derive(&key, &purpose)
                };
                Ok(Self::from_bits(
                    &bits("access token"),
                    &bits("refresh token"),
                    modes,
                ))
            },
        )
    }

    /// The pair without its refresh token if that is dead; `None` if the access token is dead.
    fn living(self, connection: &Connection) -> rusqlite::Result<Option<Self>> {
        let refresh: Option<Option<Key>> = connection
            .query_row(
                "SELECT refresh FROM pairs WHERE access = ?1",
                [digest(&self.access)],
                |row| row.get(0),
            )
            .optional()?;
        Ok(refresh.map(|living| Self {
            refresh: self.refresh.filter(|token| living == Some(digest(token))),
            ..self
        }))
    }

    fn refresh_hash(&self) -> Option<Key> {
        self.refresh.as_deref().map(digest)
    }
}

fn insert(
    connection: &Connection,
    bot_id: &str,
    access: Option<Key>,
    refresh: Option<Key>,
    issued_at: i64,
) -> rusqlite::Result<()> {
    connection
        .execute(
            "INSERT INTO pairs (bot_id, access, refresh, issued_at) VALUES (?1, ?2, ?3, ?4)",
            params![bot_id, access, refresh, issued_at],
        )
        .map(|_| ())
}

fn delete_dead(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .execute(
            "DELETE FROM pairs WHERE access IS NULL AND refresh IS NULL",
            [],
        )
        .map(|_| ())
}

impl Store {
    /// The id of a client's bot in a workspace, made at first use; `None` for an unknown workspace.
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

    /// Issues a code for a bot, valid until `expires_at`, and deletes expired codes.
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

    /// Exchanges a code for a token pair, once. `None` if the code is unknown, used, expired, another
    /// client's, or was issued for another redirect URI.
    pub(crate) fn exchange(
        &self,
        client_id: &str,
        code: &str,
        redirect_uri: &str,
        modes: &Modes,
        now: i64,
    ) -> rusqlite::Result<Option<(Bot, Pair)>> {
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
        let pair = consented_pair(&transaction, &bot_id, modes, now)?;
        transaction.commit()?;
        drop(connection);
        self.with_bot(pair)
    }

    /// Exchanges a refresh token for a new pair; a pair without a new refresh token keeps the old one.
    /// `None` if the refresh token is dead or another client's.
    pub(crate) fn refresh(
        &self,
        client_id: &str,
        refresh_token: &str,
        modes: &Modes,
        now: i64,
    ) -> rusqlite::Result<Option<(Bot, Pair)>> {
        let old_refresh = digest(refresh_token);
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let old: Option<(String, Option<Key>, i64)> = transaction
            .query_row(
                "DELETE FROM pairs WHERE refresh = ?1
                 AND bot_id IN (SELECT id FROM bots WHERE client_id = ?2)
                 RETURNING bot_id, access, issued_at",
                params![old_refresh, client_id],
                |row| row.try_into(),
            )
            .optional()?;
        let Some((bot_id, old_access, issued_at)) = old else {
            return Ok(None);
        };
        let pair = Pair::new(&transaction, &bot_id, modes)?;
        let new_refresh = pair.refresh_hash().or(Some(old_refresh));
        insert(
            &transaction,
            &bot_id,
            Some(digest(&pair.access)),
            new_refresh,
            now,
        )?;
        let (access, refresh) = match modes.refreshed_pair {
            RefreshedPair::Ends => (None, None),
            RefreshedPair::AccessLives => (old_access, None),
            RefreshedPair::Lives => (old_access, Some(old_refresh)),
        };
        // The new pair may hold the old refresh token already.
        let refresh = refresh.filter(|_| pair.refresh.is_some());
        insert(&transaction, &bot_id, access, refresh, issued_at)?;
        delete_dead(&transaction)?;
        transaction.commit()?;
        drop(connection);
        self.with_bot(pair)
    }

    /// Makes a pair for a client's bot in a workspace without a consent. `None` for an unknown workspace.
    pub(crate) fn make_pair(
        &self,
        client_id: &str,
        workspace_id: &str,
        modes: &Modes,
        now: i64,
    ) -> rusqlite::Result<Option<(String, Pair)>> {
        let Some(bot_id) = self.bot_id(client_id, workspace_id)? else {
            return Ok(None);
        };
        let connection = self.lock();
        let pair = Pair::new(&connection, &bot_id, modes)?;
        let access = Some(digest(&pair.access));
        insert(&connection, &bot_id, access, pair.refresh_hash(), now)?;
        Ok(Some((bot_id, pair)))
    }

    fn with_bot(&self, pair: Pair) -> rusqlite::Result<Option<(Bot, Pair)>> {
        let bot = self.bot_of(&pair.access)?;
        Ok(bot.map(|bot| (bot, pair)))
    }

    /// The bot that a living access token belongs to.
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

    /// When a living token, access or refresh, of a client was issued: milliseconds since the Unix
    /// epoch. `None` if the token is dead or another client's.
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

    /// The kind of a living token of a client; `None` if the token is dead or another client's.
    pub(crate) fn kind(&self, client_id: &str, token: &str) -> rusqlite::Result<Option<TokenKind>> {
        self.lock()
            .query_row(
                "SELECT access IS ?1 FROM pairs WHERE (access = ?1 OR refresh = ?1)
                 AND bot_id IN (SELECT id FROM bots WHERE client_id = ?2)",
                params![digest(token), client_id],
                |row| {
                    Ok(if row.get(0)? {
                        TokenKind::Access
                    } else {
                        TokenKind::Refresh
                    })
                },
            )
            .optional()
    }

    /// Ends a token, access or refresh, and the tokens that end with it as far as `reach` goes.
    pub(crate) fn revoke(&self, token: &str, reach: RevokeReach) -> rusqlite::Result<()> {
        let connection = self.lock();
        let statement = match reach {
            RevokeReach::Token => {
                "UPDATE pairs SET access = nullif(access, ?1), refresh = nullif(refresh, ?1)
                 WHERE access = ?1 OR refresh = ?1"
            }
            RevokeReach::Pair => "DELETE FROM pairs WHERE access = ?1 OR refresh = ?1",
            RevokeReach::Bot => {
                "DELETE FROM pairs WHERE bot_id IN
                 (SELECT bot_id FROM pairs WHERE access = ?1 OR refresh = ?1)"
            }
        };
        connection.execute(statement, [digest(token)])?;
        delete_dead(&connection)
    }

    /// Ends every token of a bot, as removing it in the workspace's settings does, and returns how
    /// many pairs there were. `None` for an unknown bot.
    pub(crate) fn revoke_bot(&self, bot_id: &str) -> rusqlite::Result<Option<usize>> {
        let connection = self.lock();
        let ended = connection.execute("DELETE FROM pairs WHERE bot_id = ?1", [bot_id])?;
        connection
            .query_row("SELECT 1 FROM bots WHERE id = ?1", [bot_id], |_| Ok(ended))
            .optional()
    }
}

/// The token pair that a consent brings, as the modes say.
fn consented_pair(
    connection: &Connection,
    bot_id: &str,
    modes: &Modes,
    now: i64,
) -> rusqlite::Result<Pair> {
    match modes.second_consent {
        SecondConsent::FreshPair => {}
        SecondConsent::Replaces => {
            connection.execute("DELETE FROM pairs WHERE bot_id = ?1", [bot_id])?;
        }
        SecondConsent::SamePair => {
            let last = Pair::derived(connection, bot_id, modes)?;
            if let Some(living) = last.living(connection)? {
                return Ok(living);
            }
        }
    }
    let pair = Pair::new(connection, bot_id, modes)?;
    insert(
        connection,
        bot_id,
        Some(digest(&pair.access)),
        pair.refresh_hash(),
        now,
    )?;
    Ok(pair)
}
