//! What to put in the place of a token that lies in clear text, as lines to compare: Keyrack never writes them
//! itself.

use std::ops::Range;

use serde_json::Value;

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
/// A comment behind it may hold anything, and is left out.
pub(crate) fn env_line(line: &str, token: Range<usize>, connection: &str) -> Option<Diff> {
    let secret = line.get(token.clone())?;
    let (before, after) = (line.get(..token.start)?, line.get(token.end..)?);
    let quote = before
        .chars()
        .next_back()
        .filter(|sign| "\"'".contains(*sign));
    let (set, after) = match quote {
        Some(quote) => (before.strip_suffix(quote)?, after.strip_prefix(quote)?),
        None => (before, after),
    };
    let name = set.strip_suffix('=')?.trim_start();
    let name = name.strip_prefix("export ").unwrap_or(name);
    let is_alone = after.trim().is_empty()
        || after.trim_start().starts_with('#') && after.starts_with([' ', '\t']);
    let with = |value: &str| {
        format!(
            "{before}{value}{}",
            quote.map(String::from).unwrap_or_default()
        )
    };
    (is_name(name) && is_alone).then(|| Diff {
        before: vec![with(&masked(secret))],
        after: vec![with(&format!("keyrack://{connection}"))],
    })
}

/// Whether a text can be the name of a variable.
fn is_name(text: &str) -> bool {
    text.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_')
        && text
            .chars()
            .all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
}

/// The way out for settings that start an MCP server with the token in its environment: the server is
/// started by `keyrack run`. None if the token stands anywhere else too. What else the settings say may be
/// secret as well, and is left out.
pub(crate) fn mcp_server(document: &str, token: &str, connection: &str) -> Option<Diff> {
    if document.matches(token).count() != 1 {
        return None;
    }
    let document: Value = serde_json::from_str(document).ok()?;
    let variable = variable_with(&document, token).filter(|name| is_name(name))?;
    let named = if variable == "NOTION_TOKEN" {
        String::new()
    } else {
        format!("\"--env\", \"{variable}\", ")
    };
    let secret = masked(token);
    Some(Diff {
        before: vec![
            "\"command\": COMMAND,".to_owned(),
            "\"args\": [ARGUMENTS],".to_owned(),
            format!("\"env\": {{ \"{variable}\": \"{secret}\" }}"),
        ],
        after: vec![
            "\"command\": \"keyrack\",".to_owned(),
            format!("\"args\": [\"run\", \"{connection}\", {named}\"--\", COMMAND, ARGUMENTS]"),
        ],
    })
}

/// The variable that a server of a document gets the token in.
fn variable_with<'d>(document: &'d Value, token: &str) -> Option<&'d str> {
    let command = document.get("command").and_then(Value::as_str);
    if let (Some(_), Some(Value::Object(variables))) = (command, document.get("env")) {
        let with = |(_, value): &(&String, &Value)| value.as_str() == Some(token);
        if let Some((name, _)) = variables.iter().find(with) {
            return Some(name);
        }
    }
    let below: Box<dyn Iterator<Item = &Value>> = match document {
        Value::Object(fields) => Box::new(fields.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => return None,
    };
    below.into_iter().find_map(|one| variable_with(one, token))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "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";

    fn line(line: &str) -> Option<Diff> {
        let line = line.replace("TOKEN", TOKEN);
        let at = line.find(TOKEN).expect("a token");
        env_line(&line, at..at + TOKEN.len(), "Acme Research")
    }

    #[test]
    fn a_line_that_sets_a_variable_gets_a_reference() {
        for (line_of, before, after) in [
            (
                "NOTION=TOKEN",
                "NOTION=SHOWN",
                "NOTION=keyrack://Acme Research",
            ),
            (
                "export A_1='TOKEN'  # was ghp_16C7e42F, pw=hunter2",
                "export A_1='SHOWN'",
                "export A_1='keyrack://Acme Research'",
            ),
            (
                "  KEY=\"TOKEN\"",
                "  KEY=\"SHOWN\"",
                "  KEY=\"keyrack://Acme Research\"",
            ),
        ] {
            let diff = line(line_of).expect(line_of);
            assert_eq!(diff.after, [after]);
            assert_eq!(diff.before, [before.replace("SHOWN", "ntn_5809…")]);
        }
        for other in [
            "curl -H 'Authorization: Bearer TOKEN'",
            "HEADERS=Bearer TOKEN",
            "A=TOKEN,other",
            "A=TOKEN#x",
            "1A=TOKEN",
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
            "command": "env X=hunter2 npx", "args": ["-y", "--password=hunter2"],
            "env": { "API_KEY": TOKEN, "OTHER": "hunter2" } } } } } });
        let diff = mcp_server(&settings.to_string(), TOKEN, "1f2e").expect("a way out");
        let run = r#""args": ["run", "1f2e", "--env", "API_KEY", "--", COMMAND, ARGUMENTS]"#;
        assert_eq!(diff.after, [r#""command": "keyrack","#, run]);
        let shown = format!("{diff:?}");
        assert!(
            shown.contains("ntn_5809…") && !shown.contains(TOKEN) && !shown.contains("hunter2")
        );
        let twice = json!({ "A": TOKEN, "B": TOKEN });
        for other in [
            json!({ "token": TOKEN }),
            json!({ "command": "npx", "args": [TOKEN], "env": { "A": TOKEN } }),
            json!({ "command": TOKEN, "env": { "A": TOKEN } }),
            json!({ "command": "npx", "env": twice }),
            json!({ "command": "npx", "env": { (TOKEN): "x" } }),
            json!({ "command": "npx", "env": { "MY-TOKEN": TOKEN } }),
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
