//! Files that are looked through: found below a folder, and read in pieces.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

/// The most bytes that are looked at together.
const PIECE: usize = 1 << 20;

/// The most bytes of a file that is looked through: settings, notes and logs are shorter.
pub(crate) const MOST_BYTES: u64 = 64 << 20;

/// How many bytes of a piece are looked at again with the next one, in which what begins in them may go on.
const OVERLAP: usize = 4 << 10;

/// How many bytes before these come along, to tell what stands before a word.
const BEFORE: usize = 2;

/// A piece of a file.
pub(crate) struct Piece<'a> {
    pub bytes: &'a [u8],
    /// Where what is found in the piece begins: the rest belongs to the pieces beside it.
    pub own: Range<usize>,
    /// The number of the piece's first line, from 1.
    pub line: usize,
}

/// Reads a file in pieces; `buffer` is kept from one file to the next. One that is longer than [`MOST_BYTES`]
/// is refused as too large.
pub(crate) fn in_pieces(
    path: &Path,
    buffer: &mut Vec<u8>,
    mut look: impl FnMut(&Piece<'_>),
) -> io::Result<()> {
    let file = File::open(path)?;
    // One that grows meanwhile is read as long as it was.
    let mut left = file.metadata()?.len();
    if left > MOST_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut file = file.take(left);
    buffer.clear();
    let (mut from, mut line) = (0, 1);
    loop {
        let room = PIECE.saturating_sub(buffer.len()) as u64;
        let read = file.by_ref().take(room).read_to_end(buffer)? as u64;
        left = left.saturating_sub(read);
        let is_last = read < room || left == 0;
        let to = if is_last {
            buffer.len()
        } else {
            buffer.len() - OVERLAP
        };
        look(&Piece {
            bytes: buffer,
            own: from..to,
            line,
        });
        if is_last {
            return Ok(());
        }
        let past = to - BEFORE;
        line += line_ends(&buffer[..past]);
        buffer.drain(..past);
        from = BEFORE;
    }
}

/// How many lines end in a text.
pub(crate) fn line_ends(text: &[u8]) -> usize {
    text.split(|byte| *byte == b'\n').count() - 1
}

/// Whether all that is looked at below one path is looked at below another too.
pub(crate) fn is_within(path: &Path, outer: &Path) -> bool {
    let device = |path: &Path| fs::metadata(path).ok().map(|about| device(&about));
    path.starts_with(outer) && device(path) == device(outer)
}

/// Calls `found` with each regular file below a folder, or with the file that is named itself, until that
/// breaks. Links are not followed, nor are other file systems entered. What cannot be read goes to `unread`.
pub(crate) fn below(
    named: &Path,
    mut found: impl FnMut(&Path) -> ControlFlow<()>,
    mut unread: impl FnMut(&Path, &io::Error),
) -> ControlFlow<()> {
    let device = match fs::metadata(named) {
        Ok(about) if about.is_file() => return found(named),
        Ok(about) => device(&about),
        Err(error) => {
            unread(named, &error);
            return ControlFlow::Continue(());
        }
    };
    let mut folders = vec![named.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                unread(&folder, &error);
                continue;
            }
        };
        for entry in entries {
            let about = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)));
            match about {
                Ok((path, about)) if about.is_file() => found(&path)?,
                Ok((path, about)) if about.is_dir() && self::device(&about) == device => {
                    folders.push(path);
                }
                Ok(_) => {}
                Err(error) => unread(&folder, &error),
            }
        }
    }
    ControlFlow::Continue(())
}

/// The file system that a file is on, where the system tells.
#[cfg(unix)]
fn device(about: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(about)
}

#[cfg(not(unix))]
fn device(_about: &Metadata) -> u64 {
    0
}

/// The path by which a file is always the same one, where the system tells; else the path as it is.
pub(crate) fn real_path(path: &Path) -> PathBuf {
    // What Windows answers to the first is no path that a person knows.
    let real = if cfg!(windows) {
        std::path::absolute(path)
    } else {
        path.canonicalize()
    };
    real.unwrap_or_else(|_| path.to_owned())
}

/// The person's own folder, and that of programs' settings.
pub(crate) fn own_folders() -> [Option<PathBuf>; 2] {
    [dirs::home_dir(), dirs::config_dir()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_seen_whole_with_each_place_in_one_piece() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("long");
        let content: Vec<u8> = (0..3 * PIECE + 77)
            .map(|at| if at % 100 == 99 { b'\n' } else { b'a' })
            .collect();
        fs::write(&path, &content).expect("written");
        let (mut seen, mut pieces) = (Vec::new(), 0);
        in_pieces(&path, &mut Vec::new(), |piece| {
            pieces += 1;
            let before = &content[..seen.len() - piece.own.start];
            assert_eq!(piece.line, line_ends(before) + 1);
            seen.extend_from_slice(&piece.bytes[piece.own.clone()]);
        })
        .expect("read");
        assert!(pieces > 3, "{pieces}");
        assert!(seen == content);
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("image");
        let file = File::create(&path).expect("a file");
        file.set_len(MOST_BYTES + 1).expect("a long file");
        let read = in_pieces(&path, &mut Vec::new(), |_| panic!("it was read"));
        let refused = read.expect_err("refused").kind();
        assert_eq!(refused, io::ErrorKind::FileTooLarge);
    }
}
