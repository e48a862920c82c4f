//! The one window of a data folder.

use std::fs::File;

use keyrack_core::{Cause, DataFolder, Problem};

/// The lock of the one window of a data folder; freed by the end of its process.
#[derive(Debug)]
pub struct WindowLock {
    _file: File,
}

impl WindowLock {
    /// Takes the lock, or fails with `already-open`.
    pub fn take(folder: &DataFolder) -> Result<Self, Problem> {
        let file = folder
            .try_lock("window.lock")?
            .ok_or_else(|| Problem::from(Cause::AlreadyOpen))?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_window_has_the_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        let first = WindowLock::take(&folder).expect("the first");
        assert_eq!(
            WindowLock::take(&folder).expect_err("the second").cause,
            Cause::AlreadyOpen
        );
        drop(first);
        WindowLock::take(&folder).expect("after the first");
    }
}
