//! Tables for a spreadsheet (RFC 4180): every cell quoted, no formula in any, times in UTC (RFC 3339), and
//! the names of the JSON documents (docs/json.md).

use notion_oauth::sanitize_display_text;

use super::shape::word;
use crate::domain::annotation::Labels;
use crate::domain::connection::Connection;
use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::time::Millis;
use crate::views::activity::ActivityEntry;

/// Connections as a table, one row for each: who has access to what.
pub fn connections(connections: &[&Connection]) -> Result<Vec<u8>, csv::Error> {
    let mut table = begun([
        "workspace_name",
        "owner_name",
        "owner_email",
        "client_name",
        "labels",
        "note",
        "capabilities",
        "status",
        "problem",
        "allows",
        "sandbox",
        "connected_at",
        "checked_at",
        "last_used_at",
        "workspace_id",
        "bot_id",
        "oauth_client_id",
        "id",
        "made_elsewhere",
        "expires_on",
    ])?;
    for connection in connections {
        let (owner, email) = owner(Some(&connection.owner));
        let capabilities = connection.capabilities.as_ref();
        let at = |at: Option<Millis>| at.map(Millis::rfc3339).unwrap_or_default();
        table.write_record([
            harmless(Some(&connection.workspace_name)),
            harmless(owner),
            harmless(email),
            harmless(Some(&connection.client_name)),
            labels(&connection.labels),
            harmless(connection.note.text()),
            harmless(capabilities.map(|all| all.join(" ")).as_deref()),
            word(connection.status),
            code(connection.problem.as_ref()),
            word(connection.allows),
            connection.sandbox.to_string(),
            at(connection.connected()),
            at(connection.checked_at),
            at(connection.last_used_at),
            harmless(Some(&connection.workspace_id)),
            harmless(Some(&connection.bot_id)),
            harmless((!connection.made_elsewhere).then_some(&*connection.oauth_client_id)),
            harmless(Some(&connection.id)),
            connection.made_elsewhere.to_string(),
            connection.expires_on.map(String::from).unwrap_or_default(),
        ])?;
    }
    ended(table)
}

/// The activity as a table, one row for each entry.
pub fn activity(entries: &[ActivityEntry]) -> Result<Vec<u8>, csv::Error> {
    let mut table = begun([
        "started_at",
        "finished_at",
        "kind",
        "outcome",
        "workspace_name",
        "owner_name",
        "owner_email",
        "client_name",
        "bot_id",
        "problem",
        "request_ids",
        "id",
        "program",
        "pid",
        "parents",
        "terminal",
        "reason",
    ])?;
    for entry in entries {
        let (owner, email) = owner(entry.owner.as_ref());
        let caller = entry.handed.as_ref().map(|handed| &handed.caller);
        let cells = [
            entry.started_at.rfc3339(),
            entry.finished_at.map(Millis::rfc3339).unwrap_or_default(),
            word(entry.kind),
            word(entry.outcome),
            harmless(entry.workspace_name.as_deref()),
            harmless(owner),
            harmless(email),
            harmless(Some(&entry.client_name)),
            harmless(entry.bot_id.as_deref()),
            code(entry.problem.as_ref()),
            harmless(Some(&entry.request_ids.join(" "))),
            harmless(Some(&entry.id)),
            harmless(caller.map(|caller| caller.program.as_str())),
            caller
                .and_then(|caller| caller.pid)
                .map(|pid| pid.to_string())
                .unwrap_or_default(),
            harmless(caller.map(|caller| caller.parents.join(" ")).as_deref()),
            caller
                .map(|caller| caller.terminal.to_string())
                .unwrap_or_default(),
            harmless(caller.and_then(|caller| caller.reason.as_deref())),
        ];
        table.write_record(cells)?;
    }
    ended(table)
}

type Table = csv::Writer<Vec<u8>>;

/// A table with its head.
fn begun<const COLUMNS: usize>(names: [&str; COLUMNS]) -> Result<Table, csv::Error> {
    let mut table = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    table.write_record(names)?;
    Ok(table)
}

fn ended(table: Table) -> Result<Vec<u8>, csv::Error> {
    table
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// Labels, each on a line of its own in the cell: any other sign between them may be part of one.
fn labels(labels: &Labels) -> String {
    let each = labels.as_slice().iter().map(|label| harmless(Some(label)));
    each.collect::<Vec<_>>().join("\n")
}

/// An owner's name and e-mail address.
fn owner(owner: Option<&Owner>) -> (Option<&str>, Option<&str>) {
    match owner {
        Some(Owner::User { name, email, .. }) => (name.as_deref(), email.as_deref()),
        Some(Owner::Workspace) => (Some("workspace"), None),
        Some(Owner::Unknown) | None => (None, None),
    }
}

fn code(problem: Option<&Problem>) -> String {
    problem
        .map(|problem| problem.cause.code())
        .unwrap_or_default()
}

/// The signs that begin a formula, and their full-width forms, which some spreadsheets take for them.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// The signs at which a program that guesses may split a table into cells, and those around a cell.
const SEPARATORS: [char; 8] = [',', ';', '|', ':', '\'', '"', '\t', '\n'];

/// Text from outside as a cell of which no part is taken for a formula, whatever separator a
/// spreadsheet guesses (OWASP, "CSV injection"): a sign that would begin a cell is marked as text.
fn harmless(text: Option<&str>) -> String {
    let mut cell = String::new();
    let mut begins = true;
    for c in sanitize_display_text(text.unwrap_or_default()).chars() {
        if begins && SIGNS.contains(&c) {
            cell.push('\'');
        }
        begins = SEPARATORS.contains(&c) || (begins && c.is_whitespace());
        cell.push(c);
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::act::{Check, OfClient, OfConnection};
    use crate::domain::connection::Verdict;
    use crate::domain::hand_out::{Caller, HandedTo, Way};
    use crate::domain::operation::Operation;

    #[test]
    fn a_table_is_quoted_and_holds_no_formula() {
        let of = OfConnection {
            id: "connection".into(),
            client: OfClient {
                id: "client".into(),
                name: "=cmd|' /C calc'!A1".into(),
                sandbox: false,
            },
            bot_id: "bot".into(),
            workspace_name: "Acme, \"Research\"".into(),
            owner: Owner::Unknown,
        };
        let verdict = Some(Verdict::Active);
        let check = Operation::begun(Check { of, verdict }.into(), "process", Millis(0));
        let entry = ActivityEntry::of(check, Some(Millis(1)));
        let id = entry.id.clone();
        let table = String::from_utf8(activity(std::slice::from_ref(&entry)).expect("a table"))
            .expect("text");
        let (_, row) = table.split_once('\n').expect("a row");
        assert_eq!(
            row,
            format!(
                "\"1970-01-01T00:00:00Z\",\"1970-01-01T00:00:00.001Z\",\"check\",\"active\",\"Acme, \"\"Research\"\"\",\"\",\"\",\"'=cmd|' /C calc'!A1\",\"bot\",\"\",\"\",\"{id}\",\"\",\"\",\"\",\"\",\"\"\n"
            )
        );
        let handed = HandedTo {
            way: Way::Run,
            caller: Caller {
                program: "/usr/bin/node".into(),
                pid: Some(4711),
                parents: vec!["npm".into(), "bash".into()],
                terminal: true,
                reason: Some("=nightly".into()),
            },
            count: 1,
            last_at: Millis(0),
            lease: None,
        };
        let entry = ActivityEntry {
            handed: Some(handed),
            ..entry
        };
        let table = String::from_utf8(activity(&[entry]).expect("a table")).expect("text");
        let program = "\"/usr/bin/node\",\"4711\",\"npm bash\",\"true\",\"'=nightly\"\n";
        assert!(table.ends_with(program), "{table}");
        let heading = "\"id\",\"program\",\"pid\",\"parents\",\"terminal\",\"reason\"\n";
        assert!(table.contains(heading), "{table}");
    }

    #[test]
    fn no_part_of_a_cell_begins_a_formula_whatever_separator_is_guessed() {
        let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
        let before = [
            "", " ", "x;", "x,", "x|", "x:", "x\t", "x; ", "x;\"", "x;'", "x\n", "x\r\n",
            "\u{200B}",
        ];
        for sign in signs {
            for before in before {
                let cell = harmless(Some(&format!("{before}{sign}1+1")));
                let split = |c: char| [',', ';', '|', ':', '\t', '\n', '\r', '"'].contains(&c);
                let mut parts = cell.split(split).map(str::trim_start);
                assert!(!parts.any(|part| part.starts_with(signs)), "{cell:?}");
            }
        }
        for plain in [
            "Acme - Research",
            "jo@example.com",
            "+49 30 1",
            "R&D: plans",
        ] {
            let expected = plain.replace("+49", "'+49");
            assert_eq!(harmless(Some(plain)), expected);
        }
    }
}
