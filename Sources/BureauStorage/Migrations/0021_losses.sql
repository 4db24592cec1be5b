-- What tells a run that kills its worker from one that was only there when it died, and what keeps its first end.

-- How far the run had got when it lost its worker last: a loss further on is the first of a new row of losses.
ALTER TABLE run ADD COLUMN lost_mark TEXT;
-- The lease under which it was seen to go on after a loss.
ALTER TABLE run ADD COLUMN lived_epoch INTEGER;
-- When it ended, while its results are collected or delivered once more.
ALTER TABLE run ADD COLUMN ended_before INTEGER;
