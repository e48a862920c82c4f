//! Common parts of campaigns: random numbers that a seed repeats, and the table of scripts/torture.

use std::fs::File;
use std::io::Write as _;

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// The seed that scripts/torture sets; without it, always the same.
pub(super) fn seed() -> u64 {
    number("KEYRACK_TORTURE_SEED").unwrap_or(1)
}

/// The number of cases that scripts/torture sets by a variable, or `a_few` without it.
pub(super) fn wanted(variable: &str, a_few: usize) -> usize {
    number(variable).map_or(a_few, |wanted| {
        usize::try_from(wanted).expect("a number of cases")
    })
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Numbers that look random and are the same for the same seed.
pub(super) struct Random(TestRng);

impl Random {
    pub fn new(seed: u64) -> Self {
        let seed: Vec<_> = seed.to_le_bytes().into_iter().cycle().take(32).collect();
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.0.next_u64() % limit as u64).expect("below a usize")
    }

    pub fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    pub fn text(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let letter = |_| char::from(LETTERS[self.below(LETTERS.len())]);
        (0..length).map(letter).collect()
    }
}

/// Reports the result of a campaign, on standard output and to scripts/torture.
pub(super) fn report(campaign: &str, cases: usize, violations: usize) {
    let line = format!("{campaign}\t{cases}\t{violations}");
    #[allow(clippy::print_stdout, reason = "the figure is the result")]
    {
        println!("{line}");
    }
    if let Some(table) = std::env::var_os("KEYRACK_TORTURE_TABLE") {
        let table = File::options().create(true).append(true).open(table);
        writeln!(table.expect("the table"), "{line}").expect("written");
    }
}
