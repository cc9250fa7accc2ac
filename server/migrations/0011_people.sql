-- People: an address names one person on this server, in lower case. A person may be a member of several accounts.
CREATE TABLE people (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
);

-- `rights` is JSON: the role in the whole account and the roles in projects. A member who was removed stays, without rights,
-- so that those who follow the database hear of it. `changed` is the sequence of the last change.
CREATE TABLE members (
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES people (id),
    rights TEXT NOT NULL,
    created_at TEXT NOT NULL,
    removed_at TEXT,
    changed BIGINT NOT NULL,
    PRIMARY KEY (account_id, person_id)
);
CREATE INDEX members_changed ON members (changed);
CREATE INDEX members_of_person ON members (person_id);

-- The address of an account names its first admin.
INSERT INTO people (id, email, created_at)
SELECT (SELECT last_id FROM meta) + ROW_NUMBER() OVER (ORDER BY MIN(id)), LOWER(email), MIN(created_at)
FROM accounts GROUP BY LOWER(email);
UPDATE meta SET last_id = last_id + (SELECT COUNT(*) FROM people);
INSERT INTO members (account_id, person_id, rights, created_at, changed)
SELECT a.id, p.id, '{"account":"admin"}', a.created_at, (SELECT sequence FROM meta)
FROM accounts a JOIN people p ON p.email = LOWER(a.email);

-- The person who made a key. `rights` and the end are those of API keys; the rights are JSON, as those of members.
ALTER TABLE keys ADD COLUMN maker_id BIGINT REFERENCES people (id);
ALTER TABLE keys ADD COLUMN rights TEXT;
ALTER TABLE keys ADD COLUMN ends_at TEXT;
UPDATE keys SET
    maker_id = (SELECT m.person_id FROM members m WHERE m.account_id = keys.account_id),
    rights = CASE WHEN kind = 'api' THEN '{"account":"admin"}' END;
CREATE INDEX keys_of_maker ON keys (account_id, maker_id);

-- The hour of the last use of a key. It is written apart from the numbered writes, which it must not delay.
CREATE TABLE key_uses (
    key_id BIGINT NOT NULL PRIMARY KEY REFERENCES keys (id) ON DELETE CASCADE,
    hour TEXT NOT NULL
);
