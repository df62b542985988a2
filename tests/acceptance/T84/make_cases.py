#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bodies that do not fit, of every call of openapi.yaml, as rows of C.

usage: make_cases.py OPENAPI.yaml OUT.inc

For each object of each body: a member nobody knows, each member that only replies have, each of its
own members missing and of every other type. CASE(call, method, path, accounts, field, body).
"""
import copy
import json
import re
import sys

import yaml

METHODS = ("post", "put", "delete", "patch")
WRONG = [7, 1.5, True, None, "x", [], {}, [["x"]], {"x": 1}]
KINDS = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list,
         "null": type(None)}
SAMPLES = ["A" * 4, "0" * 6, "0" * 14, "0" * 32, "A" * 16, "20261122", "https://a", "a"]


class Api:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.tree = yaml.safe_load(file)

    def resolve(self, schema):
        while "$ref" in schema:
            place = self.tree
            for part in schema["$ref"].removeprefix("#/").split("/"):
                place = place[part]
            schema = place
        return schema

    def calls(self):
        for path, item in self.tree["paths"].items():
            for method in METHODS:
                if "requestBody" in item.get(method, {}):
                    yield path, method, item[method]

    def kinds(self, schema):
        """The JSON types it takes."""
        schema = self.resolve(schema)
        choices = schema.get("oneOf") or schema.get("anyOf") or [schema]
        found = set()
        for choice in map(self.resolve, choices):
            words = choice.get("type", [])
            found |= {KINDS[word] for word in ([words] if isinstance(words, str) else words)}
            found |= {type(choice["const"])} if "const" in choice else set()
            found |= {type(value) for value in choice.get("enum", [])}
        return found

    def sample(self, schema):
        """A value that fits."""
        schema = self.resolve(schema)
        schema = self.resolve((schema.get("oneOf") or schema.get("anyOf") or [schema])[0])
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        kind = schema.get("type", "string")
        if kind == "object":
            return {name: self.sample(one) for name, one in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.sample(schema["items"])] * max(1, schema.get("minItems", 1))
        if kind in ("integer", "boolean"):
            return schema.get("minimum", 1) if kind == "integer" else True
        return self.text(schema)

    @staticmethod
    def text(schema):
        least = schema.get("minLength", 1)
        for text in [*SAMPLES, "a" * least]:
            text = text if len(text) >= least else text * least
            if (len(text) <= schema.get("maxLength", len(text)) and
                    re.search(schema.get("pattern", ""), text)):
                return text
        sys.exit(f"make_cases: no sample for {schema}")

    def reply_members(self):
        """Every name that a reply has."""
        found = set()
        todo = [schema for name, schema in self.tree["components"]["schemas"].items()
                if name.endswith("Reply") or name in ("Problem", "ResultEntry")]
        while todo:
            schema = self.resolve(todo.pop())
            found |= set(schema.get("properties", {}))
        return sorted(found)


def objects(api, schema, value, place=()):
    """Each object of a body: where it is, its schema."""
    schema = api.resolve(schema)
    if isinstance(value, dict):
        yield place, schema
        for name, one in schema.get("properties", {}).items():
            yield from objects(api, one, value[name], (*place, name))


def spoiled(body, place, name, value):
    body = copy.deepcopy(body)
    target = body
    for part in place:
        target = target[part]
    if value is Ellipsis:
        del target[name]
    else:
        target[name] = value
    return body


def cases(api, schema):
    """(field, body) of everything that does not fit."""
    good = api.sample(schema)
    for place, inner in objects(api, schema, good):
        own = inner.get("properties", {})
        for name in ["bonus", *api.reply_members()]:
            if name not in own:
                yield ".".join((*place, name)), spoiled(good, place, name, "1")
        for name, one in own.items():
            field = ".".join((*place, name))
            if name in inner.get("required", []):
                yield field, spoiled(good, place, name, Ellipsis)
            for wrong in WRONG:
                if type(wrong) not in api.kinds(one):
                    yield field, spoiled(good, place, name, wrong)


def c_text(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    api = Api(sys.argv[1])
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        for path, method, call in api.calls():
            schema = call["requestBody"]["content"]["application/json"]["schema"]
            path = re.sub(r"\{\w+\}", "0" * 32, path)
            kinds = "".join(f" {kind} " for kind in call["x-accounts"])
            for field, body in cases(api, schema):
                cells = [call["operationId"], method.upper(), path, kinds, field,
                         json.dumps(body, ensure_ascii=False)]
                print(f"CASE({', '.join(map(c_text, cells))})", file=out)


main()
