//! The examples of docs/json.md: made here, and compared with what stands there.
//! `KEYRACK_WRITE_EXAMPLES=1` writes them instead.

use std::path::Path;
use std::{env, fs};

use keyrack_core::documents::{
    ActivityDocument, ClientDocument, ConnectionDocument, LeaseDocument, OfClient, ReceiptDocument,
    Versioned, list,
};
use keyrack_core::{
    ActivityEntry, ActivityOutcome, Allowed, Batch, BatchAct, BatchEnd, BatchState, Begun, Budget,
    Caller, Cause, Client, Connection, CutOff, DatabaseState, Diff, Endpoint, FoundInFile,
    HandedOut, HandedTo, JudgedLine, KeptLine, Labels, Language, Lease, LeaseUse, LineFault,
    Millis, NotDone, NotRead, Note, OperationKind, Owner, PairCounts, PairVerdict, Problem,
    Progress, Rebuilt, Receipt, RedirectMethod, RefreshTokenFate, Scan, SealedExport, SealedImport,
    SealedRow, SealedVerdict, Status, Stray, StrayKind, Taken, Unread, Way, Whose, Words,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::errors::{error_document, plain_error};
use super::*;
use crate::advice::Advice;
use crate::hand_out::{serve, token};
use crate::pairs::Imported;
use crate::sealed;

const MINUTE: i64 = 60_000;
/// 2026-11-30, 9 in the morning.
const NINE: i64 = 1_796_029_200_000;

fn at(minutes: i64) -> Millis {
    Millis(NINE + minutes * MINUTE)
}

fn ada() -> Owner {
    Owner::User {
        id: "a0000000-0000-4000-8000-000000000001".to_owned(),
        name: Some("Ada Lindqvist".to_owned()),
        email: Some("ada@example.org".to_owned()),
    }
}

fn client() -> Client {
    Client {
        id: "c0000000-0000-4000-8000-000000000001".to_owned(),
        name: "My integration".to_owned(),
        client_id: "0b7d0000-0000-4000-8000-000000000001".to_owned(),
        redirect_method: RedirectMethod::Localhost,
        redirect_uri: "http://localhost:47111/oauth/callback".to_owned(),
        sandbox: false,
        base_url: None,
        host: Some("api.notion.com".to_owned()),
        created_at: at(0),
        budget: Budget::default(),
    }
}

fn labels() -> Labels {
    vec!["Acme Ltd".to_owned(), "Research".to_owned()].into()
}

fn connection() -> Connection {
    let client = client();
    Connection {
        id: "d0000000-0000-4000-8000-000000000001".to_owned(),
        client_id: client.id,
        client_name: client.name,
        oauth_client_id: client.client_id,
        sandbox: false,
        bot_id: "b0000000-0000-4000-8000-000000000001".to_owned(),
        workspace_id: "e0000000-0000-4000-8000-000000000001".to_owned(),
        workspace_name: "Acme Research".to_owned(),
        workspace_icon: Some("🔬".to_owned()),
        owner: ada(),
        has_refresh_token: true,
        connected_at: at(10),
        status: Status::Active,
        last_status: None,
        checked_at: Some(at(30)),
        problem: None,
        made_elsewhere: false,
        expires_on: None,
        retry_at: None,
        needs_attention: false,
        allows: Allowed::Any,
        capabilities: Some(vec!["read_content".to_owned(), "update_content".to_owned()]),
        labels: labels(),
        note: Note::from(Some("Ask Ada before a change.".to_owned())),
        moved_at: None,
        last_used_at: Some(at(40)),
        revision: 1,
    }
}

fn inactive() -> Connection {
    Connection {
        status: Status::Inactive,
        problem: Some(Cause::TokenInactive.into()),
        needs_attention: true,
        ..connection()
    }
}

fn pending() -> Connection {
    Connection {
        status: Status::RevocationPending,
        problem: Some(Cause::NotionUnavailable { status: 503 }.into()),
        retry_at: Some(at(61)),
        needs_attention: true,
        ..connection()
    }
}

/// The receipt of a revocation that Notion confirmed.
pub fn receipt() -> Receipt {
    let of = connection();
    Receipt {
        operation_id: "f0000000-0000-4000-8000-000000000001".to_owned(),
        kind: OperationKind::Revoke,
        connection_id: of.id,
        workspace_name: of.workspace_name,
        owner: of.owner,
        client_id: of.client_id,
        client_name: of.client_name,
        labels: of.labels,
        connected_at: Some(of.connected_at),
        moved_at: None,
        sandbox: false,
        bot_id: of.bot_id,
        started_at: at(60),
        finished_at: at(61),
        revoked_at: Some(at(60)),
        already_gone: false,
        confirmed_at: Some(at(61)),
        unconfirmed: None,
        refresh_token: Some(RefreshTokenFate::Revoked),
        removed_from_keyring_at: at(61),
        keyring_keeps: Vec::new(),
        cut_off: vec![CutOff {
            program: "npx".to_owned(),
            pid: Some(4711),
            since: at(50),
        }],
        request_ids: vec!["16000000-0000-4000-8000-000000000001".to_owned()],
    }
}

fn hand_out() -> ActivityEntry {
    let of = connection();
    ActivityEntry {
        id: "f0000000-0000-4000-8000-000000000002".to_owned(),
        kind: OperationKind::HandOut,
        client_id: Some(of.client_id),
        client_name: of.client_name,
        sandbox: false,
        connection_id: Some(of.id),
        workspace_name: Some(of.workspace_name),
        owner: Some(of.owner),
        bot_id: Some(of.bot_id),
        started_at: at(40),
        finished_at: Some(at(40)),
        outcome: ActivityOutcome::Done,
        problem: None,
        receipt: None,
        handed: Some(HandedTo {
            way: Way::Run,
            caller: Caller {
                program: "/usr/bin/node".to_owned(),
                pid: Some(4711),
                parents: vec!["bash".to_owned()],
                terminal: true,
                reason: Some("the nightly export".to_owned()),
            },
            count: 3,
            last_at: at(45),
            lease: None,
        }),
        request_ids: Vec::new(),
    }
}

fn lease() -> Lease {
    let of = connection();
    Lease {
        id: "f0000000-0000-4000-8000-000000000003".to_owned(),
        connection_id: of.id,
        workspace_name: of.workspace_name,
        client_id: of.client_id,
        client_name: of.client_name,
        way: Way::Proxy,
        caller: Caller {
            program: "npx".to_owned(),
            pid: Some(4711),
            parents: vec!["claude".to_owned()],
            terminal: false,
            reason: None,
        },
        started_at: at(40),
        used: LeaseUse {
            read_only: true,
            ends_at: None,
            requests: 12,
            writes: 0,
            refusals: 1,
            last_request_at: Some(at(45)),
        },
    }
}

/// A lease as the activity has it.
fn lent() -> ActivityEntry {
    let lease = lease();
    let handed = HandedTo {
        way: lease.way,
        caller: lease.caller,
        count: 1,
        last_at: at(40),
        lease: Some(lease.used),
    };
    ActivityEntry {
        id: lease.id,
        finished_at: None,
        outcome: ActivityOutcome::Unfinished,
        handed: Some(handed),
        ..hand_out()
    }
}

fn token() -> String {
    let handed = HandedOut {
        id: hand_out().id,
        token: "ntn_…".to_owned().into(),
        base_url: "https://api.notion.com".to_owned(),
        connection: connection(),
        issued_at: Some(at(10)),
        refreshed_at: None,
    };
    line(&token::document(&handed))
}

fn serve() -> String {
    let begun = Begun {
        connection: connection(),
        id: lease().id,
        key: "ntn_keyrack_…".to_owned().into(),
    };
    let base_url = "http://127.0.0.1:41327";
    line(&serve::document(
        &begun,
        base_url,
        &Endpoint::Port,
        Some(at(480)),
    ))
}

/// An error that names what there is to choose from.
fn which() -> String {
    let candidates = "\n  b0000000-0000-4000-8000-000000000001  Acme Research  Ada Lindqvist  My integration\n  \
                      b0000000-0000-4000-8000-000000000002  Beta Labs  Jo Lindqvist  My integration";
    let candidates = candidates.to_owned();
    let problem = Cause::WhichConnection { candidates }.into();
    line(&error_document(
        &problem,
        &Words::of(Language::En).line(&problem),
        &Advice::default(),
    ))
}

fn batch_end() -> BatchEnd {
    BatchEnd {
        counts: Batch {
            act: BatchAct::Revoke,
            total: 2,
            done: 2,
            succeeded: 1,
            attention: 1,
            failed: 1,
            left: None,
            paused_until: None,
            state: BatchState::Finished,
        },
        receipts: vec![receipt()],
        not_done: vec![NotDone {
            connection: pending(),
            problem: Cause::NotionUnavailable { status: 503 }.into(),
            pending: true,
        }],
        gone: 0,
    }
}

fn json_of(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).expect("JSON")
}

fn line(document: &Value) -> String {
    document.to_string()
}

fn connected() -> String {
    let (client, connection) = (client(), connection());
    let progress = Progress::Completed {
        connection_id: connection.id,
        workspace_name: connection.workspace_name,
        owner: connection.owner,
        new: true,
        earlier_works: false,
    };
    json_of(&Versioned::new(AuthorizationDocument {
        id: "90000000-0000-4000-8000-000000000001",
        client: OfClient::from(&client),
        sandbox: false,
        host: "api.notion.com",
        expires_at: at(20).into(),
        progress: &progress,
    }))
}

fn scan() -> String {
    let stray = |line, begins: &str| Stray {
        path: "/home/ada/site/.env".into(),
        line,
        begins: begins.into(),
        what: StrayKind::Token,
        whose: None,
        diff: None,
    };
    let own = Stray {
        whose: Some(Whose::Connection {
            id: "d0000000-0000-4000-8000-000000000001".into(),
        }),
        diff: Some(Diff {
            before: vec!["NOTION_TOKEN=ntn_1234…".into()],
            after: vec!["NOTION_TOKEN=\"keyrack://Acme Research\"".into()],
            sketch: false,
        }),
        ..stray(3, "ntn_1234…")
    };
    json_of(&Versioned::new(Scan {
        files: 214,
        strays: vec![own, stray(7, "ntn_5678…")],
        unread: vec![Unread {
            path: "/home/ada/site/private".into(),
            why: NotRead::Refused {
                detail: "Permission denied (os error 13)".into(),
            },
        }],
        own_unknown: None,
    }))
}

fn imported() -> String {
    let lines = [
        PairVerdict::New {
            workspace_name: "Acme Research".to_owned(),
            bot_id: "b0000000-0000-4000-8000-000000000001".to_owned(),
            owner: ada(),
        },
        PairVerdict::Unreadable {
            fault: LineFault::NoToken,
        },
    ];
    let kept = KeptLine {
        line: 1,
        connection: Some("d0000000-0000-4000-8000-000000000001".to_owned()),
        problem: None,
    };
    let mut counts = PairCounts::default();
    for verdict in &lines {
        counts.count(verdict);
    }
    counts.count_kept(&kept);
    let judged = |(at, verdict)| JudgedLine {
        line: at + 1,
        verdict,
    };
    let lines: Vec<_> = lines.into_iter().enumerate().map(judged).collect();
    json_of(&Versioned::new(Imported {
        counts: &counts,
        cancelled: false,
        stopped: None,
        lines: &lines,
        kept: &[kept],
    }))
}

fn exported() -> SealedExport {
    SealedExport {
        path: "/home/ada/moved.age".to_owned(),
        copy: false,
        clients: 1,
        connections: vec![Connection {
            moved_at: Some(at(50)),
            ..connection()
        }],
    }
}

fn unsealed() -> String {
    let of = connection();
    let row = |verdict| SealedRow {
        workspace_name: connection().workspace_name,
        owner: ada(),
        client_name: client().name,
        host: "api.notion.com".to_owned(),
        verdict,
    };
    let dead = SealedRow {
        workspace_name: "Beta Labs".to_owned(),
        ..row(SealedVerdict::Dead {
            problem: Cause::TokenInactive.into(),
        })
    };
    let found = FoundInFile {
        copy: false,
        connections: vec![row(SealedVerdict::New), dead],
    };
    let import = SealedImport {
        taken: vec![Taken {
            at: 0,
            connection: of,
        }],
        not_taken: Vec::new(),
        clients: 1,
    };
    json_of(&sealed::import::document(&found, &import))
}

fn doctor() -> String {
    let problem = Cause::Unreachable.into();
    json_of(&Versioned::new(DoctorDocument {
        keyrack: "0.1.0",
        system: "linux",
        architecture: "x86_64",
        data_folder: "/home/ada/.local/share/app.keyrack.desktop",
        keyring: Some("GNOME Keyring, Login"),
        fine: false,
        tests: vec![
            TestDocument {
                test: "keyring",
                fine: true,
                problem: None,
            },
            TestDocument {
                test: "notion",
                fine: false,
                problem: Some(&problem),
            },
        ],
    }))
}

fn failed() -> String {
    let name = "Acme Reserach".to_owned();
    let problem = Cause::NoSuchConnection { name }.into();
    let meant = vec!["Acme Research".to_owned()];
    error(
        &problem,
        &Advice {
            meant,
            command: None,
        },
    )
}

/// An error that names the command that helps.
fn refused() -> String {
    let problem = Cause::NotHandedOut {
        connection: connection().id,
        workspace: connection().workspace_name,
        why: Box::new(Cause::TokenInactive),
    };
    let command = Some("keyrack refresh \"Acme Research\"".to_owned());
    error(
        &problem.into(),
        &Advice {
            command,
            ..Advice::default()
        },
    )
}

fn error(problem: &Problem, advice: &Advice) -> String {
    let words = Words::of(Language::En);
    let mut said = vec![words.line(problem)];
    said.extend(advice.lines(words));
    line(&error_document(problem, &said.join(" "), advice))
}

/// Every example, by its name in the page.
fn examples() -> Vec<(&'static str, String)> {
    let rebuilt = Rebuilt {
        database: DatabaseState::Missing,
        clients: 1,
        connections: 2,
        ..Rebuilt::default()
    };
    let unavailable = Cause::NotionUnavailable { status: 503 }.into();
    vec![
        (
            "list",
            json_of(&list::<_, ConnectionDocument<'_>>(&[inactive()])),
        ),
        (
            "check",
            json_of(&Versioned::new(ConnectionDocument::from(&connection()))),
        ),
        (
            "client list",
            json_of(&list::<_, ClientDocument<'_>>(&[client()])),
        ),
        ("connect", connected()),
        (
            "revoke",
            json_of(&Versioned::new(ReceiptDocument::from(&receipt()))),
        ),
        (
            "revoke pending",
            json_of(&Versioned::new(PendingDocument::new(&unavailable, at(61)))),
        ),
        (
            "revoke several",
            json_of(&Versioned::new(BatchDocument::from(&batch_end()))),
        ),
        (
            "activity",
            json_of(&list::<_, ActivityDocument<'_>>(&[hand_out(), lent()])),
        ),
        ("leases", json_of(&list::<_, LeaseDocument<'_>>(&[lease()]))),
        (
            "rebuild",
            json_of(&Versioned::new(RebuiltDocument::from(&rebuilt))),
        ),
        ("doctor", doctor()),
        ("scan", scan()),
        ("export", json_of(&sealed::export::document(&exported()))),
        ("import FILE", unsealed()),
        ("import", imported()),
        ("token", token()),
        ("serve", serve()),
        (
            "address",
            line(&json!({ "authorization_url": "https://api.notion.com/v1/oauth/authorize?…" })),
        ),
        ("error", failed()),
        ("refused", refused()),
        ("which", which()),
        (
            "unwanted",
            line(&plain_error("unwanted", "Nothing was changed.")),
        ),
    ]
}

/// The page with an example in its place.
fn with_example(page: &str, name: &str, example: &str) -> String {
    let mark = format!("<!-- example: {name} -->\n```json\n");
    let (before, rest) = page.split_once(&mark).unwrap_or_else(|| {
        panic!("docs/json.md has no place for the example {name}");
    });
    let (_, after) = rest.split_once("\n```").expect("an end of the example");
    format!("{before}{mark}{example}\n```{after}")
}

#[test]
fn the_examples_in_the_documentation_are_what_the_command_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/json.md");
    let page = fs::read_to_string(&path).expect("docs/json.md");
    let examples = examples();
    assert_eq!(page.matches("<!-- example: ").count(), examples.len());
    let wanted = examples.iter().fold(page.clone(), |page, (name, example)| {
        with_example(&page, name, example)
    });
    if env::var_os("KEYRACK_WRITE_EXAMPLES").is_some() {
        return fs::write(&path, wanted).expect("written");
    }
    assert_eq!(page, wanted, "KEYRACK_WRITE_EXAMPLES=1 writes them");
}

#[test]
fn every_time_is_text_and_every_object_of_a_list_has_its_version() {
    for (name, example) in examples() {
        let document: Value = serde_json::from_str(&example).expect("JSON");
        for object in document.as_array().unwrap_or(&vec![document.clone()]) {
            let is_line = object.get("error").or(object.get("authorization_url"));
            assert!(is_line.is_some() || object["version"] == 1, "{name}");
        }
        for (field, value) in example
            .lines()
            .filter_map(|line| line.split_once("_at\": "))
        {
            let is_time = value.starts_with("null") || value.starts_with("\"2026-11-30T");
            assert!(is_time, "{name}: {field}_at is {value}");
        }
    }
}
