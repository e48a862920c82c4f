//! References to connections in place of tokens, `keyrack://NAME`: what stands in a file of settings can be
//! shown to anybody.

use keyrack_core::{Cause, Connection, Keyrack, Problem, Words};

use crate::connections::find_whole;

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
    find_whole(keyrack, words, name)
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
