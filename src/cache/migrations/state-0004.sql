-- Deeds on many conversations at once: each is one group of the outbox.
CREATE TABLE bulk (
    group_id   TEXT PRIMARY KEY,
    deed       TEXT NOT NULL,                   -- JSON of domain::bulk::Deed
    total      INTEGER NOT NULL,                -- on so many conversations
    left_out   TEXT NOT NULL,                   -- JSON array of [conversation, domain::bulk::Apart]
    paused     INTEGER NOT NULL DEFAULT 0,      -- the sender leaves its rows alone
    created_at INTEGER NOT NULL                 -- Unix seconds
) WITHOUT ROWID;
