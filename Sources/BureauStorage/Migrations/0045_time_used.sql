-- The time a run's session has used is counted as it passes, by clocks that nobody sets: the time of day may be set.
ALTER TABLE run ADD COLUMN time_used_ms INTEGER NOT NULL DEFAULT 0 CHECK (time_used_ms >= 0);
-- When that was counted last: by the time of day, and by the steady clock of the process that did; NULL where none did.
ALTER TABLE run ADD COLUMN time_counted_at INTEGER;
ALTER TABLE run ADD COLUMN time_counted_steady INTEGER;
ALTER TABLE run ADD COLUMN time_counted_by TEXT;
-- What the run had used when the round of its build began.
ALTER TABLE build ADD COLUMN round_time_used_ms INTEGER NOT NULL DEFAULT 0 CHECK (round_time_used_ms >= 0);

-- Runs that may go on in their session have used what the time of day tells, less what they were held.
UPDATE run SET time_counted_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000
WHERE started_at IS NOT NULL AND state NOT IN ('done', 'done_with_problems', 'stopped', 'ignored');
UPDATE run SET time_used_ms = max(0, time_counted_at - started_at - coalesce((
    SELECT sum(coalesce((
        SELECT min(later.at) FROM run_event AS later
        WHERE later.run_id = held.run_id AND later.seq > held.seq
            AND later.kind IN ('queued', 'needs_info', 'starting', 'running', 'waiting_approval', 'collecting',
                'delivering', 'in_review', 'revising', 'stopping', 'done', 'done_with_problems', 'stopped', 'failed',
                'ignored')), run.time_counted_at) - held.at)
    FROM run_event AS held
    WHERE held.run_id = run.id
        AND held.kind IN ('queued', 'needs_info', 'waiting_approval', 'in_review', 'revising', 'done',
            'done_with_problems', 'stopped', 'failed', 'ignored')
        AND held.seq > coalesce(
            (SELECT max(seq) FROM run_event WHERE run_id = run.id AND kind = 'starting'), 0)), 0))
WHERE time_counted_at IS NOT NULL;
UPDATE build SET round_time_used_ms = coalesce((
    SELECT max(0, time_used_ms - max(0, time_counted_at - coalesce(round_started_at, time_counted_at))) FROM run WHERE id = build.run_id), 0);
ALTER TABLE build DROP COLUMN round_started_at;
