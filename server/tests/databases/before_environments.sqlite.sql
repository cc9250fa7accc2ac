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
INSERT INTO _sqlx_migrations VALUES(1,'first','2026-11-30 22:53:01',1,X'62e83e8cd98a1df000a8bec06e54283328a76bd8c1d2e2d9a206517473006a66124bc2d51321460ab3a4b6e36db19396',1265658);
INSERT INTO _sqlx_migrations VALUES(2,'writes','2026-11-30 22:53:01',1,X'8825b4488781a93d8ccf77031715765174a49a6df2b056b9e249e08151d7afec474c0a3b1687960c8a80ee346f4b3787',217646);
INSERT INTO _sqlx_migrations VALUES(3,'texts','2026-11-30 22:53:01',1,X'4262213a12795e8a3146d8c55307ce1002bcfb58fd56296f2b7eda8360830e880e8d4223d15091f6e9453e29866a8593',598489);
INSERT INTO _sqlx_migrations VALUES(4,'state texts','2026-11-30 22:53:01',1,X'54c10e0f650a52f2dcbbf7f186f7ca517f582ee73c3aa35c1cb24cd9ef2978cc6f798b0ee69666e6fd15a0967494c19c',423689);
INSERT INTO _sqlx_migrations VALUES(5,'keys of owners','2026-11-30 22:53:01',1,X'9c10dabbd26b7b1e42373d685cd6a4a81dab225285dd90cdddbf16e5eb9085e0dc39fb01539282402f73c0ceb42cb8e0',462157);
INSERT INTO _sqlx_migrations VALUES(6,'audit of target','2026-11-30 22:53:01',1,X'1d448550b6abf32b973e54e4be0b5ee797fea1f32ac18adb84d8cadf2999e34499d451c18b264b5cf12d61c36a49fa84',197557);
CREATE TABLE meta (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence BIGINT NOT NULL,
    last_id BIGINT NOT NULL
);
INSERT INTO meta VALUES(1,12,38);
CREATE TABLE accounts (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    created_at TEXT NOT NULL
);
INSERT INTO accounts VALUES(1,'dev@example.com','2026-11-30T22:53:01.480Z');
CREATE TABLE projects (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- The sequence of the last write that changed any field of its flags and segments, also those for people only.
    flags_changed BIGINT NOT NULL DEFAULT 0
);
INSERT INTO projects VALUES(5,1,'default','2026-11-30T22:53:01.484Z',12);
CREATE TABLE environments (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (project_id, name)
);
INSERT INTO environments VALUES(6,5,'production',12,'2026-11-30T22:53:01.484Z');
INSERT INTO environments VALUES(12,5,'staging',12,'2026-11-30T22:53:01.567Z');
INSERT INTO environments VALUES(18,5,'dev',12,'2026-11-30T22:53:01.619Z');
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
INSERT INTO keys VALUES(3,1,NULL,NULL,'api','first','9b99d750b664cf2a159ecc96d9013da8208c86917bf34b683525095c47f1cd84','MacV','2026-11-30T22:53:01.483Z',NULL,1);
INSERT INTO keys VALUES(8,1,5,6,'sdk','first','f02bd0ce0a70f19dd4a8f060f05e855d55f26632f0db2668eae9e1e897e26e39','ZFur','2026-11-30T22:53:01.485Z',NULL,1);
INSERT INTO keys VALUES(10,1,5,6,'server','first','bb06b17ab020eb8217ab38032d5244baf32feea39fc9774fc4abb502fbcc41f4','MRdk','2026-11-30T22:53:01.485Z',NULL,1);
INSERT INTO keys VALUES(14,1,5,12,'sdk','first','e9c2b392b0d49afb3f10e2c9d8bd900b0cf28adc85834bf79db77372f01e2fa8','RKWt','2026-11-30T22:53:01.567Z',NULL,2);
INSERT INTO keys VALUES(16,1,5,12,'server','first','327b464b09d893b0bc32ca60d89fa73fd118c7ec919ed8c7426816ba8131ac81','c2wv','2026-11-30T22:53:01.568Z',NULL,2);
INSERT INTO keys VALUES(20,1,5,18,'sdk','first','840c74d01c7b85d5f9299ba914604ae9076f51ca6011cd7fb838e075bf5a0e57','vA3P','2026-11-30T22:53:01.619Z',NULL,3);
INSERT INTO keys VALUES(22,1,5,18,'server','first','7ae8d6208b01d3cd71af96f0d6504e2f77462f331123be3d87a10584beb91a90','oqV0','2026-11-30T22:53:01.620Z',NULL,3);
CREATE TABLE flags (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    shared TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (project_id, key)
);
INSERT INTO flags VALUES(27,5,'checkout','{"name":"Checkout","tags":["web"],"client_visible":true}',2,'2026-11-30T22:53:01.665Z','2026-11-30T22:53:01.745Z');
INSERT INTO flags VALUES(29,5,'theme','{"description":"Colours","variants":{"light":1,"dark":2},"default":"light"}',3,'2026-11-30T22:53:01.680Z','2026-11-30T22:53:01.751Z');
CREATE TABLE flag_states (
    flag_id BIGINT NOT NULL REFERENCES flags (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    state TEXT NOT NULL, rules_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (environment_id, flag_id)
);
INSERT INTO flag_states VALUES(27,6,'{"enabled":true,"rules":[{"operator":"in_segment","value":"beta"}]}',NULL);
INSERT INTO flag_states VALUES(27,12,'{"enabled":false,"rules":[{"operator":"in_segment","value":"beta"}]}',NULL);
INSERT INTO flag_states VALUES(27,18,'{"enabled":true,"default_enabled":true}',NULL);
INSERT INTO flag_states VALUES(29,6,'{"enabled":true,"off":"dark"}',30);
INSERT INTO flag_states VALUES(29,12,'{"enabled":true,"off":"dark"}',30);
INSERT INTO flag_states VALUES(29,18,'{"enabled":false,"off":"dark"}',30);
CREATE TABLE segments (
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    definition TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (environment_id, key)
);
INSERT INTO segments VALUES(6,'beta','{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}]}',1,'2026-11-30T22:53:01.635Z','2026-11-30T22:53:01.635Z');
INSERT INTO segments VALUES(12,'beta','{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}]}',1,'2026-11-30T22:53:01.664Z','2026-11-30T22:53:01.664Z');
INSERT INTO segments VALUES(18,'beta','{"rules":[]}',2,'2026-11-30T22:53:01.665Z','2026-11-30T22:53:01.759Z');
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
, unchanged TEXT);
INSERT INTO audit VALUES(2,1,NULL,NULL,'2026-11-30T22:53:01.480Z','signup','account.create','1',NULL,NULL,NULL);
INSERT INTO audit VALUES(4,1,NULL,NULL,'2026-11-30T22:53:01.484Z','signup','key.create','3',NULL,'{"kind":"api","name":"first","ending":"MacV"}',NULL);
INSERT INTO audit VALUES(7,1,5,NULL,'2026-11-30T22:53:01.485Z','signup','project.create','default',NULL,'{"name":"default","environments":["production"]}',NULL);
INSERT INTO audit VALUES(9,1,5,'production','2026-11-30T22:53:01.485Z','signup','key.create','8',NULL,'{"kind":"sdk","name":"first","ending":"ZFur"}',NULL);
INSERT INTO audit VALUES(11,1,5,'production','2026-11-30T22:53:01.485Z','signup','key.create','10',NULL,'{"kind":"server","name":"first","ending":"MRdk"}',NULL);
INSERT INTO audit VALUES(13,1,5,'staging','2026-11-30T22:53:01.567Z','key 3','environment.create','staging',NULL,'{"name":"staging","copy_of":"production"}',NULL);
INSERT INTO audit VALUES(15,1,5,'staging','2026-11-30T22:53:01.568Z','key 3','key.create','14',NULL,'{"kind":"sdk","name":"first","ending":"RKWt"}',NULL);
INSERT INTO audit VALUES(17,1,5,'staging','2026-11-30T22:53:01.568Z','key 3','key.create','16',NULL,'{"kind":"server","name":"first","ending":"c2wv"}',NULL);
INSERT INTO audit VALUES(19,1,5,'dev','2026-11-30T22:53:01.619Z','key 3','environment.create','dev',NULL,'{"name":"dev","copy_of":"production"}',NULL);
INSERT INTO audit VALUES(21,1,5,'dev','2026-11-30T22:53:01.620Z','key 3','key.create','20',NULL,'{"kind":"sdk","name":"first","ending":"vA3P"}',NULL);
INSERT INTO audit VALUES(23,1,5,'dev','2026-11-30T22:53:01.620Z','key 3','key.create','22',NULL,'{"kind":"server","name":"first","ending":"oqV0"}',NULL);
INSERT INTO audit VALUES(24,1,5,'production','2026-11-30T22:53:01.635Z','key 3','segment.create','beta',NULL,'{"key":"beta","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T22:53:01.635Z","updated_at":"2026-11-30T22:53:01.635Z"}',NULL);
INSERT INTO audit VALUES(25,1,5,'staging','2026-11-30T22:53:01.665Z','key 3','segment.create','beta',NULL,'{"key":"beta","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T22:53:01.664Z","updated_at":"2026-11-30T22:53:01.664Z"}',NULL);
INSERT INTO audit VALUES(26,1,5,'dev','2026-11-30T22:53:01.665Z','key 3','segment.create','beta',NULL,'{"key":"beta","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T22:53:01.665Z","updated_at":"2026-11-30T22:53:01.665Z"}',NULL);
INSERT INTO audit VALUES(28,1,5,'production','2026-11-30T22:53:01.665Z','key 3','flag.create','checkout',NULL,'{"key":"checkout","name":"Checkout","tags":["web"],"client_visible":true,"enabled":true,"default_enabled":false,"rules":[{"operator":"in_segment","value":"beta"}],"version":1,"created_at":"2026-11-30T22:53:01.665Z","updated_at":"2026-11-30T22:53:01.665Z"}',NULL);
INSERT INTO audit VALUES(31,1,5,'production','2026-11-30T22:53:01.681Z','key 3','flag.create','theme',NULL,'{"key":"theme","tags":[],"client_visible":false,"variants":{"light":1,"dark":2},"default":"light","enabled":true,"off":"dark","version":1,"created_at":"2026-11-30T22:53:01.680Z","updated_at":"2026-11-30T22:53:01.680Z"}',NULL);
INSERT INTO audit VALUES(33,1,5,'production','2026-11-30T22:53:01.696Z','key 3','flag.create','gone',NULL,'{"key":"gone","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-11-30T22:53:01.696Z","updated_at":"2026-11-30T22:53:01.696Z"}',NULL);
INSERT INTO audit VALUES(34,1,5,'staging','2026-11-30T22:53:01.714Z','key 3','flag.update','theme','{"enabled":false,"version":1,"updated_at":"2026-11-30T22:53:01.680Z"}','{"enabled":true,"version":2,"updated_at":"2026-11-30T22:53:01.714Z"}','{"key":"theme","tags":[],"client_visible":false,"variants":{"light":1,"dark":2},"default":"light","off":"dark","created_at":"2026-11-30T22:53:01.680Z"}');
INSERT INTO audit VALUES(35,1,5,'dev','2026-11-30T22:53:01.746Z','key 3','flag.update','checkout','{"enabled":false,"default_enabled":false,"rules":[{"operator":"in_segment","value":"beta"}],"version":1,"updated_at":"2026-11-30T22:53:01.665Z"}','{"enabled":true,"default_enabled":true,"rules":[],"version":2,"updated_at":"2026-11-30T22:53:01.745Z"}','{"key":"checkout","name":"Checkout","tags":["web"],"client_visible":true,"created_at":"2026-11-30T22:53:01.665Z"}');
INSERT INTO audit VALUES(36,1,5,'production','2026-11-30T22:53:01.752Z','key 3','flag.update','theme','{"version":2,"updated_at":"2026-11-30T22:53:01.714Z"}','{"description":"Colours","version":3,"updated_at":"2026-11-30T22:53:01.751Z"}','{"key":"theme","tags":[],"client_visible":false,"variants":{"light":1,"dark":2},"default":"light","enabled":true,"off":"dark","created_at":"2026-11-30T22:53:01.680Z"}');
INSERT INTO audit VALUES(37,1,5,'dev','2026-11-30T22:53:01.764Z','key 3','segment.update','beta','{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"updated_at":"2026-11-30T22:53:01.665Z"}','{"rules":[],"version":2,"updated_at":"2026-11-30T22:53:01.759Z"}','{"key":"beta","created_at":"2026-11-30T22:53:01.665Z"}');
INSERT INTO audit VALUES(38,1,5,'production','2026-11-30T22:53:01.773Z','key 3','flag.delete','gone','{"key":"gone","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-11-30T22:53:01.696Z","updated_at":"2026-11-30T22:53:01.696Z"}',NULL,NULL);
CREATE TABLE writes (
    slot BIGINT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    token BIGINT NOT NULL
);
INSERT INTO writes VALUES(1,1,-5335871440987625040);
INSERT INTO writes VALUES(2,2,-661935690554559405);
INSERT INTO writes VALUES(3,3,-281049222914078881);
INSERT INTO writes VALUES(4,4,-7929672972845109466);
INSERT INTO writes VALUES(5,5,-1137957674481103009);
INSERT INTO writes VALUES(6,6,-6355948172807578888);
INSERT INTO writes VALUES(7,7,-8625199994748737425);
INSERT INTO writes VALUES(8,8,58713791697517645);
INSERT INTO writes VALUES(9,9,8697424770199176147);
INSERT INTO writes VALUES(10,10,99941025989216477);
INSERT INTO writes VALUES(11,11,-39202996928964207);
INSERT INTO writes VALUES(12,12,-7110963158378728021);
CREATE TABLE texts (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (account_id, hash)
);
INSERT INTO texts VALUES(30,1,'0fb19a9ca9752832673a9195bb3eed1caba759c3c3952e6f1cdb3de8863eb3da',473,'[{"conditions":[{"attribute":"user_id","operator":"in","value":["user-0","user-1","user-2","user-3","user-4","user-5","user-6","user-7","user-8","user-9","user-10","user-11","user-12","user-13","user-14","user-15","user-16","user-17","user-18","user-19","user-20","user-21","user-22","user-23","user-24","user-25","user-26","user-27","user-28","user-29","user-30","user-31","user-32","user-33","user-34","user-35","user-36","user-37","user-38","user-39"]}],"value":"dark"}]');
CREATE TABLE audit_parts (
    audit_id BIGINT NOT NULL REFERENCES audit (id) ON DELETE CASCADE,
    side TEXT NOT NULL,
    field TEXT NOT NULL,
    -- Deleting an account deletes both in any order.
    text_id BIGINT NOT NULL REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (audit_id, side, field)
);
INSERT INTO audit_parts VALUES(31,'after','rules',30);
INSERT INTO audit_parts VALUES(34,'both','rules',30);
INSERT INTO audit_parts VALUES(36,'both','rules',30);
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
COMMIT;
