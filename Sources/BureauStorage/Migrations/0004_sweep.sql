-- What the sweep and the webhooks must agree on: each task's stay in a trigger status, each list's cursor, each webhook.

-- Times with a star are the vendor's own.
CREATE TABLE task_stay (
    agent          TEXT NOT NULL,
    task_id        TEXT NOT NULL,
    status         TEXT NOT NULL,
    run_id         TEXT REFERENCES run (id),
    origin         TEXT NOT NULL CHECK (origin IN ('event', 'look')),
    covered_until  INTEGER NOT NULL, -- *
    left_at        INTEGER,          -- *
    PRIMARY KEY (agent, task_id),
    CHECK (run_id IS NOT NULL OR left_at IS NOT NULL)
) STRICT;
CREATE INDEX task_stay_present ON task_stay (agent) WHERE left_at IS NULL;

-- Work that was started before this table existed is not started again. No status means: whichever it was.
INSERT INTO task_stay (agent, task_id, status, run_id, origin, covered_until)
SELECT agent, task_id, '', id, 'event', accepted_at FROM run
WHERE task_id IS NOT NULL AND trigger_source = 'webhook'
  AND id = (SELECT max(newer.id) FROM run AS newer WHERE newer.agent = run.agent AND newer.task_id = run.task_id
              AND newer.trigger_source = 'webhook');

CREATE TABLE sweep (
    agent           TEXT NOT NULL,
    list_id         TEXT NOT NULL,
    updated_after   INTEGER NOT NULL, -- * the cursor: everything updated up to here has been looked at
    swept_at        INTEGER NOT NULL,
    whole_at        INTEGER,          -- the last look at all of the trigger status, whatever its update
    failures        INTEGER NOT NULL DEFAULT 0,
    problem         TEXT,
    PRIMARY KEY (agent, list_id)
) STRICT;

-- The secret is sealed under the key file of the data folder, with the webhook's id as its context.
CREATE TABLE webhook (
    id           TEXT PRIMARY KEY,
    agent        TEXT NOT NULL,
    workspace    TEXT NOT NULL,
    endpoint     TEXT NOT NULL,
    secret       BLOB,
    health       TEXT NOT NULL CHECK (health IN ('active', 'failing', 'suspended', 'missing', 'unknown')),
    fail_count   INTEGER NOT NULL DEFAULT 0,
    healthy_at   INTEGER,
    checked_at   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_agent ON webhook (agent);
