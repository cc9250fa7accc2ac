"""Makes the snapshots and contexts that the law of change is tested on: the same ones in every run, on every Python.

They use everything that a reader of boolean flags does not know (typed flags, splits, salts, segments, prerequisites,
operators, `not_`, lists of values, `@now`) together with what it knows, because only a flag that the old reader understands
can get a wrong answer from it. About a third are damaged: a field changed, gone, twice or under another name, at any
depth.
Standard library only.
"""

import hashlib
import json
import random

BATCHES = 60
SNAPSHOTS = 100  # in a batch
CONTEXTS = 4  # for a snapshot

OLD_OPERATORS = ("eq", "neq", "contains", "in", "percent")
# Those that `not_` stands before; all but three are new.
NEGATED = ("neq", "contains", "in", "gt", "gte", "lt", "lte", "starts_with", "ends_with", "matches", "exists", "has",
           "semver_eq", "semver_gt", "semver_gte", "semver_lt", "semver_lte", "before", "after", "in_segment",
           "flag_is")
UNKNOWN = ("not_eq", "not_percent", "not_not_in", "regex", "EQ", "", "percentage", "and")

PLANS = ("free", "pro", "team", "", "true", "1")
COUNTRIES = ("GB", "US", "FR", "Österreich")
EMAILS = ("ann@example.com", "bob@example.org", "x", "")
VERSIONS = ("2.4.1", "v2", "1.0.0-rc.1", "3.0", "2.x")
TIMES = ("2026-12-01T09:00:00+01:00", "2020-01-01T00:00:00Z", "1999-12-31 23:59:60Z", "yesterday")
NUMBERS = (0, 1, 33, 18, -5, 2.5, 1e21, 1.0, 18446744073709551615)
USERS = tuple(f"usr_{number}" for number in range(40)) + ("",)
VALUES = {"plan": PLANS, "country": COUNTRIES, "email": EMAILS, "version": VERSIONS, "signed_up": TIMES, "@now": TIMES,
          "age": NUMBERS, "user_id": USERS, "org:id": (7, "7", "acme"), "beta": (True, False, "true")}
SEGMENTS = ("beta", "staff", "vip")
VARIANTS = ("light", "dark", "true", "false", "on", "off")
PATTERNS = ("^a", "@example\\.(com|org)$", "[0-9]+", "", "(", "(?=x)")


class Fields(list):
    """A JSON object as its pairs, so that a field can be there twice."""

    def get(self, name):
        return next((value for field, value in self if field == name), None)

    def names(self):
        return [name for name, _ in self]


class Chance:
    """Choices by random() alone: it is what every Python repeats for a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, limit):
        return int(self.random() * limit)

    def one_in(self, count):
        return self.below(count) == 0

    def choose(self, items):
        return items[self.below(len(items))]

    def some(self, items, most):
        return [self.choose(items) for _ in range(self.below(most + 1))]


def fields(**pairs):
    return Fields(pairs.items())


def write(value):
    if isinstance(value, Fields):
        return "{" + ",".join(f"{json.dumps(name)}:{write(field)}" for name, field in value) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(write, value)) + "]"
    return json.dumps(value)


# --- Rules --------------------------------------------------------------------------------------


def scalar_or_list(chance, values):
    return chance.some(values, 3) if chance.one_in(3) else chance.choose(values)


def percentage(chance):
    return chance.choose((0, 10, 25, 50, 75, 100, 12.5, 99.999, chance.below(101)))


def flag_is(chance, keys):
    answers = scalar_or_list(chance, (True, False) + VARIANTS)
    return fields(operator="flag_is", attribute=chance.choose(keys + ["no-such-flag"]), value=answers)


def old_condition(chance):
    operator = chance.choose(OLD_OPERATORS)
    if operator == "percent":
        condition = fields(operator="percent", value=percentage(chance))
        if chance.one_in(2):
            condition.insert(0, ("attribute", chance.choose(("user_id", "org:id", "plan", ""))))
        if chance.one_in(6):
            condition.append(("salt", "beside"))  # an unknown field, also for new readers
        return condition
    attribute = chance.choose([name for name in VALUES if name != "@now" or chance.one_in(8)])
    values = VALUES[attribute]
    if operator == "in":
        value = chance.some(values, 4)
    elif operator == "contains":
        value = chance.choose(("", "@example", "r", "1", str(chance.choose(values))[1:]))
    else:
        value = chance.choose(values)
    return fields(attribute=attribute, operator=operator, value=value)


def new_condition(chance, keys, linked):
    """linked: whether it may name segments and flags; inside a segment it may not."""
    operator = chance.choose(NEGATED + ("salted",))
    if operator == "salted":
        return fields(operator="percent", value=fields(percent=percentage(chance), salt=chance.choose(("", "exp-7"))))
    if operator in ("in_segment", "flag_is") and not linked and not chance.one_in(10):
        operator = "exists"
    attribute = chance.choose(list(VALUES))
    if operator in ("contains", "starts_with", "ends_with", "has", "in"):
        value = scalar_or_list(chance, VALUES[attribute])
    elif operator in ("neq", "gt", "gte", "lt", "lte"):
        attribute = chance.choose(("age", "org:id"))
        value = chance.choose(NUMBERS + ("18", "1e3", "x"))
    elif operator == "matches":
        value = scalar_or_list(chance, PATTERNS)
    elif operator.startswith("semver"):
        attribute, value = "version", chance.choose(VERSIONS)
    elif operator in ("before", "after"):
        attribute, value = chance.choose(("@now", "signed_up")), chance.choose(TIMES)
    elif operator == "in_segment":
        value = scalar_or_list(chance, SEGMENTS + ("no-such-segment",) * chance.one_in(4))
    condition = flag_is(chance, keys) if operator == "flag_is" else fields(attribute=attribute, operator=operator)
    if operator == "exists":
        if chance.one_in(2):
            condition.append(("value", None))
    elif operator != "flag_is":
        condition.append(("value", value))
    if chance.one_in(3):
        at = condition.names().index("operator")
        condition[at] = ("operator", "not_" + operator)
    return condition


def condition(chance, keys, new, linked=True):
    """new: how many in ten use what old readers do not know."""
    if chance.below(10) < new:
        return new_condition(chance, keys, linked)
    return old_condition(chance)


def boolean_rule(chance, keys, new, linked=True):
    if chance.one_in(2):
        return condition(chance, keys, new, linked)
    rule = fields(conditions=[condition(chance, keys, new, linked) for _ in range(chance.below(4))])
    if chance.one_in(2):
        rule.append(("value", chance.choose((True, False, "true", "false"))))
    return rule


def split(chance, names):
    weights = chance.choose(([50, 50], [33.333, 33.333, 33.334], [0, 100], [0.001, 99.999], [60, 30], [100]))
    value = fields(split=[[chance.choose(names), weight] for weight in weights])
    if chance.one_in(2):
        value.append(("by", chance.choose(("user_id", "org:id", ""))))
    if chance.one_in(2):
        value.append(("salt", chance.choose(("exp-7", ""))))
    return value


def typed_rule(chance, keys, names, new):
    if chance.one_in(8):
        return boolean_rule(chance, keys, new)  # what a typed flag may not have
    value = chance.choose(names) if chance.below(3) < 2 else split(chance, names)
    return fields(conditions=[condition(chance, keys, new) for _ in range(chance.below(3))], value=value)


# --- Flags and snapshots ------------------------------------------------------------------------


def boolean_flag(chance, key, keys):
    # Half of the flags use nothing new: those have to keep their answers, whatever other flags the snapshot has.
    new = chance.choose((0, 0, 0, 3, 6))
    flag = fields(key=key, enabled=not chance.one_in(8))
    if chance.one_in(2):
        flag.append(("default_enabled", chance.one_in(2)))
    if not chance.one_in(8):
        flag.append(("rules", [boolean_rule(chance, keys, new) for _ in range(chance.below(5))]))
    if chance.one_in(8):
        # Fields that mean something in typed flags only.
        flag.append(chance.choose((("variants", None), ("default", "light"), ("off", 3), ("description", "typed"))))
    return flag


def typed_flag(chance, key, keys):
    names = list(dict.fromkeys([chance.choose(VARIANTS) for _ in range(6)]))
    values = chance.choose((("#fff", "#000", "", "é"), (1, 2.5, -3, 1e21), (fields(a=1), [1, "two"], fields(), [])))
    variants = Fields((name, chance.choose(values)) for name in names)
    flag = fields(key=key, enabled=not chance.one_in(5), variants=variants, default=chance.choose(names))
    if chance.one_in(2):
        flag.append(("off", chance.choose(names)))
    if chance.one_in(12):
        flag.append(("default_enabled", chance.one_in(2)))
    if not chance.one_in(4):
        # Old readers take a value of "true" or "false" for an answer.
        of_rules = [name for name in names if name in ("true", "false")] if chance.one_in(3) else names
        new = chance.choose((0, 0, 4))
        flag.append(("rules", [typed_rule(chance, keys, of_rules or names, new) for _ in range(chance.below(4))]))
    return flag


def segments(chance, keys):
    return Fields(
        (name, fields(rules=[boolean_rule(chance, keys, 3, linked=False) for _ in range(chance.below(3))]))
        for name in SEGMENTS if not chance.one_in(4))


def snapshot(chance):
    keys = [f"flag-{letter}" for letter in "abcdef"[:2 + chance.below(5)]]
    flags = [(typed_flag if chance.one_in(4) else boolean_flag)(chance, key, keys) for key in keys]
    shape = chance.below(8)
    if shape == 0:
        return keys, flags
    document = fields(flags=Fields(zip(keys, flags)) if shape == 1 else flags)
    if chance.below(4) < 3:
        document.insert(chance.below(2), ("segments", segments(chance, keys)))
    if chance.one_in(4):
        document.append(("revision", "17"))
    return keys, document


# --- Damage -------------------------------------------------------------------------------------


def inner(value, found=None):
    """All objects and lists of a value that are not empty."""
    found = [] if found is None else found
    if isinstance(value, list):
        if value:
            found.append(value)
        for part in value:
            inner(part[1] if isinstance(value, Fields) else part, found)
    return found


def odd(chance):
    return chance.choose((None, True, False, "", "x", "true", 0, -1, 100.5, 1e300, [], ["x"], [None], Fields(),
                          fields(x=1), fields(percent=25), [[]], "@now", "2.x"))


def damage_object(chance, target):
    at = chance.below(len(target))
    name, value = target[at]
    kind = chance.below(6)
    if kind == 0:
        target[at] = (name, odd(chance))
    elif kind == 1:
        del target[at]
    elif kind == 2:
        target.append((name, chance.choose((value, odd(chance)))))
    elif kind == 3:
        known = ("value", "operator", "attribute", "conditions", "rules", "variants", "default", "segments", "enabled",
                 "split", "by", "salt", "percent", "key", "Value", "not")
        target[at] = (chance.choose(known), value)
    elif kind == 4 and name == "operator":
        target[at] = (name, chance.choose(OLD_OPERATORS + NEGATED + UNKNOWN))
    elif kind == 4 and name == "attribute":
        target[at] = (name, "@now")
    else:
        extra = (("variants", fields(light=1, dark=2)), ("default", "light"), ("value", odd(chance)), ("salt", "exp-7"),
                 ("by", "user_id"), ("segments", Fields()), ("not", True), ("conditions", []), ("extra", odd(chance)))
        target.append(chance.choose(extra))


def damage_list(chance, target):
    at = chance.below(len(target))
    kind = chance.below(3)
    if kind == 0:
        target[at] = odd(chance)
    elif kind == 1:
        del target[at]
    else:
        target.append(chance.choose((target[at], odd(chance))))


def damage(chance, document):
    # Mostly deep inside: what is wrong at the top refuses the snapshot, and then there is nothing to compare.
    places = [place for place in inner(document) if place is not document or chance.one_in(6)]
    for _ in range(1 + chance.below(2)):
        target = chance.choose(places)
        if not target:
            continue
        (damage_object if isinstance(target, Fields) else damage_list)(chance, target)


def damage_segments(chance, document):
    for at, (name, _) in enumerate(document):
        if name == "segments":
            rules = chance.choose(([], ["x"], [fields(operator="nope")], None, 7))
            segment = chance.choose((odd(chance), fields(rules=rules)))
            document[at] = (name, chance.choose((odd(chance), fields(beta=segment))))


# --- Contexts -----------------------------------------------------------------------------------


def context(chance):
    """Attributes that an old program can pass: scalars."""
    names = [name for name in VALUES if not chance.one_in(3 if name != "@now" else 2)]
    return {name: chance.choose(VALUES[name]) for name in names}


class Case:
    """A snapshot's text, the flags to ask for, and the contexts to ask with."""

    def __init__(self, chance):
        self.keys, document = snapshot(chance)
        kind = chance.below(9)
        if kind < 2:
            damage(chance, document)
        elif kind == 2 and isinstance(document, Fields):
            damage_segments(chance, document)
        self.text = write(document)
        if chance.one_in(100):
            self.text = self.text[:chance.below(len(self.text))]
        self.contexts = [context(chance) for _ in range(CONTEXTS)]


def batch(seed):
    """The cases of a seed, and a digest by which a drift of this program is noticed."""
    chance = Chance(seed)
    cases = [Case(chance) for _ in range(SNAPSHOTS)]
    digest = hashlib.sha256()
    for case in cases:
        digest.update(json.dumps([case.text, case.keys, case.contexts]).encode())
    return cases, digest.hexdigest()[:16]
