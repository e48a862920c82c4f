//! No secret where none belongs: every flow with known secrets, then every file, every message to
//! the window and every state of the page is searched for them.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Value, json};
use support::links;
use support::page::{Page, Part};
use support::scene::{ACME, Scene, check_again};
use support::secrets;
use support::wait::until_async;
use support::words::words;
use support::world::World;

/// Records every answer and event that the page gets from Rust, before it is read.
const RECORD: &str = "
    window.fromRust = [];
    const fetched = window.fetch;
    window.fetch = async (...request) => {
        const answer = await fetched(...request);
        window.fromRust.push(await answer.clone().text());
        return answer;
    };
    const tauri = window.__TAURI_INTERNALS__;
    for (const event of ['changed', 'authorization', 'check-all', 'link-refused']) {
        const handler = tauri.transformCallback((told) => window.fromRust.push(JSON.stringify(told)));
        tauri.invoke('plugin:event|listen', { event, target: { kind: 'Any' }, handler });
    }";

/// What must not be found, by name, and where it was looked for.
#[derive(Default)]
struct Search {
    secrets: Vec<(String, String)>,
    seen: Vec<(String, Vec<u8>)>,
}

impl Search {
    fn for_secret(&mut self, name: &str, value: &str) {
        assert!(value.len() >= 16, "{name} is too short to search for");
        self.secrets.push((name.to_owned(), value.to_owned()));
    }

    /// The parameters of a link that must stay secret.
    fn for_link(&mut self, link: &str) {
        let url = reqwest::Url::parse(link).unwrap();
        for (key, value) in url.query_pairs() {
            if key == "state" || key == "code" {
                self.for_secret(&key, &value);
            }
        }
    }

    /// The tokens that the keyring holds now.
    fn for_tokens(&mut self, world: &World) {
        for entry in secrets::entries(world) {
            let payload: Value = serde_json::from_str(&entry.secret.unwrap()).unwrap();
            for name in ["access", "refresh", "client_secret"] {
                if let Some(value) = payload[name].as_str() {
                    self.for_secret(name, value);
                }
            }
        }
    }

    async fn in_page(&mut self, page: &Page) {
        self.seen
            .push(("the page".to_owned(), page.source().await.into_bytes()));
    }

    async fn in_messages(&mut self, page: &Page) {
        let messages = page.run("return JSON.stringify(window.fromRust)").await;
        let messages = messages.as_str().unwrap().as_bytes().to_vec();
        self.seen
            .push(("the messages from Rust".to_owned(), messages));
    }

    fn in_files(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                self.in_files(&path);
            } else if let Ok(bytes) = fs::read(&path) {
                self.seen.push((path.display().to_string(), bytes));
            }
        }
    }

    fn seen_in(&self, place: &str, bytes: &[u8]) -> bool {
        let mut places = self.seen.iter().filter(|(name, _)| name.contains(place));
        places.any(|(_, seen)| contains(seen, bytes))
    }

    fn assert_clean(&self) {
        for (name, value) in &self.secrets {
            for (spelling, needle) in spellings(value) {
                for (place, bytes) in &self.seen {
                    assert!(
                        !contains(bytes, &needle),
                        "{name} ({spelling}) is in {place}"
                    );
                }
            }
        }
    }
}

/// A secret as it might stand somewhere: plain, percent-encoded, and in base64 at each of the
/// three places it can have in a group of bytes.
fn spellings(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![("plain", secret.as_bytes().to_vec())];
    let percent: Vec<_> = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    all.push(("percent-encoded", percent.concat().into_bytes()));
    for shift in 0..3 {
        let encoded =
            STANDARD_NO_PAD.encode([vec![b' '; shift], secret.as_bytes().to_vec()].concat());
        // The first and last characters depend on the neighbours.
        let certain = &encoded[if shift == 0 { 0 } else { 4 }..encoded.len() - 4];
        all.push(("base64", certain.as_bytes().to_vec()));
    }
    all
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|part| part == needle)
}

#[tokio::test]
async fn no_secret_is_in_any_file_message_or_page() {
    let mut search = Search::default();
    let mut scene = Scene::with(World::new(), &["--auto-approve"]);
    let window = scene.window().await;
    window.at("add-client").appears().await;
    window.run(RECORD).await;
    search.for_secret("client_secret", &scene.sandbox.client_secret);

    // The form, with its secret typed in and sent.
    window.at("add-client").click().await;
    scene.fill_client_form(&window).await;
    search.in_page(&window).await;
    window.at("save-client").click().await;
    window.at("save-client").disappears().await;

    // A code that is refused, and a link that belongs to nothing.
    let refusal = json!({"error": "invalid_grant"});
    scene
        .sandbox
        .fault(json!({"endpoint": "token", "times": 1, "status": 400, "body": refusal}))
        .await;
    let link = scene.begin(&window).await;
    search.for_link(&link);
    search.in_page(&window).await;
    let callback = scene.callback(&link).await;
    search.for_link(&callback);
    links::open(&scene.world, &callback);
    window
        .notice(&words("problem.grant-rejected.what"))
        .appears()
        .await;
    let stray = "app.keyrack:/oauth/callback?code=stray-code-canary-1&state=stray-state-canary-1";
    search.for_link(stray);
    links::open(&scene.world, stray);
    window
        .notice(&words("problem.link-unknown.what"))
        .appears()
        .await;

    // Connected by a link, pasted again, checked, found dead, and revoked.
    let link = scene.begin(&window).await;
    search.for_link(&link);
    let callback = scene.callback(&link).await;
    search.for_link(&callback);
    window.at("paste-callback").fill(&callback).await;
    search.in_page(&window).await;
    window.at("submit-callback").click().await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    search.for_tokens(&scene.world);
    check_again(&row).await;

    renew(&scene, &window, &row, &mut search).await;
    scene
        .sandbox
        .fault(json!({"endpoint": "introspect", "times": 1, "status": 503}))
        .await;
    row.at("check").click().await;
    row.has("data-status", "cannot-check").await;
    row.at("revoke").click().await;
    window.at("confirm-revoke").click().await;
    window.at("receipt").appears().await;
    search.in_page(&window).await;
    search.in_messages(&window).await;
    window.close().await;
    assert!(scene.keyrack(&["list", "--json"], "").status.success());

    // Everything our processes wrote; the keyring's own file and the browser's are not ours.
    search.in_files(&scene.world.data_home().join("app.keyrack.desktop"));
    search.in_files(&scene.world.config_home());
    search.in_files(&scene.world.home().join(".cache"));
    let log = fs::read(scene.world.log()).unwrap();
    search.seen.push(("the log".to_owned(), log));

    assert!(
        search.secrets.len() >= 8,
        "state and code three times, both tokens, the client's secret"
    );
    assert!(
        search.seen_in("keyrack.db", ACME.as_bytes()),
        "the database was read"
    );
    assert!(
        search.seen_in("the messages", ACME.as_bytes()),
        "the messages were recorded"
    );
    assert!(
        search.seen_in("the messages", b"link-unknown"),
        "the events were recorded"
    );
    assert!(
        search.seen_in("the messages", b"finished"),
        "so was the end of a check of all"
    );
    assert!(
        search.seen_in("the page", ACME.as_bytes()),
        "the page was read"
    );
    search.assert_clean();
}

/// A renewed secret, typed in on the client, new tokens, and a check of everything.
async fn renew(scene: &Scene, window: &Page, row: &Part, search: &mut Search) {
    let renewed = scene.sandbox.renew_secret().await;
    search.for_secret("renewed client_secret", &renewed);
    window.at("clients").click().await;
    window.at("new-secret").click().await;
    window.at("client-secret").fill(&renewed).await;
    search.in_page(window).await;
    window.at("save-secret").click().await;
    window.at("save-secret").disappears().await;
    window.close_dialog().await;
    row.at("more").click().await;
    row.at("refresh").click().await;
    let before = search.secrets.len();
    until_async("new tokens", async || {
        search.for_tokens(&scene.world);
        let (known, seen) = search.secrets.split_at(before);
        let is_new = |(_, value): &(String, String)| known.iter().all(|(_, old)| old != value);
        seen.iter().any(is_new).then_some(())
    })
    .await;
    row.has("data-status", "active").await;
    window.at("check-all").click().await;
    window.notice("Checked 1 workspace").appears().await;
}

#[test]
fn a_secret_is_found_in_every_spelling() {
    let secret = "ntn_canary-0123456789+/abc";
    for neighbours in ["", "a", "ab", "abc"] {
        let hidden = STANDARD_NO_PAD.encode(format!("{neighbours}{secret}and more"));
        let found = spellings(secret)
            .iter()
            .any(|(_, needle)| contains(hidden.as_bytes(), needle));
        assert!(found, "behind {} bytes", neighbours.len());
    }
}
