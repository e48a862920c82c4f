//! `keyrack add-token`: a token that was made at Notion itself.

use keyrack_core::{Keyrack, NewToken, Problem};

use crate::arguments::NewTokenArguments;
use crate::clients::unless_left;
use crate::input;
use crate::output::Output;

/// Asks for a token, and adds it.
pub async fn add(
    keyrack: &Keyrack,
    output: Output,
    asked: NewTokenArguments,
) -> Result<(), Problem> {
    let token = input::secret(&output.words.text("command.token", &[])).await?;
    let added = keyrack.add_token(NewToken {
        token,
        name: asked.name.unwrap_or_default(),
        expires_on: asked.expires_on.unwrap_or_default(),
        labels: asked.label,
    });
    output.labelled(&[unless_left(added).await?])
}
