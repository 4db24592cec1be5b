-- What a model was asked about people's comments: written before it is asked, so that no money is spent unseen. The text
-- of a comment is in "feedback"; here is only its hash.
CREATE TABLE comment_reading (
    id                  TEXT PRIMARY KEY,
    run_id              TEXT NOT NULL REFERENCES run (id),
    tool                TEXT NOT NULL,
    comment_id          TEXT NOT NULL,
    text_sha256         TEXT NOT NULL CHECK (length(text_sha256) = 64),
    open_question       TEXT CHECK (open_question IN ('scope', 'meaning')),
    model               TEXT NOT NULL,
    prompt              TEXT NOT NULL,
    -- lost: it may have been billed, and is counted as if it had been, at the most it could cost.
    state               TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'unusable', 'refused', 'lost')),
    cost_max_micro_usd  INTEGER NOT NULL CHECK (cost_max_micro_usd > 0),
    cost_micro_usd      INTEGER CHECK (cost_micro_usd >= 0),
    class               TEXT CHECK (
        class IN ('acceptance', 'revision_request', 'scope_change', 'discussion', 'no_op')),
    confidence          INTEGER CHECK (confidence BETWEEN 0 AND 100),
    input_tokens        INTEGER,
    output_tokens       INTEGER,
    model_used          TEXT,
    request_id          TEXT,
    why                 TEXT,
    asked_at            INTEGER NOT NULL,
    settled_at          INTEGER,
    CHECK ((state = 'asked') = (settled_at IS NULL)),
    CHECK ((state = 'asked') = (cost_micro_usd IS NULL)),
    CHECK ((state = 'answered') = (class IS NOT NULL AND confidence IS NOT NULL))
) STRICT;
CREATE INDEX comment_reading_run ON comment_reading (run_id);
CREATE UNIQUE INDEX comment_reading_open ON comment_reading (run_id) WHERE state = 'asked';
