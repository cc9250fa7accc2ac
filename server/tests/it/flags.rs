//! Flags over HTTP: their life, their listing, and what is remembered of them.

use serde_json::{Value, json};

use crate::support::{Project, Server, on_each_database};

#[test]
fn a_flag_is_created_read_changed_and_deleted() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        assert_eq!(project.get("/flags").json(), json!({"flags": []}));

        let new = json!({"key": "checkout-v2", "name": "Checkout", "tags": ["shop"], "enabled": true,
            "rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]});
        let created = project.send("POST", "/flags", &new);
        assert_eq!((created.status, created.header("etag")), (201, Some("\"1\"")));
        assert_eq!(created.header("location"), Some(&*format!("{}/flags/checkout-v2", project.path())));
        let mut flag = created.json();
        assert_eq!(flag.as_object_mut().and_then(|flag| flag.remove("environments")), Some(json!(["production"])));
        let (created_at, updated_at) = (flag["created_at"].clone(), flag["updated_at"].clone());
        let expected = json!({"key": "checkout-v2", "name": "Checkout", "tags": ["shop"], "client_visible": false,
            "enabled": true, "default_enabled": false, "rules": new["rules"], "version": 1,
            "created_at": created_at, "updated_at": updated_at});
        assert_eq!(flag, expected);
        assert_eq!(project.get("/flags/checkout-v2").json(), expected);
        assert_eq!(project.get("/flags").json(), json!({"flags": [expected]}));
        assert_eq!(project.answer("checkout-v2", &[("plan", "pro")]), "on");
        assert_eq!(project.answer("checkout-v2", &[]), "off");

        for method in ["PUT", "PATCH"] {
            let other = method == "PUT";
            let changed = project.done(method, "/flags/checkout-v2", &json!({"default_enabled": other, "name": null}));
            assert_eq!((&changed["default_enabled"], &changed["name"]), (&other.into(), &Value::Null));
            assert_eq!(changed["rules"], new["rules"], "what is not given stays");
        }
        let off = project.done("PATCH", "/flags/checkout-v2", &json!({"enabled": false}));
        assert_eq!(off["version"], 4);
        assert_eq!(project.answer("checkout-v2", &[("plan", "pro")]), "off");

        assert_eq!(project.request("DELETE", "/flags/checkout-v2").send().status, 200);
        for method in ["GET", "DELETE"] {
            let gone = project.request(method, "/flags/checkout-v2").send();
            assert_eq!((gone.status, gone.code()), (404, "FLAG_NOT_FOUND".into()));
        }
        let message = project.refused("PATCH", "/flags/checkout-v2", &json!({"enabled": true}), 404);
        assert_eq!(message, "no flag \"checkout-v2\"");
        assert_eq!(project.snapshot().flags().len(), 0);
        // The key is free again.
        assert_eq!(project.done("POST", "/flags", &new)["version"], 1);
    });
}

#[test]
fn a_change_that_changes_nothing_keeps_the_version() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let created = project.done("POST", "/flags", &json!({"key": "a", "enabled": true}));
        let message = project.refused("POST", "/flags", &created, 400);
        assert!(message.contains("environments: the path says"), "{message}");
        let mut flag = created.clone();
        flag["environments"] = json!([]);
        assert_eq!(project.done("PUT", "/flags/a", &created), flag, "what was answered can be sent back");
        let nothing =
            json!({"enabled": true, "rules": null, "default_enabled": false, "tags": [], "description": null});
        assert_eq!(project.done("PATCH", "/flags/a", &nothing), flag);
        assert_eq!(project.done("PATCH", "/flags/a", &json!({})), flag);
    });
}

#[test]
fn the_listing_is_sorted_and_sent_once() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        for key in ["b", "B", "a-1", "a.1", "_", "10", "9"] {
            project.done("POST", "/flags", &json!({"key": key, "enabled": true}));
        }
        let listing = project.request("GET", "/flags").header("accept-encoding", "identity").send();
        let keys: Vec<Value> =
            listing.json()["flags"].as_array().unwrap().iter().map(|flag| flag["key"].clone()).collect();
        assert_eq!(json!(keys), json!(["10", "9", "B", "_", "a-1", "a.1", "b"]), "by bytes");
        assert_eq!(listing.header("cache-control"), Some("private, no-cache"));

        let etag = listing.header("etag").unwrap().to_owned();
        let again = |etag: &str| {
            project
                .request("GET", "/flags")
                .header("accept-encoding", "br, gzip;q=0")
                .header("if-none-match", etag)
                .send()
        };
        assert_eq!((again(&etag).status, again(&etag).bytes().len()), (304, 0));
        assert_eq!(again(&format!("\"other\", W/{etag}")).status, 304);
        assert_eq!(again("*").status, 304);
        assert_eq!(again("\"other\"").status, 200);
        assert_eq!(again("other").status, 200);
        let gzip = project.request("GET", "/flags").header("accept-encoding", "gzip").send();
        assert_ne!(gzip.header("etag"), Some(&*etag));
        assert_eq!(gzip.json(), listing.json());

        // The listing also has the fields that only people read.
        project.done("PATCH", "/flags/b", &json!({"description": "the second"}));
        let changed = again(&etag);
        assert_eq!((changed.status, &changed.json()["flags"][6]["description"]), (200, &"the second".into()));
        project.done("PATCH", "/flags/b", &json!({"description": null}));
        assert_eq!(again(&etag).status, 200, "the version rose");
    });
}

#[test]
fn typed_flags_segments_and_prerequisites_work_together() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let theme = json!({"key": "theme", "enabled": true, "default": "light", "off": "dark", "client_visible": true,
            "variants": {"light": "#fff", "dark": "#000"},
            "rules": [{"conditions": [{"operator": "in_segment", "value": "staff"}], "value": "dark"}]});
        let message = project.refused("POST", "/flags", &theme, 400);
        assert_eq!(message, "rules[0].conditions[0].value: the segment cannot be used: no segment \"staff\"");
        let staff = json!({"rules": [{"attribute": "email", "operator": "ends_with", "value": "@shop.example"}]});
        project.done("PUT", "/segments/staff", &staff);
        let flag = project.done("POST", "/flags", &theme);
        assert_eq!((&flag["default_enabled"], &flag["off"]), (&Value::Null, &"dark".into()));
        let contrast = json!({"key": "contrast", "enabled": true,
            "rules": [{"attribute": "theme", "operator": "flag_is", "value": "dark"}]});
        project.done("POST", "/flags", &contrast);
        assert_eq!(project.answer("contrast", &[("email", "eve@shop.example")]), "on");
        assert_eq!(project.answer("contrast", &[("email", "eve@other.example")]), "off");
        assert_eq!(project.get("/flags").json()["segments"], json!({"staff": staff}));
        project.done("PATCH", "/flags/theme", &json!({"enabled": false}));
        assert_eq!(project.answer("contrast", &[]), "on");
    });
}

#[test]
fn what_others_lean_on_stays() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        project.done(
            "POST",
            "/flags",
            &json!({"key": "theme", "enabled": true, "default": "light",
            "variants": {"light": 1, "dark": 2, "sepia": 3}}),
        );
        for (key, value) in [("b", "dark"), ("c", "light")] {
            let rules = json!([{"attribute": "theme", "operator": "flag_is", "value": value}]);
            project.done("POST", "/flags", &json!({"key": key, "enabled": true, "rules": rules}));
        }
        let gone = project.request("DELETE", "/flags/theme").send();
        let message = "the change cannot be made, since it would break:\n\
                       flag \"b\" in environment \"production\": rules[0].attribute: no flag \"theme\"\n\
                       flag \"c\" in environment \"production\": rules[0].attribute: no flag \"theme\"";
        assert_eq!((gone.status, &gone.json()["error"]["message"]), (409, &message.into()));

        let fewer = json!({"variants": {"light": 1, "sepia": 3}});
        let message = project.refused("PATCH", "/flags/theme", &fewer, 409);
        assert_eq!(
            message,
            "the change cannot be made, since it would break:\n\
             flag \"b\" in environment \"production\": rules[0].value: the flag \"theme\" has no variant \"dark\""
        );
        project.done("PATCH", "/flags/theme", &json!({"variants": {"light": 1, "dark": 2}}));

        // A circle names its way.
        let rules =
            json!([{"conditions": [{"attribute": "b", "operator": "flag_is", "value": true}], "value": "dark"}]);
        let message = project.refused("PATCH", "/flags/theme", &json!({"rules": rules}), 409);
        assert_eq!(
            message,
            "rules[0].conditions[0].attribute: the flags ask each other in a circle: theme -> b -> theme"
        );
        let rules = json!([{"attribute": "b", "operator": "flag_is", "value": true}]);
        let message = project.refused("PATCH", "/flags/b", &json!({"rules": rules}), 409);
        assert_eq!(message, "rules[0].attribute: the flags ask each other in a circle: b -> b");
        project.snapshot();
    });
}

#[test]
fn limits_are_settings() {
    on_each_database(|database| {
        let settings =
            ["--signup", "--max-flags=2", "--max-segments=1", "--max-rules=2", "--max-list=3", "--max-flag-bytes=300"];
        let server = Server::start_with(database, &settings);
        let project = Project::new(&server);
        for key in ["a", "b"] {
            project.done("POST", "/flags", &json!({"key": key, "enabled": true}));
        }
        let message = project.refused("POST", "/flags", &json!({"key": "c", "enabled": true}), 403);
        assert_eq!(message, "the project would have 3 flags; this server allows 2 (--max-flags)");
        let rule = json!({"attribute": "id", "operator": "in", "value": [1, 2, 3]});
        let refused = |body: &Value| project.refused("PATCH", "/flags/a", body, 400);
        assert_eq!(
            refused(&json!({"rules": [rule, rule, rule]})),
            "rules: 3 rules; this server allows 2 (--max-rules)"
        );
        let long = json!({"conditions": [{"attribute": "id", "operator": "in", "value": [1, 2, 3, 4]}]});
        let place = "rules[1].conditions[0].value: 4 elements; this server allows 3 (--max-list)";
        assert_eq!(refused(&json!({"rules": [rule, long]})), place);
        let text = "x".repeat(300);
        let message = refused(&json!({"rules": [{"attribute": "id", "operator": "eq", "value": text}]}));
        assert_eq!(message, "the flag has 382 bytes; this server allows 300 (--max-flag-bytes)");
        let many = vec![json!({"attribute": "a", "operator": "exists"}); 101];
        let message = refused(&json!({"rules": [{"conditions": many}]}));
        assert_eq!(message, "rules[0].conditions: 101 conditions; a rule has at most 100");
        project.done("PATCH", "/flags/a", &json!({"rules": [rule, rule]}));
        project.done("PUT", "/segments/s", &json!({"rules": [rule]}));
        let message = project.refused("PUT", "/segments/t", &json!({"rules": []}), 403);
        assert_eq!(
            message,
            "environment \"production\" has reached the limit of segments, 1 (--max-segments); delete some that no flag uses"
        );
    });
}

#[test]
fn a_hundred_thousand_ids_fit() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let ids: Vec<String> = (0..100_000).map(|id| format!("usr_{id:08}-{:016x}", id * 7919)).collect();
        let rules = json!([{"attribute": "user_id", "operator": "in", "value": ids}]);
        project.done("POST", "/flags", &json!({"key": "a", "enabled": true, "rules": rules}));
        assert_eq!(project.answer("a", &[("user_id", &ids[99_999])]), "on");
        assert_eq!(project.answer("a", &[("user_id", "usr_1")]), "off");
    });
}
