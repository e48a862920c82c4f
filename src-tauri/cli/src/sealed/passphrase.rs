//! The passphrase of a sealed file: typed at the terminal without being shown, or read from an open file that
//! the caller names; never from the command line or the environment.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use keyrack_core::{Cause, Problem, Seal};
use secrecy::{ExposeSecret as _, SecretString};

use crate::input;
use crate::output::Output;

/// The most bytes of a passphrase.
const MOST_BYTES: usize = 1024;

/// An open file that this program was started with.
pub type Inherited = Arc<File>;

/// The open file of this number. It has to be taken before this program opens any of its own.
pub fn inherited(number: &str) -> Result<Inherited, String> {
    let taken = match number.parse() {
        Ok(0) => standard_input(),
        Ok(number @ 1..) => open_file(number),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    };
    taken.map(Arc::new).map_err(|error| error.to_string())
}

/// Standard input, past what this program buffers of it.
#[cfg(unix)]
fn standard_input() -> io::Result<File> {
    use std::os::fd::AsFd as _;

    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn standard_input() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;

    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "no safe way takes an open file by its number")]
fn open_file(number: i32) -> io::Result<File> {
    // SAFETY: it is copied at once, which fails if none is open under the number, and none is closed yet.
    let borrowed = unsafe { std::os::fd::BorrowedFd::borrow_raw(number) };
    borrowed.try_clone_to_owned().map(File::from)
}

/// Open files have no numbers there.
#[cfg(windows)]
fn open_file(_: i32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A passphrase to seal with. At the terminal it is asked for twice: whoever mistypes it could never open
/// the file.
pub async fn chosen(output: Output, from: Option<&Inherited>) -> Result<Seal, Problem> {
    let passphrase = read(output, from, "seal.passphrase").await?;
    let seal = Seal::passphrase(passphrase.clone())?;
    if from.is_none() {
        let again = read(output, from, "seal.passphrase.again").await?;
        if again.expose_secret() != passphrase.expose_secret() {
            return Err(Cause::PassphraseDiffers.into());
        }
    }
    Ok(seal)
}

/// The passphrase that a file is sealed with.
pub async fn known(output: Output, from: Option<&Inherited>) -> Result<SecretString, Problem> {
    read(output, from, "sealed.passphrase").await
}

/// The passphrase from an open file, or asked for with the words under `key`.
async fn read(
    output: Output,
    from: Option<&Inherited>,
    key: &str,
) -> Result<SecretString, Problem> {
    let read = match from {
        Some(file) => first_line(&**file).ok(),
        None => input::hidden(&output.words.text(key, &[])).await,
    };
    read.filter(|read| !read.expose_secret().is_empty())
        .ok_or_else(|| Cause::PassphraseUnreadable.into())
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
