//! `keyrack run`: becomes another program, with a connection's token in its environment.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::process::{Command, ExitCode};

use keyrack_core::{Caller, Cause, CoreLimit, Keyrack, Problem, sanitize_display_text};
use secrecy::SecretString;

use super::references::{HandOuts, name_in};
use super::{CONNECTION, caller, chosen, variables};
use crate::arguments::RunArguments;
use crate::output::Output;
use crate::terminal::eprint_line;
use crate::wording;

/// The exit codes of `env` and `nohup` for a program that could not be run (POSIX, "Exit Status for
/// Commands"), and `docker run`'s for a failure of its own.
pub const FAILED: u8 = 125;
const NOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Runs a program in the command's place. Returns only where it cannot be run, or, where no program can
/// take another's place, once it has ended.
pub async fn run(
    keyrack: &Keyrack,
    output: Output,
    asked: RunArguments,
    core_limit: CoreLimit,
) -> Result<ExitCode, Problem> {
    let (program, arguments) = asked.program.split_first().ok_or(Cause::NoProgram)?;
    let caller = Caller {
        program: sanitize_display_text(&program.to_string_lossy()),
        pid: Some(std::process::id()),
        ..caller(asked.reason.as_deref())
    };
    let environment = environment(keyrack, output, &asked, caller).await?;
    let mut command = Command::new(program);
    command.args(arguments);
    for name in variables::stale(variables::is_leased()) {
        command.env_remove(name);
    }
    for (name, secret) in &environment {
        command.env(name, variables::value(secret));
    }
    // Nothing of it is left to do, and no destructor runs.
    keyrack.close();
    core_limit.restore();
    Ok(become_program(&mut command, program, output))
}

/// The variables that the program gets: those of the files, with their references resolved, and over
/// them the token's.
async fn environment(
    keyrack: &Keyrack,
    output: Output,
    asked: &RunArguments,
    caller: Caller,
) -> Result<Vec<(String, SecretString)>, Problem> {
    let mut hand_outs = HandOuts::to(keyrack, output.words, caller, asked.fresh);
    let mut environment = Vec::new();
    let mut given: Vec<(String, String)> = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(_, value)| name_in(value).is_some())
        .collect();
    for file in &asked.env_file {
        given.extend(settings_in(file)?);
    }
    let mut refers = false;
    for (name, value) in given {
        let value = match name_in(&value) {
            Some(connection) => {
                refers = true;
                hand_outs.named(connection).await?.token.clone()
            }
            None => value.into(),
        };
        environment.push((name, value));
    }
    let is_named = asked.name.is_some() || env::var_os(CONNECTION).is_some();
    if is_named || !refers {
        let connection = chosen(keyrack, output.words, asked.name.as_deref())?;
        let tokens = match asked.only_env.as_slice() {
            [] => {
                let usual = variables::TOKENS.map(str::to_owned);
                usual.into_iter().chain(asked.env.iter().cloned()).collect()
            }
            only => only.to_vec(),
        };
        let handed = hand_outs.of(connection.id.clone()).await?;
        if io::stderr().is_terminal() {
            let workspace = wording::workspace(&connection.workspace_name, output.words);
            let owner = wording::owner(&connection.owner, output.words);
            eprint_line(&format!("keyrack: {workspace} ({owner})"));
        }
        environment.extend(variables::of(handed, &tokens, &asked.env_url));
    }
    Ok(environment)
}

/// The variables in a file of settings.
fn settings_in(path: &std::path::Path) -> Result<Vec<(String, String)>, Problem> {
    let unreadable = |error: dotenvy::Error| {
        // Its own words may quote the line, and so a secret.
        let detail = match error {
            dotenvy::Error::Io(error) => error.to_string(),
            dotenvy::Error::LineParse(_, at) => format!("a line cannot be read, at {at}"),
            _ => String::new(),
        };
        Problem::from(Cause::SettingsFile {
            path: path.display().to_string(),
            detail,
        })
    };
    let settings = dotenvy::from_path_iter(path).map_err(unreadable)?;
    settings.map(|line| line.map_err(unreadable)).collect()
}

/// Takes the program's place, so that its signals, its terminal and its end are its own.
#[cfg(unix)]
fn become_program(command: &mut Command, program: &OsString, output: Output) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    not_run(&command.exec(), program, output)
}

#[cfg(not(unix))]
fn become_program(command: &mut Command, program: &OsString, output: Output) -> ExitCode {
    match command.status() {
        Ok(status) => {
            let code = status
                .code()
                .and_then(|code| u8::try_from(code & 0xff).ok());
            ExitCode::from(code.unwrap_or(1))
        }
        Err(error) => not_run(&error, program, output),
    }
}

fn not_run(error: &io::Error, program: &OsString, output: Output) -> ExitCode {
    let program = sanitize_display_text(&program.to_string_lossy());
    let (cause, code) = if error.kind() == io::ErrorKind::NotFound {
        (Cause::ProgramMissing { program }, NOT_FOUND)
    } else {
        let detail = error.to_string();
        (Cause::ProgramNotRun { program, detail }, NOT_RUN)
    };
    output.failure(&cause.into());
    ExitCode::from(code)
}
