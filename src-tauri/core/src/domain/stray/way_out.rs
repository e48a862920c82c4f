//! What to put in the place of a token that lies in clear text, as lines to compare: Keyrack never writes them
//! itself.

use std::ops::Range;

use serde_json::Value;

use super::found::{Diff, masked};

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
    let name = set.trim_end().strip_suffix('=')?.trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_alone = after.trim().is_empty()
        || after.trim_start().starts_with('#') && after.starts_with([' ', '\t']);
    let quote = quote.map(String::from).unwrap_or_default();
    // A shell would take a blank for the end of the value.
    let needed = if quote.is_empty() && connection.contains(' ') {
        "\""
    } else {
        &quote
    };
    (is_name(name) && is_alone).then(|| Diff {
        before: vec![format!("{set}{quote}{}{quote}", masked(secret))],
        after: vec![format!("{set}{needed}keyrack://{connection}{needed}")],
        sketch: false,
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
/// started by `keyrack run`, with all else as it was. None if the token stands anywhere else too, or the
/// settings are JSON with comments. What else they say may be secret as well: words in capitals stand for it.
pub(crate) fn mcp_server(document: &str, token: &str, connection: &str) -> Option<Diff> {
    if document.matches(token).count() != 1 {
        return None;
    }
    let document: Value = serde_json::from_str(document).ok()?;
    let Server {
        variable,
        has_arguments,
        has_others,
    } = server_with(&document, token).filter(|server| is_name(server.variable))?;
    let named = if variable == "NOTION_TOKEN" {
        String::new()
    } else {
        format!("\"--env\", \"{variable}\", ")
    };
    let secret = masked(token);
    let [arguments, others] = [
        if has_arguments { ", ARGUMENTS" } else { "" },
        if has_others { ", OTHERS" } else { "" },
    ];
    let mut before = vec!["\"command\": COMMAND,".to_owned()];
    if has_arguments {
        before.push("\"args\": [ARGUMENTS],".to_owned());
    }
    before.push(format!(
        "\"env\": {{ \"{variable}\": \"{secret}\"{others} }}"
    ));
    let run = format!("\"args\": [\"run\", \"{connection}\", {named}\"--\", COMMAND{arguments}]");
    let mut after = vec!["\"command\": \"keyrack\",".to_owned()];
    if has_others {
        after.push(format!("{run},"));
        after.push("\"env\": { OTHERS }".to_owned());
    } else {
        after.push(run);
    }
    Some(Diff {
        before,
        after,
        sketch: true,
    })
}

/// A server that gets a token in its environment.
struct Server<'d> {
    /// The variable with the token.
    variable: &'d str,
    has_arguments: bool,
    /// Whether it gets other variables too.
    has_others: bool,
}

/// The server of a document that gets the token.
fn server_with<'d>(document: &'d Value, token: &str) -> Option<Server<'d>> {
    let command = document.get("command").and_then(Value::as_str);
    if let (Some(_), Some(Value::Object(variables))) = (command, document.get("env")) {
        let with = |(_, value): &(&String, &Value)| value.as_str() == Some(token);
        if let Some((variable, _)) = variables.iter().find(with) {
            let arguments = document.get("args").and_then(Value::as_array);
            return Some(Server {
                variable,
                has_arguments: arguments.is_some_and(|arguments| !arguments.is_empty()),
                has_others: variables.len() > 1,
            });
        }
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
                "NOTION=\"keyrack://Acme Research\"",
            ),
            ("A = TOKEN", "A = SHOWN", "A = \"keyrack://Acme Research\""),
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
        assert_eq!(
            diff.before,
            [
                r#""command": COMMAND,"#,
                r#""args": [ARGUMENTS],"#,
                r#""env": { "API_KEY": "ntn_5809…", OTHERS }"#
            ]
        );
        assert_eq!(
            diff.after,
            [
                r#""command": "keyrack","#,
                r#""args": ["run", "1f2e", "--env", "API_KEY", "--", COMMAND, ARGUMENTS],"#,
                r#""env": { OTHERS }"#
            ]
        );
        assert!(!format!("{diff:?}").contains("hunter2"));
        let short = json!({ "command": "server", "env": { "NOTION_TOKEN": TOKEN } });
        let diff = mcp_server(&short.to_string(), TOKEN, "1f2e").expect("a way out");
        assert_eq!(diff.before.len(), 2, "no arguments");
        let run = r#""args": ["run", "1f2e", "--", COMMAND]"#;
        assert_eq!(diff.after, [r#""command": "keyrack","#, run]);
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
        let commented = format!("{{ // mine\n{}", short.to_string().trim_start_matches('{'));
        assert_eq!(mcp_server(&commented, TOKEN, "1f2e"), None);
    }
}
