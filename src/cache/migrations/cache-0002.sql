-- What the thread on disk says of who wrote last: for what is unread.
ALTER TABLE conversation ADD COLUMN others_at INTEGER;   -- the last message or note by a customer or another teammate
ALTER TABLE conversation ADD COLUMN others_part TEXT;    -- its id
ALTER TABLE conversation ADD COLUMN mine_at INTEGER;     -- my last message or note
-- Threads that are here already are looked through when it is told anew who I am.
DELETE FROM meta WHERE key = 'me';

-- What was changed lately, and by which running program: how the others learn of it.
CREATE TABLE change (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    writer TEXT NOT NULL,
    ids    TEXT NOT NULL                        -- JSON array of conversation ids; empty: anything may have
);
-- Which rows changed, in order; the last few thousand. The highest number names the state of the rows.
CREATE TABLE row_change (seq INTEGER PRIMARY KEY, row INTEGER NOT NULL);
-- Which rows each watched query had when that number was `seq`: a set of row numbers.
CREATE TABLE tally (
    name    TEXT PRIMARY KEY,                   -- the condition and its parameters
    seq     INTEGER NOT NULL,
    members BLOB NOT NULL
);

CREATE INDEX conversation_unread  ON conversation (last_message_at) WHERE gone = 0 AND unread = 1;
CREATE INDEX conversation_missed  ON conversation (sla_due_at, gone) WHERE sla_status = 'missed';
CREATE INDEX conversation_running ON conversation (sla_due_at, gone) WHERE sla_status = 'active';

-- Counts are kept, so these indexes serve lists only and can be narrow: each costs every row that comes.
DROP INDEX conversation_waiting;
DROP INDEX conversation_thread_wanted;
CREATE INDEX conversation_thread_wanted ON conversation (last_message_at DESC, gone) WHERE thread_wanted = 1;
DROP INDEX conversation_breach;
CREATE INDEX conversation_waiting  ON conversation (state, waiting_key, id, waiting_since) WHERE gone = 0;
DROP INDEX conversation_assignee;
DROP INDEX conversation_team;
CREATE INDEX conversation_breach   ON conversation (state, breach_key, waiting_key, id) WHERE gone = 0;
CREATE INDEX conversation_assignee ON conversation (assignee_id, state, breach_key, waiting_key, id, last_message_at) WHERE gone = 0;
CREATE INDEX conversation_team     ON conversation (team_id, state, breach_key, waiting_key, id, last_message_at) WHERE gone = 0;
-- A tag is looked for among those of one conversation.
DROP INDEX conversation_tag_folded;
DROP INDEX conversation_tag_id;
