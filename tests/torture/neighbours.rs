//! The command line among broken and hostile neighbours: file systems that fail at any call, processes
//! that are stopped, connections that are cut, items that another program planted in the keyring, and
//! files of somebody else's in the data folder.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::json;
use support::programs;
use support::secrets::{self, SERVICE};

use crate::flows::{Fixture, Flow, Rows};
use crate::kills::Kills;
use crate::moments::script;
use crate::tally::{Bounds, Random};

/// The number of cases in a normal test run.
const A_FEW: usize = 30;

/// The system calls on the data folder's files that fail, with how they do.
const FAILURES: [(&str, &str); 12] = [
    ("openat", "EROFS"),
    ("openat", "EMFILE"),
    ("openat", "EACCES"),
    ("flock", "ENOLCK"),
    ("fcntl", "ENOLCK"),
    ("pread64", "EIO"),
    ("pwrite64", "EIO"),
    ("pwrite64", "EDQUOT"),
    ("fdatasync", "EIO"),
    ("ftruncate", "EIO"),
    ("rename", "EACCES"),
    ("fchmod", "EPERM"),
];

/// The files of the data folder, which a failing file system is limited to.
const FILES: [&str; 6] = [
    "",
    "/keyrack.db",
    "/keyrack.db-wal",
    "/keyrack.db-shm",
    "/store.json",
    "/store.json.new",
];

/// Names of somebody else's files, some of which look like Keyrack's own.
const STRANGE: [&str; 6] = [
    "thesis.txt",
    "keyrack.db.damaged",
    "keyrack.db-wal.old",
    "processes/notes",
    "locks/readme",
    "store.json~",
];

/// What is in somebody else's file, and in an item that another program planted.
const STRANGERS: &str = "a stranger's";

/// What disturbs a flow.
#[derive(Debug, Clone, Copy)]
enum Neighbour {
    /// A file system that fails the nth of these calls.
    FailingDisk(&'static str, &'static str, usize),
    /// Ctrl-Z after this many milliseconds, and fg.
    Stopped(usize),
    /// A connection to this endpoint that is cut.
    Cut(&'static str, &'static str),
    /// An item of the connection's name in another collection.
    Planted,
    /// Somebody else's file in the data folder.
    Strange(&'static str),
}

impl Neighbour {
    fn at_random(random: &mut Random) -> Self {
        match random.below(8) {
            0..3 => {
                let (call, error) = FAILURES[random.below(FAILURES.len())];
                Self::FailingDisk(call, error, 1 + random.below(25))
            }
            3..5 => Self::Stopped(random.below(120)),
            5 => {
                let endpoint = ["token", "introspect", "revoke", "me"][random.below(4)];
                Self::Cut(endpoint, ["unread", "before", "after"][random.below(3)])
            }
            6 => Self::Planted,
            _ => Self::Strange(STRANGE[random.below(STRANGE.len())]),
        }
    }

    /// Moves in, and returns the program to run in place of the real one.
    async fn moves_in(self, fixture: &Fixture, rows: &Rows) -> PathBuf {
        let folder = fixture.env.world.path("own");
        let program = programs::keyrack();
        match self {
            Self::FailingDisk(call, error, nth) => {
                let only = FILES.map(|file| format!("-P '{}{file}'", folder.display()));
                let words = format!(
                    "exec strace -f -qq -o /dev/null {} -e trace={call} -e inject={call}:error={error}:when={nth}",
                    only.join(" ")
                );
                return script(fixture, &words, &program);
            }
            Self::Stopped(after) => {
                let path = fixture.env.world.path("to-be-stopped");
                let seconds = format!("0.{after:03}");
                let words = format!(
                    "exec 3<&0\n'{}' \"$@\" <&3 & p=$!\nsleep {seconds}; kill -STOP $p; sleep 0.3; kill -CONT $p\nwait $p",
                    program.display()
                );
                programs::script(&path, &words);
                return path;
            }
            Self::Cut(endpoint, when) => {
                let fault = json!({"endpoint": endpoint, "times": 1, "cut": when});
                fixture.env.sandbox.fault(fault).await;
            }
            Self::Planted => plant(fixture, rows.connection.as_deref().unwrap_or(&rows.client)),
            Self::Strange(name) => {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, STRANGERS).unwrap();
            }
        }
        program
    }

    /// Whether what is the neighbour's is as it was; then it moves out.
    fn moves_out(self, fixture: &Fixture) -> bool {
        match self {
            Self::Planted => {
                let found = secrets::search(&fixture.env.world, "planted", "yes");
                let is_there = found.len() == 1 && found[0].secret.as_deref() == Some(STRANGERS);
                let mut clear = fixture.env.world.command("secret-tool");
                let cleared = clear.args(["clear", "planted", "yes"]).status().unwrap();
                is_there && cleared.success()
            }
            Self::Strange(name) => {
                let path = fixture.env.world.path("own").join(name);
                let is_there = fs::read_to_string(&path).is_ok_and(|text| text == STRANGERS);
                // If it is not there, that is told.
                let _ = fs::remove_file(path);
                is_there
            }
            Self::FailingDisk(..) | Self::Stopped(_) | Self::Cut(..) => true,
        }
    }
}

/// Plants an item with a name of Keyrack's own into another collection.
fn plant(fixture: &Fixture, user: &str) {
    let mut store = fixture.env.world.command("secret-tool");
    store.args(["store", "--collection=session", "--label=Keyrack"]);
    store.args(["service", SERVICE, "username", user, "planted", "yes"]);
    let mut storing = store.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = storing.stdin.take().unwrap();
    input.write_all(STRANGERS.as_bytes()).unwrap();
    drop(input);
    assert!(storing.wait().unwrap().success(), "it cannot be planted");
}

#[tokio::test]
async fn whatever_the_neighbours_do_nothing_is_lost_and_nothing_of_theirs_is_touched() {
    let bounds = Bounds::new(A_FEW);
    let mut campaign = Kills::of("keyrack among broken neighbours", bounds.seed).await;
    let mut random = Random::new(bounds.seed);
    while bounds.allow(campaign.tally.cases) {
        let flow = Flow::ALL[random.below(Flow::ALL.len())];
        let neighbour = Neighbour::at_random(&mut random);
        let case = format!("{flow:?} with {neighbour:?}");
        let rows = campaign.fixture.prepare(flow).await;
        let token = campaign.token_of(&rows);
        let program = neighbour.moves_in(&campaign.fixture, &rows).await;
        let ended = campaign.fixture.run(flow, &rows, &program).await;
        let is_unchanged = neighbour.moves_out(&campaign.fixture);
        let tally = &mut campaign.tally;
        let is_told = matches!(ended.code(), Some(0 | 1 | 3..=5));
        tally.must(&case, is_told, &format!("it ended with {ended}"));
        tally.must(&case, is_unchanged, "what is the neighbour's was touched");
        campaign.fixture.env.sandbox.clear_faults().await;
        campaign.look(flow, &rows, token, &case).await;
    }
    campaign.close().await;
}
