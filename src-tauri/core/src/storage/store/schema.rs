//! The tables: one append-only list of migrations.

use rusqlite_migration::{Error, M, MigrationDefinitionError, Migrations};

use super::typed_acts::{self, give_acts};
use super::worded_problems::give_data;
use crate::domain::problem::{Cause, Problem};

/// The migrations in SQL.
const MIGRATIONS: &[M<'static>] = &[
    M::up(
        "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    -- base_url: none for the sandbox, whose address changes with each start.
    CREATE TABLE clients (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        client_id TEXT NOT NULL,
        redirect_method TEXT NOT NULL,
        redirect_uri TEXT NOT NULL,
        base_url TEXT,
        created_at INTEGER NOT NULL
    ) STRICT;

    -- Times are milliseconds since the Unix epoch, UTC. cause and failure are problems as JSON:
    -- why the verdict is what it is, and why the last check reached none.
    CREATE TABLE connections (
        id TEXT PRIMARY KEY,
        client TEXT NOT NULL REFERENCES clients (id),
        bot_id TEXT NOT NULL,
        workspace_id TEXT NOT NULL,
        workspace_name TEXT NOT NULL,
        workspace_icon TEXT,
        owner TEXT NOT NULL,
        has_refresh_token INTEGER NOT NULL,
        connected_at INTEGER NOT NULL,
        verdict TEXT,
        verdict_at INTEGER,
        cause TEXT,
        failure TEXT,
        UNIQUE (client, bot_id)
    ) STRICT;

    -- consumed_at: when the state was used up. progress: JSON.
    CREATE TABLE authorizations (
        id TEXT PRIMARY KEY,
        client TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
        state_hash BLOB NOT NULL UNIQUE,
        redirect_uri TEXT NOT NULL,
        host TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        consumed_at INTEGER,
        progress TEXT NOT NULL
    ) STRICT;

    -- subject, record: JSON. A finished row is the activity, an unfinished one the journal.
    CREATE TABLE operations (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        process TEXT NOT NULL,
        connection TEXT,
        subject TEXT NOT NULL,
        record TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        finished_at INTEGER
    ) STRICT;
    CREATE INDEX unfinished ON operations (started_at) WHERE finished_at IS NULL;
    CREATE UNIQUE INDEX one_revocation ON operations (connection)
        WHERE kind = 'revoke' AND finished_at IS NULL;
    ",
    ),
    M::up("ALTER TABLE clients ADD COLUMN budget TEXT NOT NULL DEFAULT 'standard';"),
    M::up("CREATE INDEX finished ON operations (finished_at);"),
    // capabilities (JSON) and issued_at: from Notion's introspection of the access token.
    M::up(
        "
    ALTER TABLE connections ADD COLUMN capabilities TEXT;
    ALTER TABLE connections ADD COLUMN issued_at INTEGER;
    CREATE INDEX begun ON operations (started_at, id);
    CREATE INDEX begun_but_checks ON operations (started_at, id) WHERE kind <> 'check';
    CREATE INDEX of_connection ON operations (connection, started_at);
    ",
    ),
    // The progress of authorizations and the database's state in rebuilds, in the words of the
    // code.
    M::up(
        "
    UPDATE authorizations SET progress = json_set(progress, '$.kind', 'awaiting-keyring')
        WHERE progress ->> 'kind' = 'parked';
    UPDATE operations SET record = json_remove(
            json_set(record,
                '$.rebuilt.database', replace(record ->> '$.rebuilt.loss', 'none', 'intact'),
                '$.rebuilt.quarantined', record ->> '$.rebuilt.set_aside'),
            '$.rebuilt.loss', '$.rebuilt.set_aside')
        WHERE record ->> '$.rebuilt.loss' IS NOT NULL;
    UPDATE meta SET value = json_remove(
            json_set(value,
                '$.database', replace(value ->> '$.loss', 'none', 'intact'),
                '$.quarantined', value ->> '$.set_aside'),
            '$.loss', '$.set_aside')
        WHERE key = 'rebuild';
    ",
    ),
    // Problems whose code said less than their message did, or something else.
    M::up(
        "
    CREATE TEMP TABLE words (message TEXT, old TEXT, code TEXT);
    INSERT INTO words VALUES
        ('Keyrack ended before %', 'not-saved', 'interrupted'),
        ('Keyrack ended in the middle of connecting this%', 'not-saved', 'reconnect-interrupted'),
        ('Keyrack ended in the middle of connecting.%', 'not-saved', 'connect-interrupted'),
        ('%so access may be allowed at Notion, but no token was saved%', 'not-saved', 'exchange-lost'),
        ('It was under way when the backup%', 'not-saved', 'outcome-unknown'),
        ('The workspace was connected again before%', 'not-saved', 'overtaken'),
        ('%The new tokens were not saved and were ended%', 'not-saved', 'refresh-not-saved'),
        ('%The new tokens were not saved and may still%', 'not-saved', 'refresh-tokens-remain'),
        ('%answer was lost%not sent a third time%', 'refresh-rejected', 'refresh-lost'),
        ('%removed while it was refreshed%were ended%', 'not-found', 'removed-tokens-ended'),
        ('%removed while it was refreshed%may still%', 'not-found', 'removed-tokens-remain'),
        ('The connection was removed from this computer before%', 'not-found', 'removed-before-done'),
        ('Another process has ended this revocation%', 'not-found', 'revocation-overtaken');
    UPDATE operations SET record = json_set(record, '$.problem.code', words.code) FROM words
        WHERE record ->> '$.problem.code' = words.old
            AND record ->> '$.problem.message' LIKE words.message;
    UPDATE operations SET record = json_set(record, '$.problem.code', 'cut-off')
        WHERE kind IN ('rotate-secret', 'edit-client', 'rebuild')
            AND record ->> '$.problem.code' = 'interrupted';
    UPDATE connections SET cause = json_set(cause, '$.code', words.code) FROM words
        WHERE cause ->> '$.code' = words.old AND cause ->> '$.message' LIKE words.message;
    UPDATE authorizations SET progress = json_set(progress, '$.problem.code', words.code) FROM words
        WHERE progress ->> '$.problem.code' = words.old
            AND progress ->> '$.problem.message' LIKE words.message;
    DROP TABLE words;
    ",
    ),
];

/// The revisions, by which a reader asks for what changed since it last read.
///
/// `revision` has the last one, and those of the last changes of any client and of the preferences;
/// a connection has that of its own last change, and a removed one leaves its id with it.
const REVISIONS: M<'static> = M::up(
    "
    CREATE TABLE revision (
        last INTEGER NOT NULL,
        clients INTEGER NOT NULL,
        preferences INTEGER NOT NULL
    ) STRICT;
    INSERT INTO revision SELECT coalesce(max(rowid), 0), 0, 0 FROM connections;
    ALTER TABLE connections ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    UPDATE connections SET revision = rowid;
    CREATE INDEX changed ON connections (revision);
    CREATE TABLE removed (id TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT;
    CREATE INDEX removed_since ON removed (revision);
    ",
);

/// All migrations, in their order; what SQL alone cannot say follows what it can.
fn migrations() -> Migrations<'static> {
    let later = [
        M::up_with_hook("", |tx| Ok(give_data(tx)?)),
        M::up_with_hook(typed_acts::COLUMNS, |tx| Ok(give_acts(tx)?)),
        // The connection that an authorization is to connect again.
        M::up("ALTER TABLE authorizations ADD COLUMN reconnects TEXT;"),
        REVISIONS,
        // The redirect URI says it.
        M::up("ALTER TABLE clients DROP COLUMN redirect_method;"),
        // When an authorization began, by what nobody can set.
        M::up(
            "ALTER TABLE authorizations ADD COLUMN boot TEXT;
             ALTER TABLE authorizations ADD COLUMN uptime INTEGER;
             ALTER TABLE authorizations ADD COLUMN seal TEXT;",
        ),
        // What a connection may be used for, and when it last was.
        M::up(
            "ALTER TABLE connections ADD COLUMN allows TEXT NOT NULL DEFAULT 'any';
             ALTER TABLE connections ADD COLUMN last_used_at INTEGER;",
        ),
        // What a person wrote on a connection; labels: JSON.
        M::up(
            "ALTER TABLE connections ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';
             ALTER TABLE connections ADD COLUMN note TEXT;",
        ),
        // Tokens that were made elsewhere: each is its own client, of the kind 'token'.
        M::up(
            "ALTER TABLE clients ADD COLUMN kind TEXT NOT NULL DEFAULT 'oauth';
             ALTER TABLE connections ADD COLUMN expires_on TEXT;",
        ),
        // When a connection was moved to another computer.
        M::up("ALTER TABLE connections ADD COLUMN moved_at INTEGER;"),
    ];
    MIGRATIONS.iter().cloned().chain(later).collect()
}

/// Whether the database is of this version.
pub(super) fn is_current(connection: &rusqlite::Connection) -> Result<bool, Problem> {
    let pending = migrations().pending_migrations(connection);
    pending.map(|count| count == 0).map_err(|error| {
        let detail = error.to_string();
        Cause::StoreFailed { detail }.into()
    })
}

/// Migrates the database to this version in one transaction.
pub(super) fn migrate(connection: &mut rusqlite::Connection) -> Result<(), Problem> {
    migrations()
        .to_latest(connection)
        .map_err(|error| match error {
            Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
                Cause::StoreNewer.into()
            }
            Error::RusqliteError { err, .. } => err.into(),
            other => Cause::StoreFailed {
                detail: other.to_string(),
            }
            .into(),
        })
}

#[cfg(test)]
mod tests {
    use rusqlite_migration::Migrations;

    use super::super::database::Store;
    use super::super::sqlite::{DATABASE, open_connection};
    use super::*;
    use crate::domain::annotation::{Annotation, Labels};
    use crate::domain::connection::Status;
    use crate::domain::rebuilt::{DatabaseState, Rebuilt, WantedRebuild};
    use crate::domain::time::Millis;
    use crate::storage::data_folder::DataFolder;

    #[test]
    fn the_migrations_are_sound() {
        migrations().validate().expect("sound");
    }

    #[test]
    fn what_an_earlier_keyrack_wrote_is_read_in_the_words_of_now() {
        let mut db = rusqlite::Connection::open_in_memory().expect("a database");
        Migrations::from_slice(&MIGRATIONS[..4])
            .to_latest(&mut db)
            .expect("as it was");
        db.execute_batch(
            r#"
            INSERT INTO clients VALUES ('c', 'Mine', 'id', 'app-link', 'uri', NULL, 0, 'standard');
            INSERT INTO authorizations VALUES
                ('a', 'c', x'00', 'uri', 'host', 0, 1, 0, '{"kind":"parked","problem":null}'),
                ('b', 'c', x'01', 'uri', 'host', 0, 1, 0, '{"kind":"waiting"}');
            INSERT INTO operations VALUES
                ('r', 'rebuild', 'p', NULL, '{}',
                 '{"rebuilt":{"loss":"none","clients":1,"connections":2,"without_client":0,"set_aside":null}}', 0, 1),
                ('s', 'rebuild', 'p', NULL, '{}',
                 '{"rebuilt":{"loss":"damaged","clients":0,"connections":0,"without_client":0,"set_aside":"f"}}', 0, 1);
            INSERT INTO meta VALUES ('rebuild', '{"loss":"missing","set_aside":null}');
            "#,
        )
        .expect("rows");
        migrate(&mut db).expect("migrated");

        let texts = |sql: &str| -> Vec<String> {
            let mut query = db.prepare(sql).expect("a query");
            let rows = query.query_map([], |row| row.get(0)).expect("rows");
            rows.collect::<Result<_, _>>().expect("text")
        };
        assert_eq!(
            texts("SELECT progress FROM authorizations ORDER BY id"),
            [
                r#"{"kind":"awaiting-keyring","problem":null}"#,
                r#"{"kind":"waiting"}"#
            ]
        );
        let read = |text: &String| -> Rebuilt { serde_json::from_str(text).expect("a rebuild") };
        let rebuilds = texts("SELECT act FROM operations WHERE kind = 'rebuild' ORDER BY id");
        assert_eq!(read(&rebuilds[0]).database, DatabaseState::Intact);
        assert_eq!(read(&rebuilds[1]).database, DatabaseState::Damaged);
        assert_eq!(read(&rebuilds[1]).quarantined.as_deref(), Some("f"));
        let wanted = &texts("SELECT value FROM meta WHERE key = 'rebuild'")[0];
        let wanted: WantedRebuild = serde_json::from_str(wanted).expect("a wish");
        assert_eq!(wanted.database, DatabaseState::Missing);
    }

    #[test]
    fn the_journal_of_an_earlier_keyrack_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        let path = folder.path().join(DATABASE);
        let mut db = open_connection(&path).expect("a database");
        migrations().to_version(&mut db, 7).expect("as it was");
        db.execute_batch(
            r#"
            INSERT INTO clients VALUES ('c', 'Mine', 'id', 'app-link', 'uri', NULL, 0, 'standard');
            INSERT INTO connections (id, client, bot_id, workspace_id, workspace_name, owner,
                                     has_refresh_token, connected_at, verdict, verdict_at)
                VALUES ('k', 'c', 'b', 'w', 'Acme', '{"kind":"unknown"}', 1, 0, 'active', 1);
            INSERT INTO operations VALUES
                ('r', 'revoke', 'p', 'k',
                 '{"client":"c","client_name":"Mine","sandbox":true,"connection":"k","authorization":null,
                   "bot_id":"b","workspace_name":"Acme","owner":{"kind":"unknown"}}',
                 '{"attempts":2,"retry_at":9,"request_ids":["one"],
                   "problem":{"code":"unreachable","retry_after":null,"request_id":null}}', 3, NULL);
            "#,
        )
        .expect("rows");
        drop(db);
        let store = Store::open(&folder).expect("the store");
        let revocation = store.unfinished_revocation("k").expect("read");
        let revocation = revocation.expect("it is unfinished");
        assert_eq!((revocation.id.as_str(), revocation.act.attempts), ("r", 2));
        assert_eq!(revocation.request_ids, ["one"]);
        let row = store.connection("k").expect("the row");
        assert_eq!(row.status, Status::RevocationPending);
        assert_eq!(row.problem.map(|why| why.cause), Some(Cause::Unreachable));
        assert_eq!(row.retry_at, Some(Millis(9)));
        let one = store.unfinished_operations().expect("read").len();
        assert_eq!(one, 1);
    }

    #[test]
    fn the_connections_of_an_earlier_keyrack_have_revisions_of_their_own() {
        let mut db = rusqlite::Connection::open_in_memory().expect("a database");
        Migrations::from_slice(MIGRATIONS)
            .to_latest(&mut db)
            .expect("as it was");
        db.execute_batch(
            "INSERT INTO clients VALUES ('c', 'Mine', 'id', 'app-link', 'uri', NULL, 0, 'standard');
            INSERT INTO connections (id, client, bot_id, workspace_id, workspace_name, owner, has_refresh_token, connected_at)
                VALUES ('a', 'c', '1', '', '', '', 0, 0), ('b', 'c', '2', '', '', '', 0, 0);",
        )
        .expect("rows");
        migrate(&mut db).expect("migrated");
        let revisions: (i64, i64, i64) = db
            .query_row(
                "SELECT min(c.revision), max(c.revision), last FROM connections c, revision",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .expect("revisions");
        assert_eq!(revisions, (1, 2, 2));
    }

    #[test]
    fn a_problem_gets_the_code_that_its_message_has() {
        let mut db = rusqlite::Connection::open_in_memory().expect("a database");
        Migrations::from_slice(&MIGRATIONS[..5])
            .to_latest(&mut db)
            .expect("the version before");
        let messages = [
            (
                "check",
                "not-saved",
                "Keyrack ended before this was done. Nothing was changed.",
                "interrupted",
            ),
            (
                "edit-client",
                "not-saved",
                "Keyrack ended before this was done. Nothing was changed.",
                "cut-off",
            ),
            (
                "refresh",
                "not-saved",
                "Keyrack ended before the refresh began. Nothing was changed.",
                "interrupted",
            ),
            (
                "refresh",
                "refresh-rejected",
                "Notion's answer was lost twice, and the refresh token is not sent a third time.",
                "refresh-lost",
            ),
            (
                "refresh",
                "refresh-rejected",
                "Notion does not take this refresh token any more.",
                "refresh-rejected",
            ),
            (
                "refresh",
                "not-found",
                "This connection was removed while it was refreshed. Its new tokens are not kept, and may still work at Notion: remove the access.",
                "removed-tokens-remain",
            ),
            (
                "revoke",
                "not-saved",
                "The workspace was connected again before this was finished. Its earlier tokens are not here any more.",
                "overtaken",
            ),
            (
                "revoke",
                "not-saved",
                "It was under way when the backup was made that this database comes from.",
                "outcome-unknown",
            ),
            (
                "connect",
                "not-saved",
                "The keyring is locked. Access may still be allowed at Notion.",
                "grant-remains",
            ),
        ];
        let subject = serde_json::json!({
            "client": "c", "client_name": "Mine", "connection": "k", "bot_id": "b",
            "workspace_name": "Acme", "authorization": "a",
        });
        for (number, (kind, code, message, _)) in messages.iter().enumerate() {
            let record = serde_json::json!({"problem": {"code": code, "message": message}});
            db.execute(
                "INSERT INTO operations VALUES (?1, ?2, 'p', NULL, ?4, ?3, 0, 1)",
                (
                    format!("{number:02}"),
                    kind,
                    record.to_string(),
                    subject.to_string(),
                ),
            )
            .expect("a row");
        }
        migrate(&mut db).expect("migrated");
        let mut query = db
            .prepare("SELECT problem ->> 'code' FROM operations ORDER BY id")
            .expect("a query");
        let codes = query.query_map([], |row| row.get::<_, String>(0));
        let codes: Vec<_> = codes
            .expect("rows")
            .map(|code| code.expect("text"))
            .collect();
        assert_eq!(codes, messages.map(|(.., expected)| expected));
    }

    #[test]
    fn the_connections_of_an_earlier_keyrack_have_no_labels_and_take_some() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        let mut db = open_connection(&folder.path().join(DATABASE)).expect("a database");
        let before = MIGRATIONS.len() + 7;
        migrations().to_version(&mut db, before).expect("as it was");
        db.execute_batch(
            "INSERT INTO clients VALUES ('c', 'Mine', 'id', 'uri', NULL, 0, 'standard');
             INSERT INTO connections (id, client, bot_id, workspace_id, workspace_name, owner,
                                      has_refresh_token, connected_at, allows, last_used_at)
                 VALUES ('k', 'c', 'b', 'w', 'Acme', '{}', 1, 0, 'never', 7);",
        )
        .expect("rows");
        drop(db);
        let store = Store::open(&folder).expect("the store");
        let row = store.connection("k").expect("the row");
        assert_eq!((row.labels.as_slice(), row.note.text()), (&[][..], None));
        assert_eq!(row.last_used_at, Some(Millis(7)));
        let labels = Labels::typed(&["VIP".to_owned()]).expect("labels");
        let change = |_| {
            let labels = labels.clone();
            Ok(Annotation {
                labels,
                ..Annotation::default()
            })
        };
        store.annotate(&["k".to_owned()], change).expect("written");
        let after = store.connection("k").expect("the row");
        assert_eq!(after.labels, labels);
        assert!(after.revision > row.revision);
    }
}
