//! Evaluations that end early when nobody wants them any more.

use std::ops::Deref;

use flagbit::{Attributes, Context, Name};

use crate::state::pool::Watch;

/// The attributes of a context, as long as somebody wants the answer. Afterwards all are absent, so that the evaluation
/// goes quickly through what is left of it. Its answer is wrong then, and is thrown away.
#[derive(Debug)]
pub(super) struct Watched<'w> {
    context: &'w Context,
    watch: &'w Watch,
}

impl<'w> Watched<'w> {
    pub(super) fn new(context: &'w Context, watch: &'w Watch) -> Self {
        Self { context, watch }
    }
}

impl Attributes for Watched<'_> {
    fn find(&self, name: &Name) -> Option<impl Deref<Target = [u8]> + '_> {
        if self.watch.is_over() { None } else { self.context.find(name) }
    }

    fn list(&self, name: &Name) -> Option<impl Iterator<Item = impl Deref<Target = [u8]> + '_> + '_> {
        if self.watch.is_over() { None } else { self.context.list(name) }
    }
}
