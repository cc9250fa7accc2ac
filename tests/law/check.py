"""The law of change: check.py LIBRARY.

On any snapshot a reader of boolean flags sets a flag aside or gives this library's answer, never a different success.
answers.jsonl has what it answered (see record.py); this asks the library the same questions.

Where the old reader answers, this library gives the same answer: enabled, reason and rule. Two kinds of flags are
excepted. There it may have no boolean answer, though never another one:

- typed flags: `variants` is a field that old readers ignore, and some flags that have it read like boolean ones;
- `@now` under an operator that old readers know: to them it is an attribute like any other.

Nothing in `segments`, however malformed, is an exception: old readers set aside whatever uses one.
"""

import collections
import json
import sys
from types import SimpleNamespace

import generate
from generate import OLD_OPERATORS, Fields
from library import ERROR, OTHER_KIND, REFUSED, Library
from record import ANSWERS

# Fewer old answers to compare with mean that the questions no longer ask anything.
LEAST_COMPARED = 40_000


def parts(value):
    """A value and all that is in it."""
    yield value
    if isinstance(value, list):
        for part in value:
            yield from parts(part[1] if isinstance(value, Fields) else part)


def flag_of(text, key):
    document = json.loads(text, object_pairs_hook=Fields)
    flags = document.get("flags") if isinstance(document, Fields) else document
    return flags.get(key) if isinstance(flags, Fields) else next(flag for flag in flags if flag.get("key") == key)


def exception(text, key, old, new):
    """The kind of flag for which an old reader may answer although this library does not; None if it may not."""
    flag = flag_of(text, key)
    if any(name == "variants" and value is not None for name, value in flag):
        rules = flag.get("rules")
        kind = "disabled" if old == "-" else "with rules that old readers can read" if rules else "without rules"
        return f"a typed flag, {kind}: {'its own value' if new == OTHER_KIND else 'set aside'}"
    if new == ERROR and any(
        isinstance(part, Fields) and part.get("attribute") == "@now" and part.get("operator") in OLD_OPERATORS
        for part in parts(flag.get("rules"))
    ):
        return "@now under an old operator: set aside"
    return None


def compare(case, old_answers, new_answers):
    """For each flag and context that the old reader answers: the kind of outcome, and where it is against the law."""
    if old_answers == REFUSED:
        return
    if new_answers == REFUSED:
        new_answers = REFUSED * len(old_answers)
    assert len(old_answers) == len(new_answers) == len(case.keys) * len(case.contexts)
    for at, (old, new) in enumerate(zip(old_answers, new_answers)):
        key, context = case.keys[at // len(case.contexts)], case.contexts[at % len(case.contexts)]
        if old == ERROR:
            continue
        if old == new:
            yield "the same answer", None
        else:
            kind = exception(case.text, key, old, new) if new in (ERROR, OTHER_KIND) else None
            where = f"{key} for {context}: {old} became {new} in {case.text}"
            yield (kind, None) if kind else ("against the law", where)


def check(batches, answers_of):
    """How many of each kind, and what is against the law."""
    counts, wrong = collections.Counter(), []
    for cases, old in batches:
        for case, old_answers in zip(cases, old, strict=True):
            for kind, where in compare(case, old_answers, answers_of(case)):
                counts[kind] += 1
                wrong += [where] if where else []
    return counts, wrong


def read_batches():
    batches = []
    for line in ANSWERS.read_text().splitlines():
        recorded = json.loads(line)
        cases, digest = generate.batch(recorded["seed"])
        if digest != recorded["snapshots"]:
            sys.exit(f"law: generate.py makes other snapshots of seed {recorded['seed']}: record.py says what to do")
        batches.append((cases, recorded["answers"].split()))
    return batches


# A flag, what the old reader answered, what the new one does, and whether that is against the law.
SAMPLES = [
    ('"rules":[]', "0", "0", False),
    ('"rules":[]', "0", "1", True),
    ('"rules":[]', "0", "!", True),
    ('"rules":[]', "0", "?", True),
    ('"rules":[]', "0", "/", True),
    ('"rules":[]', "!", "1", False),
    ('"rules":["..."]', "A", "B", True),
    ('"rules":["..."]', "A", "P", True),
    ('"rules":["..."]', "A", "a", True),
    ('"rules":["..."]', "-", "0", True),
    ('"variants":null', "0", "?", True),
    ('"variants":{"a":1,"b":2}', "0", "?", False),
    ('"variants":{"a":1,"b":2}', "-", "!", False),
    ('"variants":{"a":1,"b":2}', "0", "1", True),
    ('"rules":[{"attribute":"@now","operator":"eq","value":"x"}]', "0", "!", False),
    ('"rules":[{"attribute":"@now","operator":"eq","value":"x"}]', "0", "A", True),
    ('"rules":[{"attribute":"@now","operator":"before","value":"x"}]', "0", "!", True),
]


def check_the_check(batches):
    """A check that cannot fail tells nothing."""
    for fields, old, new, against in SAMPLES:
        case = SimpleNamespace(text=f'[{{"key":"a","enabled":true,{fields}}}]', keys=["a"], contexts=[{}])
        found = any(where for _, where in compare(case, old, new))
        assert found == against, f"{fields}: {old} to {new} should {'' if against else 'not '}be against the law"

    # One altered answer among all: a default that was on, in a flag of the old kind.
    recorded = {id(case): answers for cases, old in batches for case, answers in zip(cases, old)}
    altered = next(case for cases, _ in batches for case in cases if "1" in recorded[id(case)])
    recorded[id(altered)] = recorded[id(altered)].replace("1", "0", 1)
    _, wrong = check(batches, lambda case: recorded[id(case)])
    assert len(wrong) == 1, "an altered answer goes unnoticed"


def main():
    library = Library(sys.argv[1])
    batches = read_batches()
    check_the_check(batches)
    counts, wrong = check(batches, library.answers)
    for kind, count in counts.most_common():
        print(f"{count:>8,}  {kind}")
    for where in wrong[:5]:
        print(f"against the law: {where}")
    compared = counts.total()
    if wrong:
        sys.exit(f"law: {len(wrong):,} of {compared:,} answers of old readers are others, or gone without a reason")
    if compared < LEAST_COMPARED:
        sys.exit(f"law: only {compared:,} answers to compare")
    snapshots = sum(len(cases) for cases, _ in batches)
    print(f"law: {compared:,} answers of old readers on {snapshots:,} snapshots, none a different success")


main()
