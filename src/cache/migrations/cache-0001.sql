-- cache.db: what can be fetched again. Append-only: a change is a new file.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row a conversation or ticket. Every column is *effective*: the helpdesk's row with the unsettled
-- acts of state.db applied, in order, and what the contact and the thread add. Lists, queries and
-- counts read effective columns only. Times are Unix seconds.
CREATE TABLE conversation (
    row             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    kind            TEXT NOT NULL,              -- conversation, ticket
    title           TEXT NOT NULL,
    preview         TEXT NOT NULL,
    channel         TEXT NOT NULL,              -- the API's word
    state           TEXT NOT NULL,              -- open, closed, snoozed
    priority        INTEGER NOT NULL,           -- 0 none to 4 urgent
    unread          INTEGER NOT NULL,           -- 0, 1
    contact_id      TEXT,
    contact_name    TEXT NOT NULL,
    contact_email   TEXT NOT NULL,
    contact_role    TEXT NOT NULL,              -- lead, user, visitor
    contact_phone   TEXT NOT NULL,              -- these three from the contact, once fetched
    country         TEXT NOT NULL,
    language        TEXT NOT NULL,
    company_name    TEXT NOT NULL,
    assignee_id     TEXT,
    team_id         TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    waiting_since   INTEGER,
    snoozed_until   INTEGER,
    last_message_at INTEGER NOT NULL,
    turn            TEXT NOT NULL,              -- us, them
    reopens         INTEGER NOT NULL,
    created_by      TEXT,
    rating          INTEGER,                    -- 1 to 5
    ai              INTEGER NOT NULL,
    brand           TEXT NOT NULL,
    sla_policy      TEXT,
    sla_target      TEXT,
    sla_status      TEXT,                       -- active, paused, hit, missed, none
    sla_due_at      INTEGER,
    has_attachment  INTEGER NOT NULL,
    has_note        INTEGER NOT NULL,           -- once the thread is here
    has_draft       INTEGER NOT NULL,           -- as in state.db
    mentioned       INTEGER NOT NULL,           -- a note names me: not answered since, not marked done
    attributes      TEXT NOT NULL,              -- JSON object: name to value
    contact_attributes TEXT NOT NULL,           -- the same of the contact
    folded          TEXT NOT NULL,              -- query::haystack: what plain words are looked for in
    -- Sort keys, so that every list is an index read. Ascending; what has no such moment comes last.
    waiting_key     INTEGER NOT NULL,           -- waiting_since
    breach_key      INTEGER NOT NULL,           -- missed targets by due time, then running ones by due time
    wake_key        INTEGER NOT NULL,           -- snoozed_until
    gone            INTEGER NOT NULL DEFAULT 0, -- the helpdesk no longer has it; kept for unsettled acts and drafts
    -- What the thread said when it was last here.
    thread_at       INTEGER,                    -- updated_at of the thread that is on disk; null: none is
    thread_missing  INTEGER NOT NULL DEFAULT 0, -- older parts that the helpdesk does not give
    thread_preview  TEXT,                       -- better than the preview of a list row
    thread_files    INTEGER NOT NULL DEFAULT 0,
    thread_notes    INTEGER NOT NULL DEFAULT 0,
    mentioned_at    INTEGER,                    -- the latest note that names me, unless I wrote after it
    touched         INTEGER NOT NULL,           -- acts, a draft or a mark of state.db shaped this row
    -- Work for the background.
    thread_wanted   INTEGER NOT NULL,           -- no thread on disk, or an older one
    contact_wanted  INTEGER NOT NULL            -- its contact was never fetched
);

-- The list rows themselves, as JSON of domain::Conversation; apart, so that scans stay narrow.
CREATE TABLE conversation_json (
    row    INTEGER PRIMARY KEY REFERENCES conversation (row) ON DELETE CASCADE,
    server TEXT NOT NULL,                       -- what the helpdesk last said
    shown  TEXT                                 -- the effective conversation; null: as the server's
);

CREATE INDEX conversation_recent   ON conversation (last_message_at DESC, id DESC) WHERE gone = 0;
CREATE INDEX conversation_state    ON conversation (state, last_message_at DESC, id DESC) WHERE gone = 0;
CREATE INDEX conversation_waiting  ON conversation (state, waiting_key, id) WHERE gone = 0;
CREATE INDEX conversation_priority ON conversation (state, priority DESC, waiting_key, id) WHERE gone = 0;
-- These three also answer the counts of the sidebar without touching the table.
CREATE INDEX conversation_breach   ON conversation (state, breach_key, waiting_key, id, assignee_id, team_id, unread, sla_status, sla_due_at) WHERE gone = 0;
CREATE INDEX conversation_assignee ON conversation (assignee_id, state, breach_key, waiting_key, id, team_id, unread, sla_status, sla_due_at, last_message_at) WHERE gone = 0;
CREATE INDEX conversation_team     ON conversation (team_id, state, breach_key, waiting_key, id, assignee_id, unread, sla_status, sla_due_at, last_message_at) WHERE gone = 0;
CREATE INDEX conversation_wake     ON conversation (state, wake_key, id) WHERE gone = 0;
CREATE INDEX conversation_mention  ON conversation (state, last_message_at DESC, id DESC) WHERE gone = 0 AND mentioned = 1;
CREATE INDEX conversation_draft    ON conversation (last_message_at DESC, id DESC) WHERE gone = 0 AND has_draft = 1;
CREATE INDEX conversation_creator  ON conversation (created_by, state, last_message_at DESC, id DESC) WHERE gone = 0 AND created_by IS NOT NULL;
CREATE INDEX conversation_contact  ON conversation (contact_id, last_message_at DESC);
CREATE INDEX conversation_touched  ON conversation (id) WHERE touched = 1;
CREATE INDEX conversation_thread_wanted  ON conversation (last_message_at DESC) WHERE thread_wanted = 1;
CREATE INDEX conversation_contact_wanted ON conversation (last_message_at DESC) WHERE contact_wanted = 1;

-- Effective tags and participants.
CREATE TABLE conversation_tag (
    conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    tag_id          TEXT NOT NULL,
    name            TEXT NOT NULL,
    folded          TEXT NOT NULL,
    position        INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX conversation_tag_folded ON conversation_tag (folded, conversation_id);
CREATE INDEX conversation_tag_id ON conversation_tag (tag_id, conversation_id);
CREATE TABLE conversation_participant (
    conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    contact_id      TEXT NOT NULL,
    position        INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, contact_id)
) WITHOUT ROWID;
CREATE INDEX participant_contact ON conversation_participant (contact_id);

-- Threads that are on disk: JSON of domain::Part, `position` 0 for the opening message.
CREATE TABLE part (
    conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    position        INTEGER NOT NULL,
    part_id         TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    author_id       TEXT,                       -- teammate who wrote it, if one did
    part            TEXT NOT NULL,
    PRIMARY KEY (conversation_id, position)
) WITHOUT ROWID;
CREATE INDEX part_author ON part (author_id, conversation_id) WHERE author_id IS NOT NULL;

-- `contact` is null for one that the helpdesk no longer has.
CREATE TABLE contact (id TEXT PRIMARY KEY, fetched_at INTEGER NOT NULL, contact TEXT) WITHOUT ROWID;
CREATE TABLE contact_company (company_id TEXT NOT NULL, contact_id TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (company_id, contact_id)) WITHOUT ROWID;
CREATE INDEX contact_company_contact ON contact_company (contact_id);
CREATE TABLE contact_note (contact_id TEXT NOT NULL, position INTEGER NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (contact_id, position)) WITHOUT ROWID;
CREATE TABLE company (id TEXT PRIMARY KEY, company TEXT NOT NULL) WITHOUT ROWID;
-- Small lists held whole: one JSON document each (workspace, teammates, teams, tags, away_reasons,
-- attributes of each owner, capabilities).
CREATE TABLE directory (name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
-- Where each pull stands: name to an opaque JSON value, written with the rows it speaks of.
CREATE TABLE cursor (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
