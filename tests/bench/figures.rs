//! The measured figures: printed, and written to a file.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

/// Adds a figure to the file that `scripts/bench --json FILE` names, if it names one.
pub fn record(name: &str, value: f64) {
    let Some(file) = std::env::var_os("KEYRACK_BENCH_JSON") else {
        return;
    };
    let file = Path::new(&file);
    let before = fs::read_to_string(file).unwrap_or_default();
    let mut figures: Map<String, Value> = serde_json::from_str(&before).unwrap_or_default();
    figures.insert(name.to_owned(), value.into());
    let json = serde_json::to_string_pretty(&figures).unwrap();
    fs::write(file, json + "\n").unwrap();
}

/// The median of some values.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The quantile of some values: the value below which the given part of them lies.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index into a few hundred values"
)]
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * part).round() as usize]
}

/// The proportional memory of a process in MiB: its own, and its share of what is shared (proc(5),
/// `smaps_rollup`); none once it has ended.
#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
pub fn memory(process: u32) -> Option<f64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib as f64 / 1024.0)
}

/// The proportional memory of a process and all its descendants, in MiB.
pub fn memory_of_all(process: u32) -> f64 {
    let children = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let children = children.flat_map(|task| {
        let listed = fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default();
        let ids = listed.split_whitespace().map(|id| id.parse().unwrap());
        ids.collect::<Vec<u32>>()
    });
    memory(process).unwrap_or_default() + children.map(memory_of_all).sum::<f64>()
}
