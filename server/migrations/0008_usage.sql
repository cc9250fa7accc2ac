-- How often flags are evaluated. Numbered writes change none of it, so that no change of a flag waits for a count. Nothing here
-- refers to environments: what is left of those that were deleted goes in small steps. Times are seconds since 1970.

-- A flag of an environment with one of its results. `flag` is a key, which the environment may not have. Ids are random: a
-- counter would be a row that others wait for.
CREATE TABLE usage_series (
    id BIGINT NOT NULL PRIMARY KEY,
    environment_id BIGINT NOT NULL,
    flag TEXT NOT NULL,
    result TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    UNIQUE (environment_id, flag, result)
);
CREATE INDEX usage_series_by_time ON usage_series (last_at);

-- Evaluations in an hour, which is counted since 1970.
CREATE TABLE usage_hours (
    series_id BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (series_id, hour)
);
CREATE INDEX usage_hours_by_time ON usage_hours (hour);

-- The clients that say who they are. `sequence` is the highest number of a report that was counted, and bit n of `earlier`
-- says whether the report n + 1 before it was.
CREATE TABLE usage_instances (
    environment_id BIGINT NOT NULL,
    instance TEXT NOT NULL,
    sequence BIGINT NOT NULL DEFAULT -1,
    earlier BIGINT NOT NULL DEFAULT 0,
    reported_at BIGINT,
    -- When it last read the rules.
    read_at BIGINT,
    PRIMARY KEY (environment_id, instance)
);

-- When a client that does not report last read the rules of an environment.
CREATE TABLE usage_silent_reads (
    environment_id BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);

-- When counting began.
CREATE TABLE usage_start (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    at BIGINT NOT NULL
);
