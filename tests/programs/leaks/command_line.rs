//! The flows of the command line, with all its output.

use std::fs;
use std::process::Output;

use serde_json::json;
use support::cli;
use support::test_env::{ACME, TestEnv};

use super::search::Search;

/// A passphrase, read from a pipe.
const PASSPHRASE: &str = "passphrase-canary-0123456789";

/// A wrong client secret, typed in.
const WRONG: &str = "secret_wrong-canary-0123456789";

/// The command line, with the search of its output at the end.
struct Terminal {
    env: TestEnv,
    search: Search,
}

impl Terminal {
    /// Runs a command to its end and keeps its output.
    fn run(&mut self, arguments: &[&str], input: &str) -> Output {
        let output = self.env.keyrack(arguments, input);
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
        assert!(
            matches!(ended.code(), Some(1 | 4 | 5)),
            "{arguments:?}: {ended}"
        );
    }

    /// Runs a command whose standard output is a named exception: an access token is in it.
    fn hands_out(&mut self, arguments: &[&str]) {
        let output = self.env.keyrack(arguments, "");
        assert!(output.status.success(), "{arguments:?}");
        let place = format!("what is said beside {}", arguments.join(" "));
        self.search.in_bytes(&place, output.stderr);
        assert!(String::from_utf8_lossy(&output.stdout).contains("ntn_"));
    }

    /// Connects by pasting, after a text that is no callback. All output but the authorization URL is
    /// kept. Returns whether it succeeds.
    async fn connect(&mut self) -> bool {
        let mut connecting = cli::begin(&self.env).expect("a link");
        self.search.for_link(&connecting.link);
        let callback = self.env.callback(&connecting.link).await;
        self.search.for_link(&callback);
        connecting.type_line(&callback.replace("state=", "state=A"));
        connecting.type_line(&callback);
        let (status, said) = connecting.end_and_read();
        self.search.in_bytes("what is said of connect", said);
        self.search.for_tokens(&self.env.world);
        status.success()
    }

    /// Adds a token, and imports a pair among lines that are no good.
    async fn takes_in(&mut self) {
        let sandbox = &self.env.sandbox;
        let workspace = sandbox.add_workspace("Birch", "Jo Lindqvist").await;
        let token = sandbox.make_tokens(&workspace, None).await;
        let client = sandbox.client_id.clone();
        let pair = sandbox.make_tokens(&workspace, Some(&client)).await;
        for (name, of) in [
            ("access_token", &token),
            ("access_token", &pair),
            ("refresh_token", &pair),
        ] {
            self.search.for_secret(name, of[name].as_str().unwrap());
        }
        let token = token["access_token"].as_str().unwrap();
        let add = ["add-token", "--name", "Night export"];
        self.succeeds(&add, token);
        self.fails(&add, token);
        self.fails(&add, WRONG);
        let list = format!("{pair}\nspoilt {pair}\n{{\"access_token\":\"{WRONG}\"}}\n");
        let import = ["import", "--client", "Agency"];
        self.fails(&[&import[..], &["--dry-run", "--json"]].concat(), &list);
        self.fails(&import, &list);
        self.fails(&import, &format!("spoilt {pair}"));
        self.hands_out(&["token", "Night export"]);
        self.succeeds(&["forget", "Night export"], "");
        let id = self.env.keyrack(&["list", "--json"], "");
        let rows: serde_json::Value = serde_json::from_slice(&id.stdout).unwrap();
        let rows = rows.as_array().unwrap();
        let birch = rows.iter().find(|row| row["workspace_name"] == "Birch");
        let birch = birch.unwrap()["id"].as_str().unwrap().to_owned();
        self.succeeds(&["revoke", &birch, "--json"], "");
    }

    /// Seals a connection into a file, and opens that.
    fn seals(&mut self) {
        self.search.for_secret("the passphrase", PASSPHRASE);
        let path = self.env.world.path("moved.age");
        let file = path.display().to_string();
        let export = ["export", ACME, "--to", &file, "--passphrase-fd", "0"];
        self.succeeds(&[&export[..], &["--copy", "--json"]].concat(), PASSPHRASE);
        self.fails(&export, PASSPHRASE);
        let import = ["import", &file, "--passphrase-fd", "0"];
        self.fails(&import, WRONG);
        self.succeeds(&[&import[..], &["--json"]].concat(), PASSPHRASE);
        let sealed = fs::read(path).unwrap();
        self.search.in_bytes("the sealed file", sealed);
    }

    async fn fault(&self, fault: serde_json::Value) {
        self.env.sandbox.fault(fault).await;
    }
}

#[tokio::test]
async fn no_secret_is_in_what_the_command_line_says_or_writes() {
    let env = TestEnv::approving();
    let (id, secret) = (
        env.sandbox.client_id.clone(),
        env.sandbox.client_secret.clone(),
    );
    let mut terminal = Terminal {
        env,
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
    for format in ["text", "json", "env", "export", "header", "mcp-headers"] {
        terminal.hands_out(&["token", "--format", format]);
    }
    terminal.hands_out(&["run", ACME, "--", "printenv", "NOTION_TOKEN"]);
    terminal.succeeds(&["run", ACME, "--", "true"], "");
    terminal.succeeds(
        &["run", ACME, "--proxy", "--", "printenv", "NOTION_TOKEN"],
        "",
    );
    terminal.succeeds(&["api", ACME, "/v1/users/me", "-i"], "");
    terminal.fails(&["api", ACME, "/v1/nothing"], "");
    terminal.succeeds(&["serve", ACME, "--for", "1s"], "");
    terminal.succeeds(&["leases", "--json"], "");
    terminal.takes_in().await;
    terminal.seals();
    terminal.succeeds(&["mcp-config", ACME], "");
    terminal.succeeds(&["hand-out", ACME, "proxy-only"], "");
    terminal.fails(&["token", ACME], "");
    terminal.succeeds(&["hand-out", ACME, "never"], "");
    terminal.fails(&["token", ACME], "");
    terminal.succeeds(&["hand-out", ACME, "any"], "");
    terminal.env.a_day_passes();
    terminal.succeeds(&["watch", "--once", "--every", "daily"], "");
    terminal.succeeds(&["refresh", ACME, "--json"], "");
    terminal.search.for_tokens(&terminal.env.world);
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

    let Terminal { env, mut search } = terminal;
    search.in_world(&env.world);
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
