//! What the files in a folder say of it: whether it is Keyrack's.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use rusqlite::OpenFlags;
use serde_json::Value;

/// The folder of the marks of processes.
pub(super) const MARKS: &str = "processes";

/// The databases in the data folder; SQLite keeps more files beside each.
const DATABASES: &[&str] = &["keyrack.db", "sandbox.db"];

/// Keyrack's other files in the data folder.
const FILES: &[&str] = &[
    "store.json",
    "store.json.new",
    "keyrack-labels.json",
    "keyrack-labels.json.new",
    "store.lock",
    "refresh.lock",
    "window.lock",
    "watch.lock",
    "check-all.lock",
];

/// What a file says of its folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It is Keyrack's.
    Seal,
    /// It may be: a first start was ended in the middle.
    None,
    /// It is somebody else's.
    Other,
}

/// What a file says of its folder, by its content.
pub(super) fn sign(path: &Path, name: &str) -> Sign {
    if !is_our_file(name) {
        return Sign::Other;
    }
    // What is no file, or cannot be read, is refused when it is opened.
    let is_empty = !path.is_file() || fs::metadata(path).is_ok_and(|file| file.len() == 0);
    let is_marker = || {
        let marker = fs::read(path).map(|bytes| serde_json::from_slice::<Value>(&bytes));
        let is_id = |value: &Value| value.as_str().is_some_and(is_mark);
        marker.is_ok_and(|it| it.is_ok_and(|it| is_id(&it["store"]) && is_id(&it["start"])))
    };
    match name {
        _ if is_empty => Sign::None,
        "store.json" if is_marker() => Sign::Seal,
        "keyrack.db" => sign_of_database(path),
        "store.json" | "store.json.new" => Sign::Other,
        name if Path::new(name).extension().is_some_and(|it| it == "lock") => Sign::Other,
        name if let Some((_, part)) = name.rsplit_once('-')
            && let Some(beginnings) = beginnings_of(part)
            && !begins_with(path, &beginnings) =>
        {
            Sign::Other
        }
        // None of them is there before the marker.
        name if ["sandbox.db", "keyrack-labels.json"]
            .iter()
            .any(|later| name.starts_with(later))
            || name.contains(".damaged-") =>
        {
            Sign::Other
        }
        _ => Sign::None,
    }
}

/// How what SQLite keeps beside a database begins (SQLite, "Database File Format" 3.1, 4.1, and
/// "WAL-mode File Format" 2.1): a rollback journal may be blanked, and the index of a log is in the order of
/// the processor's bytes.
fn beginnings_of(part: &str) -> Option<Vec<[u8; 4]>> {
    Some(match part {
        "wal" => vec![[0x37, 0x7f, 0x06, 0x82], [0x37, 0x7f, 0x06, 0x83]],
        "shm" => vec![3_007_000_u32.to_ne_bytes(), [0; 4]],
        "journal" => vec![[0xd9, 0xd5, 0x05, 0xf9], [0; 4]],
        _ => return None,
    })
}

fn begins_with(path: &Path, beginnings: &[[u8; 4]]) -> bool {
    let mut found = [0; 4];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut found));
    read.is_ok() && beginnings.contains(&found)
}

/// Whether a name is that of a process's mark.
pub(crate) fn is_mark(name: &str) -> bool {
    uuid::Uuid::try_parse(name).is_ok_and(|id| id.to_string() == name)
}

/// What a database says of its folder by its tables. One without any has them all in its log, and one
/// that cannot be read may be ours and damaged.
fn sign_of_database(path: &Path) -> Sign {
    let tables = || -> rusqlite::Result<(u32, u32)> {
        // As a file that nobody changes: nothing is made beside it, and no log is read.
        let uri = format!("file:{}?immutable=1", encoded(path));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        rusqlite::Connection::open_with_flags(uri, flags)?.query_row(
            "SELECT count(*), count(*) FILTER (WHERE name IN
                ('meta', 'clients', 'connections', 'authorizations', 'operations'))
             FROM sqlite_schema WHERE type = 'table'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    };
    let has_marks = path.with_file_name(MARKS).is_dir();
    match tables() {
        Ok((_, 5)) => Sign::Seal,
        Ok((0, _)) => Sign::None,
        Err(_) if has_marks => Sign::None,
        Ok(_) | Err(_) => Sign::Other,
    }
}

/// A path in a URI, with everything escaped that means something there.
fn encoded(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// Whether a file name is one of Keyrack's, and not of a file that a person may have put there.
pub(super) fn is_our_file(name: &str) -> bool {
    let part_of = |database: &str| {
        let rest = name.strip_prefix(database)?;
        let rest = ["-wal", "-shm", "-journal"]
            .iter()
            .find_map(|part| rest.strip_suffix(part))
            .unwrap_or(rest);
        let mark = rest.strip_prefix(".damaged-");
        let is_mark = |mark: &str| mark.len() == 8 && mark.bytes().all(|b| b.is_ascii_hexdigit());
        Some(rest.is_empty() || mark.is_some_and(is_mark))
    };
    FILES.contains(&name) || DATABASES.iter().any(|it| part_of(it) == Some(true))
}
