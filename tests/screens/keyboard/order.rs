//! What is shown, and in which order.

use super::three;
use crate::keys::{activate, choose, focus_is_on, press, press_until};
use crate::many::names_become;
use crate::support::cli;

#[tokio::test]
async fn the_list_is_sorted_and_filtered() {
    let (mut scene, window, [ada, bureau, zeppelin]) = three().await;
    let (id, secret) = scene.sandbox.another_client().await;
    let add = ["client", "add", "--name", "Other", "--id", &id];
    assert!(scene.keyrack(&add, &secret).status.success());
    let other = ["--client", "Other"];
    cli::connect_workspace(&mut scene, "Mistral", &other).await;
    names_become(&window, &[&ada, &bureau, "Mistral", &zeppelin]).await;

    let bot = window.row(&zeppelin).attr("data-bot-id").await.unwrap();
    scene.sandbox.revoke(&bot).await;
    press(&scene, &["F5"]);
    names_become(&window, &[&zeppelin, &ada, &bureau, "Mistral"]).await;
    activate(&scene, &window, "filter-attention").await;
    names_become(&window, &[&zeppelin]).await;
    window
        .at("filter-attention")
        .has("aria-pressed", "true")
        .await;
    press_until(&scene, &window, "shift+Tab", "filter-all").await;
    press(&scene, &["space"]);
    names_become(&window, &[&zeppelin, &ada, &bureau, "Mistral"]).await;

    choose(&scene, &window, "sort", "Name").await;
    names_become(&window, &[&ada, &bureau, "Mistral", &zeppelin]).await;
    choose(&scene, &window, "sort", "Last connected").await;
    names_become(&window, &["Mistral", &zeppelin, &bureau, &ada]).await;
    choose(&scene, &window, "filter-client", "Other").await;
    names_become(&window, &["Mistral"]).await;

    // What nothing matches leaves the way back under the hand.
    activate(&scene, &window, "filter-attention").await;
    window.at("show-all").appears().await;
    activate(&scene, &window, "show-all").await;
    names_become(&window, &["Mistral", &zeppelin, &bureau, &ada]).await;
    focus_is_on(&window, "connection").await;
    window.close().await;
}
