-- Lists and searches read narrow tables; a whole thing is one JSON document beside them.

CREATE TABLE counter (name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE change (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL);

CREATE TABLE workspace (one INTEGER PRIMARY KEY CHECK (one = 1), doc TEXT NOT NULL);

CREATE TABLE setting (
    kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, place INTEGER NOT NULL, doc TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

CREATE TABLE admin (id INTEGER PRIMARY KEY, is_bot INTEGER NOT NULL, last_assigned_at INTEGER, doc TEXT NOT NULL);

CREATE TABLE team (id INTEGER PRIMARY KEY, last_turn INTEGER, doc TEXT NOT NULL);

CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE);

CREATE TABLE macro (id INTEGER PRIMARY KEY, updated_at INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX macro_updated ON macro (updated_at, id);

CREATE TABLE company (
    id TEXT PRIMARY KEY, company_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, updated_at INTEGER NOT NULL, doc TEXT NOT NULL
);
CREATE INDEX company_name ON company (name);

CREATE TABLE company_tag (
    company_id TEXT NOT NULL, tag_id INTEGER NOT NULL, PRIMARY KEY (company_id, tag_id)
) WITHOUT ROWID;
CREATE TABLE company_segment (
    company_id TEXT NOT NULL, segment_id TEXT NOT NULL, PRIMARY KEY (company_id, segment_id)
) WITHOUT ROWID;

CREATE TABLE contact (
    id TEXT PRIMARY KEY,
    external_id TEXT UNIQUE,
    role TEXT NOT NULL,
    email TEXT COLLATE NOCASE,
    email_domain TEXT COLLATE NOCASE,
    phone TEXT,
    name TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_seen_at INTEGER,
    doc TEXT NOT NULL
);
CREATE INDEX contact_created ON contact (created_at, id);
CREATE INDEX contact_updated ON contact (updated_at, id);
CREATE INDEX contact_email ON contact (email);

CREATE TABLE merged_contact (id TEXT PRIMARY KEY, into_id TEXT NOT NULL, external_id TEXT) WITHOUT ROWID;
CREATE INDEX merged_contact_external ON merged_contact (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE contact_tag (
    contact_id TEXT NOT NULL, tag_id INTEGER NOT NULL, PRIMARY KEY (contact_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX contact_tag_tag ON contact_tag (tag_id, contact_id);
CREATE TABLE contact_segment (
    contact_id TEXT NOT NULL, segment_id TEXT NOT NULL, PRIMARY KEY (contact_id, segment_id)
) WITHOUT ROWID;
CREATE INDEX contact_segment_segment ON contact_segment (segment_id, contact_id);
CREATE TABLE contact_company (
    contact_id TEXT NOT NULL, company_id TEXT NOT NULL, PRIMARY KEY (contact_id, company_id)
) WITHOUT ROWID;
CREATE INDEX contact_company_company ON contact_company (company_id, contact_id);

CREATE TABLE note (id INTEGER PRIMARY KEY, contact_id TEXT NOT NULL, doc TEXT NOT NULL);
CREATE INDEX note_contact ON note (contact_id, id);

CREATE TABLE conversation (
    id INTEGER PRIMARY KEY,
    external_id TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    waiting_since INTEGER,
    snoozed_until INTEGER,
    queued_since INTEGER,
    state TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    is_read INTEGER NOT NULL,
    priority TEXT NOT NULL,
    admin_assignee_id INTEGER NOT NULL,
    team_assignee_id INTEGER NOT NULL,
    source_type TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    source_delivered_as TEXT NOT NULL,
    source_url TEXT,
    author_id TEXT NOT NULL,
    author_type TEXT NOT NULL,
    author_name TEXT,
    author_email TEXT COLLATE NOCASE,
    channel_initiated TEXT,
    time_to_assignment INTEGER,
    time_to_admin_reply INTEGER,
    time_to_first_close INTEGER,
    time_to_last_close INTEGER,
    median_time_to_reply INTEGER,
    first_contact_reply_at INTEGER,
    first_assignment_at INTEGER,
    first_admin_reply_at INTEGER,
    first_close_at INTEGER,
    last_assignment_at INTEGER,
    last_assignment_admin_reply_at INTEGER,
    last_contact_reply_at INTEGER,
    last_admin_reply_at INTEGER,
    last_close_at INTEGER,
    last_closed_by_id TEXT,
    count_reopens INTEGER NOT NULL,
    count_assignments INTEGER NOT NULL,
    count_conversation_parts INTEGER NOT NULL,
    rating_requested_at INTEGER,
    rating_replied_at INTEGER,
    rating_score INTEGER,
    rating_remark TEXT,
    rating_contact_id TEXT,
    rating_admin_id TEXT,
    ai_participated INTEGER NOT NULL,
    ai_resolution_state TEXT,
    ai_last_answer_type TEXT,
    ai_rating INTEGER,
    ai_rating_remark TEXT,
    ai_source_type TEXT,
    ai_source_title TEXT
);
CREATE UNIQUE INDEX conversation_external ON conversation (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX conversation_updated ON conversation (updated_at);
CREATE INDEX conversation_created ON conversation (created_at);
CREATE INDEX conversation_state ON conversation (state, updated_at);
CREATE INDEX conversation_open ON conversation (is_open, updated_at);
CREATE INDEX conversation_admin ON conversation (admin_assignee_id, state, updated_at);
CREATE INDEX conversation_team ON conversation (team_assignee_id, state, admin_assignee_id, updated_at);
CREATE INDEX conversation_load ON conversation (admin_assignee_id, team_assignee_id) WHERE state = 'open';
CREATE INDEX conversation_wake ON conversation (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX conversation_queue ON conversation (team_assignee_id, queued_since) WHERE queued_since IS NOT NULL;
CREATE INDEX conversation_author_email ON conversation (author_email) WHERE author_email IS NOT NULL;

CREATE TABLE conversation_doc (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);

CREATE TABLE conversation_tag (
    conversation_id INTEGER NOT NULL, tag_id INTEGER NOT NULL, PRIMARY KEY (conversation_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX conversation_tag_tag ON conversation_tag (tag_id, conversation_id);
CREATE TABLE conversation_contact (
    conversation_id INTEGER NOT NULL, contact_id TEXT NOT NULL, PRIMARY KEY (conversation_id, contact_id)
) WITHOUT ROWID;
CREATE INDEX conversation_contact_contact ON conversation_contact (contact_id, conversation_id);
CREATE TABLE conversation_teammate (
    conversation_id INTEGER NOT NULL, admin_id INTEGER NOT NULL, PRIMARY KEY (conversation_id, admin_id)
) WITHOUT ROWID;
CREATE INDEX conversation_teammate_admin ON conversation_teammate (admin_id, conversation_id);

CREATE VIRTUAL TABLE source_words USING fts5 (
    subject, body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE part (id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX part_conversation ON part (conversation_id, id);

CREATE TABLE attachment (
    id TEXT PRIMARY KEY, conversation_id INTEGER, name TEXT NOT NULL, content_type TEXT NOT NULL, bytes BLOB NOT NULL
);
CREATE INDEX attachment_conversation ON attachment (conversation_id) WHERE conversation_id IS NOT NULL;

CREATE TABLE deleted_conversation (
    id INTEGER PRIMARY KEY, metrics_retained INTEGER NOT NULL, deleted_at INTEGER NOT NULL
);
CREATE INDEX deleted_conversation_time ON deleted_conversation (deleted_at, id);

CREATE TABLE token (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, admin_id INTEGER NOT NULL,
    scopes TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER
);
