//! What the command line prints: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use keyrack_core::{
    Authorization, CheckAll, Client, Connection, DatabaseState, Event, Millis, Problem, Rebuilt,
    Receipt, RefreshTokenFate, Status, system_clock,
};
use serde::Serialize;

/// How results are written.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether results are one JSON document instead of words.
    pub json: bool,
}

/// Prints a line on standard error, beside the result.
pub fn eprint_line(text: &str) {
    // A closed pipe is no error: nobody reads it.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints the authorization URL at once, for a person or a program to open.
pub fn print_authorization_url(url: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{url}")?;
    out.flush()
}

/// Shows an event on standard error: what start-up rebuilt from the keyring, and in a terminal, on
/// one line, the progress of a check of all connections.
pub fn show_event(event: &Event) {
    if let Event::Rebuilt(rebuilt) = event
        && rebuilt.database != DatabaseState::Intact
    {
        eprint_line(&format!("keyrack: {}", rebuilt_in_words(rebuilt)));
    }
    let mut err = io::stderr().lock();
    if let Event::CheckAll(progress) = event
        && err.is_terminal()
    {
        // A closed terminal is no error.
        let _ = match progress_in_words(progress) {
            Some(words) => write!(err, "\r\x1b[K{words}").and_then(|()| err.flush()),
            None => write!(err, "\r\x1b[K"),
        };
    }
}

fn rebuilt_in_words(rebuilt: &Rebuilt) -> String {
    let what = match rebuilt.database {
        DatabaseState::Intact => "The keyring was searched for what the list did not have.",
        DatabaseState::Missing => {
            "The database was gone, so the list was brought back from the keyring."
        }
        DatabaseState::Damaged => {
            "The database was damaged, so the list was brought back from the keyring."
        }
        DatabaseState::Outdated => {
            "The database was older than when it was last used, so the keyring was searched for the rest."
        }
    };
    let mut words = vec![format!(
        "{what} Connections added: {}. Clients added: {}.",
        rebuilt.connections, rebuilt.clients
    )];
    if rebuilt.connections > 0 {
        words.push("Check them to see their names and whether they work.".to_owned());
    }
    if rebuilt.without_client > 0 {
        words.push(format!(
            "Connections that stay only in the keyring, because their clients are gone: {}. Remove their access in Notion's settings.",
            rebuilt.without_client
        ));
    }
    if rebuilt.database != DatabaseState::Intact {
        words.push(
            "The activity from before, and revocations that were pending, could not be brought back."
                .to_owned(),
        );
    }
    if let Some(name) = &rebuilt.quarantined {
        words.push(format!("The damaged file is kept as {name}."));
    }
    words.join(" ")
}

/// The progress of a check of all connections; none once the check is over and its result follows.
fn progress_in_words(progress: &CheckAll) -> Option<String> {
    let left = Duration::from_millis(progress.left?).as_secs();
    let pause = if progress.paused_until.is_some() {
        ", Notion asked for a pause"
    } else {
        ""
    };
    Some(format!(
        "Checked {} of {}, about {}:{:02} min left{pause}",
        progress.done,
        progress.total,
        left / 60,
        left % 60
    ))
}

impl Output {
    pub fn rebuilt(self, rebuilt: &Rebuilt) {
        self.result(rebuilt, || vec![rebuilt_in_words(rebuilt)]);
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
                format!("Added {}.", client.name),
                format!(
                    "The redirect URI to register at Notion, exactly: {}",
                    client.redirect_uri
                ),
            ]
        });
    }

    pub fn connections(self, connections: &[Connection]) {
        self.result(connections, || {
            let now = system_clock()();
            connections
                .iter()
                .map(|connection| in_words(connection, now))
                .collect()
        });
    }

    pub fn connection(self, connection: &Connection) {
        self.result(connection, || vec![in_words(connection, system_clock()())]);
    }

    pub fn authorization(self, authorization: &Authorization, words: &str) {
        self.result(authorization, || vec![words.to_owned()]);
    }

    /// Prints receipts, each as one paragraph.
    pub fn receipts(self, receipts: &[Receipt]) {
        self.result(receipts, || {
            let mut lines = Vec::new();
            for receipt in receipts {
                lines.push(format!(
                    "{}  {}",
                    receipt.finished_at.rfc3339(),
                    receipt.client_name
                ));
                lines.extend(
                    receipt_in_words(receipt)
                        .into_iter()
                        .map(|line| format!("  {line}")),
                );
            }
            lines
        });
    }

    pub fn receipt(self, receipt: &Receipt) {
        self.result(receipt, || receipt_in_words(receipt));
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
            eprint_line(&format!(
                "keyrack: the result could not be written: {error}"
            ));
        }
    }
}

fn in_words(connection: &Connection, now: Millis) -> String {
    let status = match connection.status {
        Status::Active => "active",
        Status::Inactive => "inactive",
        Status::NeedsReconnecting => "needs reconnecting",
        Status::RevocationPending => "revocation pending",
        Status::NotChecked => "not checked yet",
        Status::CannotCheck => "cannot check",
    };
    let checked = connection
        .checked_at
        .map_or(String::new(), |at| format!(", checked {}", age(at, now)));
    let why = connection
        .problem
        .as_ref()
        .map_or(String::new(), |problem| format!(": {problem}"));
    format!(
        "{}  {}  {}{checked}{why}  [{}]",
        workspace(&connection.workspace_name),
        connection.owner,
        status,
        connection.bot_id
    )
}

/// A workspace's name, or words in its place for a workspace without one.
pub fn workspace(name: &str) -> &str {
    if name.is_empty() {
        "(unnamed workspace)"
    } else {
        name
    }
}

/// A problem's message with exactly one full stop: some messages have theirs, some none.
pub fn sentence(problem: &Problem) -> String {
    format!("{}.", problem.to_string().trim_end_matches('.'))
}

fn receipt_in_words(receipt: &Receipt) -> Vec<String> {
    let name = workspace(&receipt.workspace_name);
    if receipt.revoked_at.is_none() {
        return vec![format!(
            "Forgot {name} on this computer. Notion was not asked: its tokens may still be valid there; remove the connection there to end them."
        )];
    }
    let accepted = if receipt.already_gone {
        "Notion says the token was gone already."
    } else {
        "Notion accepted the revocation."
    };
    let confirmed = match (&receipt.confirmed_at, &receipt.unconfirmed) {
        (Some(_), _) => "Notion confirms that the token is inactive.".to_owned(),
        (None, Some(problem)) => format!("Not confirmed by Notion: {}", sentence(problem)),
        (None, None) => "Not confirmed by Notion.".to_owned(),
    };
    let mut lines = vec![
        format!("Access to {name} is revoked."),
        accepted.to_owned(),
        confirmed,
    ];
    if receipt.refresh_token == Some(RefreshTokenFate::NotRevoked) {
        lines.push(
            "Notion did not confirm the refresh token's revocation; it may still be valid there."
                .to_owned(),
        );
    }
    lines.push("The tokens are removed from the keyring.".to_owned());
    if !receipt.request_ids.is_empty() {
        lines.push(format!(
            "Notion's request ids: {}",
            receipt.request_ids.join(", ")
        ));
    }
    lines
}

fn age(at: Millis, now: Millis) -> String {
    match at.until(now).as_secs() {
        0..60 => "just now".to_owned(),
        seconds @ 60..3600 => format!("{} min ago", seconds / 60),
        seconds @ 3600..172_800 => format!("{} h ago", seconds / 3600),
        seconds => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use keyrack_core::Owner;

    use super::*;

    #[test]
    fn a_receipt_says_what_became_of_the_refresh_token_only_if_it_may_be_valid() {
        let says = |fate| {
            let receipt = Receipt {
                operation_id: String::new(),
                kind: "revoke",
                workspace_name: "Acme".to_owned(),
                owner: Owner::Workspace,
                client_name: String::new(),
                bot_id: String::new(),
                started_at: Millis(0),
                finished_at: Millis(1),
                revoked_at: Some(Millis(1)),
                already_gone: false,
                confirmed_at: Some(Millis(1)),
                unconfirmed: None,
                refresh_token: fate,
                removed_from_keyring_at: Some(Millis(1)),
                request_ids: Vec::new(),
            };
            receipt_in_words(&receipt)
                .concat()
                .contains("refresh token")
        };
        assert!(says(Some(RefreshTokenFate::NotRevoked)));
        assert!(!says(Some(RefreshTokenFate::Revoked)));
        assert!(!says(Some(RefreshTokenFate::None)));
        assert!(!says(None));
    }

    #[test]
    fn a_sentence_ends_in_one_full_stop() {
        for message in ["Notion is busy", "Notion is busy."] {
            let problem = Problem::new(keyrack_core::ProblemCode::NotionUnavailable, message);
            assert_eq!(sentence(&problem), "Notion is busy.");
        }
    }

    #[test]
    fn ages_are_told_in_the_unit_that_fits() {
        let ago = |seconds: i64| age(Millis(0), Millis(seconds * 1000));
        assert_eq!(
            [59, 60, 3599, 3600, 172_799, 172_800].map(ago),
            [
                "just now",
                "1 min ago",
                "59 min ago",
                "1 h ago",
                "47 h ago",
                "2 days ago"
            ]
        );
        assert_eq!(
            age(Millis(5000), Millis(0)),
            "just now",
            "a clock that jumped back"
        );
    }
}
