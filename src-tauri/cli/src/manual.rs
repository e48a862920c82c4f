//! `keyrack completions` and `man`: what the command says about itself.

use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use keyrack_core::{Millis, system_clock};

use crate::arguments::{Arguments, Manual, Shell};
use crate::complete;
use crate::exit;
use crate::output::{Output, not_printed, printed};
use crate::terminal::{eprint_line, print};

pub fn manual(asked: Manual, output: Output) -> ExitCode {
    let said = match asked {
        Manual::Completions { shell } => printed(print(script(shell).trim_end())),
        Manual::Man { to: Some(to), .. } => write_pages(&to).map_err(|error| not_printed(&error)),
        Manual::Man { command, to: None } => {
            let Some(page) = page(&command) else {
                let none = output.words.text("command.no-page", &[]);
                eprint_line(&format!("keyrack: {none}"));
                return ExitCode::from(2);
            };
            printed(print(page.trim_end()))
        }
        Manual::Complete { shell, typed } => printed(complete::complete(shell, &typed)),
    };
    match said {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            output.failure(&problem);
            exit::code(&problem)
        }
    }
}

fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("../completions/keyrack.bash"),
        Shell::Zsh => include_str!("../completions/keyrack.zsh"),
        Shell::Fish => include_str!("../completions/keyrack.fish"),
    }
}

/// The grammar with the names that the pages of the manual have: "keyrack-client-add".
fn grammar() -> Command {
    let mut grammar = Arguments::command().disable_help_subcommand(true);
    grammar.build();
    grammar
}

/// The page about a command; none if there is no such command.
fn page(names: &[String]) -> Option<String> {
    let grammar = grammar();
    let mut command = &grammar;
    for name in names {
        command = command.find_subcommand(name)?;
    }
    written(command).ok()
}

/// Writes the pages about all commands.
fn write_pages(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut commands = vec![grammar()];
    while let Some(command) = commands.pop() {
        let name = name(&command);
        fs::write(folder.join(format!("{name}.1")), written(&command)?)?;
        let below = command.get_subcommands().filter(|one| !one.is_hide_set());
        commands.extend(below.cloned());
    }
    Ok(())
}

/// What the main page says besides.
const ENVIRONMENT: &str = include_str!("environment.roff");

/// The name of a command's page: only those below another one have one of their own.
fn name(command: &Command) -> &str {
    let name = command.get_display_name();
    name.unwrap_or_else(|| command.get_name())
}

fn written(command: &Command) -> io::Result<String> {
    let name = name(command);
    let page = Man::new(command.clone())
        .title(name.to_uppercase())
        .date(date())
        .source(concat!("keyrack ", env!("CARGO_PKG_VERSION")))
        .manual("Keyrack");
    let mut text = Vec::new();
    page.render(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    // An empty line between two breaks, which formatters warn of.
    let text = text.replace(".br\n\n.br\n", ".sp\n");
    let besides = if name == command.get_name() {
        ENVIRONMENT
    } else {
        ""
    };
    Ok(text + besides)
}

/// The day of the page: of its build, where that says one (reproducible-builds.org, `SOURCE_DATE_EPOCH`).
fn date() -> String {
    let build = std::env::var("SOURCE_DATE_EPOCH").ok();
    let build = build.and_then(|seconds| seconds.parse::<i64>().ok());
    let build = build.map(|seconds| Millis(seconds.saturating_mul(1000)));
    let at = build.unwrap_or_else(|| system_clock()());
    at.rfc3339().get(..10).unwrap_or_default().to_owned()
}
