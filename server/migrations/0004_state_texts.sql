-- The rules of a flag's state, where they are large: the text is not written again when something else changes. Otherwise
-- the rules are part of `state`.
ALTER TABLE flag_states ADD COLUMN rules_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX flag_states_of_text ON flag_states (rules_id);
