//! `keyrack label`: what a person writes on connections.

use keyrack_core::{Keyrack, LabelChange, Problem};

use crate::arguments::LabelArguments;
use crate::connections::these;
use crate::output::Output;

/// Changes the labels and the note of the connections that are named, and shows them.
pub fn label(keyrack: &Keyrack, output: Output, asked: LabelArguments) -> Result<(), Problem> {
    let of = these(keyrack, output.words, &asked.which)?;
    let ids: Vec<_> = of.into_iter().map(|one| one.id).collect();
    let change = LabelChange {
        add: asked.add,
        remove: asked.remove,
        note: asked.no_note.then(String::new).or(asked.note),
        expires_on: asked.no_expiry.then(String::new).or(asked.expires_on),
    };
    let labelled = keyrack.label_connections(&ids, &change)?;
    output.labelled(&labelled)
}
