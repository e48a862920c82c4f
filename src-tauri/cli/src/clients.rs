//! `keyrack client`.

use std::sync::Arc;

use keyrack_core::{
    Cause, Client, ClientChange, ClientDefaults, ConnectionsPolicy, Keyrack, NewClient, Problem,
    Words, asked_to_end, called_so, caseless_name, sanitize_display_text,
};
use secrecy::SecretString;

use crate::arguments::{ClientEdit, ClientForm, ClientRemoval};
use crate::meant::has_part;
use crate::output::Output;
use crate::terminal::{eprint_line, is_person_there};
use crate::{confirm, input, meant, slow};

/// Adds a client, unless one with its id or its name is here and a person who is asked does not want it.
/// Returns whether it was wanted.
pub async fn add(keyrack: &Keyrack, output: Output, form: ClientForm) -> Result<bool, Problem> {
    if let Some(same) = alike(&keyrack.clients()?, &form, output.words) {
        if !confirm::is_wanted(output, form.yes, vec![same.clone()].into()).await {
            return Ok(false);
        }
        if !is_person_there() {
            eprint_line(&format!("keyrack: {same}"));
        }
    }
    let ClientDefaults {
        redirect_method,
        localhost_port,
        ..
    } = keyrack.client_defaults();
    let client_secret = ask_for_secret(output, &form.name).await?;
    let added = keyrack.add_client(NewClient {
        name: form.name,
        client_id: form.id,
        client_secret,
        redirect_method: form.way_back.method().unwrap_or(redirect_method),
        localhost_port: form.way_back.localhost_port.or(Some(localhost_port)),
        bridge_url: form.way_back.bridge_url,
    });
    output.client_added(&unless_left(added).await?)?;
    Ok(true)
}

/// Which client has the id already, or the name, in words.
fn alike(clients: &[Client], form: &ClientForm, words: Words) -> Option<String> {
    let told = |client: &Client, key| {
        let name = sanitize_display_text(&client.name);
        words.text(key, &[("client", &name)])
    };
    let id = form.id.trim();
    let twin = clients.iter().find(|one| one.client_id == id);
    let name = caseless_name(form.name.trim());
    let namesake = clients.iter().find(|one| caseless_name(&one.name) == name);
    twin.map(|twin| told(twin, "client.twin"))
        .or_else(|| namesake.map(|namesake| told(namesake, "client.namesake")))
}

pub fn list(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    output.clients(&keyrack.clients()?, "command.no-clients")
}

pub async fn secret(keyrack: &Arc<Keyrack>, output: Output, name: &str) -> Result<(), Problem> {
    let client = choose(keyrack.clients()?, Some(name), output.words)?;
    let secret = ask_for_secret(output, &client.name).await?;
    let replaced = async {
        let checks = keyrack.replace_client_secret(&client.id, secret).await?;
        checks.await;
        Ok(())
    };
    unless_left(replaced).await?;
    output.clients(&[client], "")
}

async fn ask_for_secret(output: Output, client: &str) -> Result<SecretString, Problem> {
    let name = sanitize_display_text(client);
    let prompt = output.words.text("command.secret", &[("name", &name)]);
    input::secret(&prompt).await
}

/// The end of an act, or of the wait for it: Ctrl-C, which the prompt before has taken for itself, leaves.
pub async fn unless_left<T>(act: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    tokio::select! {
        ended = act => ended,
        () = asked_to_end() => Err(Cause::LeftEarly.into()),
    }
}

pub async fn edit(keyrack: &Keyrack, output: Output, edit: ClientEdit) -> Result<(), Problem> {
    let client = choose(keyrack.clients()?, Some(&edit.client), output.words)?;
    let now = ClientChange::of(&client);
    let offered = keyrack.client_defaults().localhost_port;
    let change = ClientChange {
        name: edit.name.unwrap_or(now.name),
        redirect_method: edit.way_back.method().unwrap_or(now.redirect_method),
        localhost_port: edit
            .way_back
            .localhost_port
            .or(now.localhost_port)
            .or(Some(offered)),
        bridge_url: edit.way_back.bridge_url.or(now.bridge_url),
        budget: edit.budget.map_or(now.budget, Into::into),
    };
    output.clients(&[keyrack.edit_client(&client.id, change).await?], "")
}

/// Removes a client and prints the clients that are left, unless a person who is asked does not want it.
/// Returns whether it was wanted.
pub async fn remove(
    keyrack: &Keyrack,
    output: Output,
    asked: &ClientRemoval,
) -> Result<bool, Problem> {
    let client = choose(keyrack.clients()?, Some(&asked.name), output.words)?;
    let (connections, consequence) = match (asked.revoke_connections, asked.forget_connections) {
        (true, _) => (ConnectionsPolicy::Revoke, "remove.revoke.text"),
        (_, true) => (ConnectionsPolicy::Forget, "remove.forget.text"),
        _ => (ConnectionsPolicy::Keep, "remove.text"),
    };
    // One that still has connections is refused, and nothing comes of it.
    let is_refused =
        connections == ConnectionsPolicy::Keep && !keyrack.connections_of(&client.id)?.is_empty();
    let name = sanitize_display_text(&client.name);
    let question = [("remove.title", &*name), (consequence, "")];
    let question = question.map(|(key, name)| output.words.text(key, &[("client", name)]));
    let question = Vec::from(question).into();
    if !is_refused && !confirm::is_wanted(output, asked.yes, question).await {
        return Ok(false);
    }
    let removal = Box::pin(keyrack.remove_client(&client.id, connections));
    slow::told(removal, output).await?;
    list(keyrack, output).map(|()| true)
}

/// The client with this name or id, or else, where a person is there to see which one that is, with this part
/// of its name; the only one if none is named.
pub fn choose(clients: Vec<Client>, wanted: Option<&str>, words: Words) -> Result<Client, Problem> {
    match wanted {
        None => only(clients, None),
        Some(wanted) if is_person_there() => choose_by_part(&clients, wanted, words),
        Some(wanted) => only(called(&clients, wanted), Some(wanted)),
    }
}

/// The client with this name or id, or else with this part of its name.
pub fn choose_by_part(clients: &[Client], wanted: &str, words: Words) -> Result<Client, Problem> {
    let called = called(clients, wanted);
    if !called.is_empty() {
        return only(called, Some(wanted));
    }
    let with_part = clients.iter().filter(|one| has_part(&one.name, wanted));
    let found = only(with_part.cloned().collect(), Some(wanted))?;
    meant::say(wanted, &sanitize_display_text(&found.name), words);
    Ok(found)
}

/// The clients with this name or id.
fn called(clients: &[Client], wanted: &str) -> Vec<Client> {
    let is_called = |client: &Client, fold: fn(&str) -> String| {
        let mut ids = [&client.id, &client.client_id].into_iter();
        fold(&client.name) == fold(wanted) || ids.any(|id| id == wanted)
    };
    let called = called_so(clients, is_called);
    called.into_iter().cloned().collect()
}

/// The only one of these clients, which are all that a name may mean.
fn only(mut clients: Vec<Client>, wanted: Option<&str>) -> Result<Client, Problem> {
    let cause = match (clients.len(), wanted) {
        (1, _) => return Ok(clients.remove(0)),
        (0, None) => Cause::NoClient,
        (0, Some(wanted)) => Cause::NoSuchClient {
            name: sanitize_display_text(wanted),
        },
        _ => {
            let line = |client: &Client| {
                // Notion's id, which a person knows; where it was added twice, Keyrack's.
                let same = clients.iter().filter(|it| it.client_id == client.client_id);
                let id = if same.count() > 1 {
                    &client.id
                } else {
                    &client.client_id
                };
                let [id, name] = [id, &client.name].map(|it| sanitize_display_text(it));
                format!("\n  {id}  {name}")
            };
            let candidates = clients.iter().map(line).collect();
            Cause::SeveralClients { candidates }
        }
    };
    Err(cause.into())
}
