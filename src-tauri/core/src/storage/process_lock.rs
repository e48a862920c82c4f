//! Marks of living processes: a lock on a file, which the end of its process frees.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::problem::Problem;
use crate::storage::data_folder::DataFolder;
use crate::storage::sign::{MARKS, is_mark};

/// The mark of this process in the data folder, locked until the process ends.
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
    /// Makes and locks a mark for this process.
    pub fn make(folder: &DataFolder) -> Result<Self, Problem> {
        let marks = folder.subfolder(MARKS)?;
        loop {
            let id = uuid::Uuid::new_v4().to_string();
            let locked = marks.lock(&id)?;
            let path = marks.path().join(&id);
            // Between making and locking it, another start may have removed it as an ended
            // process's.
            if path.exists() {
                return Ok(Self {
                    id,
                    path,
                    _locked: locked,
                });
            }
        }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Removes the mark at the end of a process that leaves nothing unfinished.
    pub fn remove(&self) {
        // A mark that stays behind is unlocked by the process's end, and cleared by a later start.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the process with this mark has ended. An id that is no mark's, from a row that something
/// else wrote, is no living process's.
pub(crate) fn has_ended(folder: &DataFolder, id: &str) -> bool {
    let Some(path) = path_of(folder, id) else {
        return true;
    };
    match open_mark(&path) {
        Ok(Some(mark)) => mark.try_lock().is_ok(),
        Ok(None) => true,
        Err(_) => !path.exists(),
    }
}

/// Opens a mark; none if it is no mark but a pipe, a link or somebody's file, which is not waited for.
fn open_mark(path: &Path) -> io::Result<Option<File>> {
    let is_one = |data: &Metadata| data.is_file() && data.len() == 0;
    if !is_one(&fs::symlink_metadata(path)?) {
        return Ok(None);
    }
    let mut options = File::options();
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        // It may have become another thing meanwhile.
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed());
    }
    let opened = options.read(true).open(path)?;
    Ok(is_one(&opened.metadata()?).then_some(opened))
}

/// Whether any process has the data folder open.
pub(super) fn any_alive(folder: &DataFolder) -> bool {
    others_alive(folder, "") > 0
}

/// How many processes have the data folder open besides the one with the mark `own`.
pub(crate) fn others_alive(folder: &DataFolder, own: &str) -> usize {
    let is_alive = |id: &String| id != own && !has_ended(folder, id);
    marks(folder).filter(is_alive).count()
}

/// The ids of marks that ended processes left behind.
pub(crate) fn left_behind(folder: &DataFolder) -> Vec<String> {
    marks(folder).filter(|id| has_ended(folder, id)).collect()
}

/// Removes the mark of an ended process that has nothing unfinished any more.
pub(crate) fn clear(folder: &DataFolder, id: &str) {
    // Only under its lock: a process that has just made it would lose it, and count as ended.
    if let Some(path) = path_of(folder, id)
        && let Ok(Some(mark)) = open_mark(&path)
        && mark.try_lock().is_ok()
    {
        // A mark that cannot be removed is found again at the next start.
        let _ = fs::remove_file(path);
    }
}

/// The marks in the data folder: empty files with the names of marks. Others are somebody else's.
fn marks(folder: &DataFolder) -> impl Iterator<Item = String> {
    let files = fs::read_dir(folder.path().join(MARKS));
    let marks = files.into_iter().flatten().flatten().filter(|file| {
        let data = file.metadata();
        data.is_ok_and(|data| data.is_file() && data.len() == 0)
    });
    let names = marks.filter_map(|mark| mark.file_name().into_string().ok());
    names.filter(|name| is_mark(name))
}

/// The path of a mark; none if the id is no mark's.
fn path_of(folder: &DataFolder, id: &str) -> Option<PathBuf> {
    is_mark(id).then(|| folder.path().join(MARKS).join(id))
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
        mark.remove();
        drop(mark);
        assert!(has_ended(&folder, &id));
        fs::write(&file, "").expect("a mark left behind");
        let alive = ProcessMark::make(&folder).expect("another mark");
        assert_eq!(left_behind(&folder), std::slice::from_ref(&id));
        clear(&folder, &id);
        assert!(left_behind(&folder).is_empty());
        assert!(!has_ended(&folder, alive.id()));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_in_a_marks_place_and_is_none_is_nobodys_and_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        drop(ProcessMark::make(&folder).expect("the folder of marks"));
        let [pipe, file] = [(); 2].map(|()| uuid::Uuid::new_v4().to_string());
        let marks = folder.path().join(MARKS);
        let made = std::process::Command::new("mkfifo")
            .arg(marks.join(&pipe))
            .status();
        assert!(made.expect("mkfifo").success());
        fs::write(marks.join(&file), "theirs").expect("written");
        for id in [&pipe, &file] {
            assert!(has_ended(&folder, id));
            clear(&folder, id);
            assert!(marks.join(id).exists(), "it is not ours to remove");
        }
        assert_eq!(others_alive(&folder, ""), 0);
    }
}
