//! What is listed: connections, clients, receipts and the activity, in columns.
//!
//! A person reads the catalogue's words and ages; a program gets the words of the JSON documents and
//! whole times (docs/json.md), and the columns in this order.

use keyrack_core::{
    ActivityEntry, ActivityOutcome, Allowed, Client, Connection, HandedTo, Lease, Millis,
    OperationKind, Owner, Receipt, RefreshTokenFate, Remains, Status, Way, Words,
    sanitize_display_text,
};

use crate::table::{ASIDE, BAD, Cell, Column, GOOD, PLAIN, Table, WARNING};
use crate::wording::{self, age, minute, status_key, workspace};
use keyrack_core::documents::word;

/// The least widths that texts are cut to before a column is left out: names, what is said of a row, and
/// what tells it from others of the same name.
const NAME: usize = 20;
const WHAT: usize = 32;
const ASIDES: usize = 12;

/// Those of what may be left after a revocation, which is not to be missed, and of one id with an ellipsis.
const CAVEAT: usize = 46;
const ONE_ID: usize = 37;

/// How much of a lease's id is shown: enough to name it.
const LEASE_BEGINS: usize = 8;

pub fn connections(connections: &[Connection], now: Millis, words: Words) -> Table {
    let title = |key| words.text(key, &[]);
    Table {
        columns: vec![
            Column::cut(title("command.workspace"), NAME),
            Column::cut(title("command.status"), WHAT),
            Column::whole(title("details.checked")).leaves(1),
            Column::cut(title("details.owner"), ASIDES).leaves(2),
            Column::for_programs(),
            Column::cut(title("command.client"), ASIDES).leaves(3),
            Column::whole(title("details.bot")).leaves(4),
            Column::for_programs(),
            Column::for_programs(),
            Column::whole(title("details.used")).leaves(5),
            Column::for_programs(),
            if connections.iter().all(|one| one.labels.is_empty()) {
                Column::for_programs()
            } else {
                let title = words.counted("receipt.labels", 2, &[]);
                Column::cut(title, ASIDES).leaves(2)
            },
            Column::for_programs(),
            Column::for_programs(),
        ],
        rows: connections
            .iter()
            .map(|one| connection(one, now, words))
            .collect(),
    }
}

fn connection(connection: &Connection, now: Millis, words: Words) -> Vec<Cell> {
    let ago = |at: Option<Millis>| match at {
        Some(at) => Cell::both(&age(at, now, words), &at.rfc3339()).styled(ASIDE),
        None => Cell::of(""),
    };
    let problem = connection.problem.as_ref();
    let capabilities = connection.capabilities.as_deref().unwrap_or_default();
    let mut cells = vec![
        Cell::both(
            &workspace(&connection.workspace_name, words),
            &sanitize_display_text(&connection.workspace_name),
        ),
        status(connection, now, words),
        ago(connection.checked_at),
    ];
    cells.extend(owner(&connection.owner, words));
    cells.extend([
        Cell::of(&connection.client_name),
        Cell::of(&connection.bot_id).styled(ASIDE),
        Cell::for_programs(&problem.map(|it| it.cause.code()).unwrap_or_default()),
        Cell::for_programs(&word(connection.allows)),
        ago(connection.last_used_at),
        Cell::for_programs(&connection.id),
        Cell::of(&wording::labels(&connection.labels)),
        Cell::for_programs(&capabilities.join(" ")),
        Cell::for_programs(&connection.expires_on.map(String::from).unwrap_or_default()),
        Cell::for_programs(&connection.moved_at.map(Millis::rfc3339).unwrap_or_default()),
    ]);
    cells
}

/// A status with its reason, in the tone of the window's.
fn status(connection: &Connection, now: Millis, words: Words) -> Cell {
    let mut shown = words.text(status_key(connection.status), &[]);
    if let (Some(last), Some(at)) = (connection.last_status, connection.checked_at) {
        let was = format!("status.was.{}", word(last));
        let was = words.text(&was, &[("age", &age(at, now, words))]);
        shown = format!("{shown} ({was})");
    }
    if let Some(problem) = &connection.problem {
        let reason = words.problem(problem).short;
        let places = [("status", shown.as_str()), ("reason", &reason)];
        shown = words.text("status.reason", &places);
    }
    if let Some(expiry) = wording::expiry(connection.expires_on, now, words) {
        shown = format!("{shown} ({expiry})");
    }
    let allows = match connection.allows {
        Allowed::Any => None,
        Allowed::ProxyOnly => Some("command.allows.proxy-only"),
        Allowed::Never => Some("command.allows.never"),
    };
    let moved = connection.moved_at.map(|_| "command.allows.moved");
    // What is not used here is not handed out anyway.
    if let Some(aside) = moved.or(allows) {
        shown = format!("{shown} ({})", words.text(aside, &[]));
    }
    let style = match connection.status {
        Status::Active => GOOD,
        Status::Inactive | Status::NeedsReconnecting => BAD,
        Status::RevocationPending | Status::CannotCheck => WARNING,
        Status::NotChecked => ASIDE,
    };
    Cell::both(&shown, &word(connection.status)).styled(style)
}

/// An owner in two cells: for a program, name and e-mail address apart.
fn owner(owner: &Owner, words: Words) -> [Cell; 2] {
    let shown = wording::owner(owner, words);
    let (name, email) = match owner {
        Owner::User { name, email, .. } => (name.as_deref(), email.as_deref()),
        Owner::Workspace => (Some("workspace"), None),
        Owner::Unknown => (None, None),
    };
    [
        Cell::both(&shown, name.unwrap_or_default()),
        Cell::for_programs(email.unwrap_or_default()),
    ]
}

pub fn clients(clients: &[Client], words: Words) -> Table {
    let title = |key| words.text(key, &[]);
    let row = |client: &Client| {
        let host = client.host.as_deref();
        vec![
            Cell::of(&client.name),
            Cell::of(&client.client_id),
            Cell::of(&client.redirect_uri),
            Cell::both(host.unwrap_or("Sandbox"), host.unwrap_or("sandbox")).styled(ASIDE),
            Cell::for_programs(&word(client.redirect_method)),
            Cell::for_programs(&client.id),
        ]
    };
    Table {
        columns: vec![
            Column::cut(title("client.name"), NAME),
            Column::whole(title("client.id")),
            Column::cut(title("command.redirect-uri.title"), NAME).leaves(1),
            Column::cut(title("command.host"), ASIDES).leaves(2),
            Column::for_programs(),
            Column::for_programs(),
        ],
        rows: clients.iter().map(row).collect(),
    }
}

pub fn receipts(receipts: &[Receipt], words: Words) -> Table {
    let title = |key| words.text(key, &[]);
    Table {
        columns: vec![
            Column::whole(title("command.time")),
            Column::cut(title("command.workspace"), ASIDES),
            Column::cut(title("command.result"), CAVEAT),
            Column::cut(title("command.client"), ASIDES).leaves(2),
            Column::cut(words.counted("receipt.requests", 2, &[]), ONE_ID).leaves(1),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
        ],
        rows: receipts.iter().map(|one| receipt(one, words)).collect(),
    }
}

fn receipt(receipt: &Receipt, words: Words) -> Vec<Cell> {
    let time =
        |at: Option<Millis>| Cell::for_programs(&at.map(Millis::rfc3339).unwrap_or_default());
    let keeps: Vec<_> = receipt.keyring_keeps.iter().map(word).collect();
    vec![
        Cell::both(&minute(receipt.finished_at), &receipt.finished_at.rfc3339()).styled(ASIDE),
        Cell::both(
            &workspace(&receipt.workspace_name, words),
            &sanitize_display_text(&receipt.workspace_name),
        ),
        result(receipt, words),
        Cell::of(&receipt.client_name),
        Cell::both(
            &receipt.request_ids.join(", "),
            &receipt.request_ids.join(" "),
        )
        .styled(ASIDE),
        time(receipt.revoked_at),
        time(receipt.confirmed_at),
        Cell::for_programs(&receipt.refresh_token.map(word).unwrap_or_default()),
        Cell::for_programs(&keeps.join(" ")),
        Cell::for_programs(&receipt.operation_id),
        Cell::for_programs(&wording::labels(&receipt.labels)),
        time(receipt.connected_at),
        time(receipt.moved_at),
    ]
}

/// What came of it, in a few words, and in the tone of what may be left.
fn result(receipt: &Receipt, words: Words) -> Cell {
    let mut style = GOOD;
    let mut said = vec![match (receipt.revoked_at, receipt.confirmed_at) {
        (None, _) if receipt.moved_at.is_some() => "command.result.moved",
        (None, _) => {
            style = PLAIN;
            "command.result.forgotten"
        }
        (Some(_), Some(_)) => "command.result.confirmed",
        (Some(_), None) => {
            style = WARNING;
            "command.result.unconfirmed"
        }
    }];
    if receipt.refresh_token == Some(RefreshTokenFate::NotRevoked) {
        said.push("command.result.refresh-token");
    }
    said.extend(receipt.keyring_keeps.iter().map(|keeps| match keeps {
        Remains::LockedCopy => "command.result.locked-copy",
        Remains::RecycleBin => "command.result.recycle-bin",
    }));
    if said.len() > 1 {
        style = WARNING;
    }
    let said: Vec<_> = said.into_iter().map(|key| words.text(key, &[])).collect();
    Cell::both(&said.join(", "), &word(receipt.kind)).styled(style)
}

pub fn activity(entries: &[ActivityEntry], words: Words) -> Table {
    let title = |key| words.text(key, &[]);
    Table {
        columns: vec![
            Column::whole(title("command.time")),
            Column::for_programs(),
            Column::for_programs(),
            Column::cut(title("command.what"), WHAT),
            Column::for_programs(),
            Column::cut(title("command.workspace"), NAME),
            Column::cut(title("details.owner"), ASIDES).leaves(2),
            Column::for_programs(),
            Column::cut(title("command.client"), ASIDES).leaves(1),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
            Column::for_programs(),
        ],
        rows: entries.iter().map(|entry| act(entry, words)).collect(),
    }
}

fn act(entry: &ActivityEntry, words: Words) -> Vec<Cell> {
    let style = match entry.outcome {
        ActivityOutcome::Active => GOOD,
        ActivityOutcome::Done => PLAIN,
        ActivityOutcome::Inactive => BAD,
        ActivityOutcome::Denied | ActivityOutcome::Failed | ActivityOutcome::Unfinished => WARNING,
    };
    let name = entry.workspace_name.as_deref();
    let shown = name.map(|name| workspace(name, words)).unwrap_or_default();
    let code = entry.problem.as_ref().map(|problem| problem.cause.code());
    let finished = entry.finished_at.map(Millis::rfc3339);
    let mut cells = vec![
        Cell::both(&minute(entry.started_at), &entry.started_at.rfc3339()).styled(ASIDE),
        Cell::for_programs(&finished.unwrap_or_default()),
        Cell::for_programs(&word(entry.kind)),
        Cell::both(&what(entry, words), &word(entry.outcome)).styled(style),
        Cell::for_programs(&code.unwrap_or_default()),
        Cell::both(&shown, &sanitize_display_text(name.unwrap_or_default())),
    ];
    match &entry.owner {
        Some(of) => cells.extend(owner(of, words)),
        None => cells.extend([Cell::of(""), Cell::of("")]),
    }
    cells.extend([
        Cell::of(&entry.client_name),
        Cell::for_programs(entry.bot_id.as_deref().unwrap_or_default()),
        Cell::for_programs(&entry.request_ids.join(" ")),
        Cell::for_programs(&entry.id),
    ]);
    cells.extend(caller(entry.handed.as_ref()));
    cells
}

/// The program that a token was handed to: its path and process, what started it, whether in a terminal, and
/// why.
fn caller(handed: Option<&HandedTo>) -> [Cell; 5] {
    let Some(HandedTo { caller, .. }) = handed else {
        return [(); 5].map(|()| Cell::for_programs(""));
    };
    [
        Cell::for_programs(&caller.program),
        Cell::for_programs(&caller.pid.map(|pid| pid.to_string()).unwrap_or_default()),
        Cell::for_programs(&caller.parents.join(" ")),
        Cell::for_programs(&caller.terminal.to_string()),
        Cell::for_programs(caller.reason.as_deref().unwrap_or_default()),
    ]
}

/// What was done and what came of it, with why or for whom.
fn what(entry: &ActivityEntry, words: Words) -> String {
    let outcome = match (entry.kind, entry.outcome) {
        (OperationKind::Check, ActivityOutcome::Active | ActivityOutcome::Inactive)
        | (OperationKind::Connect, ActivityOutcome::Denied)
        | (_, ActivityOutcome::Done | ActivityOutcome::Failed | ActivityOutcome::Unfinished) => {
            word(entry.outcome)
        }
        // No other kind has these.
        (_, ActivityOutcome::Active) => word(ActivityOutcome::Done),
        (_, ActivityOutcome::Inactive | ActivityOutcome::Denied) => word(ActivityOutcome::Failed),
    };
    let what = match &entry.handed {
        Some(handed) if entry.outcome == ActivityOutcome::Done => handed_to(handed, words),
        // The token stays, and Keyrack sends the requests itself.
        Some(handed) if matches!(handed.way, Way::Proxy | Way::Serve | Way::Api) => {
            let status = words.text(&format!("act.use.{outcome}"), &[]);
            if entry.outcome == ActivityOutcome::Unfinished {
                let reason = handed_to(handed, words);
                let places = [("status", status.as_str()), ("reason", &reason)];
                words.text("status.reason", &places)
            } else {
                status
            }
        }
        _ => words.text(&format!("act.{}.{outcome}", word(entry.kind)), &[]),
    };
    let Some(problem) = &entry.problem else {
        return what;
    };
    let reason = words.problem(problem).short;
    words.text("status.reason", &[("status", &what), ("reason", &reason)])
}

fn handed_to(handed: &HandedTo, words: Words) -> String {
    let path = handed.caller.program.rsplit('/').next();
    let program = match path.filter(|name| !name.is_empty()) {
        Some(name) => sanitize_display_text(name),
        None => words.text("act.hand-out.unknown", &[]),
    };
    // A lease is one hand-out; what counts is how often it was used.
    let used = handed.lease.as_ref().map(|used| used.requests);
    let count = used.unwrap_or(handed.count.into()).to_string();
    let places = [("program", program.as_str()), ("count", &count)];
    let handed_to = words.text(&format!("act.hand-out.{}", word(handed.way)), &places);
    let Some(reason) = &handed.caller.reason else {
        return handed_to;
    };
    let reason = sanitize_display_text(reason);
    words.text(
        "status.reason",
        &[("status", &handed_to), ("reason", &reason)],
    )
}

pub fn leases(leases: &[Lease], now: Millis, words: Words) -> Table {
    let title = |key| words.text(key, &[]);
    Table {
        columns: vec![
            Column::whole(title("command.lease")),
            Column::cut(title("command.workspace"), NAME),
            Column::cut(title("command.program"), NAME),
            Column::whole(title("command.since")).leaves(2),
            Column::whole(title("command.requests")),
            Column::whole(title("details.used")).leaves(1),
            Column::for_programs(),
            Column::for_programs(),
        ],
        rows: leases.iter().map(|one| lease(one, now, words)).collect(),
    }
}

fn lease(lease: &Lease, now: Millis, words: Words) -> Vec<Cell> {
    let caller = &lease.caller;
    let shown = wording::program(caller);
    let program = sanitize_display_text(&caller.program);
    let ago = |at: Millis| Cell::both(&age(at, now, words), &at.rfc3339()).styled(ASIDE);
    let begin: String = lease.id.chars().take(LEASE_BEGINS).collect();
    vec![
        Cell::both(&begin, &lease.id),
        Cell::both(
            &workspace(&lease.workspace_name, words),
            &sanitize_display_text(&lease.workspace_name),
        ),
        Cell::both(&shown, &program),
        ago(lease.started_at),
        Cell::of(&lease.used.requests.to_string()),
        lease.used.last_request_at.map_or_else(|| Cell::of(""), ago),
        Cell::for_programs(&word(lease.way)),
        Cell::for_programs(&lease.connection_id),
    ]
}
