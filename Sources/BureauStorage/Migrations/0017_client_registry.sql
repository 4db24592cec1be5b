-- Who looks after a client, who vouches for what its record says, and which clients are put away.

-- A client that is put away keeps its record and its runs; no agent begins work for it.
ALTER TABLE client ADD COLUMN archived_at INTEGER;
ALTER TABLE client ADD COLUMN archived_by TEXT;

-- Somebody made sure of a fact. It counts for as long as the record holds exactly that value.
CREATE TABLE client_fact_check (
    client_slug   TEXT NOT NULL REFERENCES client (slug),
    field         TEXT NOT NULL CHECK (length(field) BETWEEN 1 AND 80),
    value_sha256  TEXT NOT NULL CHECK (length(value_sha256) = 64),
    checked_by    TEXT NOT NULL,
    checked_at    INTEGER NOT NULL,
    PRIMARY KEY (client_slug, field)
) STRICT;

CREATE TABLE client_staff (
    client_slug  TEXT NOT NULL REFERENCES client (slug),
    person_id    TEXT NOT NULL REFERENCES person (id),
    duty         TEXT NOT NULL CHECK (duty IN ('owner', 'consultant', 'account_manager', 'specialist')),
    since        INTEGER NOT NULL,
    PRIMARY KEY (client_slug, person_id)
) STRICT;

CREATE INDEX audit_client ON audit (client_slug, id) WHERE client_slug IS NOT NULL;
