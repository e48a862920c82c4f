//! The acts of a person, as futures that may never come to their end.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

use crate::domain::authorization::Progress;
use crate::domain::client::ClientChange;
use crate::domain::client::ConnectionsPolicy;
use crate::domain::client::{Client, NewClient};
use crate::domain::connection::Connection;
use crate::domain::problem::Problem;
use crate::domain::receipt::{Receipt, Revocation};
use crate::domain::redirect::RedirectMethod;
use crate::keyrack::Keyrack;

/// One act.
#[derive(Debug, Clone)]
pub enum Act {
    AddClient {
        id: String,
        secret: SecretString,
    },
    /// Connect, or connect again; the callback is there already.
    Connect {
        authorization: String,
        callback: SecretString,
    },
    /// A callback that was answered before.
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

/// What an act came to.
#[derive(Debug)]
pub enum Told {
    Done,
    Checked(Box<Connection>),
    Revoked(Box<Receipt>),
    Connected {
        earlier_works: bool,
    },
    /// The person gave up.
    Cancelled,
    Problem(Problem),
    /// The process was ended.
    Killed,
}

type Running = Pin<Box<dyn Future<Output = Result<Told, Problem>> + Send>>;

impl Act {
    /// Begins an act.
    pub fn begin(self, keyrack: Arc<Keyrack>) -> Running {
        use secrecy::ExposeSecret as _;
        Box::pin(async move {
            let done = match self {
                Self::Connect { callback, .. } | Self::Replay(callback) => {
                    let callback = callback.expose_secret().as_bytes();
                    return Ok(told_of(keyrack.accept(callback).await?.progress));
                }
                Self::Check(id) => {
                    let checked = keyrack.check(&id).await?;
                    return Ok(Told::Checked(Box::new(checked)));
                }
                Self::Refresh(id) => {
                    let refreshed = keyrack.refresh(&id).await?;
                    return Ok(Told::Checked(Box::new(refreshed)));
                }
                Self::Revoke(id) => match keyrack.revoke(&id).await? {
                    Revocation::Revoked { receipt } => return Ok(Told::Revoked(receipt)),
                    Revocation::Pending { problem, .. } => Err(problem),
                },
                Self::AddClient { id, secret } => {
                    keyrack.add_client(form(id, secret)).await.map(drop)
                }
                Self::CheckAll => {
                    keyrack.check_all()?.await;
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
            done.map(|()| Told::Done)
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

pub fn told_of(progress: Progress) -> Told {
    match progress {
        Progress::Completed { earlier_works, .. } => Told::Connected { earlier_works },
        Progress::Failed { problem } | Progress::AwaitingKeyring { problem } => {
            Told::Problem(problem)
        }
        _ => Told::Cancelled,
    }
}
