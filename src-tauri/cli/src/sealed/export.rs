//! `keyrack export`: connections that go to another computer in a sealed file.

use std::collections::HashSet;

use keyrack_core::documents::{ConnectionDocument, Versioned};
use keyrack_core::{Connection, Keyrack, Problem, Seal, SealedExport, refuse_place};
use serde::Serialize;

use super::passphrase;
use crate::arguments::{ExportArguments, Which};
use crate::confirm::Question;
use crate::connections::these;
use crate::output::Output;
use crate::terminal::eprint_line;
use crate::{confirm, ending, slow, wording};

/// What was exported, as a document.
#[derive(Debug, Serialize)]
struct ExportDocument<'a> {
    path: &'a str,
    copy: bool,
    clients: u32,
    connections: Vec<ConnectionDocument<'a>>,
}

/// Seals the connections that are chosen into a file, unless a person who is asked does not want it. Returns
/// whether it was wanted.
pub async fn export(
    keyrack: &Keyrack,
    output: Output,
    asked: &ExportArguments,
) -> Result<bool, Problem> {
    let leaving = leaving(keyrack, output, &asked.which)?;
    if leaving.is_empty() {
        output.say("seal.nothing");
        return Ok(false);
    }
    // Before a passphrase is thought up for nothing.
    refuse_place(&asked.to)?;
    let recipients = match &*asked.recipient {
        [] => None,
        recipients => Some(Seal::recipients(recipients)?),
    };
    let question = question(&leaving, asked, output);
    if !confirm::is_wanted(output, asked.yes, question).await {
        return Ok(false);
    }
    let seal = match recipients {
        Some(seal) => seal,
        None => passphrase::chosen(output, asked.passphrase_fd.as_ref()).await?,
    };
    let ids: Vec<_> = leaving.into_iter().map(|one| one.id).collect();
    let exporting = keyrack.export(&ids, &asked.to, seal, asked.copy);
    let exported = slow::finished(Box::pin(exporting), output).await?;
    tell(output, &exported)?;
    Ok(true)
}

/// The connections that are chosen. Of those that are not named, the ones that cannot go stay, and are told
/// of.
fn leaving(keyrack: &Keyrack, output: Output, which: &Which) -> Result<Vec<Connection>, Problem> {
    let mut leaving = these(keyrack, output.words, which)?;
    if !which.names.is_empty() {
        leaving.iter().try_for_each(|one| keyrack.may_export(one))?;
        let mut named = HashSet::new();
        leaving.retain(|one| named.insert(one.id.clone()));
        return Ok(leaving);
    }
    leaving.retain(|one| {
        let Err(why) = keyrack.may_export(one) else {
            return true;
        };
        let workspace = wording::workspace(&one.workspace_name, output.words);
        let reason = output.words.problem(&why).what;
        let places = [("workspace", &*workspace), ("reason", &*reason)];
        eprint_line(&output.words.text("seal.stays", &places));
        false
    });
    Ok(leaving)
}

fn question(leaving: &[Connection], asked: &ExportArguments, output: Output) -> Question {
    let words = output.words;
    let path = asked.to.display().to_string();
    let title = words.counted("seal.title", leaving.len(), &[("path", &path)]);
    let mut lines = vec![title];
    lines.extend(ending::identities(leaving, words));
    lines.push(words.text("seal.simpler", &[]));
    let becomes = if asked.copy {
        "seal.copies"
    } else {
        "seal.moves"
    };
    lines.push(words.text(becomes, &[]));
    lines.into()
}

/// The document of an export.
pub fn document(exported: &SealedExport) -> impl Serialize {
    Versioned::new(ExportDocument {
        path: &exported.path,
        copy: exported.copy,
        clients: exported.clients,
        connections: exported.connections.iter().map(Into::into).collect(),
    })
}

fn tell(output: Output, exported: &SealedExport) -> Result<(), Problem> {
    output.result(&document(exported), || {
        let count = exported.connections.len();
        let places = [("path", &*exported.path)];
        let done = output.words.counted("seal.done", count, &places);
        let next = if exported.copy {
            "seal.copies"
        } else {
            "seal.next"
        };
        vec![done, output.words.text(next, &[])]
    })
}
