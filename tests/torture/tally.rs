//! What a campaign comes to, and the bounds that scripts/torture sets.

use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// How long a campaign may go on, how many cases it wants at least, and its seed.
pub struct Bounds {
    end: Option<Instant>,
    enough: usize,
    pub seed: u64,
}

impl Bounds {
    /// As scripts/torture asks; without it, `enough` cases and always the same seed.
    pub fn new(enough: usize) -> Self {
        let minutes = number("KEYRACK_TORTURE_MINUTES");
        Self {
            end: minutes.map(|minutes| Instant::now() + Duration::from_secs(minutes * 60)),
            enough,
            seed: number("KEYRACK_TORTURE_SEED").unwrap_or(1),
        }
    }

    /// Whether scripts/torture asks, and not a test run.
    pub fn is_long(&self) -> bool {
        self.end.is_some()
    }

    /// Whether there is time for one more case after so many.
    pub fn allow(&self, cases: usize) -> bool {
        match self.end {
            Some(end) => Instant::now() < end,
            None => cases < self.enough,
        }
    }
}

/// A number that scripts/torture sets.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Counts cases, and keeps what was violated.
pub struct Tally {
    campaign: &'static str,
    seed: u64,
    pub cases: usize,
    violations: Vec<String>,
}

impl Tally {
    pub fn of(campaign: &'static str, seed: u64) -> Self {
        Self {
            campaign,
            seed,
            cases: 0,
            violations: Vec::new(),
        }
    }

    /// What must hold after `case`.
    pub fn must(&mut self, case: &str, holds: bool, what: &str) {
        if !holds {
            let violation = format!("{case}: {what}");
            println!("violation  {violation}");
            self.violations.push(violation);
        }
    }

    /// Tells scripts/torture, and fails if anything was violated or nothing was tried.
    pub fn close(self) {
        let line = format!(
            "{}\t{}\t{}",
            self.campaign,
            self.cases,
            self.violations.len()
        );
        println!("{line}");
        if let Some(table) = std::env::var_os("KEYRACK_TORTURE_TABLE") {
            let mut table = File::options()
                .create(true)
                .append(true)
                .open(table)
                .unwrap();
            writeln!(table, "{line}").unwrap();
        }
        assert!(self.cases > 0, "no case was tried");
        assert!(
            self.violations.is_empty(),
            "with seed {}: {:#?}",
            self.seed,
            self.violations
        );
    }
}

/// Numbers that look random and are the same for the same seed (Marsaglia's xorshift64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    /// Puts a list into another order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}
