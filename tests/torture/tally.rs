//! The result of a campaign, and the bounds that scripts/torture sets.

use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// A campaign's time, its least number of cases, and its seed.
pub struct Bounds {
    end: Option<Instant>,
    enough: usize,
    pub seed: u64,
}

impl Bounds {
    /// The bounds that scripts/torture sets; without it, `enough` cases and always the same seed.
    pub fn new(enough: usize) -> Self {
        let minutes = number("KEYRACK_TORTURE_MINUTES");
        Self {
            end: minutes.map(|minutes| Instant::now() + Duration::from_secs(minutes * 60)),
            enough,
            seed: number("KEYRACK_TORTURE_SEED").unwrap_or(1),
        }
    }

    /// Whether scripts/torture set the bounds, and this is not a normal test run.
    pub fn is_long(&self) -> bool {
        self.end.is_some()
    }

    /// Whether one more case may follow after `cases`.
    pub fn allow(&self, cases: usize) -> bool {
        match self.end {
            Some(end) => Instant::now() < end,
            None => cases < self.enough,
        }
    }
}

/// A number that scripts/torture sets, by the name of its variable.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The count of cases, and the violations.
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

    /// Records a violation of `what` in `case` unless it holds.
    pub fn must(&mut self, case: &str, holds: bool, what: &str) {
        if !holds {
            let violation = format!("{case}: {what}");
            println!("violation  {violation}");
            self.violations.push(violation);
        }
    }

    /// Reports to scripts/torture, and fails if anything was violated or nothing was tried.
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

    /// Shuffles a list (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}
