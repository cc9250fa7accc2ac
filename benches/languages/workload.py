#!/usr/bin/env python3
"""workload.py FOLDER: writes the users, and the same 100 flags in every peer's own format.

The flags of benches/peers, whose rules say who gets "on", plain_on, which is simply on, and plain_off.
"""

import importlib.util
import json
import sys
from pathlib import Path

FLAGS = 99  # with plain_off 100
ON, OFF = "plain_on", "plain_off"

# It has the same name as this one.
_spec = importlib.util.spec_from_file_location("peers", Path(__file__).parents[1] / "peers/workload.py")
peers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(peers)


def users():
    """As benches/common/users.rs makes them."""
    return [
        {"id": f"usr_{i}", "plan": ("free", "pro")[i % 2], "country": ("US", "GB", "FR")[i % 3], "version": "2.4.1"}
        for i in range(1_000)
    ]


def flagbit():
    snapshot = peers.flagbit(FLAGS)
    snapshot["flags"].append({"key": OFF, "enabled": False, "default_enabled": True, "rules": []})
    return snapshot


def eppo():
    snapshot = peers.eppo(FLAGS)
    snapshot["flags"][OFF] = {**snapshot["flags"][ON], "key": OFF, "enabled": False}
    return snapshot


def launchdarkly():
    snapshot = peers.launchdarkly(FLAGS)
    snapshot["flags"][OFF] = {**snapshot["flags"][ON], "key": OFF, "on": False}
    return snapshot


def flagd():
    def flag(default, state="ENABLED", **targeting):
        return {"state": state, "variants": {"on": True, "off": False}, "defaultVariant": default, **targeting}

    in_country, pro = {"in": [{"var": "country"}, peers.COUNTRIES]}, {"==": [{"var": "plan"}, "pro"]}
    rules = {"if": [in_country, "on", pro, "on", {"fractional": [["on", 30], ["off", 70]]}]}
    flags = {key: flag("off", targeting=rules) for key in peers.names(FLAGS)}
    # A disabled flag is an error there, which answers with the caller's default; off is a variant.
    return {"flags": flags | {ON: flag("on"), OFF: flag("off")}}


def growthbook():
    rules = [
        {"condition": {"country": {"$in": peers.COUNTRIES}}, "force": True},
        {"condition": {"plan": "pro"}, "force": True},
        {"coverage": 0.3, "hashAttribute": "id", "force": True},
    ]
    features = {key: {"defaultValue": False, "rules": rules} for key in peers.names(FLAGS)}
    return features | {ON: {"defaultValue": True}, OFF: {"defaultValue": False}}


def configcat():
    def attribute(name, comparator, **value):
        """A rule that holds where the comparison does: 0 is "is one of", 28 "equals", both in clear text."""
        return {"c": [{"u": {"a": name, "c": comparator, **value}}], "s": {"v": {"b": True}}}

    def setting(default, rules=(), percentages=()):
        return {"t": 0, "v": {"b": default}, "r": list(rules), "p": list(percentages)}

    rules = [attribute("Country", 0, l=peers.COUNTRIES), attribute("plan", 28, s="pro")]
    percentages = [{"p": 30, "v": {"b": True}}, {"p": 70, "v": {"b": False}}]
    settings = {key: setting(False, rules, percentages) for key in peers.names(FLAGS)}
    settings |= {ON: setting(True), OFF: setting(False)}
    return {"p": {"u": "https://cdn-global.configcat.com", "r": 0, "s": "salt"}, "s": [], "f": settings}


def statsig():
    def condition(kind, operator, field, value):
        shared = {"additionalValues": {}, "idType": "userID"}
        return {"type": kind, "operator": operator, "field": field, "targetValue": value, **shared}

    conditions = {
        "country": condition("user_field", "any", "country", peers.COUNTRIES),
        "plan": condition("user_field", "any", "plan", ["pro"]),
        "everybody": condition("public", None, None, None),
    }

    def rule(name, percentage, of):
        return {
            "name": name, "id": name, "salt": name, "passPercentage": percentage, "returnValue": True,
            "idType": "userID", "conditions": [of],
        }  # fmt: skip

    def gate(key, *rules, enabled=True):
        return {
            "name": key, "salt": key, "type": "feature_gate", "entity": "feature_gate", "idType": "userID",
            "enabled": enabled, "defaultValue": False, "rules": list(rules), "version": 1,
        }  # fmt: skip

    rules = [rule("country", 100, "country"), rule("plan", 100, "plan"), rule("rollout", 30, "everybody")]
    everybody = rule("all", 100, "everybody")
    gates = {key: gate(key, *rules) for key in peers.names(FLAGS)}
    # Some of its engines ignore `enabled`, so the flag that is off has no rule either.
    gates |= {ON: gate(ON, everybody), OFF: gate(OFF, enabled=False)}
    empty = {"dynamic_configs": {}, "layer_configs": {}, "experiment_to_layer": {}, "id_lists": {}, "sdk_configs": {}}
    return {
        "has_updates": True, "time": 1745275698471, "response_format": "dcs-v2", "default_environment": "production",
        "diagnostics": {}, "feature_gates": gates, "condition_map": conditions, **empty,
    }  # fmt: skip


def statsig_go():
    """The older format of the same: lists, and conditions inside the rules."""
    snapshot = statsig()
    conditions = snapshot.pop("condition_map")
    gates = list(snapshot["feature_gates"].values())
    for gate in gates:
        inside = [{**rule, "conditions": [conditions[name] for name in rule["conditions"]]} for rule in gate["rules"]]
        gate["rules"] = inside
    return snapshot | {"feature_gates": gates, "dynamic_configs": [], "layer_configs": [], "layers": {}}


FORMATS = (flagbit, eppo, launchdarkly, flagd, growthbook, configcat, statsig, statsig_go)


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "users.json").write_text(json.dumps(users()))
    for snapshot in FORMATS:
        (folder / f"{snapshot.__name__}.json").write_text(json.dumps(snapshot(), separators=(",", ":")))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
