//! Hand out: a connection's token leaves for a program that uses it. Its row is written before.

use std::time::Duration;

use notion_oauth::sanitize_display_text;
use secrecy::SecretString;
use tokio::time::{Instant, sleep};

use crate::acts::check::Finding;
use crate::acts::refresh::fingerprint;
use crate::domain::act::HandOut;
use crate::domain::connection::{Connection, Status};
use crate::domain::hand_out::{Allowed, Caller, HandedTo, Way};
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::storage::process_lock::has_ended;
use crate::storage::vault::ConnectionSecrets;

/// How long a hand-out waits for a refresh that another process has begun.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it looks meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How many times a token that was replaced while it was read is read again.
const READS: u32 = 3;

/// A token that was handed out, with what its user needs to use it.
pub struct HandedOut {
    /// The id of its operation.
    pub id: String,
    /// The access token.
    pub token: SecretString,
    /// Where its requests go, without a slash at the end: as the keyring's entry says.
    pub base_url: String,
    /// Its connection.
    pub connection: Connection,
    /// When Notion issued the token; none before the first check.
    pub issued_at: Option<Millis>,
    /// When the tokens were last refreshed; none if they never were.
    pub refreshed_at: Option<Millis>,
}

impl Keyrack {
    /// Hands out a connection's access token. With `fresh`, Notion is asked first, and a token that does
    /// not work is refreshed once, however many ask for it; otherwise nothing is asked.
    ///
    /// Fails with nothing handed out if the connection may not be used (`hand-out-refused`), does not
    /// work by the last verdict, is being revoked, or its keyring entry cannot be read.
    pub async fn hand_out(
        &self,
        id: &str,
        way: Way,
        caller: Caller,
        fresh: bool,
    ) -> Result<HandedOut, Problem> {
        let tokens = async {
            if fresh {
                self.make_fresh(id, way).await?;
            }
            self.usable_tokens(id, way).await
        };
        let tokens = tokens.await;
        let (connection, tokens) = tokens.map_err(|problem| self.not_handed_out(id, problem))?;
        let notion = self.notion_for(&connection, &tokens).await?;
        let hand_out = self.note(&connection, way, caller)?;
        Ok(HandedOut {
            id: hand_out,
            token: tokens.access,
            base_url: notion.base().as_str().trim_end_matches('/').to_owned(),
            issued_at: self.store.token_issued_at(id)?,
            refreshed_at: self.store.refreshed_at(id)?,
            connection,
        })
    }

    /// Whether a connection's token may be handed out, as far as the list says. Fails as
    /// [`Keyrack::hand_out`] does.
    pub fn may_hand_out(&self, id: &str, way: Way) -> Result<(), Problem> {
        let usable = self.usable(id, way).map(drop);
        usable.map_err(|problem| self.not_handed_out(id, problem))
    }

    /// Why a token is not handed out, with its connection where that is what hinders it.
    pub(in crate::acts) fn not_handed_out(&self, id: &str, problem: Problem) -> Problem {
        match self.store.connection(id) {
            Ok(of) if is_about_the_connection(&problem.cause) => {
                problem.under(|why| Cause::NotHandedOut {
                    connection: of.id,
                    workspace: sanitize_display_text(&of.workspace_name),
                    why,
                })
            }
            _ => problem,
        }
    }

    /// The access token of a connection for the clipboard, whatever is known of it.
    pub async fn copy_token(&self, id: &str, caller: Caller) -> Result<SecretString, Problem> {
        let connection = self.store.connection(id)?;
        refuse_use(&connection, Way::Copy)?;
        let token = self.tokens(&connection).await?.access;
        self.note(&connection, Way::Copy, caller).map(|_| token)
    }

    /// Writes that a token is about to leave, and returns the id of the operation.
    pub(in crate::acts) fn note(
        &self,
        connection: &Connection,
        way: Way,
        caller: Caller,
    ) -> Result<String, Problem> {
        let now = self.now();
        let handed = HandedTo {
            way,
            caller,
            count: 1,
            last_at: now,
            lease: None,
        };
        let of = connection.into();
        let hand_out = Operation::begun(HandOut { of, handed }, self.process.id(), now);
        self.store.note_hand_out(&hand_out)
    }

    /// Chooses what a connection may be used for. If nothing, its leases end.
    pub fn allow(&self, id: &str, allowed: Allowed) -> Result<Connection, Problem> {
        self.store.save_allowed(id, allowed)?;
        if allowed == Allowed::Never {
            self.end_leases_of(id)?;
        }
        self.store.connection(id)
    }

    /// The tokens of a connection that may be handed out, and the connection that they are of.
    pub(in crate::acts) async fn usable_tokens(
        &self,
        id: &str,
        way: Way,
    ) -> Result<(Connection, ConnectionSecrets), Problem> {
        let mut reads = 1;
        loop {
            self.usable(id, way)?;
            self.wait_for_refresh(id).await?;
            let connection = self.usable(id, way)?;
            let tokens = self.tokens(&connection).await?;
            let now = self.usable(id, way)?;
            let evidence = |row: &Connection| (row.connected_at, row.checked_at);
            let is_same = evidence(&now) == evidence(&connection);
            if is_same || reads >= READS {
                return Ok((now, tokens));
            }
            reads += 1;
        }
    }

    /// The connection, if it may be used and nothing known speaks against its token.
    pub(in crate::acts) fn usable(&self, id: &str, way: Way) -> Result<Connection, Problem> {
        let connection = self.store.connection(id)?;
        refuse_use(&connection, way)?;
        match connection.last_status.unwrap_or(connection.status) {
            Status::RevocationPending => Err(Cause::RevocationPending.into()),
            // Why it cannot be renewed does not matter here: it does not work.
            Status::NeedsReconnecting => Err(of_itself(connection)
                .filter(|problem| {
                    !matches!(problem.cause, Cause::RefreshRejected | Cause::TokenInactive)
                })
                .unwrap_or_else(|| Cause::NeedsReconnecting.into())),
            Status::Inactive => Err(of_itself(connection)
                .filter(|problem| problem.cause != Cause::RefreshRejected)
                .unwrap_or_else(|| Cause::TokenInactive.into())),
            Status::Active | Status::NotChecked | Status::CannotCheck => Ok(connection),
        }
    }

    /// Waits for a refresh that is under way, and goes on once with one whose process has ended. One whose
    /// answer was lost stays unfinished as long as the tokens work, and holds nobody up. Fails with
    /// `busy-elsewhere` if it takes too long.
    async fn wait_for_refresh(&self, id: &str) -> Result<(), Problem> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let Some(refresh) = self.store.unfinished_refresh(id)? else {
                return Ok(());
            };
            if !self.locks.is_taken(id)? {
                let is_left =
                    refresh.problem.is_none() && has_ended(&self.folder, &refresh.process);
                // What comes of it is on the connection.
                return if is_left {
                    self.recover_refresh(id).await
                } else {
                    Ok(())
                };
            }
            if Instant::now() >= deadline {
                return Err(Cause::BusyElsewhere.into());
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Asks Notion about a connection's token, and refreshes it once if it does not work: not if another
    /// process has, meanwhile.
    pub(in crate::acts) async fn make_fresh(&self, id: &str, way: Way) -> Result<(), Problem> {
        let connection = self.store.connection(id)?;
        refuse_use(&connection, way)?;
        let access = self.access(&connection).await?;
        let (finding, _) = access.find_out().await;
        match finding {
            Finding::Active => Ok(()),
            Finding::Unknown(problem) => Err(problem),
            Finding::Inactive(why) if connection.made_elsewhere => Err(why),
            Finding::Inactive(_) => self
                .refresh_unless_replaced(id, &fingerprint(&access.tokens))
                .await
                .map(drop),
        }
    }
}

/// Why a connection does not work; none where its problem is why the last check reached no verdict.
fn of_itself(connection: Connection) -> Option<Problem> {
    let problem = connection.problem;
    problem.filter(|_| connection.last_status.is_none())
}

/// Whether no other connection would meet this.
fn is_about_the_connection(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::HandOutRefused
            | Cause::TokenStays
            | Cause::MovedOut
            | Cause::TokenInactive
            | Cause::TokenEnded { .. }
            | Cause::NeedsReconnecting
            | Cause::TokenSuperseded
            | Cause::OtherClient
            | Cause::NoRefreshToken
            | Cause::RefreshRejected
            | Cause::RefreshLost { .. }
            | Cause::RevocationPending
            | Cause::KeyringLost
            | Cause::KeyringForeign
    )
}

/// Refuses a use that the person does not allow, or that is another computer's now.
pub(super) fn refuse_use(connection: &Connection, way: Way) -> Result<(), Problem> {
    if connection.moved_at.is_some() {
        return Err(Cause::MovedOut.into());
    }
    match connection.allows {
        allowed if way.is_allowed(allowed) => Ok(()),
        Allowed::Never => Err(Cause::HandOutRefused.into()),
        _ => Err(Cause::TokenStays.into()),
    }
}
