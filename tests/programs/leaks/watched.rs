//! A window whose messages from Rust are all recorded and searched.

use std::ops::Deref;

use support::links;
use support::page::Page;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;
use support::world::World;

use super::search::Search;

/// A script that records every reply and event from Rust before the page reads it.
const RECORD: &str = "
    window.fromRust = [];
    const fetched = window.fetch;
    window.fetch = async (...request) => {
        const answer = await fetched(...request);
        window.fromRust.push(await answer.clone().text());
        return answer;
    };
    const tauri = window.__TAURI_INTERNALS__;
    for (const event of ['changed', 'authorization', 'check-all', 'rebuilt', 'rebuild-waits', 'callback-refused']) {
        const handler = tauri.transformCallback((told) => window.fromRust.push(JSON.stringify(told)));
        tauri.invoke('plugin:event|listen', { event, target: { kind: 'Any' }, handler });
    }";

/// A test environment with its window, and the search at the end.
pub struct Watched {
    pub env: TestEnv,
    pub window: Page,
    pub search: Search,
}

impl Deref for Watched {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.window
    }
}

impl Watched {
    /// A first start, with a sandbox with automatic approval and further arguments.
    pub async fn with(sandbox: &[&str]) -> Self {
        let env = TestEnv::with(World::new(), &[&["--auto-approve"], sandbox].concat());
        let window = env.window().await;
        window.at("add-client").appears().await;
        window.run(RECORD).await;
        let mut search = Search::default();
        search.for_secret("client_secret", &env.sandbox.client_secret);
        Self {
            env,
            window,
            search,
        }
    }

    pub async fn look_at_page(&mut self) {
        self.search.in_page(&self.window).await;
    }

    /// Begins an authorization and returns its callback, not delivered yet.
    pub async fn callback(&mut self) -> String {
        let link = self.env.begin(&self.window).await;
        self.look_at_page().await;
        self.answer(&link).await
    }

    /// The callback with which the sandbox replies to an authorization URL.
    pub async fn answer(&mut self, link: &str) -> String {
        self.search.for_link(link);
        let callback = self.env.callback(link).await;
        self.search.for_link(&callback);
        callback
    }

    /// Connects Acme by an app link.
    pub async fn connect(&mut self) {
        let callback = self.callback().await;
        links::open(&self.env.world, &callback);
        self.row(ACME).has("data-status", "active").await;
        self.new_tokens().await;
    }

    /// Waits until the keyring has tokens that were not searched for before.
    pub async fn new_tokens(&mut self) {
        let Self { env, search, .. } = self;
        until_async("new tokens", async || {
            search.for_tokens(&env.world).then_some(())
        })
        .await;
    }

    /// Waits for a notice with a text.
    pub async fn notice_appears(&self, words: &str) {
        self.notice(words).appears().await;
    }

    /// Closes the window, and searches everything.
    pub async fn close(mut self) -> Search {
        self.look_at_page().await;
        self.search.in_messages(&self.window).await;
        self.window.close().await;
        assert!(self.env.keyrack(&["list", "--json"], "").status.success());
        self.search.in_world(&self.env.world);
        self.search.assert_clean();
        self.search
    }
}
