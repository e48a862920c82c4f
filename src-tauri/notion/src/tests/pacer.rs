//! The pacer with callers of every kind: never above the budget, never far below it.

use std::time::{Duration, Instant};

use crate::{Budget, Pacer, Share};

const MINUTE: Duration = Duration::from_mins(1);
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
fn most_in_a_minute(mut starts: Vec<Instant>) -> usize {
    starts.sort();
    (0..starts.len())
        .map(|first| starts.partition_point(|start| *start <= starts[first] + MINUTE) - first)
        .max()
        .unwrap_or_default()
}

fn assert_within(budget: Budget, starts: Vec<Instant>, what: &str) {
    let most = most_in_a_minute(starts);
    assert!(most <= budget.per_minute() as usize, "{what}: {most}");
}

/// The starts of calls that wait for each other.
fn in_a_row(pacer: &mut Pacer, calls: usize, begin: Instant) -> Vec<Instant> {
    let mut now = begin;
    let mut start = || loop {
        match pacer.start(Share::Many, now) {
            Ok(()) => return now,
            Err(later) => now = later,
        }
    };
    (0..calls).map(|_| start()).collect()
}

#[test]
fn a_thousand_calls_in_a_row_use_95_percent_of_the_budget_and_never_more() {
    for budget in BUDGETS {
        let (begin, mut pacer) = (Instant::now(), Pacer::new(budget));
        let starts = in_a_row(&mut pacer, 3_000, begin);
        let used = starts[2_999].duration_since(begin).as_secs_f64();
        let whole = 3_000.0 / f64::from(budget.per_minute()) * 60.0;
        assert!(whole / used >= 0.95, "{budget:?}: {used} s, not {whole} s");
        assert_within(budget, starts, "in a row");
    }
}

#[test]
fn what_fits_starts_at_once_and_leaves_room_for_the_longest_act() {
    for budget in BUDGETS {
        let (now, mut pacer) = (Instant::now(), Pacer::new(budget));
        let many = (0..).take_while(|_| pacer.start(Share::Many, now).is_ok());
        let many = many.count();
        assert!(many >= 170, "{many}");
        let acts = (0..).take_while(|_| pacer.start(Share::Whole, now).is_ok());
        let acts = acts.count();
        assert!(acts >= 4, "{acts}");
        assert_eq!(many + acts, budget.per_minute() as usize);
    }
}

#[test]
fn no_pattern_of_arrivals_breaks_the_budget() {
    for seed in 1..=60_u64 {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let budget = BUDGETS[usize::from(seed % 2 == 0)];
        let (mut now, mut pacer) = (Instant::now(), Pacer::new(budget));
        let (mut starts, mut elsewhere) = (Vec::new(), Vec::new());
        let longest_gap = [20, 300, 2_000, 90_000][usize::try_from(random.below(4)).unwrap()];
        let mut paused_until = now;
        for _ in 0..1_500 {
            now += random.millis(longest_gap);
            match random.below(300) {
                0 => {
                    paused_until = paused_until.max(now + random.millis(90_000));
                    pacer.pause_until(paused_until);
                }
                // The machine is suspended.
                1 => now += random.millis(120_000),
                // Another process has started some.
                2 => {
                    let more = usize::try_from(random.below(40)).unwrap();
                    let after = [starts.clone(), vec![now; more]].concat();
                    if most_in_a_minute(after.clone()) <= budget.per_minute() as usize {
                        starts = after;
                        elsewhere.extend(vec![now; more]);
                        pacer.started_elsewhere(elsewhere.clone());
                    }
                }
                crowd => {
                    let share = if crowd % 2 == 0 {
                        Share::Whole
                    } else {
                        Share::Many
                    };
                    for _ in 0..crowd % 7 {
                        if pacer.start(share, now).is_ok() {
                            assert!(now >= paused_until, "seed {seed}: a start in a pause");
                            starts.push(now);
                        }
                    }
                }
            }
        }
        assert!(starts.len() > 4, "seed {seed}: {} starts", starts.len());
        assert_within(budget, starts, &format!("seed {seed}"));
    }
}

#[test]
fn a_call_that_has_to_wait_may_start_when_it_was_told() {
    let (begin, mut pacer) = (Instant::now(), Pacer::new(Budget::Standard));
    while pacer.start(Share::Whole, begin).is_ok() {}
    let later = pacer.start(Share::Whole, begin + MINUTE).expect_err("full");
    assert!(later > begin + MINUTE);
    assert_eq!(pacer.start(Share::Whole, later), Ok(()));
}

#[test]
fn a_pause_holds_all_and_ends_on_time() {
    let (begin, mut pacer) = (Instant::now(), Pacer::new(Budget::Standard));
    let until = begin + Duration::from_secs(30);
    pacer.pause_until(until);
    pacer.pause_until(begin + Duration::from_secs(1));
    assert_eq!(pacer.earliest(Share::Whole, begin), until);
    assert_eq!(pacer.start(Share::Whole, begin), Err(until));
    assert_eq!(pacer.start(Share::Whole, until), Ok(()));
}

#[test]
fn what_is_left_of_many_calls_is_told_as_it_will_be() {
    for budget in BUDGETS {
        for quiet in [0, 1, 5, 400] {
            let (begin, mut pacer) = (Instant::now(), Pacer::new(budget));
            for _ in 0..quiet {
                let _ = pacer.start(Share::Many, begin);
            }
            pacer.pause_until(begin + Duration::from_secs(quiet));
            let foretold =
                [0, 1, 2, 50, 1_000].map(|calls| pacer.last_of(Share::Many, calls, begin));
            assert_eq!(foretold[0], begin);
            let starts = in_a_row(&mut pacer, 1_000, begin);
            assert_eq!(
                foretold[1..],
                [starts[0], starts[1], starts[49], starts[999]]
            );
        }
    }
}
