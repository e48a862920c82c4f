//! `keyrack mcp-config`: how MCP clients are told to start Notion's MCP server through Keyrack.

use std::process::ExitCode;

use keyrack_core::{Keyrack, Problem};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::arguments::{Host, McpArguments};
use super::{chosen, token};
use crate::output::Output;

/// The name of the server in the settings.
const SERVER: &str = "notion";

/// Notion's MCP server, as its documentation starts it (github.com/makenotion/notion-mcp-server).
const PROGRAM: [&str; 3] = ["npx", "-y", "@notionhq/notion-mcp-server"];

/// Prints the settings for one client. There is no token in them: the connection is named by its id, which
/// stays when a workspace gets another name.
pub fn print(keyrack: &Keyrack, output: Output, asked: &McpArguments) -> Result<ExitCode, Problem> {
    let connection = chosen(keyrack, output.words, asked.name.as_deref())?;
    let settings = settings(&connection.id, asked.read_only, asked.host);
    token::ending(token::write_all(&SecretString::from(settings)))
}

fn settings(connection: &str, read_only: bool, host: Host) -> String {
    // Its only variable for an address has a common name, and so is set only here.
    let mut arguments = vec!["run", connection, "--proxy", "--env-url", "BASE_URL"];
    if read_only {
        arguments.push("--read-only");
    }
    arguments.push("--");
    arguments.extend(PROGRAM);
    let server = json!({ "command": "keyrack", "args": arguments });
    let document = match host {
        Host::Claude | Host::Cursor => json!({ "mcpServers": { SERVER: server } }),
        Host::Vscode => json!({ "servers": { SERVER: with(server, "type", json!("stdio")) } }),
        Host::Copilot => {
            let local = with(server, "type", json!("local"));
            json!({ "mcpServers": { SERVER: with(local, "tools", json!(["*"])) } })
        }
        // TOML writes these arrays and strings as JSON does.
        Host::Codex => {
            return format!(
                "[mcp_servers.{SERVER}]\ncommand = \"keyrack\"\nargs = {}\n",
                server["args"]
            );
        }
    };
    format!("{document:#}\n")
}

fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_is_told_in_its_own_spelling_how_to_start_the_server() {
        let arguments = json!([
            "run",
            "1f2e",
            "--proxy",
            "--env-url",
            "BASE_URL",
            "--",
            "npx",
            "-y",
            "@notionhq/notion-mcp-server"
        ]);
        for (host, place) in [
            (Host::Claude, "/mcpServers/notion"),
            (Host::Cursor, "/mcpServers/notion"),
            (Host::Vscode, "/servers/notion"),
            (Host::Copilot, "/mcpServers/notion"),
        ] {
            let settings = settings("1f2e", false, host);
            let settings: Value = serde_json::from_str(&settings).expect("JSON");
            let server = settings.pointer(place).expect("a server");
            assert_eq!(server["command"], "keyrack", "{host:?}");
            assert_eq!(server["args"], arguments, "{host:?}");
        }
        let codex = settings("1f2e", true, Host::Codex);
        assert!(codex.starts_with("[mcp_servers.notion]\ncommand = \"keyrack\"\nargs = [\"run\","));
        assert!(codex.contains("\"--read-only\",\"--\""));
    }
}
