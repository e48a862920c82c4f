//! The kinds of act.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The kinds of act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(rename = "OperationKind", export_to = "types.ts")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Kind {
    AddClient,
    EditClient,
    RotateSecret,
    RemoveClient,
    Connect,
    Check,
    Refresh,
    Revoke,
    Forget,
    Rebuild,
    HandOut,
    Import,
    Export,
}
