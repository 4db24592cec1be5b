-- What a superseded version was before a newer one came to count, so that it can come back when that one is dismissed.
ALTER TABLE artifact ADD COLUMN superseded_from TEXT
    CHECK (superseded_from IN ('review_ready', 'changes_asked', 'accepted', 'published'));
CREATE INDEX artifact_superseded ON artifact (superseded_by, id) WHERE superseded_by IS NOT NULL;

-- Results that wait for somebody's word, and what people were told of them.
CREATE INDEX run_in_review ON run (state) WHERE state = 'in_review';
CREATE INDEX alert_in_review ON alert (subject, opened_at) WHERE cause = 'waits_in_review';
