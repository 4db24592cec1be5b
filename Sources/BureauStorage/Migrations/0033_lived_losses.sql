-- A run whose worker dies again and again is blamed by how soon after it was taken up, or by how long it has got no further.
ALTER TABLE run ADD COLUMN quick_losses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN lost_since INTEGER;
