-- What reports are found by: title, client and kind, folded, one short row each in the order of the reports. It follows
-- them, and is brought up to date before it is asked, as run_text is.
CREATE TABLE artifact_text (
    artifact_id  TEXT PRIMARY KEY REFERENCES artifact (id),
    words        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
