//! The program that holds leases: it lives exactly as long as the program that uses them.
//!
//! `run --proxy` becomes that program, and so cannot hold them itself. It starts this one apart from
//! itself, twice, so that the program finds no child that it never started. What they say to each other
//! goes over pipes: nothing of it is in arguments or the environment.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use keyrack_core::{Begun, Caller, Cause, Connection, Endpoint, Keyrack, Problem, Terms, Way};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::handed::{Handed, HandedAll};
use super::variables;

/// The most bytes that one says to the other: a line for each connection.
const MOST_BYTES: u64 = 1 << 20;

/// What is asked for.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    /// The connections (`Connection::id`).
    connections: Vec<String>,
    /// The program that uses the leases, and whose end is theirs.
    caller: Caller,
    program: u32,
    read_only: bool,
    fresh: bool,
}

/// What is answered. There is no `Debug`: it has keys.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Begun {
        base_url: String,
        leases: Vec<Lease>,
    },
    Failed(Problem),
}

#[derive(Serialize, Deserialize)]
struct Lease {
    connection: String,
    id: String,
    key: String,
}

/// Has leases of connections held for this process, which is about to become the program that uses them.
pub fn leases(
    connections: &[Connection],
    caller: Caller,
    read_only: bool,
    fresh: bool,
) -> Result<HandedAll, Problem> {
    let asked = Asked {
        connections: connections.iter().map(|one| one.id.clone()).collect(),
        program: std::process::id(),
        caller,
        read_only,
        fresh,
    };
    let answer = ask(&asked).map_err(|error| failed(&error))?;
    let (base_url, leases) = match answer {
        Answer::Begun { base_url, leases } => (base_url, leases),
        Answer::Failed(problem) => return Err(problem),
    };
    let mut all = HandedAll::new();
    for lease in leases {
        let token = SecretString::from(lease.key);
        if let Some(connection) = connections.iter().find(|one| one.id == lease.connection) {
            let handed = Handed {
                id: lease.id,
                token,
                base_url: base_url.clone(),
                connection: connection.clone(),
            };
            all.insert(lease.connection, handed);
        }
    }
    if all.len() < connections.len() {
        return Err(failed(&io::Error::other("a connection is missing in it")));
    }
    Ok(all)
}

/// Starts the holder, and returns its answer.
fn ask(asked: &Asked) -> io::Result<Answer> {
    let mut command = Command::new(own_program()?);
    command.args(["hold", "--apart"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::null());
    for name in variables::stale(variables::is_leased()) {
        command.env_remove(name);
    }
    let mut first = command.spawn()?;
    let mut input = first.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    input.write_all(&serde_json::to_vec(asked)?)?;
    drop(input);
    let output = first.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut line = String::new();
    BufReader::new(output.take(MOST_BYTES)).read_line(&mut line)?;
    // Where the signal of its end is ignored, there is nothing to wait for.
    let _ = first.wait();
    if line.is_empty() {
        return Err(io::Error::other("the program that holds it has ended"));
    }
    Ok(serde_json::from_str(&line)?)
}

/// The program that this process runs, whatever lies at its path now.
fn own_program() -> io::Result<std::path::PathBuf> {
    if cfg!(target_os = "linux") {
        Ok("/proc/self/exe".into())
    } else {
        std::env::current_exe()
    }
}

/// Starts the holder once more, in a session of its own, with the same pipes and with nothing else that
/// the caller had open. To be called before this process has opened anything itself.
#[cfg(unix)]
pub fn start_apart() -> ExitCode {
    close_what_was_inherited();
    // It fails only for the leader of a group, which a started program is not.
    let _ = rustix::process::setsid();
    let own = own_program();
    let started = own.and_then(|own| {
        let mut command = Command::new(own);
        // It lives long and does little: its few threads share what they free (mallopt(3)).
        command.env("MALLOC_ARENA_MAX", "1");
        command.arg("hold").stderr(Stdio::null()).spawn()
    });
    started.map_or(ExitCode::FAILURE, |_| ExitCode::SUCCESS)
}

/// Closes all but the standard streams: the program counts on the ends of its pipes and on its locks being
/// its own.
#[cfg(unix)]
fn close_what_was_inherited() {
    let Ok(open) = std::fs::read_dir("/dev/fd") else {
        return;
    };
    let number = |entry: std::fs::DirEntry| entry.file_name().to_str()?.parse::<i32>().ok();
    let open: Vec<_> = open.flatten().filter_map(number).collect();
    for descriptor in open.into_iter().filter(|it| *it > 2) {
        // The folder's own was closed after it was read.
        let _ = nix::unistd::close(descriptor);
    }
}

#[cfg(not(unix))]
pub fn start_apart() -> ExitCode {
    ExitCode::FAILURE
}

/// Holds the leases that standard input asks for, until their program ends.
pub async fn hold(keyrack: Result<Arc<Keyrack>, Problem>) -> ExitCode {
    let mut text = String::new();
    let read = io::stdin().take(MOST_BYTES).read_to_string(&mut text);
    let asked: Result<Asked, _> = match read {
        Ok(_) => serde_json::from_str(&text).map_err(io::Error::from),
        Err(error) => Err(error),
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) => return tell(&Answer::Failed(failed(&error))),
    };
    let ended = program_ended(asked.program);
    tokio::pin!(ended);
    // Its folder may be unmounted while it runs.
    let _ = std::env::set_current_dir("/");
    let begun = async {
        let terms = Terms {
            way: Way::Proxy,
            caller: asked.caller,
            read_only: asked.read_only,
            lasts: None,
            fresh: asked.fresh,
        };
        let keyrack = keyrack?;
        keyrack
            .begin_leases(&asked.connections, &terms, &Endpoint::Port)
            .await
    };
    let leases = tokio::select! {
        begun = begun => begun,
        () = &mut ended => return ExitCode::FAILURE,
    };
    let leases = match leases {
        Ok(leases) => leases,
        Err(problem) => return tell(&Answer::Failed(problem)),
    };
    let keys = leases.begun().iter().map(|begun: &Begun| Lease {
        connection: begun.connection.id.clone(),
        id: begun.id.clone(),
        key: begun.key.expose_secret().to_owned(),
    });
    tell(&Answer::Begun {
        base_url: leases.base_url().to_owned(),
        leases: keys.collect(),
    });
    tokio::select! {
        () = ended => {}
        () = keyrack_core::asked_to_end() => {}
    }
    leases.close();
    ExitCode::SUCCESS
}

fn tell(answer: &Answer) -> ExitCode {
    let line = serde_json::to_string(answer).map(|line| SecretString::from(line + "\n"));
    let told = line
        .map_err(io::Error::from)
        .and_then(|line| super::token::write_all(&line));
    told.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

fn failed(error: &io::Error) -> Problem {
    let detail = keyrack_core::sanitize_display_text(&error.to_string());
    Cause::LeaseFailed { detail }.into()
}

/// Waits until a process has ended.
#[cfg(target_os = "linux")]
async fn program_ended(pid: u32) {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let Some(process) = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) else {
        // It has ended.
        return;
    };
    let ended = tokio::task::spawn_blocking(move || {
        // A signal to this process may wake it.
        while poll(&mut [PollFd::new(&process, PollFlags::IN)], None).is_err() {}
    });
    let _ = ended.await;
}

/// Waits until a process has ended: other systems are asked every second.
#[cfg(all(unix, not(target_os = "linux")))]
async fn program_ended(pid: u32) {
    use rustix::process::{Pid, test_kill_process};

    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    while pid.is_some_and(|pid| test_kill_process(pid).is_ok()) {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

#[cfg(not(unix))]
async fn program_ended(_: u32) {
    std::future::pending::<()>().await;
}
