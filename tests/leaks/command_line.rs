//! The flows of the command line, with all that it says.

use std::process::Output;

use rusqlite::Connection;
use serde_json::json;

use crate::search::Search;
use crate::support::cli;
use crate::support::scene::{ACME, Scene};
use crate::support::world::World;

/// Typed in where the client's secret belongs.
const WRONG: &str = "secret_wrong-canary-0123456789";

/// The command line, with what is searched for in the end.
struct Terminal {
    scene: Scene,
    search: Search,
}

impl Terminal {
    /// Runs a command to its end and keeps what it says.
    fn run(&mut self, arguments: &[&str], input: &str) -> Output {
        let output = self.scene.keyrack(arguments, input);
        let place = format!("what is said of {}", arguments.join(" "));
        self.search.in_bytes(&place, output.stdout.clone());
        self.search.in_bytes(&place, output.stderr.clone());
        output
    }

    fn succeeds(&mut self, arguments: &[&str], input: &str) {
        let ended = self.run(arguments, input).status;
        assert!(ended.success(), "{arguments:?} {ended}");
    }

    fn fails(&mut self, arguments: &[&str], input: &str) {
        let ended = self.run(arguments, input).status;
        assert_eq!(ended.code(), Some(1), "{arguments:?}");
    }

    /// Connects by pasting, after something that is no callback. All that is said but for the link
    /// itself, which was asked for, is kept. Returns whether it succeeds.
    async fn connect(&mut self) -> bool {
        let mut connecting = cli::begin(&self.scene).expect("a link");
        self.search.for_link(&connecting.link);
        let callback = self.scene.callback(&connecting.link).await;
        self.search.for_link(&callback);
        connecting.type_line(&callback.replace("state=", "state=A"));
        connecting.type_line(&callback);
        let (status, said) = connecting.end_and_read();
        self.search.in_bytes("what is said of connect", said);
        self.search.for_tokens(&self.scene.world);
        status.success()
    }

    async fn fault(&self, fault: serde_json::Value) {
        self.scene.sandbox.fault(fault).await;
    }

    /// Makes everything that is known of connections a day older.
    fn a_day_passes(&self) {
        let folder = self.scene.world.data_home().join("app.keyrack.desktop");
        let db = Connection::open(folder.join("keyrack.db")).unwrap();
        let day = 24 * 60 * 60 * 1_000;
        let aged = db.execute("UPDATE connections SET verdict_at = verdict_at - ?1", [day]);
        assert_eq!(aged.unwrap(), 1);
    }
}

#[tokio::test]
async fn no_secret_is_in_what_the_command_line_says_or_writes() {
    let scene = Scene::with(World::new(), &["--auto-approve"]);
    let (id, secret) = (
        scene.sandbox.client_id.clone(),
        scene.sandbox.client_secret.clone(),
    );
    let mut terminal = Terminal {
        scene,
        search: Search::default(),
    };
    terminal.search.for_secret("client_secret", &secret);
    terminal.search.for_secret("wrong client_secret", WRONG);
    let add = ["client", "add", "--name", "Mine", "--id", &id];
    terminal.succeeds(&add, WRONG);
    assert!(!terminal.connect().await, "its secret is wrong");
    terminal.fails(&["client", "secret", "Mine"], WRONG);
    terminal.succeeds(&["client", "secret", "Mine", "--json"], &secret);
    terminal.succeeds(&["client", "edit", "Mine", "--name", "Agency"], "");
    terminal.succeeds(&["client", "list", "--json"], "");

    assert!(terminal.connect().await);
    terminal.succeeds(&["list", "--json"], "");
    terminal.succeeds(&["check", ACME, "--json"], "");
    terminal.succeeds(&["check", "--all"], "");
    terminal.a_day_passes();
    terminal.succeeds(&["watch", "--once", "--every", "daily"], "");
    terminal.succeeds(&["refresh", ACME, "--json"], "");
    terminal.search.for_tokens(&terminal.scene.world);
    terminal
        .fault(json!({"endpoint": "token", "times": 1, "cut": "before"}))
        .await;
    terminal.fails(&["refresh", ACME], "");
    assert!(terminal.connect().await, "again");
    terminal
        .fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    terminal.fails(&["revoke", ACME, "--json"], "");
    terminal.succeeds(&["revoke", ACME, "--json"], "");
    assert!(terminal.connect().await);
    terminal.succeeds(&["forget", ACME, "--json"], "");
    assert!(terminal.connect().await);
    let remove = ["client", "remove", "Agency"];
    terminal.fails(&remove, "");
    terminal.succeeds(&[&remove[..], &["--revoke-connections"]].concat(), "");

    let Terminal { scene, mut search } = terminal;
    search.in_world(&scene.world);
    assert!(search.secrets() >= 18, "{} secrets", search.secrets());
    for place in [
        "what is said of connect",
        "what is said of list",
        "keyrack.db",
    ] {
        assert!(search.seen_in(place, ACME.as_bytes()), "{place} was read");
    }
    search.assert_clean();
}
