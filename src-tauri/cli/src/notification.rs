//! The desktop notification about what newly needs attention, which leads to it in the window.

#[cfg(all(unix, not(target_os = "macos")))]
mod click;

use std::time::Duration;

use keyrack_core::{Attention, Cause, Keyrack, Millis, Status, Words, system_clock};
use notify_rust::Notification;
use tokio::sync::oneshot;
use tokio::time::timeout;

#[cfg(all(unix, not(target_os = "macos")))]
use click::follow;

use crate::output::Output;
use crate::terminal::eprint_line;
use crate::wording::{expiry, workspace};

/// The longest wait for a notification to be shown.
const LONGEST: Duration = Duration::from_secs(5);

/// Reports what newly needs attention: on standard error, and as a desktop notification unless the
/// preferences turn notifications off. `stays` says whether this process will be there when the person
/// clicks on it.
pub async fn notify(keyrack: &Keyrack, output: Output, attention: &Attention, stays: bool) {
    let (summary, body) = in_words(attention, system_clock()(), output.words);
    eprint_line(&format!("{summary}. {body}"));
    if keyrack
        .preferences()
        .is_ok_and(|chosen| !chosen.notifications)
    {
        return;
    }
    let mut notification = Notification::new();
    notification
        .appname("Keyrack")
        .icon("keyrack-desktop")
        .summary(&summary)
        .body(&body);
    if stays {
        // The name of what a click on the notification itself does (Desktop Notifications Specification).
        notification.action("default", &output.words.text("notification.open", &[]));
    }
    if !is_shown(notification, stays.then(|| wanted(attention))).await {
        output.say("command.no-notifications");
    }
}

/// Shows a notification, and with `wanted` opens the window with these arguments when it is clicked.
/// Whoever is to show it may never reply, so the call has a thread of its own, which nothing waits for in
/// the end.
async fn is_shown(notification: Notification, wanted: Option<Vec<String>>) -> bool {
    let (reply, shown) = oneshot::channel();
    std::thread::spawn(move || {
        let shown = notification.show();
        // Nobody may be waiting any more.
        let _ = reply.send(shown.is_ok());
        if let (Ok(shown), Some(arguments)) = (shown, wanted) {
            follow(shown, &arguments);
        }
    });
    matches!(timeout(LONGEST, shown).await, Ok(Ok(true)))
}

/// The window's arguments for what a notification is about.
fn wanted(attention: &Attention) -> Vec<String> {
    match attention {
        Attention::One(connection) => vec!["--show".to_owned(), connection.id.clone()],
        Attention::Several(_) => vec!["--show-attention".to_owned()],
    }
}

/// Does nothing: the notifications of this system do not tell that they were clicked.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn follow(_: notify_rust::NotificationHandle, _: &[String]) {}

/// The notification's summary and body. A workspace's name stands in the summary only: some desktops
/// read the body as markup.
fn in_words(attention: &Attention, now: Millis, words: Words) -> (String, String) {
    match attention {
        Attention::One(connection) => {
            let workspace = workspace(&connection.workspace_name, words);
            let cause = connection.problem.as_ref().map(|problem| &problem.cause);
            let ends = expiry(connection.expires_on, now, words);
            let body = match ends.filter(|_| !connection.needs_attention) {
                Some(ends) => words.text("notification.one.ends", &[("ends", &ends)]),
                None => words.text(body_key(connection.status, cause), &[]),
            };
            let summary = words.text("notification.one", &[("workspace", &workspace)]);
            (summary, body)
        }
        Attention::Several(count) => (
            words.counted("notification.several", *count, &[]),
            words.text("notification.several.next", &[]),
        ),
    }
}

/// The message that says why one connection needs attention, where a notification has room for that.
fn body_key(status: Status, cause: Option<&Cause>) -> &'static str {
    match (status, cause) {
        (_, Some(Cause::ClientRejected)) => "notification.one.client-rejected",
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
            let words = Words::of(language);
            let (summary, body) = in_words(&Attention::Several(3), Millis(0), words);
            assert!(summary.starts_with('3'), "{summary}. {body}");
            for key in [
                "notification.several.next",
                "notification.one.client-rejected",
                "notification.one.inactive",
            ] {
                assert_ne!(words.text(key, &[]), key);
            }
            let one = words.text("notification.one", &[("workspace", "Acme")]);
            assert!(one.contains("Acme"), "{one}");
        }
    }

    #[test]
    fn a_token_is_said_to_be_dead_only_where_it_is() {
        for (status, cause, key) in [
            (
                Status::Inactive,
                Cause::TokenInactive,
                "notification.one.inactive",
            ),
            (
                Status::NeedsReconnecting,
                Cause::RefreshRejected,
                "notification.one.inactive",
            ),
            (
                Status::CannotCheck,
                Cause::ClientRejected,
                "notification.one.client-rejected",
            ),
            (
                Status::CannotCheck,
                Cause::ClientSecretLost,
                "notification.several.next",
            ),
            (
                Status::CannotCheck,
                Cause::KeyringLost,
                "notification.several.next",
            ),
        ] {
            assert_eq!(body_key(status, Some(&cause)), key, "{cause:?}");
        }
    }
}
