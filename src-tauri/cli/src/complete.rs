//! What can follow in a command line, for the scripts of three shells: by the grammar, and by the names
//! in the database, which is read at once or not at all.

mod typed;

use std::ffi::{OsStr, OsString};
use std::io;

use clap::{Arg, Command, CommandFactory as _};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use keyrack_core::{KnownNames, Settings, sanitize_display_text};

use crate::arguments::{Arguments, Shell};
use crate::terminal::{print, printable};
use typed::last_word;

/// Prints the candidates for the last word, one a line. Whatever fails, there are none.
pub fn complete(shell: Shell, typed: &[String]) -> io::Result<()> {
    let lines = match (shell, typed) {
        (Shell::Bash, [line, current]) => for_bash(line, current),
        (Shell::Bash, _) => Vec::new(),
        (Shell::Zsh, words) => candidates(words).iter().map(for_zsh).collect(),
        (Shell::Fish, words) => candidates(words).iter().map(for_fish).collect(),
    };
    if lines.is_empty() {
        return Ok(());
    }
    print(&lines.join("\n"))
}

/// What may be typed instead of the last word, and what it is.
struct Candidate {
    value: String,
    about: Option<String>,
}

fn candidates(typed: &[String]) -> Vec<Candidate> {
    let words: Vec<OsString> = typed
        .iter()
        .map(|word| last_word(word).text.into())
        .collect();
    let Some(last) = words.len().checked_sub(1) else {
        return Vec::new();
    };
    // Options are many, and are asked for by their sign; after two dashes there are none.
    let typed = words[last].to_string_lossy();
    let are_over = words[..last].iter().any(|word| word == "--");
    let wants_options = typed.starts_with('-') && !are_over;
    let folder = std::env::current_dir().ok();
    let mut grammar = Arguments::command();
    if !wants_options || typed.contains('=') {
        grammar = with_names(grammar, "");
    }
    let found = clap_complete::engine::complete(&mut grammar, words, last, folder.as_deref());
    let found = found.unwrap_or_default().into_iter();
    let in_one_line = |text: String| printable(&text.replace('\n', " "));
    found
        .filter(|one| !one.is_hide_set())
        .map(|one| Candidate {
            value: in_one_line(one.get_value().to_string_lossy().into_owned()),
            about: one
                .get_help()
                .map(|about| {
                    about
                        .to_string()
                        .lines()
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                })
                .map(in_one_line),
        })
        .filter(|one: &Candidate| wants_options || are_over || !one.value.starts_with('-'))
        .collect()
}

/// The grammar, where it asks for a connection or a client, with those there are.
fn with_names(command: Command, below: &str) -> Command {
    let here = command.get_name().to_owned();
    let is_about_clients = here == "client" || below == "client";
    let command = command.mut_args(|argument| match names_of(&argument, is_about_clients) {
        Some(names) => argument.add(ArgValueCompleter::new(names)),
        None => argument,
    });
    command.mut_subcommands(|command| with_names(command, &here))
}

type Names = fn(&OsStr) -> Vec<CompletionCandidate>;

/// The names that an argument asks for, if it asks for any.
fn names_of(argument: &Arg, is_about_clients: bool) -> Option<Names> {
    match argument.get_id().as_str() {
        "client" => Some(clients),
        "label" | "add" | "remove" => Some(labels),
        "name" if is_about_clients => argument.is_positional().then_some(clients as Names),
        "name" | "names" | "name_and_path" if argument.is_positional() => Some(connections),
        "ids" => Some(leases),
        _ => None,
    }
}

fn known() -> KnownNames {
    Settings::from_environment().map_or_else(
        |_| KnownNames::default(),
        |settings| KnownNames::in_folder(&settings.data_folder),
    )
}

fn clients(begun: &OsStr) -> Vec<CompletionCandidate> {
    beginning(known().clients, begun)
}

fn labels(begun: &OsStr) -> Vec<CompletionCandidate> {
    beginning(known().labels, begun)
}

/// Those of the names that begin so.
fn beginning(names: Vec<String>, begun: &OsStr) -> Vec<CompletionCandidate> {
    let names = names.into_iter().map(|name| sanitize_display_text(&name));
    names
        .filter(|name| begins(name, begun))
        .map(CompletionCandidate::new)
        .collect()
}

/// The connections by their names; where an id is begun, or there is no name, by their bot ids.
fn connections(begun: &OsStr) -> Vec<CompletionCandidate> {
    let known = known().connections;
    let known: Vec<_> = known
        .iter()
        .map(|(name, id)| (sanitize_display_text(name), sanitize_display_text(id)))
        .collect();
    let mut found = Vec::new();
    for (name, id) in &known {
        let is_id = !begun.is_empty() || name.is_empty();
        if !name.is_empty() && begins(name, begun) {
            found.push(CompletionCandidate::new(name));
        } else if is_id && begins(id, begun) {
            found.push(CompletionCandidate::new(id).help(Some(name.clone().into())));
        }
    }
    found.dedup_by(|one, other| one.get_value() == other.get_value());
    found
}

/// The leases by their ids, with their programs.
fn leases(begun: &OsStr) -> Vec<CompletionCandidate> {
    let known = known().leases.into_iter();
    known
        .filter(|(id, _)| begins(id, begun))
        .map(|(id, program)| {
            let program = sanitize_display_text(&program);
            CompletionCandidate::new(sanitize_display_text(&id)).help(Some(program.into()))
        })
        .collect()
}

/// Whether a name begins so, in small letters or capitals.
fn begins(name: &str, begun: &OsStr) -> bool {
    let begun = begun.to_string_lossy().to_lowercase();
    name.to_lowercase().starts_with(&begun)
}

/// Bash puts a candidate into the line as it is, in the place of `current`: what follows the last sign at
/// which it breaks words, and any opening quote.
fn for_bash(line: &str, current: &str) -> Vec<String> {
    let words = typed::words(line);
    let last = words.last().cloned().unwrap_or_default();
    let texts: Vec<_> = words.into_iter().map(|word| word.raw).collect();
    let before = last.before(current);
    candidates(&texts)
        .iter()
        .filter_map(|candidate| {
            let quoted = last.quoted(&candidate.value);
            // Only a candidate that goes on from what stands before can be put behind it.
            quoted.strip_prefix(before).map(str::to_owned)
        })
        .collect()
}

/// Zsh quotes the candidate itself; a colon parts it from what it is.
fn for_zsh(candidate: &Candidate) -> String {
    let value = candidate.value.replace('\\', r"\\").replace(':', r"\:");
    match &candidate.about {
        Some(about) => format!("{value}:{about}"),
        None => value,
    }
}

/// Fish quotes the candidate itself; a tab parts it from what it is.
fn for_fish(candidate: &Candidate) -> String {
    match &candidate.about {
        Some(about) => format!("{}\t{about}", candidate.value),
        None => candidate.value.clone(),
    }
}
