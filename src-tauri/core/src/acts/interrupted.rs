//! What stands on an operation whose process ended before it had any effect.

use crate::domain::problem::{Problem, ProblemCode};

/// The problem of an operation whose process ended before it had any effect.
pub(super) fn interrupted() -> Problem {
    Problem::new(
        ProblemCode::NotSaved,
        "Keyrack ended before this was done. Nothing was changed. Try again.",
    )
}
