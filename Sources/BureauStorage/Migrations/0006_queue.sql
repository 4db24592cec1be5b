-- The queue: turns between clients, priority, since when a run waits and for what, and work that was set aside.

-- Weight and limit of a client, copied from its record so that claiming reads no JSON.
ALTER TABLE client ADD COLUMN queue_weight INTEGER NOT NULL DEFAULT 1 CHECK (queue_weight BETWEEN 1 AND 100);
ALTER TABLE client ADD COLUMN runs_max INTEGER CHECK (runs_max >= 1);

ALTER TABLE run ADD COLUMN priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100);
-- Since when it waits; null is since accepted_at. A run that is tried again waits anew.
ALTER TABLE run ADD COLUMN queued_at INTEGER;
-- The last passing fault: its class for machines, a sentence for people.
ALTER TABLE run ADD COLUMN fault_class TEXT;
ALTER TABLE run ADD COLUMN fault TEXT;

-- Start-time fair queueing: where each client's next turn begins. The row '*' is the queue's own clock, '' those runs
-- that have no client.
CREATE TABLE queue_turn (
    client  TEXT PRIMARY KEY,
    turn    INTEGER NOT NULL
) STRICT;

-- A dead letter somebody has dismissed. One that is parked again later is a new one.
CREATE TABLE dead_letter_drop (
    id          TEXT PRIMARY KEY CHECK (length(id) = 26),
    dropped_at  INTEGER NOT NULL,
    dropped_by  TEXT NOT NULL
) STRICT;

-- Waiting runs and runs in work are looked for in different ways: one small index each, no row in both.
DROP INDEX run_due;
CREATE INDEX run_due ON run (due_at) WHERE state IN ('starting', 'running', 'waiting_approval', 'collecting',
    'delivering', 'revising', 'stopping');
CREATE INDEX run_queued ON run (coalesce(client_slug, ''), agent, priority DESC, due_at) WHERE state = 'queued';
CREATE INDEX run_failed ON run (id) WHERE state = 'failed';
CREATE INDEX step_failed ON step (id) WHERE state = 'failed';
CREATE INDEX signal_parked ON signal (id) WHERE verdict = 'parked';
