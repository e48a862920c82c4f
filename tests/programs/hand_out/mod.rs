//! A connection's token in the hands of other programs.

mod api;
mod attacks;
mod names;
mod peers;
mod proxy;
mod refused;
mod run;
mod serve;
mod stream;
mod together;
mod token;

use std::process::Output;

use serde_json::Value;
use support::cli;
use support::process::Program;
use support::secrets::{self, SERVICE};
use support::test_env::TestEnv;
use support::wait::until;

/// The second workspace.
const BETA: &str = "Beta Labs";

/// The access token of the only connection, or of the one of this id, as the keyring has it.
fn token_of(env: &TestEnv, id: &str) -> String {
    let entries = secrets::entries(&env.world);
    let entry = entries.iter().find(|entry| entry.user() == id);
    let payload: Value = serde_json::from_str(entry.unwrap().secret.as_ref().unwrap()).unwrap();
    payload["access"].as_str().unwrap().to_owned()
}

/// Puts an access token that does not work in the place of a connection's; its refresh token works.
fn kill_access_token(env: &TestEnv, id: &str) {
    let token = token_of(env, id);
    let entries = secrets::entries(&env.world);
    let entry = entries.iter().find(|entry| entry.user() == id).unwrap();
    let dead = entry.secret.as_ref().unwrap().replace(&token, "ntn_dead");
    let attributes = [("service", SERVICE), ("username", id)];
    secrets::store(&env.world, &entry.label, &attributes, &dead);
}

/// The connections in the list, by workspace name.
fn listed(env: &TestEnv) -> Vec<Value> {
    let listed = env.keyrack(&["list", "--json"], "");
    serde_json::from_slice(&listed.stdout).unwrap()
}

fn id_of(connection: &Value) -> String {
    connection["id"].as_str().unwrap().to_owned()
}

/// Acme Research and Beta Labs, connected with one client, and their ids.
async fn two() -> (TestEnv, String, String) {
    let env = TestEnv::new();
    env.add_client_by_command();
    for name in ["Acme Research Two", BETA] {
        cli::connect_workspace(&env, name, &[]).await;
    }
    let [acme, beta] = <[Value; 2]>::try_from(listed(&env)).unwrap();
    let (acme, beta) = (id_of(&acme), id_of(&beta));
    (env, acme, beta)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The acts of the hand-outs in the database, the oldest first.
fn hand_outs(env: &TestEnv) -> Vec<Value> {
    let database = env.database();
    let sql = "SELECT act FROM operations WHERE kind = 'hand-out' ORDER BY started_at, rowid";
    let mut query = database.prepare(sql).unwrap();
    let acts = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    acts.map(|act| serde_json::from_str(&act.unwrap()).unwrap())
        .collect()
}

/// The leases that are running.
fn leases(env: &TestEnv) -> Vec<Value> {
    let leases = env.keyrack(&["leases", "--json"], "");
    serde_json::from_slice(&leases.stdout).unwrap()
}

/// Waits until the leases of programs that have ended have ended too.
fn ended_all(env: &TestEnv) {
    until("the end of all leases", || {
        leases(env).is_empty().then_some(())
    });
}

/// Starts `keyrack serve` with these options, and returns it with its first lease.
fn serving(env: &TestEnv, options: &[&str]) -> (Program, Value) {
    let mut command = env.world.command(&env.program);
    command.arg("serve").args(options);
    let (program, line) = Program::start_and_read_line(&env.world, &command);
    (program, serde_json::from_str(&line).unwrap())
}
