//! The clock as a value: every decision takes its time from outside.

use std::sync::Arc;
use std::time::SystemTime;

use crate::domain::time::Millis;

/// A function that returns the present time.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// The system's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| SystemTime::now().into())
}
