//! Retries: when a call that Notion refused for now (429, 529) is repeated.

use std::time::{Duration, Instant, SystemTime};

use crate::{Backoff, Error, Pace};

/// The longest `Retry-After` that is believed: Notion counts in windows of a minute.
const LONGEST_ASKED: Duration = Duration::from_hours(1);
/// The waits if Notion names none.
const OWN_WAITS: Backoff = Backoff {
    first: Duration::from_secs(1),
    most: LONGEST_ASKED,
};

/// How introspections, revocations and reads (`GET`) are repeated after a 429 or 529.
///
/// Other calls are never repeated: a code and a refresh token are single use, and what a write
/// has done is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The most requests of one call; 0 and 1 repeat nothing.
    pub attempts: u32,
    /// The longest wait before a repetition; a longer one is left to the caller, in the error.
    pub longest_wait: Duration,
}

impl Retry {
    /// No repetition.
    pub const NEVER: Self = Self {
        attempts: 1,
        longest_wait: Duration::ZERO,
    };

    /// Three attempts, and waits of at most one of Notion's windows of a minute.
    pub const PATIENT: Self = Self {
        attempts: 3,
        longest_wait: Duration::from_mins(1),
    };

    /// The time of the next attempt after `error` ended attempt number `attempt` (the first is 1) at
    /// `now`; `None` to give up.
    ///
    /// Only 429 and 529 say that nothing was done and a later try is welcome.
    #[must_use]
    pub fn next(&self, attempt: u32, error: &Error, now: Instant) -> Option<Instant> {
        let wait = asks_to_wait(attempt, error)?;
        if attempt < self.attempts && wait <= self.longest_wait {
            now.checked_add(wait)
        } else {
            None
        }
    }

    /// A retry with this longest wait for a pause, but a single attempt: for calls that must not be
    /// repeated.
    pub(crate) fn once(self) -> Self {
        Self {
            attempts: 1,
            ..self
        }
    }

    /// Makes a call until it succeeds or there is no next attempt, each time when the pace allows it, if
    /// there is a pace.
    pub(crate) async fn run<T, F: Future<Output = Result<T, Error>>>(
        &self,
        pace: Option<&Pace>,
        mut call: impl FnMut() -> F,
    ) -> Result<T, Error> {
        let mut attempt = 1;
        loop {
            if let Some(pace) = pace {
                pace.wait_for_turn(self.longest_wait).await?;
            }
            let error = match call().await {
                Ok(result) => return Ok(result),
                Err(error) => error,
            };
            let now = tokio::time::Instant::now().into_std();
            let pause = asks_to_wait(attempt, &error).and_then(|wait| now.checked_add(wait));
            if let (Some(pace), Some(until)) = (pace, pause) {
                pace.pause_until(until);
            }
            let Some(next) = self.next(attempt, &error, now) else {
                return Err(error);
            };
            tokio::time::sleep_until(next.into()).await;
            attempt += 1;
        }
    }
}

/// The wait after an attempt whose error says that nothing was done and that a later try is welcome;
/// `None` for other errors.
fn asks_to_wait(attempt: u32, error: &Error) -> Option<Duration> {
    let welcome = matches!(
        error,
        Error::RateLimited { .. } | Error::Unavailable { status: 529, .. }
    );
    welcome.then(|| {
        error
            .retry_after()
            .unwrap_or_else(|| OWN_WAITS.wait(attempt))
    })
}

/// Parses `Retry-After` (RFC 9110 10.2.3), whole seconds or a date, as a wait of at most an hour.
/// `now` is the time by the clock that wrote the date. `None` for anything else.
pub(crate) fn asked_wait(retry_after: &str, now: SystemTime) -> Option<Duration> {
    let text = retry_after.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are an absurd wait too.
        text.parse().map_or(LONGEST_ASKED, Duration::from_secs)
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        date.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn limited(retry_after: Option<Duration>) -> Error {
        Error::RateLimited {
            retry_after,
            request_id: None,
        }
    }

    fn unavailable(status: u16) -> Error {
        Error::Unavailable {
            status,
            retry_after: Some(seconds(1)),
            request_id: None,
        }
    }

    #[test]
    fn only_a_429_or_529_is_met_again_and_only_within_patience() {
        let now = Instant::now();
        let not_notion = Error::NotNotion {
            status: 429,
            what: String::new(),
        };
        let table = [
            (1, limited(Some(seconds(7))), Some(7)),
            (2, limited(Some(seconds(60))), Some(60)),
            (1, limited(Some(seconds(0))), Some(0)),
            (1, unavailable(529), Some(1)),
            (1, limited(None), Some(1)),
            (2, limited(None), Some(2)),
            (3, limited(Some(seconds(1))), None),
            (u32::MAX, limited(None), None),
            (1, limited(Some(seconds(61))), None),
            (1, unavailable(500), None),
            (1, unavailable(503), None),
            (1, Error::Unreachable { sent: false }, None),
            (1, Error::Unreachable { sent: true }, None),
            (1, Error::Unauthorized { request_id: None }, None),
            (1, not_notion, None),
        ];
        for (attempt, error, wait) in table {
            assert_eq!(
                Retry::PATIENT.next(attempt, &error, now),
                wait.map(|wait| now + seconds(wait)),
                "{attempt} {error:?}"
            );
            assert_eq!(Retry::NEVER.next(attempt, &error, now), None);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_waits_as_asked_and_ends_with_its_last_answer() {
        let began = tokio::time::Instant::now();
        let mut answers = [
            Err(limited(Some(seconds(7)))),
            Err(limited(None)),
            Ok("done"),
        ]
        .into_iter();
        let mut next = || std::future::ready(answers.next().unwrap_or(Ok("asked again")));
        assert_eq!(Retry::PATIENT.run(None, &mut next).await, Ok("done"));
        assert_eq!(began.elapsed(), seconds(7 + 2));

        let mut attempts = 0;
        let busy = || {
            attempts += 1;
            std::future::ready(Err::<(), _>(limited(Some(seconds(1)))))
        };
        let result = Retry::PATIENT.run(None, busy).await;
        assert_eq!((result, attempts), (Err(limited(Some(seconds(1)))), 3));
    }

    #[test]
    fn no_patience_however_great_overflows() {
        let endless = Retry {
            attempts: u32::MAX,
            longest_wait: Duration::MAX,
        };
        let now = Instant::now();
        assert_eq!(
            endless.next(1_000, &limited(None), now),
            Some(now + LONGEST_ASKED)
        );
        assert_eq!(endless.next(1, &limited(Some(Duration::MAX)), now), None);
    }

    #[test]
    fn the_wait_that_is_asked_for_is_seconds_or_a_date_within_an_hour() {
        // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 5.6.7.
        let now = SystemTime::UNIX_EPOCH + seconds(784_111_777);
        let table = [
            ("30", Some(30)),
            (" 0 ", Some(0)),
            ("3601", Some(3600)),
            ("99999999999999999999999999", Some(3600)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", Some(10)),
            ("Sun Nov  6 08:49:47 1994", Some(10)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(3600)),
            ("Sun, 06 Nov 1994 25:49:47 GMT", None),
            ("-1", None),
            ("+5", None),
            ("1.5", None),
            ("\u{661}", None),
            ("soon", None),
            ("", None),
        ];
        for (text, wait) in table {
            assert_eq!(asked_wait(text, now), wait.map(seconds), "{text:?}");
        }
    }
}
