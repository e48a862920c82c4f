//! The sandbox's database: its key, clients, people and workspaces. `grants` has codes and tokens.

use std::{
    fs::{self, OpenOptions},
    io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    Error,
    secret::{self, Key},
};

/// The database's version, bumped with every migration.
const VERSION: u32 = 2;

/// The migrations, one for each version of the database; append only.
const MIGRATIONS: [&str; VERSION as usize] = [
    include_str!("schema.sql"),
    // Counts the pairs that were derived for the bot, so that the last one can be given out again.
    "ALTER TABLE bots ADD COLUMN generation INTEGER NOT NULL DEFAULT 0",
];

/// The workspaces of a new sandbox: name, icon, and the person who gives consent.
const SEED: [(&str, Option<&str>, &str); 5] = [
    ("Acme Research", None, "Jo Lindqvist"),
    ("Launchpad", Some("🚀"), "Mei Tan"),
    ("Bibliothek am Park", Some("📚"), "Lena Brandt"),
    ("Northwind Client Portal", None, "Ada Osei"),
    ("Tidewater Ops", Some("🌊"), "Priya Nair"),
];

/// A workspace with the person who gives consent for it.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) icon: Option<String>,
    pub(crate) person: Person,
}

/// A person, with the fields of Notion's user object.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
}

/// The columns of [`Workspace::from_row`], for queries over `workspaces` joined with `people`.
pub(crate) const WORKSPACE_COLUMNS: &str =
    "workspaces.id, workspaces.name, workspaces.icon, people.id, people.name, people.email";

impl Workspace {
    /// Reads a workspace from a row's first six columns, [`WORKSPACE_COLUMNS`].
    pub(crate) fn from_row(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            icon: row.get(2)?,
            person: Person {
                id: row.get(3)?,
                name: row.get(4)?,
                email: row.get(5)?,
            },
        })
    }
}

/// The database: everything that survives a restart.
pub(crate) struct Store(Mutex<Connection>);

impl Store {
    /// Opens or creates the database at `path`, or one in memory.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, Error> {
        let connection = match path {
            Some(path) => {
                make_private(path).map_err(|source| Error::Database {
                    path: path.to_owned(),
                    source,
                })?;
                Connection::open(path)
            }
            None => Connection::open_in_memory(),
        }
        .map_err(Error::Store)?;
        prepare(connection).map(|connection| Self(Mutex::new(connection)))
    }

    /// Locks the database connection, for one request at a time.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The id and current secret of the client that every sandbox has.
    pub(crate) fn first_client(&self) -> rusqlite::Result<(String, String)> {
        let connection = self.lock();
        let id: String =
            connection.query_row("SELECT id FROM clients ORDER BY rowid LIMIT 1", [], |row| {
                row.get(0)
            })?;
        let secret = current_secret(&connection, &id)?;
        Ok((id, secret))
    }

    /// The current secret of a client; `None` for an unknown one.
    pub(crate) fn client_secret(&self, client_id: &str) -> rusqlite::Result<Option<String>> {
        current_secret(&self.lock(), client_id).optional()
    }

    /// Registers another client and returns its id and secret.
    pub(crate) fn add_client(&self) -> rusqlite::Result<(String, String)> {
        let connection = self.lock();
        let id = insert_client(&connection)?;
        let secret = current_secret(&connection, &id)?;
        Ok((id, secret))
    }

    /// Replaces the first client's secret and returns the new one; the old one ends at once.
    pub(crate) fn rotate_first_secret(&self) -> rusqlite::Result<String> {
        self.lock().execute(
            "UPDATE clients SET secret_generation = secret_generation + 1
             WHERE rowid = (SELECT min(rowid) FROM clients)",
            [],
        )?;
        self.first_client().map(|(_, secret)| secret)
    }

    /// All workspaces, oldest first.
    pub(crate) fn workspaces(&self) -> rusqlite::Result<Vec<Workspace>> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {WORKSPACE_COLUMNS} FROM workspaces
             JOIN people ON people.id = person_id ORDER BY workspaces.rowid"
        ))?;
        statement.query_map([], Workspace::from_row)?.collect()
    }

    /// Adds a workspace for which the named person gives consent, and returns its id. The same name
    /// means the same person.
    pub(crate) fn add_workspace(
        &self,
        name: &str,
        icon: Option<&str>,
        person: &str,
    ) -> rusqlite::Result<String> {
        insert_workspace(&self.lock(), name, icon, person)
    }
}

/// Creates the database file with mode 0600, restricts a file with more rights, and refuses a symbolic
/// link.
fn make_private(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        return Err(io::Error::other("it is a symbolic link"));
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    Ok(())
}

fn prepare(mut connection: Connection) -> Result<Connection, Error> {
    let version: u32 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(Error::Store)?;
    let missing = MIGRATIONS
        .get(version as usize..)
        .ok_or(Error::Newer(version))?;
    configure(&connection).map_err(Error::Store)?;
    migrate(&mut connection, missing).map_err(Error::Store)?;
    Ok(connection)
}

/// Configures the connection so that a killed process loses nothing; a power cut may.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

fn migrate(connection: &mut Connection, missing: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    if missing.len() == MIGRATIONS.len() {
        seed(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

fn seed(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("INSERT INTO sandbox (key) VALUES (?1)", [secret::random()])?;
    insert_client(connection)?;
    for (name, icon, person) in SEED {
        insert_workspace(connection, name, icon, person)?;
    }
    Ok(())
}

fn insert_client(connection: &Connection) -> rusqlite::Result<String> {
    let id = Uuid::new_v4().to_string();
    connection.execute("INSERT INTO clients (id) VALUES (?1)", [&id])?;
    Ok(id)
}

fn insert_workspace(
    connection: &Connection,
    name: &str,
    icon: Option<&str>,
    person: &str,
) -> rusqlite::Result<String> {
    connection.execute(
        "INSERT INTO people (id, name, email) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
        params![Uuid::new_v4().to_string(), person, email_of(person)],
    )?;
    let id = Uuid::new_v4().to_string();
    connection.execute(
        "INSERT INTO workspaces (id, name, icon, person_id)
         SELECT ?1, ?2, ?3, id FROM people WHERE name = ?4",
        params![id, name, icon, person],
    )?;
    Ok(id)
}

/// A person's email address: `Jo Lindqvist` has `jo.lindqvist@sandbox.example` (RFC 2606 reserves
/// `.example`).
pub(crate) fn email_of(person: &str) -> String {
    let person = person.to_lowercase();
    let words: Vec<_> = person.split_whitespace().collect();
    format!("{}@sandbox.example", words.join("."))
}

fn current_secret(connection: &Connection, client_id: &str) -> rusqlite::Result<String> {
    connection.query_row(
        "SELECT key, secret_generation FROM sandbox, clients WHERE clients.id = ?1",
        [client_id],
        |row| {
            let key: Key = row.get(0)?;
            Ok(secret::client_secret(&key, client_id, row.get(1)?))
        },
    )
}
