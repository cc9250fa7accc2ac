"""Holds the real server's OFREP answers against the protocol's schema.

    build/server-venv/bin/python server/tests/ofrep.py [OPENAPI.yaml]      the server's binary in FLAGBIT_SERVER

schemathesis.sh makes the environment.

Without a file against SCHEMAS, which has what version 0.3.0 of the protocol's document asks for. That document cannot be taken
as it is: no answer with a value fits it. So it is held against the answers twice: as published, where the refusals must be those
of FAULTS and no others, and with these mended, where there must be none. Ends with 1 when an answer does not fit.
"""

import copy
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/kit"))
from flagbit_kit import RealServer  # noqa: E402

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def having(kind: str) -> Schema:
    return {"properties": {"value": {"type": kind}}, "required": ["value"]}


def fields(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT: Schema = {"type": "string"}
SCALAR: Schema = {"oneOf": [{"type": "boolean"}, {"type": "string"}, {"type": "number"}]}
METADATA: Schema = {"type": "object", "additionalProperties": SCALAR}
SCHEMAS: Schema = {
    "evaluationSuccess": {
        "allOf": [
            fields(
                "key", "reason", key=TEXT, variant=TEXT, metadata=METADATA,
                reason={"type": "string", "enum": ["STATIC", "TARGETING_MATCH", "SPLIT", "DISABLED", "UNKNOWN"]},
            ),
            {"oneOf": [*map(having, ["boolean", "string", "integer", "number", "object"]), ref("codeDefaultFlag")]},
        ]
    },
    "codeDefaultFlag": {"properties": {}},
    "evaluationFailure": fields(
        "key", "errorCode", key=TEXT, errorDetails=TEXT,
        errorCode={"enum": ["PARSE_ERROR", "TARGETING_KEY_MISSING", "INVALID_CONTEXT", "GENERAL"]},
    ),
    "flagNotFound": fields("key", "errorCode", key=TEXT, errorCode={"enum": ["FLAG_NOT_FOUND"]}, errorDetails=TEXT),
    "bulkEvaluationSuccess": fields(
        "flags", metadata=METADATA,
        flags={"type": "array", "items": {"oneOf": [ref("evaluationSuccess"), ref("evaluationFailure")]}},
    ),
    "bulkEvaluationFailure": fields("errorCode", errorCode=TEXT, errorDetails=TEXT),
    "generalErrorResponse": fields(errorDetails=TEXT),
}  # fmt: skip

FAULTS = {
    "kinds of values": "an integer is a number too, and a value of any kind is also none: `oneOf` allows one of these only",
    "DEFAULT": "the reasons lack DEFAULT, which the protocol's own text, its clients and other servers know",
    "a list": "the value of a list is no object, though OpenFeature's structures may be lists",
}


def mended(schemas: Schema, *faults: str) -> Schema:
    """The schemas without some of FAULTS."""
    schemas = copy.deepcopy(schemas)
    for schema in schemas["evaluationSuccess"]["allOf"]:
        if "oneOf" in schema and "kinds of values" in faults:
            # This server sends a value always.
            schema["anyOf"] = [kind for kind in schema.pop("oneOf") if kind != ref("codeDefaultFlag")]
        if "reason" in schema.get("properties", {}) and "DEFAULT" in faults:
            schema["properties"]["reason"].get("enum", []).append("DEFAULT")
        if "a list" in faults:
            schema.get("anyOf", []).append(having("array"))
    return schemas


def ask(server: RealServer, path: str, body: bytes, key: str | None = None) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key or server.key}"}
    request = urllib.request.Request(f"{server.url}/ofrep/v1/evaluate/flags{path}", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def answers(server: RealServer) -> list[tuple[str, int, Any]]:
    """Which schema an answer must have, its status, and the answer."""
    found = []
    contexts: list[Any] = [None, {}, {"targetingKey": "u1"}, {"targetingKey": "u1", "email": "ballmer@macrosoft.com"}]
    for context in contexts:
        body = json.dumps({"context": context}).encode()
        status, bulk = ask(server, "", body)
        found.append(("bulkEvaluationSuccess", status, bulk))
        for flag in bulk["flags"]:
            found.append(("evaluationSuccess", *ask(server, f"/{flag['key']}", body)))
    found.append(("flagNotFound", *ask(server, "/nothing", b"{}")))
    for body in [b"{", b'{"context": 7}', b'{"context": {"a": 1, "a": 2}}', b"\xff", b"[]"]:
        found.append(("evaluationFailure", *ask(server, "/boolean-flag", body)))
        found.append(("bulkEvaluationFailure", *ask(server, "", body)))
    return found


STATUS = {
    "evaluationSuccess": 200, "bulkEvaluationSuccess": 200, "evaluationFailure": 400, "bulkEvaluationFailure": 400,
    "flagNotFound": 404,
}  # fmt: skip


def refused(schemas: Schema, found: list[tuple[str, int, Any]]) -> list[tuple[str, Any]]:
    def fits(name: str, answer: Any) -> bool:
        # The references are those of the document.
        return bool(Draft202012Validator({"components": {"schemas": schemas}, **ref(name)}).is_valid(answer))

    return [(name, answer) for name, _, answer in found if not fits(name, answer)]


def main() -> int:
    schemas = SCHEMAS
    if len(sys.argv) > 1:
        schemas = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))["components"]["schemas"]
    os.environ.setdefault("FLAGBIT_SERVER", str(ROOT / "server/target/debug/flagbit"))
    flags = json.loads((ROOT / "tests/openfeature/flags.json").read_text(encoding="utf-8"))["flags"]
    flags += [
        {"key": "split", "enabled": True, "rules": [{"attribute": "user_id", "operator": "percent", "value": 50}]},
        {"key": "list", "enabled": True, "default": "a", "variants": {"a": [1, "b"], "b": []}},
    ]
    with RealServer() as server:
        for flag in flags:
            server.of_project("POST", "/flags", flag)
        found = answers(server)
    problems = [f"{name}: {status} {answer}" for name, status, answer in found if status != STATUS[name]]
    problems += [f"{name} does not fit: {answer}" for name, answer in refused(mended(schemas, *FAULTS), found)]
    # Each fault is one: without its mending answers are refused that are good.
    for fault, reason in FAULTS.items():
        others = [other for other in FAULTS if other != fault]
        count = len(refused(mended(schemas, *others), found))
        print(f"ofrep: as published {count} of {len(found)} answers are refused, for {reason}")
        if not count and schemas is SCHEMAS:
            problems.append(f"no fault any more: {fault}")
    print("\n".join([*problems, f"ofrep: {len(found)} answers, {len(problems)} problems"]))
    return min(len(problems), 1)


if __name__ == "__main__":
    sys.exit(main())
