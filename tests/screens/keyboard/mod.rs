//! Every act by the keyboard alone: real keys, pressed on the display.

mod activity;
mod clients;
mod everything;
mod menu;
mod order;
mod settings;
mod several;
mod start;

use crate::support::cli;
use crate::support::page::{Page, Part};
use crate::support::scene::{ACME, Scene};

/// A window in the front with Acme in its list; nobody has clicked anything.
async fn listed() -> (Scene, Page, Part) {
    let scene = Scene::connected_by_command().await;
    let window = scene.window().await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    (scene, window, row)
}

/// The same with three workspaces, in the order of their names.
async fn three() -> (Scene, Page, [String; 3]) {
    let mut scene = Scene::new();
    scene.add_client_by_command();
    let names = ["Ada & Partners", "Bureau", "Zeppelin"];
    for name in names {
        cli::connect_workspace(&mut scene, name, &[]).await;
    }
    let window = scene.window().await;
    for name in names {
        window.row(name).has("data-status", "active").await;
    }
    (scene, window, names.map(str::to_owned))
}
