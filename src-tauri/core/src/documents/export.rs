//! Files that a person keeps: the list and the activity, as a table or as a JSON document.

use std::collections::HashMap;

use serde::Deserialize;
use ts_rs::TS;

use super::acts::ActivityDocument;
use super::listed::ConnectionDocument;
use super::shape::list;
use super::table;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::views::activity::ActivityFilter;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum ExportFormat {
    /// Comma-separated values (RFC 4180), one row for each.
    Csv,
    /// The JSON document that the command prints.
    Json,
}

/// An export, as a file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file's name, with the day of the export.
    pub name: String,
    /// The document.
    pub bytes: Vec<u8>,
    format: ExportFormat,
}

impl Exported {
    /// The file's content: a table says that it is UTF-8 (RFC 3629, section 6), since a spreadsheet that opens
    /// the file takes its letters for others without the mark.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        let mark = match self.format {
            ExportFormat::Csv => "\u{feff}",
            ExportFormat::Json => "",
        };
        [mark.as_bytes(), &self.bytes].concat()
    }
}

impl Keyrack {
    /// Exports connections (`Connection::id`), in this order. Those that are no longer listed are left
    /// out.
    pub fn export_connections(
        &self,
        ids: &[String],
        format: ExportFormat,
    ) -> Result<Exported, Problem> {
        let listed = self.connections()?;
        let listed: HashMap<_, _> = listed.iter().map(|one| (&one.id, one)).collect();
        let connections: Vec<_> = ids
            .iter()
            .filter_map(|id| listed.get(id).copied())
            .collect();
        let bytes = match format {
            ExportFormat::Csv => table::connections(&connections).map_err(unwritable)?,
            ExportFormat::Json => {
                let documents = list::<_, ConnectionDocument<'_>>(connections);
                serde_json::to_vec_pretty(&documents).map_err(unwritable)?
            }
        };
        Ok(self.exported("connections", format, bytes))
    }

    /// Exports all entries of a filter.
    pub fn export_activity(
        &self,
        filter: &ActivityFilter,
        format: ExportFormat,
    ) -> Result<Exported, Problem> {
        let entries = self.find_activity(filter, None, usize::MAX)?;
        let bytes = match format {
            ExportFormat::Csv => table::activity(&entries).map_err(unwritable)?,
            ExportFormat::Json => {
                let documents = list::<_, ActivityDocument<'_>>(&entries);
                serde_json::to_vec_pretty(&documents).map_err(unwritable)?
            }
        };
        Ok(self.exported("activity", format, bytes))
    }

    fn exported(&self, of: &str, format: ExportFormat, bytes: Vec<u8>) -> Exported {
        let now = self.now().rfc3339();
        let date = now.get(..10).unwrap_or("undated");
        let extension = match format {
            ExportFormat::Csv => "csv",
            ExportFormat::Json => "json",
        };
        Exported {
            name: format!("keyrack-{of}-{date}.{extension}"),
            bytes,
            format,
        }
    }
}

fn unwritable(error: impl std::fmt::Display) -> Problem {
    Cause::ExportFailed {
        detail: error.to_string(),
    }
    .into()
}
