//! A check of a thousand connections, in simulated time and without sockets: the real queues, pace
//! and retries with a Notion that counts calls.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use notion_oauth::{Budget, Error, Pace};
use tokio::time::{Instant, sleep};

use crate::acts::check::many::RETRY;
use crate::domain::batch::{Batch, BatchAct, BatchState};
use crate::domain::time::Millis;
use crate::runtime::batch::{Became, CHECKS_AT_ONCE, Queue, Run};

const CONNECTIONS: usize = 1_000;
/// The least seconds in which the budget allows a thousand calls.
const AT_BEST: f64 = 1_000.0 / 180.0 * 60.0;

/// A Notion that lets through 180 calls in each of its fixed minutes.
struct Counting {
    began: Instant,
    /// Where in Notion's minute the first call falls.
    offset: Duration,
    calls: Mutex<Vec<Duration>>,
    refused: Mutex<u32>,
    /// The time in which Notion replies 429 to every call.
    busy: Option<(Duration, Duration)>,
}

impl Counting {
    fn new(offset: u64) -> Self {
        Self {
            began: Instant::now(),
            offset: Duration::from_secs(offset),
            calls: Mutex::default(),
            refused: Mutex::default(),
            busy: None,
        }
    }

    async fn introspect(&self, number: usize) -> Result<(), Error> {
        let at = self.began.elapsed();
        let minute = |at: Duration| (at + self.offset).as_secs() / 60;
        let in_this_minute = {
            let mut calls = self.calls.lock().expect("calls");
            calls.push(at);
            calls
                .iter()
                .filter(|call| minute(**call) == minute(at))
                .count()
        };
        // Replies take from a fifth of a second to two.
        sleep(Duration::from_millis(200 + (number as u64 * 7_919) % 1_800)).await;
        let pause = match self.busy {
            Some((from, until)) if from <= at && at < until => Some(until.saturating_sub(at)),
            _ if in_this_minute > 180 => Some(Duration::from_mins(1)),
            _ => None,
        };
        let Some(pause) = pause else {
            return Ok(());
        };
        *self.refused.lock().expect("a count") += 1;
        Err(Error::RateLimited {
            // Whole seconds, as in a header.
            retry_after: Some(Duration::from_secs(pause.as_secs() + 1)),
            request_id: None,
        })
    }

    fn calls(&self) -> usize {
        self.calls.lock().expect("calls").len()
    }
}

/// Checks a thousand connections, and returns the reported progress with its times, the end last.
async fn check_all(notion: Arc<Counting>, cancel_at: Option<u64>) -> Vec<(Duration, Batch)> {
    let pace = Pace::new(Budget::Standard).among_many();
    let ids = (0..CONNECTIONS).map(|number| number.to_string()).collect();
    let queue = Queue::new(pace.clone(), ids);
    let run = Arc::new(Run::new(BatchAct::Check, vec![queue], 0));
    let check = {
        let notion = notion.clone();
        move |id: String| {
            let (pace, notion) = (pace.clone(), notion.clone());
            async move {
                let number = id.parse().expect("a number");
                match pace.call(RETRY, || notion.introspect(number)).await {
                    Ok(()) => Became::Succeeded(None),
                    Err(_) => Became::Failed {
                        needs_attention: false,
                        not_done: None,
                    },
                }
            }
        }
    };
    if let Some(seconds) = cancel_at {
        let run = run.clone();
        tokio::spawn(async move {
            sleep(Duration::from_secs(seconds)).await;
            run.cancel();
        });
    }
    let reports = Mutex::new(Vec::new());
    let report = |progress| {
        let reports = &mut *reports.lock().expect("the reports");
        reports.push((notion.began.elapsed(), progress));
    };
    run.go(check, |run| report(run.progress(Millis(0)))).await;
    report(run.ended().counts);
    reports.into_inner().expect("the reports")
}

#[tokio::test(start_paused = true)]
async fn a_thousand_use_95_percent_of_the_budget_and_draw_no_429() {
    for offset in [0, 17, 59] {
        let notion = Arc::new(Counting::new(offset));
        let reports = check_all(notion.clone(), None).await;
        assert_eq!(*notion.refused.lock().expect("a count"), 0);
        let (took, ended) = reports.last().expect("an end");
        assert_eq!((ended.done, ended.succeeded), (1_000, 1_000));
        assert_eq!(ended.state, BatchState::Finished);
        let used = AT_BEST / took.as_secs_f64();
        assert!(used >= 0.95, "{used:.3} of the budget");
    }
}

#[tokio::test(start_paused = true)]
async fn progress_and_time_left_are_told_every_second_and_come_true() {
    let reports = check_all(Arc::new(Counting::new(0)), None).await;
    let (took, _) = reports.last().expect("an end");
    assert!(reports.len() as u64 > took.as_secs());
    for (at, progress) in &reports[..reports.len() - 1] {
        assert_eq!(progress.total, 1_000);
        let left = Duration::from_millis(progress.left.expect("time left"));
        let foretold = (*at + left).as_secs_f64();
        let off = (foretold - took.as_secs_f64()).abs();
        assert!(off < 5.0, "at {at:?} it was {off:.1} s off");
    }
    let done: Vec<_> = reports.iter().map(|(_, progress)| progress.done).collect();
    assert!(done.is_sorted());
}

#[tokio::test(start_paused = true)]
async fn a_429_is_waited_out_as_told_and_loses_no_verdict() {
    let until = Duration::from_secs(130);
    let busy = Some((Duration::from_mins(1), until));
    let notion = Arc::new(Counting {
        busy,
        ..Counting::new(0)
    });
    let reports = check_all(notion.clone(), None).await;
    let (_, ended) = reports.last().expect("an end");
    assert_eq!(
        (ended.done, ended.succeeded, ended.failed),
        (1_000, 1_000, 0)
    );
    let paused = reports
        .iter()
        .filter(|(_, progress)| progress.paused_until.is_some())
        .count();
    assert!((60..=75).contains(&paused), "{paused} s");
    let calls = notion.calls.lock().expect("calls");
    // Calls under way at the first 429 may still arrive; then none does.
    let deaf = Duration::from_secs(63)..until;
    assert_eq!(calls.iter().filter(|call| deaf.contains(*call)).count(), 0);
    let refused = *notion.refused.lock().expect("a count");
    assert!(refused as usize <= CHECKS_AT_ONCE, "{refused} drew it");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_it_at_once_and_begins_nothing_more() {
    let notion = Arc::new(Counting::new(0));
    let reports = check_all(notion.clone(), Some(100)).await;
    let (took, ended) = reports.last().expect("an end");
    assert_eq!(*took, Duration::from_secs(100));
    assert_eq!(ended.state, BatchState::Cancelled);
    // What Notion allows in two minutes of its own, less what is left for others.
    assert!((340..=360).contains(&ended.done), "{}", ended.done);
    let begun = notion.calls();
    sleep(Duration::from_mins(10)).await;
    // Checks under way are finished; the rest never begins.
    assert!(notion.calls() - begun <= CHECKS_AT_ONCE);
    assert!(notion.calls() <= 360);
}
