-- What a run began with stays its own, the environment's own account too: it had no row, and went over to another account
-- when its client was given one.
INSERT INTO run_credential (run_id, name, tasks)
SELECT id, NULL, NULL FROM run WHERE started_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM run_credential AS pinned WHERE pinned.run_id = run.id);
