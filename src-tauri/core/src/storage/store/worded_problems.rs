//! Problems as versions before 7 of the database kept them: in English words, without their data.

use rusqlite::{Transaction, params};
use serde_json::{Value, json};

/// The columns with problems, and the places of the problems in their JSON.
const PLACES: &[(&str, &str, &str)] = &[
    ("operations", "record", "$.problem"),
    ("operations", "record", "$.unconfirmed"),
    ("connections", "cause", "$"),
    ("connections", "failure", "$"),
    ("authorizations", "progress", "$.problem"),
];

/// Gives every stored problem the data that its cause has now.
pub(super) fn give_data(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    for (table, column, place) in PLACES {
        let mut query = tx.prepare(&format!(
            "SELECT rowid, {column} ->> '{place}' FROM {table}
             WHERE {column} -> '{place}' ->> '$.code' IS NOT NULL"
        ))?;
        let mut change = tx.prepare(&format!(
            "UPDATE {table} SET {column} = json_set({column}, '{place}', json(?2)) WHERE rowid = ?1"
        ))?;
        let stored = query
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
        for (row, text) in stored {
            if let Ok(problem) = serde_json::from_str(&text) {
                change.execute(params![row, with_data(&problem).to_string()])?;
            }
        }
    }
    Ok(())
}

/// A stored problem with its data instead of its words.
fn with_data(problem: &Value) -> Value {
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    let (code, message) = (text("code"), text("message"));
    let earlier = || json!({"code": "earlier", "message": message});
    let mut cause = match code {
        "notion-unavailable" | "not-notion" | "notion-refused" if status_in(message).is_none() => {
            earlier()
        }
        "notion-unavailable" => json!({"code": code, "status": status_in(message)}),
        "not-notion" | "notion-refused" => {
            json!({"code": code, "status": status_in(message), "detail": ""})
        }
        "authorization-refused" if message.contains("not allowed") => {
            json!({"code": "authorization-denied"})
        }
        "keyring-failed" | "store-failed" | "authorization-refused" => {
            json!({"code": code, "detail": message})
        }
        "refresh-unfinished"
        | "refresh-lost"
        | "refresh-not-saved"
        | "refresh-tokens-remain"
        | "exchange-lost" => json!({"code": code, "why": earlier()}),
        "not-saved" => json!({"code": "grant-remains", "why": earlier()}),
        "not-found" if message.starts_with("This connection") => json!({"code": "connection-gone"}),
        "not-found" if message.starts_with("This client") => json!({"code": "client-gone"}),
        "link-cancelled" => json!({"code": "cancelled"}),
        "sandbox-failed" => json!({"code": "sandbox-elsewhere"}),
        "notion-url" => json!({"code": "client-url", "detail": message}),
        "removed-tokens-ended"
        | "not-found"
        | "data-folder"
        | "invalid-input"
        | "port-taken"
        | "not-written"
        | "not-removed"
        | "start-at-login-failed"
        | "not-opened" => earlier(),
        _ => json!({"code": code}),
    };
    for name in ["retry_after", "request_id"] {
        cause[name] = problem[name].clone();
    }
    cause
}

/// The HTTP status in words such as "(HTTP 503)".
fn status_in(message: &str) -> Option<u16> {
    let after = message.split_once("(HTTP ").map(|(_, after)| after);
    let digits = after.and_then(|after| after.get(..3));
    digits.and_then(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::{Cause, Problem};

    #[test]
    fn what_earlier_versions_kept_is_read_with_its_data() {
        let earlier = |message: &str| {
            Box::new(Cause::Earlier {
                message: message.to_owned(),
            })
        };
        let offline = "Notion could not be reached";
        for (code, message, cause) in [
            ("unreachable", offline, Cause::Unreachable),
            (
                "notion-unavailable",
                "Notion is not available at the moment (HTTP 529)",
                Cause::NotionUnavailable { status: 529 },
            ),
            (
                "not-notion",
                "the answer did not come from Notion (HTTP 200: a web page)",
                Cause::NotNotion {
                    status: 200,
                    detail: String::new(),
                },
            ),
            ("link-cancelled", "Cancelled.", Cause::Cancelled),
            (
                "not-found",
                "This connection is not here any more.",
                Cause::ConnectionGone,
            ),
            ("not-found", "What?", *earlier("What?")),
            (
                "not-saved",
                "It remains.",
                Cause::GrantRemains {
                    why: earlier("It remains."),
                },
            ),
            (
                "refresh-unfinished",
                "Lost.",
                Cause::RefreshUnfinished {
                    why: earlier("Lost."),
                },
            ),
            (
                "keyring-failed",
                "The keyring failed.",
                Cause::KeyringFailed {
                    detail: "The keyring failed.".to_owned(),
                },
            ),
        ] {
            let stored = json!({"code": code, "message": message, "retry_after": 7, "request_id": "r", "field": null});
            let read: Problem = serde_json::from_value(with_data(&stored)).expect(code);
            assert_eq!(read.cause, cause);
            assert_eq!(read.retry_after, Some(7));
            assert_eq!(read.request_id.as_deref(), Some("r"));
        }
    }
}
