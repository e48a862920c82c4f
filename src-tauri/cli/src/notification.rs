//! The desktop notification about what newly needs attention.

use keyrack_core::{Attention, Keyrack, ProblemCode, Status};
use notify_rust::Notification;

use crate::messages::Messages;
use crate::output::eprint_line;

/// Reports what newly needs attention: on standard error, and as a desktop notification unless the
/// preferences turn notifications off.
pub async fn notify(keyrack: &Keyrack, attention: &Attention) {
    let chosen = keyrack.preferences();
    let language = chosen.as_ref().ok().and_then(|chosen| chosen.language);
    let (summary, body) = in_words(attention, &Messages::of(language));
    eprint_line(&format!("{summary}. {body}"));
    if chosen.is_ok_and(|chosen| !chosen.notifications) {
        return;
    }
    let shown = tokio::task::spawn_blocking(move || {
        Notification::new()
            .appname("Keyrack")
            .icon("keyrack-desktop")
            .summary(&summary)
            .body(&body)
            .show()
            .map(drop)
    });
    if !matches!(shown.await, Ok(Ok(()))) {
        eprint_line("keyrack: this desktop shows no notifications.");
    }
}

/// The notification's summary and body. A workspace's name stands in the summary only: some desktops
/// read the body as markup.
fn in_words(attention: &Attention, messages: &Messages) -> (String, String) {
    match attention {
        Attention::One(connection) => {
            let name = match connection.workspace_name.trim() {
                "" => messages.text("workspace.unnamed"),
                name => name,
            };
            let code = connection.problem.as_ref().map(|problem| problem.code);
            let body = messages.text(body_key(connection.status, code));
            let summary = messages.text("notification.one");
            (summary.replace("{workspace}", name), body.to_owned())
        }
        Attention::Several(count) => (
            messages
                .text("notification.several")
                .replace("{count}", &count.to_string()),
            messages.text("notification.several.next").to_owned(),
        ),
    }
}

/// The message that says why one connection needs attention, where a notification has room for that.
fn body_key(status: Status, problem: Option<ProblemCode>) -> &'static str {
    match (status, problem) {
        (_, Some(ProblemCode::ClientRejected)) => "notification.one.client-rejected",
        (Status::Inactive | Status::NeedsReconnecting, _) => "notification.one.inactive",
        _ => "notification.several.next",
    }
}

#[cfg(test)]
mod tests {
    use keyrack_core::Language;

    use super::*;

    #[test]
    fn every_language_has_the_words_of_a_notification() {
        for language in [Language::En, Language::De] {
            let messages = Messages::of(Some(language));
            let (summary, body) = in_words(&Attention::Several(3), &messages);
            assert!(
                summary.contains('3') && !body.is_empty(),
                "{summary}. {body}"
            );
            for key in [
                "workspace.unnamed",
                "notification.one.client-rejected",
                "notification.one.inactive",
            ] {
                assert!(!messages.text(key).is_empty(), "{language:?} {key}");
            }
            assert!(messages.text("notification.one").contains("{workspace}"));
        }
    }

    #[test]
    fn a_token_is_said_to_be_dead_only_where_it_is() {
        for (status, problem, key) in [
            (
                Status::Inactive,
                ProblemCode::TokenInactive,
                "notification.one.inactive",
            ),
            (
                Status::NeedsReconnecting,
                ProblemCode::RefreshLost,
                "notification.one.inactive",
            ),
            (
                Status::CannotCheck,
                ProblemCode::ClientRejected,
                "notification.one.client-rejected",
            ),
            (
                Status::CannotCheck,
                ProblemCode::ClientSecretLost,
                "notification.several.next",
            ),
            (
                Status::CannotCheck,
                ProblemCode::KeyringLost,
                "notification.several.next",
            ),
        ] {
            assert_eq!(body_key(status, Some(problem)), key, "{problem:?}");
        }
    }
}
