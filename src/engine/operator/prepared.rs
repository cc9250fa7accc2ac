//! An operator with its value, prepared for evaluation.

use super::{
    super::{Attributes, Name, Reason, rule::Question, text_set::TextSet, work::Work},
    Described, Family, Operator,
    flag::FlagIs,
    list::ListTest,
    number::NumberTest,
    percent::{SaltedShare, Share},
    segment::Link,
    semver::SemVerTest,
    text::{Substring, TextTest},
    time::TimeTest,
    value::AnyOf,
};

/// An operator with its prepared value. The less common operators are in a box, so that the common ones stay small and
/// fast.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Test {
    Eq(Box<str>),
    Neq(Box<str>),
    Contains(Box<Substring>),
    In(Box<TextSet>),
    Percent(Share),
    /// Any other operator. Its code is never inlined into the evaluation of rules that have only those above.
    General(Box<General>),
}

#[derive(Debug, PartialEq)]
pub(in super::super) enum General {
    /// The exact complement.
    Not(Test),
    Text(TextTest),
    Number(NumberTest),
    SemVer(SemVerTest),
    Time(TimeTest),
    List(ListTest),
    Percent(SaltedShare),
    Segment(AnyOf<Link>),
    Flag(FlagIs),
}

/// The other parts of a snapshot that a condition asks.
pub(in super::super) enum Asked<S, F> {
    Segments(S),
    Flag(F),
}

impl Test {
    pub(super) fn general(general: General) -> Self {
        Self::General(Box::new(general))
    }

    /// The exact complement.
    pub(in super::super) fn negated(self) -> Self {
        Self::general(General::Not(self))
    }

    /// Returns whether this is one of the common operators, which [`Self::holds_fast`] answers.
    #[inline(always)]
    pub(in super::super) fn is_fast(&self) -> bool {
        !matches!(self, Self::General(_))
    }

    /// Returns whether one of the common operators holds for the attribute's text.
    #[inline(always)]
    pub(in super::super) fn holds_fast(&self, value: &[u8], salt: &str) -> bool {
        match self {
            Self::Eq(text) => *value == *text.as_bytes(),
            Self::Neq(text) => *value != *text.as_bytes(),
            Self::Contains(substring) => substring.is_in(value),
            Self::In(texts) => texts.contains(value),
            Self::Percent(share) => share.includes(value, salt),
            // `holds` answers for those.
            Self::General(_) => false,
        }
    }

    /// Returns whether the operator holds for the attribute's text, which is `None` if the attribute is absent or a list.
    pub(in super::super) fn holds<A: Attributes>(
        &self,
        value: Option<&[u8]>,
        attribute: &Name,
        salt: &str,
        question: &Question<'_, A>,
    ) -> bool {
        match (self, value) {
            (Self::General(general), _) => general.holds(value, attribute, salt, question),
            (_, Some(value)) => self.holds_fast(value, salt),
            (_, None) => matches!(self, Self::Neq(_)),
        }
    }

    /// The operator; of a complement the operator without its `not_`.
    pub(in super::super) fn operator(&self) -> Operator {
        match self {
            Self::Eq(_) => Operator::Eq,
            Self::Neq(_) => Operator::Neq,
            Self::Contains(_) => Operator::Contains,
            Self::In(_) => Operator::In,
            Self::Percent(_) => Operator::Percent,
            Self::General(general) => general.operator(),
        }
    }

    /// Returns whether the operator takes a share of the users, so that its rule answers by a percentage.
    pub(in super::super) fn is_percent(&self) -> bool {
        self.operator().family() == Family::Percent
    }

    /// Returns the decision of a simple rule that has this operator; `None` if the rule does not match.
    #[inline(never)]
    pub(in super::super) fn decide<A: Attributes>(
        &self,
        attribute: &Name,
        salt: &str,
        question: &Question<'_, A>,
    ) -> Option<(bool, Reason)> {
        let value = question.attributes.find(attribute);
        let value = value.as_deref();
        if self.is_percent() {
            let value = value?;
            return Some((self.holds(Some(value), attribute, salt, question), Reason::PercentageRollout));
        }
        self.holds(value, attribute, salt, question).then_some((true, Reason::TargetingMatch))
    }

    /// The work of the operator itself, without that of the segments and flags that it asks.
    pub(in super::super) fn work(&self) -> Work {
        if let Self::General(general) = self {
            match &**general {
                General::Not(test) => return test.work(),
                General::Text(test) => return test.work(),
                General::Number(_) | General::SemVer(_) | General::Time(_) | General::List(_) => {}
                General::Percent(_) | General::Segment(_) | General::Flag(_) => {}
            }
        }
        Work { conditions: 1, ..Work::default() }
    }

    /// The segments or the flag that it asks.
    pub(in super::super) fn asked(&self) -> Option<Asked<&AnyOf<Link>, &FlagIs>> {
        let Self::General(general) = self else { return None };
        match &**general {
            General::Not(test) => test.asked(),
            General::Segment(segments) => Some(Asked::Segments(segments)),
            General::Flag(flag) => Some(Asked::Flag(flag)),
            General::Text(_) | General::Number(_) | General::SemVer(_) | General::Time(_) => None,
            General::List(_) | General::Percent(_) => None,
        }
    }

    /// The same as [`Self::asked`], for linking.
    pub(in super::super) fn asked_mut(&mut self) -> Option<Asked<&mut AnyOf<Link>, &mut FlagIs>> {
        let Self::General(general) = self else { return None };
        match &mut **general {
            General::Not(test) => test.asked_mut(),
            General::Segment(segments) => Some(Asked::Segments(segments)),
            General::Flag(flag) => Some(Asked::Flag(flag)),
            General::Text(_) | General::Number(_) | General::SemVer(_) | General::Time(_) => None,
            General::List(_) | General::Percent(_) => None,
        }
    }

    /// The salt of a percentage that has its own.
    pub(in super::super) fn own_salt(&self) -> Option<&str> {
        let Self::General(general) = self else { return None };
        if let General::Percent(share) = &**general { Some(&share.salt) } else { None }
    }

    /// The operator and its value as a snapshot has them.
    pub(in super::super) fn describe(&self) -> Described {
        let operator = self.operator();
        match self {
            Self::Eq(value) | Self::Neq(value) => Described::one(operator, Described::text(value)),
            Self::Contains(substring) => Described::one(operator, Described::text(&substring.text())),
            Self::In(texts) => Described::texts(operator, texts, true),
            Self::Percent(share) => share.describe(),
            Self::General(general) => general.describe(),
        }
    }
}

impl General {
    fn operator(&self) -> Operator {
        match self {
            Self::Not(test) => test.operator(),
            Self::Text(test) => test.operator(),
            Self::Number(test) => test.operator(),
            Self::SemVer(test) => test.operator(),
            Self::Time(test) => test.operator(),
            Self::List(test) => test.operator(),
            Self::Percent(_) => Operator::Percent,
            Self::Segment(_) => Operator::InSegment,
            Self::Flag(_) => Operator::FlagIs,
        }
    }

    #[inline(never)]
    fn holds<A: Attributes>(
        &self,
        value: Option<&[u8]>,
        attribute: &Name,
        salt: &str,
        question: &Question<'_, A>,
    ) -> bool {
        match self {
            Self::Not(test) => !test.holds(value, attribute, salt, question),
            Self::Text(test) => value.is_some_and(|value| test.holds(value)),
            Self::Number(test) => value.is_some_and(|value| test.holds(value)),
            Self::SemVer(test) => value.is_some_and(|value| test.holds(value)),
            Self::Time(test) => test.holds(value, attribute, question.now),
            Self::List(test) => test.holds(value, attribute, question.attributes),
            Self::Percent(share) => value.is_some_and(|value| share.includes(value)),
            Self::Segment(segments) => {
                segments.items.iter().any(|segment| question.snapshot.segment(segment.position).includes(question))
            }
            Self::Flag(asked) => asked.holds(question),
        }
    }

    fn describe(&self) -> Described {
        match self {
            Self::Not(test) => Described { is_negated: true, ..test.describe() },
            Self::Text(test) => test.describe(),
            Self::Number(test) => test.describe(),
            Self::SemVer(test) => test.describe(),
            Self::Time(test) => test.describe(),
            Self::List(test) => test.describe(),
            Self::Percent(share) => share.describe(),
            Self::Segment(segments) => {
                Described::any_of(Operator::InSegment, segments, |segment| Described::text(&segment.name))
            }
            Self::Flag(asked) => asked.describe(),
        }
    }
}
