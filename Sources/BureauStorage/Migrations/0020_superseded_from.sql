-- What a superseded version was before a newer one came to count, so that it can come back when that one is dismissed.
ALTER TABLE artifact ADD COLUMN superseded_from TEXT
    CHECK (superseded_from IN ('review_ready', 'changes_asked', 'accepted', 'published'));
