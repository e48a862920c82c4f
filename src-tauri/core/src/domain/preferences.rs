//! The person's preferences.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The seconds for which a copied token may stay on the clipboard.
pub(crate) const CLIPBOARD_SECONDS: std::ops::RangeInclusive<u32> = 10..=300;

/// The person's preferences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Preferences {
    /// How often every connection is checked in the background.
    pub background_checks: BackgroundChecks,
    /// Whether a desktop notification shows what newly needs attention.
    pub notifications: bool,
    /// Whether background checks start at login.
    pub start_at_login: bool,
    /// The seconds after which a copied token is taken off the clipboard: 10 to 300.
    pub clipboard_seconds: u32,
    /// The language of the window; none means the system's.
    pub language: Option<Language>,
}

/// A language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
}

/// How often every connection is checked in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum BackgroundChecks {
    /// No background checks.
    #[default]
    Off,
    /// Every hour.
    Hourly,
    /// Every six hours.
    SixHours,
    /// Every day.
    Daily,
}

impl BackgroundChecks {
    /// The time from one check of a connection to the next; none if checks are off.
    #[must_use]
    pub fn every(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::Hourly => Some(Duration::from_hours(1)),
            Self::SixHours => Some(Duration::from_hours(6)),
            Self::Daily => Some(Duration::from_hours(24)),
        }
    }
}
