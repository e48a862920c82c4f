//! The window's types are the ones generated from Rust.

use std::fs;
use std::path::Path;

use keyrack_core::documents::ExportFormat;
use keyrack_core::{
    About, ActivityFilter, ActivityPage, Changes, ClientChange, ConnectionsPolicy, Details,
    FoundInFile, JudgedLine, KeptLine, Lease, NewClient, NewToken, News, Removal, Revocation, Scan,
    SealedExport, SealedImport, SelfTest, Snapshot,
};
use ts_rs::{Config, TS};

/// `scripts/types` sets this to write the file instead of comparing it.
const WRITE: &str = "KEYRACK_WRITE_TYPES";

#[test]
fn the_committed_types_are_the_generated_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::new().with_out_dir(folder.path());
    About::export_all(&config).expect("exported");
    ActivityFilter::export_all(&config).expect("exported");
    ActivityPage::export_all(&config).expect("exported");
    Changes::export_all(&config).expect("exported");
    FoundInFile::export_all(&config).expect("exported");
    SealedImport::export_all(&config).expect("exported");
    Lease::export_all(&config).expect("exported");
    JudgedLine::export_all(&config).expect("exported");
    KeptLine::export_all(&config).expect("exported");
    NewClient::export_all(&config).expect("exported");
    NewToken::export_all(&config).expect("exported");
    News::export_all(&config).expect("exported");
    ClientChange::export_all(&config).expect("exported");
    ConnectionsPolicy::export_all(&config).expect("exported");
    Details::export_all(&config).expect("exported");
    ExportFormat::export_all(&config).expect("exported");
    Removal::export_all(&config).expect("exported");
    Scan::export_all(&config).expect("exported");
    SealedExport::export_all(&config).expect("exported");
    SelfTest::export_all(&config).expect("exported");
    Snapshot::export_all(&config).expect("exported");
    Revocation::export_all(&config).expect("exported");
    let generated = fs::read_to_string(folder.path().join("types.ts")).expect("generated");

    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/rust/types.ts");
    if std::env::var_os(WRITE).is_some() {
        fs::write(committed, generated).expect("written");
        return;
    }
    let committed = fs::read_to_string(committed).expect("ui/src/rust/types.ts");
    assert!(
        committed == generated,
        "ui/src/rust/types.ts is out of date: run scripts/types"
    );
}
