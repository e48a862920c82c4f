//! The acts of a person, as futures that may never end.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

use crate::domain::authorization::Progress;
use crate::domain::batch::BatchAct;
use crate::domain::client::ClientChange;
use crate::domain::client::ConnectionsPolicy;
use crate::domain::client::{Client, NewClient};
use crate::domain::connection::Connection;
use crate::domain::problem::Problem;
use crate::domain::receipt::{Receipt, Revocation};
use crate::domain::redirect::RedirectMethod;
use crate::keyrack::Keyrack;

/// One act of a person.
#[derive(Debug, Clone)]
pub enum Act {
    AddClient {
        id: String,
        secret: SecretString,
    },
    /// Connect or reconnect, with a callback that has already arrived.
    Connect {
        authorization: String,
        callback: SecretString,
    },
    /// A replayed callback.
    Replay(SecretString),
    Check(String),
    CheckAll,
    Refresh(String),
    Revoke(String),
    RetryRevocations,
    Forget(String),
    EditClient(Client),
    RotateSecret {
        client: String,
        secret: SecretString,
    },
    RemoveClient(String, ConnectionsPolicy),
}

/// The reported outcome of an act.
#[derive(Debug)]
pub enum Report {
    Done,
    Checked(Box<Connection>),
    Revoked(Box<Receipt>),
    Connected {
        earlier_works: bool,
    },
    /// The person cancelled.
    Cancelled,
    Problem(Problem),
    /// The process was ended.
    Killed,
}

type Running = Pin<Box<dyn Future<Output = Result<Report, Problem>> + Send>>;

impl Act {
    /// Begins an act.
    pub fn begin(self, keyrack: Arc<Keyrack>) -> Running {
        use secrecy::ExposeSecret as _;
        Box::pin(async move {
            let done = match self {
                Self::Connect { callback, .. } | Self::Replay(callback) => {
                    let callback = callback.expose_secret().as_bytes();
                    return Ok(reported(keyrack.accept(callback).await?.progress));
                }
                Self::Check(id) => {
                    let checked = keyrack.check(&id).await?;
                    return Ok(Report::Checked(Box::new(checked)));
                }
                Self::Refresh(id) => {
                    let refreshed = keyrack.refresh(&id).await?;
                    return Ok(Report::Checked(Box::new(refreshed)));
                }
                Self::Revoke(id) => match keyrack.revoke(&id).await? {
                    Revocation::Revoked { receipt } => return Ok(Report::Revoked(receipt)),
                    Revocation::Pending { problem, .. } => Err(problem),
                },
                Self::AddClient { id, secret } => {
                    keyrack.add_client(form(id, secret)).await.map(drop)
                }
                Self::CheckAll => {
                    keyrack.begin_batch(BatchAct::Check, None)?.await;
                    Ok(())
                }
                Self::RetryRevocations => keyrack.retry_revocations().await,
                Self::Forget(id) => keyrack.forget(&id).await.map(drop),
                Self::EditClient(client) => {
                    let change = ClientChange {
                        name: format!("{}+", client.name),
                        ..ClientChange::of(&client)
                    };
                    keyrack.edit_client(&client.id, change).await.map(drop)
                }
                Self::RotateSecret { client, secret } => {
                    keyrack.replace_client_secret(&client, secret).await?.await;
                    Ok(())
                }
                Self::RemoveClient(client, connections) => {
                    keyrack.remove_client(&client, connections).await
                }
            };
            done.map(|()| Report::Done)
        })
    }
}

fn form(client_id: String, client_secret: SecretString) -> NewClient {
    NewClient {
        name: "Mine".into(),
        client_id,
        client_secret,
        redirect_method: RedirectMethod::AppLink,
        localhost_port: None,
        bridge_url: None,
    }
}

pub fn reported(progress: Progress) -> Report {
    match progress {
        Progress::Completed { earlier_works, .. } => Report::Connected { earlier_works },
        Progress::Failed { problem } | Progress::AwaitingKeyring { problem } => {
            Report::Problem(problem)
        }
        _ => Report::Cancelled,
    }
}
