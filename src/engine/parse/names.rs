//! The attribute names of a snapshot: many rules share few of them.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

use super::super::Name;

#[derive(Default)]
pub(super) struct Names(HashMap<Box<str>, Arc<Name>, RandomState>);

impl Names {
    pub(super) fn get(&mut self, name: &str) -> Arc<Name> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let new = Arc::new(Name::new(name));
        self.0.insert(name.into(), Arc::clone(&new));
        new
    }
}
