-- The guard of a message: what stops it, and what its writer had seen when it was begun.
ALTER TABLE outbox ADD COLUMN guard TEXT NOT NULL DEFAULT 'off';      -- on, customers, off
ALTER TABLE outbox ADD COLUMN seen_part TEXT;
ALTER TABLE outbox ADD COLUMN seen_at INTEGER;                        -- Unix seconds; null: not guarded
-- Doubt about an attempt, so that a restart does not forget it: since when one may have arrived (Unix
-- seconds by the helpdesk's clock; null: none), reads since then that showed nothing, and resends.
ALTER TABLE outbox ADD COLUMN doubted_at INTEGER;
ALTER TABLE outbox ADD COLUMN reads INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN resends INTEGER NOT NULL DEFAULT 0;

-- What two deskhands must know of one draft.
ALTER TABLE draft ADD COLUMN seen_part TEXT;
ALTER TABLE draft ADD COLUMN files TEXT NOT NULL DEFAULT '[]';        -- JSON array of domain::FilePart
ALTER TABLE draft ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;     -- of this save; no two saves of this file share one
ALTER TABLE draft ADD COLUMN writer TEXT NOT NULL DEFAULT '';         -- the running program that saved it last
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
-- The last message or note by somebody else that was there then: tells one of the same second.
ALTER TABLE seen ADD COLUMN seen_part TEXT;
-- Ascending in the order of marks: the last ones may not be shown yet after a crash.
ALTER TABLE seen ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;
CREATE INDEX seen_lately ON seen (marked);
-- Read marks are local now: those that were still to be sent are nobody's business any more.
DELETE FROM outbox WHERE json_valid(act) AND json_extract(act, '$.kind') = 'mark_read';

-- Commits of each running program, so that the others know whether something is news to them.
CREATE TABLE writer (id TEXT PRIMARY KEY, commits INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;

-- Which process holds it, so that one that has ended is not waited for: boot/namespace/pid/start.
ALTER TABLE lease ADD COLUMN process TEXT NOT NULL DEFAULT '';

-- What the command line has shown of a conversation: what a guarded message of a script is compared with.
CREATE TABLE shown (
    conversation_id TEXT PRIMARY KEY,
    part_id         TEXT,                       -- the newest part shown; null: there was none
    at              INTEGER NOT NULL            -- Unix seconds by the helpdesk's clock
) WITHOUT ROWID;
