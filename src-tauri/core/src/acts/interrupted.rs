//! What stands on an operation whose process ended before it was done.

use crate::domain::problem::{Problem, ProblemCode};

/// The problem of an operation whose process ended before it had any effect.
pub(super) fn interrupted() -> Problem {
    Problem::new(
        ProblemCode::Interrupted,
        "Keyrack ended before this was done. Nothing was changed. Try again.",
    )
}

/// The problem of an operation whose process ended while its effect was under way.
pub(super) fn cut_off() -> Problem {
    Problem::new(
        ProblemCode::CutOff,
        "Keyrack ended while this was under way, so it may be done or not. Nothing was lost. Do it again to be sure.",
    )
}
