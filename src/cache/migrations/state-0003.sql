-- What the agent wants to be told when a snoozed conversation comes back. The helpdesk's API keeps none.
CREATE TABLE reminder (
    conversation_id TEXT PRIMARY KEY,
    until           INTEGER NOT NULL,           -- when it comes back; Unix seconds
    reason          TEXT NOT NULL,              -- the agent's words; may be empty
    unless_reply    INTEGER NOT NULL,           -- forgotten once the customer writes
    set_at          INTEGER NOT NULL,           -- Unix seconds
    set_by          INTEGER                     -- the outbox row that set it
) WITHOUT ROWID;
-- The one that an act of the outbox replaced or ended: what its undo brings back.
CREATE TABLE reminder_aside (
    outbox_id       INTEGER PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    until           INTEGER NOT NULL,
    reason          TEXT NOT NULL,
    unless_reply    INTEGER NOT NULL,
    set_at          INTEGER NOT NULL,
    set_by          INTEGER
);
