//! Operations as versions before 8 of the database kept them: one record with the fields of all kinds
//! of act, and a subject with names.

use rusqlite::{Transaction, params};
use serde_json::{Value, json};

/// The new columns; `record` and `subject` are what they come from.
pub(super) const COLUMNS: &str = "
    ALTER TABLE operations ADD COLUMN client TEXT;
    ALTER TABLE operations ADD COLUMN act TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE operations ADD COLUMN request_ids TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE operations ADD COLUMN problem TEXT;";

/// Gives every operation the act of its kind.
pub(super) fn give_acts(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    {
        let mut query =
            tx.prepare("SELECT rowid, kind, connection, subject, record FROM operations")?;
        let mut change = tx.prepare(
            "UPDATE operations SET client = ?2, act = ?3, request_ids = ?4, problem = ?5 WHERE rowid = ?1",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let [kind, connection, subject, record] =
                [1, 2, 3, 4].map(|column| row.get::<_, Option<String>>(column));
            let parsed = |text: Option<String>| -> Value {
                text.and_then(|text| serde_json::from_str(&text).ok())
                    .unwrap_or_default()
            };
            let (subject, record) = (parsed(subject?), parsed(record?));
            let act = act(&kind?.unwrap_or_default(), connection?, &subject, &record);
            let text = |value: &Value| (!value.is_null()).then(|| value.to_string());
            change.execute(params![
                row.get::<_, i64>(0)?,
                subject["client"].as_str().filter(|id| !id.is_empty()),
                act.to_string(),
                text(&record["request_ids"]).unwrap_or_else(|| "[]".to_owned()),
                text(&record["problem"]),
            ])?;
        }
    }
    tx.execute_batch(
        "ALTER TABLE operations DROP COLUMN subject; ALTER TABLE operations DROP COLUMN record;",
    )
}

/// The act of a kind, out of the fields that concerned it.
fn act(kind: &str, connection: Option<String>, subject: &Value, record: &Value) -> Value {
    let client = json!({
        "id": text(&subject["client"]),
        "name": text(&subject["client_name"]),
        "sandbox": subject["sandbox"].as_bool().unwrap_or(false),
    });
    let of = || {
        json!({
            "id": text(&subject["connection"]),
            "client": client,
            "bot_id": text(&subject["bot_id"]),
            "workspace_name": text(&subject["workspace_name"]),
            "owner": or(&subject["owner"], json!({"kind": "unknown"})),
        })
    };
    let mut act = match kind {
        "connect" => {
            let mut connect = step(connection, subject, record);
            connect["client"] = client.clone();
            connect["authorization"] = text(&subject["authorization"]);
            connect
        }
        "check" => json!({"of": of(), "verdict": record["verdict"]}),
        "refresh" => json!({"of": of(), "sent": sent(record)}),
        "revoke" => json!({
            "of": of(),
            "attempts": or(&record["attempts"], json!(0)),
            "retry_at": record["retry_at"],
            "accepted": accepted(record),
            "removed_at": record["removed_at"],
        }),
        "forget" => json!({"of": of(), "removed_at": record["removed_at"]}),
        "remove-client" => json!({"client": client, "removed_at": record["removed_at"]}),
        "rebuild" => or(
            &record["rebuilt"],
            json!({"database": "intact", "clients": 0, "connections": 0, "without_client": 0}),
        ),
        _ => client.clone(),
    };
    act["kind"] = json!(kind);
    act
}

fn step(connection: Option<String>, subject: &Value, record: &Value) -> Value {
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
                "workspace_name": text(&subject["workspace_name"]),
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
        "tokens_before": text(&record["tokens_before"]),
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

/// A text; empty if there is none.
fn text(value: &Value) -> Value {
    or(value, json!(""))
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
    use crate::domain::act::{Accepted, Act, ConnectStep, Proof};
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
        let act = act(kind, connection.map(str::to_owned), subject, record);
        serde_json::from_value(act).expect(kind)
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
