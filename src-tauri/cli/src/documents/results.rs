//! What acts came to.

use keyrack_core::{
    Authorization, Batch, BatchAct, BatchEnd, BatchState, Client, DatabaseState, Millis, NotDone,
    Problem, Progress, Rebuilt,
};
use serde::Serialize;

use keyrack_core::documents::{ConnectionDocument, OfClient, ReceiptDocument, Time};

/// The end of a connect.
#[derive(Debug, Serialize)]
pub struct AuthorizationDocument<'a> {
    pub id: &'a str,
    pub client: OfClient<'a>,
    pub sandbox: bool,
    pub host: &'a str,
    pub expires_at: Time,
    pub progress: &'a Progress,
}

impl<'a> AuthorizationDocument<'a> {
    /// The document of an authorization of this client.
    pub fn new(authorization: &'a Authorization, client: &'a Client) -> Self {
        Self {
            id: &authorization.id,
            client: OfClient::from(client),
            sandbox: authorization.sandbox,
            host: &authorization.host,
            expires_at: authorization.expires_at.into(),
            progress: &authorization.progress,
        }
    }
}

/// The end of an act on several connections.
#[derive(Debug, Serialize)]
pub struct BatchDocument<'a> {
    counts: CountsDocument,
    receipts: Vec<ReceiptDocument<'a>>,
    not_done: Vec<NotDoneDocument<'a>>,
    gone: u32,
}

#[derive(Debug, Serialize)]
struct CountsDocument {
    act: BatchAct,
    state: BatchState,
    total: u32,
    done: u32,
    succeeded: u32,
    attention: u32,
    failed: u32,
}

#[derive(Debug, Serialize)]
struct NotDoneDocument<'a> {
    connection: ConnectionDocument<'a>,
    problem: &'a Problem,
    pending: bool,
}

impl<'a> From<&'a BatchEnd> for BatchDocument<'a> {
    fn from(end: &'a BatchEnd) -> Self {
        let Batch {
            act,
            total,
            done,
            succeeded,
            attention,
            failed,
            state,
            left: _,
            paused_until: _,
        } = end.counts;
        let not_done = |one: &'a NotDone| NotDoneDocument {
            connection: (&one.connection).into(),
            problem: &one.problem,
            pending: one.pending,
        };
        Self {
            counts: CountsDocument {
                act,
                state,
                total,
                done,
                succeeded,
                attention,
                failed,
            },
            receipts: end.receipts.iter().map(Into::into).collect(),
            not_done: end.not_done.iter().map(not_done).collect(),
            gone: end.gone,
        }
    }
}

/// A revocation that is not finished.
#[derive(Debug, Serialize)]
pub struct PendingDocument<'a> {
    outcome: &'static str,
    problem: &'a Problem,
    retry_at: Time,
}

impl<'a> PendingDocument<'a> {
    pub fn new(problem: &'a Problem, retry_at: Millis) -> Self {
        Self {
            outcome: "pending",
            problem,
            retry_at: retry_at.into(),
        }
    }
}

#[derive(Debug, Serialize)]
pub struct RebuiltDocument<'a> {
    database: DatabaseState,
    clients: usize,
    connections: usize,
    without_client: usize,
    corrected: usize,
    quarantined: Option<&'a str>,
}

impl<'a> From<&'a Rebuilt> for RebuiltDocument<'a> {
    fn from(rebuilt: &'a Rebuilt) -> Self {
        Self {
            database: rebuilt.database,
            clients: rebuilt.clients,
            connections: rebuilt.connections,
            without_client: rebuilt.without_client,
            corrected: rebuilt.corrected,
            quarantined: rebuilt.quarantined.as_deref(),
        }
    }
}

/// What the self-test found.
#[derive(Debug, Serialize)]
pub struct DoctorDocument<'a> {
    pub keyrack: &'a str,
    pub system: &'a str,
    pub architecture: &'a str,
    pub data_folder: &'a str,
    pub keyring: Option<&'a str>,
    pub fine: bool,
    pub tests: Vec<TestDocument<'a>>,
}

#[derive(Debug, Serialize)]
pub struct TestDocument<'a> {
    pub test: &'a str,
    pub fine: bool,
    pub problem: Option<&'a Problem>,
}
