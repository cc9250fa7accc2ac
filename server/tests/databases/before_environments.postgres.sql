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
    after text,
    unchanged text
);
CREATE TABLE public.audit_parts (
    audit_id bigint NOT NULL,
    side text NOT NULL,
    field text NOT NULL,
    text_id bigint NOT NULL
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
    state text NOT NULL,
    rules_id bigint
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
CREATE TABLE public.texts (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    hash text NOT NULL,
    bytes bigint NOT NULL,
    text text NOT NULL
);
CREATE TABLE public.writes (
    slot bigint NOT NULL,
    sequence bigint NOT NULL,
    token bigint NOT NULL
);
INSERT INTO public._sqlx_migrations VALUES (1, 'first', '2026-11-30 22:53:06.241215+00', true, '\x62e83e8cd98a1df000a8bec06e54283328a76bd8c1d2e2d9a206517473006a66124bc2d51321460ab3a4b6e36db19396', 121271557);
INSERT INTO public._sqlx_migrations VALUES (2, 'writes', '2026-11-30 22:53:06.241215+00', true, '\x8825b4488781a93d8ccf77031715765174a49a6df2b056b9e249e08151d7afec474c0a3b1687960c8a80ee346f4b3787', 18174390);
INSERT INTO public._sqlx_migrations VALUES (3, 'texts', '2026-11-30 22:53:06.241215+00', true, '\x4262213a12795e8a3146d8c55307ce1002bcfb58fd56296f2b7eda8360830e880e8d4223d15091f6e9453e29866a8593', 41581379);
INSERT INTO public._sqlx_migrations VALUES (4, 'state texts', '2026-11-30 22:53:06.241215+00', true, '\x54c10e0f650a52f2dcbbf7f186f7ca517f582ee73c3aa35c1cb24cd9ef2978cc6f798b0ee69666e6fd15a0967494c19c', 6271858);
INSERT INTO public._sqlx_migrations VALUES (5, 'keys of owners', '2026-11-30 22:53:06.241215+00', true, '\x9c10dabbd26b7b1e42373d685cd6a4a81dab225285dd90cdddbf16e5eb9085e0dc39fb01539282402f73c0ceb42cb8e0', 50552418);
INSERT INTO public._sqlx_migrations VALUES (6, 'audit of target', '2026-11-30 22:53:06.241215+00', true, '\x1d448550b6abf32b973e54e4be0b5ee797fea1f32ac18adb84d8cadf2999e34499d451c18b264b5cf12d61c36a49fa84', 14148449);
INSERT INTO public.accounts VALUES (1, 'dev@example.com', '2026-11-30T22:53:06.948Z');
INSERT INTO public.audit VALUES (2, 1, NULL, NULL, '2026-11-30T22:53:06.949Z', 'signup', 'account.create', '1', NULL, NULL, NULL);
INSERT INTO public.audit VALUES (4, 1, NULL, NULL, '2026-11-30T22:53:06.962Z', 'signup', 'key.create', '3', NULL, '{"kind":"api","name":"first","ending":"eYHo"}', NULL);
INSERT INTO public.audit VALUES (7, 1, 5, NULL, '2026-11-30T22:53:07.044Z', 'signup', 'project.create', 'default', NULL, '{"name":"default","environments":["production"]}', NULL);
INSERT INTO public.audit VALUES (9, 1, 5, 'production', '2026-11-30T22:53:07.104Z', 'signup', 'key.create', '8', NULL, '{"kind":"sdk","name":"first","ending":"e6hw"}', NULL);
INSERT INTO public.audit VALUES (11, 1, 5, 'production', '2026-11-30T22:53:07.148Z', 'signup', 'key.create', '10', NULL, '{"kind":"server","name":"first","ending":"fiYD"}', NULL);
INSERT INTO public.audit VALUES (13, 1, 5, 'staging', '2026-11-30T22:53:07.386Z', 'key 3', 'environment.create', 'staging', NULL, '{"name":"staging","copy_of":"production"}', NULL);
INSERT INTO public.audit VALUES (15, 1, 5, 'staging', '2026-11-30T22:53:07.413Z', 'key 3', 'key.create', '14', NULL, '{"kind":"sdk","name":"first","ending":"2kFy"}', NULL);
INSERT INTO public.audit VALUES (17, 1, 5, 'staging', '2026-11-30T22:53:07.420Z', 'key 3', 'key.create', '16', NULL, '{"kind":"server","name":"first","ending":"ZZaS"}', NULL);
INSERT INTO public.audit VALUES (19, 1, 5, 'dev', '2026-11-30T22:53:07.524Z', 'key 3', 'environment.create', 'dev', NULL, '{"name":"dev","copy_of":"production"}', NULL);
INSERT INTO public.audit VALUES (21, 1, 5, 'dev', '2026-11-30T22:53:07.525Z', 'key 3', 'key.create', '20', NULL, '{"kind":"sdk","name":"first","ending":"VPTk"}', NULL);
INSERT INTO public.audit VALUES (23, 1, 5, 'dev', '2026-11-30T22:53:07.529Z', 'key 3', 'key.create', '22', NULL, '{"kind":"server","name":"first","ending":"48bv"}', NULL);
INSERT INTO public.audit VALUES (24, 1, 5, 'production', '2026-11-30T22:53:07.546Z', 'key 3', 'segment.create', 'beta', NULL, '{"key":"beta","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T22:53:07.545Z","updated_at":"2026-11-30T22:53:07.545Z"}', NULL);
INSERT INTO public.audit VALUES (25, 1, 5, 'staging', '2026-11-30T22:53:07.609Z', 'key 3', 'segment.create', 'beta', NULL, '{"key":"beta","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T22:53:07.608Z","updated_at":"2026-11-30T22:53:07.608Z"}', NULL);
INSERT INTO public.audit VALUES (26, 1, 5, 'dev', '2026-11-30T22:53:07.613Z', 'key 3', 'segment.create', 'beta', NULL, '{"key":"beta","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T22:53:07.612Z","updated_at":"2026-11-30T22:53:07.612Z"}', NULL);
INSERT INTO public.audit VALUES (28, 1, 5, 'production', '2026-11-30T22:53:07.620Z', 'key 3', 'flag.create', 'checkout', NULL, '{"key":"checkout","name":"Checkout","tags":["web"],"client_visible":true,"enabled":true,"default_enabled":false,"rules":[{"operator":"in_segment","value":"beta"}],"version":1,"created_at":"2026-11-30T22:53:07.614Z","updated_at":"2026-11-30T22:53:07.614Z"}', NULL);
INSERT INTO public.audit VALUES (31, 1, 5, 'production', '2026-11-30T22:53:07.644Z', 'key 3', 'flag.create', 'theme', NULL, '{"key":"theme","tags":[],"client_visible":false,"variants":{"light":1,"dark":2},"default":"light","enabled":true,"off":"dark","version":1,"created_at":"2026-11-30T22:53:07.638Z","updated_at":"2026-11-30T22:53:07.638Z"}', NULL);
INSERT INTO public.audit VALUES (33, 1, 5, 'production', '2026-11-30T22:53:07.661Z', 'key 3', 'flag.create', 'gone', NULL, '{"key":"gone","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-11-30T22:53:07.659Z","updated_at":"2026-11-30T22:53:07.659Z"}', NULL);
INSERT INTO public.audit VALUES (34, 1, 5, 'staging', '2026-11-30T22:53:07.679Z', 'key 3', 'flag.update', 'theme', '{"enabled":false,"version":1,"updated_at":"2026-11-30T22:53:07.638Z"}', '{"enabled":true,"version":2,"updated_at":"2026-11-30T22:53:07.677Z"}', '{"key":"theme","tags":[],"client_visible":false,"variants":{"light":1,"dark":2},"default":"light","off":"dark","created_at":"2026-11-30T22:53:07.638Z"}');
INSERT INTO public.audit VALUES (35, 1, 5, 'dev', '2026-11-30T22:53:07.690Z', 'key 3', 'flag.update', 'checkout', '{"enabled":false,"default_enabled":false,"rules":[{"operator":"in_segment","value":"beta"}],"version":1,"updated_at":"2026-11-30T22:53:07.614Z"}', '{"enabled":true,"default_enabled":true,"rules":[],"version":2,"updated_at":"2026-11-30T22:53:07.688Z"}', '{"key":"checkout","name":"Checkout","tags":["web"],"client_visible":true,"created_at":"2026-11-30T22:53:07.614Z"}');
INSERT INTO public.audit VALUES (36, 1, 5, 'production', '2026-11-30T22:53:07.705Z', 'key 3', 'flag.update', 'theme', '{"version":2,"updated_at":"2026-11-30T22:53:07.677Z"}', '{"description":"Colours","version":3,"updated_at":"2026-11-30T22:53:07.704Z"}', '{"key":"theme","tags":[],"client_visible":false,"variants":{"light":1,"dark":2},"default":"light","enabled":true,"off":"dark","created_at":"2026-11-30T22:53:07.638Z"}');
INSERT INTO public.audit VALUES (37, 1, 5, 'dev', '2026-11-30T22:53:07.713Z', 'key 3', 'segment.update', 'beta', '{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"updated_at":"2026-11-30T22:53:07.612Z"}', '{"rules":[],"version":2,"updated_at":"2026-11-30T22:53:07.712Z"}', '{"key":"beta","created_at":"2026-11-30T22:53:07.612Z"}');
INSERT INTO public.audit VALUES (38, 1, 5, 'production', '2026-11-30T22:53:07.724Z', 'key 3', 'flag.delete', 'gone', '{"key":"gone","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-11-30T22:53:07.659Z","updated_at":"2026-11-30T22:53:07.659Z"}', NULL, NULL);
INSERT INTO public.audit_parts VALUES (31, 'after', 'rules', 30);
INSERT INTO public.audit_parts VALUES (34, 'both', 'rules', 30);
INSERT INTO public.audit_parts VALUES (36, 'both', 'rules', 30);
INSERT INTO public.environments VALUES (6, 5, 'production', 12, '2026-11-30T22:53:06.967Z');
INSERT INTO public.environments VALUES (12, 5, 'staging', 12, '2026-11-30T22:53:07.359Z');
INSERT INTO public.environments VALUES (18, 5, 'dev', 12, '2026-11-30T22:53:07.521Z');
INSERT INTO public.flag_states VALUES (27, 6, '{"enabled":true,"rules":[{"operator":"in_segment","value":"beta"}]}', NULL);
INSERT INTO public.flag_states VALUES (27, 12, '{"enabled":false,"rules":[{"operator":"in_segment","value":"beta"}]}', NULL);
INSERT INTO public.flag_states VALUES (29, 6, '{"enabled":true,"off":"dark"}', 30);
INSERT INTO public.flag_states VALUES (29, 18, '{"enabled":false,"off":"dark"}', 30);
INSERT INTO public.flag_states VALUES (29, 12, '{"enabled":true,"off":"dark"}', 30);
INSERT INTO public.flag_states VALUES (27, 18, '{"enabled":true,"default_enabled":true}', NULL);
INSERT INTO public.flags VALUES (27, 5, 'checkout', '{"name":"Checkout","tags":["web"],"client_visible":true}', 2, '2026-11-30T22:53:07.614Z', '2026-11-30T22:53:07.688Z');
INSERT INTO public.flags VALUES (29, 5, 'theme', '{"description":"Colours","variants":{"light":1,"dark":2},"default":"light"}', 3, '2026-11-30T22:53:07.638Z', '2026-11-30T22:53:07.704Z');
INSERT INTO public.keys VALUES (3, 1, NULL, NULL, 'api', 'first', 'f0438d505f253c27f72e9184909053c4fea007ce4980fed31b76fe3b787a760d', 'eYHo', '2026-11-30T22:53:06.950Z', NULL, 1);
INSERT INTO public.keys VALUES (8, 1, 5, 6, 'sdk', 'first', '657ce263667e1174a634c4d7560579b18e0cc14336342abdee89483136a74010', 'e6hw', '2026-11-30T22:53:07.080Z', NULL, 1);
INSERT INTO public.keys VALUES (10, 1, 5, 6, 'server', 'first', '45a163e1b890edfefaa6d7c9d467c00a5e9ce72f20bb7d71c55132da1e8ec147', 'fiYD', '2026-11-30T22:53:07.147Z', NULL, 1);
INSERT INTO public.keys VALUES (14, 1, 5, 12, 'sdk', 'first', 'f0d8887e9a9ef98f75312f9945796ca6d5aaca3e4a6fd3a5dd41d1e1e5c5fe18', '2kFy', '2026-11-30T22:53:07.411Z', NULL, 2);
INSERT INTO public.keys VALUES (16, 1, 5, 12, 'server', 'first', 'd1a595b880c9bc291a0a7868f4e17dee4ad239214f593a0c94e5ac5e8269ccf2', 'ZZaS', '2026-11-30T22:53:07.414Z', NULL, 2);
INSERT INTO public.keys VALUES (20, 1, 5, 18, 'sdk', 'first', 'a4d8bc782f70de005ac22435b3c414dd778958eddb1a989526f1699c9dc9f764', 'VPTk', '2026-11-30T22:53:07.525Z', NULL, 3);
INSERT INTO public.keys VALUES (22, 1, 5, 18, 'server', 'first', 'dfb1f18679dbb0d30481adaf86e1d43a7599ef36aef00a984be658f7847b136f', '48bv', '2026-11-30T22:53:07.528Z', NULL, 3);
INSERT INTO public.meta VALUES (1, 12, 38);
INSERT INTO public.projects VALUES (5, 1, 'default', '2026-11-30T22:53:06.966Z', 12);
INSERT INTO public.segments VALUES (6, 'beta', '{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}]}', 1, '2026-11-30T22:53:07.545Z', '2026-11-30T22:53:07.545Z');
INSERT INTO public.segments VALUES (12, 'beta', '{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}]}', 1, '2026-11-30T22:53:07.608Z', '2026-11-30T22:53:07.608Z');
INSERT INTO public.segments VALUES (18, 'beta', '{"rules":[]}', 2, '2026-11-30T22:53:07.612Z', '2026-11-30T22:53:07.712Z');
INSERT INTO public.texts VALUES (30, 1, '0fb19a9ca9752832673a9195bb3eed1caba759c3c3952e6f1cdb3de8863eb3da', 473, '[{"conditions":[{"attribute":"user_id","operator":"in","value":["user-0","user-1","user-2","user-3","user-4","user-5","user-6","user-7","user-8","user-9","user-10","user-11","user-12","user-13","user-14","user-15","user-16","user-17","user-18","user-19","user-20","user-21","user-22","user-23","user-24","user-25","user-26","user-27","user-28","user-29","user-30","user-31","user-32","user-33","user-34","user-35","user-36","user-37","user-38","user-39"]}],"value":"dark"}]');
INSERT INTO public.writes VALUES (1, 1, -2776278833310106722);
INSERT INTO public.writes VALUES (2, 2, 5944458905446777434);
INSERT INTO public.writes VALUES (3, 3, 2917988222020743586);
INSERT INTO public.writes VALUES (4, 4, 6738162145989123772);
INSERT INTO public.writes VALUES (5, 5, -7728908396272323771);
INSERT INTO public.writes VALUES (6, 6, 8147325787995578200);
INSERT INTO public.writes VALUES (7, 7, -6919784204475704673);
INSERT INTO public.writes VALUES (8, 8, -5948897170419711639);
INSERT INTO public.writes VALUES (9, 9, 8447024930952561874);
INSERT INTO public.writes VALUES (10, 10, -7625620091944034900);
INSERT INTO public.writes VALUES (11, 11, 7066466892897642536);
INSERT INTO public.writes VALUES (12, 12, 981806347290339590);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_parts
    ADD CONSTRAINT audit_parts_pkey PRIMARY KEY (audit_id, side, field);
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
ALTER TABLE ONLY public.texts
    ADD CONSTRAINT texts_account_id_hash_key UNIQUE (account_id, hash);
ALTER TABLE ONLY public.texts
    ADD CONSTRAINT texts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.writes
    ADD CONSTRAINT writes_pkey PRIMARY KEY (slot);
CREATE INDEX audit_of_account ON public.audit USING btree (account_id, id);
CREATE INDEX audit_of_project ON public.audit USING btree (project_id, id);
CREATE INDEX audit_of_target ON public.audit USING btree (account_id, target, id);
CREATE INDEX audit_parts_of_text ON public.audit_parts USING btree (text_id);
CREATE INDEX flag_states_of_flag ON public.flag_states USING btree (flag_id);
CREATE INDEX flag_states_of_text ON public.flag_states USING btree (rules_id);
CREATE INDEX keys_changed ON public.keys USING btree (changed);
CREATE INDEX keys_of_environment ON public.keys USING btree (environment_id);
CREATE INDEX keys_of_owner ON public.keys USING btree (account_id, COALESCE(project_id, (0)::bigint), id);
CREATE INDEX keys_of_project ON public.keys USING btree (project_id);
CREATE INDEX keys_valid ON public.keys USING btree (account_id, COALESCE(project_id, (0)::bigint)) WHERE (revoked_at IS NULL);
CREATE INDEX projects_of_account ON public.projects USING btree (account_id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_parts
    ADD CONSTRAINT audit_parts_audit_id_fkey FOREIGN KEY (audit_id) REFERENCES public.audit(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_parts
    ADD CONSTRAINT audit_parts_text_id_fkey FOREIGN KEY (text_id) REFERENCES public.texts(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.environments
    ADD CONSTRAINT environments_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.flag_states
    ADD CONSTRAINT flag_states_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES public.environments(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.flag_states
    ADD CONSTRAINT flag_states_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES public.flags(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.flag_states
    ADD CONSTRAINT flag_states_rules_id_fkey FOREIGN KEY (rules_id) REFERENCES public.texts(id) DEFERRABLE INITIALLY DEFERRED;
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
ALTER TABLE ONLY public.texts
    ADD CONSTRAINT texts_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
