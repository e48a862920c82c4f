//! The day on which a token ends that Notion made for a person: chosen there, and told to nobody, so that
//! it is here only if the person types it.

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime};

use crate::domain::problem::{Cause, Field};
use crate::domain::time::Millis;

/// How many days before it ends a token needs attention.
const NOTICE: i64 = 14;

/// The day on which a token ends: `2027-03-01` (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExpiryDay(Date);

impl ExpiryDay {
    /// The day that a person typed.
    pub fn typed(typed: &str) -> Result<Self, Cause> {
        let field = Field::ExpiresOn;
        let refused = Cause::InvalidInput { field };
        Self::read(typed.trim()).ok_or(refused)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut part = |length: usize| {
            let digits = parts.next().filter(|part| part.len() == length)?;
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| digits.parse::<u16>().ok()).flatten()
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        if parts.next().is_some() {
            return None;
        }
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?);
        date.ok().map(Self)
    }

    /// The days from a time, in UTC, to this day; fewer than none once it has passed.
    #[must_use]
    pub fn days_from(self, now: Millis) -> i64 {
        let now = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now.0) * 1_000_000);
        let today = now.map_or(Date::MIN, OffsetDateTime::date);
        (self.0 - today).whole_days()
    }

    /// Whether it is near enough, or past, for the person to be warned.
    #[must_use]
    pub fn is_near(self, now: Millis) -> bool {
        self.days_from(now) <= NOTICE
    }
}

impl std::fmt::Display for ExpiryDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl From<ExpiryDay> for String {
    fn from(day: ExpiryDay) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for ExpiryDay {
    type Error = &'static str;

    fn try_from(kept: String) -> Result<Self, Self::Error> {
        Self::read(&kept).ok_or("no day")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written_and_nothing_else_is() {
        for text in ["2027-03-01", "2028-02-29", "0001-12-31"] {
            let day = ExpiryDay::typed(&format!(" {text}\n")).expect("a day");
            assert_eq!(day.to_string(), text);
        }
        for text in [
            "",
            "2027-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-3-1",
            "01-03-2027",
            "1.3.2027",
            "2027-03-01T00:00",
            "2027-03-01-",
            "+027-03-01",
            "２０２７-03-01",
        ] {
            let field = Field::ExpiresOn;
            let refused = ExpiryDay::typed(text);
            assert_eq!(refused, Err(Cause::InvalidInput { field }), "{text}");
        }
    }

    #[test]
    fn it_is_near_from_fourteen_days_before_on() {
        let day = ExpiryDay::typed("2027-03-15").expect("a day");
        // 2027-03-01T23:59:59Z and the days around it.
        let first = Millis(1_803_945_599_000);
        let days = |days: i64| Millis(first.0 + days * 86_400_000);
        for (now, left, is_near) in [
            (days(-1), 15, false),
            (first, 14, true),
            (days(14), 0, true),
            (days(15), -1, true),
        ] {
            assert_eq!((day.days_from(now), day.is_near(now)), (left, is_near));
        }
    }
}
