//! Pass on: requests of others go to Notion with a connection's token, which stays here.
//!
//! What Notion says to them is evidence: a token that it does not take is checked at once, and renewed
//! once if it can be, so that whoever asked need not notice.

use std::sync::Arc;

use hyper::body::Bytes;
use hyper::{HeaderMap, Method, StatusCode};
use notion_oauth::{ApiPath, Auth, Body, Notion, PassedBack, PassedOn};
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::acts::refresh::fingerprint;
use crate::domain::connection::Status;
use crate::domain::hand_out::{Caller, Way};
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::runtime::proxy::only_reads;
use crate::storage::store::Taken;
use crate::storage::vault::ConnectionSecrets;

/// A request to be passed on. There is no `Debug`: it is somebody's content.
pub struct Outgoing {
    /// The HTTP method.
    pub method: Method,
    /// The path, below the base URL of the connection's client.
    pub path: ApiPath,
    /// The query, percent-encoded.
    pub query: Option<String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: OutgoingBody,
}

/// The body of a request to be passed on.
pub enum OutgoingBody {
    /// All of it, which can be sent again.
    Whole(Bytes),
    /// A stream, which is sent as it comes, and once.
    Stream(Body),
}

/// The use of a connection's token for requests of others.
pub(in crate::acts) struct InUse {
    /// The connection (`Connection::id`).
    connection: String,
    way: Way,
    held: Mutex<Option<Held>>,
}

/// A token that is held for requests to come.
#[derive(Clone)]
struct Held {
    token: Arc<SecretString>,
    fingerprint: String,
    notion: Notion,
    generation: Generation,
    /// The revision of the list at which all of this was so.
    seen: i64,
}

/// What tells a connection's tokens from earlier ones, as far as the list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Generation {
    connected_at: Millis,
    refreshed_at: Option<Millis>,
}

/// A reply, and the tokens of the connection it was got with (`Connection::connected_at`).
pub(in crate::acts) struct Passed {
    pub reply: PassedBack,
    pub connected_at: Millis,
}

impl InUse {
    pub fn of(connection: &str, way: Way) -> Self {
        Self {
            connection: connection.to_owned(),
            way,
            held: Mutex::default(),
        }
    }
}

impl Keyrack {
    /// Makes one request of a program with a connection's token (`Connection::id`), which stays here. Its
    /// row is written before, and what the reply proves after.
    ///
    /// Fails with nothing sent if the connection may not be used, or with `only_read` if the request is
    /// not known to only read.
    pub async fn request(
        &self,
        id: &str,
        caller: Caller,
        only_read: bool,
        outgoing: Outgoing,
    ) -> Result<PassedBack, Problem> {
        allow_only_reading(only_read, &outgoing)?;
        let in_use = InUse::of(id, Way::Api);
        let held = self.hold(&in_use).await;
        held.map_err(|problem| self.not_handed_out(id, problem))?;
        let connection = self.store.connection(id)?;
        self.note(&connection, Way::Api, caller)?;
        let at = self.now();
        let Passed {
            reply,
            connected_at,
        } = self.pass_on(&in_use, outgoing).await?;
        if reply.status().is_success() {
            self.store.save_taken(id, Taken { connected_at, at })?;
        }
        Ok(reply)
    }

    /// Makes one request with a client's own credentials (`Client::id`).
    ///
    /// Fails with nothing sent with `only_read` if the request is not known to only read.
    pub async fn request_as_client(
        &self,
        client: &str,
        only_read: bool,
        outgoing: Outgoing,
    ) -> Result<PassedBack, Problem> {
        allow_only_reading(only_read, &outgoing)?;
        let access = self.client_access(&self.store.client(client)?).await?;
        let auth = Auth::Client(&access.credentials);
        Ok(access.notion.pass_on(outgoing.into(), auth).await?)
    }

    /// Passes a request on, and its reply back. If Notion does not take the token, and the keyring has
    /// another one or gets one by a refresh, the request is sent once more, as far as it can be.
    pub(in crate::acts) async fn pass_on(
        &self,
        used: &InUse,
        outgoing: Outgoing,
    ) -> Result<Passed, Problem> {
        let held = self.held(used).await?;
        let again = again(&outgoing);
        let reply = send(&held, outgoing).await?;
        let passed = |held: &Held, reply| Passed {
            reply,
            connected_at: held.generation.connected_at,
        };
        if reply.status() != StatusCode::UNAUTHORIZED {
            return Ok(passed(&held, reply));
        }
        // What cannot be renewed was refused, as Notion's own reply says.
        match (self.renewed(used, &held).await, again) {
            (Ok(Some(renewed)), Some(outgoing)) => {
                let reply = send(&renewed, outgoing).await?;
                Ok(passed(&renewed, reply))
            }
            _ => Ok(passed(&held, reply)),
        }
    }

    /// Reads a connection's token for the requests to come, so that what hinders it is known before.
    pub(in crate::acts) async fn hold(&self, used: &InUse) -> Result<(), Problem> {
        self.held(used).await.map(drop)
    }

    /// The token of a connection, read from the vault whenever the list says that it may be another one.
    async fn held(&self, used: &InUse) -> Result<Held, Problem> {
        let mut place = used.held.lock().await;
        let seen = self.store.revision()?;
        if let Some(held) = &*place
            && held.seen == seen
        {
            return Ok(held.clone());
        }
        self.usable(&used.connection, used.way)?;
        let generation = self.generation(&used.connection)?;
        let held = match place.take() {
            Some(held) if held.generation == generation => Held { seen, ..held },
            _ => self.read(used, generation, seen).await?,
        };
        Ok(place.insert(held).clone())
    }

    async fn read(&self, used: &InUse, generation: Generation, seen: i64) -> Result<Held, Problem> {
        let (connection, tokens) = self.usable_tokens(&used.connection, used.way).await?;
        let notion = self.notion_for(&connection, &tokens).await?;
        Ok(Held {
            fingerprint: fingerprint(&tokens),
            token: Arc::new(tokens.access),
            notion,
            generation,
            seen,
        })
    }

    /// Another token in place of one that Notion has just refused; none if there is none. Of requests that
    /// were refused at once, the first sees to it.
    async fn renewed(&self, used: &InUse, refused: &Held) -> Result<Option<Held>, Problem> {
        let mut place = used.held.lock().await;
        let is_other = |held: &&Held| held.fingerprint != refused.fingerprint;
        if let Some(other) = place.as_ref().filter(is_other) {
            return Ok(Some(other.clone()));
        }
        *place = None;
        let id = &used.connection;
        if self.fingerprint_now(id).await? == refused.fingerprint {
            let checked = self.check(id).await?;
            if checked.status == Status::Inactive {
                self.refresh_unless_replaced(id, &refused.fingerprint)
                    .await?;
            }
            if self.fingerprint_now(id).await? == refused.fingerprint {
                return Ok(None);
            }
        }
        let seen = self.store.revision()?;
        let held = self.read(used, self.generation(id)?, seen).await?;
        Ok(Some(place.insert(held).clone()))
    }

    async fn fingerprint_now(&self, id: &str) -> Result<String, Problem> {
        let tokens: ConnectionSecrets = self.tokens(&self.store.connection(id)?).await?;
        Ok(fingerprint(&tokens))
    }

    fn generation(&self, id: &str) -> Result<Generation, Problem> {
        Ok(Generation {
            connected_at: self.store.connection(id)?.connected_at,
            refreshed_at: self.store.refreshed_at(id)?,
        })
    }
}

/// Refuses a request that may write where only reading is wanted.
fn allow_only_reading(only_read: bool, outgoing: &Outgoing) -> Result<(), Problem> {
    if only_read && !only_reads(&outgoing.method, outgoing.path.as_str()) {
        return Err(Cause::OnlyReads.into());
    }
    Ok(())
}

async fn send(held: &Held, outgoing: Outgoing) -> Result<PassedBack, Problem> {
    let auth = Auth::Bearer(&held.token);
    Ok(held.notion.pass_on(outgoing.into(), auth).await?)
}

impl From<Outgoing> for PassedOn {
    fn from(outgoing: Outgoing) -> Self {
        Self {
            method: outgoing.method,
            path: outgoing.path,
            query: outgoing.query,
            headers: outgoing.headers,
            body: match outgoing.body {
                OutgoingBody::Whole(bytes) => bytes.into(),
                OutgoingBody::Stream(body) => body,
            },
        }
    }
}

/// The request once more, if its body can be sent again.
fn again(outgoing: &Outgoing) -> Option<Outgoing> {
    let OutgoingBody::Whole(bytes) = &outgoing.body else {
        return None;
    };
    Some(Outgoing {
        method: outgoing.method.clone(),
        path: outgoing.path.clone(),
        query: outgoing.query.clone(),
        headers: outgoing.headers.clone(),
        body: OutgoingBody::Whole(bytes.clone()),
    })
}
