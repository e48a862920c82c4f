//! Waits that double from one try to the next.

use std::time::Duration;

/// Waits that double from one try to the next, up to a most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first try.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
}

impl Backoff {
    /// The wait after the try with this number; the first try is number 1.
    #[must_use]
    pub fn wait(self, tries: u32) -> Duration {
        2_u32
            .checked_pow(tries.saturating_sub(1))
            .and_then(|times| self.first.checked_mul(times))
            .map_or(self.most, |wait| wait.min(self.most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_most_and_never_overflow() {
        let backoff = Backoff {
            first: Duration::from_secs(30),
            most: Duration::from_hours(1),
        };
        assert_eq!(
            [0, 1, 2, 3, 7, 8, 32, 33, u32::MAX].map(|tries| backoff.wait(tries).as_secs()),
            [30, 30, 60, 120, 1920, 3600, 3600, 3600, 3600]
        );
    }
}
