-- What was changed lately, and by which running program: how the others learn of it.
CREATE TABLE change (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    writer TEXT NOT NULL,
    ids    TEXT NOT NULL                        -- JSON array of conversation ids; empty: anything may have
);
-- Counts of queries as they stood at a generation of the rows.
CREATE TABLE tally (
    query      TEXT PRIMARY KEY,                -- the condition and its parameters
    total      INTEGER NOT NULL,
    unread     INTEGER NOT NULL,
    breached   INTEGER NOT NULL,
    generation INTEGER NOT NULL
) WITHOUT ROWID;
