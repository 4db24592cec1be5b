-- Sessions that may be spending and that no run follows any more: each is looked at until it is seen to rest, and what it
-- has cost is booked. An alert only tells of them; whatever becomes of it, they are looked after.
CREATE TABLE loose_session (
    run_id           TEXT NOT NULL REFERENCES run (id),
    -- Empty while nobody knows whether one was opened: it is looked for by its mark.
    session_id       TEXT NOT NULL,
    since            INTEGER NOT NULL,
    looks            INTEGER NOT NULL DEFAULT 0 CHECK (looks >= 0),
    -- Nothing is spent there any more, and all of it is booked.
    rested_at        INTEGER,
    spent_micro_usd  INTEGER NOT NULL DEFAULT 0 CHECK (spent_micro_usd >= 0),
    PRIMARY KEY (run_id, session_id)
) STRICT;
CREATE INDEX loose_session_open ON loose_session (looks) WHERE rested_at IS NULL;

-- Until now an open alert was all that was known of them.
INSERT INTO loose_session (run_id, session_id, since)
SELECT run.id, run.session_id, min(alert.opened_at)
FROM alert JOIN run ON run.id = alert.subject
WHERE alert.cause = 'stop_unconfirmed' AND alert.state = 'open' AND run.session_id IS NOT NULL
GROUP BY run.id, run.session_id;
