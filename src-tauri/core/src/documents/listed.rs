//! What is in the list: connections and clients.

use notion_oauth::Budget;
use serde::Serialize;

use super::shape::Time;
use crate::domain::client::Client;
use crate::domain::connection::{Connection, Status};
use crate::domain::expiry::ExpiryDay;
use crate::domain::hand_out::Allowed;
use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::redirect::RedirectMethod;

/// A client, with Keyrack's id and Notion's apart.
#[derive(Debug, Serialize)]
pub struct OfClient<'a> {
    id: &'a str,
    name: &'a str,
    oauth_client_id: &'a str,
}

impl<'a> OfClient<'a> {
    /// The client of a connection; none for a token that was made elsewhere.
    #[must_use]
    pub fn of(connection: &'a Connection) -> Option<Self> {
        (!connection.made_elsewhere).then_some(Self {
            id: &connection.client_id,
            name: &connection.client_name,
            oauth_client_id: &connection.oauth_client_id,
        })
    }
}

impl<'a> From<&'a Client> for OfClient<'a> {
    fn from(client: &'a Client) -> Self {
        Self {
            id: &client.id,
            name: &client.name,
            oauth_client_id: &client.client_id,
        }
    }
}

/// A token that was made elsewhere, in the place of a client.
#[derive(Debug, Serialize)]
pub struct MadeElsewhere<'a> {
    name: &'a str,
    expires_on: Option<ExpiryDay>,
}

/// A connection, as the list shows it.
#[derive(Debug, Serialize)]
pub struct ConnectionDocument<'a> {
    id: &'a str,
    bot_id: &'a str,
    workspace_id: &'a str,
    workspace_name: &'a str,
    workspace_icon: Option<&'a str>,
    owner: &'a Owner,
    client: Option<OfClient<'a>>,
    made_elsewhere: Option<MadeElsewhere<'a>>,
    sandbox: bool,
    status: Status,
    last_status: Option<Status>,
    needs_attention: bool,
    problem: Option<&'a Problem>,
    labels: &'a [String],
    note: Option<&'a str>,
    capabilities: Option<&'a [String]>,
    allows: Allowed,
    has_refresh_token: bool,
    connected_at: Option<Time>,
    checked_at: Option<Time>,
    moved_at: Option<Time>,
    last_used_at: Option<Time>,
    retry_at: Option<Time>,
}

impl<'a> From<&'a Connection> for ConnectionDocument<'a> {
    fn from(connection: &'a Connection) -> Self {
        Self {
            id: &connection.id,
            bot_id: &connection.bot_id,
            workspace_id: &connection.workspace_id,
            workspace_name: &connection.workspace_name,
            workspace_icon: connection.workspace_icon.as_deref(),
            owner: &connection.owner,
            client: OfClient::of(connection),
            made_elsewhere: connection.made_elsewhere.then_some(MadeElsewhere {
                name: &connection.client_name,
                expires_on: connection.expires_on,
            }),
            sandbox: connection.sandbox,
            status: connection.status,
            last_status: connection.last_status,
            needs_attention: connection.needs_attention,
            problem: connection.problem.as_ref(),
            labels: connection.labels.as_slice(),
            note: connection.note.text(),
            capabilities: connection.capabilities.as_deref(),
            allows: connection.allows,
            has_refresh_token: connection.has_refresh_token,
            connected_at: connection.connected().map(Time::from),
            checked_at: connection.checked_at.map(Time::from),
            moved_at: connection.moved_at.map(Time::from),
            last_used_at: connection.last_used_at.map(Time::from),
            retry_at: connection.retry_at.map(Time::from),
        }
    }
}

/// A client.
#[derive(Debug, Serialize)]
pub struct ClientDocument<'a> {
    id: &'a str,
    name: &'a str,
    oauth_client_id: &'a str,
    sandbox: bool,
    redirect_method: RedirectMethod,
    redirect_uri: &'a str,
    host: Option<&'a str>,
    budget: Budget,
    created_at: Time,
}

impl<'a> From<&'a Client> for ClientDocument<'a> {
    fn from(client: &'a Client) -> Self {
        Self {
            id: &client.id,
            name: &client.name,
            oauth_client_id: &client.client_id,
            sandbox: client.sandbox,
            redirect_method: client.redirect_method,
            redirect_uri: &client.redirect_uri,
            host: client.host.as_deref(),
            budget: client.budget,
            created_at: client.created_at.into(),
        }
    }
}
