//! The app's real window, driven through the driver of its web view.

use std::path::Path;

use serde_json::json;

use super::page::Page;
use super::programs;
use super::world::World;

/// Opens the app's window.
pub async fn open(world: &World) -> Page {
    open_program(world, &programs::desktop()).await
}

/// Opens the app's window with a link, as the system does.
pub async fn open_by_link(world: &World, link: &str) -> Page {
    start(world, &programs::desktop(), &["--automation", link]).await
}

/// Starts a program with its window under the driver.
pub async fn open_program(world: &World, program: &Path) -> Page {
    start(world, program, &["--automation"]).await
}

async fn start(world: &World, program: &Path, arguments: &[&str]) -> Page {
    let options = json!({ "binary": program, "args": arguments });
    let capabilities = json!({ "webkitgtk:browserOptions": options });
    Page::open(
        world,
        |port| {
            let mut command = world.command("WebKitWebDriver");
            command.arg(format!("--port={port}"));
            // Without both variables, the program's web view refuses to be driven.
            command
                .env("TAURI_AUTOMATION", "true")
                .env("TAURI_WEBVIEW_AUTOMATION", "true");
            command
        },
        capabilities.as_object().unwrap().clone(),
    )
    .await
}
