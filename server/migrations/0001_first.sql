-- One schema for SQLite and PostgreSQL. Ids are given out by `meta` and never used again; times are RFC 3339 in UTC.

-- `sequence` counts the writes. Each write begins by raising it, and so waits for the one before: what a reader has
-- seen up to a sequence is complete.
CREATE TABLE meta (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence BIGINT NOT NULL,
    last_id BIGINT NOT NULL
);
INSERT INTO meta (id, sequence, last_id) VALUES (1, 0, 0);

CREATE TABLE accounts (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE projects (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- The sequence of the last write that changed any field of its flags and segments, also those for people only.
    flags_changed BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX projects_of_account ON projects (account_id);

-- The first of a project is the one with the lowest id. `revision` is the sequence of the last write that changed
-- what its snapshot says.
CREATE TABLE environments (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (project_id, name)
);

-- Of a key only its SHA-256 in hexadecimal and its last characters are kept. API keys have no project. A revoked key
-- stays, so that it is told apart from one that never was. `changed` is the sequence of its last change.
CREATE TABLE keys (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    project_id BIGINT REFERENCES projects (id) ON DELETE CASCADE,
    environment_id BIGINT REFERENCES environments (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    ending TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT,
    changed BIGINT NOT NULL
);
CREATE INDEX keys_changed ON keys (changed);
CREATE INDEX keys_of_account ON keys (account_id);

-- `shared` is the JSON of the fields that are alike in all environments, `state` of those that are not. `version`
-- counts the writes of a flag in any environment.
CREATE TABLE flags (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    shared TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (project_id, key)
);

CREATE TABLE flag_states (
    flag_id BIGINT NOT NULL REFERENCES flags (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    PRIMARY KEY (environment_id, flag_id)
);
CREATE INDEX flag_states_of_flag ON flag_states (flag_id);

CREATE TABLE segments (
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    definition TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (environment_id, key)
);

-- `before` and `after` are JSON; keys and tokens are never in them.
CREATE TABLE audit (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    project_id BIGINT,
    environment TEXT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT,
    after TEXT
);
CREATE INDEX audit_of_project ON audit (project_id, id);
CREATE INDEX audit_of_account ON audit (account_id, id);
