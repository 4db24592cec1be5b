-- What a run's session has used, kind by kind, with the service's own figure where it gave one: its cost is told by them.
CREATE TABLE run_usage (
    run_id                    TEXT PRIMARY KEY REFERENCES run (id),
    input_tokens              INTEGER NOT NULL CHECK (input_tokens >= 0),
    output_tokens             INTEGER NOT NULL CHECK (output_tokens >= 0),
    cache_read_tokens         INTEGER NOT NULL CHECK (cache_read_tokens >= 0),
    cache_write_5m_tokens     INTEGER NOT NULL CHECK (cache_write_5m_tokens >= 0),
    cache_write_1h_tokens     INTEGER NOT NULL CHECK (cache_write_1h_tokens >= 0),
    -- Cache writes of which only the sum was told.
    cache_write_other_tokens  INTEGER NOT NULL CHECK (cache_write_other_tokens >= 0),
    web_searches              INTEGER NOT NULL CHECK (web_searches >= 0),
    active_ms                 INTEGER NOT NULL CHECK (active_ms >= 0),
    listed_micro_usd          INTEGER CHECK (listed_micro_usd >= 0)
) STRICT;
-- Whoever stopped the run wants nothing of what its session wrote.
ALTER TABLE run ADD COLUMN discards_files INTEGER NOT NULL DEFAULT 0 CHECK (discards_files IN (0, 1));
-- A month's sums by day and its costliest runs are read from the index: a run's row is long.
DROP INDEX run_accepted;
CREATE INDEX run_accepted ON run (accepted_at, spent_micro_usd, client_slug, id);
