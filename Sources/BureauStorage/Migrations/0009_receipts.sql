-- Receipts chain what became of a run, link by link; steps remember what a person took away and what must be looked at.

CREATE TABLE receipt (
    run_id  TEXT NOT NULL REFERENCES run (id),
    seq     INTEGER NOT NULL CHECK (seq >= 1),
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    body    TEXT NOT NULL CHECK (json_valid(body)),
    prev    TEXT NOT NULL CHECK (length(prev) = 64),
    hash    TEXT NOT NULL CHECK (length(hash) = 64),
    PRIMARY KEY (run_id, seq)
) STRICT;
CREATE TRIGGER receipt_stays BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt is never changed'); END;
CREATE TRIGGER receipt_kept BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt is never removed'); END;

-- Delivered before, and to be looked at before anybody says so again.
ALTER TABLE step ADD COLUMN recheck INTEGER NOT NULL DEFAULT 0 CHECK (recheck IN (0, 1));
-- The receipt of something that was delivered and is gone.
ALTER TABLE step ADD COLUMN former_receipt TEXT CHECK (former_receipt IS NULL OR json_valid(former_receipt));
