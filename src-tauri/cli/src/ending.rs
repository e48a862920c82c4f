//! What a person is asked before connections are ended: which they are, what comes of it, and for how long.

use std::collections::HashMap;
use std::time::Duration;

use keyrack_core::{BatchAct, Client, Connection, Lease, Owner, Words, sanitize_display_text};

use crate::confirm::Question;
use crate::wording::{in_use, issuer, minute, owner, workspace};

/// Of how many the count is to be typed, and how many are named at most.
const MANY: usize = 20;

/// The question before connections are revoked or forgotten, and the programs that use them now.
pub fn question(
    act: BatchAct,
    connections: &[Connection],
    clients: &[Client],
    leases: &[Lease],
    words: Words,
) -> Question {
    let count = connections.len();
    let (title, text) = match connections {
        [only] => of_one(act, only, words),
        _ => of_several(act, connections, words),
    };
    let mut lines = vec![title];
    lines.extend(identities(connections, words));
    lines.push(text);
    lines.extend(moved_too(act, connections, words));
    if act == BatchAct::Revoke && count > MANY {
        lines.push(time(connections, clients, words));
    }
    lines.extend(in_use(leases, words));
    Question {
        lines,
        typed: (count > MANY).then_some(count),
    }
}

fn of_one(act: BatchAct, only: &Connection, words: Words) -> (String, String) {
    let [workspace, owner, issuer] = [
        workspace(&only.workspace_name, words),
        owner(&only.owner, words),
        issuer(only.sandbox, words),
    ];
    let places = [
        ("workspace", workspace.as_str()),
        ("owner", &owner),
        ("issuer", &issuer),
    ];
    let (title, text) = match (act, &only.owner) {
        (BatchAct::Revoke, Owner::User { .. }) => ("revoke.title", "revoke.text.user"),
        (BatchAct::Revoke, _) => ("revoke.title", "revoke.text.other"),
        _ if only.sandbox => ("forget.title", "forget.text.sandbox"),
        _ if only.moved_at.is_some() => ("forget.title", "moved.forget.text"),
        _ => ("forget.title", "forget.text"),
    };
    (words.text(title, &places), words.text(text, &places))
}

fn of_several(act: BatchAct, connections: &[Connection], words: Words) -> (String, String) {
    let is_sandbox = connections.iter().all(|one| one.sandbox);
    let (title, text) = match act {
        BatchAct::Revoke => ("selected.title.revoke", "selected.text.revoke"),
        _ if is_sandbox => ("selected.title.forget", "selected.text.forget.sandbox"),
        _ if connections.iter().all(|one| one.moved_at.is_some()) => {
            ("selected.title.forget", "moved.forget.text.several")
        }
        _ => ("selected.title.forget", "selected.text.forget"),
    };
    let issuer = issuer(is_sandbox, words);
    let count = connections.len();
    (
        words.counted(title, count, &[]),
        words.counted(text, count, &[("issuer", &issuer)]),
    )
}

/// Which connections they are, each in a line, as far as a person reads them.
pub fn identities(connections: &[Connection], words: Words) -> Vec<String> {
    let shown = connections.iter().take(MANY);
    let mut lines: Vec<_> = shown.map(|one| identity(one, words)).collect();
    let more = connections.len().saturating_sub(MANY);
    if more > 0 {
        lines.push(format!("  {}", words.counted("selected.more", more, &[])));
    }
    lines
}

/// That another computer loses its access too: the tokens of what moved are one and the same.
fn moved_too(act: BatchAct, connections: &[Connection], words: Words) -> Option<String> {
    let moved = connections.iter().filter(|one| one.moved_at.is_some());
    let moved = moved.count();
    (act == BatchAct::Revoke && moved > 0).then(|| match connections {
        [_] => words.text("moved.revoke.text", &[]),
        _ => words.counted("moved.ending", moved, &[]),
    })
}

/// The tokens that stay, as they can be ended only at Notion.
pub fn left_out(tokens: &[Connection], words: Words) -> Option<String> {
    let names = tokens.iter();
    let names = names.map(|one| sanitize_display_text(&one.client_name));
    let names = names.collect::<Vec<_>>().join(", ");
    let places = [("tokens", names.as_str())];
    (!tokens.is_empty()).then(|| words.counted("selected.elsewhere", tokens.len(), &places))
}

/// Which connection it is, in a line: several may have one name.
fn identity(one: &Connection, words: Words) -> String {
    let [name, owner] = [
        workspace(&one.workspace_name, words),
        owner(&one.owner, words),
    ];
    let [client, bot] = [&one.client_name, &one.bot_id].map(|text| sanitize_display_text(text));
    let connected = one.connected().map(|at| {
        let time = minute(at);
        words.text("command.connected-at", &[("time", &time)])
    });
    let parts = [Some(name), Some(owner), Some(client), connected, Some(bot)];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("  {}", parts.join("  "))
}

/// How long revoking takes at the pace that Notion allows, in words; each client has a budget of its own.
fn time(connections: &[Connection], clients: &[Client], words: Words) -> String {
    let mut requests: HashMap<&str, u32> = HashMap::new();
    for one in connections {
        // The access token, the question whether it is gone, and the refresh token.
        let more = if one.has_refresh_token { 3 } else { 2 };
        *requests.entry(&one.client_id).or_default() += more;
    }
    let longest = clients.iter().filter_map(|client| {
        let count = requests.get(&*client.id)?;
        Some(Duration::from_mins(1) * *count / client.budget.per_minute())
    });
    let minutes = longest.max().unwrap_or_default().as_secs().div_ceil(60);
    if minutes <= 1 {
        return words.text("ending.soon", &[]);
    }
    let minutes = usize::try_from(minutes).unwrap_or(usize::MAX);
    let time = words.counted("duration.minute", minutes, &[]);
    words.text("ending.time", &[("time", &time)])
}
