-- What waits for people is asked on every page. Failures that somebody took note of stay, more every week, and were walked
-- through to find the others; and "mine only" looked at every run that waits for anybody.
ALTER TABLE run ADD COLUMN seen_at INTEGER;
UPDATE run SET seen_at = (SELECT at FROM run_seen WHERE run_seen.run_id = run.id)
WHERE id IN (SELECT run_id FROM run_seen);

-- The conditions stand in the statements in the same words.
CREATE INDEX run_unseen ON run (id) WHERE state IN ('failed', 'done_with_problems') AND seen_at IS NULL;

-- What waits for people, by whose it is.
CREATE INDEX run_waits_client ON run (client_slug, state, id)
WHERE state IN ('needs_info', 'in_review') OR (state IN ('failed', 'done_with_problems') AND seen_at IS NULL);
CREATE INDEX run_waits_asker ON run (requested_by, state, id)
WHERE state IN ('needs_info', 'in_review') OR (state IN ('failed', 'done_with_problems') AND seen_at IS NULL);
