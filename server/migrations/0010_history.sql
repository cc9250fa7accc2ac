-- Every version of a flag or a segment in an environment, and when one left it. The audit's entry of the same change has the
-- same `id` and may be deleted before. `flag_id` names a flag, which may be in the archive; a segment has a key instead.
CREATE TABLE history (
    id BIGINT NOT NULL PRIMARY KEY,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    flag_id BIGINT,
    segment TEXT,
    version BIGINT NOT NULL,
    at TEXT NOT NULL,
    -- Of a segment. A flag keeps its time, also in the archive.
    created_at TEXT,
    -- Without an author, the version was there before the history began, and the audit did not know it any more.
    actor TEXT,
    action TEXT,
    reason TEXT,
    request TEXT,
    -- The version that was restored.
    restored BIGINT,
    -- JSON without key, version and times, and without the fields below. Nothing when the flag or the segment left the
    -- environment.
    document TEXT,
    -- Large fields. Deleting an account deletes both in any order.
    description_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    variants_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    rules_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED
);
-- Finds all of an environment too.
CREATE INDEX history_of_flag ON history (environment_id, flag_id, version);
CREATE INDEX history_of_segment ON history (environment_id, segment, version) WHERE segment IS NOT NULL;
CREATE INDEX history_of_description ON history (description_id) WHERE description_id IS NOT NULL;
CREATE INDEX history_of_variants ON history (variants_id) WHERE variants_id IS NOT NULL;
CREATE INDEX history_of_rules ON history (rules_id) WHERE rules_id IS NOT NULL;

-- Large fields that a change left as they were: the rows of `audit_parts` for them took a quarter of all that a switch wrote.
ALTER TABLE audit ADD COLUMN description_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE audit ADD COLUMN variants_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE audit ADD COLUMN rules_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX audit_of_description ON audit (description_id) WHERE description_id IS NOT NULL;
CREATE INDEX audit_of_variants ON audit (variants_id) WHERE variants_id IS NOT NULL;
CREATE INDEX audit_of_rules ON audit (rules_id) WHERE rules_id IS NOT NULL;

-- Why a change was made, and by which request.
ALTER TABLE audit ADD COLUMN reason TEXT;
ALTER TABLE audit ADD COLUMN request TEXT;

-- The history begins with the present versions. The audit's entry of a version was written in the same moment or later, and
-- before that of the next version.
INSERT INTO history (id, environment_id, flag_id, version, at, actor, action, document, rules_id)
    SELECT (SELECT last_id FROM meta) + ROW_NUMBER() OVER (ORDER BY v.flag_id, v.environment_id),
        v.environment_id, v.flag_id, v.version, v.updated_at, a.actor, a.action, v.document, v.rules_id
    FROM (
        SELECT s.environment_id, s.flag_id, s.version, s.updated_at, s.rules_id,
            CASE
                WHEN f.shared = '{}' THEN s.state
                ELSE SUBSTR(f.shared, 1, LENGTH(f.shared) - 1) || ',' || SUBSTR(s.state, 2)
            END AS document,
            (
                SELECT MIN(e.id) FROM audit e JOIN environments n ON n.project_id = e.project_id AND n.name = e.environment
                WHERE e.flag_id = s.flag_id AND n.id = s.environment_id AND e.at >= s.updated_at AND e.after IS NOT NULL
            ) AS entry
        FROM flag_states s JOIN flags f ON f.id = s.flag_id
    ) AS v
    LEFT JOIN audit a ON a.id = v.entry;
UPDATE meta SET last_id = last_id + (SELECT COUNT(*) FROM history);
INSERT INTO history (id, environment_id, segment, version, at, created_at, actor, action, document)
    SELECT (SELECT last_id FROM meta) + ROW_NUMBER() OVER (ORDER BY v.environment_id, v.key),
        v.environment_id, v.key, v.version, v.updated_at, v.created_at, a.actor, a.action, v.definition
    FROM (
        SELECT s.environment_id, s.key, s.version, s.updated_at, s.created_at, s.definition,
            (
                SELECT MIN(e.id) FROM audit e WHERE e.account_id = p.account_id AND e.target = s.key
                    AND e.project_id = p.id AND e.environment = n.name AND e.action LIKE 'segment.%'
                    AND e.at >= s.updated_at AND e.after IS NOT NULL
            ) AS entry
        FROM segments s JOIN environments n ON n.id = s.environment_id JOIN projects p ON p.id = n.project_id
    ) AS v
    LEFT JOIN audit a ON a.id = v.entry;
UPDATE meta SET last_id = last_id + (SELECT COUNT(*) FROM history WHERE segment IS NOT NULL);
