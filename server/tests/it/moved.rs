//! A change of weights says how many users it moves, and that is so.

use serde_json::{Value, json};

use crate::support::{Project, Server, on_each_database};

fn rules(split: Value) -> Value {
    json!({"rules": [{"conditions": [], "value": {"split": split}}]})
}

#[test]
fn a_change_of_weights_answers_how_many_move() {
    on_each_database(|database| {
        let server = Server::start(database);
        let project = Project::new(&server);
        let mut theme = rules(json!([["light", 50], ["dark", 25], ["sepia", 25]]));
        theme["key"] = "theme".into();
        theme["enabled"] = true.into();
        theme["default"] = "light".into();
        theme["variants"] = json!({"light": "#fff", "dark": "#000", "sepia": "#f4e"});
        let created = project.done("POST", "/flags", &theme);
        assert_eq!(created.get("moved"), None);
        assert_eq!(project.done("PATCH", "/flags/theme", &json!({"name": "Theme"})).get("moved"), None);

        let users: Vec<String> = (0..2_000).map(|id| format!("usr_{id}")).collect();
        let answers = || -> Vec<String> {
            let snapshot = project.snapshot();
            let answer = |user: &String| {
                let context = flagbit::Context::builder().set("user_id", user.as_str()).unwrap().build();
                let answer = snapshot.evaluate("theme", &context, || flagbit::Moment::from_unix(0, 0)).unwrap();
                answer.variant().unwrap().name().to_owned()
            };
            users.iter().map(answer).collect()
        };
        let before = answers();
        let changed = project.done("PATCH", "/flags/theme", &rules(json!([["light", 50], ["dark", 41], ["sepia", 9]])));
        assert_eq!(changed["moved"], json!({"sepia>dark": 16}));
        let moved = before.iter().zip(answers()).filter(|(before, after)| *before != after).count();
        assert!(
            before
                .iter()
                .zip(answers())
                .all(|(before, after)| *before == after || (before == "sepia" && after == "dark"))
        );
        assert!((moved as f64 / 20.0 - 16.0).abs() < 3.0, "{moved} of 2,000 moved");

        let changed =
            project.done("PUT", "/flags/theme", &rules(json!([["light", 49.5], ["dark", 41.5], ["sepia", 9]])));
        assert_eq!(changed["moved"], json!({"light>dark": 0.5}));
        // The growth of a percent before the split moves nobody.
        let mut grown = rules(json!([["light", 49.5], ["dark", 41.5], ["sepia", 9]]));
        grown["rules"][0]["conditions"] = json!([{"operator": "percent", "value": 50}]);
        assert_eq!(project.done("PATCH", "/flags/theme", &grown).get("moved"), None);
        grown["rules"][0]["value"]["salt"] = "again".into();
        let changed = project.done("PATCH", "/flags/theme", &grown);
        assert_eq!(changed["moved"]["light>dark"], 20.543, "everybody is dealt anew");
    });
}
