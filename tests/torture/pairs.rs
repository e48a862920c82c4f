//! Two processes that act on one connection at once: whatever either says is so, and every receipt
//! that was shown is kept.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Child, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use support::cli::{self, Connecting};
use support::programs;
use support::words::words;

use crate::flows::{Fixture, Flow};
use crate::invariants;
use crate::tally::{Bounds, Random, Tally, number};

/// The rounds of each pair in a normal test run.
const A_FEW: usize = 1;

/// The longest head start of the first process, in milliseconds.
const HEAD_START: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Check,
    Refresh,
    Revoke,
    Forget,
    Reconnect,
}

const ACTS: [Act; 5] = [
    Act::Check,
    Act::Refresh,
    Act::Revoke,
    Act::Forget,
    Act::Reconnect,
];

/// A process that is about to act.
enum Ready {
    Command(Act, String),
    /// It waits for this callback.
    Connecting(Connecting, String),
}

/// A process that acts.
enum Acting {
    Command(Child),
    Connecting(Connecting),
}

/// What a process said when it had ended.
struct Said {
    act: Act,
    succeeded: bool,
    result: Value,
    errors: String,
}

impl Act {
    async fn prepare(self, fixture: &Fixture, connection: &str) -> Ready {
        if self != Self::Reconnect {
            return Ready::Command(self, connection.to_owned());
        }
        let connecting = cli::begin(&fixture.env).expect("a link");
        let callback = fixture.env.callback(&connecting.link).await;
        Ready::Connecting(connecting, callback)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Refresh => "refresh",
            Self::Revoke => "revoke",
            Self::Forget => "forget",
            Self::Reconnect => "connect",
        }
    }

    /// Whether the act ends a connection here.
    fn ends(self) -> bool {
        matches!(self, Self::Revoke | Self::Forget)
    }
}

impl Ready {
    fn go(self, fixture: &Fixture) -> Acting {
        match self {
            Self::Command(act, connection) => {
                let mut command = fixture.env.world.command(programs::keyrack());
                command.args([act.word(), &connection, "--json"]);
                command.stdin(Stdio::null());
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
                Acting::Command(command.spawn().unwrap())
            }
            Self::Connecting(mut connecting, callback) => {
                connecting.type_line(&callback);
                Acting::Connecting(connecting)
            }
        }
    }
}

impl Acting {
    fn end(self, act: Act) -> Said {
        match self {
            Self::Command(child) => {
                let Output {
                    status,
                    stdout,
                    stderr,
                } = child.wait_with_output().unwrap();
                Said {
                    act,
                    succeeded: status.success(),
                    result: serde_json::from_slice(&stdout).unwrap_or_default(),
                    errors: String::from_utf8_lossy(&stderr).into_owned(),
                }
            }
            Self::Connecting(connecting) => Said {
                act,
                succeeded: connecting.end().success(),
                result: Value::Null,
                errors: String::new(),
            },
        }
    }
}

/// Judges what two processes said of one connection.
async fn judge(fixture: &Fixture, case: &str, said: &[Said; 2], tally: &mut Tally) {
    let read = |arguments: &[&str]| -> Vec<Value> {
        let output = fixture.env.keyrack(arguments, "");
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    };
    let (kept, rows) = (read(&["receipts", "--json"]), read(&["list", "--json"]));
    let others_end = |one: &Said| {
        said.iter()
            .any(|other| !std::ptr::eq(other, one) && other.act.ends())
    };
    for one in said {
        let case = format!("{case}, {:?} ({})", one.act, one.errors.trim());
        if one.succeeded {
            match one.act {
                Act::Revoke | Act::Forget => {
                    tally.must(&case, kept.contains(&one.result), "its receipt is not kept");
                }
                Act::Check => {
                    let status = one.result["status"].as_str().unwrap_or_default();
                    let is_so = status == "active" || others_end(one);
                    tally.must(
                        &case,
                        is_so,
                        &format!("it says {status} of a token that works"),
                    );
                }
                Act::Refresh => {
                    tally.must(
                        &case,
                        one.result["status"] == "active",
                        "it is not refreshed",
                    );
                }
                Act::Reconnect => {}
            }
        } else {
            let is_said = |code: &&str| {
                let what = words(&format!("problem.{code}.what"));
                let begin = what.split(['{', '“']).next().unwrap_or_default();
                one.errors.contains(begin)
            };
            // Whatever the other does may take longer than it is waited for; only what ends the
            // connection is a reason for the rest.
            let gone = [
                "connection-gone",
                "no-such-connection",
                "revocation-pending",
            ];
            let is_so = is_said(&"busy-elsewhere") || (others_end(one) && gone.iter().any(is_said));
            tally.must(&case, is_so, "it fails for another reason");
        }
    }
    for row in rows {
        let id = row["id"].as_str().unwrap_or_default();
        let token = invariants::access_token(fixture, id);
        let works = match &token {
            Some(token) => fixture.env.sandbox.is_active(token).await,
            None => false,
        };
        let status = row["status"].as_str().unwrap_or_default();
        let is_so = match status {
            "active" => works,
            "inactive" | "needs-reconnecting" => !works,
            "not-checked" => true,
            _ => false,
        };
        tally.must(
            case,
            is_so,
            &format!("the row says {status}, its token works: {works}"),
        );
    }
}

#[tokio::test]
async fn whatever_two_processes_do_to_one_connection_what_they_say_is_so() {
    let seed = Bounds::new(1).seed;
    let rounds = number("KEYRACK_TORTURE_PAIRS").map_or(A_FEW, |rounds| rounds.try_into().unwrap());
    let mut tally = Tally::of("two processes on one connection", seed);
    let mut random = Random::new(seed);
    let mut fixture = Fixture::new().await;
    let neighbours: BTreeSet<String> = invariants::entries(&fixture)
        .into_values()
        .flatten()
        .collect();
    let pairs = ACTS
        .iter()
        .enumerate()
        .flat_map(|(at, first)| ACTS[at..].iter().map(move |second| (*first, *second)));
    for (first, second) in pairs {
        println!("{rounds} rounds of {first:?} and {second:?}");
        for round in 0..rounds {
            let rows = fixture.prepare(Flow::Refresh).await;
            let connection = rows.connection.expect("a connection");
            let mut acts = [first, second];
            random.shuffle(&mut acts);
            let head_start = random.below(HEAD_START);
            let case = format!("{acts:?}, round {round}, {head_start} ms");
            let one = acts[0].prepare(&fixture, &connection).await;
            let other = acts[1].prepare(&fixture, &connection).await;
            let one = one.go(&fixture);
            std::thread::sleep(Duration::from_millis(head_start.try_into().unwrap()));
            let other = other.go(&fixture);
            let said = [one.end(acts[0]), other.end(acts[1])];
            judge(&fixture, &case, &said, &mut tally).await;
            invariants::keyring_and_rows(&fixture, &neighbours, &case, &mut tally);
            tally.cases += 1;
        }
    }
    invariants::requests(&fixture, &mut tally).await;
    let _ = std::io::stdout().flush();
    tally.close();
}
