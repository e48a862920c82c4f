//! Ids: those of the sample content stay the same for a workspace, those in a path are checked.

use uuid::{Builder, Uuid};

use super::invalid;
use crate::{reply::Refusal, secret::digest};

/// Derives the id of a workspace's thing from its name.
pub(crate) fn derived(workspace_id: &str, name: &str) -> String {
    let hash = digest(&format!("{workspace_id}\0{name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// Makes a new id.
pub(crate) fn new() -> String {
    Uuid::new_v4().to_string()
}

/// Reads an id, with or without hyphens; `at` names its place in the request.
pub(crate) fn parse(id: &str, at: &str) -> Result<String, Refusal> {
    Uuid::parse_str(id).map(|id| id.to_string()).map_err(|_| {
        let place = at.split('.').next().unwrap_or(at);
        invalid(&format!(
            "{place} failed validation: {at} should be a valid uuid, instead was `\"{id}\"`."
        ))
    })
}
