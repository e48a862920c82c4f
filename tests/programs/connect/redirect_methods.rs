//! The redirect methods besides the app link: localhost and the bridge page, in a real browser, and the
//! pasted callback. The app link itself is the subject of `app_link.rs`.

use std::net::{TcpListener, TcpStream};

use serde_json::json;
use support::browser;
use support::page::Page;
use support::page_host::{HOST, PageHost};
use support::test_env::{ACME, TestEnv, free_port};
use support::wait::until_async;
use support::words::filled;
use support::world::World;

/// Opens the client form and fills it in, except for the fields of the redirect method.
async fn form(env: &TestEnv, window: &Page, method: &str) {
    window.at("add-client").click().await;
    env.fill_client_form(window).await;
    window.at("redirect-method").choose(method).await;
}

async fn save(window: &Page) {
    window.at("save-client").click().await;
    window.at("connect").appears().await;
}

#[tokio::test]
async fn the_answer_comes_back_over_localhost() {
    let port = free_port();
    let uri = format!("http://localhost:{port}/oauth/callback");
    let mut env = TestEnv::with(World::new(), &["--redirect-uri", &uri]);
    let window = env.window().await;
    form(&env, &window, "localhost").await;
    window.at("localhost-port").fill(&port).await;
    window.at("redirect-uri").says(&uri).await;
    save(&window).await;

    let link = env.begin(&window).await;
    let browser = env.allow(&link, ACME).await;
    window.row(ACME).has("data-status", "active").await;
    let page = browser.part("//main".to_owned());
    page.says("You can close this tab").await;
    until_async("the port to be closed", async || {
        TcpStream::connect(format!("127.0.0.1:{port}"))
            .is_err()
            .then_some(())
    })
    .await;
    assert_eq!(env.exchanges().await, 1);
    browser.close().await;
    window.close().await;
}

#[tokio::test]
async fn a_taken_port_is_told_and_no_browser_opens() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let uri = format!("http://localhost:{port}/oauth/callback");
    let mut env = TestEnv::with(World::new(), &["--auto-approve", "--redirect-uri", &uri]);
    let window = env.window().await;
    form(&env, &window, "localhost").await;
    window.at("localhost-port").fill(&port).await;
    save(&window).await;

    window.at("connect").click().await;
    window
        .notice(&filled("problem.port-taken.what", &[("port", &port)]))
        .appears()
        .await;
    assert!(!window.at("waiting").is_shown().await);
    drop(taken);
    let link = env.begin(&window).await;
    // Pasted, as for every method.
    let callback = env.callback(&link).await;
    window.at("paste-callback").fill(&callback).await;
    window.at("submit-callback").click().await;
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
}

#[tokio::test]
async fn the_answer_comes_back_over_the_page_that_keyrack_wrote() {
    let uri = format!("https://{HOST}/keyrack-bridge.html");
    let mut env = TestEnv::with(World::new(), &["--redirect-uri", &uri]);
    let window = env.window().await;
    form(&env, &window, "bridge").await;
    window.at("bridge-url").fill(&uri).await;
    window.at("redirect-uri").says(&uri).await;
    window.at("save-bridge-page").click().await;
    let saved = env.world.home().join("keyrack-bridge.html");
    let shown = saved.display().to_string();
    window.at("bridge-page-saved").says(&shown).await;
    save(&window).await;

    let page = std::fs::read_to_string(&saved).unwrap();
    let host = PageHost::start(page.leak()).await;
    let [found, trusted] = host.browser_arguments();
    let origin = format!("https://{HOST}");
    let browser = browser::open_with(&env.world, &origin, &[&found, &trusted]).await;
    let link = env.begin(&window).await;
    browser.goto(&link).await;
    let option = format!("//select[@id='workspace']/option[contains(., '{ACME}')]");
    browser.part(option).click().await;
    browser.id("allow").click().await;
    window.row(ACME).has("data-status", "active").await;
    assert_eq!(env.exchanges().await, 1);

    browser.id("open").appears().await;
    let loaded = browser
        .run("return performance.getEntriesByType('resource').map(it => it.name)")
        .await;
    assert_eq!(loaded, json!([]), "the page loads nothing");
    assert_eq!(
        host.seen().len(),
        1,
        "and asks for nothing: {:?}",
        host.seen()
    );

    browser
        .goto(&format!(
            "{uri}?to=https://example.org/&state=s&code=c&code=d"
        ))
        .await;
    browser.id("nothing").appears().await;
    assert!(!browser.id("open").is_shown().await);
    browser
        .goto(&format!("{uri}?to=https://example.org/&state=s&code=c"))
        .await;
    let target = browser.id("open").attr("href").await;
    assert_eq!(
        target.as_deref(),
        Some("app.keyrack:/oauth/callback?code=c&state=s"),
        "no other target, and nothing else passed on"
    );
    browser.close().await;
    window.close().await;
}
