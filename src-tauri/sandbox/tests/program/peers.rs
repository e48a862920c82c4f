//! Published OAuth clients and Notion's own programs work with the sandbox unmodified but for the host.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    installed::{self, FOLDER, VENV},
    started::{Started, start, token},
};
use serde_json::{Value, json};

/// A callback as Auth.js and better-auth want it; the peers take it over, so that nobody listens there.
const REDIRECT_URI: &str = "http://localhost:3000/api/auth/callback/notion";

/// Node.js, whose packages must be installed.
pub fn node() -> Command {
    installed::check_npm();
    clean(Command::new("node"))
}

/// The Python of the virtual environment, whose packages must be installed.
pub fn python() -> Command {
    let venv = Path::new(VENV);
    let marker = venv.join(".installed-requirements.txt");
    installed::check("requirements.txt", &marker);
    clean(Command::new(venv.join("bin/python")))
}

/// A command with nothing of our environment but PATH.
fn clean(mut command: Command) -> Command {
    command.env_clear();
    command.envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    command
}

/// A command that runs a driver in `tests/peers`.
fn driver(script: &str) -> Command {
    let is_python = Path::new(script).extension().is_some_and(|it| it == "py");
    let mut command = if is_python { python() } else { node() };
    command.arg(script).current_dir(FOLDER);
    command
}

/// Runs a driver and returns the line of JSON that it prints.
async fn run(mut driver: Command) -> Value {
    let run = move || driver.stderr(Stdio::inherit()).output().unwrap();
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(output.status.success(), "{}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs an OAuth peer through consent, exchange and `users/me`.
async fn connects(script: &str) {
    let started = start(&["--no-app-link", "--redirect-uri", REDIRECT_URI]);
    let mut driver = driver(script);
    driver.env("NOTION_REDIRECT_URI", REDIRECT_URI);
    for name in ["base_url", "client_id", "client_secret"] {
        let variable = format!("NOTION_{}", name.to_uppercase());
        driver.env(variable, started.field(name));
    }
    let said = run(driver).await;
    assert_eq!(said["workspace_name"], "Acme Research", "{said}");
    assert!(said["bot_id"].is_string(), "{said}");
    if let Some(person) = said.get("person") {
        assert_eq!(person, "Jo Lindqvist", "{said}");
    }
}

#[tokio::test]
async fn arctic_connects() {
    connects("oauth-arctic.js").await;
}

#[tokio::test]
async fn auth_js_signs_in() {
    connects("oauth-auth-core.js").await;
}

#[tokio::test]
async fn better_auth_signs_in() {
    connects("oauth-better-auth.js").await;
}

#[tokio::test]
async fn openid_client_connects_refreshes_and_revokes() {
    connects("oauth-openid-client.js").await;
}

#[tokio::test]
async fn simple_oauth2_connects_and_refreshes() {
    connects("oauth-simple-oauth2.js").await;
}

#[tokio::test]
async fn authlib_connects_refreshes_and_revokes() {
    connects("oauth_authlib.py").await;
}

#[tokio::test]
async fn django_allauth_signs_in_without_naming_its_redirect_uri() {
    connects("oauth_allauth.py").await;
}

#[tokio::test]
async fn requests_oauthlib_connects_and_refreshes() {
    connects("oauth_requests_oauthlib.py").await;
}

/// Runs a program of Notion's on the sample workspace, with the token in the variables it reads.
async fn works(script: &str, variables: [&str; 2]) -> Value {
    let started: Started = start(&["--auto-approve"]);
    let mut driver = driver(script);
    driver.env(variables[0], token(&started).await);
    driver.env(variables[1], started.field("base_url"));
    let said = run(driver).await;
    assert_eq!(said["workspace_name"], "Acme Research", "{said}");
    assert_eq!(said["found"], 1, "{said}");
    said
}

#[tokio::test]
async fn notions_sdk_for_javascript_works_on_the_sample() {
    let said = works("sdk-work.js", ["NOTION_TOKEN", "NOTION_BASE_URL"]).await;
    assert_eq!((&said["users"], &said["rows"]), (&json!(8), &json!(250)));
    assert_eq!((&said["blocks"], &said["below"]), (&json!(13), &json!(5)));
    assert_eq!(said["filtered"], 83);
    assert_eq!(said["read_back"], json!(["First.", "Second."]));
    assert_eq!(said["uploaded"], 65_536);
    assert_eq!(said["events"], 8);
    assert!(
        said["said"]
            .as_str()
            .unwrap()
            .ends_with("Piece 3 from Acme Research. ")
    );
}

#[tokio::test]
async fn the_sdk_for_python_works_on_the_sample() {
    let said = works("notion_client_work.py", ["NOTION_TOKEN", "NOTION_BASE_URL"]).await;
    assert_eq!((&said["users"], &said["rows"]), (&json!(8), &json!(250)));
    assert_eq!(said["read_back"], json!(["First.", "Second."]));
    assert_eq!(said["uploaded"], 65_536);
}

#[tokio::test]
async fn notions_mcp_server_works_on_the_sample() {
    let said = works("mcp-work.js", ["NOTION_TOKEN", "BASE_URL"]).await;
    assert!(said["tools"].as_u64().unwrap() > 10, "{said}");
    assert_eq!((&said["blocks"], &said["rows"]), (&json!(13), &json!(5)));
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[tokio::test]
async fn notions_command_line_works_on_the_sample() {
    let said = works("ntn-work.js", ["NOTION_API_TOKEN", "NOTION_API_BASE_URL"]).await;
    assert_eq!(said["uploaded"], 7);
}
