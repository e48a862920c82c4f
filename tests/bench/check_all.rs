//! A check of all connections, from the start of the command to its last verdict, beside the same
//! introspections by Notion's own SDK in the same run.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::cli;
use support::programs;
use support::secrets;
use support::test_env::TestEnv;
use support::world::World;

use crate::figures::{median, record};

/// How many connections are checked.
const CONNECTIONS: [usize; 3] = [10, 60, 170];

/// How often each is measured.
const TURNS: usize = 3;

/// The requests of a client that Notion lets through in a minute.
const BUDGET: usize = 180;

/// Longer than the minute in which Notion counts: the requests before would delay those measured.
const A_MINUTE: Duration = Duration::from_secs(62);

/// The time of some work, and the processor time that its processes used, in ms.
struct Cost {
    wall: f64,
    cpu: f64,
}

/// The processor time of all ended child processes, in ms (proc(5), `stat`).
#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn cpu_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<u64> = rest
        .split(' ')
        .filter_map(|field| field.parse().ok())
        .collect();
    // After the state, which is no number: cutime and cstime are the 16th and 17th of all.
    let ticks = fields[12] + fields[13];
    ticks as f64 * 1_000.0 / rustix::param::clock_ticks_per_second() as f64
}

fn by_keyrack(env: &TestEnv, connections: usize) -> Cost {
    let mut command = env.world.command(programs::keyrack());
    command.args(["check", "--all", "--json"]);
    let (began, before) = (Instant::now(), cpu_of_children());
    let output = command.stdin(Stdio::null()).output().unwrap();
    let (wall, cpu) = (began.elapsed(), cpu_of_children() - before);
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let active = rows.iter().filter(|row| row["status"] == "active").count();
    assert_eq!(active, connections);
    let wall = wall.as_secs_f64() * 1_000.0;
    Cost { wall, cpu }
}

fn by_the_sdk(env: &TestEnv, connections: usize) -> Cost {
    // One by one: a bus lets nobody ask for all of so many at once.
    let token = |row: &Value| {
        let entries = secrets::search(&env.world, "username", row["id"].as_str()?);
        let payload: Value = serde_json::from_str(entries.first()?.secret.as_deref()?).ok()?;
        payload.get("access").cloned()
    };
    let listed = env.keyrack(&["list", "--json"], "");
    let rows: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let tokens: Vec<Value> = rows.iter().filter_map(token).collect();
    let task = json!({
        "base_url": env.sandbox.base_url,
        "client_id": env.sandbox.client_id,
        "client_secret": env.sandbox.client_secret,
        "tokens": tokens,
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let mut node = Command::new("node")
        .arg("introspect.js")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = node.stdin.take().unwrap();
    input.write_all(task.to_string().as_bytes()).unwrap();
    drop(input);
    let output = node.wait_with_output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["active"], connections);
    Cost {
        wall: said["wall_ms"].as_f64().unwrap(),
        cpu: said["cpu_ms"].as_f64().unwrap(),
    }
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn a_check_of_all_beside_the_sdk() {
    // Each workspace is chosen on the consent page.
    let env = TestEnv::with(World::new(), &[]);
    env.add_client_by_command();
    let mut connected = 0;
    for connections in CONNECTIONS {
        while connected < connections {
            connected += 1;
            cli::connect_workspace(&env, &format!("Customer {connected}"), &[]).await;
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            tokio::time::sleep(A_MINUTE).await;
            ours.push(by_keyrack(&env, connections));
            // Both together are more than Notion lets through in a minute.
            if 2 * connections > BUDGET {
                tokio::time::sleep(A_MINUTE).await;
            }
            theirs.push(by_the_sdk(&env, connections));
        }
        let wall = |costs: &[Cost]| median(&costs.iter().map(|cost| cost.wall).collect::<Vec<_>>());
        let cpu = |costs: &[Cost]| median(&costs.iter().map(|cost| cost.cpu).collect::<Vec<_>>());
        let (wall, sdk_wall) = (wall(&ours), wall(&theirs));
        let (cpu, sdk_cpu) = (cpu(&ours), cpu(&theirs));
        for (name, value) in [
            ("wall_ms", wall),
            ("sdk_wall_ms", sdk_wall),
            ("cpu_ms", cpu),
            ("sdk_cpu_ms", sdk_cpu),
        ] {
            record(&format!("check_all_{connections}_{name}"), value);
        }
        println!(
            "check --all, {connections:>4} connections: {wall:.0} ms ({:.2} x the SDK's {sdk_wall:.0}), CPU {cpu:.0} ms ({:.2} x the SDK's {sdk_cpu:.0})",
            wall / sdk_wall,
            cpu / sdk_cpu
        );
    }
}
