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
INSERT INTO public._sqlx_migrations VALUES (1, 'first', '2026-12-01 03:15:40.175985+00', true, '\x62e83e8cd98a1df000a8bec06e54283328a76bd8c1d2e2d9a206517473006a66124bc2d51321460ab3a4b6e36db19396', 223146321);
INSERT INTO public._sqlx_migrations VALUES (2, 'writes', '2026-12-01 03:15:40.175985+00', true, '\x8825b4488781a93d8ccf77031715765174a49a6df2b056b9e249e08151d7afec474c0a3b1687960c8a80ee346f4b3787', 11633546);
INSERT INTO public._sqlx_migrations VALUES (3, 'texts', '2026-12-01 03:15:40.175985+00', true, '\x4262213a12795e8a3146d8c55307ce1002bcfb58fd56296f2b7eda8360830e880e8d4223d15091f6e9453e29866a8593', 36187570);
INSERT INTO public._sqlx_migrations VALUES (4, 'state texts', '2026-12-01 03:15:40.175985+00', true, '\x54c10e0f650a52f2dcbbf7f186f7ca517f582ee73c3aa35c1cb24cd9ef2978cc6f798b0ee69666e6fd15a0967494c19c', 3369941);
INSERT INTO public._sqlx_migrations VALUES (5, 'keys of owners', '2026-12-01 03:15:40.175985+00', true, '\x9c10dabbd26b7b1e42373d685cd6a4a81dab225285dd90cdddbf16e5eb9085e0dc39fb01539282402f73c0ceb42cb8e0', 14057126);
INSERT INTO public._sqlx_migrations VALUES (6, 'audit of target', '2026-12-01 03:15:40.175985+00', true, '\x1d448550b6abf32b973e54e4be0b5ee797fea1f32ac18adb84d8cadf2999e34499d451c18b264b5cf12d61c36a49fa84', 5579826);
INSERT INTO public._sqlx_migrations VALUES (7, 'environments apart', '2026-12-01 03:15:40.175985+00', true, '\xea46d256cb0b729496275870b76da959daca18a4883f14cb3ab90af13fcd1010de6e23367967a225f036c84b2eead5cd', 80229487);
INSERT INTO public.accounts VALUES (1, 'Dev@Example.com', '2026-12-01T03:15:40.684Z');
INSERT INTO public.accounts VALUES (26, 'other@example.com', '2026-12-01T03:15:40.930Z');
INSERT INTO public.accounts VALUES (51, 'dev@example.com', '2026-12-01T03:15:41.183Z');
INSERT INTO public.audit VALUES (2, 1, NULL, NULL, '2026-12-01T03:15:40.684Z', 'signup', 'account.create', '1', NULL, NULL, NULL, NULL);
INSERT INTO public.audit VALUES (4, 1, NULL, NULL, '2026-12-01T03:15:40.693Z', 'signup', 'key.create', '3', NULL, '{"kind":"api","name":"first","ending":"uTXm"}', NULL, NULL);
INSERT INTO public.audit VALUES (7, 1, 5, NULL, '2026-12-01T03:15:40.698Z', 'signup', 'project.create', 'default', NULL, '{"name":"default","environments":["production"]}', NULL, NULL);
INSERT INTO public.audit VALUES (9, 1, 5, 'production', '2026-12-01T03:15:40.703Z', 'signup', 'key.create', '8', NULL, '{"kind":"sdk","name":"first","ending":"jcWj"}', NULL, NULL);
INSERT INTO public.audit VALUES (11, 1, 5, 'production', '2026-12-01T03:15:40.704Z', 'signup', 'key.create', '10', NULL, '{"kind":"server","name":"first","ending":"OAOx"}', NULL, NULL);
INSERT INTO public.audit VALUES (13, 1, NULL, NULL, '2026-12-01T03:15:40.728Z', 'key 3', 'key.create', '12', NULL, '{"kind":"api","name":"ci","ending":"EK3K"}', NULL, NULL);
INSERT INTO public.audit VALUES (15, 1, NULL, NULL, '2026-12-01T03:15:40.749Z', 'key 3', 'key.create', '14', NULL, '{"kind":"api","name":"gone","ending":"MGaa"}', NULL, NULL);
INSERT INTO public.audit VALUES (16, 1, NULL, NULL, '2026-12-01T03:15:40.766Z', 'key 3', 'key.revoke', '14', '{"kind":"api","name":"gone","ending":"MGaa"}', NULL, NULL, NULL);
INSERT INTO public.audit VALUES (18, 1, 5, 'staging', '2026-12-01T03:15:40.776Z', 'key 12', 'environment.create', 'staging', NULL, '{"name":"staging","copy_of":"production"}', NULL, NULL);
INSERT INTO public.audit VALUES (20, 1, 5, 'staging', '2026-12-01T03:15:40.783Z', 'key 12', 'key.create', '19', NULL, '{"kind":"sdk","name":"first","ending":"D43w"}', NULL, NULL);
INSERT INTO public.audit VALUES (22, 1, 5, 'staging', '2026-12-01T03:15:40.784Z', 'key 12', 'key.create', '21', NULL, '{"kind":"server","name":"first","ending":"iQBl"}', NULL, NULL);
INSERT INTO public.audit VALUES (24, 1, 5, 'staging', '2026-12-01T03:15:40.824Z', 'key 12', 'flag.create', 'a', NULL, '{"key":"a","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:40.816Z","updated_at":"2026-12-01T03:15:40.820Z"}', NULL, 23);
INSERT INTO public.audit VALUES (25, 1, 5, 'production', '2026-12-01T03:15:40.835Z', 'key 12', 'flag.create', 'a', NULL, '{"key":"a","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:40.816Z","updated_at":"2026-12-01T03:15:40.830Z"}', NULL, 23);
INSERT INTO public.audit VALUES (27, 26, NULL, NULL, '2026-12-01T03:15:40.930Z', 'signup', 'account.create', '26', NULL, NULL, NULL, NULL);
INSERT INTO public.audit VALUES (29, 26, NULL, NULL, '2026-12-01T03:15:40.939Z', 'signup', 'key.create', '28', NULL, '{"kind":"api","name":"first","ending":"qgRo"}', NULL, NULL);
INSERT INTO public.audit VALUES (32, 26, 30, NULL, '2026-12-01T03:15:40.941Z', 'signup', 'project.create', 'default', NULL, '{"name":"default","environments":["production"]}', NULL, NULL);
INSERT INTO public.audit VALUES (34, 26, 30, 'production', '2026-12-01T03:15:40.942Z', 'signup', 'key.create', '33', NULL, '{"kind":"sdk","name":"first","ending":"3rIF"}', NULL, NULL);
INSERT INTO public.audit VALUES (36, 26, 30, 'production', '2026-12-01T03:15:40.947Z', 'signup', 'key.create', '35', NULL, '{"kind":"server","name":"first","ending":"TNcM"}', NULL, NULL);
INSERT INTO public.audit VALUES (38, 26, NULL, NULL, '2026-12-01T03:15:40.981Z', 'key 28', 'key.create', '37', NULL, '{"kind":"api","name":"ci","ending":"R1ew"}', NULL, NULL);
INSERT INTO public.audit VALUES (40, 26, NULL, NULL, '2026-12-01T03:15:41.008Z', 'key 28', 'key.create', '39', NULL, '{"kind":"api","name":"gone","ending":"BznA"}', NULL, NULL);
INSERT INTO public.audit VALUES (41, 26, NULL, NULL, '2026-12-01T03:15:41.017Z', 'key 28', 'key.revoke', '39', '{"kind":"api","name":"gone","ending":"BznA"}', NULL, NULL, NULL);
INSERT INTO public.audit VALUES (43, 26, 30, 'staging', '2026-12-01T03:15:41.048Z', 'key 37', 'environment.create', 'staging', NULL, '{"name":"staging","copy_of":"production"}', NULL, NULL);
INSERT INTO public.audit VALUES (45, 26, 30, 'staging', '2026-12-01T03:15:41.052Z', 'key 37', 'key.create', '44', NULL, '{"kind":"sdk","name":"first","ending":"6kJ0"}', NULL, NULL);
INSERT INTO public.audit VALUES (47, 26, 30, 'staging', '2026-12-01T03:15:41.053Z', 'key 37', 'key.create', '46', NULL, '{"kind":"server","name":"first","ending":"Lfqx"}', NULL, NULL);
INSERT INTO public.audit VALUES (49, 26, 30, 'staging', '2026-12-01T03:15:41.099Z', 'key 37', 'flag.create', 'a', NULL, '{"key":"a","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:41.087Z","updated_at":"2026-12-01T03:15:41.092Z"}', NULL, 48);
INSERT INTO public.audit VALUES (50, 26, 30, 'production', '2026-12-01T03:15:41.100Z', 'key 37', 'flag.create', 'a', NULL, '{"key":"a","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:41.087Z","updated_at":"2026-12-01T03:15:41.100Z"}', NULL, 48);
INSERT INTO public.audit VALUES (52, 51, NULL, NULL, '2026-12-01T03:15:41.190Z', 'signup', 'account.create', '51', NULL, NULL, NULL, NULL);
INSERT INTO public.audit VALUES (54, 51, NULL, NULL, '2026-12-01T03:15:41.210Z', 'signup', 'key.create', '53', NULL, '{"kind":"api","name":"first","ending":"FtRn"}', NULL, NULL);
INSERT INTO public.audit VALUES (57, 51, 55, NULL, '2026-12-01T03:15:41.229Z', 'signup', 'project.create', 'default', NULL, '{"name":"default","environments":["production"]}', NULL, NULL);
INSERT INTO public.audit VALUES (59, 51, 55, 'production', '2026-12-01T03:15:41.232Z', 'signup', 'key.create', '58', NULL, '{"kind":"sdk","name":"first","ending":"pdEs"}', NULL, NULL);
INSERT INTO public.audit VALUES (61, 51, 55, 'production', '2026-12-01T03:15:41.243Z', 'signup', 'key.create', '60', NULL, '{"kind":"server","name":"first","ending":"8OSe"}', NULL, NULL);
INSERT INTO public.audit VALUES (63, 51, NULL, NULL, '2026-12-01T03:15:41.273Z', 'key 53', 'key.create', '62', NULL, '{"kind":"api","name":"ci","ending":"HNIF"}', NULL, NULL);
INSERT INTO public.audit VALUES (65, 51, NULL, NULL, '2026-12-01T03:15:41.310Z', 'key 53', 'key.create', '64', NULL, '{"kind":"api","name":"gone","ending":"xfXH"}', NULL, NULL);
INSERT INTO public.audit VALUES (66, 51, NULL, NULL, '2026-12-01T03:15:41.354Z', 'key 53', 'key.revoke', '64', '{"kind":"api","name":"gone","ending":"xfXH"}', NULL, NULL, NULL);
INSERT INTO public.audit VALUES (68, 51, 55, 'staging', '2026-12-01T03:15:41.424Z', 'key 62', 'environment.create', 'staging', NULL, '{"name":"staging","copy_of":"production"}', NULL, NULL);
INSERT INTO public.audit VALUES (70, 51, 55, 'staging', '2026-12-01T03:15:41.425Z', 'key 62', 'key.create', '69', NULL, '{"kind":"sdk","name":"first","ending":"fVq5"}', NULL, NULL);
INSERT INTO public.audit VALUES (72, 51, 55, 'staging', '2026-12-01T03:15:41.436Z', 'key 62', 'key.create', '71', NULL, '{"kind":"server","name":"first","ending":"rZX1"}', NULL, NULL);
INSERT INTO public.audit VALUES (74, 51, 55, 'staging', '2026-12-01T03:15:41.469Z', 'key 62', 'flag.create', 'a', NULL, '{"key":"a","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:41.455Z","updated_at":"2026-12-01T03:15:41.467Z"}', NULL, 73);
INSERT INTO public.audit VALUES (75, 51, 55, 'production', '2026-12-01T03:15:41.473Z', 'key 62', 'flag.create', 'a', NULL, '{"key":"a","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:41.455Z","updated_at":"2026-12-01T03:15:41.470Z"}', NULL, 73);
INSERT INTO public.environments VALUES (6, 5, 'production', 6, '2026-12-01T03:15:40.694Z', 6);
INSERT INTO public.environments VALUES (17, 5, 'staging', 6, '2026-12-01T03:15:40.775Z', 6);
INSERT INTO public.environments VALUES (31, 30, 'production', 12, '2026-12-01T03:15:40.940Z', 12);
INSERT INTO public.environments VALUES (42, 30, 'staging', 12, '2026-12-01T03:15:41.041Z', 12);
INSERT INTO public.environments VALUES (56, 55, 'production', 18, '2026-12-01T03:15:41.226Z', 18);
INSERT INTO public.environments VALUES (67, 55, 'staging', 18, '2026-12-01T03:15:41.422Z', 18);
INSERT INTO public.flag_states VALUES (23, 17, '{"enabled":false}', NULL, 1, '2026-12-01T03:15:40.820Z');
INSERT INTO public.flag_states VALUES (23, 6, '{"enabled":true}', NULL, 1, '2026-12-01T03:15:40.830Z');
INSERT INTO public.flag_states VALUES (48, 42, '{"enabled":false}', NULL, 1, '2026-12-01T03:15:41.092Z');
INSERT INTO public.flag_states VALUES (48, 31, '{"enabled":true}', NULL, 1, '2026-12-01T03:15:41.100Z');
INSERT INTO public.flag_states VALUES (73, 67, '{"enabled":false}', NULL, 1, '2026-12-01T03:15:41.467Z');
INSERT INTO public.flag_states VALUES (73, 56, '{"enabled":true}', NULL, 1, '2026-12-01T03:15:41.470Z');
INSERT INTO public.flags VALUES (23, 5, 'a', '{}', '2026-12-01T03:15:40.816Z');
INSERT INTO public.flags VALUES (48, 30, 'a', '{}', '2026-12-01T03:15:41.087Z');
INSERT INTO public.flags VALUES (73, 55, 'a', '{}', '2026-12-01T03:15:41.455Z');
INSERT INTO public.keys VALUES (3, 1, NULL, NULL, 'api', 'first', '0d300d9daa951e23b5f2b9f25193011f4b84da78d58cf4570a06d092670371a8', 'uTXm', '2026-12-01T03:15:40.692Z', NULL, 1);
INSERT INTO public.keys VALUES (8, 1, 5, 6, 'sdk', 'first', 'cf3d6e9d8fefed12f985afe220eec0aca8bc28e7598377b2f9959df9d999d458', 'jcWj', '2026-12-01T03:15:40.700Z', NULL, 1);
INSERT INTO public.keys VALUES (10, 1, 5, 6, 'server', 'first', '6d6061b31a768c6ecfb87d91ac104ff798430c621cbe4692d40621c601f9e7f4', 'OAOx', '2026-12-01T03:15:40.704Z', NULL, 1);
INSERT INTO public.keys VALUES (12, 1, NULL, NULL, 'api', 'ci', 'd2fc59da3d465556bbdc6e02a2559b247b5b9ec1181dfce7a07665db5ce8dad1', 'EK3K', '2026-12-01T03:15:40.727Z', NULL, 2);
INSERT INTO public.keys VALUES (14, 1, NULL, NULL, 'api', 'gone', 'ff2320b692a9d8e79aba31902d313d41f09d4515d533b3ad7a912a6e90041e6b', 'MGaa', '2026-12-01T03:15:40.749Z', '2026-12-01T03:15:40.765Z', 4);
INSERT INTO public.keys VALUES (19, 1, 5, 17, 'sdk', 'first', 'd0fceb973b92ae9fc386b03261023002e5ef340d8aa12b194344c5349a23bba6', 'D43w', '2026-12-01T03:15:40.781Z', NULL, 5);
INSERT INTO public.keys VALUES (21, 1, 5, 17, 'server', 'first', '9a38c0bfa3ea9ddd587529aa4f1d03f3292118e08f15c781f229feb9eed17af9', 'iQBl', '2026-12-01T03:15:40.783Z', NULL, 5);
INSERT INTO public.keys VALUES (28, 26, NULL, NULL, 'api', 'first', '503889418563a7e50498a4bd55e6c4ae63752ab775506574e47d711f04b96d2a', 'qgRo', '2026-12-01T03:15:40.936Z', NULL, 7);
INSERT INTO public.keys VALUES (33, 26, 30, 31, 'sdk', 'first', '426690d1cb20ad3e2b123186afc2a2e2543cd5d3727f87cb2541ca0aac201fd3', '3rIF', '2026-12-01T03:15:40.941Z', NULL, 7);
INSERT INTO public.keys VALUES (35, 26, 30, 31, 'server', 'first', '3a998aff45c69cc39b0af3cb22b5a08ba026fb60bd2ba15473f24d22841ae467', 'TNcM', '2026-12-01T03:15:40.943Z', NULL, 7);
INSERT INTO public.keys VALUES (37, 26, NULL, NULL, 'api', 'ci', '5cabc8c0df7be9e2a46be2acecc97f4b011e0ec0849b5e2e5b68227fa6e77935', 'R1ew', '2026-12-01T03:15:40.980Z', NULL, 8);
INSERT INTO public.keys VALUES (39, 26, NULL, NULL, 'api', 'gone', '352af97043e32b721c3d8d5d9ecab815628b4323bdf0b7bbacfe28cf6ef839de', 'BznA', '2026-12-01T03:15:41.008Z', '2026-12-01T03:15:41.017Z', 10);
INSERT INTO public.keys VALUES (44, 26, 30, 42, 'sdk', 'first', 'f3549a1020b719d693d0f2586f91676a114bcc569483101ea129f365894b98de', '6kJ0', '2026-12-01T03:15:41.052Z', NULL, 11);
INSERT INTO public.keys VALUES (46, 26, 30, 42, 'server', 'first', '50f35c8fda51cb523e29a7f6fe996bb093fbbba0b3e0b49771058177e22f1c55', 'Lfqx', '2026-12-01T03:15:41.053Z', NULL, 11);
INSERT INTO public.keys VALUES (53, 51, NULL, NULL, 'api', 'first', '011162477cfd802bb14a5c1f464977ce38ab8a9901f9db12cbcee7a667f5ece0', 'FtRn', '2026-12-01T03:15:41.199Z', NULL, 13);
INSERT INTO public.keys VALUES (58, 51, 55, 56, 'sdk', 'first', 'd71170214bd2d7f767ad0860dd353f4652548c068bd391398b43b963a1776991', 'pdEs', '2026-12-01T03:15:41.231Z', NULL, 13);
INSERT INTO public.keys VALUES (60, 51, 55, 56, 'server', 'first', 'cdff465f4c97f44e740422410f94172dfb5813bbeac4c52c28522f6b88d1b480', '8OSe', '2026-12-01T03:15:41.235Z', NULL, 13);
INSERT INTO public.keys VALUES (62, 51, NULL, NULL, 'api', 'ci', '5b4fe09e25fa688b40ab945d92f38f5f395a1b191e8a68e75a8ddc06c1fee5f4', 'HNIF', '2026-12-01T03:15:41.271Z', NULL, 14);
INSERT INTO public.keys VALUES (64, 51, NULL, NULL, 'api', 'gone', '998de158e3cc72b22e62d7249f6a95d368eca529c22fdb70f9af514d1da99772', 'xfXH', '2026-12-01T03:15:41.310Z', '2026-12-01T03:15:41.353Z', 16);
INSERT INTO public.keys VALUES (69, 51, 55, 67, 'sdk', 'first', '330fc6f996226eb1eaeaa2052427dd2df3736454f85ace387b8205f64a68d243', 'fVq5', '2026-12-01T03:15:41.425Z', NULL, 17);
INSERT INTO public.keys VALUES (71, 51, 55, 67, 'server', 'first', '656d8b93c45544787c6ba827653d138be69974c6b44ecf6e93ed4e25896ee8bf', 'rZX1', '2026-12-01T03:15:41.431Z', NULL, 17);
INSERT INTO public.meta VALUES (1, 18, 75);
INSERT INTO public.projects VALUES (5, 1, 'default', '2026-12-01T03:15:40.693Z', 0);
INSERT INTO public.projects VALUES (30, 26, 'default', '2026-12-01T03:15:40.940Z', 0);
INSERT INTO public.projects VALUES (55, 51, 'default', '2026-12-01T03:15:41.211Z', 0);
INSERT INTO public.writes VALUES (1, 1, 7639122065726540620);
INSERT INTO public.writes VALUES (2, 2, -3777036252689572631);
INSERT INTO public.writes VALUES (3, 3, -8085139647019240329);
INSERT INTO public.writes VALUES (4, 4, 9190624213941495175);
INSERT INTO public.writes VALUES (5, 5, -8726686163534660777);
INSERT INTO public.writes VALUES (6, 6, -704165044149638142);
INSERT INTO public.writes VALUES (7, 7, 7089877882787501115);
INSERT INTO public.writes VALUES (8, 8, -6150685836758267838);
INSERT INTO public.writes VALUES (9, 9, -129735697967549675);
INSERT INTO public.writes VALUES (10, 10, -7390435709501074118);
INSERT INTO public.writes VALUES (11, 11, 233820621572984788);
INSERT INTO public.writes VALUES (12, 12, -4655963558695758028);
INSERT INTO public.writes VALUES (13, 13, -8575238927553982073);
INSERT INTO public.writes VALUES (14, 14, -8234855157258136083);
INSERT INTO public.writes VALUES (15, 15, 4269555348051905754);
INSERT INTO public.writes VALUES (16, 16, -8585753199291445647);
INSERT INTO public.writes VALUES (17, 17, -1585643532895257428);
INSERT INTO public.writes VALUES (18, 18, -5028990034479042874);
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
