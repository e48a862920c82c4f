//! The environment variables by which programs take a token of Notion's and where to use it.

use std::ffi::OsString;

use secrecy::{ExposeSecret as _, SecretString};

use super::handed::Handed;

/// The variables that programs read a token from: Notion's SDKs and its MCP server, Notion's own command
/// line, and older scripts.
pub const TOKENS: [&str; 3] = ["NOTION_TOKEN", "NOTION_API_TOKEN", "NOTION_API_KEY"];

/// The variables that programs read an address of Notion's API from.
pub const ADDRESSES: [&str; 2] = ["NOTION_API_BASE_URL", "NOTION_BASE_URL"];

pub const WORKSPACE: &str = "NOTION_WORKSPACE_ID";

/// The id of the hand-out that a program runs under.
const LEASE: &str = "KEYRACK_LEASE";

/// The variables by which Keyrack says what a program was handed.
pub const OWN: [&str; 2] = [super::CONNECTION, LEASE];

/// Notion's own address, which no program needs to be told.
const NOTION: &str = "https://api.notion.com";

/// What a program's environment must not keep from before: another token, another workspace, another
/// address, or headers that would win over all of them.
pub fn stale(is_leased: bool) -> Vec<&'static str> {
    let mut stale = vec![
        "OPENAPI_MCP_HEADERS",
        "NOTION_KEY",
        WORKSPACE,
        super::CONNECTION,
        LEASE,
    ];
    stale.extend(TOKENS);
    stale.extend(ADDRESSES);
    if is_leased {
        // A common name of other people's: only a hand-out around this one has set it to Notion.
        stale.push("BASE_URL");
    }
    stale
}

/// Whether the environment is that of a program that was itself handed a token.
pub fn is_leased() -> bool {
    std::env::var_os(LEASE).is_some()
}

/// The variables for a program that is run with a token.
pub fn of(handed: &Handed, tokens: &[String], addresses: &[String]) -> Vec<(String, SecretString)> {
    let mut variables = for_anybody(handed, tokens, addresses);
    let connection = handed.connection.id.clone().into();
    variables.push((super::CONNECTION.to_owned(), connection));
    variables.push((LEASE.to_owned(), handed.id.clone().into()));
    variables
}

/// The variables for a token, under these names, with what is used with it.
pub fn for_anybody(
    handed: &Handed,
    tokens: &[String],
    addresses: &[String],
) -> Vec<(String, SecretString)> {
    let connection = &handed.connection;
    let mut variables: Vec<(String, SecretString)> = tokens
        .iter()
        .map(|name| (name.clone(), handed.token.clone()))
        .collect();
    variables.extend(address(&handed.base_url));
    let mut plain = |name: &str, value: &str| variables.push((name.to_owned(), value.into()));
    for name in addresses {
        plain(name, &handed.base_url);
    }
    if !connection.workspace_id.is_empty() {
        plain(WORKSPACE, &connection.workspace_id);
    }
    variables
}

/// The variables for an address, unless it is Notion's own.
pub fn address(base_url: &str) -> Vec<(String, SecretString)> {
    let names = ADDRESSES.iter().filter(|_| base_url != NOTION);
    names
        .map(|name| ((*name).to_owned(), base_url.into()))
        .collect()
}

/// The value of a variable as the environment takes it.
pub fn value(secret: &SecretString) -> OsString {
    secret.expose_secret().into()
}
