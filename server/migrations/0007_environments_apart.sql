-- Environments apart: a row in `flag_states` says that the flag is present in the environment. `version` counts the writes
-- of the flag there, those of its shared fields too.
ALTER TABLE flag_states ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE flag_states ADD COLUMN updated_at TEXT NOT NULL DEFAULT '';
UPDATE flag_states SET
    version = (SELECT f.version FROM flags f WHERE f.id = flag_states.flag_id),
    updated_at = (SELECT f.updated_at FROM flags f WHERE f.id = flag_states.flag_id);
ALTER TABLE flags DROP COLUMN version;
ALTER TABLE flags DROP COLUMN updated_at;

-- The sequence of the last write that changed any field of its flags and segments, also those for people only. It was kept
-- by project before: `flags_changed` is not used any more, and SQLite cannot drop it because of the comma in its comment.
ALTER TABLE environments ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
UPDATE environments SET changed = (SELECT p.flags_changed FROM projects p WHERE p.id = environments.project_id);

-- The last version of a flag in an environment that it left. If it comes back, it goes on counting from there. The flag may
-- be in the archive.
CREATE TABLE flag_versions (
    flag_id BIGINT NOT NULL,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    PRIMARY KEY (flag_id, environment_id)
);

-- Flags that are in no environment any more. `flag_id` is the flag's id before, and again once it is restored.
CREATE TABLE archive (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    flag_id BIGINT NOT NULL UNIQUE,
    key TEXT NOT NULL,
    shared TEXT NOT NULL,
    created_at TEXT NOT NULL,
    archived_at TEXT NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX archive_of_project ON archive (project_id, id);
CREATE INDEX archive_by_time ON archive (archived_at);

-- The state that an archived flag had in each environment. The environment may be gone since, and another may have its name.
CREATE TABLE archive_states (
    archive_id BIGINT NOT NULL REFERENCES archive (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL,
    environment TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The rules, where they are large, as in `flag_states`.
    rules_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (archive_id, environment_id)
);
CREATE INDEX archive_states_of_text ON archive_states (rules_id);

-- The segments that an archived flag used in each environment, as they were.
CREATE TABLE archive_segments (
    archive_id BIGINT NOT NULL REFERENCES archive (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    text_id BIGINT NOT NULL REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (archive_id, environment_id, key)
);
CREATE INDEX archive_segments_of_text ON archive_segments (text_id);

-- The flag that an entry is about. Entries from before this column have none.
ALTER TABLE audit ADD COLUMN flag_id BIGINT;
CREATE INDEX audit_of_flag ON audit (flag_id) WHERE flag_id IS NOT NULL;
