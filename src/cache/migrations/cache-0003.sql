-- What a few typed letters find. Kept by the database itself, whoever writes a row.

-- Words of `folded`, by the row that has them. The text stays in `conversation`.
CREATE VIRTUAL TABLE conversation_words USING fts5 (
    folded, content = 'conversation', content_rowid = 'row', detail = none, columnsize = 0,
    tokenize = 'unicode61 remove_diacritics 0'
);
INSERT INTO conversation_words (conversation_words) VALUES ('rebuild');
CREATE TRIGGER words_insert AFTER INSERT ON conversation BEGIN
    INSERT INTO conversation_words (rowid, folded) VALUES (new.row, new.folded);
END;
CREATE TRIGGER words_delete AFTER DELETE ON conversation BEGIN
    INSERT INTO conversation_words (conversation_words, rowid, folded) VALUES ('delete', old.row, old.folded);
END;
CREATE TRIGGER words_update AFTER UPDATE OF folded ON conversation WHEN old.folded IS NOT new.folded BEGIN
    INSERT INTO conversation_words (conversation_words, rowid, folded) VALUES ('delete', old.row, old.folded);
    INSERT INTO conversation_words (rowid, folded) VALUES (new.row, new.folded);
END;

-- One row a contact that has, or had, a conversation: narrow, so that it is read whole.
CREATE TABLE person (
    contact_id TEXT PRIMARY KEY,
    folded     TEXT NOT NULL,                   -- name, address, company, parted by line breaks
    phone      TEXT NOT NULL,                   -- digits alone
    last_at    INTEGER NOT NULL                 -- the newest message in any of its conversations
) WITHOUT ROWID;
-- Of a conversation's folded lines (title, preview, name, address, company) the last three.
INSERT INTO person SELECT contact_id, substr(rest, instr(rest, char(10)) + 1),
    replace(replace(replace(replace(replace(replace(replace(
        contact_phone, ' ', ''), '-', ''), '(', ''), ')', ''), '+', ''), '.', ''), '/', ''),
    last_message_at
    FROM (SELECT contact_id, contact_phone, last_message_at, substr(folded, instr(folded, char(10)) + 1) AS rest
        FROM conversation WHERE contact_id IS NOT NULL ORDER BY last_message_at) WHERE true
    ON CONFLICT (contact_id) DO UPDATE SET folded = excluded.folded, phone = excluded.phone, last_at = excluded.last_at;
CREATE TRIGGER person_insert AFTER INSERT ON conversation WHEN new.contact_id IS NOT NULL BEGIN
    INSERT INTO person SELECT new.contact_id, substr(rest, instr(rest, char(10)) + 1),
        replace(replace(replace(replace(replace(replace(replace(
            new.contact_phone, ' ', ''), '-', ''), '(', ''), ')', ''), '+', ''), '.', ''), '/', ''),
        new.last_message_at
        FROM (SELECT substr(new.folded, instr(new.folded, char(10)) + 1) AS rest) WHERE true
        ON CONFLICT (contact_id) DO UPDATE SET folded = excluded.folded, phone = excluded.phone,
            last_at = max(last_at, excluded.last_at);
END;
CREATE TRIGGER person_update AFTER UPDATE OF contact_id, contact_name, contact_email, contact_phone, company_name, last_message_at
    ON conversation WHEN new.contact_id IS NOT NULL AND (old.contact_id IS NOT new.contact_id
        OR old.contact_name IS NOT new.contact_name OR old.contact_email IS NOT new.contact_email
        OR old.contact_phone IS NOT new.contact_phone OR old.company_name IS NOT new.company_name
        OR old.last_message_at < new.last_message_at) BEGIN
    INSERT INTO person SELECT new.contact_id, substr(rest, instr(rest, char(10)) + 1),
        replace(replace(replace(replace(replace(replace(replace(
            new.contact_phone, ' ', ''), '-', ''), '(', ''), ')', ''), '+', ''), '.', ''), '/', ''),
        new.last_message_at
        FROM (SELECT substr(new.folded, instr(new.folded, char(10)) + 1) AS rest) WHERE true
        ON CONFLICT (contact_id) DO UPDATE SET folded = excluded.folded, phone = excluded.phone,
            last_at = max(last_at, excluded.last_at);
END;
