//! Connect, check, refresh and revoke, over and over in one process, without growth of memory or
//! files. The rounds run in a process of their own, in a private world with a real keyring.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyrack_core::{
    Budget, ClientChange, ConnectionsPolicy, Effects, Keyrack, Millis, NewClient, Progress,
    RedirectMethod, Revocation, Settings, Status, system_keyring, system_login_item,
};
use notion_sandbox::test_client::TestClient;
use rusqlite::{Connection, params_from_iter};
use support::secrets;
use support::test_env::TestEnv;

use crate::tally::{Bounds, Tally, number};

/// The number of rounds after which everything that is made once exists.
const FIRST: u64 = 100;

/// The number of rounds in a normal test run.
const A_FEW: u64 = 120;

/// The time that passes with each round, in milliseconds. What is over grows old by no more than a day
/// from one look at the clock to the next.
const A_DAY: i64 = 24 * 60 * 60 * 1000;

/// The figures that must not grow: each name, and by how many percent it may vary.
const BOUNDS: [(&str, u64); 7] = [
    ("memory in KiB", 25),
    ("open files", 0),
    ("threads", 0),
    // Activity is kept for a time, and receipts for ever.
    ("database in bytes, but for its activity", 10),
    ("files in the data folder", 0),
    ("activity past its time", 0),
    ("keyring in bytes", 0),
];

/// The bytes of all tables and indexes, but for that of all acts; what was deleted is free for them.
const BUT_FOR_ACTIVITY: &str = "SELECT sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name)
    WHERE tbl_name <> 'operations'";

/// The acts that should be deleted by now (`?1`), `?2` being a day: checks and others, but for those that
/// have receipts.
const PAST_ITS_TIME: &str = "SELECT count(*) FROM operations
    WHERE finished_at < ?1 - ?2 * iif(kind = 'check', 90, 5 * 366) AND kind NOT IN ('revoke', 'forget')";

type Sizes = BTreeMap<String, u64>;

#[tokio::test]
async fn rounds_without_end_leave_nothing_behind() {
    let bounds = Bounds::new(1);
    let rounds = number("KEYRACK_TORTURE_ROUNDS").unwrap_or(A_FEW);
    let mut env = TestEnv::approving();
    let folder = env.world.path("own").display().to_string();
    env.world.set("KEYRACK_DATA_DIR", folder);
    env.world.set("CLIENT_ID", env.sandbox.client_id.clone());
    env.world
        .set("CLIENT_SECRET", env.sandbox.client_secret.clone());
    env.world.set(
        "KEYRING",
        env.world.data_home().join("keyrings").display().to_string(),
    );
    env.world.set("ROUNDS", rounds.to_string());
    let ran = env
        .world
        .command(std::env::current_exe().unwrap())
        .args(["soak::the_rounds", "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let measured: Vec<Sizes> = said
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("measured ")?).ok())
        .collect();
    let [first, last] = measured.as_slice() else {
        panic!("measured {} times", measured.len());
    };

    let mut tally = Tally::of(
        "connect, check, refresh, revoke in one process",
        bounds.seed,
    );
    tally.cases = usize::try_from(rounds).unwrap();
    for (name, percent) in BOUNDS {
        let (before, after) = (first[name], last[name]);
        println!("{name}: {before} after {FIRST} rounds, {after} after {rounds}");
        let most = before + before * percent / 100;
        tally.must(
            "all",
            after <= most,
            &format!("{name} grew from {before} to {after}"),
        );
    }
    assert_eq!(
        secrets::entries(&env.world).len(),
        0,
        "all was revoked and removed"
    );
    tally.close();
}

#[tokio::test]
#[ignore = "the soak runs it, in a world of its own"]
async fn the_rounds() {
    let set = |name: &str| std::env::var(name).unwrap();
    let rounds: u64 = set("ROUNDS").parse().unwrap();
    let now = Arc::new(AtomicI64::new(1_800_000_000_000));
    let (clock, link) = (now.clone(), Arc::new(Mutex::new(String::new())));
    let opened = link.clone();
    let settings = Settings::from_environment().unwrap();
    let folder = settings.data_folder.clone();
    let start = async || {
        let (clock, opened) = (clock.clone(), opened.clone());
        let effects = Effects {
            clock: Arc::new(move || Millis(clock.load(SeqCst))),
            uptime: Arc::new(|| None),
            keyring: system_keyring(),
            opener: Box::new(move |link| {
                link.clone_into(&mut opened.lock().unwrap());
                Ok(())
            }),
            login_item: system_login_item(),
            listener: Box::new(|_| {}),
        };
        let keyrack = Arc::new(Keyrack::open(settings.clone(), effects).unwrap());
        keyrack.recover().await.unwrap();
        keyrack
    };
    let mut keyrack = start().await;
    let client = keyrack
        .add_client(NewClient {
            name: "Mine".to_owned(),
            client_id: set("CLIENT_ID"),
            client_secret: set("CLIENT_SECRET").into(),
            redirect_method: RedirectMethod::AppLink,
            localhost_port: None,
            bridge_url: None,
        })
        .await
        .unwrap();
    let higher = ClientChange {
        budget: Budget::Higher,
        ..ClientChange::of(&client)
    };
    keyrack.edit_client(&client.id, higher).await.unwrap();
    let notion = TestClient::new(&set("KEYRACK_NOTION_URL"));
    for round in 1..=rounds {
        keyrack.begin_authorization(&client.id).await.unwrap();
        let link = link.lock().unwrap().clone();
        let callback = notion.callback(&link).await;
        let ended = keyrack.accept(callback.as_bytes()).await.unwrap();
        let Progress::Completed { connection_id, .. } = ended.progress else {
            panic!("round {round}: {:?}", ended.progress);
        };
        let checked = keyrack.check(&connection_id).await.unwrap();
        assert_eq!(checked.status, Status::Active);
        keyrack.refresh(&connection_id).await.unwrap();
        let revoked = keyrack.revoke(&connection_id).await.unwrap();
        assert!(
            matches!(revoked, Revocation::Revoked { .. }),
            "round {round}: {revoked:?}"
        );
        if round == FIRST || round == rounds {
            // The ids of removed connections are kept until the next start.
            drop(keyrack);
            keyrack = start().await;
            let sizes = sizes(&folder, Path::new(&set("KEYRING")), now.load(SeqCst));
            println!("\nmeasured {}", serde_json::to_string(&sizes).unwrap());
        }
        now.fetch_add(A_DAY, SeqCst);
        run_ahead().await;
    }
    keyrack
        .remove_client(&client.id, ConnectionsPolicy::Keep)
        .await
        .unwrap();
}

/// Makes timers run ahead of the wall clock; otherwise Notion's limits would make the rounds take days.
async fn run_ahead() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(1)).await;
    tokio::time::resume();
}

/// How many files are in a folder and in those inside it.
fn files(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let count = |entry: fs::DirEntry| {
        let is_folder = entry.file_type().unwrap().is_dir();
        if is_folder { files(&entry.path()) } else { 1 }
    };
    entries.map(count).sum()
}

fn sizes(folder: &Path, keyring: &Path, now: i64) -> Sizes {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.unwrap().split_whitespace().next().unwrap();
        number.parse::<u64>().unwrap()
    };
    let bytes = |folder: &Path| -> u64 {
        let files = fs::read_dir(folder).unwrap().flatten();
        files.map(|file| file.metadata().unwrap().len()).sum()
    };
    let database = Connection::open(folder.join("keyrack.db")).unwrap();
    let number = |query: &str, of: &[i64]| -> u64 {
        let of = params_from_iter(of);
        let number: i64 = database.query_row(query, of, |row| row.get(0)).unwrap();
        number.try_into().unwrap()
    };
    let entries = fs::read_dir("/proc/self/fd").unwrap().count() as u64;
    [
        ("memory in KiB", field("VmRSS:")),
        ("open files", entries),
        ("threads", field("Threads:")),
        (
            "database in bytes, but for its activity",
            number(BUT_FOR_ACTIVITY, &[]),
        ),
        ("files in the data folder", files(folder)),
        (
            "activity past its time",
            number(PAST_ITS_TIME, &[now, A_DAY]),
        ),
        ("keyring in bytes", bytes(keyring)),
    ]
    .map(|(name, size)| (name.to_owned(), size))
    .into()
}
