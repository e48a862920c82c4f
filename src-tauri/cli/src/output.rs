//! What the command line prints: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal as _, Write as _};

use keyrack_core::{
    Authorization, BatchAct, BatchEnd, Client, Connection, DatabaseState, Event, Problem, Rebuilt,
    Receipt, Words, system_clock,
};
use serde::Serialize;

use crate::wording;

/// How results are written.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether results are one JSON document instead of words.
    pub json: bool,
    /// The words of the person's language.
    pub words: Words,
}

/// Prints a line on standard error, beside the result.
pub fn eprint_line(text: &str) {
    let mut err = io::stderr().lock();
    // The line of a progress is written over. A closed pipe is no error: nobody reads it.
    let _ = if err.is_terminal() {
        writeln!(err, "\r\x1b[K{text}")
    } else {
        writeln!(err, "{text}")
    };
}

/// Prints the authorization URL at once, for a person or a program to open.
pub fn print_authorization_url(url: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{url}")?;
    out.flush()
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
    let mut err = io::stderr().lock();
    if !err.is_terminal() {
        return;
    }
    // A closed terminal is no error.
    let _ = match event {
        Event::Batch(progress) => {
            let words = wording::progress(progress, words);
            write!(err, "\r\x1b[K{words}").and_then(|()| err.flush())
        }
        Event::BatchEnded(_) => write!(err, "\r\x1b[K"),
        _ => Ok(()),
    };
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

    pub fn rebuilt(self, rebuilt: &Rebuilt) {
        self.result(rebuilt, || vec![wording::rebuilt(rebuilt, self.words)]);
    }

    pub fn clients(self, clients: &[Client]) {
        self.result(clients, || {
            clients
                .iter()
                .map(|client| {
                    format!(
                        "{}  {}  {}",
                        client.name, client.client_id, client.redirect_uri
                    )
                })
                .collect()
        });
    }

    pub fn client_added(self, client: &Client) {
        self.result(client, || {
            vec![
                self.words
                    .text("command.client-added", &[("name", &client.name)]),
                self.words
                    .text("command.redirect-uri", &[("uri", &client.redirect_uri)]),
            ]
        });
    }

    pub fn connections(self, connections: &[Connection]) {
        self.result(connections, || self.lines_of_connections(connections));
    }

    /// Prints the end of an act on many connections: its receipts, or else the connections.
    pub fn batch(self, end: &BatchEnd, connections: &[Connection]) {
        self.result(end, || match end.counts.act {
            BatchAct::Revoke | BatchAct::Forget => self.lines_of_receipts(&end.receipts),
            BatchAct::Check | BatchAct::Refresh => self.lines_of_connections(connections),
        });
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
                receipt.client_name
            ));
            lines.extend(
                wording::receipt(receipt, self.words)
                    .into_iter()
                    .map(|line| format!("  {line}")),
            );
        }
        lines
    }

    pub fn connection(self, connection: &Connection) {
        self.result(connection, || {
            vec![wording::connection(
                connection,
                system_clock()(),
                self.words,
            )]
        });
    }

    pub fn authorization(self, authorization: &Authorization) {
        self.result(authorization, || {
            Vec::from_iter(wording::connected(authorization, self.words))
        });
    }

    pub fn receipts(self, receipts: &[Receipt]) {
        self.result(receipts, || self.lines_of_receipts(receipts));
    }

    pub fn receipt(self, receipt: &Receipt) {
        self.result(receipt, || wording::receipt(receipt, self.words));
    }

    /// Prints a result that has no words of its own.
    pub fn document(self, document: &(impl Serialize + ?Sized)) {
        if self.json {
            self.result(document, Vec::new);
        }
    }

    fn result(self, result: &(impl Serialize + ?Sized), words: impl FnOnce() -> Vec<String>) {
        let text = if self.json {
            serde_json::to_string_pretty(result).map_err(io::Error::from)
        } else {
            Ok(words().join("\n"))
        };
        let written = text.and_then(|text| {
            if text.is_empty() {
                Ok(())
            } else {
                writeln!(io::stdout(), "{text}")
            }
        });
        if let Err(error) = written {
            let words = self.words;
            let error = error.to_string();
            eprint_line(&words.text("command.not-printed", &[("error", &error)]));
        }
    }
}
