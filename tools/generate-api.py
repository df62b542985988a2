#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make C tables out of api/openapi.yaml and api/problems.yaml, and refuse when they disagree.

    generate-api.py [--check] OPENAPI PROBLEMS [OUT_DIR]

writes names.def, problems.def, problems.js, reasons.def, routes.def and wire_limits.h into OUT_DIR; --check
writes nothing.
"""
import json
import re
import sys
from pathlib import Path

import yaml

METHODS = ("get", "put", "post", "delete")
LANES = ("loop", "read", "hash", "net", "index")
ACCOUNTS = ("W", "WA", "mail")
SENTENCES = ("title", "action", "vendor", "english")
# What the page says when no program answers it.
PAGE_PROBLEMS = ("desk_unreachable", "unexpected")
PROBLEM_KEYS = {"code", "origin", "status", "exit", *SENTENCES}
HEAD = "/* Made by tools/generate-api.py from api/{}; not to be edited. */\n"


class UniqueKeys(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """PyYAML keeps the last of two equal keys without a word; we do not."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=UniqueKeys)


def c_text(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def c_name(name):
    """LoginId -> LOGIN_ID"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


def operations(api):
    for path, item in api["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


# --- consistency ---

def check_problem(row, exits, complain):
    code = row.get("code", "?")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
        complain(f"problem {code}: not a code")
    if set(row) - PROBLEM_KEYS:
        complain(f"problem {code}: unknown keys {sorted(set(row) - PROBLEM_KEYS)}")
    if row.get("origin") not in ("wire", "local"):
        complain(f"problem {code}: origin is neither wire nor local")
    if (row.get("origin") == "wire") != (400 <= row.get("status", 0) <= 599):
        complain(f"problem {code}: a wire problem has a status of 400..599, a local one none")
    if row.get("exit") not in exits or row.get("exit") == 0:
        complain(f"problem {code}: exit {row.get('exit')} is not in the table of exits")
    for name in SENTENCES:
        sentence = row.get(name) or ""
        if not sentence.endswith("." if name == "english" else "。"):
            complain(f"problem {code}: {name} is not a sentence")
        if name != "english" and not re.search("[ぁ-ん]", sentence):
            complain(f"problem {code}: {name} is not Japanese")


def check_problems(problems, complain):
    seen = set()
    for row in problems["problems"]:
        check_problem(row, problems["exits"], complain)
        if row.get("code") in seen:
            complain(f"problem {row['code']}: given twice")
        seen.add(row.get("code"))
    for row in problems["reasons"]:
        if not row.get("message", "").endswith("。"):
            complain(f"reason {row.get('code')}: no sentence")


def operation_problems(api, operation):
    """All codes a call can answer."""
    codes = list(api["x-problems-always"]) + list(operation.get("x-problems", []))
    if "requestBody" in operation:
        codes += api["x-problems-body"]
    if operation.get("x-accounts"):
        codes += api["x-problems-token"]
    accounts = operation.get("x-accounts") or []
    if "WA" in accounts and "W" not in accounts:
        codes += api["x-problems-receipt"]
    return codes


def check_operation(path, operation, api, known, complain):
    name = operation.get("operationId", path)
    if operation.get("x-lane") not in LANES:
        complain(f"{name}: x-lane is none of {LANES}")
    if not isinstance(operation.get("x-accounts"), list):
        complain(f"{name}: no x-accounts")
    for account in operation.get("x-accounts") or []:
        if account not in ACCOUNTS:
            complain(f"{name}: unknown account kind {account}")
    if bool(operation.get("x-accounts")) != bool(operation.get("security")):
        complain(f"{name}: x-accounts and security disagree")
    if "x-problems" not in operation:
        complain(f"{name}: no x-problems")
    for code in operation_problems(api, operation):
        if code not in known:
            complain(f"{name}: problem {code} is not in problems.yaml")
    if not re.search("[ぁ-んァ-ン一-龥]", operation.get("summary", "")):
        complain(f"{name}: no Japanese summary")
    if len(re.findall(r"\{", path)) > 1:
        complain(f"{name}: more than one argument in the path")


def references(node):
    """Every $ref below node."""
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)


def objects(node):
    """Every schema of type object below node."""
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            if node.get("type") == "object":
                yield node
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)


def check_references(api, complain):
    used = set()
    for reference in references(api):
        place = api
        for part in reference.removeprefix("#/").split("/"):
            place = place.get(part) if isinstance(place, dict) else None
        if place is None:
            complain(f"{reference}: leads nowhere")
        used.add(reference)
    for kind in ("schemas", "responses", "parameters"):
        for name in api["components"][kind]:
            if f"#/components/{kind}/{name}" not in used:
                complain(f"#/components/{kind}/{name}: nobody uses it")


def check_schemas(api, complain):
    for schema in objects(api["components"]["schemas"]):
        if schema.get("additionalProperties") is not False:
            complain(f"an object with {sorted(schema.get('properties', {}))[:3]} lets others in")
        for name in schema.get("required", []):
            if name not in schema["properties"]:
                complain(f"required {name} is no property")


# --- the record's elements, which C keeps in its own table ---

ELEMENT = re.compile(r'ELEMENT\(\w+,\s*(\w+),\s*"(\w+)",\s*"[^"]+",\s*(\w+),\s*(\d+),\s*(\w+),'
                     r'\s*(\w+)\)')
CODE = re.compile(r'CODE\((\w+),\s*"(\w+)",')


def element_schemas(api):
    """(group, name) -> schema, and the names a qualification must have."""
    qualification = api["components"]["schemas"]["Qualification"]
    found = {}
    for name, schema in qualification["properties"].items():
        group = {"ElderlyRecipientCertificateInfo": "ELDERLY",
                 "LimitApplicationCertificateRelatedInfo": "LIMIT"}.get(name)
        if name == "SpecificDiseasesCertificateList":
            group = "DISEASE"
            schema = schema["items"]["properties"]["SpecificDiseasesCertificateInfo"]
        if group:
            found.update({(group, inner): s for inner, s in schema["properties"].items()})
        else:
            found["TOP", name] = schema
    return found, set(qualification["required"])


def schema_codes(api, schema):
    if "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema.get("enum") or ([schema["const"]] if "const" in schema else None)


def check_elements(api, elements_def, codes_def, complain):
    schemas, required = element_schemas(api)
    codes = {}
    for table, code in CODE.findall(codes_def):
        codes.setdefault(table, []).append(code)
    elements = {(row[0], row[1]): row for row in ELEMENT.findall(elements_def)}
    for group, name in sorted(set(schemas) ^ set(elements)):
        complain(f"element {name}: not in both elements.def and openapi.yaml")
    for key in sorted(set(schemas) & set(elements)):
        _, name, form, _, table, presence = elements[key]
        if (presence == "REQUIRED") != (key[0] == "TOP" and name in required):
            complain(f"element {name}: required in one of elements.def and openapi.yaml only")
        allowed = schema_codes(api, schemas[key])
        if form == "CODE" and allowed != codes.get(table):
            complain(f"element {name}: codes.def has {codes.get(table)}, openapi.yaml {allowed}")


def check(api, problems):
    complaints = []
    complain = complaints.append
    check_problems(problems, complain)
    known = {row["code"]: row for row in problems["problems"] if row.get("origin") == "wire"}
    used = set()
    names = set()
    for path, _, operation in operations(api):
        check_operation(path, operation, api, known, complain)
        used.update(operation_problems(api, operation))
        if operation.get("operationId") in names:
            complain(f"{operation['operationId']}: given twice")
        names.add(operation.get("operationId"))
    for code in sorted(set(known) - used):
        complain(f"problem {code}: no call answers it")
    reasons = [row["code"] for row in problems["reasons"]]
    if api["components"]["schemas"]["FieldReason"]["enum"] != reasons:
        complain("FieldReason and the reasons of problems.yaml differ")
    check_references(api, complain)
    check_schemas(api, complain)
    return complaints


# --- tables ---

def problems_def(problems):
    for row in problems["problems"]:
        cells = [row["code"].upper(), c_text(row["code"]), str(row.get("status", 0)),
                 str(row["exit"]), *(c_text(row[name]) for name in ("title", "action", "vendor"))]
        yield f"PROBLEM_ROW({', '.join(cells)})"


def problems_js(problems):
    yield "/** Rows of api/problems.yaml that the page needs when no program answers. */"
    yield "export const problems = {"
    rows = {row["code"]: row for row in problems["problems"]}
    for code in PAGE_PROBLEMS:
        said = {key: rows[code][key] for key in ("code", "title", "action")}
        yield f"  {code}: {json.dumps(said, ensure_ascii=False)},"
    yield "};"


def reasons_def(problems):
    for row in problems["reasons"]:
        yield f"REASON_ROW({row['code'].upper()}, {c_text(row['code'])}, {c_text(row['message'])})"


def routes_def(api):
    for path, method, operation in operations(api):
        accounts = " | ".join(f"WIRE_ACCOUNT_{kind.upper()}" for kind in operation["x-accounts"]) or "0"
        cells = [operation["operationId"].upper(), c_text(operation["operationId"]),
                 c_text(method.upper()), c_text(path), accounts,
                 "WIRE_LANE_" + operation["x-lane"].upper()]
        yield f"ROUTE_ROW({', '.join(cells)})"


def member_names(api):
    """Every member of a body, but for what lies within a result: its elements keep their names."""
    names = set()
    for name, schema in api["components"]["schemas"].items():
        if name in result_schemas(api):
            continue
        for found in objects(schema):
            names.update(found.get("properties", {}))
    return sorted(names)


def result_schemas(api):
    """The schemas reached from a result only."""
    found, todo = set(), ["Result"]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [r.rsplit("/", 1)[1] for r in references(api["components"]["schemas"][name])]
    return found


def names_def(api):
    for name in member_names(api):
        yield f"MEMBER_NAME({c_text(name)})"
    queries = {parameter["name"] for parameter in api["components"]["parameters"].values()
               if parameter["in"] == "query"}
    for name in sorted(queries):
        yield f"PARAMETER_NAME({c_text(name)})"


def limits_h(api):
    yield "#pragma once\n"
    yield "/* Lengths are code points. */"
    yield "enum wire_limit {"
    for name, schema in api["components"]["schemas"].items():
        for low, high in (("minLength", "maxLength"), ("minimum", "maximum")):
            if schema.get(high) is None or schema[high] > 2**31 - 1:
                continue
            if low in schema:
                yield f"\tWIRE_{c_name(name)}_MIN = {schema[low]},"
            yield f"\tWIRE_{c_name(name)}_MAX = {schema[high]},"
    schemas = api["components"]["schemas"]
    yield f"\tWIRE_PAGE_LIMIT_DEFAULT = {schemas['PageLimit']['default']},"
    yield f"\tWIRE_DEVICES_MAX = {schemas['DevicesReply']['properties']['devices']['maxItems']},"
    yield f"\tWIRE_STAFF_MAX = {schemas['StaffReply']['properties']['staff']['maxItems']},"
    references = schemas["ReferencesRequest"]["properties"]["references"]
    yield f"\tWIRE_REFERENCES_MAX = {references['maxItems']},"
    yield "};"


def main(arguments):
    only_check = "--check" in arguments
    paths = [a for a in arguments if a != "--check"]
    if len(paths) != (2 if only_check else 3):
        sys.exit(__doc__)
    api, problems = load(paths[0]), load(paths[1])
    complaints = check(api, problems)
    record = Path(paths[0]).resolve().parent.parent / "lib" / "record"
    if record.is_dir():
        check_elements(api, (record / "elements.def").read_text(encoding="utf-8"),
                       (record / "codes.def").read_text(encoding="utf-8"), complaints.append)
    for complaint in complaints:
        print(f"generate-api: {complaint}", file=sys.stderr)
    if complaints:
        sys.exit(1)
    if only_check:
        return
    out = Path(paths[2])
    for name, source, lines in (
            ("names.def", "openapi.yaml", names_def(api)),
            ("problems.def", "problems.yaml", problems_def(problems)),
            ("problems.js", "problems.yaml", problems_js(problems)),
            ("reasons.def", "problems.yaml", reasons_def(problems)),
            ("routes.def", "openapi.yaml", routes_def(api)),
            ("wire_limits.h", "openapi.yaml", limits_h(api))):
        text = HEAD.format(source) + "\n".join(lines) + "\n"
        (out / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
