//! Scan: tokens of Notion's that lie in clear text outside of the keyring. It reads files, and changes none.

mod finding;
mod known;
mod result;
mod search;

use std::ops::ControlFlow;
use std::path::Path;

use crate::domain::stray::{Marks, without_secrets};
use crate::keyrack::Keyrack;

use known::Known;
use search::Search;

pub use result::{NotRead, Scan, Unread};
pub use search::Ground;

/// A path as it is shown: without what looks like a token in it.
#[must_use]
pub fn shown_path(path: &Path) -> String {
    without_secrets(&path.display().to_string(), &Marks::default())
}

impl Keyrack {
    /// Looks for strays. Those of this data folder are recognised exactly, if the keyring is open; others by
    /// what they look like. `told` is called now and then with how many files were looked
    /// through, and ends the scan by a break.
    pub async fn scan(
        &self,
        ground: Ground,
        told: impl Fn(usize) -> ControlFlow<()> + Send + 'static,
    ) -> Scan {
        let mut known = Known::default();
        let own_unknown = self.learn(&mut known).await.err();
        let look = move || Search::new(known, Box::new(told)).look(&ground);
        let looked = tokio::task::spawn_blocking(look).await;
        let scan = looked.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        Scan {
            own_unknown,
            ..scan
        }
    }
}
