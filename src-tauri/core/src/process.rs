//! Which operations belong to a living process: a lock on a file, which death sets free.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use crate::data_folder::DataFolder;
use crate::problem::Problem;

/// This process's mark in the data folder, held until it ends.
///
/// Operations carry the mark's id, so that one process can tell the unfinished work of a dead
/// process, which it must finish, from that of a living one, which it must leave alone.
#[derive(Debug)]
pub(crate) struct ProcessMark {
    id: String,
    path: PathBuf,
    _locked: File,
}

impl ProcessMark {
    /// Makes and locks a mark of this process's own.
    pub fn make(folder: &DataFolder) -> Result<Self, Problem> {
        let id = uuid::Uuid::new_v4().to_string();
        let path = folder.subfolder("processes")?.file(&id)?;
        let file = File::options()
            .write(true)
            .open(&path)
            .map_err(|error| folder.failed(&error))?;
        file.lock().map_err(|error| folder.failed(&error))?;
        Ok(Self {
            id,
            path,
            _locked: file,
        })
    }

    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Drop for ProcessMark {
    fn drop(&mut self) {
        // A mark that stays behind is unlocked by the process's end, and cleared by the next start.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether the process with this mark has ended. Clears the mark if so.
pub(crate) fn has_ended(folder: &DataFolder, id: &str) -> bool {
    let path = folder.path().join("processes").join(id);
    let Ok(file) = File::open(&path) else {
        return !path.exists();
    };
    match file.try_lock() {
        Ok(()) => {
            let _ = std::fs::remove_file(&path);
            true
        }
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_alive_until_its_process_lets_go_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        let mark = ProcessMark::make(&folder).expect("a mark");
        let id = mark.id().to_owned();
        assert!(!has_ended(&folder, &id));
        let file = folder.path().join("processes").join(&id);
        drop(mark);
        assert!(has_ended(&folder, &id));
        std::fs::write(&file, "").expect("a mark left behind");
        assert!(has_ended(&folder, &id));
        assert!(!file.exists(), "a dead mark is cleared");
    }
}
