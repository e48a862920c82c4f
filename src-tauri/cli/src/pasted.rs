//! The lines of a pasted address, which mail and terminals break.

use keyrack_core::{SCHEME, is_unprintable};

/// The most bytes kept of an address: more than any is long.
const MOST_BYTES: usize = 8192;

/// The lines since the last one that began an address.
#[derive(Default)]
pub struct Pasted(Vec<u8>);

impl Pasted {
    /// The address that ends with this line: the line alone if it begins one, else all lines since one
    /// was begun.
    pub fn with(&mut self, line: &[u8]) -> Vec<u8> {
        if begins_address(line) || self.0.len() + line.len() > MOST_BYTES {
            self.0.clear();
        }
        self.0.extend(line);
        self.0.clone()
    }
}

/// Whether a line begins an address, after whatever marks stand before it.
fn begins_address(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_start_matches(|c: char| is_unprintable(c) || !c.is_ascii_alphanumeric());
    [SCHEME, "http", "https"].iter().any(|scheme| {
        line.strip_prefix(scheme)
            .is_some_and(|rest| rest.starts_with(":/"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_address_is_put_together_and_the_next_one_is_another() {
        let mut pasted = Pasted::default();
        let mut after = |line: &str| String::from_utf8(pasted.with(line.as_bytes())).expect("text");
        assert_eq!(after("nonsense"), "nonsense");
        assert_eq!(after("app.keyrack:/oauth?co"), "app.keyrack:/oauth?co");
        assert_eq!(after("de=a&"), "app.keyrack:/oauth?code=a&");
        assert_eq!(after("state=s"), "app.keyrack:/oauth?code=a&state=s");
        assert_eq!(
            after("\u{FEFF}<https://e.org/>"),
            "\u{FEFF}<https://e.org/>"
        );
        assert_eq!(after("\"http://localhost:1/a"), "\"http://localhost:1/a");
        assert_eq!(after(&"x".repeat(MOST_BYTES)), "x".repeat(MOST_BYTES));
    }
}
