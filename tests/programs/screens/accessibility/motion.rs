//! Reduced motion: a person who asks for it sees nothing move.

use serde_json::{Value, json};
use support::cli;
use support::page::Page;
use support::secret_service::{Act, SecretService};
use support::test_env::{ACME, TestEnv};
use support::world::{Service, World};

/// A script that lists what moves or would move: elements, by their names and classes, that have a
/// transition or an animation, and animations that run.
const MOVES: &str = "
    const parts = [null, '::before', '::after', '::backdrop'];
    const moves = ({ transitionDuration, animationName }) => animationName !== 'none' ||
        transitionDuration.split(',').some(it => parseFloat(it) > 0);
    const all = [...document.querySelectorAll('*')].flatMap(it =>
        parts.filter(part => moves(getComputedStyle(it, part))).map(part => it.localName + (part ?? '')));
    const running = document.getAnimations().map(it => `${it.effect.target.localName} runs`);
    return [...new Set([...all, ...running])].sort();
";

const REDUCED: &str = "return matchMedia('(prefers-reduced-motion: reduce)').matches;";

async fn moves(window: &Page) -> Vec<String> {
    serde_json::from_value(window.run(MOVES).await).unwrap()
}

/// Goes through the states with motion, and returns what moves: a busy row, progress, a notice, a
/// dialog.
async fn all_that_moves(world: World) -> (Value, Vec<String>) {
    let keyring = SecretService::start(&world);
    let env = TestEnv::with(world, &["--auto-approve"]);
    env.add_client_by_command();
    assert!(cli::connect(&env).await.success());
    let window = env.window().await;
    let row = window.row(ACME);
    row.appears().await;
    let mut seen = Vec::new();

    keyring.script(|_, _| Act::Hold);
    row.at("check").click().await;
    row.says("Checking").await;
    seen.extend(moves(&window).await);
    keyring.release();
    row.says("Active").await;

    let pause = json!({"endpoint": "introspect", "times": 1, "status": 429, "headers": {"retry-after": "600"}});
    env.sandbox.fault(pause).await;
    window.at("check-all").click().await;
    window.at("check-all-progress").appears().await;
    seen.extend(moves(&window).await);
    window.at("cancel-check-all").click().await;
    window.notice("Cancelled").appears().await;
    seen.extend(moves(&window).await);
    window.at("settings").click().await;
    window.at("settings-dialog").appears().await;
    seen.extend(moves(&window).await);
    seen.sort();
    seen.dedup();
    let reduced = window.run(REDUCED).await;
    window.close().await;
    (reduced, seen)
}

#[tokio::test]
async fn nothing_moves_for_whoever_wants_it_so() {
    let world = World::with(Service::Missing);
    world.reduce_motion();
    let (reduced, seen) = all_that_moves(world).await;
    assert_eq!(reduced, true, "the window sees what its person wants");
    assert_eq!(seen, Vec::<String>::new());
}

#[tokio::test]
async fn a_little_moves_for_everybody_else() {
    let (reduced, seen) = all_that_moves(World::with(Service::Missing)).await;
    assert_eq!(reduced, false, "{seen:?}");
    for part in ["button", "dialog", "section", "svg"] {
        assert!(seen.iter().any(|it| it == part), "{part} among {seen:?}");
    }
}
