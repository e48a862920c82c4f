//! The desktop notification about what newly needs attention.

use keyrack_core::{Attention, ProblemCode};
use notify_rust::Notification;

use crate::output::{say, workspace};

/// Shows it on the desktop, and says it on standard error for who looks there.
pub async fn notify(attention: &Attention) {
    let (summary, body) = in_words(attention);
    say(&format!("{summary}. {body}"));
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
        say("keyrack: this desktop shows no notifications.");
    }
}

/// A name from outside stands in the summary only: in the body some desktops read markup.
fn in_words(attention: &Attention) -> (String, String) {
    match attention {
        Attention::One(connection) => {
            let name = workspace(&connection.workspace_name);
            let refused = connection
                .problem
                .as_ref()
                .is_some_and(|problem| problem.code == ProblemCode::ClientRejected);
            let body = if refused {
                "Notion does not take its client's secret any more. Open Keyrack to enter the new one."
            } else {
                "Its token does not work any more. Open Keyrack to see why."
            };
            (format!("{name} needs attention"), body.to_owned())
        }
        Attention::Several(count) => (
            format!("{count} workspaces need attention"),
            "Open Keyrack to see why.".to_owned(),
        ),
    }
}
