-- An inbox in the order of its list, without sorting all of it.
CREATE INDEX conversation_team_updated ON conversation (team_assignee_id, updated_at);
CREATE INDEX conversation_admin_updated ON conversation (admin_assignee_id, updated_at);
