//! The OpenFeature Remote Evaluation Protocol, as published clients need it.

use serde_json::{Value, json};

use crate::support::{Account, Answer, Database, Request, Server, on_each_database};

fn flags() -> Value {
    let pro = json!([{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": "b"}]);
    json!([
        {"key": "static", "enabled": true, "default_enabled": true, "client_visible": true},
        {"key": "checkout", "enabled": true, "client_visible": true, "rules": [
            {"attribute": "plan", "operator": "eq", "value": "pro"}, {"operator": "percent", "value": 100}]},
        {"key": "off", "enabled": false, "default_enabled": true},
        {"key": "off-typed", "enabled": false, "default": "a", "off": "b", "variants": {"a": "A", "b": ""}},
        {"key": "integer", "enabled": true, "default": "a", "variants": {"a": 10, "b": 0}, "rules": pro},
        {"key": "float", "enabled": true, "default": "a", "variants": {"a": 10, "b": 0.5}, "rules": pro},
        {"key": "exact", "enabled": true, "default": "a", "variants": {"a": 9_223_372_036_854_775_807_u64, "b": u64::MAX}, "rules": pro},
        {"key": "exact-float", "enabled": true, "default": "a", "variants": {"a": 9_223_372_036_854_775_807_u64, "b": 0.5}},
        {"key": "large", "enabled": true, "default": "a", "variants": {"a": 1e300, "b": i64::MIN}, "rules": pro},
        {"key": "object", "enabled": true, "default": "a", "variants": {"a": {"x": [1, 2.0]}, "b": []}, "rules": pro},
        {"key": "aside", "enabled": true, "client_visible": true, "rules": [{"attribute": "a", "operator": "like", "value": 1}]},
    ])
}

fn started(database: &Database) -> (Server, Account) {
    let server = Server::start(database);
    let account = server.account();
    let revision = database.load_flags(account.project, &flags());
    server.wait_for_revision(&account.server_key, revision);
    (server, account)
}

fn post(server: &Server, path: &str, key: &str) -> Request {
    server.request("POST", &format!("/ofrep/v1/evaluate/flags{path}")).key(key)
}

fn one(server: &Server, account: &Account, flag: &str, context: &Value) -> Answer {
    post(server, &format!("/{flag}"), &account.server_key).json(&json!({"context": context})).send()
}

#[test]
fn one_flag_has_value_variant_and_a_standard_reason() {
    on_each_database(|database| {
        let (server, account) = started(database);
        let (pro, user) = (json!({"targetingKey": "u", "plan": "pro"}), json!({"targetingKey": "u"}));
        for (flag, context, value, variant, reason, own, rule) in [
            ("static", &user, "true", "on", "STATIC", "default", None),
            ("checkout", &pro, "true", "on", "TARGETING_MATCH", "targeting_match", Some(0)),
            ("checkout", &user, "true", "on", "SPLIT", "percentage_rollout", Some(1)),
            ("checkout", &json!({}), "false", "off", "DEFAULT", "default", None),
            ("checkout", &json!(null), "false", "off", "DEFAULT", "default", None),
            ("off", &pro, "false", "off", "DISABLED", "disabled", None),
            ("off-typed", &pro, "\"\"", "b", "DISABLED", "disabled", None),
            ("integer", &user, "10", "a", "DEFAULT", "default", None),
            ("integer", &pro, "0", "b", "TARGETING_MATCH", "targeting_match", Some(0)),
            ("float", &user, "10.0", "a", "DEFAULT", "default", None),
            ("float", &pro, "0.5", "b", "TARGETING_MATCH", "targeting_match", Some(0)),
            ("exact", &user, "9223372036854775807", "a", "DEFAULT", "default", None),
            ("exact", &pro, "18446744073709551615", "b", "TARGETING_MATCH", "targeting_match", Some(0)),
            ("exact-float", &user, "9223372036854775807.0", "a", "STATIC", "default", None),
            ("large", &user, "1e+300", "a", "DEFAULT", "default", None),
            ("large", &pro, "-9223372036854775808.0", "b", "TARGETING_MATCH", "targeting_match", Some(0)),
            ("object", &user, r#"{"x":[1,2.0]}"#, "a", "DEFAULT", "default", None),
        ] {
            let answer = one(&server, &account, flag, context);
            assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
            let json = answer.json();
            let revision = json["metadata"]["revision"].as_str().expect("a text");
            let mut metadata = json!({"reason": own, "revision": revision, "version": revision});
            if let Some(rule) = rule {
                metadata["ruleIndex"] = rule.into();
            }
            assert_eq!(
                (&json["key"], &json["variant"], &json["reason"]),
                (&flag.into(), &variant.into(), &reason.into())
            );
            assert_eq!(json["metadata"], metadata);
            assert!(answer.text().contains(&format!(r#""value":{value},"#)), "{flag}: {}", answer.text());
        }
    });
}

#[test]
fn every_refusal_has_the_fields_that_clients_look_for() {
    let database = Database::sqlite();
    let (server, account) = started(&database);
    let key = &account.server_key;
    for (request, status, expected) in [
        (post(&server, "/nothing", key).body("{}"), 404, json!({"key": "nothing", "errorCode": "FLAG_NOT_FOUND"})),
        (post(&server, "/%FF", key).body("{}"), 404, json!({"key": "", "errorCode": "FLAG_NOT_FOUND"})),
        (post(&server, "/off", &account.sdk_key).body("{}"), 404, json!({"key": "off", "errorCode": "FLAG_NOT_FOUND"})),
        (post(&server, "/aside", key).body("{}"), 400, json!({"key": "aside", "errorCode": "PARSE_ERROR"})),
        (post(&server, "/static", key).body("{"), 400, json!({"key": "static", "errorCode": "PARSE_ERROR"})),
        (post(&server, "", key).body(""), 400, json!({"errorCode": "PARSE_ERROR"})),
        (post(&server, "", key).body(" [null]"), 400, json!({"errorCode": "PARSE_ERROR"})),
        (post(&server, "", key).body(r#"{"context": 7}"#), 400, json!({"errorCode": "INVALID_CONTEXT"})),
        (
            post(&server, "", &account.sdk_key).body(r#"{"context": {"@now": 1}}"#),
            400,
            json!({"errorCode": "INVALID_CONTEXT"}),
        ),
        (post(&server, "", "fb_").body("{}"), 401, json!({"errorCode": "GENERAL"})),
        (
            post(&server, "/static", key).header("origin", "https://shop.example").body("{}"),
            403,
            json!({"key": "static", "errorCode": "GENERAL"}),
        ),
        (post(&server, "", key).header("content-type", "text/plain").body("{}"), 415, json!({"errorCode": "GENERAL"})),
        (post(&server, "", &account.api_key).body("{}"), 400, json!({"errorCode": "PARSE_ERROR"})),
    ] {
        let answer = request.send();
        let mut json = answer.json();
        let details = json.as_object_mut().and_then(|fields| fields.remove("errorDetails"));
        assert!(details.is_some_and(|details| details.as_str().is_some_and(|text| !text.is_empty())));
        assert_eq!((answer.status, json), (status, expected));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[test]
fn all_flags_come_in_one_answer_with_or_without_a_slash() {
    let database = Database::sqlite();
    let (server, account) = started(&database);
    let keys = |answer: &Answer| -> Vec<String> {
        let flags = answer.json()["flags"].clone();
        flags.as_array().expect("flags").iter().map(|flag| flag["key"].as_str().expect("a key").to_owned()).collect()
    };
    for body in ["{}", r#"{"context": null}"#, r#"{"context": {}}"#, r#"{"context": {"targetingKey": ""}, "later": 1}"#]
    {
        for path in ["", "/"] {
            let answer = post(&server, path, &account.server_key).body(body).send();
            assert_eq!((answer.status, keys(&answer).len()), (200, 11), "{path} {body}");
            let json = answer.json();
            assert!(json["metadata"]["revision"].is_string());
            for flag in json["flags"].as_array().expect("flags") {
                let is_whole =
                    flag["value"] != Value::Null && flag["variant"].is_string() && flag["reason"].is_string();
                assert!(is_whole || (flag["key"] == "aside" && flag["errorCode"] == "PARSE_ERROR"), "{flag}");
            }
        }
    }
    assert_eq!(post(&server, "/static/", &account.server_key).body("{}").send().json()["key"], "static");
    let answer = post(&server, "", &account.sdk_key).json(&json!({})).send();
    assert_eq!(keys(&answer), ["aside", "checkout", "static"]);
}

#[test]
fn the_tag_is_of_the_answers_not_of_the_flags() {
    let database = Database::sqlite();
    let (server, account) = started(&database);
    let ask = |context: Value, tag: &str| {
        post(&server, "", &account.server_key).header("if-none-match", tag).json(&json!({"context": context})).send()
    };
    let first = ask(json!({"targetingKey": "u", "plan": "free"}), "\"\"");
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = ask(json!({"targetingKey": "u", "plan": "free"}), &tag);
    assert_eq!((again.status, again.bytes().len(), again.header("etag")), (304, 0, Some(&*tag)));
    // Other contexts: with other answers and with the same.
    assert_eq!(ask(json!({"targetingKey": "u", "plan": "pro"}), &tag).status, 200);
    assert_eq!(ask(json!({"targetingKey": "v"}), &tag).status, 304);
    // A change of the flags: without and with other answers.
    let mut flags = flags();
    flags[1]["rules"][0]["value"] = "max".into();
    server.wait_for_revision(&account.server_key, database.load_flags(account.project, &flags));
    assert_eq!(ask(json!({"targetingKey": "u"}), &tag).status, 304);
    flags[0]["default_enabled"] = false.into();
    server.wait_for_revision(&account.server_key, database.load_flags(account.project, &flags));
    assert_eq!(ask(json!({"targetingKey": "u"}), &tag).status, 200);
}
