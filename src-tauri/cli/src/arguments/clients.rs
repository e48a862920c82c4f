//! The grammar of `keyrack client`.

#![allow(
    clippy::doc_markdown,
    reason = "the comments are the help, which a terminal shows as it stands"
)]

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use keyrack_core::RedirectMethod;

use super::not_empty;

#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Adds a client; its secret is asked for on a terminal or read from standard input, never from
    /// the command line.
    Add(ClientForm),
    /// Replaces a client's secret with a renewed one, asked for or read like the first.
    Secret {
        /// The client's name or id.
        #[arg(value_parser = not_empty)]
        name: String,
    },
    /// Changes a client's name, redirect method or budget; what is not given stays.
    Edit(ClientEdit),
    /// Removes a client; one with connections only with one of the options.
    Remove(ClientRemoval),
    /// Lists the clients.
    ///
    /// In a pipe each is a line, with tabs between: name, Notion's client id, redirect URI, host,
    /// redirect method, id.
    List,
}

#[derive(Debug, Args)]
pub struct ClientRemoval {
    /// The client's name or id.
    #[arg(value_parser = not_empty)]
    pub name: String,
    /// Revokes its connections at Notion first.
    #[arg(long, conflicts_with = "forget_connections")]
    pub revoke_connections: bool,
    /// Forgets its connections here first; their tokens may stay valid at Notion.
    #[arg(long)]
    pub forget_connections: bool,
    /// Asks no question before. Where no person is at a terminal, none is asked anyway.
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct ClientForm {
    /// The name to show.
    #[arg(long, value_parser = not_empty)]
    pub name: String,
    /// The OAuth client id from Notion's portal.
    #[arg(long, value_name = "ID", value_parser = not_empty)]
    pub id: String,
    #[command(flatten)]
    pub way_back: WayBack,
    /// Asks no question where one with this id or name is here already.
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
#[command(group(
    ArgGroup::new("change")
        .args(["name", "redirect_method", "localhost_port", "bridge_url", "budget"])
        .required(true)
        .multiple(true)
))]
pub struct ClientEdit {
    /// The client's name or id.
    #[arg(value_parser = not_empty)]
    pub client: String,
    /// The new name.
    #[arg(long, value_parser = not_empty)]
    pub name: Option<String>,
    #[command(flatten)]
    pub way_back: WayBack,
    /// How many requests a minute Notion's plan allows: standard 180, higher 600.
    #[arg(long, value_name = "BUDGET")]
    pub budget: Option<Budget>,
}

#[derive(Debug, Args)]
pub struct WayBack {
    /// How callbacks arrive; at first the app link on loopback, else localhost.
    #[arg(long, value_name = "METHOD")]
    pub redirect_method: Option<Method>,
    /// The registered port, which makes the method `localhost`.
    #[arg(long, value_name = "PORT", conflicts_with = "bridge_url")]
    pub localhost_port: Option<u16>,
    /// The registered page, which makes the method `bridge`.
    #[arg(long, value_name = "URL", value_parser = not_empty)]
    pub bridge_url: Option<String>,
}

impl WayBack {
    /// The redirect method that was asked for, by its name or by what only it needs.
    pub fn method(&self) -> Option<RedirectMethod> {
        let needed = self.needed().map(|(_, method)| method);
        self.redirect_method.or(needed).map(Into::into)
    }

    /// The option that only one method needs, and that method.
    fn needed(&self) -> Option<(&'static str, Method)> {
        let localhost = self.localhost_port.is_some();
        let bridge = self.bridge_url.is_some();
        localhost
            .then_some(("--localhost-port", Method::Localhost))
            .or(bridge.then_some(("--bridge-url", Method::Bridge)))
    }

    /// What would be passed over: an option of another method than the one asked for.
    pub(super) fn conflict(&self) -> Option<String> {
        let (option, method) = self.needed()?;
        let asked = self.redirect_method.filter(|asked| *asked != method)?;
        let [asked, method] = [asked, method].map(|method| method.to_possible_value());
        let (asked, method) = (asked?, method?);
        Some(format!(
            "{option} is for --redirect-method {}, not {}",
            method.get_name(),
            asked.get_name()
        ))
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Budget {
    Standard,
    Higher,
}

impl From<Budget> for keyrack_core::Budget {
    fn from(budget: Budget) -> Self {
        match budget {
            Budget::Standard => Self::Standard,
            Budget::Higher => Self::Higher,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    AppLink,
    Localhost,
    Bridge,
}

impl From<Method> for RedirectMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::AppLink => Self::AppLink,
            Method::Localhost => Self::Localhost,
            Method::Bridge => Self::Bridge,
        }
    }
}
