//! What to put in the place of a token that lies in clear text, as lines to compare: Keyrack never writes them
//! itself.

use std::ops::Range;

use serde_json::{Value, json};

use super::found::Diff;

/// How many characters of a secret may be shown.
const SHOWN: usize = 8;

/// The first characters of a secret.
pub(crate) fn masked(secret: &str) -> String {
    let first: String = secret.chars().take(SHOWN).collect();
    format!("{first}…")
}

/// The way out for a line that sets a variable to the token that stands at `token`: a reference to the
/// connection, which `keyrack run` puts the token in the place of. None if more than the token is assigned.
pub(crate) fn env_line(line: &str, token: Range<usize>, connection: &str) -> Option<Diff> {
    let secret = line.get(token.clone())?;
    let (before, after) = (line.get(..token.start)?, line.get(token.end..)?);
    let quote = before
        .chars()
        .next_back()
        .filter(|sign| "\"'".contains(*sign));
    let (name, after_quote) = match quote {
        Some(quote) => (before.strip_suffix(quote)?, after.strip_prefix(quote)?),
        None => (before, after),
    };
    let name = name.strip_suffix('=')?.trim_start();
    let name = name.strip_prefix("export ").unwrap_or(name);
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
    };
    let rest = after_quote.trim();
    if !is_name(name) || !(rest.is_empty() || rest.starts_with('#')) {
        return None;
    }
    Some(Diff {
        before: vec![format!("{before}{}{after}", masked(secret))],
        after: vec![format!("{before}keyrack://{connection}{after}")],
    })
}

/// The way out for settings that start an MCP server with the token in its environment: the server is
/// started by `keyrack run`. None if no server in the document is.
pub(crate) fn mcp_server(document: &str, token: &str, connection: &str) -> Option<Diff> {
    let document: Value = serde_json::from_str(document).ok()?;
    let (server, variable) = server_with(&document, token)?;
    let mut before = shown(server);
    let mut after = before.clone();
    before["env"][&variable] = masked(token).into();
    let mut arguments = vec![json!("run"), json!(connection)];
    if variable != "NOTION_TOKEN" {
        arguments.extend([json!("--env"), json!(variable)]);
    }
    arguments.extend([json!("--"), before["command"].clone()]);
    arguments.extend(before["args"].as_array().into_iter().flatten().cloned());
    after["command"] = "keyrack".into();
    after["args"] = arguments.into();
    after["env"].as_object_mut()?.remove(&variable);
    let lines = |server: &Value| format!("{server:#}").lines().map(str::to_owned).collect();
    Some(Diff {
        before: lines(&before),
        after: lines(&after),
    })
}

/// A server's settings without what may be another secret.
fn shown(server: &Value) -> Value {
    let mut shown = json!({ "command": server["command"] });
    if let Some(arguments) = server["args"].as_array() {
        let plain = |one: &Value| {
            if is_plain(one) {
                one.clone()
            } else {
                "…".into()
            }
        };
        shown["args"] = arguments.iter().map(plain).collect();
    }
    let names = server["env"].as_object().into_iter().flatten();
    shown["env"] = names.map(|(name, _)| (name.clone(), json!("…"))).collect();
    shown
}

/// Whether an argument is too plain for a secret: its long words are without figures.
fn is_plain(argument: &Value) -> bool {
    let text = argument.as_str().unwrap_or_default();
    let mut words = text.split(|sign: char| !sign.is_ascii_alphanumeric());
    words.all(|word| word.len() < 16 || !word.contains(|sign: char| sign.is_ascii_digit()))
}

/// The first server of a document that has the token in its environment and nowhere else, and the name of that
/// variable.
fn server_with<'d>(document: &'d Value, token: &str) -> Option<(&'d Value, String)> {
    let is_token = |value: &Value| value.as_str() == Some(token);
    if let (Some(Value::String(_)), Some(Value::Object(variables))) =
        (document.get("command"), document.get("env"))
        && let Some((name, _)) = variables.iter().find(|(_, value)| is_token(value))
    {
        let elsewhere = document["args"].to_string().contains(token);
        return (!elsewhere).then(|| (document, name.clone()));
    }
    let below: Box<dyn Iterator<Item = &Value>> = match document {
        Value::Object(fields) => Box::new(fields.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => return None,
    };
    below.into_iter().find_map(|one| server_with(one, token))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "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";

    fn line(line: &str) -> Option<Diff> {
        let line = line.replace("TOKEN", TOKEN);
        let at = line.find(TOKEN).expect("a token");
        env_line(&line, at..at + TOKEN.len(), "Acme Research")
    }

    #[test]
    fn a_line_that_sets_a_variable_gets_a_reference() {
        for (before, after) in [
            ("NOTION=TOKEN", "NOTION=keyrack://Acme Research"),
            (
                "export A_1='TOKEN'  # mine",
                "export A_1='keyrack://Acme Research'  # mine",
            ),
            ("  KEY=\"TOKEN\"", "  KEY=\"keyrack://Acme Research\""),
        ] {
            let diff = line(before).expect(before);
            assert_eq!(diff.after, [after]);
            assert_eq!(diff.before, [before.replace("TOKEN", "ntn_5809…")]);
        }
        for other in [
            "curl -H 'Authorization: Bearer TOKEN'",
            "HEADERS=Bearer TOKEN",
            "A=TOKEN,other",
            "A='TOKEN",
            "TOKEN",
            "=TOKEN",
        ] {
            assert_eq!(line(other), None, "{other}");
        }
    }

    #[test]
    fn a_server_that_gets_the_token_is_started_by_keyrack_run() {
        let settings = json!({ "projects": { "/home/a": { "mcpServers": { "notion": {
            "command": "npx", "args": ["-y", "server", "--key=0123456789abcdef"],
            "env": { "API_KEY": TOKEN, "OTHER": "hunter2" } } } } } });
        let diff = mcp_server(&settings.to_string(), TOKEN, "1f2e").expect("a way out");
        let after: Value = serde_json::from_str(&diff.after.concat()).expect("JSON");
        assert_eq!(
            after,
            json!({ "command": "keyrack", "env": { "OTHER": "…" },
                "args": ["run", "1f2e", "--env", "API_KEY", "--", "npx", "-y", "server", "…"] })
        );
        let shown = format!("{diff:?}");
        assert!(
            shown.contains("ntn_5809…") && !shown.contains(TOKEN) && !shown.contains("hunter2")
        );
        for other in [
            json!({ "token": TOKEN }),
            json!({ "command": "npx", "args": [TOKEN], "env": { "A": TOKEN } }),
            json!({ "command": "npx", "env": { "HEADERS": format!("Bearer {TOKEN}") } }),
        ] {
            assert_eq!(
                mcp_server(&other.to_string(), TOKEN, "1f2e"),
                None,
                "{other}"
            );
        }
        assert_eq!(mcp_server("{ // not JSON", TOKEN, "1f2e"), None);
    }
}
