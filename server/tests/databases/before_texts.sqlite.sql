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
INSERT INTO _sqlx_migrations VALUES(1,'first','2026-11-30 21:45:54',1,X'62e83e8cd98a1df000a8bec06e54283328a76bd8c1d2e2d9a206517473006a66124bc2d51321460ab3a4b6e36db19396',3865582);
INSERT INTO _sqlx_migrations VALUES(2,'writes','2026-11-30 21:45:54',1,X'8825b4488781a93d8ccf77031715765174a49a6df2b056b9e249e08151d7afec474c0a3b1687960c8a80ee346f4b3787',3107054);
CREATE TABLE meta (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence BIGINT NOT NULL,
    last_id BIGINT NOT NULL
);
INSERT INTO meta VALUES(1,13,39);
CREATE TABLE accounts (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    created_at TEXT NOT NULL
);
INSERT INTO accounts VALUES(1,'dev@example.com','2026-11-30T21:45:54.260Z');
CREATE TABLE projects (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- The sequence of the last write that changed any field of its flags and segments, also those for people only.
    flags_changed BIGINT NOT NULL DEFAULT 0
);
INSERT INTO projects VALUES(5,1,'default','2026-11-30T21:45:54.261Z',8);
CREATE TABLE environments (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (project_id, name)
);
INSERT INTO environments VALUES(6,5,'production',8,'2026-11-30T21:45:54.261Z');
INSERT INTO environments VALUES(12,5,'staging',8,'2026-11-30T21:45:54.285Z');
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
INSERT INTO keys VALUES(3,1,NULL,NULL,'api','first','b2fd96878c312d6a695134dd6f87630d203f85e96ade35ee7fd9de5e4b7e2ee8','09Rr','2026-11-30T21:45:54.261Z',NULL,1);
INSERT INTO keys VALUES(8,1,5,6,'sdk','first','f48289b9c305b3536862c1433c0c208a39bd4579c7f4c2c50b766593c22aeab7','g4aM','2026-11-30T21:45:54.262Z',NULL,1);
INSERT INTO keys VALUES(10,1,5,6,'server','first','65e5f1b9410e53f912a260874e44b867ff6dc76bd6d7b785a1e422b5606d24cf','Ne5x','2026-11-30T21:45:54.262Z',NULL,1);
INSERT INTO keys VALUES(14,1,5,12,'sdk','first','5ab9a36669556c1750c5bf247e3e238bf5123453a25c32ab71ced543c6dbb47b','1OhD','2026-11-30T21:45:54.286Z',NULL,2);
INSERT INTO keys VALUES(16,1,5,12,'server','first','f8147292570e4ba012af484bf3ab77469804b3aebb9263b18ae35c65853ff939','WLQp','2026-11-30T21:45:54.286Z',NULL,2);
INSERT INTO keys VALUES(27,1,NULL,NULL,'api','ci','936eddcefeb187886238b476628b1bee46432e59fe13e9811621d3322be8455f','5URl','2026-11-30T21:45:54.329Z','2026-11-30T21:45:54.345Z',13);
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
INSERT INTO flags VALUES(19,5,'checkout','{"name":"Checkout ä"}',3,'2026-11-30T21:45:54.302Z','2026-11-30T21:45:54.313Z');
CREATE TABLE flag_states (
    flag_id BIGINT NOT NULL REFERENCES flags (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    PRIMARY KEY (environment_id, flag_id)
);
INSERT INTO flag_states VALUES(19,6,'{"enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}]}');
INSERT INTO flag_states VALUES(19,12,'{"enabled":true,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}]}');
CREATE TABLE segments (
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    definition TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (environment_id, key)
);
INSERT INTO segments VALUES(6,'staff','{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}]}',1,'2026-11-30T21:45:54.295Z','2026-11-30T21:45:54.295Z');
INSERT INTO segments VALUES(12,'staff','{"rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}]}',1,'2026-11-30T21:45:54.319Z','2026-11-30T21:45:54.319Z');
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
);
INSERT INTO audit VALUES(2,1,NULL,NULL,'2026-11-30T21:45:54.260Z','signup','account.create','1',NULL,NULL);
INSERT INTO audit VALUES(4,1,NULL,NULL,'2026-11-30T21:45:54.261Z','signup','key.create','3',NULL,'{"kind":"api","name":"first","ending":"09Rr"}');
INSERT INTO audit VALUES(7,1,5,NULL,'2026-11-30T21:45:54.261Z','signup','project.create','default',NULL,'{"name":"default","environments":["production"]}');
INSERT INTO audit VALUES(9,1,5,'production','2026-11-30T21:45:54.262Z','signup','key.create','8',NULL,'{"kind":"sdk","name":"first","ending":"g4aM"}');
INSERT INTO audit VALUES(11,1,5,'production','2026-11-30T21:45:54.262Z','signup','key.create','10',NULL,'{"kind":"server","name":"first","ending":"Ne5x"}');
INSERT INTO audit VALUES(13,1,5,'staging','2026-11-30T21:45:54.285Z','key 3','environment.create','staging',NULL,'{"name":"staging","copy_of":"production"}');
INSERT INTO audit VALUES(15,1,5,'staging','2026-11-30T21:45:54.286Z','key 3','key.create','14',NULL,'{"kind":"sdk","name":"first","ending":"1OhD"}');
INSERT INTO audit VALUES(17,1,5,'staging','2026-11-30T21:45:54.286Z','key 3','key.create','16',NULL,'{"kind":"server","name":"first","ending":"WLQp"}');
INSERT INTO audit VALUES(18,1,5,'production','2026-11-30T21:45:54.296Z','key 3','segment.create','staff',NULL,'{"key":"staff","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T21:45:54.295Z","updated_at":"2026-11-30T21:45:54.295Z"}');
INSERT INTO audit VALUES(20,1,5,'production','2026-11-30T21:45:54.302Z','key 3','flag.create','checkout',NULL,'{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":1,"created_at":"2026-11-30T21:45:54.302Z","updated_at":"2026-11-30T21:45:54.302Z"}');
INSERT INTO audit VALUES(21,1,5,'production','2026-11-30T21:45:54.309Z','key 3','flag.update','checkout','{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":1,"created_at":"2026-11-30T21:45:54.302Z","updated_at":"2026-11-30T21:45:54.302Z"}','{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":2,"created_at":"2026-11-30T21:45:54.302Z","updated_at":"2026-11-30T21:45:54.308Z"}');
INSERT INTO audit VALUES(22,1,5,'staging','2026-11-30T21:45:54.314Z','key 3','flag.update','checkout','{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":2,"created_at":"2026-11-30T21:45:54.302Z","updated_at":"2026-11-30T21:45:54.308Z"}','{"key":"checkout","name":"Checkout ä","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[{"attribute":"user_id","operator":"in","value":["user-000","user-001","user-002","user-003","user-004","user-005","user-006","user-007","user-008","user-009","user-010","user-011","user-012","user-013","user-014","user-015","user-016","user-017","user-018","user-019","user-020","user-021","user-022","user-023","user-024","user-025","user-026","user-027","user-028","user-029","user-030","user-031","user-032","user-033","user-034","user-035","user-036","user-037","user-038","user-039"]}],"version":3,"created_at":"2026-11-30T21:45:54.302Z","updated_at":"2026-11-30T21:45:54.313Z"}');
INSERT INTO audit VALUES(23,1,5,'staging','2026-11-30T21:45:54.320Z','key 3','segment.create','staff',NULL,'{"key":"staff","rules":[{"attribute":"email","operator":"ends_with","value":"@example.com"}],"version":1,"created_at":"2026-11-30T21:45:54.319Z","updated_at":"2026-11-30T21:45:54.319Z"}');
INSERT INTO audit VALUES(25,1,5,'production','2026-11-30T21:45:54.320Z','key 3','flag.create','theme',NULL,'{"key":"theme","tags":[],"client_visible":false,"variants":{"dark":{"color":"#000","fonts":["a","b"]},"light":{"color":"#fff"}},"default":"light","enabled":true,"rules":[{"conditions":[{"operator":"in_segment","value":"staff"}],"value":"dark"}],"version":1,"created_at":"2026-11-30T21:45:54.320Z","updated_at":"2026-11-30T21:45:54.320Z"}');
INSERT INTO audit VALUES(26,1,5,'production','2026-11-30T21:45:54.325Z','key 3','flag.delete','theme','{"key":"theme","tags":[],"client_visible":false,"variants":{"dark":{"color":"#000","fonts":["a","b"]},"light":{"color":"#fff"}},"default":"light","enabled":true,"rules":[{"conditions":[{"operator":"in_segment","value":"staff"}],"value":"dark"}],"version":1,"created_at":"2026-11-30T21:45:54.320Z","updated_at":"2026-11-30T21:45:54.320Z"}',NULL);
INSERT INTO audit VALUES(28,1,NULL,NULL,'2026-11-30T21:45:54.330Z','key 3','key.create','27',NULL,'{"kind":"api","name":"ci","ending":"5URl"}');
INSERT INTO audit VALUES(31,1,29,NULL,'2026-11-30T21:45:54.333Z','key 27','project.create','gone',NULL,'{"name":"gone","environments":["production"]}');
INSERT INTO audit VALUES(33,1,29,'production','2026-11-30T21:45:54.333Z','key 27','key.create','32',NULL,'{"kind":"sdk","name":"first","ending":"f2JG"}');
INSERT INTO audit VALUES(35,1,29,'production','2026-11-30T21:45:54.334Z','key 27','key.create','34',NULL,'{"kind":"server","name":"first","ending":"jbq2"}');
INSERT INTO audit VALUES(37,1,29,'production','2026-11-30T21:45:54.338Z','key 27','flag.create','old',NULL,'{"key":"old","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-11-30T21:45:54.337Z","updated_at":"2026-11-30T21:45:54.337Z"}');
INSERT INTO audit VALUES(38,1,29,NULL,'2026-11-30T21:45:54.341Z','key 3','project.delete','gone','{"name":"gone","environments":["production"]}',NULL);
INSERT INTO audit VALUES(39,1,NULL,NULL,'2026-11-30T21:45:54.345Z','key 3','key.revoke','27','{"kind":"api","name":"ci","ending":"5URl"}',NULL);
CREATE TABLE writes (
    slot BIGINT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    token BIGINT NOT NULL
);
INSERT INTO writes VALUES(1,1,7896992356724449066);
INSERT INTO writes VALUES(2,2,6151714745765930289);
INSERT INTO writes VALUES(3,3,5317178898110206369);
INSERT INTO writes VALUES(4,4,1606170624460441763);
INSERT INTO writes VALUES(5,5,-3745144430523427973);
INSERT INTO writes VALUES(6,6,4144672488148125694);
INSERT INTO writes VALUES(7,7,2196086498429973693);
INSERT INTO writes VALUES(8,8,-1811125046746005069);
INSERT INTO writes VALUES(9,9,-7044916207366146304);
INSERT INTO writes VALUES(10,10,-8090532563814728408);
INSERT INTO writes VALUES(11,11,8615553938718928226);
INSERT INTO writes VALUES(12,12,-7613221227599769300);
INSERT INTO writes VALUES(13,13,7130959982488941168);
CREATE INDEX projects_of_account ON projects (account_id);
CREATE INDEX keys_changed ON keys (changed);
CREATE INDEX keys_of_account ON keys (account_id);
CREATE INDEX flag_states_of_flag ON flag_states (flag_id);
CREATE INDEX audit_of_project ON audit (project_id, id);
CREATE INDEX audit_of_account ON audit (account_id, id);
COMMIT;
