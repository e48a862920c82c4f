//! The clock as a value: every decision takes its time from outside.

use std::sync::Arc;
use std::time::SystemTime;

use crate::domain::time::{Millis, Uptime};

/// A function that returns the present time.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// A function that returns how long the system has been up; none where it does not tell.
pub type UptimeClock = Arc<dyn Fn() -> Option<Uptime> + Send + Sync>;

/// The system's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| SystemTime::now().into())
}

/// The system's uptime (`clock_gettime`(2), `CLOCK_BOOTTIME`, and the kernel's id of its start).
#[cfg(target_os = "linux")]
#[must_use]
pub fn system_uptime() -> UptimeClock {
    use rustix::time::{ClockId, clock_gettime};

    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let boot = boot.ok().map(|id| id.trim().to_owned());
    Arc::new(move || {
        let up = clock_gettime(ClockId::Boottime);
        let millis = up.tv_sec.saturating_mul(1000) + up.tv_nsec / 1_000_000;
        let boot = boot.clone()?;
        Some(Uptime { boot, millis })
    })
}

/// No uptime: other systems have no id of their start.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn system_uptime() -> UptimeClock {
    Arc::new(|| None)
}
