-- The money ledger: what each run may still spend and has spent, whom it is charged to, and the limits people raised.

-- Null takes the agent's limit, or the service's own.
ALTER TABLE run ADD COLUMN cost_max_micro_usd INTEGER CHECK (cost_max_micro_usd > 0);

-- One row each time a run is given money. Agent, client and day say which accounts it draws on.
CREATE TABLE spend_hold (
    run_id               TEXT NOT NULL REFERENCES run (id),
    opening              INTEGER NOT NULL CHECK (opening >= 1),
    agent                TEXT NOT NULL,
    client_slug          TEXT,
    day                  TEXT NOT NULL CHECK (length(day) = 10),
    base_micro_usd       INTEGER NOT NULL CHECK (base_micro_usd >= 0),
    reserved_micro_usd   INTEGER NOT NULL CHECK (reserved_micro_usd >= 0),
    settled_micro_usd    INTEGER NOT NULL DEFAULT 0 CHECK (settled_micro_usd >= 0),
    is_open              INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    PRIMARY KEY (run_id, opening)
) STRICT;
CREATE UNIQUE INDEX spend_hold_open ON spend_hold (run_id) WHERE is_open = 1;

-- What happened, never changed. Reserved amounts are the hold's, settled and released ones the run's own total.
CREATE TABLE spend_entry (
    run_id                TEXT NOT NULL,
    opening               INTEGER NOT NULL,
    kind                  TEXT NOT NULL CHECK (kind IN ('reserve', 'settle', 'release')),
    cumulative_micro_usd  INTEGER NOT NULL CHECK (cumulative_micro_usd >= 0),
    at                    INTEGER NOT NULL,
    PRIMARY KEY (run_id, opening, kind, cumulative_micro_usd),
    FOREIGN KEY (run_id, opening) REFERENCES spend_hold (run_id, opening)
) STRICT;
CREATE UNIQUE INDEX spend_entry_release ON spend_entry (run_id, opening) WHERE kind = 'release';
CREATE TRIGGER spend_entry_kept BEFORE DELETE ON spend_entry
BEGIN SELECT RAISE(ABORT, 'ledger entries are never removed'); END;
CREATE TRIGGER spend_entry_fixed BEFORE UPDATE ON spend_entry
BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END;

-- Sums of the holds, kept with them: "agency" a day, "client/SLUG" a month, "agent/NAME" a day and a month.
CREATE TABLE spend_balance (
    scope               TEXT NOT NULL,
    period              TEXT NOT NULL,
    reserved_micro_usd  INTEGER NOT NULL CHECK (reserved_micro_usd >= 0),
    spent_micro_usd     INTEGER NOT NULL CHECK (spent_micro_usd >= 0),
    PRIMARY KEY (scope, period)
) STRICT;

-- Limits people set, over those in files and settings. A period ("2026-11") wins over every such period ("month").
CREATE TABLE budget_limit (
    scope            TEXT NOT NULL,
    period           TEXT NOT NULL,
    limit_micro_usd  INTEGER NOT NULL CHECK (limit_micro_usd >= 0),
    set_by           TEXT NOT NULL,
    set_at           INTEGER NOT NULL,
    PRIMARY KEY (scope, period)
) STRICT;

-- Runs from before the ledger count in the day and month they were accepted.
INSERT INTO spend_hold (run_id, opening, agent, client_slug, day, base_micro_usd, reserved_micro_usd,
    settled_micro_usd, is_open)
SELECT id, 1, agent, client_slug, strftime('%Y-%m-%d', accepted_at / 1000, 'unixepoch'), 0, spent_micro_usd,
    spent_micro_usd, CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END
FROM run WHERE spent_micro_usd > 0;
INSERT INTO spend_entry SELECT run_id, 1, 'reserve', reserved_micro_usd, 0 FROM spend_hold;
INSERT INTO spend_entry SELECT run_id, 1, 'settle', settled_micro_usd, 0 FROM spend_hold;
INSERT INTO spend_entry SELECT run_id, 1, 'release', settled_micro_usd, 0 FROM spend_hold WHERE is_open = 0;
INSERT INTO spend_balance
SELECT 'agency', day, 0, sum(settled_micro_usd) FROM spend_hold GROUP BY day
UNION ALL
SELECT 'client/' || client_slug, substr(day, 1, 7), 0, sum(settled_micro_usd) FROM spend_hold
WHERE client_slug IS NOT NULL GROUP BY client_slug, substr(day, 1, 7)
UNION ALL
SELECT 'agent/' || agent, day, 0, sum(settled_micro_usd) FROM spend_hold GROUP BY agent, day
UNION ALL
SELECT 'agent/' || agent, substr(day, 1, 7), 0, sum(settled_micro_usd) FROM spend_hold GROUP BY agent, substr(day, 1, 7);
