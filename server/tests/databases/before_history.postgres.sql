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
CREATE TABLE public.archive (
    id bigint NOT NULL,
    project_id bigint NOT NULL,
    flag_id bigint NOT NULL,
    key text NOT NULL,
    shared text NOT NULL,
    created_at text NOT NULL,
    archived_at text NOT NULL,
    actor text NOT NULL
);
CREATE TABLE public.archive_segments (
    archive_id bigint NOT NULL,
    environment_id bigint NOT NULL,
    key text NOT NULL,
    text_id bigint NOT NULL
);
CREATE TABLE public.archive_states (
    archive_id bigint NOT NULL,
    environment_id bigint NOT NULL,
    environment text NOT NULL,
    state text NOT NULL,
    rules_id bigint
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
    unchanged text,
    flag_id bigint
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
    created_at text NOT NULL,
    changed bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.flag_states (
    flag_id bigint NOT NULL,
    environment_id bigint NOT NULL,
    state text NOT NULL,
    rules_id bigint,
    version bigint DEFAULT 1 NOT NULL,
    updated_at text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.flag_versions (
    flag_id bigint NOT NULL,
    environment_id bigint NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.flags (
    id bigint NOT NULL,
    project_id bigint NOT NULL,
    key text NOT NULL,
    shared text NOT NULL,
    created_at text NOT NULL
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
INSERT INTO public._sqlx_migrations VALUES (1, 'first', '2026-12-01 03:13:26.465267+00', true, '\x62e83e8cd98a1df000a8bec06e54283328a76bd8c1d2e2d9a206517473006a66124bc2d51321460ab3a4b6e36db19396', 192882102);
INSERT INTO public._sqlx_migrations VALUES (2, 'writes', '2026-12-01 03:13:26.465267+00', true, '\x8825b4488781a93d8ccf77031715765174a49a6df2b056b9e249e08151d7afec474c0a3b1687960c8a80ee346f4b3787', 15506501);
INSERT INTO public._sqlx_migrations VALUES (3, 'texts', '2026-12-01 03:13:26.465267+00', true, '\x4262213a12795e8a3146d8c55307ce1002bcfb58fd56296f2b7eda8360830e880e8d4223d15091f6e9453e29866a8593', 41780455);
INSERT INTO public._sqlx_migrations VALUES (4, 'state texts', '2026-12-01 03:13:26.465267+00', true, '\x54c10e0f650a52f2dcbbf7f186f7ca517f582ee73c3aa35c1cb24cd9ef2978cc6f798b0ee69666e6fd15a0967494c19c', 9218998);
INSERT INTO public._sqlx_migrations VALUES (5, 'keys of owners', '2026-12-01 03:13:26.465267+00', true, '\x9c10dabbd26b7b1e42373d685cd6a4a81dab225285dd90cdddbf16e5eb9085e0dc39fb01539282402f73c0ceb42cb8e0', 37729057);
INSERT INTO public._sqlx_migrations VALUES (6, 'audit of target', '2026-12-01 03:13:26.465267+00', true, '\x1d448550b6abf32b973e54e4be0b5ee797fea1f32ac18adb84d8cadf2999e34499d451c18b264b5cf12d61c36a49fa84', 2575963);
INSERT INTO public._sqlx_migrations VALUES (7, 'environments apart', '2026-12-01 03:13:26.465267+00', true, '\xea46d256cb0b729496275870b76da959daca18a4883f14cb3ab90af13fcd1010de6e23367967a225f036c84b2eead5cd', 65835945);
INSERT INTO public.accounts VALUES (1, 'a@example.com', '2026-12-01T03:13:26.958Z');
INSERT INTO public.archive VALUES (39, 5, 36, 'gone', '{}', '2026-12-01T03:13:27.322Z', '2026-12-01T03:13:27.375Z', 'key 3');
INSERT INTO public.archive_states VALUES (39, 6, 'production', '{"enabled":true}', NULL);
INSERT INTO public.archive_states VALUES (39, 24, 'staging', '{"enabled":false}', NULL);
INSERT INTO public.audit VALUES (2, 1, NULL, NULL, '2026-12-01T03:13:26.958Z', 'signup', 'account.create', '1', NULL, NULL, NULL, NULL);
INSERT INTO public.audit VALUES (4, 1, NULL, NULL, '2026-12-01T03:13:26.962Z', 'signup', 'key.create', '3', NULL, '{"kind":"api","name":"first","ending":"9pkB"}', NULL, NULL);
INSERT INTO public.audit VALUES (7, 1, 5, NULL, '2026-12-01T03:13:26.964Z', 'signup', 'project.create', 'default', NULL, '{"name":"default","environments":["production"]}', NULL, NULL);
INSERT INTO public.audit VALUES (9, 1, 5, 'production', '2026-12-01T03:13:26.966Z', 'signup', 'key.create', '8', NULL, '{"kind":"sdk","name":"first","ending":"qwYY"}', NULL, NULL);
INSERT INTO public.audit VALUES (11, 1, 5, 'production', '2026-12-01T03:13:26.967Z', 'signup', 'key.create', '10', NULL, '{"kind":"server","name":"first","ending":"tRKD"}', NULL, NULL);
INSERT INTO public.audit VALUES (12, 1, 5, 'production', '2026-12-01T03:13:27.000Z', 'key 3', 'segment.create', 'beta', NULL, '{"key":"beta","version":1,"created_at":"2026-12-01T03:13:26.998Z","updated_at":"2026-12-01T03:13:26.998Z"}', NULL, NULL);
INSERT INTO public.audit VALUES (16, 1, 5, 'production', '2026-12-01T03:13:27.058Z', 'key 3', 'flag.create', 'checkout', NULL, '{"key":"checkout","name":"Checkout","tags":["shop"],"client_visible":false,"enabled":true,"default_enabled":false,"version":1,"created_at":"2026-12-01T03:13:27.055Z","updated_at":"2026-12-01T03:13:27.056Z"}', NULL, 14);
INSERT INTO public.audit VALUES (19, 1, 5, 'production', '2026-12-01T03:13:27.077Z', 'key 3', 'flag.create', 'theme', NULL, '{"key":"theme","tags":[],"client_visible":true,"default":"light","enabled":true,"off":"dark","version":1,"created_at":"2026-12-01T03:13:27.075Z","updated_at":"2026-12-01T03:13:27.075Z"}', NULL, 17);
INSERT INTO public.audit VALUES (23, 1, 5, 'production', '2026-12-01T03:13:27.094Z', 'key 3', 'flag.create', 'plain', NULL, '{"key":"plain","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:27.093Z","updated_at":"2026-12-01T03:13:27.094Z"}', NULL, 22);
INSERT INTO public.audit VALUES (25, 1, 5, 'staging', '2026-12-01T03:13:27.106Z', 'key 3', 'environment.create', 'staging', NULL, '{"name":"staging","copy_of":"production"}', NULL, NULL);
INSERT INTO public.audit VALUES (27, 1, 5, 'staging', '2026-12-01T03:13:27.107Z', 'key 3', 'key.create', '26', NULL, '{"kind":"sdk","name":"first","ending":"vyer"}', NULL, NULL);
INSERT INTO public.audit VALUES (29, 1, 5, 'staging', '2026-12-01T03:13:27.108Z', 'key 3', 'key.create', '28', NULL, '{"kind":"server","name":"first","ending":"xJvU"}', NULL, NULL);
INSERT INTO public.audit VALUES (30, 1, 5, 'staging', '2026-12-01T03:13:27.168Z', 'key 3', 'flag.update', 'checkout', '{"enabled":true,"version":1,"updated_at":"2026-12-01T03:13:27.104Z"}', '{"enabled":false,"version":2,"updated_at":"2026-12-01T03:13:27.164Z"}', '{"key":"checkout","name":"Checkout","tags":["shop"],"client_visible":false,"default_enabled":false,"created_at":"2026-12-01T03:13:27.055Z"}', 14);
INSERT INTO public.audit VALUES (31, 1, 5, 'production', '2026-12-01T03:13:27.213Z', 'key 3', 'flag.update', 'checkout', '{"default_enabled":false,"version":1,"updated_at":"2026-12-01T03:13:27.056Z"}', '{"default_enabled":true,"version":2,"updated_at":"2026-12-01T03:13:27.205Z"}', '{"key":"checkout","name":"Checkout","tags":["shop"],"client_visible":false,"enabled":true,"created_at":"2026-12-01T03:13:27.055Z"}', 14);
INSERT INTO public.audit VALUES (32, 1, 5, 'staging', '2026-12-01T03:13:27.239Z', 'key 3', 'flag.update', 'theme', '{"version":1,"updated_at":"2026-12-01T03:13:27.104Z"}', '{"name":"Theme","version":2,"updated_at":"2026-12-01T03:13:27.238Z"}', '{"key":"theme","tags":[],"client_visible":true,"default":"light","enabled":true,"off":"dark","created_at":"2026-12-01T03:13:27.075Z"}', 17);
INSERT INTO public.audit VALUES (33, 1, 5, 'production', '2026-12-01T03:13:27.245Z', 'key 3', 'flag.update', 'theme', '{"version":1,"updated_at":"2026-12-01T03:13:27.075Z"}', '{"name":"Theme","version":2,"updated_at":"2026-12-01T03:13:27.243Z"}', '{"key":"theme","tags":[],"client_visible":true,"default":"light","enabled":true,"off":"dark","created_at":"2026-12-01T03:13:27.075Z"}', 17);
INSERT INTO public.audit VALUES (34, 1, 5, 'staging', '2026-12-01T03:13:27.291Z', 'key 3', 'flag.delete', 'plain', '{"key":"plain","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:27.093Z","updated_at":"2026-12-01T03:13:27.104Z"}', NULL, NULL, 22);
INSERT INTO public.audit VALUES (35, 1, 5, 'staging', '2026-12-01T03:13:27.309Z', 'key 3', 'segment.update', 'beta', '{"version":1,"updated_at":"2026-12-01T03:13:27.105Z"}', '{"rules":[{"attribute":"plan","operator":"eq","value":"pro"}],"version":2,"updated_at":"2026-12-01T03:13:27.309Z"}', '{"key":"beta","created_at":"2026-12-01T03:13:27.105Z"}', NULL);
INSERT INTO public.audit VALUES (37, 1, 5, 'staging', '2026-12-01T03:13:27.324Z', 'key 3', 'flag.create', 'gone', NULL, '{"key":"gone","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:27.322Z","updated_at":"2026-12-01T03:13:27.323Z"}', NULL, 36);
INSERT INTO public.audit VALUES (38, 1, 5, 'production', '2026-12-01T03:13:27.325Z', 'key 3', 'flag.create', 'gone', NULL, '{"key":"gone","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:27.322Z","updated_at":"2026-12-01T03:13:27.324Z"}', NULL, 36);
INSERT INTO public.audit VALUES (40, 1, 5, 'production', '2026-12-01T03:13:27.379Z', 'key 3', 'flag.archive', 'gone', '{"key":"gone","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:27.322Z","updated_at":"2026-12-01T03:13:27.324Z"}', NULL, NULL, 36);
INSERT INTO public.audit VALUES (41, 1, 5, 'staging', '2026-12-01T03:13:27.385Z', 'key 3', 'flag.archive', 'gone', '{"key":"gone","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:27.322Z","updated_at":"2026-12-01T03:13:27.323Z"}', NULL, NULL, 36);
INSERT INTO public.audit_parts VALUES (12, 'after', 'rules', 13);
INSERT INTO public.audit_parts VALUES (16, 'after', 'rules', 15);
INSERT INTO public.audit_parts VALUES (19, 'after', 'description', 21);
INSERT INTO public.audit_parts VALUES (19, 'after', 'variants', 20);
INSERT INTO public.audit_parts VALUES (19, 'after', 'rules', 18);
INSERT INTO public.audit_parts VALUES (30, 'both', 'rules', 15);
INSERT INTO public.audit_parts VALUES (31, 'both', 'rules', 15);
INSERT INTO public.audit_parts VALUES (32, 'both', 'description', 21);
INSERT INTO public.audit_parts VALUES (32, 'both', 'variants', 20);
INSERT INTO public.audit_parts VALUES (32, 'both', 'rules', 18);
INSERT INTO public.audit_parts VALUES (33, 'both', 'description', 21);
INSERT INTO public.audit_parts VALUES (33, 'both', 'variants', 20);
INSERT INTO public.audit_parts VALUES (33, 'both', 'rules', 18);
INSERT INTO public.audit_parts VALUES (35, 'before', 'rules', 13);
INSERT INTO public.environments VALUES (6, 5, 'production', 13, '2026-12-01T03:13:26.963Z', 13);
INSERT INTO public.environments VALUES (24, 5, 'staging', 13, '2026-12-01T03:13:27.103Z', 13);
INSERT INTO public.flag_states VALUES (22, 6, '{"enabled":false}', NULL, 1, '2026-12-01T03:13:27.094Z');
INSERT INTO public.flag_states VALUES (14, 24, '{"enabled":false}', 15, 2, '2026-12-01T03:13:27.164Z');
INSERT INTO public.flag_states VALUES (14, 6, '{"enabled":true,"default_enabled":true}', 15, 2, '2026-12-01T03:13:27.205Z');
INSERT INTO public.flag_states VALUES (17, 24, '{"enabled":true,"off":"dark"}', 18, 2, '2026-12-01T03:13:27.238Z');
INSERT INTO public.flag_states VALUES (17, 6, '{"enabled":true,"off":"dark"}', 18, 2, '2026-12-01T03:13:27.243Z');
INSERT INTO public.flag_versions VALUES (22, 24, 1);
INSERT INTO public.flag_versions VALUES (36, 6, 1);
INSERT INTO public.flag_versions VALUES (36, 24, 1);
INSERT INTO public.flags VALUES (14, 5, 'checkout', '{"name":"Checkout","tags":["shop"]}', '2026-12-01T03:13:27.055Z');
INSERT INTO public.flags VALUES (22, 5, 'plain', '{}', '2026-12-01T03:13:27.093Z');
INSERT INTO public.flags VALUES (17, 5, 'theme', '{"name":"Theme","description":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","client_visible":true,"variants":{"dark":{"b":1,"a":"ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää"},"light":{}},"default":"light"}', '2026-12-01T03:13:27.075Z');
INSERT INTO public.keys VALUES (3, 1, NULL, NULL, 'api', 'first', '33e091c4c7ecbb502e5e41bd4da4366927c8c8aab6baabe6b3d60a09797d2303', '9pkB', '2026-12-01T03:13:26.960Z', NULL, 1);
INSERT INTO public.keys VALUES (8, 1, 5, 6, 'sdk', 'first', '78c856e226a1747ed807af302395d98d69c30841ae74eada4f5f339ebf11604f', 'qwYY', '2026-12-01T03:13:26.965Z', NULL, 1);
INSERT INTO public.keys VALUES (10, 1, 5, 6, 'server', 'first', '8e6d649994a2a46bd24c53628eda1a2bb229527e249f0fa53375ecff9310a337', 'tRKD', '2026-12-01T03:13:26.966Z', NULL, 1);
INSERT INTO public.keys VALUES (26, 1, 5, 24, 'sdk', 'first', 'fb7be2f4fc2a4e5cc8f3ad0e228e915029aa5ac9d40f8c05eec18e6e57dfebc3', 'vyer', '2026-12-01T03:13:27.106Z', NULL, 6);
INSERT INTO public.keys VALUES (28, 1, 5, 24, 'server', 'first', '049d5e0756b25955cab87cbdf0b87f2cdc9047333cd400f30c5f88b8e4ac0194', 'xJvU', '2026-12-01T03:13:27.107Z', NULL, 6);
INSERT INTO public.meta VALUES (1, 13, 41);
INSERT INTO public.projects VALUES (5, 1, 'default', '2026-12-01T03:13:26.962Z', 0);
INSERT INTO public.segments VALUES (6, 'beta', '{"rules":[{"attribute":"user_id","operator":"in","value":["user-00000","user-00001","user-00002","user-00003","user-00004","user-00005","user-00006","user-00007","user-00008","user-00009","user-00010","user-00011","user-00012","user-00013","user-00014","user-00015","user-00016","user-00017","user-00018","user-00019","user-00020","user-00021","user-00022","user-00023","user-00024","user-00025","user-00026","user-00027","user-00028","user-00029","user-00030","user-00031","user-00032","user-00033","user-00034","user-00035","user-00036","user-00037","user-00038","user-00039"]}]}', 1, '2026-12-01T03:13:26.998Z', '2026-12-01T03:13:26.998Z');
INSERT INTO public.segments VALUES (24, 'beta', '{"rules":[{"attribute":"plan","operator":"eq","value":"pro"}]}', 2, '2026-12-01T03:13:27.105Z', '2026-12-01T03:13:27.309Z');
INSERT INTO public.texts VALUES (13, 1, '07b52cd4b1dd03eec48e601a5b666b4dfa398fe0184a09c02249bb240ff11468', 571, '[{"attribute":"user_id","operator":"in","value":["user-00000","user-00001","user-00002","user-00003","user-00004","user-00005","user-00006","user-00007","user-00008","user-00009","user-00010","user-00011","user-00012","user-00013","user-00014","user-00015","user-00016","user-00017","user-00018","user-00019","user-00020","user-00021","user-00022","user-00023","user-00024","user-00025","user-00026","user-00027","user-00028","user-00029","user-00030","user-00031","user-00032","user-00033","user-00034","user-00035","user-00036","user-00037","user-00038","user-00039"]}]');
INSERT INTO public.texts VALUES (15, 1, '15d97cb34199971ba078e3ed97759b08fb9e312d4ffdeef3fd27f8ba7dc1ca94', 612, '[{"operator":"in_segment","value":"beta"},{"attribute":"user_id","operator":"in","value":["user-00000","user-00001","user-00002","user-00003","user-00004","user-00005","user-00006","user-00007","user-00008","user-00009","user-00010","user-00011","user-00012","user-00013","user-00014","user-00015","user-00016","user-00017","user-00018","user-00019","user-00020","user-00021","user-00022","user-00023","user-00024","user-00025","user-00026","user-00027","user-00028","user-00029","user-00030","user-00031","user-00032","user-00033","user-00034","user-00035","user-00036","user-00037","user-00038","user-00039"]}]');
INSERT INTO public.texts VALUES (18, 1, 'a62d4e39397500b0b0d1ffd457e1342aa1bb48daf4881c89b17adea6c37889a6', 129, '[{"conditions":[{"attribute":"plan","operator":"eq","value":"pro"}],"value":{"split":[["dark",25],["light",75]],"by":"user_id"}}]');
INSERT INTO public.texts VALUES (20, 1, '34b3e9dbead2880d75be0189b52ce10553777bd4f92ceccc3f702771fd72d3a7', 234, '{"dark":{"b":1,"a":"ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää"},"light":{}}');
INSERT INTO public.texts VALUES (21, 1, 'd24923841d98dcd5a081ba3b99596483edeeca895b41ded64c8aa77a3c438fa7', 302, '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"');
INSERT INTO public.writes VALUES (1, 1, 1903453639337399297);
INSERT INTO public.writes VALUES (2, 2, 6507968933052191533);
INSERT INTO public.writes VALUES (3, 3, 6231805847627231204);
INSERT INTO public.writes VALUES (4, 4, 2534209018513767613);
INSERT INTO public.writes VALUES (5, 5, 8813494891881958018);
INSERT INTO public.writes VALUES (6, 6, -6334269855689078254);
INSERT INTO public.writes VALUES (7, 7, -4966755221467034423);
INSERT INTO public.writes VALUES (8, 8, 4091462185621319125);
INSERT INTO public.writes VALUES (9, 9, 5271925344715046655);
INSERT INTO public.writes VALUES (10, 10, 6402853520287725844);
INSERT INTO public.writes VALUES (11, 11, -7566288968338326434);
INSERT INTO public.writes VALUES (12, 12, -5193253515805930500);
INSERT INTO public.writes VALUES (13, 13, 4258129920008304784);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.archive
    ADD CONSTRAINT archive_flag_id_key UNIQUE (flag_id);
ALTER TABLE ONLY public.archive
    ADD CONSTRAINT archive_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.archive_segments
    ADD CONSTRAINT archive_segments_pkey PRIMARY KEY (archive_id, environment_id, key);
ALTER TABLE ONLY public.archive_states
    ADD CONSTRAINT archive_states_pkey PRIMARY KEY (archive_id, environment_id);
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
ALTER TABLE ONLY public.flag_versions
    ADD CONSTRAINT flag_versions_pkey PRIMARY KEY (flag_id, environment_id);
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
CREATE INDEX archive_by_time ON public.archive USING btree (archived_at);
CREATE INDEX archive_of_project ON public.archive USING btree (project_id, id);
CREATE INDEX archive_segments_of_text ON public.archive_segments USING btree (text_id);
CREATE INDEX archive_states_of_text ON public.archive_states USING btree (rules_id);
CREATE INDEX audit_of_account ON public.audit USING btree (account_id, id);
CREATE INDEX audit_of_flag ON public.audit USING btree (flag_id) WHERE (flag_id IS NOT NULL);
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
ALTER TABLE ONLY public.archive
    ADD CONSTRAINT archive_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.archive_segments
    ADD CONSTRAINT archive_segments_archive_id_fkey FOREIGN KEY (archive_id) REFERENCES public.archive(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.archive_segments
    ADD CONSTRAINT archive_segments_text_id_fkey FOREIGN KEY (text_id) REFERENCES public.texts(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.archive_states
    ADD CONSTRAINT archive_states_archive_id_fkey FOREIGN KEY (archive_id) REFERENCES public.archive(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.archive_states
    ADD CONSTRAINT archive_states_rules_id_fkey FOREIGN KEY (rules_id) REFERENCES public.texts(id) DEFERRABLE INITIALLY DEFERRED;
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
ALTER TABLE ONLY public.flag_versions
    ADD CONSTRAINT flag_versions_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES public.environments(id) ON DELETE CASCADE;
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
