//! `keyrack activity`.

use keyrack_core::documents::ExportFormat;
use keyrack_core::{ActivityEntry, ActivityFilter, Keyrack, OperationKind, Problem};
use serde_json::Value;

use crate::arguments::ActivityArguments;
use crate::connections::find_by_part;
use crate::output::{Output, print_exported};
use crate::terminal::width;

/// How many entries a person is shown, unless more are asked for; a program gets all.
const FOR_A_PERSON: usize = 100;

pub fn activity(
    keyrack: &Keyrack,
    output: Output,
    asked: ActivityArguments,
) -> Result<(), Problem> {
    let connection = match &asked.name {
        Some(name) => Some(find_by_part(keyrack, output.words, name)?.id),
        None => None,
    };
    let kinds: Vec<_> = asked.kind.iter().filter_map(|kind| kind_of(kind)).collect();
    let filter = ActivityFilter {
        connection,
        kinds: (!kinds.is_empty()).then_some(kinds),
        trouble: asked.trouble,
        text: asked.search.unwrap_or_default(),
    };
    if asked.csv {
        return print_exported(&keyrack.export_activity(&filter, ExportFormat::Csv)?);
    }
    let is_for_a_person = !output.json && width().is_some();
    let usual = is_for_a_person.then_some(FOR_A_PERSON);
    let most = asked.limit.and_then(|limit| limit.try_into().ok());
    let most = most.or(usual).unwrap_or(usize::MAX);
    let (entries, more) = newest(keyrack, &filter, most)?;
    let nothing = if filter == ActivityFilter::default() {
        "activity.none"
    } else {
        "activity.none.match"
    };
    let count = entries.len();
    let told = || output.words.counted("activity.count.more", count, &[]);
    let after: Vec<_> = more.then(told).into_iter().collect();
    output.activity(&entries, nothing, &after)
}

/// The newest entries of a filter, and whether there are more.
fn newest(
    keyrack: &Keyrack,
    filter: &ActivityFilter,
    most: usize,
) -> Result<(Vec<ActivityEntry>, bool), Problem> {
    let mut entries: Vec<ActivityEntry> = Vec::new();
    loop {
        let before = entries.last().map(|entry| entry.id.clone());
        let page = keyrack.activity(filter, before.as_deref())?;
        entries.extend(page.entries);
        if !page.more || entries.len() > most {
            let more = page.more || entries.len() > most;
            entries.truncate(most);
            return Ok((entries, more));
        }
    }
}

/// The kind of act that a word of the JSON documents names.
fn kind_of(word: &str) -> Option<OperationKind> {
    serde_json::from_value(Value::String(word.to_owned())).ok()
}

#[cfg(test)]
mod tests {
    use super::kind_of;
    use crate::arguments::lists::KINDS;

    #[test]
    fn every_kind_that_can_be_asked_for_is_one() {
        assert!(KINDS.iter().all(|kind| kind_of(kind).is_some()));
    }
}
