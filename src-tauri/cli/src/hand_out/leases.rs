//! `keyrack leases`: what uses connections through Keyrack right now.

use keyrack_core::{Cause, Keyrack, Lease, Problem, Words, sanitize_display_text};

use super::arguments::LeasesCommand;
use crate::output::Output;
use crate::wording;

pub fn leases(
    keyrack: &Keyrack,
    output: Output,
    command: Option<&LeasesCommand>,
) -> Result<(), Problem> {
    let running = keyrack.leases()?;
    let Some(LeasesCommand::End { ids, all }) = command else {
        return output.leases(&running);
    };
    let ended = if *all {
        running
    } else {
        ids.iter()
            .map(|id| named(&running, id))
            .collect::<Result<_, _>>()?
    };
    for lease in &ended {
        keyrack.end_lease(&lease.id)?;
    }
    output.leases_ended(&ended)
}

/// The one running lease whose id this is, or begins with this.
fn named(running: &[Lease], id: &str) -> Result<Lease, Problem> {
    let mut found = running.iter().filter(|lease| lease.id.starts_with(id));
    match (found.next(), found.next()) {
        (Some(lease), None) if !id.is_empty() => Ok(lease.clone()),
        _ => {
            let id = sanitize_display_text(id);
            Err(Cause::NoSuchLease { id }.into())
        }
    }
}

/// A lease in one line: which it is, whose workspace, and what uses it.
fn line(lease: &Lease, words: Words) -> String {
    let requests = usize::try_from(lease.used.requests).unwrap_or(usize::MAX);
    let program = sanitize_display_text(&lease.caller.program);
    let program = match lease.caller.pid {
        Some(pid) => format!("{program} ({pid})"),
        None => program,
    };
    let workspace = wording::workspace(&lease.workspace_name, words);
    let requests = words.counted("command.lease.requests", requests, &[]);
    let since = lease.started_at.rfc3339();
    format!("{}  {workspace}  {program}  {since}  {requests}", lease.id)
}

impl Output {
    fn leases(self, leases: &[Lease]) -> Result<(), Problem> {
        self.result(leases, || {
            let lines = leases.iter().map(|one| line(one, self.words));
            let mut lines: Vec<_> = lines.collect();
            if lines.is_empty() {
                lines.push(self.words.text("command.no-leases", &[]));
            }
            lines
        })
    }

    fn leases_ended(self, leases: &[Lease]) -> Result<(), Problem> {
        self.result(leases, || {
            vec![
                self.words
                    .counted("command.leases-ended", leases.len(), &[]),
            ]
        })
    }
}
