//! What is said of a command line that is wrong.

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue};

use super::Arguments;

/// The most characters of an id.
const LONGEST_ID: usize = 36;

/// How many characters are shown of what may be a secret.
const SHOWN: usize = 4;

/// What is said of it.
const IF_SECRET: &str = "if that is a secret, it stays in your shell's history: end it at Notion, and give the \
    next one on standard input";

/// The grammar of the command that is used, whose usage an error shows.
pub fn grammar_used() -> clap::Command {
    let mut grammar = Arguments::command();
    grammar.build();
    let mut used = grammar
        .clone()
        .try_get_matches_from(std::env::args_os())
        .ok();
    while let Some((name, below)) = used.and_then(|mut used| used.remove_subcommand()) {
        let Some(one) = grammar.find_subcommand(&name).cloned() else {
            break;
        };
        grammar = one;
        used = Some(below);
    }
    grammar
}

/// The error with what it quotes of the arguments in one line, so that none of it passes for the
/// program's own words. Of what may be a secret, only the beginning is quoted.
pub fn quoting_little(mut error: clap::Error) -> clap::Error {
    let quoted: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, text.replace(['\n', '\r'], " "))),
            _ => None,
        })
        .collect();
    for (kind, mut text) in quoted {
        if may_be_secret(&text) {
            text.truncate(SHOWN);
            text.push('…');
            let tips = vec![IF_SECRET.into()];
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        }
        error.insert(kind, ContextValue::String(text));
    }
    error
}

/// Whether a text is made as secrets are: in one piece, and longer than a name or an id.
fn may_be_secret(text: &str) -> bool {
    let is_in_one_piece = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    text.len() > LONGEST_ID && text.bytes().all(is_in_one_piece)
}
