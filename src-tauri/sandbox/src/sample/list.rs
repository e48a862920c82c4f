//! Lists in pages: at most a hundred things, and a cursor for the rest.

use std::borrow::Borrow;

use serde::Deserialize;
use serde_json::{Value, json};

use super::invalid;
use crate::reply::{Answer, Refusal};

/// The longest page of a list, which is also the default.
const PAGE_LIMIT: usize = 100;

/// Which page of a list is asked for, in a query or a body.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Paging {
    start_cursor: Option<String>,
    page_size: Option<usize>,
}

impl Paging {
    /// Paging from the parts of a query that has others too.
    pub(crate) fn of(start_cursor: Option<String>, page_size: Option<usize>) -> Self {
        Self {
            start_cursor,
            page_size,
        }
    }
}

/// One page of a list; `kind` is the list's `type`. A cursor is the id of the next thing.
pub(crate) fn page<T: Borrow<Value>>(
    kind: &str,
    all: &[T],
    paging: &Paging,
) -> Result<Answer, Refusal> {
    let size = paging.page_size.unwrap_or(PAGE_LIMIT);
    if !(1..=PAGE_LIMIT).contains(&size) {
        return Err(invalid(&format!(
            "page_size should be between `1` and `{PAGE_LIMIT}`, instead was `{size}`."
        )));
    }
    let start = match paging.start_cursor.as_deref() {
        None => 0,
        Some(cursor) => all
            .iter()
            .position(|thing| thing.borrow()["id"] == cursor)
            .ok_or_else(|| invalid(&format!("The start_cursor provided is invalid: {cursor}")))?,
    };
    let end = all.len().min(start + size);
    let next = all.get(end).map(|thing| &thing.borrow()["id"]);
    let results: Vec<&Value> = all[start..end].iter().map(Borrow::borrow).collect();
    Ok(Answer(json!({
        "object": "list",
        "results": results,
        "next_cursor": next,
        "has_more": next.is_some(),
        "type": kind,
        kind: {},
    })))
}
