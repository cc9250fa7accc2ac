-- The changes of one flag or segment.
CREATE INDEX audit_of_target ON audit (account_id, target, id);
