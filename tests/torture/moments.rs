//! The moments at which a program can be killed: its failpoints, and the system calls by which it
//! writes the database and communicates with the keyring and Notion.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use support::programs;

use crate::flows::{Fixture, Flow};

/// The system calls that have effects outside of the process, or wait for them.
const CALLS: &str = "pwrite64,fdatasync,ftruncate,unlink,sendmsg,recvmsg,sendto,recvfrom,writev";

/// The system call by which SQLite writes to its files.
const WRITE: &str = "pwrite64";

/// The moment at which a program is killed, or its disk full: the Nth time that something happens.
#[derive(Debug, Clone)]
pub enum Moment {
    /// A failpoint of core, by its name.
    Step(String, usize),
    /// A system call of one of its threads.
    Call(String, usize),
    /// A write to the database, from which on the disk is full.
    Full(usize),
}

impl Moment {
    /// The shell words to put before a program so that it ends at this moment.
    pub fn words(&self) -> String {
        match self {
            Self::Step(name, nth) => format!("exec env KEYRACK_FAILPOINT='{name}:{nth}'"),
            Self::Call(name, nth) => {
                let inject = format!("-e trace={name} -e inject={name}:signal=SIGKILL:when={nth}");
                strace(&inject, Path::new("/dev/null"))
            }
            Self::Full(nth) => {
                let inject = format!("-e trace={WRITE} -e inject={WRITE}:error=ENOSPC:when={nth}+");
                strace(&inject, Path::new("/dev/null"))
            }
        }
    }
}

/// The steps of an undisturbed flow, in their order.
pub async fn steps_of(fixture: &mut Fixture, flow: Flow) -> Vec<Moment> {
    let rows = fixture.prepare(flow).await;
    let taken = fixture.env.world.path("steps");
    // Left over from the flow before.
    let _ = fs::remove_file(&taken);
    let words = format!("exec env KEYRACK_FAILPOINTS='{}'", taken.display());
    let ended = fixture
        .run(flow, &rows, &script(fixture, &words, &programs::keyrack()))
        .await;
    assert_eq!(ended.success(), flow.succeeds(), "{flow:?}: {ended}");
    moments_in(&taken)
}

/// Reads the steps that a program wrote into a file.
pub fn moments_in(taken: &Path) -> Vec<Moment> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let taken = fs::read_to_string(taken).unwrap();
    let moment = |name: &str| {
        let nth = times.entry(name.to_owned()).or_default();
        *nth += 1;
        Moment::Step(name.to_owned(), *nth)
    };
    taken.lines().map(moment).collect()
}

/// The system calls of the busiest thread of an undisturbed flow.
pub async fn calls_of(fixture: &mut Fixture, flow: Flow) -> Vec<Moment> {
    let rows = fixture.prepare(flow).await;
    let trace = fixture.env.world.path("trace");
    let words = strace(&format!("-e trace={CALLS}"), &trace);
    let program = script(fixture, &words, &programs::keyrack());
    let ended = fixture.run(flow, &rows, &program).await;
    assert_eq!(ended.success(), flow.succeeds(), "{flow:?}: {ended}");
    let mut by_thread: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in fs::read_to_string(trace).unwrap().lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        if let Some((call, _)) = rest.trim_start().split_once('(') {
            let key = (call.to_owned(), thread.to_owned());
            *by_thread.entry(key).or_default() += 1;
        }
    }
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    for ((call, _), times) in by_thread {
        if CALLS.split(',').any(|known| known == call) {
            let seen = most.entry(call).or_default();
            *seen = times.max(*seen);
        }
    }
    let each = |(call, times): (String, usize)| {
        (1..=times).map(move |nth| Moment::Call(call.clone(), nth))
    };
    most.into_iter().flat_map(each).collect()
}

fn strace(options: &str, output: &Path) -> String {
    format!("exec strace -f -qq -o '{}' {options}", output.display())
}

/// Writes a script that runs `program` after shell words, and returns its path.
pub fn script(fixture: &Fixture, words: &str, program: &Path) -> PathBuf {
    let path = fixture.env.world.path("to-be-ended");
    programs::script(&path, &format!("{words} '{}' \"$@\"", program.display()));
    path
}

/// The writes to the database among `calls`, each as a moment from which on the disk is full.
pub fn writes_among(calls: &[Moment]) -> Vec<Moment> {
    let nth = |call: &Moment| match call {
        Moment::Call(name, nth) if name == WRITE => Some(Moment::Full(*nth)),
        _ => None,
    };
    calls.iter().filter_map(nth).collect()
}
