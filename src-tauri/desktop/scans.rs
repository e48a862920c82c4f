//! The scans for tokens in clear text that the window asks for: one at a time, and none that nobody waits for.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Counts the scans; the last one alone goes on.
#[derive(Default)]
pub struct Scans(Arc<AtomicU64>);

impl Scans {
    /// Begins a scan, which ends the one before. Returns what says whether it goes on.
    pub fn begin(&self) -> impl Fn() -> ControlFlow<()> + Send + use<> {
        let (scans, own) = (self.0.clone(), self.0.fetch_add(1, SeqCst) + 1);
        move || {
            if scans.load(SeqCst) == own {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        }
    }

    /// Ends the scan that is under way.
    pub fn end(&self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_goes_on_until_it_is_ended_or_another_begins() {
        let scans = Scans::default();
        let first = scans.begin();
        assert!(first().is_continue());
        let second = scans.begin();
        assert!(first().is_break() && second().is_continue());
        scans.end();
        assert!(second().is_break());
    }
}
