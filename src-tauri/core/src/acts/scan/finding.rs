//! What is found in a file, with the way out for each.

use std::fs;
use std::ops::Range;
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::known::{Known, Own};
use crate::domain::stray::{
    Diff, Sighting, Stray, StrayKind, What, Whose, env_line, mcp_server, seek, without_secrets,
};
use crate::host::text_files::{Piece, line_ends};

/// The most bytes of settings that are read as a whole, for a way out.
const SETTINGS: u64 = 1 << 20;

/// A stray, with what it is a copy of.
pub(super) struct Finding {
    pub stray: Stray,
    secret: SecretString,
    what: What,
}

/// A path as it is shown.
pub(super) fn shown(path: &Path, known: &Known) -> String {
    without_secrets(&path.display().to_string(), &known.marks)
}

/// The strays that begin in a piece of a file.
pub(super) fn in_piece(file: &Path, piece: &Piece<'_>, known: &Known) -> Vec<Finding> {
    let (mut line, mut from) = (piece.line, 0);
    let found = seek(piece.bytes, &known.marks).into_iter();
    let found = found.filter(|one| piece.own.contains(&one.at.start));
    found
        .map(|Sighting { at, what, begins }| {
            line += line_ends(&piece.bytes[from..at.start]);
            from = at.start;
            let spelled = String::from_utf8_lossy(&piece.bytes[at.clone()]);
            let secret = SecretString::from(spelled.into_owned());
            let (kind, whose) = known.recognise(what, &secret);
            let own = known.own(what);
            let stray = Stray {
                path: shown(file, known),
                line,
                begins,
                what: kind,
                whose,
                diff: own.and_then(|own| line_diff(file, piece, &at, own)),
            };
            Finding {
                stray,
                secret,
                what,
            }
        })
        .collect()
}

/// The way out for an access token of the list's that a server is started with, if it is all that was found
/// in a file.
pub(super) fn settings_diff(file: &Path, only: &Finding, known: &Known) -> Option<Diff> {
    let own = known.own(only.what).filter(|own| is_handed_out(own))?;
    let Whose::Connection { id } = &own.whose else {
        return None;
    };
    let is_short = || fs::metadata(file).is_ok_and(|about| about.len() <= SETTINGS);
    let is_json = file.extension().is_some_and(|ending| ending == "json");
    let settings = (is_json && is_short()).then(|| fs::read_to_string(file).ok())??;
    mcp_server(&settings, only.secret.expose_secret(), id)
}

/// The way out for an access token of the list's that a line of an `.env` file sets.
fn line_diff(file: &Path, piece: &Piece<'_>, at: &Range<usize>, own: &Own) -> Option<Diff> {
    let name = file.file_name()?.to_str()?;
    let is_env = name == ".env"
        || name.starts_with(".env.")
        || file.extension().is_some_and(|ending| ending == "env");
    if !is_env || !is_handed_out(own) {
        return None;
    }
    let text = piece.bytes;
    let begin = match text[..at.start].iter().rposition(|byte| *byte == b'\n') {
        Some(line_end) => line_end + 1,
        // Where the line begins is in the piece before.
        None if piece.own.start > 0 => return None,
        None => 0,
    };
    let end = text[at.end..].iter().position(|byte| *byte == b'\n');
    let end = end.map_or(text.len(), |length| at.end + length);
    let line = std::str::from_utf8(&text[begin..end]).ok()?;
    let token = at.start - begin..at.end - begin;
    env_line(line.trim_end(), token, own.name.as_deref()?)
}

/// Whether programs get it from Keyrack.
fn is_handed_out(own: &Own) -> bool {
    own.what == StrayKind::Token && own.name.is_some()
}
