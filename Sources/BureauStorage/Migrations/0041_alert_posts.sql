-- Whoever reads an alert where it was posted sees how often it came and how it ended: which write posted it, and what
-- that post shows.
ALTER TABLE alert ADD COLUMN posted_by TEXT REFERENCES step (id);
-- The write that renewed the post last, and when it was planned.
ALTER TABLE alert ADD COLUMN renewed_by TEXT REFERENCES step (id);
ALTER TABLE alert ADD COLUMN renewed_at INTEGER;
ALTER TABLE alert ADD COLUMN occurrences_shown INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alert ADD COLUMN end_shown_at INTEGER;
-- Alerts that are over and whose post does not say so. Those of before have no post that is known.
CREATE INDEX alert_unshown ON alert (id)
    WHERE state = 'resolved' AND posted_by IS NOT NULL AND end_shown_at IS NULL;
