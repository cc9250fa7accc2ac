-- Keys by owner, where 0 stands for the account's own. Revoked keys stay, so their number has no bound, and no statement
-- may read them all.
DROP INDEX keys_of_account;
CREATE INDEX keys_of_owner ON keys (account_id, COALESCE(project_id, 0), id);
CREATE INDEX keys_valid ON keys (account_id, COALESCE(project_id, 0)) WHERE revoked_at IS NULL;
CREATE INDEX keys_of_project ON keys (project_id);
CREATE INDEX keys_of_environment ON keys (environment_id);
