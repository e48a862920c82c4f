//! `notion-sandbox`: the stand-in for Notion as a program, with its control API.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use notion_sandbox::{Error, Options, Sandbox};
use serde_json::json;

/// The exit code that clap, too, gives to wrong usage.
const WRONG_USAGE: u8 = 2;

/// A stand-in for Notion on loopback: OAuth, and a sample workspace.
///
/// Prints its address, client id and client secret as one JSON line when it listens, and runs until
/// SIGTERM or SIGINT.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes any free one.
    #[arg(long)]
    port: u16,
    /// Keeps clients, workspaces and tokens in this file instead of memory.
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Answers authorize at once, without a consent page.
    #[arg(long)]
    auto_approve: bool,
    /// A redirect URI to register besides the app link; may be given several times.
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// Registers no app link, only what --redirect-uri says.
    #[arg(long)]
    no_app_link: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Err(error) = run(Arguments::parse()).await else {
        return ExitCode::SUCCESS;
    };
    let _ = writeln!(io::stderr(), "notion-sandbox: {error}");
    match error.downcast_ref() {
        Some(Error::RedirectUri(_)) => ExitCode::from(WRONG_USAGE),
        _ => ExitCode::FAILURE,
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let stop = stop_signal()?;
    let sandbox = Sandbox::start(Options {
        port: arguments.port,
        db: arguments.db,
        auto_approve: arguments.auto_approve,
        redirect_uris: arguments.redirect_uris,
        no_app_link: arguments.no_app_link,
        control: true,
    })
    .await?;
    let line = json!({
        "base_url": sandbox.base_url(),
        "client_id": sandbox.client_id(),
        "client_secret": sandbox.client_secret(),
    });
    writeln!(io::stdout(), "{line}")?;
    stop.await;
    sandbox.stop().await;
    Ok(())
}

/// Resolves at the first SIGTERM or SIGINT; listens from the call on, not from the first poll.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Resolves at the first Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
