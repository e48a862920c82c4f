//! What the window may not do, tried from inside the real window.

mod support;

use serde_json::Value;
use support::page::Page;
use support::scene::Scene;

/// Calls a command from inside the page and returns why it was refused; none if it was not.
async fn refusal(window: &Page, command: &str, arguments: &str) -> Option<String> {
    let script = format!(
        "return window.__TAURI_INTERNALS__.invoke('{command}', {arguments}).then(() => null, (why) => String(why))"
    );
    window.run(&script).await.as_str().map(str::to_owned)
}

#[tokio::test]
async fn the_page_may_call_nothing_but_the_listed_commands() {
    let scene = Scene::new();
    let window = scene.window().await;
    window.at("add-client").appears().await;
    assert_eq!(
        refusal(&window, "acknowledge", "{}").await,
        None,
        "a listed command answers"
    );
    let denied = [
        ("plugin:event|emit", "{event: 'authorization', payload: {}}"),
        (
            "plugin:event|emit_to",
            "{target: {kind: 'Any'}, event: 'changed', payload: null}",
        ),
        ("plugin:deep-link|get_current", "{}"),
        ("plugin:deep-link|register", "{protocol: 'https'}"),
        ("plugin:window|create", "{options: {label: 'other'}}"),
        (
            "plugin:webview|create_webview_window",
            "{options: {label: 'other', url: 'https://example.org'}}",
        ),
        ("plugin:window|close", "{label: 'main'}"),
        ("plugin:path|resolve_directory", "{directory: 1}"),
        ("plugin:app|name", "{}"),
        ("plugin:resources|close", "{rid: 1}"),
        ("plugin:shell|open", "{path: 'https://example.org'}"),
        ("read_token", "{}"),
    ];
    for (command, arguments) in denied {
        let why = refusal(&window, command, arguments).await;
        assert!(
            why.as_deref()
                .is_some_and(|why| why.contains("not allowed") || why.contains("not found")),
            "{command}: {why:?}"
        );
    }
    window.close().await;
}

#[tokio::test]
async fn the_page_can_load_and_run_nothing_from_elsewhere() {
    let scene = Scene::new();
    let window = scene.window().await;
    window.at("add-client").appears().await;
    let own = window.url().await;
    let target = format!("{}/v1/oauth/authorize", scene.sandbox.base_url);

    let opened = window
        .run(&format!("return window.open('{target}') === null"))
        .await;
    assert_eq!(opened, Value::Bool(true), "no second window");
    window.run(&format!("location.href = '{target}'")).await;
    let fetched = window
        .run(&format!(
            "return fetch('{target}').then(() => 'loaded', () => 'refused')"
        ))
        .await;
    assert_eq!(fetched, "refused");
    let run = window
        .run("try { new Function('return 1')(); return 'ran' } catch { return 'refused' }")
        .await;
    assert_eq!(run, "refused", "no code from text");
    let loaded = window
        .run(&format!(
            "const load = (tag) => new Promise((done) => {{
                 const element = document.createElement(tag);
                 element.onload = () => done('loaded');
                 element.onerror = () => done('refused');
                 element.src = '{target}';
                 document.body.append(element);
             }});
             // A frame tells of no error: below, the server has seen no request.
             return load('img').then(async (img) => [img, await load('script'), (await load('iframe')) && 'tried'])"
        ))
        .await;
    assert_eq!(loaded, serde_json::json!(["refused", "refused", "tried"]));
    let inline = window
        .run(
            "const script = document.createElement('script');
             script.textContent = 'window.inlineRan = true';
             document.body.append(script);
             return window.inlineRan === undefined",
        )
        .await;
    assert_eq!(inline, Value::Bool(true), "no inline script");

    assert_eq!(window.url().await, own, "the window has not gone anywhere");
    assert_eq!(
        scene.sandbox.requests().await.len(),
        0,
        "nothing was asked for"
    );
    window.close().await;
}
