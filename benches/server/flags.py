"""The same 10,000 flags for each server: on for the plan `pro`, and for a quarter of everybody else."""

import json
from collections.abc import Iterator

COUNT = 10_000
MIDDLE = f"flag-{COUNT // 2:05}"


def keys() -> Iterator[str]:
    return (f"flag-{number:05}" for number in range(COUNT))


def flagbit() -> str:
    rules = [{"attribute": "plan", "operator": "eq", "value": "pro"}, {"operator": "percent", "value": 25}]
    return json.dumps({"flags": [{"key": key, "enabled": True, "rules": rules} for key in keys()]})


def go_feature_flag(percentage: int = 25) -> str:
    flag = {
        "variations": {"on": True, "off": False},
        "targeting": [{"name": "pro", "query": 'plan eq "pro"', "variation": "on"}],
        "defaultRule": {"percentage": {"on": percentage, "off": 100 - percentage}},
    }
    return json.dumps(dict.fromkeys(keys(), flag))


def unleash(percentage: int = 25) -> str:
    constraint = {"contextName": "plan", "operator": "IN", "values": ["pro"]}
    strategies = [
        {"name": "default", "constraints": [constraint]},
        {"name": "flexibleRollout", "parameters": {"rollout": str(percentage), "stickiness": "userId", "groupId": "all"}},
    ]
    feature = {"enabled": True, "type": "release", "project": "default", "strategies": strategies}
    return json.dumps({"version": 2, "features": [{"name": key, **feature} for key in keys()]})
