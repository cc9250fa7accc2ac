-- The last 1024 writes: `slot` is the sequence modulo 1024, and `token` a random number that only this write has. A
-- standby that takes over, or a backup, may lack the last writes and give their numbers to others. A reader that knows a
-- number with another token has read writes that never were.
CREATE TABLE writes (
    slot BIGINT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    token BIGINT NOT NULL
);
