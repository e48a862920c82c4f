//! `keyrack client`.

use std::io::Read as _;
use std::sync::Arc;

use keyrack_core::{
    Cause, Client, ClientChange, ClientDefaults, ConnectionsPolicy, Keyrack, NewClient, Problem,
};
use secrecy::SecretString;

use crate::arguments::{ClientEdit, ClientForm};
use crate::output::Output;

/// The most bytes read as a client secret: more than any is long.
const MOST_SECRET_BYTES: u64 = 4096;

pub async fn add(keyrack: &Keyrack, output: Output, form: ClientForm) -> Result<(), Problem> {
    let ClientDefaults {
        redirect_method,
        localhost_port,
        ..
    } = keyrack.client_defaults();
    let client = keyrack
        .add_client(NewClient {
            name: form.name,
            client_id: form.id,
            client_secret: secret_from_stdin()?,
            redirect_method: form
                .way_back
                .redirect_method
                .map_or(redirect_method, Into::into),
            localhost_port: form.way_back.localhost_port.or(Some(localhost_port)),
            bridge_url: form.way_back.bridge_url,
        })
        .await?;
    output.client_added(&client);
    Ok(())
}

pub fn list(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    output.clients(&keyrack.clients()?);
    Ok(())
}

pub async fn secret(keyrack: &Arc<Keyrack>, output: Output, name: &str) -> Result<(), Problem> {
    let client = choose(keyrack.clients()?, Some(name))?;
    let secret = secret_from_stdin()?;
    let checks = keyrack.replace_client_secret(&client.id, secret).await?;
    checks.await;
    output.clients(&[client]);
    Ok(())
}

pub async fn edit(keyrack: &Keyrack, output: Output, edit: ClientEdit) -> Result<(), Problem> {
    let client = choose(keyrack.clients()?, Some(&edit.client))?;
    let now = ClientChange::of(&client);
    let offered = keyrack.client_defaults().localhost_port;
    let change = ClientChange {
        name: edit.name.unwrap_or(now.name),
        redirect_method: edit
            .way_back
            .redirect_method
            .map_or(now.redirect_method, Into::into),
        localhost_port: edit
            .way_back
            .localhost_port
            .or(now.localhost_port)
            .or(Some(offered)),
        bridge_url: edit.way_back.bridge_url.or(now.bridge_url),
        budget: edit.budget.map_or(now.budget, Into::into),
    };
    output.clients(&[keyrack.edit_client(&client.id, change).await?]);
    Ok(())
}

/// Removes a client and prints the clients that are left.
pub async fn remove(
    keyrack: &Keyrack,
    output: Output,
    name: &str,
    connections: ConnectionsPolicy,
) -> Result<(), Problem> {
    let client = choose(keyrack.clients()?, Some(name))?;
    keyrack.remove_client(&client.id, connections).await?;
    list(keyrack, output)
}

/// The client with this name or id, or the only one.
pub fn choose(mut clients: Vec<Client>, wanted: Option<&str>) -> Result<Client, Problem> {
    if let Some(wanted) = wanted {
        clients.retain(|client| {
            [&client.name, &client.id, &client.client_id]
                .into_iter()
                .any(|known| known == wanted)
        });
    }
    let cause = match (clients.len(), wanted) {
        (1, _) => return Ok(clients.remove(0)),
        (0, None) => Cause::NoClient,
        (0, Some(wanted)) => Cause::NoSuchClient {
            name: wanted.to_owned(),
        },
        _ => {
            let lines = clients
                .iter()
                .map(|client| format!("\n  {}  {}", client.client_id, client.name));
            let candidates = lines.collect();
            Cause::SeveralClients { candidates }
        }
    };
    Err(cause.into())
}

fn secret_from_stdin() -> Result<SecretString, Problem> {
    let mut secret = String::new();
    let read = std::io::stdin()
        .take(MOST_SECRET_BYTES + 1)
        .read_to_string(&mut secret);
    let too_long = secret.len() as u64 > MOST_SECRET_BYTES;
    let secret = SecretString::from(secret);
    if read.is_err() || too_long {
        return Err(Cause::SecretUnreadable.into());
    }
    Ok(secret)
}
