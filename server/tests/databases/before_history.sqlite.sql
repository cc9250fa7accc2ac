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
INSERT INTO "_sqlx_migrations" VALUES(1,'first','2026-12-01 03:13:24',1,X'62E83E8CD98A1DF000A8BEC06E54283328A76BD8C1D2E2D9A206517473006A66124BC2D51321460AB3A4B6E36DB19396',4857348);
INSERT INTO "_sqlx_migrations" VALUES(2,'writes','2026-12-01 03:13:24',1,X'8825B4488781A93D8CCF77031715765174A49A6DF2B056B9E249E08151D7AFEC474C0A3B1687960C8A80EE346F4B3787',207461);
INSERT INTO "_sqlx_migrations" VALUES(3,'texts','2026-12-01 03:13:24',1,X'4262213A12795E8A3146D8C55307CE1002BCFB58FD56296F2B7EDA8360830E880E8D4223D15091F6E9453E29866A8593',528746);
INSERT INTO "_sqlx_migrations" VALUES(4,'state texts','2026-12-01 03:13:24',1,X'54C10E0F650A52F2DCBBF7F186F7CA517F582EE73C3AA35C1CB24CD9EF2978CC6F798B0EE69666E6FD15A0967494C19C',367879);
INSERT INTO "_sqlx_migrations" VALUES(5,'keys of owners','2026-12-01 03:13:24',1,X'9C10DABBD26B7B1E42373D685CD6A4A81DAB225285DD90CDDDBF16E5EB9085E0DC39FB01539282402F73C0CEB42CB8E0',625749);
INSERT INTO "_sqlx_migrations" VALUES(6,'audit of target','2026-12-01 03:13:24',1,X'1D448550B6ABF32B973E54E4BE0B5EE797FEA1F32AC18ADB84D8CADF2999E34499D451C18B264B5CF12D61C36A49FA84',329202);
INSERT INTO "_sqlx_migrations" VALUES(7,'environments apart','2026-12-01 03:13:24',1,X'EA46D256CB0B729496275870B76DA959DACA18A4883F14CB3AB90AF13FCD1010DE6E23367967A225F036C84B2EEAD5CD',5669081);
CREATE TABLE accounts (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    created_at TEXT NOT NULL
);
INSERT INTO "accounts" VALUES(1,'a@example.com','2026-12-01T03:13:24.801Z');
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
INSERT INTO "archive" VALUES(39,5,36,'gone','{}','2026-12-01T03:13:24.966Z','2026-12-01T03:13:24.974Z','key 3');
CREATE TABLE archive_segments (
    archive_id BIGINT NOT NULL REFERENCES archive (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    text_id BIGINT NOT NULL REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (archive_id, environment_id, key)
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
INSERT INTO "archive_states" VALUES(39,6,'production','{"enabled":true}',NULL);
INSERT INTO "archive_states" VALUES(39,24,'staging','{"enabled":false}',NULL);
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
INSERT INTO "audit" VALUES(2,1,NULL,NULL,'2026-12-01T03:13:24.801Z','signup','account.create','1',NULL,NULL,NULL,NULL);
INSERT INTO "audit" VALUES(4,1,NULL,NULL,'2026-12-01T03:13:24.802Z','signup','key.create','3',NULL,'{"kind":"api","name":"first","ending":"b9DO"}',NULL,NULL);
INSERT INTO "audit" VALUES(7,1,5,NULL,'2026-12-01T03:13:24.802Z','signup','project.create','default',NULL,'{"name":"default","environments":["production"]}',NULL,NULL);
INSERT INTO "audit" VALUES(9,1,5,'production','2026-12-01T03:13:24.802Z','signup','key.create','8',NULL,'{"kind":"sdk","name":"first","ending":"5GFZ"}',NULL,NULL);
INSERT INTO "audit" VALUES(11,1,5,'production','2026-12-01T03:13:24.802Z','signup','key.create','10',NULL,'{"kind":"server","name":"first","ending":"vLfd"}',NULL,NULL);
INSERT INTO "audit" VALUES(12,1,5,'production','2026-12-01T03:13:24.816Z','key 3','segment.create','beta',NULL,'{"key":"beta","version":1,"created_at":"2026-12-01T03:13:24.816Z","updated_at":"2026-12-01T03:13:24.816Z"}',NULL,NULL);
INSERT INTO "audit" VALUES(16,1,5,'production','2026-12-01T03:13:24.822Z','key 3','flag.create','checkout',NULL,'{"key":"checkout","name":"Checkout","tags":["shop"],"client_visible":false,"enabled":true,"default_enabled":false,"version":1,"created_at":"2026-12-01T03:13:24.821Z","updated_at":"2026-12-01T03:13:24.821Z"}',NULL,14);
INSERT INTO "audit" VALUES(19,1,5,'production','2026-12-01T03:13:24.831Z','key 3','flag.create','theme',NULL,'{"key":"theme","tags":[],"client_visible":true,"default":"light","enabled":true,"off":"dark","version":1,"created_at":"2026-12-01T03:13:24.830Z","updated_at":"2026-12-01T03:13:24.830Z"}',NULL,17);
INSERT INTO "audit" VALUES(23,1,5,'production','2026-12-01T03:13:24.844Z','key 3','flag.create','plain',NULL,'{"key":"plain","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:24.844Z","updated_at":"2026-12-01T03:13:24.844Z"}',NULL,22);
INSERT INTO "audit" VALUES(25,1,5,'staging','2026-12-01T03:13:24.854Z','key 3','environment.create','staging',NULL,'{"name":"staging","copy_of":"production"}',NULL,NULL);
INSERT INTO "audit" VALUES(27,1,5,'staging','2026-12-01T03:13:24.854Z','key 3','key.create','26',NULL,'{"kind":"sdk","name":"first","ending":"dLgK"}',NULL,NULL);
INSERT INTO "audit" VALUES(29,1,5,'staging','2026-12-01T03:13:24.855Z','key 3','key.create','28',NULL,'{"kind":"server","name":"first","ending":"lf4j"}',NULL,NULL);
INSERT INTO "audit" VALUES(30,1,5,'staging','2026-12-01T03:13:24.870Z','key 3','flag.update','checkout','{"enabled":true,"version":1,"updated_at":"2026-12-01T03:13:24.854Z"}','{"enabled":false,"version":2,"updated_at":"2026-12-01T03:13:24.869Z"}','{"key":"checkout","name":"Checkout","tags":["shop"],"client_visible":false,"default_enabled":false,"created_at":"2026-12-01T03:13:24.821Z"}',14);
INSERT INTO "audit" VALUES(31,1,5,'production','2026-12-01T03:13:24.888Z','key 3','flag.update','checkout','{"default_enabled":false,"version":1,"updated_at":"2026-12-01T03:13:24.821Z"}','{"default_enabled":true,"version":2,"updated_at":"2026-12-01T03:13:24.884Z"}','{"key":"checkout","name":"Checkout","tags":["shop"],"client_visible":false,"enabled":true,"created_at":"2026-12-01T03:13:24.821Z"}',14);
INSERT INTO "audit" VALUES(32,1,5,'staging','2026-12-01T03:13:24.906Z','key 3','flag.update','theme','{"version":1,"updated_at":"2026-12-01T03:13:24.854Z"}','{"name":"Theme","version":2,"updated_at":"2026-12-01T03:13:24.902Z"}','{"key":"theme","tags":[],"client_visible":true,"default":"light","enabled":true,"off":"dark","created_at":"2026-12-01T03:13:24.830Z"}',17);
INSERT INTO "audit" VALUES(33,1,5,'production','2026-12-01T03:13:24.906Z','key 3','flag.update','theme','{"version":1,"updated_at":"2026-12-01T03:13:24.830Z"}','{"name":"Theme","version":2,"updated_at":"2026-12-01T03:13:24.906Z"}','{"key":"theme","tags":[],"client_visible":true,"default":"light","enabled":true,"off":"dark","created_at":"2026-12-01T03:13:24.830Z"}',17);
INSERT INTO "audit" VALUES(34,1,5,'staging','2026-12-01T03:13:24.933Z','key 3','flag.delete','plain','{"key":"plain","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:24.844Z","updated_at":"2026-12-01T03:13:24.854Z"}',NULL,NULL,22);
INSERT INTO "audit" VALUES(35,1,5,'staging','2026-12-01T03:13:24.949Z','key 3','segment.update','beta','{"version":1,"updated_at":"2026-12-01T03:13:24.854Z"}','{"rules":[{"attribute":"plan","operator":"eq","value":"pro"}],"version":2,"updated_at":"2026-12-01T03:13:24.948Z"}','{"key":"beta","created_at":"2026-12-01T03:13:24.854Z"}',NULL);
INSERT INTO "audit" VALUES(37,1,5,'staging','2026-12-01T03:13:24.967Z','key 3','flag.create','gone',NULL,'{"key":"gone","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:24.966Z","updated_at":"2026-12-01T03:13:24.967Z"}',NULL,36);
INSERT INTO "audit" VALUES(38,1,5,'production','2026-12-01T03:13:24.968Z','key 3','flag.create','gone',NULL,'{"key":"gone","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:24.966Z","updated_at":"2026-12-01T03:13:24.967Z"}',NULL,36);
INSERT INTO "audit" VALUES(40,1,5,'production','2026-12-01T03:13:24.975Z','key 3','flag.archive','gone','{"key":"gone","tags":[],"client_visible":false,"enabled":true,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:24.966Z","updated_at":"2026-12-01T03:13:24.967Z"}',NULL,NULL,36);
INSERT INTO "audit" VALUES(41,1,5,'staging','2026-12-01T03:13:24.976Z','key 3','flag.archive','gone','{"key":"gone","tags":[],"client_visible":false,"enabled":false,"default_enabled":false,"rules":[],"version":1,"created_at":"2026-12-01T03:13:24.966Z","updated_at":"2026-12-01T03:13:24.967Z"}',NULL,NULL,36);
CREATE TABLE audit_parts (
    audit_id BIGINT NOT NULL REFERENCES audit (id) ON DELETE CASCADE,
    side TEXT NOT NULL,
    field TEXT NOT NULL,
    -- Deleting an account deletes both in any order.
    text_id BIGINT NOT NULL REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (audit_id, side, field)
);
INSERT INTO "audit_parts" VALUES(12,'after','rules',13);
INSERT INTO "audit_parts" VALUES(16,'after','rules',15);
INSERT INTO "audit_parts" VALUES(19,'after','description',21);
INSERT INTO "audit_parts" VALUES(19,'after','variants',20);
INSERT INTO "audit_parts" VALUES(19,'after','rules',18);
INSERT INTO "audit_parts" VALUES(30,'both','rules',15);
INSERT INTO "audit_parts" VALUES(31,'both','rules',15);
INSERT INTO "audit_parts" VALUES(32,'both','description',21);
INSERT INTO "audit_parts" VALUES(32,'both','variants',20);
INSERT INTO "audit_parts" VALUES(32,'both','rules',18);
INSERT INTO "audit_parts" VALUES(33,'both','description',21);
INSERT INTO "audit_parts" VALUES(33,'both','variants',20);
INSERT INTO "audit_parts" VALUES(33,'both','rules',18);
INSERT INTO "audit_parts" VALUES(35,'before','rules',13);
CREATE TABLE environments (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TEXT NOT NULL, changed BIGINT NOT NULL DEFAULT 0,
    UNIQUE (project_id, name)
);
INSERT INTO "environments" VALUES(6,5,'production',13,'2026-12-01T03:13:24.802Z',13);
INSERT INTO "environments" VALUES(24,5,'staging',13,'2026-12-01T03:13:24.854Z',13);
CREATE TABLE flag_states (
    flag_id BIGINT NOT NULL REFERENCES flags (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    state TEXT NOT NULL, rules_id BIGINT REFERENCES texts (id) DEFERRABLE INITIALLY DEFERRED, version BIGINT NOT NULL DEFAULT 1, updated_at TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (environment_id, flag_id)
);
INSERT INTO "flag_states" VALUES(14,6,'{"enabled":true,"default_enabled":true}',15,2,'2026-12-01T03:13:24.884Z');
INSERT INTO "flag_states" VALUES(17,6,'{"enabled":true,"off":"dark"}',18,2,'2026-12-01T03:13:24.906Z');
INSERT INTO "flag_states" VALUES(22,6,'{"enabled":false}',NULL,1,'2026-12-01T03:13:24.844Z');
INSERT INTO "flag_states" VALUES(14,24,'{"enabled":false}',15,2,'2026-12-01T03:13:24.869Z');
INSERT INTO "flag_states" VALUES(17,24,'{"enabled":true,"off":"dark"}',18,2,'2026-12-01T03:13:24.902Z');
CREATE TABLE flag_versions (
    flag_id BIGINT NOT NULL,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    PRIMARY KEY (flag_id, environment_id)
);
INSERT INTO "flag_versions" VALUES(22,24,1);
INSERT INTO "flag_versions" VALUES(36,6,1);
INSERT INTO "flag_versions" VALUES(36,24,1);
CREATE TABLE flags (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    shared TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (project_id, key)
);
INSERT INTO "flags" VALUES(14,5,'checkout','{"name":"Checkout","tags":["shop"]}','2026-12-01T03:13:24.821Z');
INSERT INTO "flags" VALUES(17,5,'theme','{"name":"Theme","description":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","client_visible":true,"variants":{"dark":{"b":1,"a":"ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää"},"light":{}},"default":"light"}','2026-12-01T03:13:24.830Z');
INSERT INTO "flags" VALUES(22,5,'plain','{}','2026-12-01T03:13:24.844Z');
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
INSERT INTO "keys" VALUES(3,1,NULL,NULL,'api','first','37e4f80923160b76724687875fd987cc0aa6063f3739e2339805d00c1b958711','b9DO','2026-12-01T03:13:24.802Z',NULL,1);
INSERT INTO "keys" VALUES(8,1,5,6,'sdk','first','cafd35a515d548ef6a23d60a0ea8e922c5005542f2f608cf8fa0a3a51822dec6','5GFZ','2026-12-01T03:13:24.802Z',NULL,1);
INSERT INTO "keys" VALUES(10,1,5,6,'server','first','87caf550506bd5c786e6340cb20a5205cbb4524ed3d9a7cf7a616ea8166cbdaa','vLfd','2026-12-01T03:13:24.802Z',NULL,1);
INSERT INTO "keys" VALUES(26,1,5,24,'sdk','first','6e9372265bfbb2810de1a6a9bd34b74fcf5a4ffdf55dbdf9c07a9d2a7530c12f','dLgK','2026-12-01T03:13:24.854Z',NULL,6);
INSERT INTO "keys" VALUES(28,1,5,24,'server','first','e37c954f41534940915f161f19a9a2437e075e89483f9d29d792aeb4a510861e','lf4j','2026-12-01T03:13:24.855Z',NULL,6);
CREATE TABLE meta (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence BIGINT NOT NULL,
    last_id BIGINT NOT NULL
);
INSERT INTO "meta" VALUES(1,13,41);
CREATE TABLE projects (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- The sequence of the last write that changed any field of its flags and segments, also those for people only.
    flags_changed BIGINT NOT NULL DEFAULT 0
);
INSERT INTO "projects" VALUES(5,1,'default','2026-12-01T03:13:24.802Z',0);
CREATE TABLE segments (
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    definition TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (environment_id, key)
);
INSERT INTO "segments" VALUES(6,'beta','{"rules":[{"attribute":"user_id","operator":"in","value":["user-00000","user-00001","user-00002","user-00003","user-00004","user-00005","user-00006","user-00007","user-00008","user-00009","user-00010","user-00011","user-00012","user-00013","user-00014","user-00015","user-00016","user-00017","user-00018","user-00019","user-00020","user-00021","user-00022","user-00023","user-00024","user-00025","user-00026","user-00027","user-00028","user-00029","user-00030","user-00031","user-00032","user-00033","user-00034","user-00035","user-00036","user-00037","user-00038","user-00039"]}]}',1,'2026-12-01T03:13:24.816Z','2026-12-01T03:13:24.816Z');
INSERT INTO "segments" VALUES(24,'beta','{"rules":[{"attribute":"plan","operator":"eq","value":"pro"}]}',2,'2026-12-01T03:13:24.854Z','2026-12-01T03:13:24.948Z');
CREATE TABLE texts (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (account_id, hash)
);
INSERT INTO "texts" VALUES(13,1,'07b52cd4b1dd03eec48e601a5b666b4dfa398fe0184a09c02249bb240ff11468',571,'[{"attribute":"user_id","operator":"in","value":["user-00000","user-00001","user-00002","user-00003","user-00004","user-00005","user-00006","user-00007","user-00008","user-00009","user-00010","user-00011","user-00012","user-00013","user-00014","user-00015","user-00016","user-00017","user-00018","user-00019","user-00020","user-00021","user-00022","user-00023","user-00024","user-00025","user-00026","user-00027","user-00028","user-00029","user-00030","user-00031","user-00032","user-00033","user-00034","user-00035","user-00036","user-00037","user-00038","user-00039"]}]');
INSERT INTO "texts" VALUES(15,1,'15d97cb34199971ba078e3ed97759b08fb9e312d4ffdeef3fd27f8ba7dc1ca94',612,'[{"operator":"in_segment","value":"beta"},{"attribute":"user_id","operator":"in","value":["user-00000","user-00001","user-00002","user-00003","user-00004","user-00005","user-00006","user-00007","user-00008","user-00009","user-00010","user-00011","user-00012","user-00013","user-00014","user-00015","user-00016","user-00017","user-00018","user-00019","user-00020","user-00021","user-00022","user-00023","user-00024","user-00025","user-00026","user-00027","user-00028","user-00029","user-00030","user-00031","user-00032","user-00033","user-00034","user-00035","user-00036","user-00037","user-00038","user-00039"]}]');
INSERT INTO "texts" VALUES(18,1,'a62d4e39397500b0b0d1ffd457e1342aa1bb48daf4881c89b17adea6c37889a6',129,'[{"conditions":[{"attribute":"plan","operator":"eq","value":"pro"}],"value":{"split":[["dark",25],["light",75]],"by":"user_id"}}]');
INSERT INTO "texts" VALUES(20,1,'34b3e9dbead2880d75be0189b52ce10553777bd4f92ceccc3f702771fd72d3a7',234,'{"dark":{"b":1,"a":"ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää"},"light":{}}');
INSERT INTO "texts" VALUES(21,1,'d24923841d98dcd5a081ba3b99596483edeeca895b41ded64c8aa77a3c438fa7',302,'"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"');
CREATE TABLE writes (
    slot BIGINT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    token BIGINT NOT NULL
);
INSERT INTO "writes" VALUES(1,1,-8439988542138836832);
INSERT INTO "writes" VALUES(2,2,-8646535647104135153);
INSERT INTO "writes" VALUES(3,3,1145485970379530465);
INSERT INTO "writes" VALUES(4,4,4118852975722297658);
INSERT INTO "writes" VALUES(5,5,6691632474760679934);
INSERT INTO "writes" VALUES(6,6,-1378810294519548787);
INSERT INTO "writes" VALUES(7,7,5728902704362848827);
INSERT INTO "writes" VALUES(8,8,-2865475353067755105);
INSERT INTO "writes" VALUES(9,9,3066713603920384676);
INSERT INTO "writes" VALUES(10,10,-2208907935364953963);
INSERT INTO "writes" VALUES(11,11,5931494154144602583);
INSERT INTO "writes" VALUES(12,12,-65459852413846244);
INSERT INTO "writes" VALUES(13,13,-7816993193397273205);
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
