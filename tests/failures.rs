//! A window that cannot open its data says so, all over, and changes nothing.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use support::page::Page;
use support::window;
use support::words::words;
use support::world::World;

async fn says(window: &Page, key: &str) {
    window.part("//main".to_owned()).says(&words(key)).await;
}

#[tokio::test]
async fn a_database_from_a_newer_version_is_told_and_left_alone() {
    let world = World::new();
    let data = world.data_home().join("app.keyrack.desktop");
    let window = window::open(&world).await;
    window.at("try-sandbox").appears().await;
    window.close().await;
    let database = rusqlite::Connection::open(data.join("keyrack.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    let window = window::open(&world).await;
    says(&window, "problem.store-newer.what").await;
    window.close().await;
    let version: i64 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn a_second_window_that_no_session_bus_could_stop_says_so() {
    let mut world = World::new();
    let first = window::open(&world).await;
    first.at("try-sandbox").appears().await;
    let nowhere = format!("unix:path={}", world.path("no-bus").display());
    world.set("DBUS_SESSION_BUS_ADDRESS", nowhere);
    let second = window::open(&world).await;
    says(&second, "problem.already-open.what").await;
    second.close().await;
    first.close().await;
}
