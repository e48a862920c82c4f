//! What the command line prints: results on standard output, everything else on standard error.

use std::io;

use keyrack_core::documents::{
    ActivityDocument, ClientDocument, ConnectionDocument, Exported, ReceiptDocument, Versioned,
    list,
};
use keyrack_core::{
    ActivityEntry, Authorization, BatchAct, BatchEnd, Cause, Client, Connection, DatabaseState,
    Event, Problem, Rebuilt, Receipt, Status, Words, sanitize_display_text, system_clock,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::advice::Advice;
use crate::documents::errors::{error_document, plain_error};
use crate::documents::{AuthorizationDocument, BatchDocument, RebuiltDocument};
use crate::lists;
use crate::table::Table;
use crate::terminal::{
    eprint_line, print, print_styled, printable, printable_json, show_progress, width,
};
use crate::wording;

/// How results are written.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether results are one JSON document instead of words.
    pub json: bool,
    /// The words of the person's language.
    pub words: Words,
}

/// How the receipts of an act on many connections are written for a person.
#[derive(Debug, Clone, Copy)]
pub enum Receipts {
    /// Each as a row.
    Rows,
    /// All as one text, to hand on.
    Text,
}

/// Shows an event on standard error: what start-up rebuilt from the keyring, and in a terminal, on
/// one line, the progress of an act on many connections.
pub fn show_event(event: &Event, words: Words) {
    if let Event::Rebuilt(rebuilt) = event
        && rebuilt.database != DatabaseState::Intact
    {
        eprint_line(&format!("keyrack: {}", wording::rebuilt(rebuilt, words)));
    }
    if let Event::WaitsElsewhere(_) = event {
        let [what, next] = ["waits.what", "waits.next"].map(|key| words.text(key, &[]));
        eprint_line(&format!("keyrack: {what} {next}"));
    }
    match event {
        Event::Batch(progress) => show_progress(&wording::progress(progress, words)),
        Event::BatchEnded(_) => show_progress(""),
        _ => {}
    }
}

/// Prints what the window writes to a file.
pub fn print_exported(exported: &Exported) -> Result<(), Problem> {
    printed(print(String::from_utf8_lossy(&exported.bytes).trim_end()))
}

impl Output {
    /// Prints words beside the result.
    pub fn say(self, key: &str) {
        eprint_line(&self.words.text(key, &[]));
    }

    /// Prints why something failed.
    pub fn problem(self, problem: &Problem) {
        eprint_line(&format!("keyrack: {}", self.words.line(problem)));
    }

    /// Prints why the command failed: in words, or as one line of JSON with the words in it.
    pub fn failure(self, problem: &Problem) {
        self.failure_with(problem, &Advice::default());
    }

    /// Prints why the command failed, and what can be done about it.
    pub fn failure_with(self, problem: &Problem, advice: &Advice) {
        let mut said = vec![self.words.line(problem)];
        said.extend(advice.lines(self.words));
        if self.json {
            eprint_json(&error_document(problem, &said.join(" "), advice));
        } else {
            eprint_line(&format!("keyrack: {}", said.join("\n")));
        }
    }

    /// Prints that a person did not want what was asked for.
    pub fn unwanted(self) {
        let said = self.words.text("command.unwanted", &[]);
        if self.json {
            eprint_json(&plain_error("unwanted", &said));
        } else {
            eprint_line(&format!("keyrack: {said}"));
        }
    }

    /// Prints the address to go to as the result; in JSON, which has one document for a result, beside
    /// it.
    pub fn authorization_url(self, url: &str) -> Result<(), Problem> {
        if self.json {
            eprint_json(&json!({ "authorization_url": url }));
            return Ok(());
        }
        print(&printable(url)).map_err(|error| not_printed(&error))
    }

    /// Prints the address to go to beside the result, after words about it.
    pub fn way_out(self, key: &str, url: &str) {
        self.say(key);
        if self.json {
            eprint_json(&json!({ "authorization_url": url }));
        } else {
            eprint_line(url);
        }
    }

    pub fn rebuilt(self, rebuilt: &Rebuilt) -> Result<(), Problem> {
        let document = Versioned::new(RebuiltDocument::from(rebuilt));
        self.result(&document, || vec![wording::rebuilt(rebuilt, self.words)])
    }

    pub fn clients(self, clients: &[Client], nothing: &str) -> Result<(), Problem> {
        let documents = list::<_, ClientDocument<'_>>(clients);
        let table = || lists::clients(clients, self.words);
        self.table(&documents, table, nothing, &[])
    }

    pub fn client_added(self, client: &Client) -> Result<(), Problem> {
        self.result(&Versioned::new(ClientDocument::from(client)), || {
            let added = self
                .words
                .text("command.client-added", &[("name", &client.name)]);
            let host = client.host.as_ref();
            let host = host.map(|host| self.words.text("client.host", &[("host", host)]));
            let redirect_uri = self
                .words
                .text("command.redirect-uri", &[("uri", &client.redirect_uri)]);
            [Some(added), host, Some(redirect_uri)]
                .into_iter()
                .flatten()
                .collect()
        })
    }

    /// Prints connections and, for a person, how many of them need attention.
    pub fn connections(self, connections: &[Connection], nothing: &str) -> Result<(), Problem> {
        let documents = list::<_, ConnectionDocument<'_>>(connections);
        self.rows_of_connections(&documents, connections, nothing)
    }

    pub fn connection(self, connection: &Connection) -> Result<(), Problem> {
        let document = Versioned::new(ConnectionDocument::from(connection));
        let only = std::slice::from_ref(connection);
        // Why it cannot be checked is the failure of the check.
        let why = connection.problem.as_ref();
        let why = why.filter(|_| connection.status != Status::CannotCheck);
        let after: Vec<_> = why
            .map(|problem| self.words.line(problem))
            .into_iter()
            .collect();
        let now = system_clock()();
        let table = || lists::connections(only, now, self.words);
        self.table(&document, table, "", &after)
    }

    /// Prints the end of an act on many connections: its receipts, or else the connections.
    pub fn batch(
        self,
        end: &BatchEnd,
        connections: &[Connection],
        receipts: Receipts,
    ) -> Result<(), Problem> {
        let document = Versioned::new(BatchDocument::from(end));
        match end.counts.act {
            BatchAct::Revoke | BatchAct::Forget => match receipts {
                Receipts::Rows => self.rows_of_receipts(&document, &end.receipts, ""),
                Receipts::Text => self.text_of_receipts(&document, &end.receipts),
            },
            BatchAct::Check | BatchAct::Refresh => {
                self.rows_of_connections(&document, connections, "command.nothing")
            }
        }
    }

    /// Prints connections and, for a person, what is noted on each.
    pub fn labelled(self, connections: &[Connection]) -> Result<(), Problem> {
        let noted = connections.iter().filter_map(|one| {
            let label = wording::workspace(&one.workspace_name, self.words);
            let places = [("label", label.as_str()), ("value", one.note.text()?)];
            Some(self.words.text("receipt.line", &places))
        });
        let after: Vec<_> = noted.collect();
        let now = system_clock()();
        let documents = list::<_, ConnectionDocument<'_>>(connections);
        let table = || lists::connections(connections, now, self.words);
        self.table(&documents, table, "command.nothing", &after)
    }

    fn rows_of_connections(
        self,
        document: &impl Serialize,
        connections: &[Connection],
        nothing: &str,
    ) -> Result<(), Problem> {
        let now = system_clock()();
        let attention = connections.iter();
        let attention = attention.filter(|one| one.needs_attention_at(now));
        let attention = attention.count();
        let told = || self.words.counted("list.attention", attention, &[]);
        let after: Vec<_> = (attention > 0).then(told).into_iter().collect();
        let table = || lists::connections(connections, now, self.words);
        self.table(document, table, nothing, &after)
    }

    pub fn authorization(
        self,
        authorization: &Authorization,
        client: &Client,
    ) -> Result<(), Problem> {
        let document = Versioned::new(AuthorizationDocument::new(authorization, client));
        self.result(&document, || {
            Vec::from_iter(wording::connected(authorization, self.words))
        })
    }

    pub fn receipts(self, receipts: &[Receipt], nothing: &str) -> Result<(), Problem> {
        let documents = list::<_, ReceiptDocument<'_>>(receipts);
        self.rows_of_receipts(&documents, receipts, nothing)
    }

    fn rows_of_receipts(
        self,
        document: &impl Serialize,
        receipts: &[Receipt],
        nothing: &str,
    ) -> Result<(), Problem> {
        let table = || lists::receipts(receipts, self.words);
        self.table(document, table, nothing, &[])
    }

    /// Prints each receipt as one paragraph.
    pub fn whole_receipts(self, receipts: &[Receipt]) -> Result<(), Problem> {
        self.text_of_receipts(&list::<_, ReceiptDocument<'_>>(receipts), receipts)
    }

    fn text_of_receipts(
        self,
        document: &(impl Serialize + ?Sized),
        receipts: &[Receipt],
    ) -> Result<(), Problem> {
        self.result(document, || {
            let mut lines = Vec::new();
            for receipt in receipts {
                let client = sanitize_display_text(&receipt.client_name);
                lines.push(format!("{}  {client}", receipt.finished_at.rfc3339()));
                let said = wording::receipt(receipt, self.words);
                lines.extend(said.into_iter().map(|line| format!("  {line}")));
            }
            lines
        })
    }

    pub fn receipt(self, receipt: &Receipt) -> Result<(), Problem> {
        let document = Versioned::new(ReceiptDocument::from(receipt));
        self.result(&document, || wording::receipt(receipt, self.words))
    }

    pub fn activity(
        self,
        entries: &[ActivityEntry],
        nothing: &str,
        after: &[String],
    ) -> Result<(), Problem> {
        let documents = list::<_, ActivityDocument<'_>>(entries);
        let table = || lists::activity(entries, self.words);
        self.table(&documents, table, nothing, after)
    }

    /// Prints a result that has no words of its own.
    pub fn document(self, document: &impl Serialize) -> Result<(), Problem> {
        self.result(document, Vec::new)
    }

    /// Prints rows: in columns for a person, with the lines after them, and between tabs for a program.
    /// Where there are none, it says so beside the result, with the words under `nothing`, if any.
    pub fn table(
        self,
        document: &(impl Serialize + ?Sized),
        table: impl FnOnce() -> Table,
        nothing: &str,
        after: &[String],
    ) -> Result<(), Problem> {
        if self.json {
            return self.result(document, Vec::new);
        }
        let table = table();
        if table.rows.is_empty() {
            if !nothing.is_empty() {
                self.say(nothing);
            }
            return Ok(());
        }
        let Some(width) = width() else {
            return printed(print(&table.for_programs()));
        };
        let mut text = table.for_terminal(width);
        for (at, line) in after.iter().enumerate() {
            text += if at == 0 { "\n\n" } else { "\n" };
            text += &printable(&line.replace('\n', " "));
        }
        printed(print_styled(&text))
    }

    /// Prints a result: whatever is in it, nothing that a terminal would obey. Fails if it cannot be
    /// written, unless nobody reads it any more.
    pub fn result(
        self,
        result: &(impl Serialize + ?Sized),
        words: impl FnOnce() -> Vec<String>,
    ) -> Result<(), Problem> {
        let text = if self.json {
            let json = serde_json::to_string_pretty(result);
            printable_json(&json.map_err(|error| not_printed(&error.into()))?)
        } else {
            // Each of them is one line, whatever is in it.
            let lines = words().into_iter().map(|line| line.replace('\n', " "));
            printable(&lines.collect::<Vec<_>>().join("\n"))
        };
        if text.is_empty() {
            return Ok(());
        }
        printed(print(&text))
    }
}

/// Whether a result reached whoever reads it. A reader that has read enough is no failure.
pub fn printed(written: io::Result<()>) -> Result<(), Problem> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(not_printed(&error)),
        _ => Ok(()),
    }
}

/// Prints why the arguments are wrong as one line of JSON on standard error.
pub fn wrong_usage(text: &str) {
    eprint_json(&plain_error("wrong-usage", text));
}

/// Prints one line of JSON on standard error.
fn eprint_json(line: &Value) {
    eprint_line(&printable_json(&line.to_string()));
}

/// The failure of a result that could not be written.
pub fn not_printed(error: &io::Error) -> Problem {
    let detail = error.to_string();
    Cause::NotPrinted { detail }.into()
}
