//! `keyrack client`.

use std::io::Read as _;

use keyrack_core::{ClientDefaults, Keyrack, NewClient, Problem};
use secrecy::SecretString;

use crate::arguments::ClientForm;
use crate::output::Output;

/// More than any client secret is long.
const MOST_SECRET_BYTES: u64 = 4096;

pub async fn add(keyrack: &Keyrack, output: Output, form: ClientForm) -> Result<(), Problem> {
    let ClientDefaults {
        redirect_method,
        localhost_port,
        ..
    } = keyrack.snapshot()?.client_defaults;
    let client = keyrack
        .add_client(NewClient {
            name: form.name,
            client_id: form.id,
            client_secret: secret_from_stdin()?,
            redirect_method: form.redirect_method.map_or(redirect_method, Into::into),
            localhost_port: form.localhost_port.or(Some(localhost_port)),
            bridge_url: form.bridge_url,
        })
        .await?;
    output.client_added(&client);
    Ok(())
}

pub fn list(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    output.clients(&keyrack.snapshot()?.clients);
    Ok(())
}

fn secret_from_stdin() -> Result<SecretString, Problem> {
    let mut secret = String::new();
    let read = std::io::stdin()
        .take(MOST_SECRET_BYTES + 1)
        .read_to_string(&mut secret);
    let too_long = secret.len() as u64 > MOST_SECRET_BYTES;
    let secret = SecretString::from(secret);
    if read.is_err() || too_long {
        let message = "Give the client secret on standard input, as text, and nothing else.";
        return Err(Problem::invalid("client_secret", message));
    }
    Ok(secret)
}
