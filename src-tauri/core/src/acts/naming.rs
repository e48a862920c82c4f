//! Which connections a name means, where a person or a file of settings names one.

use notion_oauth::sanitize_display_text;

use crate::domain::connection::Connection;
use crate::domain::name::called_so;
use crate::domain::preferences::Language;
use crate::words::Words;

/// A workspace's name, or words in its place for a workspace without one.
#[must_use]
pub fn workspace(name: &str, words: Words) -> String {
    let name = sanitize_display_text(name);
    if name.is_empty() {
        words.text("workspace.unnamed", &[])
    } else {
        name
    }
}

/// The connections with this name or id.
#[must_use]
pub fn called<'a>(all: &'a [Connection], name: &str) -> Vec<&'a Connection> {
    called_so(all, |one, fold| is_called(one, name, fold))
}

/// The name by which a connection is called and no other is; none if there is none that every shell and
/// every file of settings takes, at most with quotes around it.
#[must_use]
pub fn own_name<'a>(all: &[Connection], one: &'a Connection) -> Option<&'a str> {
    let name = if one.made_elsewhere {
        &one.client_name
    } else {
        &one.workspace_name
    };
    (is_typable(name) && called(all, name).len() == 1).then_some(name)
}

/// Whether a name needs nothing but quotes around it, if it has blanks.
#[must_use]
pub fn is_typable(name: &str) -> bool {
    name.starts_with(char::is_alphanumeric)
        && name.ends_with(|sign: char| sign != ' ')
        && name
            .chars()
            .all(|sign| sign.is_alphanumeric() || " ._-".contains(sign))
}

/// Whether a connection has this id or bot id, or this name as a list writes it in any language, in the
/// form by which names are compared; a token that was made elsewhere has one of its own as well.
fn is_called(connection: &Connection, name: &str, fold: fn(&str) -> String) -> bool {
    let wanted = fold(name);
    let listed = |language| workspace(&connection.workspace_name, Words::of(language));
    let ids = [&connection.id, &connection.bot_id];
    let languages = [Language::En, Language::De];
    ids.into_iter().any(|id| id == name)
        || connection.made_elsewhere && fold(&connection.client_name) == wanted
        || languages
            .into_iter()
            .any(|language| fold(&listed(language)) == wanted)
}

#[cfg(test)]
mod tests {
    use super::is_typable;

    #[test]
    fn only_a_name_that_every_shell_takes_is_typed() {
        for name in ["Acme", "Bücher 2.0", "a-b_c."] {
            assert!(is_typable(name), "{name}");
        }
        for name in [
            "",
            "-x",
            " a",
            "a ",
            "$HOME",
            "a`b`",
            "a\"b",
            "a\\",
            "%PATH%",
            "a!b",
            "a;b",
            "Zoë & Co",
        ] {
            assert!(!is_typable(name), "{name}");
        }
    }
}
