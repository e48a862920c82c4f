//! Scan: tokens of Notion's that lie in clear text outside of the keyring. It reads files, and changes none.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use ts_rs::TS;

use crate::domain::connection::Connection;
use crate::domain::name::caseless_name;
use crate::domain::problem::Problem;
use crate::domain::stray::{
    Base, Diff, Marks, PLACES, Stray, StrayKind, What, Whose, env_line, masked, mcp_server, seek,
};
use crate::host::text_files::{
    Piece, below, in_pieces, is_within, line_ends, own_folders, real_path,
};
use crate::keyrack::Keyrack;
use crate::storage::vault::Payload;

/// The most bytes of settings that are read as a whole, for a way out.
const SETTINGS: u64 = 1 << 20;

/// After how many files it is told how many there were.
const STRIDE: usize = 100;

/// Where strays are looked for.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// Whether the known places are looked at.
    pub known_places: bool,
    /// Folders that are looked through, and files.
    pub named: Vec<PathBuf>,
}

/// A file or folder that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Unread {
    /// Its path.
    pub path: String,
    /// Why, in the system's words.
    pub why: String,
}

/// What a scan came to.
#[derive(Debug, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Scan {
    /// The strays, by file and line.
    pub strays: Vec<Stray>,
    /// How many files were looked through.
    pub files: usize,
    /// What could not be read, and why.
    pub unread: Vec<Unread>,
    /// Why the list's own secrets could not be recognised, but only by what they look like.
    pub own_unknown: Option<Problem>,
}

/// A secret of the list's.
struct Own {
    what: StrayKind,
    whose: Whose,
    /// What names its connection in a reference (`keyrack://NAME`).
    name: String,
}

impl Keyrack {
    /// Looks for strays. Those of this data folder are recognised exactly, if the keyring is open; others by
    /// what they look like. `told` is called now and then with how many files were looked
    /// through, and ends the scan by a break.
    pub async fn scan(
        &self,
        ground: Ground,
        told: impl Fn(usize) -> ControlFlow<()> + Send + 'static,
    ) -> Scan {
        let (marks, own, own_unknown) = match self.own_marks().await {
            Ok((marks, own)) => (marks, own, None),
            Err(problem) => (Marks::default(), Vec::new(), Some(problem)),
        };
        let look = move || {
            let mut search = Search::new(marks, own, Box::new(told));
            // What was found before it was told to end is told all the same.
            let _ = search.look(&ground);
            let mut scan = search.scan;
            scan.strays
                .sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
            scan
        };
        let looked = tokio::task::spawn_blocking(look).await;
        let scan = looked.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        Scan {
            own_unknown,
            ..scan
        }
    }

    /// The marks of all secrets of this data folder, and whose they are.
    async fn own_marks(&self) -> Result<(Marks, Vec<Own>), Problem> {
        let connections = self.connections()?;
        let (mut marks, mut own) = (Marks::default(), Vec::new());
        if connections.is_empty() && self.clients()?.is_empty() {
            // Nobody is asked to unlock a keyring for nothing.
            return Ok((marks, own));
        }
        let names = names(&connections);
        let mut mark = |secret: &SecretString, one: Own| {
            marks.add(own.len(), secret.expose_secret());
            own.push(one);
        };
        for payload in self.vault.all().await? {
            match payload {
                Payload::Connection(secrets) => {
                    let one = |what| Own {
                        what,
                        whose: Whose::Connection {
                            id: secrets.id.clone(),
                        },
                        name: names
                            .get(secrets.id.as_str())
                            .unwrap_or(&secrets.id)
                            .clone(),
                    };
                    mark(&secrets.access, one(StrayKind::Token));
                    if let Some(refresh) = &secrets.refresh {
                        mark(refresh, one(StrayKind::RefreshToken));
                    }
                }
                Payload::Client(secrets) => {
                    let one = Own {
                        what: StrayKind::ClientSecret,
                        whose: Whose::Client {
                            id: secrets.id.clone(),
                        },
                        name: secrets.name,
                    };
                    mark(&secrets.client_secret, one);
                }
            }
        }
        Ok((marks, own))
    }
}

impl Unread {
    fn of(path: &Path, why: &io::Error) -> Self {
        Self {
            path: path.display().to_string(),
            why: why.to_string(),
        }
    }
}

/// What names each connection (`Connection::id`) in a reference: its workspace's name, if nothing else is
/// called so; those without a name of their own are left out.
fn names(connections: &[Connection]) -> HashMap<&str, String> {
    let mut called: HashMap<String, usize> = HashMap::new();
    for one in connections {
        let names = [&one.workspace_name, &one.id, &one.bot_id];
        let names: HashSet<_> = names.into_iter().map(|name| caseless_name(name)).collect();
        for name in names {
            *called.entry(name).or_default() += 1;
        }
    }
    let is_its_own =
        |one: &&Connection| called.get(&caseless_name(&one.workspace_name)) == Some(&1);
    let named = connections.iter().filter(is_its_own);
    let plain = named.filter(|one| is_plain(&one.workspace_name));
    plain
        .map(|one| (one.id.as_str(), one.workspace_name.clone()))
        .collect()
}

/// Whether a name needs no quotes in a line of settings.
fn is_plain(name: &str) -> bool {
    name.starts_with(char::is_alphanumeric)
        && name.ends_with(char::is_alphanumeric)
        && !name.contains("  ")
        && name
            .chars()
            .all(|sign| sign.is_alphanumeric() || " ._-".contains(sign))
}

/// A scan under way.
struct Search {
    marks: Marks,
    own: Vec<Own>,
    /// The known places that were looked at: a named folder may have them too.
    known: HashSet<PathBuf>,
    buffer: Vec<u8>,
    told: Box<dyn Fn(usize) -> ControlFlow<()>>,
    scan: Scan,
}

impl Search {
    fn new(marks: Marks, own: Vec<Own>, told: Box<dyn Fn(usize) -> ControlFlow<()>>) -> Self {
        Self {
            marks,
            own,
            known: HashSet::new(),
            buffer: Vec::new(),
            told,
            scan: Scan {
                strays: Vec::new(),
                files: 0,
                unread: Vec::new(),
                own_unknown: None,
            },
        }
    }

    /// Looks at all of it, unless it is told to end.
    fn look(&mut self, ground: &Ground) -> ControlFlow<()> {
        let [home, settings] = own_folders();
        if ground.known_places {
            for (base, path) in PLACES {
                let base = match base {
                    Base::Home => &home,
                    Base::Settings => &settings,
                };
                let Some(place) = base.as_ref().map(|base| base.join(path)) else {
                    continue;
                };
                match place.try_exists() {
                    Ok(true) => {
                        let place = real_path(&place);
                        self.look_below(&place)?;
                        self.known.insert(place);
                    }
                    Ok(false) => {}
                    Err(error) => self.scan.unread.push(Unread::of(&place, &error)),
                }
            }
        }
        let mut named: Vec<_> = ground.named.iter().map(|path| real_path(path)).collect();
        named.sort();
        // What is in a folder that is named as well follows it in this order.
        named.dedup_by(|one, before| is_within(one, before));
        named.iter().try_for_each(|path| self.look_below(path))
    }

    fn look_below(&mut self, named: &Path) -> ControlFlow<()> {
        let mut unread = Vec::new();
        let found = |file: &Path| self.look_at(file);
        let ended = below(named, found, |path, error| {
            unread.push(Unread::of(path, error));
        });
        self.scan.unread.extend(unread);
        ended
    }

    fn look_at(&mut self, file: &Path) -> ControlFlow<()> {
        if file.ancestors().any(|above| self.known.contains(above)) {
            return ControlFlow::Continue(());
        }
        let mut found = Vec::new();
        let read = in_pieces(file, &mut self.buffer, |piece| {
            found.extend(in_piece(file, piece, &self.marks, &self.own));
        });
        match read {
            Ok(()) => self.scan.files += 1,
            Err(error) => self.scan.unread.push(Unread::of(file, &error)),
        }
        if let [
            Found {
                stray,
                secret,
                own: Some(number),
            },
        ] = &mut found[..]
            && let Some(own) = self.own.get(*number)
            && is_json(file)
        {
            stray.diff = settings_diff(file, secret, own);
        }
        self.scan
            .strays
            .extend(found.into_iter().map(|one| one.stray));
        if self.scan.files.is_multiple_of(STRIDE) {
            (self.told)(self.scan.files)
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// A stray, with what it is a copy of.
struct Found {
    stray: Stray,
    secret: SecretString,
    /// Its mark, if it is the list's.
    own: Option<usize>,
}

/// The strays that begin in a piece of a file.
fn in_piece(file: &Path, piece: &Piece<'_>, marks: &Marks, own: &[Own]) -> Vec<Found> {
    let path = without_secrets(file, marks);
    let (mut line, mut from) = (piece.line, 0);
    let found = seek(piece.bytes, marks).into_iter();
    let found = found.filter(|(at, _)| piece.own.contains(&at.start));
    found
        .map(|(at, what)| {
            line += line_ends(&piece.bytes[from..at.start]);
            from = at.start;
            let secret = String::from_utf8_lossy(&piece.bytes[at.clone()]);
            let (number, kind) = match what {
                What::Own(number) => (Some(number), None),
                What::Like(kind) => (None, Some(kind)),
            };
            let one = number.and_then(|number| own.get(number));
            Found {
                stray: Stray {
                    path: path.clone(),
                    line,
                    begins: masked(&secret),
                    what: one.map(|one| one.what).or(kind).unwrap_or(StrayKind::Token),
                    whose: one.map(|one| one.whose.clone()),
                    diff: one.and_then(|one| line_diff(file, piece, &at, one)),
                },
                secret: secret.into_owned().into(),
                own: number,
            }
        })
        .collect()
}

/// A path as it is shown: a secret may be in it too.
fn without_secrets(path: &Path, marks: &Marks) -> String {
    let mut shown = path.display().to_string();
    for (at, _) in seek(shown.clone().as_bytes(), marks).into_iter().rev() {
        let secret = masked(&shown[at.clone()]);
        shown.replace_range(at, &secret);
    }
    shown
}

fn is_json(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "json")
}

/// The way out for an access token of the list's that a server is started with: none other is in the file.
fn settings_diff(file: &Path, secret: &SecretString, own: &Own) -> Option<Diff> {
    let (Whose::Connection { id }, StrayKind::Token) = (&own.whose, own.what) else {
        return None;
    };
    let is_short = fs::metadata(file).is_ok_and(|about| about.len() <= SETTINGS);
    let settings = is_short.then(|| fs::read_to_string(file).ok())??;
    mcp_server(&settings, secret.expose_secret(), id)
}

/// The way out for an access token of the list's that a line of an `.env` file sets.
fn line_diff(file: &Path, piece: &Piece<'_>, at: &Range<usize>, own: &Own) -> Option<Diff> {
    let name = file.file_name()?.to_str()?;
    let is_env = name == ".env"
        || name.starts_with(".env.")
        || file.extension().is_some_and(|ending| ending == "env");
    if !is_env || own.what != StrayKind::Token {
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
    env_line(line.trim_end(), token, &own.name)
}
