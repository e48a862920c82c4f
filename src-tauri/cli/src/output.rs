//! What the command line prints: results on standard output, everything else on standard error.

use std::io;

use keyrack_core::{
    Authorization, BatchAct, BatchEnd, Cause, Client, Connection, DatabaseState, Event, Problem,
    Rebuilt, Receipt, Words, sanitize_display_text, system_clock,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::terminal::{eprint_line, print, printable, printable_json, show_progress};
use crate::wording;

/// How results are written.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether results are one JSON document instead of words.
    pub json: bool,
    /// The words of the person's language.
    pub words: Words,
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
        if !self.json {
            return self.problem(problem);
        }
        let mut error = json!(problem);
        error["message"] = Value::String(self.words.line(problem));
        eprint_json(&json!({ "error": error }));
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
        self.result(rebuilt, || vec![wording::rebuilt(rebuilt, self.words)])
    }

    pub fn clients(self, clients: &[Client]) -> Result<(), Problem> {
        self.result(clients, || {
            clients
                .iter()
                .map(|client| {
                    let name = sanitize_display_text(&client.name);
                    let host = client.host.as_deref().unwrap_or("Sandbox");
                    let (id, uri) = (&client.client_id, &client.redirect_uri);
                    format!("{name}  {id}  {uri}  {host}")
                })
                .collect()
        })
    }

    pub fn client_added(self, client: &Client) -> Result<(), Problem> {
        self.result(client, || {
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

    pub fn connections(self, connections: &[Connection]) -> Result<(), Problem> {
        self.result(connections, || self.lines_of_connections(connections))
    }

    /// Prints the end of an act on many connections: its receipts, or else the connections.
    pub fn batch(self, end: &BatchEnd, connections: &[Connection]) -> Result<(), Problem> {
        self.result(end, || match end.counts.act {
            BatchAct::Revoke | BatchAct::Forget => self.lines_of_receipts(&end.receipts),
            BatchAct::Check | BatchAct::Refresh => self.lines_of_connections(connections),
        })
    }

    /// Connections, each in one line, and how many of them need attention.
    fn lines_of_connections(self, connections: &[Connection]) -> Vec<String> {
        let now = system_clock()();
        let line = |one| wording::connection(one, now, self.words);
        let mut lines: Vec<_> = connections.iter().map(line).collect();
        let attention = connections.iter().filter(|one| one.needs_attention);
        match attention.count() {
            _ if connections.is_empty() => lines.push(self.words.text("command.nothing", &[])),
            0 => {}
            count => lines.push(self.words.counted("list.attention", count, &[])),
        }
        lines
    }

    /// Receipts, each as one paragraph.
    fn lines_of_receipts(self, receipts: &[Receipt]) -> Vec<String> {
        let mut lines = Vec::new();
        for receipt in receipts {
            lines.push(format!(
                "{}  {}",
                receipt.finished_at.rfc3339(),
                sanitize_display_text(&receipt.client_name)
            ));
            lines.extend(
                wording::receipt(receipt, self.words)
                    .into_iter()
                    .map(|line| format!("  {line}")),
            );
        }
        lines
    }

    pub fn connection(self, connection: &Connection) -> Result<(), Problem> {
        self.result(connection, || {
            vec![wording::connection(
                connection,
                system_clock()(),
                self.words,
            )]
        })
    }

    pub fn authorization(self, authorization: &Authorization) -> Result<(), Problem> {
        self.result(authorization, || {
            Vec::from_iter(wording::connected(authorization, self.words))
        })
    }

    pub fn receipts(self, receipts: &[Receipt]) -> Result<(), Problem> {
        self.result(receipts, || self.lines_of_receipts(receipts))
    }

    pub fn receipt(self, receipt: &Receipt) -> Result<(), Problem> {
        self.result(receipt, || wording::receipt(receipt, self.words))
    }

    /// Prints a result that has no words of its own.
    pub fn document(self, document: &(impl Serialize + ?Sized)) -> Result<(), Problem> {
        self.result(document, Vec::new)
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
        match print(&text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(not_printed(&error)),
            _ => Ok(()),
        }
    }
}

/// Prints why the arguments are wrong as one line of JSON on standard error.
pub fn wrong_usage(text: &str) {
    eprint_json(&json!({ "error": { "code": "wrong-usage", "message": text } }));
}

/// Prints one line of JSON on standard error.
fn eprint_json(line: &Value) {
    eprint_line(&printable_json(&line.to_string()));
}

fn not_printed(error: &io::Error) -> Problem {
    let detail = error.to_string();
    Cause::NotPrinted { detail }.into()
}
