#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does each recorded reply fit api/openapi.yaml?

Reads JSON Lines {"operation", "status", "type", "body"} on standard input and writes one line for
each: "ok" or what does not fit. The schemas are JSON Schema 2020-12, so the library judges.
"""
import json
import pathlib
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
API = yaml.safe_load((ROOT / "api/openapi.yaml").read_text())
METHODS = {"get", "put", "post", "delete", "patch"}
OPERATIONS = {
    operation["operationId"]: operation
    for path in API["paths"].values()
    for method, operation in path.items()
    if method in METHODS
}


def resolve(node):
    """Follow a local reference to its component."""
    while isinstance(node, dict) and "$ref" in node:
        target = API
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def complaint(exchange):
    """What is wrong with one reply, or None."""
    operation = OPERATIONS.get(exchange["operation"])
    if operation is None:
        return f"no operation {exchange['operation']}"
    replies = operation["responses"]
    reply = resolve(replies.get(str(exchange["status"]), replies.get("default")))
    if reply is None:
        return f"{exchange['operation']} does not document status {exchange['status']}"
    content = reply.get("content")
    if not content:
        return None if not exchange["body"] else "a body where none is documented"
    kind = exchange["type"].split(";")[0]
    if kind not in content:
        return f"content type {kind}, documented {list(content)}"
    schema = {**content[kind]["schema"], "components": API.get("components", {})}
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(json.loads(exchange["body"])))
    return "; ".join(f"{error.json_path}: {error.message}" for error in errors[:3]) or None


for line in sys.stdin:
    print(complaint(json.loads(line)) or "ok")
