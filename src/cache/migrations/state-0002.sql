-- The guard of a message: what stops it, and what its writer had seen when it was begun.
ALTER TABLE outbox ADD COLUMN guard TEXT NOT NULL DEFAULT 'off';      -- on, customers, off
ALTER TABLE outbox ADD COLUMN seen_part TEXT;
ALTER TABLE outbox ADD COLUMN seen_at INTEGER;                        -- Unix seconds; null: not guarded
-- Doubt about an attempt, so that a restart does not forget it: whether an attempt may have arrived,
-- reads since the last one that showed nothing, and resends after doubt.
ALTER TABLE outbox ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN reads INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN resends INTEGER NOT NULL DEFAULT 0;

-- What two deskhands must know of one draft.
ALTER TABLE draft ADD COLUMN seen_part TEXT;
ALTER TABLE draft ADD COLUMN files TEXT NOT NULL DEFAULT '[]';        -- JSON array of domain::FilePart
ALTER TABLE draft ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;     -- grows with each save
-- Texts that lost to another deskhand's, until somebody chooses.
CREATE TABLE draft_aside (
    conversation_id TEXT NOT NULL,
    mode            TEXT NOT NULL,
    writer          TEXT NOT NULL,
    draft           TEXT NOT NULL,              -- JSON of domain::Draft
    saved_at        INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, mode, writer)
) WITHOUT ROWID;

-- Marked unread by hand: counts as unread until it is looked at again.
ALTER TABLE seen ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;

-- Commits of each running program, so that the others know whether something is news to them.
CREATE TABLE writer (id TEXT PRIMARY KEY, commits INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
