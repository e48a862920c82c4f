//! What a person asked for in this process, which needs no other proof.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The operations (`Operation::id`) that a person asked for in this process.
#[derive(Debug, Default)]
pub(crate) struct Asked(Mutex<HashSet<String>>);

impl Asked {
    pub fn add(&self, operation: &str) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(operation.to_owned());
    }

    pub fn has(&self, operation: &str) -> bool {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.contains(operation)
    }
}
