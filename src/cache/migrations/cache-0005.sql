-- In which language the customer writes, found on this machine: two letters; null: not known.
ALTER TABLE conversation ADD COLUMN written_in TEXT;       -- effective
ALTER TABLE conversation ADD COLUMN thread_language TEXT;  -- what the thread said when it was last here
-- Threads that are here tell it when they are read again: those that an agent may still write to are.
UPDATE conversation SET thread_wanted = 1 WHERE state IN ('open', 'snoozed') AND gone = 0 AND thread_at IS NOT NULL;
