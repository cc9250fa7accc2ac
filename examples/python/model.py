"""Loads each of examples/snapshots and shows what a few users get, and why: python examples/python/model.py."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import flagbit

SNAPSHOTS = Path(__file__).resolve().parent.parent / "snapshots"

# The users to ask about, for each snapshot.
USERS: dict[str, list[dict[str, Any]]] = {
    "kill-switch": [{"user_id": "usr_1", "plan": "pro"}],
    "ramp": [
        {"user_id": "usr_1", "email": "ana@shop.example"},
        {"user_id": "usr_1", "app_version": "2.10.0"},
        {"user_id": "usr_2", "app_version": "2.10.0"},
        {"user_id": "usr_2", "app_version": "2.3.9", "plan": "pro"},
    ],
    "ab-split": [{"user_id": "usr_1"}, {}, {"user_id": "usr_3"}, {"user_id": "usr_5"}, {"user_id": "usr_10"}],
    "beta-segment": [
        {"user_id": "usr_3", "country": "DE"},
        {"user_id": "usr_3", "country": "DE", "age": 17},
        {"user_id": "usr_2", "country": "FR", "roles": ["tester"]},
        {"user_id": "usr_1", "country": "DE"},
    ],
    "dated-launch": [
        {"user_id": "usr_1", "@now": "2026-12-01T07:59:59Z"},
        {"user_id": "usr_1", "@now": "2026-12-01T08:00:00Z"},
        {"user_id": "usr_1", "@now": "2026-12-24T17:00:00Z"},
        {"user_id": "usr_2", "@now": "2026-11-15T12:00:00Z", "roles": ["tester"]},
    ],
}


def show(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items()) or "nobody"


def told(explanation: Mapping[str, Any]) -> Iterator[str]:
    """An explanation in lines: each rule that was tried, and which of its conditions held."""
    if not explanation["rules"]:
        yield "no rule was tried"
    for rule in explanation["rules"]:
        yield f"rule {rule['index']} {rule['outcome']}"
        for condition in rule.get("conditions", ()):
            holds = {True: "holds", False: "does not hold", None: "not looked at"}[condition["holds"]]
            shown = {name: value for name, value in condition.items() if name not in ("operator", "holds")}
            yield f"    {condition['operator']} {holds}: {show(shown)}"
        if "serves" in rule:
            yield f"    serves {rule['serves']}"


def main() -> None:
    for name, users in USERS.items():
        sys.stdout.write(f"{name}\n")
        with flagbit.Client.from_file(SNAPSHOTS / f"{name}.json") as client:
            for flag in client.flags():
                sys.stdout.write(f"  {flag}\n")
                for user in users:
                    got = client.evaluate(flag, user)
                    sys.stdout.write(f"    {show(user)}: {got.variant}, {got.value!r}, {got.reason}\n")
                sys.stdout.write("    why the last:\n")
                sys.stdout.writelines(f"      {line}\n" for line in told(client.explain(flag, users[-1])))


if __name__ == "__main__":
    main()
