//! A real Chromium with a profile of its own, driven through chromedriver.

use std::path::PathBuf;

use serde_json::json;

use super::page::Page;
use super::world::World;

/// Starts a browser that opens app links from pages of `origin` (scheme, host and port) without
/// asking first.
pub async fn open(world: &World, origin: &str) -> Page {
    open_with(world, origin, &[]).await
}

/// Starts a browser like [`open`], with further arguments.
pub async fn open_with(world: &World, origin: &str, arguments: &[&str]) -> Page {
    let profile = tempfile::Builder::new()
        .prefix("chromium-")
        .tempdir_in(world.path("tmp"))
        .unwrap()
        .keep();
    let profile = format!("--user-data-dir={}", profile.display());
    let usual = [
        // The tests' containers grant no user namespaces.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--password-store=basic",
        &profile,
    ];
    let options = json!({
        "binary": chromium(),
        "args": ([usual.as_slice(), arguments].concat()),
        "prefs": {
            "protocol_handler": {
                "allowed_origin_protocol_pairs": { origin: { "app.keyrack": true } }
            }
        }
    });
    let capabilities = json!({ "goog:chromeOptions": options });
    Page::open(
        world,
        |port| {
            let mut command = world.command("chromedriver");
            command
                .arg(format!("--port={port}"))
                .arg("--log-level=SEVERE");
            command
        },
        capabilities.as_object().unwrap().clone(),
    )
    .await
}

/// The first Chromium in `PATH` that is no snap: a snap sees neither our folders nor our display.
fn chromium() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| {
            std::fs::read(file).is_ok_and(|text| !text.windows(6).any(|part| part == b"/snap/"))
        })
        .expect("the tests need a Chromium that is no snap, and its chromedriver, in PATH")
}
