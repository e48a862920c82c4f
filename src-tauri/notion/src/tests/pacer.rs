//! The pacer with callers of every kind: never above the budget, never far below it.

use std::time::{Duration, Instant};

use crate::{Budget, Pacer};

const WINDOW: Duration = Duration::from_mins(1);
const BUDGETS: [Budget; 2] = [Budget::Standard, Budget::Higher];

/// Numbers that look random and are the same in every run (Marsaglia's xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn millis(&mut self, limit: u64) -> Duration {
        Duration::from_millis(self.below(limit))
    }
}

/// The most of `starts` in any 60 s, both ends included.
fn most_in_a_window(mut starts: Vec<Instant>) -> usize {
    starts.sort();
    (0..starts.len())
        .map(|first| starts.partition_point(|start| *start <= starts[first] + WINDOW) - first)
        .max()
        .unwrap_or_default()
}

fn assert_within(budget: Budget, starts: Vec<Instant>, what: &str) {
    let most = most_in_a_window(starts);
    assert!(most <= budget.per_minute() as usize, "{what}: {most}");
}

#[test]
fn a_thousand_calls_in_a_row_use_95_percent_of_the_budget_and_never_more() {
    for budget in BUDGETS {
        let (begin, mut pacer) = (Instant::now(), Pacer::new(budget));
        let starts: Vec<_> = (0..1_000).map(|_| pacer.reserve(begin)).collect();
        let used = starts[999].duration_since(begin).as_secs_f64();
        let whole = 1_000.0 / f64::from(budget.per_minute()) * 60.0;
        assert!(whole / used >= 0.95, "{budget:?}: {used} s, not {whole} s");
        assert_within(budget, starts, "in a row");
    }
}

#[test]
fn no_pattern_of_arrivals_breaks_the_budget() {
    for seed in 1..=60_u64 {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let budget = BUDGETS[usize::from(seed % 2 == 0)];
        let (mut now, mut pacer) = (Instant::now(), Pacer::new(budget));
        let (mut waiting, mut starts) = (Vec::new(), Vec::new());
        let longest_gap = [20, 300, 2_000, 90_000][usize::try_from(random.below(4)).unwrap()];
        let mut paused_until = now;
        for _ in 0..400 {
            now += random.millis(longest_gap);
            match random.below(60) {
                0 => {
                    paused_until = paused_until.max(now + random.millis(90_000));
                    pacer.pause_until(paused_until);
                }
                // The machine is suspended, with slots reserved.
                1 => now += random.millis(120_000),
                crowd => waiting.extend((0..crowd % 7).map(|_| pacer.reserve(now))),
            }
            // Callers whose slot's time has come claim it, sooner or later.
            for slot in std::mem::take(&mut waiting) {
                if random.below(3) == 0 || slot > now {
                    waiting.push(slot);
                    continue;
                }
                match pacer.claim(slot, now) {
                    Ok(()) => {
                        assert!(now >= paused_until, "seed {seed}: a start in a pause");
                        starts.push(now);
                    }
                    Err(later) => waiting.push(later),
                }
            }
        }
        assert!(starts.len() > 4, "seed {seed}: {} starts", starts.len());
        assert_within(budget, starts, &format!("seed {seed}"));
    }
}

#[test]
fn slots_that_were_slept_through_are_not_made_up_for_at_once() {
    let (begin, mut pacer) = (Instant::now(), Pacer::new(Budget::Standard));
    let slots: Vec<_> = (0..150).map(|_| pacer.reserve(begin)).collect();
    let awake = begin + Duration::from_hours(1);
    let started = slots
        .into_iter()
        .filter_map(|slot| pacer.claim(slot, awake).err())
        .filter(|again| *again == awake)
        .count();
    assert_eq!(started, 4, "as many as after any quiet time");
}

#[test]
fn a_pause_moves_what_was_reserved_and_ends_on_time() {
    let (begin, mut pacer) = (Instant::now(), Pacer::new(Budget::Standard));
    let slot = pacer.reserve(begin);
    let until = begin + Duration::from_secs(30);
    pacer.pause_until(until);
    pacer.pause_until(begin + Duration::from_secs(1));
    assert_eq!(pacer.earliest(begin), until);
    assert_eq!(pacer.claim(slot, begin), Err(until));
    assert_eq!(pacer.claim(until, begin), Err(until), "too early");
    assert_eq!(pacer.claim(until, until), Ok(()));
    assert_eq!(pacer.earliest(until + WINDOW), until + WINDOW);
}

#[test]
fn what_is_left_of_many_calls_is_told_as_it_will_be() {
    for budget in BUDGETS {
        for quiet in [0, 1, 5, 400] {
            let (begin, mut pacer) = (Instant::now(), Pacer::new(budget));
            for _ in 0..quiet {
                pacer.reserve(begin);
            }
            pacer.pause_until(begin + Duration::from_secs(quiet));
            let foretold = [0, 1, 2, 50, 1_000].map(|calls| pacer.last_of(calls, begin));
            assert_eq!(foretold[0], begin);
            let slots: Vec<_> = (0..1_000).map(|_| pacer.reserve(begin)).collect();
            assert_eq!(foretold[1..], [slots[0], slots[1], slots[49], slots[999]]);
        }
    }
}
