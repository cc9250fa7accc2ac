//! LaunchDarkly's evaluation crate. Flags are taken by reference; its own `Store` would clone them in each call.

use std::{collections::HashMap, fs, path::PathBuf};

use launchdarkly_server_sdk_evaluation::{Context, ContextBuilder, Flag, FlagValue, Segment, Store, evaluate};
use serde_json::Value;

use crate::{
    common::users::{User, VERSION},
    peer::Peer,
};

pub(crate) struct LaunchDarkly(HashMap<String, Flag>);

/// The store of prerequisites and segments; the workload has none.
impl Store for LaunchDarkly {
    fn flag(&self, key: &str) -> Option<Flag> {
        self.0.get(key).cloned()
    }

    fn segment(&self, _key: &str) -> Option<Segment> {
        None
    }
}

impl Peer for LaunchDarkly {
    const NAME: &'static str = "launchdarkly-server-sdk-evaluation 2.2";
    const FORMAT: &'static str = "launchdarkly";
    type Context = Context;

    fn load(path: PathBuf) -> Self {
        let mut snapshot: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        Self(serde_json::from_value(snapshot["flags"].take()).unwrap())
    }

    fn context(user: &User) -> Context {
        let mut builder = ContextBuilder::new(user.id.as_str());
        builder.set_string("plan", user.plan).set_string("country", user.country).set_string("version", VERSION);
        builder.build().unwrap()
    }

    fn is_on(&self, flag: &str, context: &Context) -> bool {
        matches!(evaluate(self, &self.0[flag], context, None).value, Some(FlagValue::Bool(true)))
    }
}
