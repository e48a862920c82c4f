//! Where a program is: looked for as the system will, before anything is handed out.

use std::ffi::OsString;
use std::io;
#[cfg(unix)]
use std::{
    env,
    fs::File,
    io::Read as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

#[cfg(unix)]
use keyrack_core::sanitize_display_text;

/// Where the system looks for programs if `PATH` is not set (confstr(3), `_CS_PATH`).
#[cfg(unix)]
const USUAL_PATH: &str = "/bin:/usr/bin";

/// As much of a script's first line as the system reads, in bytes.
#[cfg(unix)]
const LONGEST_FIRST_LINE: u64 = 255;

/// Why a folder of `PATH` has no such program.
#[cfg(unix)]
const MISSING: [io::ErrorKind; 2] = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];

/// Refuses a program that is not there, or is none, before it is handed anything: in `path`, if its own
/// environment has another one.
#[cfg(unix)]
pub fn program(program: &OsString, path: Option<&String>) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    let name = Path::new(program);
    let mut refused = io::Error::from(io::ErrorKind::NotFound);
    if program.is_empty() {
        return Err(refused);
    }
    if program.as_bytes().contains(&b'/') {
        return is_program(name);
    }
    let path = path.map(OsString::from).or_else(|| env::var_os("PATH"));
    for folder in env::split_paths(&path.unwrap_or_else(|| USUAL_PATH.into())) {
        match is_program(&folder.join(name)) {
            Ok(()) => return Ok(()),
            Err(error) if MISSING.contains(&error.kind()) => {}
            // Another folder may have one that can be started.
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

#[cfg(not(unix))]
pub fn program(_: &OsString, _: Option<&String>) -> io::Result<()> {
    Ok(())
}

/// Whether a file can be started: it may be, and so may the program that its first line names.
#[cfg(unix)]
fn is_program(path: &Path) -> io::Result<()> {
    let data = path.metadata()?;
    if !data.is_file() || data.permissions().mode() & 0o111 == 0 {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    match interpreter(path) {
        Some(missing) if !missing.exists() => {
            let missing = sanitize_display_text(&missing.to_string_lossy());
            Err(io::Error::other(format!(
                "there is no {missing}, which it is written for"
            )))
        }
        _ => Ok(()),
    }
}

/// The program that a script names in its first line (execve(2), "Interpreter scripts").
#[cfg(unix)]
fn interpreter(path: &Path) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    let mut begin = Vec::new();
    let file = File::open(path).ok()?;
    file.take(LONGEST_FIRST_LINE).read_to_end(&mut begin).ok()?;
    let line = begin.strip_prefix(b"#!")?;
    let mut words = line.split(|byte| *byte == b'\n').next()?;
    words = words.trim_ascii_start();
    let name = words.split(|byte| b" \t".contains(byte)).next()?;
    (!name.is_empty()).then(|| OsString::from_vec(name.to_vec()).into())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    fn found(program: &str, path: &str) -> Result<(), io::ErrorKind> {
        super::program(&program.into(), Some(&path.to_owned())).map_err(|error| error.kind())
    }

    #[test]
    fn a_program_is_found_in_the_path_that_it_will_be_started_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str, mode| {
            let file = folder.path().join(name);
            fs::write(&file, text).expect("written");
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("set");
        };
        write("one", "#! /bin/sh -e\n", 0o700);
        write("plain", "echo\n", 0o700);
        write("broken", "#!/nowhere/at/all\n", 0o700);
        write("text", "text", 0o600);
        let path = folder.path().to_str().expect("text");
        assert_eq!(found("one", path), Ok(()));
        assert_eq!(found("plain", path), Ok(()));
        assert_eq!(
            found("one", &format!("/nowhere:{path}/text:{path}")),
            Ok(())
        );
        let second = folder.path().join("second");
        fs::create_dir(&second).expect("a folder");
        write("second/broken", "#!/bin/sh\n", 0o700);
        let both = format!("{path}:{}", second.display());
        assert_eq!(found("broken", &both), Ok(()), "the next one is taken");
        assert_eq!(found("one", "/nowhere"), Err(io::ErrorKind::NotFound));
        assert_eq!(found("", path), Err(io::ErrorKind::NotFound));
        assert_eq!(found("text", path), Err(io::ErrorKind::PermissionDenied));
        assert_eq!(found("broken", path), Err(io::ErrorKind::Other));
        assert_eq!(found(&format!("{path}/one"), "/nowhere"), Ok(()));
        assert_eq!(
            found(&format!("{path}/one/"), "/nowhere"),
            Err(io::ErrorKind::NotADirectory)
        );
    }
}
