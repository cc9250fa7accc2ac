//! datalogic-rs: it is no SDK, but shows the cost of a compiled JSONLogic rule. Percentages are added as flagd's are:
//! murmur3 of the flag's key and the user's id.

use std::{cell::RefCell, collections::HashMap, fs, path::PathBuf};

use datalogic_rs::{ArenaExt, CustomOperator, DataValue, Engine, Logic, Result, bumpalo::Bump, operator::EvalContext};
use serde_json::Value;

use crate::{
    common::users::User,
    peer::{Peer, RULES},
};

pub(crate) struct DataLogic {
    engine: Engine,
    /// `None` for a flag without rules.
    flags: HashMap<String, Option<Logic>>,
    arena: RefCell<Bump>,
}

impl Peer for DataLogic {
    const NAME: &'static str = "datalogic-rs 5.4, compiled rule";
    const FORMAT: &'static str = "datalogic";
    type Context = [(&'static str, String); 5];

    fn load(path: PathBuf) -> Self {
        let snapshot: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let engine = Engine::builder().add_operator("fractional", Fractional).build();
        let compile = |flag: &Value| {
            let rule = flag.get("targeting")?.to_string();
            Some(engine.compile(rule.as_str()).unwrap())
        };
        let flags = snapshot["flags"].as_object().unwrap();
        let flags = flags.iter().map(|(key, flag)| (key.clone(), compile(flag))).collect();
        Self { engine, flags, arena: RefCell::default() }
    }

    fn context(user: &User) -> Self::Context {
        let [id, plan, country, version] = user.attributes().map(|(name, value)| (name, value.to_owned()));
        [("$flagKey", RULES.to_owned()), ("targetingKey", id.1), plan, country, version]
    }

    fn is_on(&self, flag: &str, context: &Self::Context) -> bool {
        let Some(rule) = &self.flags[flag] else { return true };
        let mut arena = self.arena.borrow_mut();
        arena.reset();
        let fields = context.each_ref().map(|(name, value)| (*name, DataValue::String(value)));
        self.engine.evaluate(rule, DataValue::Object(&fields), &arena).unwrap().as_bool() == Some(true)
    }
}

struct Fractional;

impl CustomOperator for Fractional {
    fn evaluate<'a>(
        &self,
        arguments: &[&'a DataValue<'a>],
        context: &mut EvalContext<'_, 'a>,
        arena: &'a Bump,
    ) -> Result<&'a DataValue<'a>> {
        let input = context.root_input();
        let (mut text, mut length) = ([0_u8; 64], 0);
        for part in [input.get("$flagKey"), input.get("targetingKey")] {
            let part = part.and_then(|value| value.as_str()).unwrap_or_default().as_bytes();
            text[length..length + part.len()].copy_from_slice(part);
            length += part.len();
        }
        let hash = murmur3::murmur3_32(&mut &text[..length], 0).unwrap();
        let percentage = arguments[0].as_i64().unwrap_or(0) as u64;
        Ok(arena.bool((u64::from(hash) * 100) >> 32 < percentage))
    }
}
