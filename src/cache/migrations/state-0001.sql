-- state.db: what cannot be fetched again. Append-only: a change is a new file.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- AUTOINCREMENT: an id is never given twice, not even after its row was pruned.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id        TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    is_message      INTEGER NOT NULL,           -- a reply or note
    act             TEXT NOT NULL,              -- JSON of domain::Act
    inverses        TEXT NOT NULL DEFAULT '[]', -- JSON array of domain::Act
    status          TEXT NOT NULL,              -- queued held sending retry unknown needs_decision failed sent
    attempts        INTEGER NOT NULL DEFAULT 0,
    reason          TEXT NOT NULL DEFAULT '',
    created_at      INTEGER NOT NULL,           -- Unix seconds
    due_at          INTEGER NOT NULL,           -- not before; Unix seconds
    baseline_part   TEXT,
    baseline_count  INTEGER NOT NULL DEFAULT 0,
    sent_part       TEXT,
    sent_over       TEXT,                       -- digest of the helpdesk's row that it was sent over: once sent, shown as done until another row comes
    sender          TEXT,                       -- holder of the lease that made the last attempt
    changed_at      INTEGER NOT NULL            -- when the status last changed; Unix seconds
);
CREATE INDEX outbox_conversation ON outbox (conversation_id, id);
CREATE INDEX outbox_open ON outbox (status, due_at) WHERE status <> 'sent';
CREATE INDEX outbox_sent ON outbox (changed_at) WHERE status = 'sent';
CREATE INDEX outbox_group ON outbox (group_id);

CREATE TABLE draft (
    conversation_id TEXT NOT NULL,
    mode            TEXT NOT NULL,              -- reply, note
    text            TEXT NOT NULL,
    begun_at        INTEGER NOT NULL,
    saved_at        INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, mode)
) WITHOUT ROWID;

-- Up to which moment I have seen a conversation (for "new since you last looked").
CREATE TABLE seen (conversation_id TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) WITHOUT ROWID;
-- Up to which moment I am done with being mentioned in a conversation.
CREATE TABLE mention_done (conversation_id TEXT PRIMARY KEY, done_at INTEGER NOT NULL) WITHOUT ROWID;
-- The sort chosen for an entry of the sidebar, by the entry's key.
CREATE TABLE sort (entry TEXT PRIMARY KEY, sort TEXT NOT NULL) WITHOUT ROWID;
-- One sender for each account: who holds it and until when (Unix milliseconds).
CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;
