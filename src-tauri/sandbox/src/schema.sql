-- Tokens and codes are here by their SHA-256 hash; client secrets are derived from the key.
CREATE TABLE sandbox (key BLOB NOT NULL);
CREATE TABLE clients (id TEXT PRIMARY KEY, secret_generation INTEGER NOT NULL DEFAULT 1);
CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, email TEXT NOT NULL);
-- The person is the one who gives consent for the workspace.
CREATE TABLE workspaces (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    icon TEXT,
    person_id TEXT NOT NULL REFERENCES people
);
CREATE TABLE bots (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients,
    workspace_id TEXT NOT NULL REFERENCES workspaces,
    UNIQUE (client_id, workspace_id)
);
CREATE TABLE codes (
    hash BLOB PRIMARY KEY,
    bot_id TEXT NOT NULL REFERENCES bots,
    redirect_uri TEXT NOT NULL,
    -- Milliseconds since the Unix epoch, UTC, as in every time here.
    expires_at INTEGER NOT NULL
);
-- A revoked token is NULL; a pair without a living token is deleted.
CREATE TABLE pairs (
    bot_id TEXT NOT NULL REFERENCES bots,
    access BLOB UNIQUE,
    refresh BLOB UNIQUE,
    issued_at INTEGER NOT NULL
);
CREATE INDEX pairs_by_bot ON pairs (bot_id);
