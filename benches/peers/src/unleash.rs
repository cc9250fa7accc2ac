//! unleash-yggdrasil, the engine of Unleash's SDKs.

use std::{collections::HashMap, fs, path::PathBuf};

use unleash_yggdrasil::{Context, EngineState, UpdateMessage};

use crate::{
    common::users::{User, VERSION},
    peer::Peer,
};

pub(crate) struct Unleash(EngineState);

impl Peer for Unleash {
    const NAME: &'static str = "unleash-yggdrasil 0.21";
    const FORMAT: &'static str = "unleash";
    type Context = Context;

    fn load(path: PathBuf) -> Self {
        let engine = EngineState::default();
        let message: UpdateMessage = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        engine.take_state(message);
        Self(engine)
    }

    fn context(user: &User) -> Context {
        let properties = [("plan", user.plan), ("country", user.country), ("version", VERSION)];
        Context {
            user_id: Some(user.id.clone()),
            session_id: None,
            environment: None,
            app_name: None,
            current_time: None,
            remote_address: None,
            properties: Some(HashMap::from(properties.map(|(name, value)| (name.into(), value.into())))),
        }
    }

    fn is_on(&self, flag: &str, context: &Context) -> bool {
        self.0.is_enabled(flag, context, &None)
    }
}
