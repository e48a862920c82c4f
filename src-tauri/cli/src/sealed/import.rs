//! `keyrack import FILE`: what is in a sealed file, and what of it is taken in.

use std::path::Path;

use keyrack_core::documents::Versioned;
use keyrack_core::{
    Cause, FoundInFile, Keyrack, NotTaken, Owner, Problem, SealedImport, SealedRow, SealedVerdict,
    Taken, Unseal, is_to_passphrase, sanitize_display_text,
};
use serde::Serialize;

use super::passphrase;
use crate::arguments::ImportArguments;
use crate::confirm::Question;
use crate::output::Output;
use crate::table::{BAD, Cell, Column, GOOD, PLAIN, Table, WARNING};
use crate::terminal::{eprint_line, show_progress};
use crate::{confirm, slow, wording};

/// The widths of columns.
const NAME: usize = 40;
const ASIDES: usize = 30;

/// What was in a sealed file and what became of it, as a document.
#[derive(Debug, Serialize)]
struct ImportDocument<'a> {
    copy: bool,
    /// How many clients came with the connections.
    clients: u32,
    connections: Vec<RowDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct RowDocument<'a> {
    workspace_name: &'a str,
    owner: &'a Owner,
    client_name: &'a str,
    host: &'a str,
    outcome: &'static str,
    problem: Option<&'a Problem>,
    connection_id: Option<&'a str>,
    moved: bool,
}

/// What became of a connection in a file.
#[derive(Debug, Clone, Copy)]
enum Outcome<'a> {
    /// It is in the list now, under this id.
    Taken(&'a str),
    NotTaken(&'a Problem),
    Left(&'a SealedVerdict),
}

/// Looks into a sealed file, and takes in what works and is new, unless a person who is asked does not want
/// it. Returns whether it was wanted.
pub async fn import(
    keyrack: &Keyrack,
    output: Output,
    file: &Path,
    asked: &ImportArguments,
) -> Result<bool, Problem> {
    let with = unseal(output, file, asked).await?;
    let words = output.words;
    let told = move |count| show_progress(&words.counted("sealed.progress", count, &[]));
    let opened = slow::told(keyrack.open_file(file.to_owned(), with, told), output).await;
    show_progress("");
    let opened = opened?;
    let found = opened.found.clone();
    let is_new = |row: &&SealedRow| row.verdict == SealedVerdict::New;
    let new = found.connections.iter().filter(is_new).count();
    let mut import = SealedImport {
        taken: Vec::new(),
        not_taken: Vec::new(),
        clients: 0,
    };
    if new > 0 && !asked.dry_run {
        if !confirm::is_still_wanted(output, asked.yes, question(&found, new, output)).await {
            return Ok(false);
        }
        let taking = async { Ok(keyrack.import_file(opened).await) };
        import = slow::finished(Box::pin(taking), output).await?;
    }
    tell(output, &found, &import)?;
    let is_unknown = |row: &&SealedRow| matches!(row.verdict, SealedVerdict::Unknown { .. });
    let unknown = found.connections.iter().filter(is_unknown).count();
    match u32::try_from(unknown + import.not_taken.len()) {
        Ok(0) => Ok(true),
        count => Err(Cause::NotAllImported {
            count: count.unwrap_or(u32::MAX),
        }
        .into()),
    }
}

/// What opens the file: a passphrase is asked for only where one is needed.
async fn unseal(output: Output, file: &Path, asked: &ImportArguments) -> Result<Unseal, Problem> {
    match (is_to_passphrase(file)?, &asked.identity) {
        (false, Some(keys)) => Unseal::identities(keys),
        (false, None) => Err(Cause::SealedToKey.into()),
        (true, Some(_)) => Err(Cause::SealedToPassphrase.into()),
        (true, None) => passphrase::known(output, asked.passphrase_fd.as_ref())
            .await
            .map(Unseal::Passphrase),
    }
}

/// The question before what is new is taken in, with all that is in the file.
fn question(found: &FoundInFile, new: usize, output: Output) -> Question {
    let words = output.words;
    let mut lines = vec![words.counted("sealed.title", new, &[])];
    lines.extend(found.connections.iter().map(|row| {
        let workspace = wording::workspace(&row.workspace_name, words);
        let owner = wording::owner(&row.owner, words);
        let [client, host] = [&row.client_name, &row.host].map(|text| sanitize_display_text(text));
        let what = what(Outcome::Left(&row.verdict), output);
        format!("  {workspace}  {owner}  {client}  {host}  {what}")
    }));
    if found.copy {
        lines.push(words.text("sealed.copies", &[]));
    }
    lines.into()
}

/// The document of an import.
pub fn document<'a>(found: &'a FoundInFile, import: &'a SealedImport) -> impl Serialize + use<'a> {
    Versioned::new(ImportDocument::of(
        found,
        &rows(found, import),
        import.clients,
    ))
}

/// The connections of a file, with what became of each.
fn rows<'a>(found: &'a FoundInFile, import: &'a SealedImport) -> Vec<(&'a SealedRow, Outcome<'a>)> {
    let rows = found.connections.iter().enumerate();
    rows.map(|(at, row)| (row, outcome(at, row, import)))
        .collect()
}

fn tell(output: Output, found: &FoundInFile, import: &SealedImport) -> Result<(), Problem> {
    let rows = rows(found, import);
    let table = || table(&rows, output);
    output.table(&document(found, import), table, "", &[])?;
    if !output.json {
        say_the_rest(output, found, import, &rows);
    }
    Ok(())
}

/// Says beside the result what it came to, and what is to be done next.
fn say_the_rest(
    output: Output,
    found: &FoundInFile,
    import: &SealedImport,
    rows: &[(&SealedRow, Outcome<'_>)],
) {
    let is_any = |wanted: fn(&SealedVerdict) -> bool| {
        rows.iter()
            .any(|(_, outcome)| matches!(outcome, Outcome::Left(verdict) if wanted(verdict)))
    };
    let new = rows.iter();
    let new = new.filter(|(_, outcome)| matches!(outcome, Outcome::Left(SealedVerdict::New)));
    match (import.taken.len(), new.count()) {
        (0, 0) => output.say("sealed.nothing"),
        // Whoever only looks has taken in none.
        (0, new) => eprint_line(&output.words.counted("sealed.would", new, &[])),
        (count, _) => eprint_line(&output.words.counted("sealed.done", count, &[])),
    }
    if !import.taken.is_empty() {
        output.say(if found.copy {
            "sealed.copies"
        } else {
            "sealed.next"
        });
    }
    if is_any(|verdict| matches!(verdict, SealedVerdict::Other { .. })) {
        output.say("sealed.instead");
    }
    if is_any(|verdict| matches!(verdict, SealedVerdict::Same { moved: true, .. })) {
        output.say("sealed.back");
    }
}

fn outcome<'a>(at: usize, row: &'a SealedRow, import: &'a SealedImport) -> Outcome<'a> {
    let taken = import.taken.iter().find(|taken| taken.at == at);
    let not_taken = import.not_taken.iter().find(|not| not.at == at);
    match (taken, not_taken) {
        (Some(Taken { connection, .. }), _) => Outcome::Taken(&connection.id),
        (None, Some(NotTaken { problem, .. })) => Outcome::NotTaken(problem),
        (None, None) => Outcome::Left(&row.verdict),
    }
}

impl<'a> ImportDocument<'a> {
    fn of(found: &'a FoundInFile, rows: &[(&'a SealedRow, Outcome<'a>)], clients: u32) -> Self {
        let row = |(row, outcome): &(&'a SealedRow, Outcome<'a>)| RowDocument {
            workspace_name: &row.workspace_name,
            owner: &row.owner,
            client_name: &row.client_name,
            host: &row.host,
            outcome: outcome.word(),
            problem: outcome.problem(),
            connection_id: outcome.connection(),
            moved: matches!(
                outcome,
                Outcome::Left(SealedVerdict::Same { moved: true, .. })
            ),
        };
        Self {
            copy: found.copy,
            clients,
            connections: rows.iter().map(row).collect(),
        }
    }
}

impl<'a> Outcome<'a> {
    fn word(self) -> &'static str {
        match self {
            Self::Taken(_) => "taken",
            Self::NotTaken(_) => "not-taken",
            Self::Left(SealedVerdict::New) => "new",
            Self::Left(SealedVerdict::Same { .. }) => "same",
            Self::Left(SealedVerdict::Other { .. }) => "other",
            Self::Left(SealedVerdict::Dead { .. }) => "dead",
            Self::Left(SealedVerdict::Unknown { .. }) => "unknown",
        }
    }

    fn problem(self) -> Option<&'a Problem> {
        match self {
            Self::NotTaken(problem)
            | Self::Left(SealedVerdict::Dead { problem } | SealedVerdict::Unknown { problem }) => {
                Some(problem)
            }
            _ => None,
        }
    }

    fn connection(self) -> Option<&'a str> {
        match self {
            Self::Taken(id) => Some(id),
            Self::Left(
                SealedVerdict::Same { connection, .. } | SealedVerdict::Other { connection },
            ) => Some(connection),
            _ => None,
        }
    }
}

/// What became of a connection, in words.
fn what(outcome: Outcome<'_>, output: Output) -> String {
    let words = output.words;
    let key = match outcome {
        Outcome::Left(SealedVerdict::Same { moved: true, .. }) => "sealed.same.moved".to_owned(),
        outcome => format!("sealed.{}", outcome.word()),
    };
    let status = words.text(&key, &[]);
    let Some(problem) = outcome.problem() else {
        return status;
    };
    let reason = words.problem(problem).short;
    let places = [("status", status.as_str()), ("reason", &reason)];
    words.text("status.reason", &places)
}

fn table(rows: &[(&SealedRow, Outcome<'_>)], output: Output) -> Table {
    let words = output.words;
    let title = |key| words.text(key, &[]);
    let row = |(row, outcome): &(&SealedRow, Outcome<'_>)| {
        let style = match outcome {
            Outcome::Taken(_) => GOOD,
            Outcome::NotTaken(_) | Outcome::Left(SealedVerdict::Dead { .. }) => BAD,
            Outcome::Left(SealedVerdict::Unknown { .. } | SealedVerdict::Other { .. }) => WARNING,
            Outcome::Left(_) => PLAIN,
        };
        let workspace = wording::workspace(&row.workspace_name, words);
        let code = outcome.problem().map(|problem| problem.cause.code());
        vec![
            Cell::both(&workspace, &row.workspace_name),
            Cell::both(&what(*outcome, output), outcome.word()).styled(style),
            Cell::of(&wording::owner(&row.owner, words)),
            Cell::of(&row.client_name),
            Cell::of(&row.host),
            Cell::for_programs(&code.unwrap_or_default()),
            Cell::for_programs(outcome.connection().unwrap_or_default()),
        ]
    };
    Table {
        columns: vec![
            Column::cut(title("command.workspace"), NAME),
            Column::whole(title("command.what")),
            Column::cut(title("details.owner"), ASIDES).leaves(2),
            Column::cut(title("command.client"), ASIDES).leaves(1),
            Column::cut(title("command.host"), ASIDES).leaves(3),
            Column::for_programs(),
            Column::for_programs(),
        ],
        rows: rows.iter().map(row).collect(),
    }
}
