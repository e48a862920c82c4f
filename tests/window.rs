//! The other acts of the window: undo, forget, opening and copying the link again, and many starts
//! at once.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::time::Duration;

use support::links;
use support::page::Page;
use support::process::{Program, signal};
use support::programs;
use support::scene::{ACME, Scene};
use support::secrets;
use support::wait::{until, until_async};
use support::world::World;

const REVOCATIONS: &str = "POST /v1/oauth/revoke";

/// A window in which a sandbox that approves by itself has a client.
async fn opened() -> (Scene, Page) {
    let scene = Scene::with(World::new(), &["--auto-approve"]);
    let window = scene.window().await;
    scene.add_client(&window).await;
    (scene, window)
}

async fn connect(scene: &mut Scene, window: &Page) {
    let link = scene.begin(window).await;
    links::open(&scene.world, &scene.callback(&link).await);
    window.row(ACME).has("data-status", "active").await;
}

#[tokio::test]
async fn undo_revokes_what_was_just_connected() {
    let (mut scene, window) = opened().await;
    connect(&mut scene, &window).await;
    window.at("undo").click().await;
    window
        .at("receipt")
        .says("Notion confirms the token is inactive")
        .await;
    window.at("receipt-done").click().await;
    window.row(ACME).disappears().await;
    assert_eq!(
        scene.sandbox.count(REVOCATIONS).await,
        2,
        "the access and the refresh token"
    );
    assert_eq!(
        secrets::entries(&scene.world).len(),
        1,
        "only the client's secret is left"
    );
    window.close().await;
}

#[tokio::test]
async fn forget_deletes_here_only_and_says_so() {
    let (mut scene, window) = opened().await;
    connect(&mut scene, &window).await;
    window.row(ACME).at("more").click().await;
    window.at("forget").click().await;
    window.at("confirm-forget").click().await;
    window.at("receipt").says("Notion was not asked").await;
    window.at("receipt-done").click().await;
    window.row(ACME).disappears().await;
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 0);
    assert_eq!(
        secrets::entries(&scene.world).len(),
        1,
        "only the client's secret is left"
    );
    window.close().await;
}

#[tokio::test]
async fn the_link_can_be_opened_again_and_copied_without_being_shown() {
    let (mut scene, window) = opened().await;
    let link = scene.begin(&window).await;
    let button = |words: &str| window.part(format!("//button[normalize-space()='{words}']"));
    button("Open again").click().await;
    assert_eq!(scene.next_link().await, link);
    assert!(
        !window.source().await.contains("state="),
        "the page never has the link"
    );
    button("Copy link").click().await;
    button("Copied").appears().await;
    let paste = "\u{E009}v";
    window.at("paste-callback").fill(paste).await;
    assert_eq!(window.at("paste-callback").value().await, link);
    window.close().await;
}

#[tokio::test]
async fn one_link_handed_to_eight_starts_at_once_is_exchanged_once() {
    let (mut scene, window) = opened().await;
    let link = scene.begin(&window).await;
    window.close().await;
    let callback = scene.callback(&link).await;
    let mut command = scene.world.command(programs::desktop());
    command.arg(callback);
    let mut starts: Vec<_> = (0..8)
        .map(|_| Program::start(&scene.world, &command))
        .collect();
    until_async("seven of the starts to hand over and end", async || {
        let running = starts
            .iter_mut()
            .filter_map(|start| start.is_running().then_some(()))
            .count();
        (running == 1).then_some(())
    })
    .await;
    until_async("the connection", async || {
        let listed = scene.keyrack(&["list"], "");
        String::from_utf8_lossy(&listed.stdout)
            .contains(ACME)
            .then_some(())
    })
    .await;
    assert_eq!(scene.exchanges().await, 1);
}

#[tokio::test]
async fn a_start_beside_a_window_hands_over_before_it_touches_the_display() {
    let (mut scene, window) = opened().await;
    let link = scene.begin(&window).await;
    let callback = scene.callback(&link).await;
    let mut command = scene.world.command(programs::desktop());
    command.arg(callback).env("DISPLAY", ":none");
    assert_eq!(Program::start(&scene.world, &command).wait(), Some(0));
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
}

#[tokio::test]
async fn a_start_that_meets_an_ending_window_hands_over_or_becomes_the_window() {
    let scene = Scene::new();
    let command = scene.world.command(programs::desktop());
    let mut window = Program::start(&scene.world, &command);
    // Each round ends the window at another moment of the next start: whichever it meets is right.
    for moment in (0..160).step_by(8).map(Duration::from_millis) {
        until_async("the window", async || {
            assert!(window.is_running(), "the start has failed");
            (scene.window_process() == window.id().to_string()).then_some(())
        })
        .await;
        let mut next = Program::start(&scene.world, &command);
        tokio::time::sleep(moment).await;
        signal("TERM", &window.id().to_string());
        window.wait();
        until_async("the next start", async || {
            let is_window = scene.window_process() == next.id().to_string();
            (is_window || !next.is_running()).then_some(())
        })
        .await;
        if !next.is_running() {
            assert_eq!(next.wait(), Some(0), "it has handed over");
            next = Program::start(&scene.world, &command);
        }
        window = next;
    }
}

#[tokio::test]
async fn an_argument_that_is_no_text_is_passed_over() {
    let scene = Scene::new();
    let mut command = scene.world.command(programs::desktop());
    command.arg(OsStr::from_bytes(b"\xFF\xFE"));
    let mut start = Program::start(&scene.world, &command);
    until("a window", || {
        (!scene.window_process().is_empty()).then_some(())
    });
    assert!(start.is_running());
}
