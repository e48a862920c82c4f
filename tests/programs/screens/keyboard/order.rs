//! Filter and order of the list, by keyboard.

use support::cli;

use super::three;
use crate::screens::many::names_become;
use support::keys::{activate, choose, focus_is_on, press, press_until};

#[tokio::test]
async fn the_list_is_sorted_and_filtered() {
    let (env, window, [ada, bureau, zeppelin]) = three().await;
    let (id, secret) = env.sandbox.add_client().await;
    env.add_client_named("Other", &id, &secret);
    let other = ["--client", "Other"];
    cli::connect_workspace(&env, "Mistral", &other).await;
    names_become(&window, &[&ada, &bureau, "Mistral", &zeppelin]).await;

    let bot = window.row(&zeppelin).attr("data-bot-id").await.unwrap();
    env.sandbox.revoke(&bot).await;
    press(&env, &["F5"]);
    names_become(&window, &[&zeppelin, &ada, &bureau, "Mistral"]).await;
    activate(&env, &window, "filter-attention").await;
    names_become(&window, &[&zeppelin]).await;
    window
        .at("filter-attention")
        .has("aria-pressed", "true")
        .await;
    press_until(&env, &window, "shift+Tab", "filter-all").await;
    press(&env, &["space"]);
    names_become(&window, &[&zeppelin, &ada, &bureau, "Mistral"]).await;

    choose(&env, &window, "sort", "Name").await;
    names_become(&window, &[&ada, &bureau, "Mistral", &zeppelin]).await;
    choose(&env, &window, "sort", "Last connected").await;
    names_become(&window, &["Mistral", &zeppelin, &bureau, &ada]).await;
    choose(&env, &window, "filter-client", "Other").await;
    names_become(&window, &["Mistral"]).await;

    // If nothing matches, "Show all" brings the rows and the focus back.
    activate(&env, &window, "filter-attention").await;
    window.at("show-all").appears().await;
    activate(&env, &window, "show-all").await;
    names_become(&window, &["Mistral", &zeppelin, &bureau, &ada]).await;
    focus_is_on(&window, "connection").await;
    window.close().await;
}
