//! `keyrack leases`: what uses connections through Keyrack right now.

use keyrack_core::{Cause, Keyrack, Lease, Problem, sanitize_display_text, system_clock};

use super::arguments::LeasesCommand;
use crate::lists;
use crate::output::Output;
use keyrack_core::documents::{self, LeaseDocument};

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

impl Output {
    fn leases(self, leases: &[Lease]) -> Result<(), Problem> {
        let document = documents::list::<_, LeaseDocument<'_>>(leases);
        let table = || lists::leases(leases, system_clock()(), self.words);
        self.table(&document, table, "command.no-leases", &[])
    }

    fn leases_ended(self, leases: &[Lease]) -> Result<(), Problem> {
        let document = documents::list::<_, LeaseDocument<'_>>(leases);
        self.result(&document, || {
            let count = leases.len();
            vec![self.words.counted("command.leases-ended", count, &[])]
        })
    }
}
