//! Operations as versions before 8 of the database kept them: one record with the fields of all kinds
//! of act, and a subject with names.

use rusqlite::{Transaction, params};
use serde_json::{Value, json};

use super::json::Json;
use crate::domain::act::Act;
use crate::domain::problem::Problem;

/// The new columns; `record` and `subject` are what they come from. An operation that cannot be read is
/// none of the journal's and nobody's receipt: it is kept apart as it was.
pub(super) const COLUMNS: &str = "
    ALTER TABLE operations ADD COLUMN client TEXT;
    ALTER TABLE operations ADD COLUMN act TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE operations ADD COLUMN request_ids TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE operations ADD COLUMN problem TEXT;
    CREATE TABLE unreadable_operations AS
        SELECT id, kind, connection, subject, record, started_at, finished_at FROM operations WHERE FALSE;";

/// Gives every operation the act of its kind.
pub(super) fn give_acts(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    {
        let mut query =
            tx.prepare("SELECT rowid, kind, connection, subject, record FROM operations")?;
        let mut change = tx.prepare(
            "UPDATE operations SET client = ?2, act = ?3, request_ids = ?4, problem = ?5 WHERE rowid = ?1",
        )?;
        let mut keep_apart = tx.prepare(
            "INSERT INTO unreadable_operations
             SELECT id, kind, connection, subject, record, started_at, finished_at FROM operations
             WHERE rowid = ?1",
        )?;
        let mut drop = tx.prepare("DELETE FROM operations WHERE rowid = ?1")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let (kind, connection): (String, Option<String>) = (row.get(1)?, row.get(2)?);
            let (subject, record): (String, String) = (row.get(3)?, row.get(4)?);
            let Some(read) = Read::of(&kind, connection.as_deref(), &subject, &record) else {
                keep_apart.execute([id])?;
                drop.execute([id])?;
                continue;
            };
            change.execute(params![
                id,
                read.act.client().map(|client| &client.id),
                Json(&read.act),
                Json(&read.request_ids),
                read.problem.as_ref().map(Json),
            ])?;
        }
    }
    tx.execute_batch(
        "ALTER TABLE operations DROP COLUMN subject; ALTER TABLE operations DROP COLUMN record;",
    )
}

/// An earlier version's row, read.
struct Read {
    act: Act,
    request_ids: Vec<String>,
    problem: Option<Problem>,
}

impl Read {
    /// None if the row cannot be read, or lacks what its act is about.
    fn of(kind: &str, connection: Option<&str>, subject: &str, record: &str) -> Option<Self> {
        let subject: Value = serde_json::from_str(subject).ok()?;
        let record: Value = serde_json::from_str(record).ok()?;
        let act = act(kind, connection, &subject, &record)?;
        Some(Self {
            act: serde_json::from_value(act).ok()?,
            request_ids: serde_json::from_value(or(&record["request_ids"], json!([]))).ok()?,
            problem: serde_json::from_value(record["problem"].clone()).ok()?,
        })
    }
}

/// The act of a kind, out of the fields that concerned it.
fn act(kind: &str, connection: Option<&str>, subject: &Value, record: &Value) -> Option<Value> {
    let client = || {
        Some(json!({
            "id": named(&subject["client"])?,
            "name": subject["client_name"].as_str()?,
            "sandbox": subject["sandbox"].as_bool().unwrap_or(false),
        }))
    };
    let of = || {
        Some(json!({
            "id": named(&subject["connection"])?,
            "client": client()?,
            "bot_id": named(&subject["bot_id"])?,
            "workspace_name": subject["workspace_name"].as_str()?,
            "owner": or(&subject["owner"], json!({"kind": "unknown"})),
        }))
    };
    let mut act = match kind {
        "connect" => {
            let mut connect = step(connection, subject, record);
            connect["client"] = client()?;
            connect["authorization"] = or(&subject["authorization"], json!(""));
            connect
        }
        "check" => json!({"of": of()?, "verdict": record["verdict"]}),
        "refresh" => json!({"of": of()?, "sent": sent(record)}),
        "revoke" => json!({
            "of": of()?,
            "attempts": or(&record["attempts"], json!(0)),
            "retry_at": record["retry_at"],
            "accepted": accepted(record),
            "removed_at": record["removed_at"],
        }),
        "forget" => json!({"of": of()?, "removed_at": record["removed_at"]}),
        "remove-client" => json!({"client": client()?, "removed_at": record["removed_at"]}),
        "rebuild" => or(
            &record["rebuilt"],
            json!({"database": "intact", "clients": 0, "connections": 0, "without_client": 0}),
        ),
        _ => client()?,
    };
    act.as_object_mut()?.insert("kind".to_owned(), json!(kind));
    Some(act)
}

/// An id that is there.
fn named(id: &Value) -> Option<&str> {
    id.as_str().filter(|id| !id.is_empty())
}

fn step(connection: Option<&str>, subject: &Value, record: &Value) -> Value {
    let granted = &record["granted"];
    match connection {
        Some(entry) if !granted.is_null() => {
            json!({"step": "granted", "entry": entry, "granted": granted})
        }
        // The names of a grant that was undone are with the subject.
        Some(entry) if !subject["bot_id"].is_null() => json!({
            "step": "undone",
            "entry": entry,
            "granted": {
                "bot_id": subject["bot_id"],
                "workspace_id": "",
                "workspace_name": or(&subject["workspace_name"], json!("")),
                "owner": or(&subject["owner"], json!({"kind": "unknown"})),
                "has_refresh_token": false,
                "new": false,
            },
        }),
        Some(connection) => json!({"step": "discarded", "connection": connection}),
        None if record["denied"] == json!(true) => json!({"step": "denied"}),
        None if !record["sent_at"].is_null() => {
            json!({"step": "sent", "sent_at": record["sent_at"]})
        }
        None => json!({"step": "called"}),
    }
}

fn sent(record: &Value) -> Value {
    if record["sent_at"].is_null() {
        return Value::Null;
    }
    json!({
        "at": record["sent_at"],
        "again_at": record["sent_again_at"],
        "tokens_before": or(&record["tokens_before"], json!("")),
    })
}

fn accepted(record: &Value) -> Value {
    if record["revoked_at"].is_null() {
        return Value::Null;
    }
    let proof = match (&record["confirmed_at"], &record["unconfirmed"]) {
        (Value::Null, Value::Null) => Value::Null,
        (Value::Null, why) => json!({"unconfirmed": why}),
        (at, _) => json!({"confirmed": at}),
    };
    json!({
        "at": record["revoked_at"],
        "already_gone": or(&record["already_gone"], json!(false)),
        "refresh_token": record["refresh_token"],
        "proof": proof,
    })
}

fn or(value: &Value, default: Value) -> Value {
    if value.is_null() {
        default
    } else {
        value.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::act::{Accepted, ConnectStep, Proof};
    use crate::domain::owner::Owner;
    use crate::domain::problem::Cause;

    fn subject() -> Value {
        json!({
            "client": "c", "client_name": "Mine", "sandbox": true,
            "connection": "k", "authorization": null, "bot_id": "b", "workspace_name": "Acme",
            "owner": {"kind": "workspace"},
        })
    }

    /// The act of an earlier version's row.
    fn read(kind: &str, connection: Option<&str>, subject: &Value, record: &Value) -> Act {
        let (subject, record) = (subject.to_string(), record.to_string());
        let read = Read::of(kind, connection, &subject, &record);
        read.expect(kind).act
    }

    #[test]
    fn the_journal_of_earlier_versions_goes_on() {
        let Act::Revoke(revoke) = read(
            "revoke",
            Some("k"),
            &subject(),
            &json!({
                "revoked_at": 5, "already_gone": true, "refresh_token": "not-revoked",
                "unconfirmed": {"code": "unreachable", "retry_after": null, "request_id": null},
                "attempts": 3, "retry_at": 9,
            }),
        ) else {
            panic!("a revocation")
        };
        assert_eq!(
            (revoke.attempts, revoke.retry_at.map(|at| at.0)),
            (3, Some(9))
        );
        assert_eq!(revoke.of.client.name, "Mine");
        assert_eq!(revoke.of.owner, Owner::Workspace);
        assert!(matches!(
            revoke.accepted,
            Some(Accepted { already_gone: true, proof: Some(Proof::Unconfirmed(why)), .. })
                if why.cause == Cause::Unreachable
        ));
        let confirmed = json!({"revoked_at": 5, "confirmed_at": 6, "removed_at": 7});
        let Act::Revoke(revoke) = read("revoke", Some("k"), &subject(), &confirmed) else {
            panic!("a revocation")
        };
        assert!(revoke.is_settled() && revoke.removed_at.is_some());

        let sent = json!({"sent_at": 1, "sent_again_at": 2, "tokens_before": "hash"});
        let Act::Refresh(refresh) = read("refresh", Some("k"), &subject(), &sent) else {
            panic!("a refresh")
        };
        let sent = refresh.sent.expect("it was sent");
        assert_eq!(
            (sent.tokens_before.as_str(), sent.again_at.map(|at| at.0)),
            ("hash", Some(2))
        );
    }

    #[test]
    fn a_connect_is_as_far_as_its_record_said() {
        let granted = json!({"granted": {
            "bot_id": "b", "workspace_id": "w", "workspace_name": "Acme", "workspace_icon": null,
            "owner": {"kind": "unknown"}, "has_refresh_token": true, "new": true,
        }});
        let nameless = json!({"client": "c", "client_name": "Mine", "authorization": "a"});
        let step = |connection, subject: &Value, record: &Value| match read(
            "connect", connection, subject, record,
        ) {
            Act::Connect(connect) => connect.step,
            other => panic!("{other:?}"),
        };
        assert_eq!(step(None, &nameless, &json!({})), ConnectStep::Called);
        assert_eq!(
            step(None, &nameless, &json!({"denied": true})),
            ConnectStep::Denied
        );
        assert!(matches!(
            step(None, &nameless, &json!({"sent_at": 4})),
            ConnectStep::Sent { sent_at } if sent_at.0 == 4
        ));
        assert!(matches!(
            step(Some("k"), &subject(), &granted),
            ConnectStep::Granted { entry, granted } if entry == "k" && granted.new
        ));
        assert!(matches!(
            step(Some("k"), &subject(), &json!({"sent_at": 4})),
            ConnectStep::Undone { entry, granted } if entry == "k" && granted.workspace_name == "Acme"
        ));
        assert!(matches!(
            step(Some("k"), &nameless, &json!({"sent_at": 4})),
            ConnectStep::Discarded { connection } if connection.as_deref() == Some("k")
        ));
    }

    #[test]
    fn what_cannot_be_read_is_of_no_act() {
        let unreadable = |kind, subject: &Value, record: &Value| {
            let (subject, record) = (subject.to_string(), record.to_string());
            Read::of(kind, Some("k"), &subject, &record).is_none()
        };
        let (empty, text) = (json!({}), json!("text"));
        for kind in ["check", "refresh", "revoke", "forget"] {
            assert!(unreadable(kind, &empty, &empty), "{kind} of nothing");
            assert!(unreadable(
                kind,
                &subject(),
                &json!({"removed_at": "text", "verdict": "text", "sent_at": "text"})
            ));
        }
        for kind in ["add-client", "remove-client", "connect"] {
            assert!(unreadable(kind, &empty, &empty), "{kind} of nobody");
        }
        assert!(unreadable("rebuild", &empty, &json!({"rebuilt": text})));
        assert!(Read::of("check", None, "not JSON", "{}").is_none());
    }

    #[test]
    fn each_kind_of_row_can_still_be_read() {
        let empty = json!({});
        for kind in [
            "add-client",
            "edit-client",
            "rotate-secret",
            "remove-client",
        ] {
            let client = json!({"client": "c", "client_name": "Mine"});
            let act = read(kind, None, &client, &empty);
            assert_eq!(
                act.client().map(|client| client.name.as_str()),
                Some("Mine")
            );
        }
        for kind in ["check", "forget"] {
            let act = read(kind, Some("k"), &subject(), &empty);
            assert_eq!(act.connection(), Some("k"));
        }
        assert!(matches!(
            read("rebuild", None, &empty, &empty),
            Act::Rebuild(_)
        ));
    }
}
