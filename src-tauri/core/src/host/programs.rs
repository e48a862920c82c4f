//! Keyrack's own programs, which lie in one folder.

use std::env;
use std::io;
use std::path::PathBuf;

/// The path of the program of Keyrack with this name, beside this one.
pub fn program_beside(name: &str) -> io::Result<PathBuf> {
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let program = env::current_exe()?.with_file_name(name);
    if program.is_file() {
        Ok(program)
    } else {
        let missing = format!("{} is not there", program.display());
        Err(io::Error::new(io::ErrorKind::NotFound, missing))
    }
}
