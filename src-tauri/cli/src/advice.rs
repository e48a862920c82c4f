//! What can be done about a failure: names that were probably meant, or the command that helps.

use keyrack_core::{Cause, Client, Connection, Keyrack, Problem, Words, is_typable, own_name};

use crate::connections::id_among;
use crate::meant;

/// What can be done about a failure.
#[derive(Debug, Default)]
pub struct Advice {
    /// The names that were probably meant.
    pub meant: Vec<String>,
    /// A command that helps, as it is typed.
    pub command: Option<String>,
}

impl Advice {
    /// What the list says can be done.
    pub fn about(keyrack: &Keyrack, words: Words, problem: &Problem) -> Self {
        Self {
            meant: meant::names(keyrack, words, problem),
            command: command(keyrack, &problem.cause),
        }
    }

    /// In lines.
    pub fn lines(&self, words: Words) -> Vec<String> {
        let names = self.meant.join(", ");
        let meant = (!names.is_empty()).then(|| words.text("command.meant", &[("names", &names)]));
        let command = self.command.as_deref();
        let helps = command.map(|command| words.text("command.helps", &[("command", command)]));
        meant.into_iter().chain(helps).collect()
    }
}

/// The command after which a token can be handed out again, or its connection is cleared away.
fn command(keyrack: &Keyrack, cause: &Cause) -> Option<String> {
    let Cause::NotHandedOut {
        connection, why, ..
    } = cause
    else {
        return None;
    };
    let all = keyrack.connections().ok()?;
    let connection = all.iter().find(|one| one.id == *connection)?;
    let name = named(&all, connection);
    match **why {
        Cause::HandOutRefused => Some(format!("keyrack hand-out {name} any")),
        // What to do instead is in the words.
        Cause::MovedOut | Cause::TokenStays => None,
        Cause::RevocationPending | Cause::TokenSuperseded => Some(format!("keyrack revoke {name}")),
        Cause::TokenInactive => Some(format!("keyrack refresh {name}")),
        // It is replaced at Notion, as the words say.
        _ if connection.made_elsewhere => Some(format!("keyrack forget {name}")),
        _ => Some(connect(&keyrack.clients().ok()?, &connection.client_id)),
    }
}

/// The command that connects with a client.
fn connect(clients: &[Client], id: &str) -> String {
    match (clients.len(), clients.iter().find(|one| one.id == id)) {
        (2.., Some(client)) => {
            format!("keyrack connect --client {}", named_client(clients, client))
        }
        _ => "keyrack connect".to_owned(),
    }
}

/// What names one of the clients, and no other, in a command.
pub fn named_client(all: &[Client], one: &Client) -> String {
    let namesakes = all.iter().filter(|other| other.name == one.name).count();
    let typed = typed(&one.name).filter(|_| namesakes == 1);
    typed.unwrap_or_else(|| one.id.clone())
}

/// What names one of the connections, and no other, in a command.
pub fn named(all: &[Connection], one: &Connection) -> String {
    let name = own_name(all, one).and_then(typed);
    name.unwrap_or_else(|| id_among(all, one).to_owned())
}

/// A name as it is typed in any shell; none if no quotes make it safe in all of them.
fn typed(name: &str) -> Option<String> {
    is_typable(name).then(|| {
        if name.contains(' ') {
            format!("\"{name}\"")
        } else {
            name.to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn only_a_name_that_every_shell_takes_as_it_is_is_typed() {
        assert_eq!(typed("Acme").as_deref(), Some("Acme"));
        assert_eq!(typed("Zoë & Co"), None);
        assert_eq!(typed("Bücher 2.0").as_deref(), Some("\"Bücher 2.0\""));
    }
}
