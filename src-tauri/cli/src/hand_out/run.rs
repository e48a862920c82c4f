//! `keyrack run`: becomes another program, with a connection's token in its environment.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::io;
use std::process::{Command, ExitCode};

use keyrack_core::{Caller, Cause, CoreLimit, Keyrack, Problem, sanitize_display_text};
use secrecy::SecretString;

use super::arguments::RunArguments;
use super::references::{name_in, referred_to};
use super::{caller, chosen, handed, hold, look_up, say_whose, settings, variables};
use crate::connections::candidates;
use crate::output::Output;

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
    let given = given(&asked)?;
    if let Err(error) = look_up::program(program, given.get("PATH")) {
        return Ok(not_run(&error, program, output));
    }
    let caller = Caller {
        program: sanitize_display_text(&program.to_string_lossy()),
        pid: Some(std::process::id()),
        ..caller(asked.reason.as_deref())
    };
    let environment = environment(keyrack, output, &asked, given, caller).await?;
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

/// The variables that the program gets: those of the files, with their references resolved, and those of
/// the connection that is named, which no reference may contradict.
async fn environment(
    keyrack: &Keyrack,
    output: Output,
    asked: &RunArguments,
    given: BTreeMap<String, String>,
    caller: Caller,
) -> Result<Vec<(String, SecretString)>, Problem> {
    // All is decided before anything is handed out.
    let mut referred = BTreeMap::new();
    for (name, value) in &given {
        if let Some(connection) = name_in(value) {
            referred.insert(
                name.clone(),
                referred_to(keyrack, output.words, connection)?,
            );
        }
    }
    let is_by_reference = asked.name.is_none() && !referred.is_empty();
    let tokens = match asked.only_env.as_slice() {
        [] if is_by_reference => asked.env.clone(),
        [] => [&variables::TOKENS.map(str::to_owned)[..], &asked.env].concat(),
        only => only.to_vec(),
    };
    // An empty one is no token.
    let is_second = |(name, value): &(&String, &String)| tokens.contains(name) && !value.is_empty();
    if let Some((variable, _)) = given.iter().find(is_second) {
        let variable = variable.clone();
        return Err(Cause::TokenTwice { variable }.into());
    }
    let connection = if is_by_reference {
        let mut all: Vec<_> = referred.values().collect();
        all.sort_by_key(|one| &one.id);
        all.dedup_by_key(|one| &one.id);
        match all[..] {
            [only] => Some(only.clone()),
            // Whose address and whose token the options mean cannot be told.
            _ if asked.has_options() => {
                let candidates = candidates(all, output.words);
                return Err(Cause::WhichConnection { candidates }.into());
            }
            _ => None,
        }
    } else {
        Some(chosen(keyrack, output.words, asked.name.as_deref())?)
    };
    let mut all: Vec<_> = referred.values().chain(&connection).cloned().collect();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    all.dedup_by(|one, other| one.id == other.id);
    let handed = if asked.proxy {
        hold::leases(&all, caller, asked.read_only, asked.fresh)?
    } else {
        handed::tokens(keyrack, &all, &caller, asked.fresh).await?
    };
    let mut environment = Vec::new();
    for (name, value) in given {
        let value = match referred.get(&name).map(|one| &handed[&one.id]) {
            Some(handed) => handed.token.clone(),
            None => value.into(),
        };
        environment.push((name, value));
    }
    let Some(connection) = connection else {
        let mut all = handed.values().map(|one| &one.base_url);
        if let Some(base_url) = all.next()
            && all.all(|other| other == base_url)
        {
            environment.extend(variables::address(base_url));
        }
        return Ok(environment);
    };
    say_whose(&connection, output);
    environment.extend(variables::of(
        &handed[&connection.id],
        &tokens,
        &asked.env_url,
    ));
    Ok(environment)
}

/// The variables with references in the environment, and those of the files; of each name the last.
fn given(asked: &RunArguments) -> Result<BTreeMap<String, String>, Problem> {
    let inherited = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(_, value)| name_in(value).is_some());
    let mut given: BTreeMap<_, _> = inherited.collect();
    for file in &asked.env_file {
        given.extend(settings::read(file)?);
    }
    // What they say is Keyrack's own to say.
    given.retain(|name, _| !variables::OWN.contains(&name.as_str()));
    Ok(given)
}

/// Takes the program's place, so that its signals, its terminal and its end are its own.
#[cfg(unix)]
fn become_program(command: &mut Command, program: &OsString, output: Output) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    // It was found: what is missing is something that it needs.
    let error = io::Error::other(command.exec().to_string());
    not_run(&error, program, output)
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
