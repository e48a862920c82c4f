//! The form that adds a token which was made elsewhere.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use ts_rs::TS;

use crate::domain::annotation::{Annotation, Labels, Note, typed_day};
use crate::domain::client::may_be_of_notion;
use crate::domain::pasted::undecorated;
use crate::domain::problem::{Cause, Field, Problem};
use notion_oauth::sanitize_display_text;

/// The form for a token that was made elsewhere. The token crosses once, from the window to Rust.
#[derive(Debug, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct NewToken {
    /// An internal connection's secret, or a person's own access token. What it begins with says nothing:
    /// Notion has changed that before.
    #[ts(type = "string")]
    pub token: SecretString,
    /// The name to show; if it is empty, the one that Notion gives the token's bot.
    pub name: String,
    /// The day on which it ends; empty if that is not known.
    pub expires_on: String,
    /// The labels to give it.
    pub labels: Vec<String>,
}

/// A token that may be one, and what is to be written on its connection.
pub(crate) struct CheckedToken {
    pub token: SecretString,
    /// The name, if one was typed.
    pub name: Option<String>,
    pub annotation: Annotation,
}

impl NewToken {
    /// The form's token without what a paste brings along; refused if a field is invalid.
    pub(crate) fn checked(self) -> Result<CheckedToken, Problem> {
        let annotation = Annotation {
            labels: Labels::typed(&self.labels)?,
            note: Note::default(),
            expires_on: typed_day(&self.expires_on)?,
        };
        let name = sanitize_display_text(&self.name);
        Ok(CheckedToken {
            token: checked_token(&self.token)?,
            name: Some(name).filter(|name| !name.is_empty()),
            annotation,
        })
    }
}

/// A typed token without what a paste brings along; refused if it cannot be one.
pub(crate) fn checked_token(typed: &SecretString) -> Result<SecretString, Cause> {
    let token = undecorated(typed.expose_secret());
    if may_be_of_notion(token.expose_secret()) {
        return Ok(token);
    }
    let field = Field::Token;
    Err(Cause::InvalidInput { field })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(token: &str) -> NewToken {
        NewToken {
            token: token.into(),
            name: String::new(),
            expires_on: String::new(),
            labels: Vec::new(),
        }
    }

    #[test]
    fn a_token_is_taken_whatever_it_begins_with_and_without_what_is_around_it() {
        for (typed, token) in [
            ("ntn_123", "ntn_123"),
            (" secret_123\n", "secret_123"),
            ("NOTION_TOKEN=\"other-123\"\n", "other-123"),
            ("export NOTION_TOKEN='x'", "x"),
        ] {
            let checked = form(typed).checked().expect("a token");
            assert_eq!(checked.token.expose_secret(), token);
            assert_eq!(checked.name, None);
        }
    }

    #[test]
    fn each_bad_field_is_named() {
        let with = |change: fn(&mut NewToken)| {
            let mut form = form("ntn_123");
            change(&mut form);
            form.checked().map(drop).map_err(|problem| problem.cause)
        };
        let refused = |field| Err(Cause::InvalidInput { field });
        assert_eq!(with(|_| {}), Ok(()));
        for text in ["", " ", "two words", "$NOTION_TOKEN", "****", "\u{441}"] {
            let problem = form(text).checked().err().map(|problem| problem.cause);
            let field = Field::Token;
            assert_eq!(problem, Some(Cause::InvalidInput { field }), "{text}");
        }
        assert_eq!(
            with(|form| form.expires_on = "tomorrow".into()),
            refused(Field::ExpiresOn)
        );
        assert_eq!(
            with(|form| form.labels = vec![" ".into()]),
            refused(Field::Label)
        );
    }
}
