//! Import pairs of an OAuth client that live in somebody's database or settings: each is judged first, and
//! kept only then.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use notion_oauth::{Bot, Error, Introspection};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::Arrival;
use super::token::granted;
use crate::acts::access::ClientAccess;
use crate::acts::check::many::RETRY;
use crate::domain::act::Granted;
use crate::domain::annotation::Annotation;
use crate::domain::client::Client;
use crate::domain::connection::Connection;
use crate::domain::hand_out::Allowed;
use crate::domain::pairs::{JudgedLine, KeptLine, Pair, PairVerdict, ReadLine, Seen};
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
use crate::storage::vault::{ConnectionSecrets, Payload};

/// An import of pairs under way: those that are new wait here until they are kept or dropped.
pub struct PairImport {
    keyrack: Arc<Keyrack>,
    client: Client,
    access: ClientAccess,
    /// The connections by the hashes of their access tokens.
    here: HashMap<Vec<u8>, String>,
    tokens: Seen,
    bots: Seen,
    new: VecDeque<New>,
}

/// A new pair, which waits to be kept.
struct New {
    line: usize,
    pair: Pair,
    granted: Granted,
    /// When Notion said that it works.
    asked_at: Millis,
}

impl Keyrack {
    /// Begins an import of a client's pairs (`Client::id`). Nothing is kept, or asked of Notion, yet.
    pub async fn import_pairs(self: &Arc<Self>, client: &str) -> Result<PairImport, Problem> {
        let client = self.store.client(client)?;
        let ClientAccess {
            notion,
            credentials,
        } = self.client_access(&client).await?;
        let mut here = HashMap::new();
        for entry in self.vault.all().await? {
            if let Payload::Connection(secrets) = entry
                && self.store.connection(&secrets.id).is_ok()
            {
                here.insert(mark(&secrets.access), secrets.id);
            }
        }
        Ok(PairImport {
            keyrack: self.clone(),
            client,
            access: ClientAccess {
                notion: notion.with_retry(RETRY).among_many(),
                credentials,
            },
            here,
            tokens: Seen::default(),
            bots: Seen::default(),
            new: VecDeque::new(),
        })
    }
}

impl PairImport {
    /// Judges a line. One that is new waits to be kept. One that could not be asked about, or whose judging
    /// was dropped, can be judged once more.
    pub async fn judge(&mut self, line: &ReadLine) -> JudgedLine {
        let &ReadLine { line, ref read } = line;
        let verdict = match read {
            Ok(pair) => self.judge_pair(line, pair).await,
            Err(fault) => PairVerdict::Unreadable { fault: *fault },
        };
        JudgedLine { line, verdict }
    }

    async fn judge_pair(&mut self, line: usize, pair: &Pair) -> PairVerdict {
        let token = mark(&pair.access);
        if let Some(connection) = self.here.get(&token).cloned() {
            return PairVerdict::Here { connection };
        }
        if let Some(before) = self.tokens.before(token, line) {
            return PairVerdict::Twice { before };
        }
        let asked_at = self.keyrack.now();
        let granted = match self.ask(pair).await {
            Ok(granted) => granted,
            Err(verdict) => return verdict,
        };
        let store = &self.keyrack.store;
        match store.connection_of_bot(&self.client.id, &granted.bot_id) {
            Ok(Some(connection)) => return PairVerdict::OtherTokens { connection },
            Ok(None) => {}
            Err(problem) => return PairVerdict::NotAsked { problem },
        }
        let bot = granted.bot_id.clone().into_bytes();
        if let Some(before) = self.bots.before(bot, line) {
            return PairVerdict::SameBot { before };
        }
        let verdict = PairVerdict::New {
            workspace_name: granted.workspace_name.clone(),
            bot_id: granted.bot_id.clone(),
            owner: granted.owner.clone(),
        };
        self.new.push_back(New {
            line,
            pair: pair.clone(),
            granted,
            asked_at,
        });
        verdict
    }

    /// Asks Notion whether the pair is the client's and works (introspection), and whose it is (`users/me`).
    async fn ask(&self, pair: &Pair) -> Result<Granted, PairVerdict> {
        let ClientAccess {
            notion,
            credentials,
        } = &self.access;
        let not_asked = |error: Error| PairVerdict::NotAsked {
            problem: error.into(),
        };
        let introspection = notion.introspect(credentials, &pair.access).await;
        failpoint("notion.introspect");
        let is_clients = match introspection {
            Ok(Introspection { active, .. }) => active,
            Err(Error::GrantRejected { .. }) => false,
            Err(error) => return Err(not_asked(error)),
        };
        let me = notion.me(&pair.access).await;
        failpoint("notion.me");
        match me {
            Ok(bot) if is_clients => Ok(of_client(&bot, pair)),
            Ok(_) => Err(PairVerdict::OtherClient),
            Err(Error::Unauthorized { .. }) => Err(PairVerdict::Dead),
            Err(error) => Err(not_asked(error)),
        }
    }

    /// A new pair on its way in, under an id of its own.
    fn arrival(&self, new: &New) -> Arrival {
        let (pair, granted) = (new.pair.clone(), new.granted.clone());
        Arrival {
            client: self.client.clone(),
            secrets: ConnectionSecrets {
                id: uuid::Uuid::new_v4().to_string(),
                client: self.client.id.clone(),
                bot_id: granted.bot_id.clone(),
                workspace_name: granted.workspace_name.clone(),
                access: pair.access,
                refresh: pair.refresh,
                made_elsewhere: None,
            },
            granted,
            annotation: Annotation {
                labels: pair.labels,
                ..Annotation::default()
            },
            allows: Allowed::default(),
            asked_at: new.asked_at,
        }
    }

    /// How many new pairs wait to be kept.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.new.len()
    }

    async fn keep(&self, new: &New) -> Result<Connection, Problem> {
        let arriving = self.keyrack.locks.lock_arrivals().await?;
        self.keyrack.take_in(self.arrival(new), &arriving).await
    }

    /// Keeps the next new pair; none if there is none left. It waits on if every further one would meet
    /// the same.
    pub async fn keep_next(&mut self) -> Option<KeptLine> {
        let new = self.new.front()?;
        let line = new.line;
        let (connection, problem) = match self.keep(new).await {
            Ok(connection) => (Some(connection.id), None),
            Err(problem) => (None, Some(problem)),
        };
        let kept = KeptLine {
            line,
            connection,
            problem,
        };
        if kept.stop().is_none() {
            self.new.pop_front();
        }
        Some(kept)
    }
}

impl KeptLine {
    /// The problem that every further one would meet as well, if it is one.
    #[must_use]
    pub fn stop(&self) -> Option<&Problem> {
        self.problem.as_ref().filter(|Problem { cause, .. }| {
            cause.is_about_all_of_the_keyring() || matches!(cause, Cause::StoreBusy)
        })
    }
}

/// A hash by which a token is known again.
fn mark(token: &SecretString) -> Vec<u8> {
    Sha256::digest(token.expose_secret()).to_vec()
}

/// What Notion says of a client's pair.
fn of_client(bot: &Bot, pair: &Pair) -> Granted {
    Granted {
        has_refresh_token: pair.refresh.is_some(),
        ..granted(bot)
    }
}
