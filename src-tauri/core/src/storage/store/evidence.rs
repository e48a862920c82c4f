//! The columns that hold the evidence from which a connection's status is derived.

use rusqlite::types::{FromSql, ValueRef};

use super::json::{Json, Word};
use crate::domain::act::Revoke;
use crate::domain::connection::{Evidence, Verdict};

use crate::domain::problem::Problem;
use crate::domain::time::Millis;

/// The evidence in the columns verdict, `verdict_at`, cause, failure, `has_refresh_token`, and the act
/// and the problem of the unfinished revocation, in this order. What no Keyrack wrote is no evidence: one
/// such row keeps no other from being used, and the next check writes it anew.
pub(super) fn evidence_from<'a>(
    column: impl Fn(usize) -> rusqlite::Result<ValueRef<'a>>,
) -> rusqlite::Result<Evidence> {
    let verdict = read::<Word<Verdict>>(column(0)?).map(|word| word.0);
    let verdict_at = read::<i64>(column(1)?).map(Millis);
    let problem = |value| read::<Json<Problem>>(value).map(|json| json.0);
    let revocation = read::<Json<Revoke>>(column(5)?);
    let obstacle = problem(column(6)?);
    Ok(Evidence {
        verdict: verdict.zip(verdict_at),
        cause: problem(column(2)?),
        failure: problem(column(3)?),
        has_refresh_token: read(column(4)?).unwrap_or_default(),
        revocation: revocation.map(|json| (obstacle, json.0.retry_at)),
    })
}

fn read<T: FromSql>(value: ValueRef<'_>) -> Option<T> {
    Option::column_result(value).ok().flatten()
}
