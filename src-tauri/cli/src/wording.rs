//! What a terminal reads of connections, receipts and progress: the catalogue's words, in lines.

use std::time::Duration;

pub use keyrack_core::workspace;
use keyrack_core::{
    Authorization, Batch, BatchAct, Caller, Connection, DatabaseState, ExpiryDay, Labels, Lease,
    Millis, Owner, Problem, Progress, Rebuilt, Receipt, RefreshTokenFate, Remains, Status, Words,
    sanitize_display_text,
};

/// An owner: name and e-mail address, as far as they are known.
pub fn owner(owner: &Owner, words: Words) -> String {
    match owner {
        Owner::User {
            name: Some(name),
            email: Some(email),
            ..
        } => {
            let [name, email] = [name, email].map(|text| sanitize_display_text(text));
            words.text("owner.both", &[("name", &name), ("email", &email)])
        }
        Owner::User {
            name: Some(only), ..
        }
        | Owner::User {
            email: Some(only), ..
        } => sanitize_display_text(only),
        Owner::User { .. } => words.text("owner.nameless", &[]),
        Owner::Workspace => words.text("owner.workspace", &[]),
        Owner::Unknown => words.text("owner.unknown", &[]),
    }
}

/// Labels in one line.
pub fn labels(labels: &Labels) -> String {
    labels.as_slice().join(", ")
}

/// The key of a status's words.
pub fn status_key(status: Status) -> &'static str {
    match status {
        Status::Active => "status.active",
        Status::Inactive => "status.inactive",
        Status::NeedsReconnecting => "status.needs-reconnecting",
        Status::RevocationPending => "status.revocation-pending",
        Status::NotChecked => "status.not-checked",
        Status::CannotCheck => "status.cannot-check",
    }
}

/// The age of something, in the unit that fits.
pub fn age(at: Millis, now: Millis, words: Words) -> String {
    let ago = |key, count: u64| words.text(key, &[("count", &count.to_string())]);
    match at.until(now).as_secs() {
        0..60 => words.text("time.now", &[]),
        seconds @ 60..3600 => ago("command.ago.minutes", seconds / 60),
        seconds @ 3600..172_800 => ago("command.ago.hours", seconds / 3600),
        seconds => ago("command.ago.days", seconds / 86_400),
    }
}

/// When a token ends that was made elsewhere, if that is near or past.
pub fn expiry(day: Option<ExpiryDay>, now: Millis, words: Words) -> Option<String> {
    let day = day.filter(|day| day.is_near(now))?;
    let days = day.days_from(now);
    let count = usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX);
    Some(match days {
        0 => words.text("expiry.today", &[]),
        1.. => words.counted("expiry.soon", count, &[]),
        _ => words.counted("expiry.past", count, &[]),
    })
}

/// A time to the minute, in UTC: "2026-11-29 14:02".
pub fn minute(at: Millis) -> String {
    let whole = at.rfc3339();
    let minute = whole.get(..16).unwrap_or(&whole);
    minute.replace('T', " ")
}

/// A completed authorization in one line; none for one that has not completed.
pub fn connected(authorization: &Authorization, words: Words) -> Option<String> {
    let Progress::Completed {
        workspace_name,
        owner: of,
        ..
    } = &authorization.progress
    else {
        return None;
    };
    let workspace = workspace(workspace_name, words);
    let places = [("workspace", workspace.as_str())];
    Some(match of {
        Owner::User { .. } => {
            let owner = owner(of, words);
            words.text("connected.user", &[places[0], ("owner", &owner)])
        }
        Owner::Workspace => words.text("connected.workspace", &places),
        Owner::Unknown => words.text("connected.unknown", &places),
    })
}

/// Why the last check of a connection reached no verdict, in a line.
pub fn last_failure(connection: &Connection, why: &Problem, words: Words) -> String {
    let workspace = workspace(&connection.workspace_name, words);
    let reason = words.problem(why).short;
    let places = [("workspace", workspace.as_str()), ("reason", &reason)];
    format!("keyrack: {}", words.text("command.last-failure", &places))
}

/// Whom the end of connections ends too: each program that is using one, in a line.
pub fn in_use(leases: &[Lease], words: Words) -> Vec<String> {
    let line = |lease: &Lease| {
        let workspace = workspace(&lease.workspace_name, words);
        let time = minute(lease.started_at);
        let who = program(&lease.caller);
        let places = [
            ("workspace", workspace.as_str()),
            ("who", &who),
            ("time", &time),
        ];
        words.text("in-use.of", &places)
    };
    leases.iter().map(line).collect()
}

/// A program and its process.
pub fn program(caller: &Caller) -> String {
    let program = sanitize_display_text(&caller.program);
    match caller.pid {
        Some(pid) => format!("{program} ({pid})"),
        None => program,
    }
}

/// Who issued a token, and so ends it.
pub fn issuer(sandbox: bool, words: Words) -> String {
    words.text(if sandbox { "notion.sandbox" } else { "notion" }, &[])
}

/// A receipt in lines: what was asked, what Notion and the keyring answered.
pub fn receipt(receipt: &Receipt, words: Words) -> Vec<String> {
    let workspace = workspace(&receipt.workspace_name, words);
    let issuer = issuer(receipt.sandbox, words);
    let places = [("workspace", workspace.as_str()), ("issuer", &issuer)];
    let mut lines = Vec::new();
    if receipt.revoked_at.is_some() {
        lines.push(words.text("receipt.revoked.title", &places));
        let accepted = if receipt.already_gone {
            "receipt.gone"
        } else {
            "receipt.accepted"
        };
        let accepted = words.text(accepted, &places);
        lines.push(timed(accepted, receipt.revoked_at, words));
        lines.push(match (&receipt.confirmed_at, &receipt.unconfirmed) {
            (Some(at), _) => timed(words.text("receipt.confirmed", &places), Some(*at), words),
            (None, Some(problem)) => {
                let reason = words.problem(problem).short;
                words.text("receipt.unconfirmed", &[("reason", &reason)])
            }
            (None, None) => words.text("receipt.unconfirmed.plain", &[]),
        });
        let refresh_token = match receipt.refresh_token {
            Some(RefreshTokenFate::Revoked) => Some("receipt.refresh.revoked"),
            Some(RefreshTokenFate::NotRevoked) => Some("receipt.refresh.not-revoked"),
            Some(RefreshTokenFate::None) | None => None,
        };
        lines.extend(refresh_token.map(|key| words.text(key, &[])));
        let moved = receipt.moved_at;
        lines.extend(moved.map(|_| words.text("receipt.moved.revoked", &[])));
    } else {
        lines.push(words.text("receipt.forgotten.title", &places));
        let not_asked = match receipt.moved_at {
            Some(_) => "receipt.moved",
            None => "receipt.not-asked",
        };
        lines.push(words.text(not_asked, &places));
    }
    let removed = words.text("receipt.removed", &[]);
    lines.push(timed(removed, Some(receipt.removed_from_keyring_at), words));
    let keeps = receipt.keyring_keeps.iter().map(|keeps| match keeps {
        Remains::LockedCopy => "receipt.keeps.locked-copy",
        Remains::RecycleBin => "receipt.keeps.recycle-bin",
    });
    lines.extend(keeps.map(|keeps| words.text(keeps, &[])));
    lines.extend(receipt.cut_off.iter().map(|one| {
        let program = sanitize_display_text(&one.program);
        words.text("receipt.cut-off", &[("program", &program)])
    }));
    let line = |label: &str, value: &str| {
        let label = words.text(label, &[]);
        let places = [("label", label.as_str()), ("value", value)];
        words.text("receipt.line", &places)
    };
    lines.push(line("receipt.owner", &owner(&receipt.owner, words)));
    let client = sanitize_display_text(&receipt.client_name);
    // A token that was made at Notion is its own client.
    let is_token = receipt.client_id == receipt.connection_id;
    let label = if is_token {
        "token.mark"
    } else {
        "receipt.client"
    };
    lines.push(line(label, &client));
    let connected = receipt.connected_at.map(Millis::rfc3339);
    lines.extend(connected.map(|at| line("details.connected", &at)));
    let bot = sanitize_display_text(&receipt.bot_id);
    lines.push(line("receipt.bot", &bot));
    if !receipt.labels.is_empty() {
        let label = words.counted("receipt.labels", receipt.labels.as_slice().len(), &[]);
        let value = labels(&receipt.labels);
        lines.push(words.text("receipt.line", &[("label", &label), ("value", &value)]));
    }
    if !receipt.request_ids.is_empty() {
        let count = receipt.request_ids.len();
        let label = words.counted("receipt.requests", count, &[]);
        let value = receipt.request_ids.join(", ");
        lines.push(words.text("receipt.line", &[("label", &label), ("value", &value)]));
    }
    lines
}

/// A step of a receipt with its time.
fn timed(step: String, at: Option<Millis>, words: Words) -> String {
    let Some(at) = at else {
        return step;
    };
    let places = [("label", step.as_str()), ("value", &at.rfc3339())];
    words.text("receipt.line", &places)
}

/// What was rebuilt from the keyring, in one paragraph.
pub fn rebuilt(rebuilt: &Rebuilt, words: Words) -> String {
    let what = match rebuilt.database {
        DatabaseState::Intact => "rebuilt.intact",
        DatabaseState::Missing => "rebuilt.missing",
        DatabaseState::Damaged => "rebuilt.damaged",
        DatabaseState::Outdated => "rebuilt.outdated",
    };
    let mut sentences = vec![words.text(what, &[])];
    let found: Vec<String> = [
        ("rebuilt.connections", rebuilt.connections),
        ("rebuilt.clients", rebuilt.clients),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(key, count)| words.counted(key, count, &[]))
    .collect();
    sentences.push(if found.is_empty() {
        words.text("rebuilt.nothing", &[])
    } else {
        words.text("rebuilt.found", &[("found", &found.join(", "))])
    });
    if rebuilt.corrected > 0 {
        let count = rebuilt.corrected;
        sentences.push(words.counted("rebuilt.corrected", count, &[]));
    }
    if rebuilt.connections > 0 {
        sentences.push(words.text("rebuilt.next", &[]));
    }
    if rebuilt.without_client > 0 {
        let count = rebuilt.without_client;
        sentences.push(words.counted("rebuilt.without-client", count, &[]));
    }
    if rebuilt.database != DatabaseState::Intact {
        sentences.push(words.text("rebuilt.activity", &[]));
    }
    if let Some(name) = &rebuilt.quarantined {
        sentences.push(words.text("rebuilt.set-aside", &[("name", name)]));
    }
    sentences.join(" ")
}

/// The progress of an act on many connections.
pub fn progress(progress: &Batch, words: Words) -> String {
    let counts = match progress.act {
        BatchAct::Check => "batch.count.check",
        BatchAct::Refresh => "batch.count.refresh",
        BatchAct::Revoke => "batch.count.revoke",
        BatchAct::Forget => "batch.count.forget",
    };
    let count = progress.total.try_into().unwrap_or(usize::MAX);
    let done = progress.done.to_string();
    let mut parts = vec![words.counted(counts, count, &[("done", &done)])];
    let left = progress.left.map(Duration::from_millis);
    // What takes less than a second needs no time said.
    if let Some(left) = left.filter(|left| left.as_secs() > 0) {
        let time = format!("{}:{:02}", left.as_secs() / 60, left.as_secs() % 60);
        parts.push(words.text("command.minutes-left", &[("time", &time)]));
    }
    if progress.paused_until.is_some() {
        parts.push(words.text("command.paused", &[]));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use keyrack_core::{BatchState, Language};

    use super::*;
    use crate::documents::examples;

    const LANGUAGES: [Language; 2] = [Language::En, Language::De];

    fn english() -> Words {
        Words::of(Language::En)
    }

    #[test]
    fn a_receipt_says_what_became_of_the_refresh_token() {
        let says = |fate| {
            let receipt = Receipt {
                refresh_token: fate,
                ..examples::receipt()
            };
            let lines = super::receipt(&receipt, english());
            let of_it = lines.into_iter().find(|it| it.contains("refresh token"));
            of_it.unwrap_or_default()
        };
        assert!(says(Some(RefreshTokenFate::NotRevoked)).ends_with("may still be valid"));
        assert!(says(Some(RefreshTokenFate::Revoked)).ends_with("is revoked too"));
        assert_eq!(says(Some(RefreshTokenFate::None)), "");
        assert_eq!(says(None), "");
    }

    #[test]
    fn a_receipt_says_whose_access_ended_through_what_and_when() {
        let lines = super::receipt(&examples::receipt(), english());
        for (said, value) in [
            ("Notion accepted", "2026-11-30T10:00:00Z"),
            ("Notion confirms", "2026-11-30T10:01:00Z"),
            ("Removed from", "2026-11-30T10:01:00Z"),
            ("Owner", "Ada Lindqvist"),
            ("Integration", "My integration"),
            ("Connected", "2026-11-30T09:10:00Z"),
        ] {
            let is_there = |line: &String| line.contains(said) && line.contains(value);
            assert!(lines.iter().any(is_there), "{said}: {lines:#?}");
        }
    }

    #[test]
    fn no_time_is_said_where_less_than_a_second_is_left() {
        let said = |left| {
            let progress = Batch {
                act: BatchAct::Check,
                total: 10,
                done: 3,
                succeeded: 3,
                attention: 0,
                failed: 0,
                left,
                paused_until: None,
                state: BatchState::Running,
            };
            super::progress(&progress, english())
        };
        assert_eq!(said(Some(0)), said(None));
        assert!(
            said(Some(61_000)).contains("1:01"),
            "{}",
            said(Some(61_000))
        );
    }

    #[test]
    fn ages_are_told_in_the_unit_that_fits() {
        let ago = |seconds: i64| age(Millis(0), Millis(seconds * 1000), english());
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
            age(Millis(5000), Millis(0), english()),
            "just now",
            "a clock that jumped back"
        );
    }

    #[test]
    fn every_status_has_words_in_every_language() {
        for language in LANGUAGES {
            for status in [
                Status::Active,
                Status::Inactive,
                Status::NeedsReconnecting,
                Status::RevocationPending,
                Status::NotChecked,
                Status::CannotCheck,
            ] {
                let key = status_key(status);
                assert_ne!(Words::of(language).text(key, &[]), key);
            }
        }
    }
}
