-- Who brought a task of Asana is who asked for its run: approvals that need two people tell them apart.
ALTER TABLE asana_hint ADD COLUMN arrived_by TEXT; -- the gid; NULL where no event names one person
ALTER TABLE asana_hint ADD COLUMN moved_by TEXT;
