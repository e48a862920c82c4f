//! A hostile neighbour: something that writes the data folder, but cannot ask the keyring.
//!
//! `scripts/torture` sets `KEYRACK_TORTURE_ALTERED` (how many alterations of pairs),
//! `KEYRACK_TORTURE_SEED` and `KEYRACK_TORTURE_TABLE` (the file that takes the result).

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::Value;
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use crate::domain::act::{Forget, OfClient, Refresh, RemoveClient, Revoke};
use crate::domain::client::ClientChange;
use crate::domain::connection::Status;
use crate::domain::hand_out::Caller;
use crate::domain::problem::Cause;
use crate::domain::receipt::Revocation;
use crate::keyrack::Keyrack;
use crate::tests::campaign::{Random, report, seed, wanted};
use crate::tests::env::TestEnv;

/// The number of pairs of columns that a normal test run alters; a campaign alters many more.
const A_FEW: usize = 12;

/// A server of the neighbour's: whoever connects has sent something to it, or would.
struct Trap(TcpListener);

impl Trap {
    fn set() -> Self {
        let trap = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        trap.set_nonblocking(true).expect("it looks and goes on");
        Self(trap)
    }

    fn base_url(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("an address"))
    }

    /// How many connected since the last look.
    fn caught(&self) -> usize {
        std::iter::from_fn(|| self.0.accept().ok()).count()
    }
}

/// The entries of another data folder in the same keyring, of each kind, under ids that are known.
struct Neighbour(BTreeMap<String, Vec<u8>>);

impl Neighbour {
    fn moves_in(env: &TestEnv) -> Self {
        let ids = [(); 3].map(|()| Uuid::new_v4().to_string());
        let rest = [
            r#""kind":"connection","client":"c","bot_id":"b","access":"theirs","refresh":null"#,
            r#""kind":"client","name":"n","client_id":"i","client_secret":"theirs","redirect_uri":"u","base_url":null"#,
            r#""kind":"probe""#,
        ];
        for (id, rest) in ids.iter().zip(rest) {
            let payload = format!(r#"{{"v":1,"store":"another","id":"{id}",{rest}}}"#);
            env.keyring.put(id, &payload);
        }
        let mut entries = env.keyring.entries();
        entries.retain(|id, _| ids.contains(id));
        Self(entries)
    }

    fn ids(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// How many of the entries are lost or changed.
    fn lost(&self, env: &TestEnv) -> usize {
        let now = env.keyring.entries();
        let is_lost = |(id, entry): &(&String, &Vec<u8>)| now.get(*id) != Some(*entry);
        self.0.iter().filter(is_lost).count()
    }
}

/// A data folder as it was at one moment, with the keyring.
struct Moment {
    files: Vec<(String, Vec<u8>)>,
    entries: BTreeMap<String, Vec<u8>>,
}

impl Moment {
    fn of(env: &TestEnv) -> Self {
        let files = fs::read_dir(env.folder.path()).expect("files").flatten();
        let files = files.filter(|file| file.path().is_file());
        let read = |file: fs::DirEntry| {
            let name = file.file_name().into_string().expect("a name");
            (name, fs::read(file.path()).expect("read"))
        };
        Self {
            files: files.map(read).collect(),
            entries: env.keyring.entries(),
        }
    }

    fn bring_back(&self, env: &TestEnv) {
        for file in fs::read_dir(env.folder.path()).expect("files").flatten() {
            if file.path().is_file() {
                fs::remove_file(file.path()).expect("removed");
            }
        }
        for (name, bytes) in &self.files {
            fs::write(env.folder.path().join(name), bytes).expect("written");
        }
        for user in env.keyring.users() {
            env.keyring.remove(&user);
        }
        for (user, entry) in &self.entries {
            env.keyring.put(user, &String::from_utf8_lossy(entry));
        }
    }
}

/// Everything that a person may do next, whatever each act says.
async fn everything(env: &TestEnv, keyrack: &Arc<Keyrack>) {
    let _ = keyrack.recover().await;
    for client in keyrack.clients().unwrap_or_default() {
        let _ = keyrack.verify_saved_client(&client.id).await;
        let change = ClientChange {
            name: "Renamed".to_owned(),
            ..ClientChange::of(&client)
        };
        let _ = keyrack.edit_client(&client.id, change).await;
        let secret = env.credentials().1.into();
        if let Ok(checks) = keyrack.replace_client_secret(&client.id, secret).await {
            checks.await;
        }
        if let Ok(begun) = keyrack.begin_authorization(&client.id).await {
            let _ = keyrack.cancel_authorization(&begun.id);
        }
    }
    for connection in keyrack.connections().unwrap_or_default() {
        let _ = keyrack.check(&connection.id).await;
        let _ = keyrack.refresh(&connection.id).await;
    }
    let _ = keyrack.retry_revocations().await;
    for connection in keyrack.connections().unwrap_or_default() {
        let _ = keyrack.revoke(&connection.id).await;
    }
    for connection in keyrack.connections().unwrap_or_default() {
        let _ = keyrack.forget(&connection.id).await;
    }
}

/// The tables and their columns that something may write.
fn columns(env: &TestEnv) -> Vec<(String, String)> {
    let db = database(env);
    let mut query = db
        .prepare(
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
        )
        .expect("a query");
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.expect("columns")
        .map(|row| row.expect("a column"))
        .collect()
}

fn database(env: &TestEnv) -> rusqlite::Connection {
    rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("the database")
}

/// Alters a column of every row. Returns whether the database took it.
fn alter(env: &TestEnv, (table, column): &(String, String), value: &Value) -> bool {
    let db = database(env);
    db.pragma_update(None, "foreign_keys", false).expect("off");
    let sql = format!("UPDATE OR IGNORE {table} SET {column} = ?1");
    db.execute(&sql, [value]).is_ok_and(|rows| rows > 0)
}

/// The values that a neighbour would choose.
fn values(env: &TestEnv, trap: &Trap, neighbour: &Neighbour) -> Vec<Value> {
    let own: Vec<String> = database(env)
        .prepare("SELECT id FROM clients UNION ALL SELECT id FROM connections")
        .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
        .expect("ids");
    let text = [trap.base_url(), "../../foreign".to_owned(), String::new()];
    let texts = text.into_iter().chain(neighbour.ids()).chain(own);
    let mut values: Vec<_> = texts.map(Value::Text).collect();
    values.extend([Value::Null, Value::Integer(-1), Value::Integer(i64::MAX)]);
    values
}

/// A data folder with all that is worth altering: two clients, three connections, an authorization
/// that waits, and unfinished acts of ended processes that name ids.
async fn settled() -> (TestEnv, Neighbour, Moment) {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let first = env.connect(&keyrack, &client).await;
    let another = env.another_client(&keyrack).await;
    let second = env.connect(&keyrack, &another).await;
    keyrack.check(&first).await.expect("checked");
    env.link(&keyrack, &client).await;
    let neighbour = Neighbour::moves_in(&env);
    let connection = |id: &str| keyrack.connection(id).expect("a connection");
    let (first, second) = (connection(&first), connection(&second));
    drop(keyrack.begin(Refresh::of(&first)).expect("begun"));
    drop(keyrack.begin(Forget::of(&second)).expect("begun"));
    drop(keyrack.begin(RemoveClient::of(&another)).expect("begun"));
    drop(keyrack);
    let moment = Moment::of(&env);
    (env, neighbour, moment)
}

/// What an alteration led to that it must not.
async fn harm(
    env: &TestEnv,
    trap: &Trap,
    neighbour: &Neighbour,
    foreign: &Path,
) -> Vec<&'static str> {
    if let Ok(keyrack) = env.try_start() {
        Box::pin(everything(env, &keyrack)).await;
    }
    let mut harm = Vec::new();
    if trap.caught() > 0 {
        harm.push("a request to another host than the entry's");
    }
    if neighbour.lost(env) > 0 {
        harm.push("an entry of the neighbour's is lost");
    }
    if fs::read(foreign).ok().as_deref() != Some(b"foreign") {
        harm.push("a foreign file is changed");
    }
    harm
}

#[tokio::test]
async fn no_altered_column_sends_a_secret_elsewhere_or_costs_a_neighbour_anything() {
    let (env, neighbour, moment) = settled().await;
    let trap = Trap::set();
    let foreign = env
        .folder
        .path()
        .parent()
        .expect("a parent")
        .join(format!("foreign-{}", Uuid::new_v4()));
    fs::write(&foreign, "foreign").expect("written");
    let columns = columns(&env);
    let values = values(&env, &trap, &neighbour);
    let (mut altered, mut harmed) = (0, Vec::new());
    for column in &columns {
        for value in &values {
            moment.bring_back(&env);
            if !alter(&env, column, value) {
                continue;
            }
            altered += 1;
            let harm = Box::pin(harm(&env, &trap, &neighbour, &foreign)).await;
            harmed.extend(
                harm.iter()
                    .map(|harm| format!("{column:?} = {value:?}: {harm}")),
            );
        }
    }
    let mut random = Random::new(seed());
    for _ in 0..wanted("KEYRACK_TORTURE_ALTERED", A_FEW) {
        moment.bring_back(&env);
        let mut pair = Vec::new();
        for _ in 0..2 {
            let column = &columns[random.below(columns.len())];
            let value = &values[random.below(values.len())];
            alter(&env, column, value);
            pair.push((column, value));
        }
        altered += 1;
        let harm = Box::pin(harm(&env, &trap, &neighbour, &foreign)).await;
        harmed.extend(harm.iter().map(|harm| format!("{pair:?}: {harm}")));
    }
    fs::remove_file(&foreign).expect("removed");
    report(
        "neighbours: columns and pairs altered",
        altered,
        harmed.len(),
    );
    assert!(altered > columns.len(), "most columns take some value");
    assert_eq!(harmed, [""; 0], "seed {}", seed());
}

#[tokio::test]
async fn an_altered_address_is_named_and_nothing_is_sent_or_written() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let trap = Trap::set();
    let alters = |column: &str, value: &str| {
        let sql = format!("UPDATE clients SET {column} = ?1");
        assert_eq!(database(&env).execute(&sql, [value]), Ok(1));
    };
    let before = (env.keyring.entries(), env.requests().await.len());
    for (column, value) in [
        ("base_url", trap.base_url()),
        ("base_url", "https://notion.example".to_owned()),
        ("client_id", "another".to_owned()),
        (
            "redirect_uri",
            "http://localhost:4000/oauth/callback".to_owned(),
        ),
    ] {
        let was: String = database(&env)
            .query_row(&format!("SELECT {column} FROM clients"), [], |row| {
                row.get(0)
            })
            .expect("a value");
        alters(column, &value);
        let is_named = |cause: &Cause| matches!(cause, Cause::ClientAltered { listed, kept, .. } if *listed == value && *kept == was);
        let row = keyrack.check(&id).await.expect("a row");
        assert_eq!(row.status, Status::CannotCheck);
        assert!(row.needs_attention);
        assert!(is_named(&row.problem.expect("a problem").cause), "{column}");
        let refused = [
            keyrack.refresh(&id).await.map(drop),
            keyrack.begin_authorization(&client.id).await.map(drop),
            keyrack.verify_saved_client(&client.id).await,
            keyrack
                .replace_client_secret(&client.id, env.credentials().1.into())
                .await
                .map(drop),
            keyrack
                .edit_client(
                    &client.id,
                    ClientChange {
                        name: "Renamed".to_owned(),
                        ..ClientChange::of(&client)
                    },
                )
                .await
                .map(drop),
        ];
        for refused in refused {
            assert!(is_named(&refused.expect_err("refused").cause), "{column}");
        }
        alters(column, &was);
    }
    alters("base_url", &trap.base_url());
    let revoked = keyrack.revoke(&id).await.expect("pending");
    let Revocation::Pending { problem, .. } = revoked else {
        panic!("nothing vouches for a revocation at another address");
    };
    assert!(matches!(problem.cause, Cause::ClientAltered { .. }));
    assert_eq!(trap.caught(), 0);
    assert_eq!((env.keyring.entries(), env.requests().await.len()), before);

    let rebuilt = keyrack.rebuild().await.expect("rebuilt");
    assert_eq!(rebuilt.corrected, 1);
    let revoked = keyrack.revoke(&id).await.expect("revoked");
    assert!(matches!(revoked, Revocation::Revoked { .. }));
}

#[tokio::test]
async fn tokens_under_another_row_are_neither_used_nor_handed_out() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let another = env.another_client(&keyrack).await;
    let asked = env.requests().await.len();
    for (column, value) in [("client", another.id.as_str()), ("bot_id", "another")] {
        let sql = format!("UPDATE connections SET {column} = ?1");
        database(&env).execute(&sql, [value]).expect("altered");
        let row = keyrack.check(&id).await.expect("a row");
        let altered = Cause::ConnectionAltered;
        assert_eq!(row.problem.expect("a problem").cause, altered);
        let copied = keyrack.copy_token(&id, Caller::default()).await;
        assert_eq!(copied.expect_err("refused").cause, altered);
        let refreshed = keyrack.refresh(&id).await;
        assert_eq!(refreshed.expect_err("refused").cause, altered);
        assert_eq!(keyrack.rebuild().await.expect("rebuilt").corrected, 1);
    }
    assert_eq!(env.requests().await.len(), asked);
    let token = keyrack
        .copy_token(&id, Caller::default())
        .await
        .expect("the token");
    assert!(!token.expose_secret().is_empty());
}

#[tokio::test]
async fn a_secret_for_a_lost_entry_goes_only_where_a_new_clients_would() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let trap = Trap::set();
    env.keyring.remove(&client.id);
    database(&env)
        .execute("UPDATE clients SET base_url = ?1", [trap.base_url()])
        .expect("altered");
    let given = keyrack
        .replace_client_secret(&client.id, env.credentials().1.into())
        .await
        .map(drop);
    let cause = given.expect_err("refused").cause;
    assert!(matches!(cause, Cause::ClientUnproven { .. }), "{cause:?}");
    assert_eq!(trap.caught(), 0);
    assert_eq!(env.keyring.users(), Vec::<String>::new());
}

#[tokio::test]
async fn a_forged_mark_or_row_deletes_no_entry_that_is_not_proven_ours() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let neighbour = Neighbour::moves_in(&env);
    let marks = env.folder.path().join("processes");
    for named in neighbour.ids().iter().chain([&id, &client.id]) {
        fs::write(marks.join(named), "").expect("a mark");
    }
    for named in ["notes.txt", "..", "not a mark"] {
        let _ = fs::write(marks.join(named), "");
    }
    let of = |id: &str| OfClient {
        id: id.to_owned(),
        name: "forged".to_owned(),
        sandbox: false,
    };
    for named in neighbour.ids() {
        let connection = crate::domain::connection::Connection {
            id: named.clone(),
            ..keyrack.connection(&id).expect("a connection")
        };
        drop(
            keyrack
                .begin(crate::domain::act::Act::AddClient(of(&named)))
                .expect("forged"),
        );
        drop(keyrack.begin(Forget::of(&connection)).expect("forged"));
        drop(keyrack.begin(Revoke::of(&connection)).expect("forged"));
    }
    let entries = env.keyring.entries();
    drop(keyrack);
    let keyrack = env.start();
    let _ = keyrack.recover().await;
    assert_eq!(neighbour.lost(&env), 0);
    assert_eq!(env.keyring.entries(), entries);
    for named in ["notes.txt", "not a mark"] {
        assert!(marks.join(named).exists(), "{named} is nobody's mark");
    }
    let row = keyrack.check(&id).await.expect("checked");
    assert_eq!(row.status, Status::Active);
}

#[tokio::test]
async fn a_start_with_a_wrong_clock_deletes_no_receipt_and_hardly_anything_else() {
    const SIX_YEARS: i64 = 6 * 366 * 24 * 60 * 60 * 1000;
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    keyrack.check(&id).await.expect("checked");
    keyrack.revoke(&id).await.expect("revoked");
    let history = |keyrack: &Keyrack| {
        let receipts = keyrack.receipts().expect("receipts").len();
        let operations: i64 = database(&env)
            .query_row("SELECT count(*) FROM operations", [], |row| row.get(0))
            .expect("a count");
        (receipts, operations)
    };
    keyrack.recover().await.expect("a look at the clock");
    let before = history(&keyrack);
    assert_eq!(before.0, 1);
    drop(keyrack);
    env.set_clock(SIX_YEARS);
    for _ in 0..200 {
        // However often it is looked at.
        let keyrack = env.start();
        keyrack.recover().await.expect("a look at a wrong clock");
    }
    env.set_clock(-SIX_YEARS);
    let keyrack = env.start();
    assert_eq!(history(&keyrack), before);
    // And time that passes makes things old.
    env.pass(SIX_YEARS);
    keyrack.recover().await.expect("a look at a right clock");
    let (receipts, operations) = history(&keyrack);
    assert_eq!((receipts, operations), (1, 1), "the receipt");
}
