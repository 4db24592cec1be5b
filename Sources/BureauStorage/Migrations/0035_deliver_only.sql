-- A person may have one channel of a run delivered again: the others are left alone until that is settled.
ALTER TABLE run ADD COLUMN deliver_only TEXT
    CHECK (deliver_only IS NULL OR deliver_only IN ('google_drive', 'clickup', 'asana', 'slack', 'folder'));
