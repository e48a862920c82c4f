//! `keyrack moved`: what became of connections that went to another computer.

use std::sync::Arc;

use keyrack_core::{BatchAct, Keyrack, Problem};

use crate::arguments::{End, MovedArguments, Which};
use crate::connections::{self, these};
use crate::output::Output;
use crate::terminal::eprint_line;

/// Forgets the chosen connections that were moved, unless a person who is asked does not want it, or uses
/// them here again. Returns whether it was wanted.
pub async fn moved(
    keyrack: &Arc<Keyrack>,
    output: Output,
    asked: MovedArguments,
) -> Result<bool, Problem> {
    let MovedArguments {
        which, undo, yes, ..
    } = asked;
    let mut moved = these(keyrack, output.words, &which)?;
    if which.names.is_empty() {
        moved.retain(|one| keyrack.is_moved(one).is_ok());
    } else {
        moved.iter().try_for_each(|one| keyrack.is_moved(one))?;
    }
    if moved.is_empty() {
        output.say("moved.none");
        return Ok(true);
    }
    let ids: Vec<_> = moved.into_iter().map(|one| one.id).collect();
    if undo {
        let back = keyrack.undo_move(&ids)?;
        output.connections(&back, "command.nothing")?;
        if !output.json {
            let next = if back.iter().all(|one| one.made_elsewhere) {
                "moved.undone.tokens"
            } else {
                "moved.undone.next"
            };
            eprint_line(&output.words.counted(next, back.len(), &[]));
        }
        return Ok(true);
    }
    let which = Which {
        names: ids,
        all: false,
        label: Vec::new(),
    };
    let forgotten = End { which, yes };
    Box::pin(connections::end(
        keyrack,
        output,
        BatchAct::Forget,
        &forgotten,
    ))
    .await
}
