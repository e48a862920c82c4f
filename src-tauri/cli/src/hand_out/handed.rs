//! What programs get: tokens, or the keys of leases in their place.

use std::collections::HashMap;

use keyrack_core::{Caller, Connection, HandedOut, Keyrack, Problem, Way};
use secrecy::SecretString;

/// A token for a program, or the key of a lease in its place.
pub struct Handed {
    /// The id of the hand-out or the lease.
    pub id: String,
    /// The token, or the key.
    pub token: SecretString,
    /// Where its requests go.
    pub base_url: String,
    /// Its connection.
    pub connection: Connection,
}

impl From<HandedOut> for Handed {
    fn from(handed: HandedOut) -> Self {
        Self {
            id: handed.id,
            token: handed.token,
            base_url: handed.base_url,
            connection: handed.connection,
        }
    }
}

/// What a program gets of each connection, by its id.
pub type HandedAll = HashMap<String, Handed>;

/// Hands a program the tokens of connections.
pub async fn tokens(
    keyrack: &Keyrack,
    connections: &[Connection],
    caller: &Caller,
    fresh: bool,
) -> Result<HandedAll, Problem> {
    let mut all = HandedAll::new();
    for connection in connections {
        // Before the first of them has its row: whether the next may be handed out is in the list.
        keyrack.may_hand_out(&connection.id, Way::Run)?;
    }
    for connection in connections {
        let id = &connection.id;
        let handed = keyrack
            .hand_out(id, Way::Run, caller.clone(), fresh)
            .await?;
        all.insert(id.clone(), handed.into());
    }
    Ok(all)
}
