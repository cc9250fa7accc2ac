PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES(1,'first','2026-12-01 03:15:34',1,X'62e83e8cd98a1df000a8bec06e54283328a76bd8c1d2e2d9a206517473006a66124bc2d51321460ab3a4b6e36db19396',23342302);
INSERT INTO _sqlx_migrations VALUES(2,'writes','2026-12-01 03:15:34',1,X'8825b4488781a93d8ccf77031715765174a49a6df2b056b9e249e08151d7afec474c0a3b1687960c8a80ee346f4b3787',243577);
INSERT INTO _sqlx_migrations VALUES(3,'texts','2026-12-01 03:15:34',1,X'4262213a12795e8a3146d8c55307ce1002bcfb58fd56296f2b7eda8360830e880e8d4223d15091f6e9453e29866a8593',656264);
INSERT INTO _sqlx_migrations VALUES(4,'state texts','2026-12-01 03:15:34',1,X'54c10e0f650a52f2dcbbf7f186f7ca517f582ee73c3aa35c1cb24cd9ef2978cc6f798b0ee69666e6fd15a0967494c19c',397709);
INSERT INTO _sqlx_migrations VALUES(5,'keys of owners','2026-12-01 03:15:34',1,X'9c10dabbd26b7b1e42373d685cd6a4a81dab225285dd90cdddbf16e5eb9085e0dc39fb01539282402f73c0ceb42cb8e0',502144);
INSERT INTO _sqlx_migrations VALUES(6,'audit of target','2026-12-01 03:15:34',1,X'1d448550b6abf32b973e54e4be0b5ee797fea1f32ac18adb84d8cadf2999e34499d451c18b264b5cf12d61c36a49fa84',133887);
INSERT INTO _sqlx_migrations VALUES(7,'environments apart','2026-12-01 03:15:34',1,X'ea46d256cb0b729496275870b76da959daca18a4883f14cb3ab90af13fcd1010de6e23367967a225f036c84b2eead5cd',9735146);
CREATE TABLE meta (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence BIGINT NOT NULL,
    last_id BIGINT NOT NULL
);
INSERT INTO meta VALUES(1,18,75);
CREATE TABLE accounts (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    created_at TEXT NOT NULL
);
INSERT INTO accounts VALUES(1,'Dev@Example.com','2026-12-01T03:15:35.100Z');
INSERT INTO accounts VALUES(26,'other@example.com','2026-12-01T03:15:35.197Z');
INSERT INTO accounts VALUES(51,'dev@example.com','2026-12-01T03:15:35.302Z');
CREATE TABLE projects (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- The sequence of the last write that changed any field of its flags and segments, also those for people only.
    flags_changed BIGINT NOT NULL DEFAULT 0
);
INSERT INTO projects VALUES(5,1,'default','2026-12-01T03:15:35.101Z',0);
INSERT INTO projects VALUES(30,26,'default','2026-12-01T03:15:35.198Z',0);
INSERT INTO projects VALUES(55,51,'default','2026-12-01T03:15:35.313Z',0);
CREATE TABLE environments (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TEXT NOT NULL, changed BIGINT NOT NULL DEFAULT 0,
    UNIQUE (project_id, name)
);
INSERT INTO environments VALUES(6,5,'production',6,'2026-12-01T03:15:35.101Z',6);
INSERT INTO environments VALUES(17,5,'staging',6,'2026-12-01T03:15:35.130Z',6);
INSERT INTO environments VALUES(31,30,'production',12,'2026-12-01T03:15:35.198Z',12);
INSERT INTO environments VALUES(42,30,'staging',12,'2026-12-01T03:15:35.236Z',12);
INSERT INTO environments VALUES(56,55,'production',18,'2026-12-01T03:15:35.313Z',18);
INSERT INTO environments VALUES(67,55,'staging',18,'2026-12-01T03:15:35.443Z',18);
CREATE TABLE keys (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    project_id BIGINT REFERENCES projects (id) ON DELETE CASCADE,
    environment_id BIGINT REFERENCES environments (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    ending TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT,
    changed BIGINT NOT NULL
);
INSERT INTO keys VALUES(3,1,NULL,NULL,'api','first','1e6ae675861d45116f669bc3841232de4fb9eca461fbb0744c8060660fc61fce','zQ1W','2026-12-01T03:15:35.100Z',NULL,1);
INSERT INTO keys VALUES(8,1,5,6,'sdk','first','a8de60318cc150a2e394b3f865986579473795d881327e380eb6932b50f595a7','iyGy','2026-12-01T03:15:35.101Z',NULL,1);
INSERT INTO keys VALUES(10,1,5,6,'server','first','0aee06c1db13718825c52e28db840cb7326e39e6875029b95723f53055b91955','bedt','2026-12-01T03:15:35.101Z',NULL,1);
INSERT INTO keys VALUES(12,1,NULL,NULL,'api','ci','6d50032a080eb1d28e93c2f9146591a92be612b1d9ca12e967be652899330cb0','dwjb','2026-12-01T03:15:35.116Z',NULL,2);
INSERT INTO keys VALUES(14,1,NULL,NULL,'api','gone','cc322628493d2465cc7626566fdaff86607cb75e129626c162e1755a55897cd2','xKUc','2026-12-01T03:15:35.121Z','2026-12-01T03:15:35.125Z',4);
INSERT INTO keys VALUES(19,1,5,17,'sdk','first','7af958e7e74ee5da34e2d48d4376f2a2a17b55c72048b6532bec4b2bff2b953f','PuaD','2026-12-01T03:15:35.131Z',NULL,5);
INSERT INTO keys VALUES(21,1,5,17,'server','first','453c5ef2fa21149e11ac703a5644e01d073e0cf6bf5c2052bba2952c03a550bd','03Wp','2026-12-01T03:15:35.131Z',NULL,5);
INSERT INTO keys VALUES(28,26,NULL,NULL,'api','first','1225ffa43632eb6192733b16fbe76cdf7677f5c900b25d55d07f4a8e7f9d6f1d','R8Mu','2026-12-01T03:15:35.198Z',NULL,7);
INSERT INTO keys VALUES(33,26,30,31,'sdk','first','f868687995509451b20ec7e1fc7d5bdcb50a8db498992855220e6a15090e72e2','LhZH','2026-12-01T03:15:35.200Z',NULL,7);
INSERT INTO keys VALUES(35,26,30,31,'server','first','8b1913b679b694ecfe55390e62f89a5faddb1c7a7b0753332cea250a99ef23be','skBq','2026-12-01T03:15:35.200Z',NULL,7);
INSERT INTO keys VALUES(37,26,NULL,NULL,'api','ci','9eec074abd025b317316590185ce92c47141ecc55965bb125553eb6f47af47f9','mVvB','2026-12-01T03:15:35.205Z',NULL,8);
INSERT INTO keys VALUES(39,26,NULL,NULL,'api','gone','94315446ed765eeda1049aad5ef21ac6646705876453679c5b119092027b9c44','SE7B','2026-12-01T03:15:35.209Z','2026-12-01T03:15:35.227Z',10);
INSERT INTO keys VALUES(44,26,30,42,'sdk','first','b296ea4a1a4dbd2d0b18e789f59e858cf46a743ad67d7a7534160c9d3104fc31','utGj','2026-12-01T03:15:35.238Z',NULL,11);
INSERT INTO keys VALUES(46,26,30,42,'server','first','80b167e67543eae7deb6e8692a2278407142758c6532b991e322e87f5382c726','ID0F','2026-12-01T03:15:35.239Z',NULL,11);
INSERT INTO keys VALUES(53,51,NULL,NULL,'api','first','957f553f15400d75bf3a95bcb4c02da8f7f12034dc84c6ea0c3db7328030eee2','NPxK','2026-12-01T03:15:35.302Z',NULL,13);
INSERT INTO keys VALUES(58,51,55,56,'sdk','first','a096e207af92ed5ef9a41a5ce7b8aa32725d82e303f8ce01fa88d105295a2734','FMRR','2026-12-01T03:15:35.319Z',NULL,13);
INSERT INTO keys VALUES(60,51,55,56,'server','first','575c48949ebca2bb643c09c5f854ae77c684e1077b8b2311776f1464be839c76','H2Zz','2026-12-01T03:15:35.337Z',NULL,13);
INSERT INTO keys VALUES(62,51,NULL,NULL,'api','ci','39553ccb385cbee26e9746cb170cd569376f2508d4b85592c4fb24aaf5aa7fab','sZuY','2026-12-01T03:15:35.381Z',NULL,14);
INSERT INTO keys VALUES(64,51,NULL,NULL,'api','gone','fdde05c73a17d364c9a033ad1063dd77a4391e2c0dd60c47dfa8bf47351387eb','BXMx','2026-12-01T03:15:35.414Z','2026-12-01T03:15:35.420Z',16);
INSERT INTO keys VALUES(69,51,55,67,'sdk','first','3f59dc5ddcd7a45f3fd8002901630df49fd8a3b1e9cfcf7bb322affe554f233a','ZRB8','2026-12-01T03:15:35.456Z',NULL,17);
INSERT INTO keys VALUES(71,51,55,67,'server','first','d1460794d68e3534b3cd4a9387973902b7401e949a71a7c7162f8da4d6b37de8','9NXB','2026-12-01T03:15:35.456Z',NULL,17);
CREATE TABLE flags (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    shared TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (project_id, key)
);
INSERT INTO flags VALUES(23,5,'a','{}','2026-12-01T03:15:35.156Z');
INSERT INTO flags VALUES(48,30,'a','{}','2026-12-01T03:15:35.244Z');
INSERT INTO flags VALUES(73,55,'a','{}','2026-12-01T03:15:35.496Z');
CREATE TABLE flag_states (
    flag_id BIGINT NOT NULL REFERENCES flags (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    state TEXT NOT NULL, rules_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED, version BIGINT NOT NULL DEFAULT 1, updated_at TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (environment_id, flag_id)
);
INSERT INTO flag_states VALUES(23,17,'{"enabled":false}',NULL,1,'2026-12-01T03:15:35.157Z');
INSERT INTO flag_states VALUES(23,6,'{"enabled":true}',NULL,1,'2026-12-01T03:15:35.159Z');
INSERT INTO flag_states VALUES(48,42,'{"enabled":false}',NULL,1,'2026-12-01T03:15:35.245Z');
INSERT INTO flag_states VALUES(48,31,'{"enabled":true}',NULL,1,'2026-12-01T03:15:35.247Z');
INSERT INTO flag_states VALUES(73,67,'{"enabled":false}',NULL,1,'2026-12-01T03:15:35.496Z');
INSERT INTO flag_states VALUES(73,56,'{"enabled":true}',NULL,1,'2026-12-01T03:15:35.497Z');
CREATE TABLE segments (
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    definition TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (environment_id, key)
);
CREATE TABLE audit (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    project_id BIGINT,
    environment TEXT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT,
    after TEXT
, unchanged TEXT, flag_id BIGINT);
INSERT INTO audit VALUES(2,1,NULL,NULL,'2026-12-01T03:15:35.100Z','signup','account.create','1',NULL,NULL,NULL,NULL);
INSERT INTO audit VALUES(4,1,NULL,NULL,'2026-12-01T03:15:35.101Z','signup','key.create','3',NULL,'{"kind":"api","name":"first","ending":"zQ1W"}',NULL,NULL);
INSERT INTO audit VALUES(7,1,5,NULL,'2026-12-01T03:15:35.101Z','signup','project.create','default',NULL,'{"name":"default","environments":["production"]}',NULL,NULL);
INSERT INTO audit VALUES(9,1,5,'production','2026-12-01T03:15:35.101Z','signup','key.create','8',NULL,'{"kind":"sdk","name":"first","ending":"iyGy"}',NULL,NULL);
INSERT INTO audit VALUES(11,1,5,'production','2026-12-01T03:15:35.101Z','signup','key.create','10',NULL,'{"kind":"server","name":"first","ending":"bedt"}',NULL,NULL);
INSERT INTO audit VALUES(13,1,NULL,NULL,'2026-12-01T03:15:35.116Z','key 3','key.create','12',NULL,'{"kind":"api","name":"ci","ending":"dwjb"}',NULL,NULL);
INSERT INTO audit VALUES(15,1,NULL,NULL,'2026-12-01T03:15:35.121Z','key 3','key.create','14',NULL,'{"kind":"api","name":"gone","ending":"xKUc"}',NULL,NULL);
INSERT INTO audit VALUES(16,1,NULL,NULL,'2026-12-01T03:15:35.125Z','key 3','key.revoke','14','{"kind":"api","name":"gone","ending":"xKUc"}',NULL,NULL,NULL);
INSERT INTO audit VALUES(18,1,5,'staging','2026-12-01T03:15:35.131Z','key 12','environment.create','staging',NULL,'{"name":"staging","copy_of":"production"}',NULL,NULL);
INSERT INTO audit VALUES(20,1,5,'staging','2026-12-01T03:15:35.131Z','key 12','key.create','19',NULL,'{"kind":"sdk","name":"first","ending":"PuaD"}',NULL,NULL);
INSERT INTO audit VALUES(22,1,5,'staging','2026-12-01T03:15:35.132Z','key 12','key.create','21',NULL,'{"kind":"server","name":"first","ending":"03Wp"}',NULL,NULL);
INSERT INTO audit VALUES(24,1,5,'staging','2026-12-01T03:15:35.158Z','key 12','flag.create','a',NULL,'{"key":"a","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:35.156Z","updated_at":"2026-12-01T03:15:35.157Z"}',NULL,23);
INSERT INTO audit VALUES(25,1,5,'production','2026-12-01T03:15:35.160Z','key 12','flag.create','a',NULL,'{"key":"a","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:35.156Z","updated_at":"2026-12-01T03:15:35.159Z"}',NULL,23);
INSERT INTO audit VALUES(27,26,NULL,NULL,'2026-12-01T03:15:35.197Z','signup','account.create','26',NULL,NULL,NULL,NULL);
INSERT INTO audit VALUES(29,26,NULL,NULL,'2026-12-01T03:15:35.198Z','signup','key.create','28',NULL,'{"kind":"api","name":"first","ending":"R8Mu"}',NULL,NULL);
INSERT INTO audit VALUES(32,26,30,NULL,'2026-12-01T03:15:35.199Z','signup','project.create','default',NULL,'{"name":"default","environments":["production"]}',NULL,NULL);
INSERT INTO audit VALUES(34,26,30,'production','2026-12-01T03:15:35.200Z','signup','key.create','33',NULL,'{"kind":"sdk","name":"first","ending":"LhZH"}',NULL,NULL);
INSERT INTO audit VALUES(36,26,30,'production','2026-12-01T03:15:35.200Z','signup','key.create','35',NULL,'{"kind":"server","name":"first","ending":"skBq"}',NULL,NULL);
INSERT INTO audit VALUES(38,26,NULL,NULL,'2026-12-01T03:15:35.205Z','key 28','key.create','37',NULL,'{"kind":"api","name":"ci","ending":"mVvB"}',NULL,NULL);
INSERT INTO audit VALUES(40,26,NULL,NULL,'2026-12-01T03:15:35.209Z','key 28','key.create','39',NULL,'{"kind":"api","name":"gone","ending":"SE7B"}',NULL,NULL);
INSERT INTO audit VALUES(41,26,NULL,NULL,'2026-12-01T03:15:35.231Z','key 28','key.revoke','39','{"kind":"api","name":"gone","ending":"SE7B"}',NULL,NULL,NULL);
INSERT INTO audit VALUES(43,26,30,'staging','2026-12-01T03:15:35.237Z','key 37','environment.create','staging',NULL,'{"name":"staging","copy_of":"production"}',NULL,NULL);
INSERT INTO audit VALUES(45,26,30,'staging','2026-12-01T03:15:35.239Z','key 37','key.create','44',NULL,'{"kind":"sdk","name":"first","ending":"utGj"}',NULL,NULL);
INSERT INTO audit VALUES(47,26,30,'staging','2026-12-01T03:15:35.240Z','key 37','key.create','46',NULL,'{"kind":"server","name":"first","ending":"ID0F"}',NULL,NULL);
INSERT INTO audit VALUES(49,26,30,'staging','2026-12-01T03:15:35.246Z','key 37','flag.create','a',NULL,'{"key":"a","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:35.244Z","updated_at":"2026-12-01T03:15:35.245Z"}',NULL,48);
INSERT INTO audit VALUES(50,26,30,'production','2026-12-01T03:15:35.248Z','key 37','flag.create','a',NULL,'{"key":"a","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:35.244Z","updated_at":"2026-12-01T03:15:35.247Z"}',NULL,48);
INSERT INTO audit VALUES(52,51,NULL,NULL,'2026-12-01T03:15:35.302Z','signup','account.create','51',NULL,NULL,NULL,NULL);
INSERT INTO audit VALUES(54,51,NULL,NULL,'2026-12-01T03:15:35.311Z','signup','key.create','53',NULL,'{"kind":"api","name":"first","ending":"NPxK"}',NULL,NULL);
INSERT INTO audit VALUES(57,51,55,NULL,'2026-12-01T03:15:35.319Z','signup','project.create','default',NULL,'{"name":"default","environments":["production"]}',NULL,NULL);
INSERT INTO audit VALUES(59,51,55,'production','2026-12-01T03:15:35.331Z','signup','key.create','58',NULL,'{"kind":"sdk","name":"first","ending":"FMRR"}',NULL,NULL);
INSERT INTO audit VALUES(61,51,55,'production','2026-12-01T03:15:35.339Z','signup','key.create','60',NULL,'{"kind":"server","name":"first","ending":"H2Zz"}',NULL,NULL);
INSERT INTO audit VALUES(63,51,NULL,NULL,'2026-12-01T03:15:35.382Z','key 53','key.create','62',NULL,'{"kind":"api","name":"ci","ending":"sZuY"}',NULL,NULL);
INSERT INTO audit VALUES(65,51,NULL,NULL,'2026-12-01T03:15:35.414Z','key 53','key.create','64',NULL,'{"kind":"api","name":"gone","ending":"BXMx"}',NULL,NULL);
INSERT INTO audit VALUES(66,51,NULL,NULL,'2026-12-01T03:15:35.427Z','key 53','key.revoke','64','{"kind":"api","name":"gone","ending":"BXMx"}',NULL,NULL,NULL);
INSERT INTO audit VALUES(68,51,55,'staging','2026-12-01T03:15:35.456Z','key 62','environment.create','staging',NULL,'{"name":"staging","copy_of":"production"}',NULL,NULL);
INSERT INTO audit VALUES(70,51,55,'staging','2026-12-01T03:15:35.456Z','key 62','key.create','69',NULL,'{"kind":"sdk","name":"first","ending":"ZRB8"}',NULL,NULL);
INSERT INTO audit VALUES(72,51,55,'staging','2026-12-01T03:15:35.456Z','key 62','key.create','71',NULL,'{"kind":"server","name":"first","ending":"9NXB"}',NULL,NULL);
INSERT INTO audit VALUES(74,51,55,'staging','2026-12-01T03:15:35.497Z','key 62','flag.create','a',NULL,'{"key":"a","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:35.496Z","updated_at":"2026-12-01T03:15:35.496Z"}',NULL,73);
INSERT INTO audit VALUES(75,51,55,'production','2026-12-01T03:15:35.497Z','key 62','flag.create','a',NULL,'{"key":"a","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:15:35.496Z","updated_at":"2026-12-01T03:15:35.497Z"}',NULL,73);
CREATE TABLE writes (
    slot BIGINT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    token BIGINT NOT NULL
);
INSERT INTO writes VALUES(1,1,287410201203553557);
INSERT INTO writes VALUES(2,2,-8897498165271758947);
INSERT INTO writes VALUES(3,3,2900095882656022539);
INSERT INTO writes VALUES(4,4,-6896357750675197815);
INSERT INTO writes VALUES(5,5,-8152402909036459526);
INSERT INTO writes VALUES(6,6,956793376238606);
INSERT INTO writes VALUES(7,7,7218432707330868919);
INSERT INTO writes VALUES(8,8,6067433292471444839);
INSERT INTO writes VALUES(9,9,-5294054864320663377);
INSERT INTO writes VALUES(10,10,2235001196930567880);
INSERT INTO writes VALUES(11,11,-1182889517718100934);
INSERT INTO writes VALUES(12,12,-9016812887779048315);
INSERT INTO writes VALUES(13,13,1064439111843113971);
INSERT INTO writes VALUES(14,14,-1737015855051143356);
INSERT INTO writes VALUES(15,15,-2789385245655395387);
INSERT INTO writes VALUES(16,16,7736133987803468891);
INSERT INTO writes VALUES(17,17,-9185037182502221330);
INSERT INTO writes VALUES(18,18,-1414652194988076206);
CREATE TABLE texts (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (account_id, hash)
);
CREATE TABLE audit_parts (
    audit_id BIGINT NOT NULL REFERENCES audit (id) ON DELETE CASCADE,
    side TEXT NOT NULL,
    field TEXT NOT NULL,
    -- Deleting an account deletes both in any order.
    text_id BIGINT NOT NULL REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (audit_id, side, field)
);
CREATE TABLE flag_versions (
    flag_id BIGINT NOT NULL,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    PRIMARY KEY (flag_id, environment_id)
);
CREATE TABLE archive (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    flag_id BIGINT NOT NULL UNIQUE,
    key TEXT NOT NULL,
    shared TEXT NOT NULL,
    created_at TEXT NOT NULL,
    archived_at TEXT NOT NULL,
    actor TEXT NOT NULL
);
CREATE TABLE archive_states (
    archive_id BIGINT NOT NULL REFERENCES archive (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL,
    environment TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The rules, where they are large, as in `flag_states`.
    rules_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (archive_id, environment_id)
);
CREATE TABLE archive_segments (
    archive_id BIGINT NOT NULL REFERENCES archive (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    text_id BIGINT NOT NULL REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (archive_id, environment_id, key)
);
CREATE INDEX projects_of_account ON projects (account_id);
CREATE INDEX keys_changed ON keys (changed);
CREATE INDEX flag_states_of_flag ON flag_states (flag_id);
CREATE INDEX audit_of_project ON audit (project_id, id);
CREATE INDEX audit_of_account ON audit (account_id, id);
CREATE INDEX audit_parts_of_text ON audit_parts (text_id);
CREATE INDEX flag_states_of_text ON flag_states (rules_id);
CREATE INDEX keys_of_owner ON keys (account_id, COALESCE(project_id, 0), id);
CREATE INDEX keys_valid ON keys (account_id, COALESCE(project_id, 0)) WHERE revoked_at IS NULL;
CREATE INDEX keys_of_project ON keys (project_id);
CREATE INDEX keys_of_environment ON keys (environment_id);
CREATE INDEX audit_of_target ON audit (account_id, target, id);
CREATE INDEX archive_of_project ON archive (project_id, id);
CREATE INDEX archive_by_time ON archive (archived_at);
CREATE INDEX archive_states_of_text ON archive_states (rules_id);
CREATE INDEX archive_segments_of_text ON archive_segments (text_id);
CREATE INDEX audit_of_flag ON audit (flag_id) WHERE flag_id IS NOT NULL;
COMMIT;
