-- Each round of a build has its own time.

-- When the round's work began; NULL for a round that was under way before this was kept.
ALTER TABLE build ADD COLUMN round_started_at INTEGER;
