//! The passphrase of a sealed file: typed at the terminal without being shown, or read from an open file that
//! the caller names; never from the command line or the environment.

use std::io::{self, Read};

use keyrack_core::{Cause, Problem};
use secrecy::{ExposeSecret as _, SecretString};

use crate::input;
use crate::output::Output;

/// The most bytes of a passphrase.
const MOST_BYTES: usize = 1024;

/// The fewest characters of a passphrase that files are sealed with.
const FEWEST: usize = 12;

/// A passphrase to seal with. At the terminal it is asked for twice: whoever mistypes it could never open
/// the file.
pub async fn chosen(output: Output, fd: Option<u32>) -> Result<SecretString, Problem> {
    let passphrase = read(output, fd, "seal.passphrase").await?;
    if passphrase.expose_secret().chars().count() < FEWEST {
        return Err(Cause::PassphraseShort.into());
    }
    if fd.is_none() {
        let again = read(output, fd, "seal.passphrase.again").await?;
        if again.expose_secret() != passphrase.expose_secret() {
            return Err(Cause::PassphraseDiffers.into());
        }
    }
    Ok(passphrase)
}

/// The passphrase that a file is sealed with.
pub async fn known(output: Output, fd: Option<u32>) -> Result<SecretString, Problem> {
    read(output, fd, "sealed.passphrase").await
}

/// The passphrase from the open file of that number, or asked for with the words under `key`.
async fn read(output: Output, fd: Option<u32>, key: &str) -> Result<SecretString, Problem> {
    let read = match fd {
        Some(fd) => from_open_file(fd).ok(),
        None => input::hidden(&output.words.text(key, &[])).await,
    };
    read.filter(|read| !read.expose_secret().is_empty())
        .ok_or_else(|| Cause::PassphraseUnreadable.into())
}

fn from_open_file(fd: u32) -> io::Result<SecretString> {
    if fd == 0 {
        return first_line(io::stdin().lock());
    }
    #[cfg(unix)]
    return first_line(std::fs::File::open(format!("/dev/fd/{fd}"))?);
    #[cfg(not(unix))]
    Err(io::ErrorKind::Unsupported.into())
}

/// The first line, and nothing behind it: that is somebody else's to read.
fn first_line(mut from: impl Read) -> io::Result<SecretString> {
    // It never grows: no copy of it stays behind.
    let mut line = Vec::with_capacity(MOST_BYTES);
    let mut byte = [0];
    while from.read(&mut byte)? == 1 && byte != *b"\n" {
        if line.len() == MOST_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        line.push(byte[0]);
    }
    if line.ends_with(b"\r") {
        line.pop();
    }
    let text = String::from_utf8(line).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_one_line_and_what_follows_is_left() {
        let mut channel: &[u8] = b"four words at random\r\nmore";
        let read = first_line(&mut channel).expect("a line");
        assert_eq!(read.expose_secret(), "four words at random");
        assert_eq!(channel, b"more");
        let long = vec![b'a'; MOST_BYTES];
        let kept = first_line(&*long).expect("as long as it may be");
        assert_eq!(kept.expose_secret().len(), MOST_BYTES);
        first_line(&*[long, vec![b'a']].concat()).expect_err("too long");
        first_line(&b"\xff\xfe"[..]).expect_err("no text");
    }
}
