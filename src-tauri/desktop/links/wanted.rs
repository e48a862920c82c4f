//! What a start of the window's program asks to see.

use serde::Serialize;

/// What is to be seen in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// The connection (`Connection::id`); none for all that need attention.
    connection: Option<String>,
}

impl Wanted {
    /// What these arguments ask for: `--show CONNECTION`, or `--show-attention`.
    pub fn among(arguments: &[String]) -> Option<Self> {
        let asks = |name: &str| arguments.iter().position(|argument| argument == name);
        if let Some(at) = asks("--show") {
            let connection = Some(arguments.get(at + 1)?.clone());
            return Some(Self { connection });
        }
        asks("--show-attention").map(|_| Self { connection: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_asks_for_a_connection_or_for_all_that_need_attention() {
        let asked = |arguments: &[&str]| {
            let arguments: Vec<_> = arguments.iter().map(|&text| text.to_owned()).collect();
            Wanted::among(&arguments).map(|wanted| wanted.connection)
        };
        assert_eq!(
            asked(&["keyrack-desktop", "--show", "id"]),
            Some(Some("id".into()))
        );
        assert_eq!(asked(&["keyrack-desktop", "--show-attention"]), Some(None));
        for nothing in [&["keyrack-desktop"][..], &["keyrack-desktop", "--show"]] {
            assert_eq!(asked(nothing), None, "{nothing:?}");
        }
    }
}
