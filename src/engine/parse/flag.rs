//! One flag: its state for evaluation, or the problem that sets it aside.

use std::sync::Arc;

use super::{
    super::{
        fields::{boolean, missing, no_duplicates, parse_rules_into},
        json::{Json, Object},
        problem::Problem,
        rule::Rule,
        snapshot::State,
    },
    rule::parse_rule,
    tables::Tables,
    typed::parse_typed,
};

/// A flag as it was read.
pub(super) struct Parsed {
    pub(super) state: State,
    /// Whether the flag is certainly switched off. It then answers so even if something else in it cannot be read: a kill
    /// switch must work in an SDK that is too old for the flag's rules.
    pub(super) is_off: bool,
    /// The problem that sets the flag aside.
    pub(super) problem: Option<Problem>,
    /// Whether it asks segments or other flags, which are known once all are read.
    pub(super) has_links: bool,
}

impl Parsed {
    /// Returns the state that answers, once the flag is linked.
    pub(super) fn into_state(self) -> State {
        // A typed flag that is off still has a value of its own.
        let is_typed = matches!(self.state.untimed(), State::Typed(_));
        if self.is_off && !is_typed { State::Disabled } else { self.state }
    }
}

pub(super) fn parse_flag(key: &str, fields: &Object<'_>, tables: &mut Tables) -> Parsed {
    (tables.has_links, tables.is_timed) = (false, false);
    tables.pattern_sizes.begin();
    let is_off = matches!(fields.get("enabled"), Some(Json::Boolean(false))) && !fields.is_duplicate("enabled");
    let (state, problem) = match parse(key, fields, tables) {
        Ok(state) if tables.is_timed => (State::Timed(Box::new(state)), None),
        Ok(state) => (state, None),
        Err(problem) => (State::SetAside, Some(problem)),
    };
    let has_links = tables.has_links && problem.is_none();
    Parsed { state, is_off, problem, has_links }
}

fn parse(key: &str, fields: &Object<'_>, tables: &mut Tables) -> Result<State, Problem> {
    no_duplicates(fields)?;
    let enabled = boolean(fields, "enabled")?.ok_or_else(|| missing("enabled"))?;
    match fields.get("variants") {
        None | Some(Json::Null) => {}
        Some(variants) => return parse_typed(key, fields, enabled, variants, tables).map(Box::new).map(State::Typed),
    }
    let default_enabled = boolean(fields, "default_enabled")?.unwrap_or(false);
    // The rules of a flag that is off are read all the same: a problem in them is worth a warning.
    let rules = parse_shared_rules(fields, tables)?;
    Ok(State::Enabled { default_enabled, rules })
}

/// The rules by way of a list that the next flag uses again, so that shared rules cost one allocation.
fn parse_shared_rules(fields: &Object<'_>, tables: &mut Tables) -> Result<Arc<[Rule]>, Problem> {
    let mut rules = std::mem::take(&mut tables.rules);
    let parsed = parse_rules_into(&mut rules, fields, |rule| parse_rule(rule, tables));
    // An empty list is shared by all flags and takes no memory.
    let shared = parsed.map(|()| if rules.is_empty() { Arc::default() } else { rules.drain(..).collect() });
    rules.clear();
    tables.rules = rules;
    shared
}
