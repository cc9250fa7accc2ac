SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);
CREATE TABLE public.accounts (
    id bigint NOT NULL,
    email text NOT NULL,
    created_at text NOT NULL
);
CREATE TABLE public.audit (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    project_id bigint,
    environment text,
    at text NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    before text,
    after text
);
CREATE TABLE public.environments (
    id bigint NOT NULL,
    project_id bigint NOT NULL,
    name text NOT NULL,
    revision bigint NOT NULL,
    created_at text NOT NULL
);
CREATE TABLE public.flag_states (
    flag_id bigint NOT NULL,
    environment_id bigint NOT NULL,
    state text NOT NULL
);
CREATE TABLE public.flags (
    id bigint NOT NULL,
    project_id bigint NOT NULL,
    key text NOT NULL,
    shared text NOT NULL,
    version bigint NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL
);
CREATE TABLE public.keys (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    project_id bigint,
    environment_id bigint,
    kind text NOT NULL,
    name text NOT NULL,
    hash text NOT NULL,
    ending text NOT NULL,
    created_at text NOT NULL,
    revoked_at text,
    changed bigint NOT NULL
);
CREATE TABLE public.meta (
    id bigint NOT NULL,
    sequence bigint NOT NULL,
    last_id bigint NOT NULL,
    CONSTRAINT meta_id_check CHECK ((id = 1))
);
CREATE TABLE public.projects (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text NOT NULL,
    created_at text NOT NULL,
    flags_changed bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.segments (
    environment_id bigint NOT NULL,
    key text NOT NULL,
    definition text NOT NULL,
    version bigint NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL
);
CREATE TABLE public.writes (
    slot bigint NOT NULL,
    sequence bigint NOT NULL,
    token bigint NOT NULL
);
INSERT INTO public._sqlx_migrations VALUES (1, 'first', '2026-11-30 21:45:57.719827+00', true, '\x62e83e8cd98a1df000a8bec06e54283328a76bd8c1d2e2d9a206517473006a66124bc2d51321460ab3a4b6e36db19396', 45945228);
INSERT INTO public._sqlx_migrations VALUES (2, 'writes', '2026-11-30 21:45:57.719827+00', true, '\x8825b4488781a93d8ccf77031715765174a49a6df2b056b9e249e08151d7afec474c0a3b1687960c8a80ee346f4b3787', 1843926);
INSERT INTO public.accounts VALUES (1, 'dev@example.com', '2026-11-30T21:45:57.964Z');
INSERT INTO public.audit VALUES (2, 1, NULL, NULL, '2026-11-30T21:45:57.965Z', 'signup', 'account.create', '1', NULL, NULL);
INSERT INTO public.audit VALUES (4, 1, NULL, NULL, '2026-11-30T21:45:57.973Z', 'signup', 'key.create', '3', NULL, '{"kind":"api","name":"first","ending":"ru1h"}');
INSERT INTO public.audit VALUES (7, 1, 5, NULL, '2026-11-30T21:45:57.991Z', 'signup', 'project.create', 'default', NULL, '{"name":"default","environments":["production"]}');
INSERT INTO public.audit VALUES (9, 1, 5, 'production', '2026-11-30T21:45:57.993Z', 'signup', 'key.create', '8', NULL, '{"kind":"sdk","name":"first","ending":"BdC5"}');
INSERT INTO public.audit VALUES (11, 1, 5, 'production', '2026-11-30T21:45:58.004Z', 'signup', 'key.create', '10', NULL, '{"kind":"server","name":"first","ending":"xsMI"}');
INSERT INTO public.audit VALUES (13, 1, 5, 'staging', '2026-11-30T21:45:58.035Z', 'key 3', 'environment.create', 'staging', NULL, '{"name":"staging","copy_of":"production"}');
INSERT INTO public.audit VALUES (15, 1, 5, 'staging', '2026-11-30T21:45:58.040Z', 'key 3', 'key.create', '14', NULL, '{"kind":"sdk","name":"first","ending":"NOKn"}');
INSERT INTO public.audit VALUES (17, 1, 5, 'staging', '2026-11-30T21:45:58.041Z', 'key 3', 'key.create', '16', NULL, '{"kind":"server","name":"first","ending":"hXJf"}');
INSERT INTO public.audit VALUES (18, 1, 5, 'production', '2026-11-30T21:45:58.054Z', 'key 3', 'segment.create', 'staff', NULL, '{"key":"staff","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T21:45:58.053Z","updated_at":"2026-11-30T21:45:58.053Z"}');
INSERT INTO public.audit VALUES (20, 1, 5, 'production', '2026-11-30T21:45:58.087Z', 'key 3', 'flag.create', 'checkout', NULL, '{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":1,"created_at":"2026-11-30T21:45:58.075Z","updated_at":"2026-11-30T21:45:58.075Z"}');
INSERT INTO public.audit VALUES (21, 1, 5, 'production', '2026-11-30T21:45:58.106Z', 'key 3', 'flag.update', 'checkout', '{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":1,"created_at":"2026-11-30T21:45:58.075Z","updated_at":"2026-11-30T21:45:58.075Z"}', '{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":2,"created_at":"2026-11-30T21:45:58.075Z","updated_at":"2026-11-30T21:45:58.104Z"}');
INSERT INTO public.audit VALUES (22, 1, 5, 'staging', '2026-11-30T21:45:58.140Z', 'key 3', 'flag.update', 'checkout', '{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":2,"created_at":"2026-11-30T21:45:58.075Z","updated_at":"2026-11-30T21:45:58.104Z"}', '{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":3,"created_at":"2026-11-30T21:45:58.075Z","updated_at":"2026-11-30T21:45:58.135Z"}');
INSERT INTO public.audit VALUES (23, 1, 5, 'staging', '2026-11-30T21:45:58.157Z', 'key 3', 'segment.create', 'staff', NULL, '{"key":"staff","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T21:45:58.155Z","updated_at":"2026-11-30T21:45:58.155Z"}');
INSERT INTO public.audit VALUES (25, 1, 5, 'production', '2026-11-30T21:45:58.172Z', 'key 3', 'flag.create', 'theme', NULL, '{"key":"theme","tags":[],"client_visible":false,"variants":{"dark":{"color":"#000","fonts":["a","b"]},"light":{"color":"#fff"}},"default":"light","enabled":true,"rules":[{"conditions":[{"operator":"in_segment","value":"staff"}],"value":"dark"}],"version":1,"created_at":"2026-11-30T21:45:58.158Z","updated_at":"2026-11-30T21:45:58.158Z"}');
INSERT INTO public.audit VALUES (26, 1, 5, 'production', '2026-11-30T21:45:58.218Z', 'key 3', 'flag.delete', 'theme', '{"key":"theme","tags":[],"client_visible":false,"variants":{"dark":{"color":"#000","fonts":["a","b"]},"light":{"color":"#fff"}},"default":"light","enabled":true,"rules":[{"conditions":[{"operator":"in_segment","value":"staff"}],"value":"dark"}],"version":1,"created_at":"2026-11-30T21:45:58.158Z","updated_at":"2026-11-30T21:45:58.158Z"}', NULL);
INSERT INTO public.audit VALUES (28, 1, NULL, NULL, '2026-11-30T21:45:58.256Z', 'key 3', 'key.create', '27', NULL, '{"kind":"api","name":"ci","ending":"NMiM"}');
INSERT INTO public.audit VALUES (31, 1, 29, NULL, '2026-11-30T21:45:58.273Z', 'key 27', 'project.create', 'gone', NULL, '{"name":"gone","environments":["production"]}');
INSERT INTO public.audit VALUES (33, 1, 29, 'production', '2026-11-30T21:45:58.275Z', 'key 27', 'key.create', '32', NULL, '{"kind":"sdk","name":"first","ending":"peQc"}');
INSERT INTO public.audit VALUES (35, 1, 29, 'production', '2026-11-30T21:45:58.288Z', 'key 27', 'key.create', '34', NULL, '{"kind":"server","name":"first","ending":"f0z8"}');
INSERT INTO public.audit VALUES (37, 1, 29, 'production', '2026-11-30T21:45:58.312Z', 'key 27', 'flag.create', 'old', NULL, '{"key":"old","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-11-30T21:45:58.310Z","updated_at":"2026-11-30T21:45:58.310Z"}');
INSERT INTO public.audit VALUES (38, 1, 29, NULL, '2026-11-30T21:45:58.341Z', 'key 3', 'project.delete', 'gone', '{"name":"gone","environments":["production"]}', NULL);
INSERT INTO public.audit VALUES (39, 1, NULL, NULL, '2026-11-30T21:45:58.356Z', 'key 3', 'key.revoke', '27', '{"kind":"api","name":"ci","ending":"NMiM"}', NULL);
INSERT INTO public.environments VALUES (6, 5, 'production', 8, '2026-11-30T21:45:57.988Z');
INSERT INTO public.environments VALUES (12, 5, 'staging', 8, '2026-11-30T21:45:58.028Z');
INSERT INTO public.flag_states VALUES (19, 6, '{"enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}]}');
INSERT INTO public.flag_states VALUES (19, 12, '{"enabled":true,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}]}');
INSERT INTO public.flags VALUES (19, 5, 'checkout', '{"name":"Checkout ä"}', 3, '2026-11-30T21:45:58.075Z', '2026-11-30T21:45:58.135Z');
INSERT INTO public.keys VALUES (3, 1, NULL, NULL, 'api', 'first', 'b01e7f73bdefb1dca8fb1585fab7291137fd8217e803e6d773aa069ebea473fe', 'ru1h', '2026-11-30T21:45:57.968Z', NULL, 1);
INSERT INTO public.keys VALUES (8, 1, 5, 6, 'sdk', 'first', '4944611537371a7ec0a05a85e2839307ef973963ad3393e616882151c613d52e', 'BdC5', '2026-11-30T21:45:57.993Z', NULL, 1);
INSERT INTO public.keys VALUES (10, 1, 5, 6, 'server', 'first', '067980e35312a7f7c2c348f0c1f86d01615e2db1ee3cba6b434fab1bf3d79778', 'xsMI', '2026-11-30T21:45:57.999Z', NULL, 1);
INSERT INTO public.keys VALUES (14, 1, 5, 12, 'sdk', 'first', 'f746505c7daa5ef1ad13de22d7684fb7ff50c4540726d2979940fda3c18b82af', 'NOKn', '2026-11-30T21:45:58.039Z', NULL, 2);
INSERT INTO public.keys VALUES (16, 1, 5, 12, 'server', 'first', '8d95355d33093e3ad740a39d79e034fac4370f541af83fba6ee3a6943d8390a0', 'hXJf', '2026-11-30T21:45:58.040Z', NULL, 2);
INSERT INTO public.keys VALUES (27, 1, NULL, NULL, 'api', 'ci', '49bfb1e5192f2b6459409b43215bc7d9bea86cd05e18780f72239d448e9a6559', 'NMiM', '2026-11-30T21:45:58.251Z', '2026-11-30T21:45:58.351Z', 13);
INSERT INTO public.meta VALUES (1, 13, 39);
INSERT INTO public.projects VALUES (5, 1, 'default', '2026-11-30T21:45:57.980Z', 8);
INSERT INTO public.segments VALUES (6, 'staff', '{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}]}', 1, '2026-11-30T21:45:58.053Z', '2026-11-30T21:45:58.053Z');
INSERT INTO public.segments VALUES (12, 'staff', '{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}]}', 1, '2026-11-30T21:45:58.155Z', '2026-11-30T21:45:58.155Z');
INSERT INTO public.writes VALUES (1, 1, 1776425225897534881);
INSERT INTO public.writes VALUES (2, 2, -5841887628047476805);
INSERT INTO public.writes VALUES (3, 3, -5536138620083170341);
INSERT INTO public.writes VALUES (4, 4, -7150243397494675059);
INSERT INTO public.writes VALUES (5, 5, -7371156569799228605);
INSERT INTO public.writes VALUES (6, 6, 3114651449786989858);
INSERT INTO public.writes VALUES (7, 7, 4021881991356137196);
INSERT INTO public.writes VALUES (8, 8, -1023293931941659703);
INSERT INTO public.writes VALUES (9, 9, 4614775951435065599);
INSERT INTO public.writes VALUES (10, 10, 4868375077141374391);
INSERT INTO public.writes VALUES (11, 11, -6256094716324426557);
INSERT INTO public.writes VALUES (12, 12, -7680561296476030654);
INSERT INTO public.writes VALUES (13, 13, 7574675722188623858);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.environments
    ADD CONSTRAINT environments_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.environments
    ADD CONSTRAINT environments_project_id_name_key UNIQUE (project_id, name);
ALTER TABLE ONLY public.flag_states
    ADD CONSTRAINT flag_states_pkey PRIMARY KEY (environment_id, flag_id);
ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_project_id_key_key UNIQUE (project_id, key);
ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.segments
    ADD CONSTRAINT segments_pkey PRIMARY KEY (environment_id, key);
ALTER TABLE ONLY public.writes
    ADD CONSTRAINT writes_pkey PRIMARY KEY (slot);
CREATE INDEX audit_of_account ON public.audit USING btree (account_id, id);
CREATE INDEX audit_of_project ON public.audit USING btree (project_id, id);
CREATE INDEX flag_states_of_flag ON public.flag_states USING btree (flag_id);
CREATE INDEX keys_changed ON public.keys USING btree (changed);
CREATE INDEX keys_of_account ON public.keys USING btree (account_id);
CREATE INDEX projects_of_account ON public.projects USING btree (account_id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.environments
    ADD CONSTRAINT environments_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.flag_states
    ADD CONSTRAINT flag_states_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES public.environments(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.flag_states
    ADD CONSTRAINT flag_states_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES public.flags(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES public.environments(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.segments
    ADD CONSTRAINT segments_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES public.environments(id) ON DELETE CASCADE;
