//! Random sequences of acts, faults of Notion and the keyring, and ends of the process at any step,
//! with all invariants checked after each.
//!
//! `scripts/torture` sets `KEYRACK_TORTURE_STEPS` (how many), besides what the other campaigns take.

mod acts;
mod judge;
mod life;
mod truth;

use crate::tests::campaign::{report, seed, wanted};
use life::Life;

/// The number of steps in a normal test run; a campaign makes tens of thousands.
const A_FEW: usize = 600;

/// How many steps are made with one data folder before the next is begun.
const OF_ONE_LIFE: usize = 100;

/// The seeds of lives that once violated an invariant.
const REMEMBERED: [u64; 9] = [
    1_000_000, 1_000_003, 2_000_003, 2_000_021, 2_000_022, 2_000_025, 11_000_134, 11_000_144,
    12_000_052,
];

#[tokio::test]
async fn whatever_happens_in_whatever_order_what_must_hold_holds() {
    let (first, wanted) = (seed() * 1_000_000, wanted("KEYRACK_TORTURE_STEPS", A_FEW));
    let (mut steps, mut violations) = (0, Vec::new());
    let mut seeds = first..;
    while steps < wanted {
        let seed = seeds.next().expect("without end");
        steps += OF_ONE_LIFE;
        violations.extend(Life::begin(seed).await.live(OF_ONE_LIFE).await);
    }
    report("acts, faults and ends at random", steps, violations.len());
    assert_eq!(violations, [""; 0]);
}

#[tokio::test]
async fn lives_that_once_went_wrong_go_well() {
    for seed in REMEMBERED {
        let violations = Life::begin(seed).await.live(OF_ONE_LIFE).await;
        assert_eq!(violations, [""; 0], "life {seed}");
    }
}
