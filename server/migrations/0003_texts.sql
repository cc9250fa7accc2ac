-- Large texts, each stored once in an account: the fields of flags and segments that the audit keeps. `hash` is the
-- SHA-256 of the text in hexadecimal. `bytes` stands before the text, so that asking for it reads no text.
CREATE TABLE texts (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (account_id, hash)
);

-- The fields that a change left as they were. What was before is `unchanged`, `before` and the parts of the sides `both`
-- and `before`; what was after likewise. Entries from before this column have everything in `before` and `after`.
ALTER TABLE audit ADD COLUMN unchanged TEXT;

CREATE TABLE audit_parts (
    audit_id BIGINT NOT NULL REFERENCES audit (id) ON DELETE CASCADE,
    side TEXT NOT NULL,
    field TEXT NOT NULL,
    -- Deleting an account deletes both in any order.
    text_id BIGINT NOT NULL REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (audit_id, side, field)
);
CREATE INDEX audit_parts_of_text ON audit_parts (text_id);
