//! What the command's exit code says of a failure: 1, or what a program that called it can act on.

use std::process::ExitCode;

use keyrack_core::{Cause, Problem};

/// Wrong usage.
const WRONG_USAGE: u8 = 2;

/// No connection or client fits, or several do.
const NOT_ONE: u8 = 3;

/// A person is needed.
const PERSON: u8 = 4;

/// It may work later.
const LATER: u8 = 5;

/// The exit code of a failure.
pub fn code(problem: &Problem) -> ExitCode {
    ExitCode::from(of(&problem.cause))
}

/// The exit code where a person is needed.
pub fn for_a_person() -> ExitCode {
    ExitCode::from(PERSON)
}

fn of(cause: &Cause) -> u8 {
    match cause {
        Cause::ApiPath { .. } | Cause::NotJson { .. } => WRONG_USAGE,
        Cause::NoConnection
        | Cause::WhichConnection { .. }
        | Cause::NoSuchConnection { .. }
        | Cause::SeveralConnections { .. }
        | Cause::NoSuchLabel { .. }
        | Cause::ConnectionGone
        | Cause::NoSuchLease { .. }
        | Cause::NoClient
        | Cause::NoSuchClient { .. }
        | Cause::SeveralClients { .. }
        | Cause::ClientGone => NOT_ONE,
        Cause::KeyringMissing
        | Cause::NoSessionBus
        | Cause::KeyringNoCollection
        | Cause::KeyringLocked
        | Cause::KeyringWaiting
        | Cause::KeyringLost
        | Cause::KeyringForeign
        | Cause::ClientRejected
        | Cause::ClientSecretLost
        | Cause::ClientAltered { .. }
        | Cause::ClientUnproven { .. }
        | Cause::ConnectionAltered
        | Cause::MadeElsewhere { .. }
        | Cause::TokenEnded { .. }
        | Cause::TokenInactive
        | Cause::NeedsReconnecting
        | Cause::TokenSuperseded
        | Cause::OtherClient
        | Cause::HandOutRefused
        | Cause::TokenStays
        | Cause::MovedOut
        | Cause::NoRefreshToken
        | Cause::RefreshRejected
        | Cause::RefreshLost { .. }
        | Cause::RevocationPending
        | Cause::RevocationUnproven
        | Cause::CertificateExpired { .. }
        | Cause::CertificateEarly { .. }
        | Cause::CertificateOtherName { .. }
        | Cause::CertificateUntrusted { .. }
        | Cause::CertificateFaulty { .. }
        | Cause::NoRootCertificates { .. } => PERSON,
        Cause::RateLimited
        | Cause::NotionUnavailable { .. }
        | Cause::Unreachable
        | Cause::HostUnknown { .. }
        | Cause::HostRefuses { .. }
        | Cause::ProxyFailed { .. }
        | Cause::AnswerLost
        | Cause::BusyElsewhere
        | Cause::StoreBusy
        | Cause::AlreadyChecking
        | Cause::BatchUnderWay
        | Cause::TokensBeingWritten
        | Cause::OtherProgramAtWork => LATER,
        Cause::RefreshUnfinished { why }
        | Cause::NotRevokedYet { why, .. }
        | Cause::RevocationUnfinished { why, .. }
        | Cause::NotHandedOut { why, .. } => of(why),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_can_be_done_about_it() {
        let locked = || Box::new(Cause::KeyringLocked);
        let offline = || Box::new(Cause::Unreachable);
        for (cause, expected) in [
            (Cause::NoConnection, 3),
            (Cause::KeyringLocked, 4),
            (Cause::RefreshUnfinished { why: locked() }, 4),
            (Cause::RefreshUnfinished { why: offline() }, 5),
            (Cause::RateLimited, 5),
            (Cause::SecretUnreadable, 1),
        ] {
            assert_eq!(of(&cause), expected, "{cause:?}");
        }
    }
}
