//! References to connections in place of tokens, `keyrack://NAME`: what stands in a file of settings can be
//! shown to anybody.

use std::collections::HashMap;

use keyrack_core::{Caller, Cause, Connection, HandedOut, Keyrack, Problem, Way, Words};

use crate::connections::find;

const PREFIX: &str = "keyrack://";

/// The name in a value that is wholly a reference.
pub fn name_in(value: &str) -> Option<&str> {
    value.strip_prefix(PREFIX)
}

/// The connection that a reference names.
pub fn referred_to(keyrack: &Keyrack, words: Words, name: &str) -> Result<Connection, Problem> {
    if name.trim().is_empty() {
        let name = PREFIX.to_owned();
        return Err(Cause::NoSuchConnection { name }.into());
    }
    find(keyrack, words, name)
}

/// The hand-outs of one program: one of each connection, however often it is named.
pub struct HandOuts<'a> {
    keyrack: &'a Keyrack,
    caller: Caller,
    fresh: bool,
    handed: HashMap<String, HandedOut>,
}

impl<'a> HandOuts<'a> {
    pub fn to(keyrack: &'a Keyrack, caller: Caller, fresh: bool) -> Self {
        Self {
            keyrack,
            caller,
            fresh,
            handed: HashMap::new(),
        }
    }

    /// What was handed out so far.
    pub fn all(&self) -> impl Iterator<Item = &HandedOut> {
        self.handed.values()
    }

    /// The hand-out of a connection (`Connection::id`).
    pub async fn of(&mut self, id: &str) -> Result<&HandedOut, Problem> {
        if !self.handed.contains_key(id) {
            let handed = self
                .keyrack
                .hand_out(id, Way::Run, self.caller.clone(), self.fresh)
                .await?;
            self.handed.insert(id.to_owned(), handed);
        }
        Ok(&self.handed[id])
    }
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn only_what_is_wholly_a_reference_is_one() {
        assert_eq!(name_in("keyrack://Acme Research"), Some("Acme Research"));
        assert_eq!(name_in("keyrack://"), Some(""), "of nothing");
        for plain in ["", "Bearer keyrack://Acme", "https://keyrack://a"] {
            assert_eq!(name_in(plain), None, "{plain}");
        }
    }
}
