-- Each round of a build has its own time, begins from the base as it is then, and knows what may be merged.

-- When the round's work began; NULL for a round that was under way before this was kept.
ALTER TABLE build ADD COLUMN round_started_at INTEGER;
-- Where the base was then; NULL for the same reason, and where it could not be read.
ALTER TABLE build ADD COLUMN round_base_commit TEXT CHECK (length(round_base_commit) IN (40, 64));
-- The last commit that came into the repository, and of which round and attempt it is: its checks are theirs. A round
-- that comes to nothing leaves it, and it is what an acceptance merges then.
ALTER TABLE build ADD COLUMN last_commit TEXT CHECK (length(last_commit) IN (40, 64));
ALTER TABLE build ADD COLUMN last_round INTEGER;
ALTER TABLE build ADD COLUMN last_attempt INTEGER;
-- Why an acceptance was not carried out, and of which round.
ALTER TABLE build ADD COLUMN refusal TEXT;
ALTER TABLE build ADD COLUMN refused_round INTEGER;
UPDATE build SET last_commit = head_commit, last_round = round, last_attempt = attempt WHERE head_commit IS NOT NULL;
