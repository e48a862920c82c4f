//! Why there was no connection: what a failed request's chain of errors says.

use std::error::Error as StdError;
use std::{env, io, iter};

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use rustls::{CertificateError, Error as TlsError};

use crate::{BaseUrl, sanitize_display_text};

/// What hyper-util says where the proxy itself could not be reached: what is behind that is the
/// proxy's, such as its certificate.
const NO_PROXY_REACHED: &str = "failed to create underlying connection";

/// What kept a connection from being made, so that no request was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The name of the host could not be looked up: it is wrong, or the computer is offline.
    Name {
        /// The host.
        host: String,
    },
    /// The host takes no connections.
    Refused {
        /// The host.
        host: String,
    },
    /// The proxy that the system's settings name made no connection.
    Proxy {
        /// The proxy's host and port.
        proxy: String,
        /// What it said, or what happened to it.
        said: String,
    },
    /// The host's certificate does not hold: somebody may be listening in between.
    Certificate {
        /// The host.
        host: String,
        /// What is wrong with the certificate.
        fault: CertificateFault,
    },
    /// This computer names nobody who may sign certificates, so nobody was asked.
    NoRoots {
        /// What was found amiss.
        detail: String,
    },
}

/// What is wrong with a certificate (RFC 5280 6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateFault {
    /// It is past its time.
    Expired,
    /// Its time has not come; or the computer's clock is wrong.
    Early,
    /// It is another host's.
    OtherName,
    /// Nobody that the computer trusts has signed it.
    Untrusted,
    /// Anything else, in the words of the TLS library.
    Other(String),
}

impl Obstacle {
    /// The obstacle that nothing can be asked at all: there is nobody to trust.
    pub(crate) fn of_settings(error: &reqwest::Error) -> Self {
        let said = chain(error).last().map(ToString::to_string);
        Self::NoRoots {
            detail: sanitize_display_text(&said.unwrap_or_default()),
        }
    }

    /// The obstacle that the environment names a proxy for `base` which is none: it would be passed by, and
    /// `base` be asked directly.
    pub(crate) fn of_proxy_settings(base: &BaseUrl) -> Option<Self> {
        let value = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let found = intercepted(&Matcher::from_system(), base);
        let said = match found.as_ref().and_then(|proxy| proxy.uri().authority()) {
            Some(authority) if has_its_port(authority.as_str()) => return None,
            Some(_) => "it names a port that is none",
            None if base.is_loopback() || is_exempt(base) => return None,
            None => "it names no HTTP or SOCKS proxy",
        };
        let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
        let named = names.into_iter().find(|name| value(name).is_some())?;
        Some(Self::Proxy {
            // Not its value, which may hold a password.
            proxy: named.to_owned(),
            said: said.to_owned(),
        })
    }

    /// The obstacle that a request to `base` met, if its connection failed for a known one.
    pub(crate) fn of(error: &reqwest::Error, base: &BaseUrl) -> Option<Self> {
        if !error.is_connect() {
            return None;
        }
        let host = base.host().to_owned();
        let is_before_the_proxy =
            chain(error).any(|error| error.to_string().ends_with(NO_PROXY_REACHED));
        if let Some(fault) = chain(error).find_map(certificate_fault)
            && !is_before_the_proxy
        {
            return Some(Self::Certificate { host, fault });
        }
        if let Some(proxy) = proxy_for(base) {
            let said = chain(error).last().map(ToString::to_string);
            let said = sanitize_display_text(&said.unwrap_or_default());
            return Some(Self::Proxy { proxy, said });
        }
        if chain(error).any(|error| error.to_string() == "dns error") {
            return Some(Self::Name { host });
        }
        let is_refused = |error: &(dyn StdError + 'static)| {
            let error = error.downcast_ref::<io::Error>();
            error.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
        };
        chain(error)
            .any(is_refused)
            .then_some(Self::Refused { host })
    }
}

/// An error and all behind it. What is inside of an I/O error is no source of it.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        let error: &'a (dyn StdError + 'static) = *error;
        let inside = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match inside {
            Some(inside) => Some(inside as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}

fn certificate_fault(error: &(dyn StdError + 'static)) -> Option<CertificateFault> {
    use CertificateError as Fault;
    let TlsError::InvalidCertificate(fault) = error.downcast_ref::<TlsError>()? else {
        return None;
    };
    Some(match fault {
        Fault::Expired | Fault::ExpiredContext { .. } => CertificateFault::Expired,
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => CertificateFault::Early,
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => {
            CertificateFault::OtherName
        }
        // The second is an issuer's whose name is taken, and whose key is not.
        Fault::UnknownIssuer | Fault::BadSignature => CertificateFault::Untrusted,
        // In the words of whoever looked, not in those of a Rust value.
        Fault::Other(error) => CertificateFault::Other(sanitize_display_text(&error.to_string())),
        other => CertificateFault::Other(sanitize_display_text(&other.to_string())),
    })
}

/// The host and port of the proxy that the system's settings name for a base URL, without a user's name and
/// password.
fn proxy_for(base: &BaseUrl) -> Option<String> {
    let proxy = intercepted(&Matcher::from_system(), base)?;
    let authority = proxy.uri().authority()?;
    let port = authority.port().map(|port| format!(":{port}"));
    Some(format!("{}{}", authority.host(), port.unwrap_or_default()))
}

/// The proxy that a request to a base URL goes through. Loopback is never asked through one.
fn intercepted(proxies: &Matcher, base: &BaseUrl) -> Option<Intercept> {
    if base.is_loopback() {
        return None;
    }
    proxies.intercept(&base.as_str().parse().ok()?)
}

/// Whether the environment says that a base URL is asked without a proxy.
fn is_exempt(base: &BaseUrl) -> bool {
    let exceptions = ["no_proxy", "NO_PROXY"]
        .into_iter()
        .find_map(|name| env::var(name).ok());
    let any_proxy = "http://proxy.invalid:1";
    let proxies = Matcher::builder()
        .all(any_proxy)
        .no(exceptions.unwrap_or_default());
    intercepted(&proxies.build(), base).is_none()
}

/// Whether a port that an address names is one: another would be dialled in its place.
fn has_its_port(authority: &str) -> bool {
    let after_host = authority
        .rsplit_once(['@', ']'])
        .map_or(authority, |(_, rest)| rest);
    after_host
        .split_once(':')
        .is_none_or(|(_, port)| port.parse::<u16>().is_ok())
}
