//! What the server's import says of a file. The code is the import's own, so that what passes here is taken there.

use std::collections::HashMap;

use flagbit::{Place, Step, Warning};

use super::finding::{Code, Findings};
use crate::flags::{
    Limits, Problem, Problems,
    document::{self, NotJson, Objection},
};

/// The objections of an import into an empty environment.
pub(super) struct Import {
    /// Whether SDKs alone will read the file: then only fields that mean nothing are worth a warning.
    is_for_sdks: bool,
    not_json: Option<NotJson>,
    /// The first problems, in their order, until they are reported.
    problems: Vec<Option<Problem>>,
    /// The positions of the problems of each flag and segment, by its place.
    by_subject: HashMap<Place, Vec<usize>>,
    /// The number of all problems.
    count: usize,
}

/// An objection of SDKs to a file, a flag or a segment.
pub(super) struct Objected {
    pub(super) code: Code,
    pub(super) place: Place,
    pub(super) message: String,
}

impl Objected {
    pub(super) fn new(code: Code, warning: &Warning) -> Self {
        Self { code, place: warning.place(), message: warning.message().into() }
    }
}

impl Import {
    /// Reads and judges a file as an import does.
    pub(super) fn of(text: &[u8], limits: &Limits, is_for_sdks: bool) -> Self {
        let (not_json, problems) = match document::read(text, limits) {
            Ok(document) => {
                let mut problems = Problems::default();
                document.judge(&mut problems);
                (None, problems)
            }
            Err(Objection::Wrong(problems)) => (None, problems),
            Err(Objection::NotJson(error)) => (Some(error), Problems::default()),
        };
        let (count, problems) = problems.into_first();
        let mut by_subject = HashMap::<Place, Vec<usize>>::new();
        for (index, problem) in problems.iter().enumerate() {
            by_subject.entry(subject(&problem.place)).or_default().push(index);
        }
        let problems = problems.into_iter().map(Some).collect();
        Self { is_for_sdks, not_json, problems, by_subject, count }
    }

    /// Whether the file will be imported, so that the server's rules matter.
    pub(super) fn is_wanted(&self) -> bool {
        !self.is_for_sdks
    }

    /// Reports what SDKs and the import say of the flag or the segment at a place.
    pub(super) fn report(&mut self, subject: &Place, sdks: Option<Objected>, findings: &mut Findings) {
        let positions = self.by_subject.remove(subject).unwrap_or_default();
        let problems = positions.into_iter().filter_map(|position| self.problems[position].take()).collect();
        self.add(problems, sdks, findings);
    }

    /// Reports everything that was not reported yet.
    pub(super) fn report_rest(&mut self, sdks: Option<Objected>, findings: &mut Findings) {
        let kept = self.problems.len();
        let problems = self.problems.iter_mut().filter_map(Option::take).collect();
        self.add(problems, sdks, findings);
        if self.count > kept && self.is_wanted() {
            let message = format!("the import finds {} problems; the first {kept} are listed here", self.count);
            findings.add(Code::Import, Place::default(), message);
        }
    }

    /// Reports a text that is not JSON. Returns whether it is one.
    pub(super) fn report_no_json(&mut self, findings: &mut Findings) -> bool {
        let Some(NotJson { line, column, message }) = self.not_json.take() else { return false };
        findings.add_at(Code::Refused, line, column, format!("not JSON: {message}"));
        true
    }

    fn add(&self, problems: Vec<Problem>, sdks: Option<Objected>, findings: &mut Findings) {
        let is_same = |problem: &Problem| sdks.as_ref().is_some_and(|sdks| sdks.place == problem.place);
        if let Some(sdks) = &sdks
            && !problems.iter().any(is_same)
        {
            findings.add(sdks.code, &sdks.place, &*sdks.message);
        }
        for problem in &problems {
            let code = match &sdks {
                Some(sdks) if is_same(problem) => sdks.code,
                _ if self.is_wanted() => Code::Import,
                _ if problem.is_ignorable => Code::UnknownField,
                _ => continue,
            };
            findings.add(code, &problem.place, &*problem.message);
        }
    }
}

/// The place of the flag or the segment that a place is in; the whole file for any other place.
fn subject(place: &Place) -> Place {
    let steps = place.steps();
    let length = match steps {
        [Step::Index(_), ..] => 1,
        [_, Step::Index(_) | Step::Entry(_), ..] => 2,
        _ => 0,
    };
    Place::new(steps[..length].iter().cloned())
}
