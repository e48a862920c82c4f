//! The columns that hold the evidence from which a connection's status is derived.

use rusqlite::types::{FromSql, ValueRef};

use super::json::{Json, Word};
use crate::domain::act::Revoke;
use crate::domain::connection::{Evidence, Verdict};

use crate::domain::problem::Problem;
use crate::domain::time::Millis;

/// The evidence in the columns verdict, `verdict_at`, cause, failure, `has_refresh_token`, and the act
/// and the problem of the unfinished revocation, in this order.
pub(super) fn evidence_from<'a>(
    column: impl Fn(usize) -> rusqlite::Result<ValueRef<'a>>,
) -> rusqlite::Result<Evidence> {
    let verdict = read::<Option<Word<Verdict>>>(column(0)?)?.map(|word| word.0);
    let verdict_at = read::<Option<i64>>(column(1)?)?.map(Millis);
    let problem =
        |value| Ok::<_, rusqlite::Error>(read::<Option<Json<Problem>>>(value)?.map(|json| json.0));
    let revocation = read::<Option<Json<Revoke>>>(column(5)?)?;
    let obstacle = problem(column(6)?)?;
    Ok(Evidence {
        verdict: verdict.zip(verdict_at),
        cause: problem(column(2)?)?,
        failure: problem(column(3)?)?,
        has_refresh_token: read(column(4)?)?,
        revocation: revocation.map(|json| (obstacle, json.0.retry_at)),
    })
}

fn read<T: FromSql>(value: ValueRef<'_>) -> rusqlite::Result<T> {
    T::column_result(value).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, value.data_type(), Box::new(error))
    })
}
