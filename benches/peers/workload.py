#!/usr/bin/env python3
"""Write the same N flags in every peer's own format to data/<peer>_<N>.json.

flag_0 to flag_<N-2> have the three rules of the workload; plain_on is on and has none. The rules, in order:
  1. the country is one of 10, never one of the users'  -> on
  2. the plan is "pro", as every second user's          -> on
  3. 30% of the user ids                                -> on
  otherwise                                             -> off
So about 650 of the 1,000 users get "on": 500 by rule 2, and 30% of the others.
"""
import json
import pathlib

DATA = pathlib.Path(__file__).parent / "data"
COUNTRIES = ["AU", "BR", "CA", "CN", "DE", "IN", "JP", "MX", "NZ", "ZA"]


def names(n):
    return [f"flag_{i}" for i in range(n - 1)]


def flagbit(n):
    rules = [
        {"attribute": "country", "operator": "in", "value": COUNTRIES},
        {"attribute": "plan", "operator": "eq", "value": "pro"},
        {"operator": "percent", "value": 30},
    ]
    flags = [{"key": key, "enabled": True, "default_enabled": False, "rules": rules} for key in names(n)]
    flags.append({"key": "plain_on", "enabled": True, "default_enabled": True, "rules": []})
    return {"flags": flags}


def unleash(n):
    def strategy(name, constraints=(), parameters=None):
        return {"name": name, "constraints": list(constraints), "parameters": parameters or {}}

    def one_of(field, values):
        return {"contextName": field, "operator": "IN", "values": values}

    def feature(key, strategies):
        return {"name": key, "type": "release", "enabled": True, "project": "default", "stale": False,
                "impressionData": False, "strategies": strategies, "variants": []}

    features = [feature(key, [
        strategy("default", [one_of("country", COUNTRIES)]),
        strategy("default", [one_of("plan", ["pro"])]),
        strategy("flexibleRollout", [], {"rollout": "30", "stickiness": "userId", "groupId": key}),
    ]) for key in names(n)]
    features.append(feature("plain_on", [strategy("default")]))
    return {"version": 2, "features": features}


def launchdarkly(n):
    def rule(name, attribute, values):
        clause = {"contextKind": "user", "attribute": attribute, "op": "in", "values": values, "negate": False}
        return {"id": name, "variation": 0, "clauses": [clause], "trackEvents": False}

    def flag(key, rules, fallthrough):
        return {"key": key, "version": 1, "on": True, "variations": [True, False], "offVariation": 1,
                "fallthrough": fallthrough, "rules": rules, "targets": [], "prerequisites": [], "salt": key,
                "trackEvents": False, "clientSide": False}

    rollout = {"rollout": {"contextKind": "user", "bucketBy": "key", "variations": [
        {"variation": 0, "weight": 30000}, {"variation": 1, "weight": 70000}]}}
    rules = [rule("r1", "country", COUNTRIES), rule("r2", "plan", ["pro"])]
    flags = {key: flag(key, rules, rollout) for key in names(n)}
    flags["plain_on"] = flag("plain_on", [], {"variation": 0})
    return {"flags": flags, "segments": {}}


def datalogic(n):
    """The rules as flagd's JSONLogic."""
    def flag(default, **targeting):
        return {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": default, **targeting}

    rules = {"if": [{"in": [{"var": "country"}, COUNTRIES]}, True,
                    {"==": [{"var": "plan"}, "pro"]}, True,
                    {"fractional": [30]}]}
    flags = {key: flag("off", targeting=rules) for key in names(n)}
    flags["plain_on"] = flag("on")
    return {"flags": flags}


def eppo(n):
    def allocation(key, **rules):
        return {"key": key, "splits": [{"variationKey": "on", "shards": []}], "doLog": False, **rules}

    def rule(attribute, values):
        return [{"conditions": [{"attribute": attribute, "operator": "ONE_OF", "value": values}]}]

    def flag(key, allocations):
        return {"key": key, "enabled": True, "variationType": "BOOLEAN", "totalShards": 10000,
                "variations": {"on": {"key": "on", "value": True}, "off": {"key": "off", "value": False}},
                "allocations": allocations}

    def rollout(key):
        return {"key": "rollout", "doLog": False, "splits": [
            {"variationKey": "on", "shards": [{"salt": key, "ranges": [{"start": 0, "end": 3000}]}]},
            {"variationKey": "off", "shards": []}]}

    rules = [allocation("country", rules=rule("country", COUNTRIES)), allocation("plan", rules=rule("plan", ["pro"]))]
    flags = {key: flag(key, [*rules, rollout(key)]) for key in names(n)}
    flags["plain_on"] = flag("plain_on", [allocation("all")])
    return {"createdAt": "2024-04-17T19:40:53.716Z", "format": "SERVER", "environment": {"name": "Test"},
            "flags": flags}


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for count in (2, 100, 10_000):
        for peer in (flagbit, unleash, launchdarkly, datalogic, eppo):
            text = json.dumps(peer(count), separators=(",", ":"))
            (DATA / f"{peer.__name__}_{count}.json").write_text(text)
