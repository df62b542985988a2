#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Calls nobody makes here, SQL outside store rooms, JSON text outside wire, printed secrets."""
import re

import tree

BANNED = {
    "strcpy strcat strncpy strncat stpcpy sprintf vsprintf": "write through str_to_c, arena_print "
                                                             "or a checked snprintf",
    "strtok strtok_r": "cut with str_split",
    "atoi atol atoll atof strtol strtoul strtoll strtoull strtod": "read with number_parse",
    "gets scanf sscanf fscanf vscanf vsscanf": "read with number_parse and str_split",
    "gmtime gmtime_r localtime localtime_r mktime timegm strftime strptime asctime ctime":
        "calendar rules live in lib/base/period.h",
    "rand srand random srandom drand48 lrand48": "take random_bytes of lib/crypto",
    "system popen": "no shell",
    "setjmp longjmp sigsetjmp siglongjmp": "outcomes and faults travel as return values",
    "alloca": "take an arena",
}
WORDS = {name: why for names, why in BANNED.items() for name in names.split()}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(WORDS) + r")\s*\(")
GOTO = re.compile(r"\bgoto\b")
SQL = re.compile(r"^\s*(SELECT\s.*\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|"
                 r"CREATE\s+(TABLE|INDEX|UNIQUE)\b|ALTER\s+TABLE\b|DROP\s+TABLE\b)", re.DOTALL)
JSON = re.compile(r'\\"\w+\\"\s*:')
PRINTERS = re.compile(r"\b(\w*printf|arena_print|log_\w+|json_write\w*|writer_\w+|puts|fputs)\s*\(")
SQL_ROOMS = ("server/store/", "workstation/store", "lib/db/")
JSON_ROOMS = ("lib/wire/", "lib/json/", "lib/crypto/", "api/")


def line_of(source, offset):
    return source.count("\n", 0, offset) + 1


def calls(name, code):
    for match in CALL.finditer(code):
        if name == "lib/base/test.h":
            continue
        yield line_of(code, match.start()), f"{match[1]}: {WORDS[match[1]]}"
    for match in GOTO.finditer(code):
        yield line_of(code, match.start()), "goto: release through AUTO(x_clear)"


def statement_end(code, start):
    """Behind the parenthesis that closes the one opened before start."""
    depth = 1
    for offset in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[offset], 0)
        if depth == 0:
            return offset
    return len(code)


def printed_secrets(code):
    for match in PRINTERS.finditer(code):
        arguments = code[match.end():statement_end(code, match.end())]
        if re.search(r"\bsecret_str\s*\(", arguments):
            yield line_of(code, match.start()), f"{match[1]}: prints a secret"


def literals(name, source):
    if tree.is_test(name):
        return
    for line, text in tree.strings(source):
        if SQL.match(text) and not name.startswith(SQL_ROOMS):
            yield line, "SQL stands in store rooms only"
        if JSON.search(text) and not name.startswith(JSON_ROOMS):
            yield line, "JSON names stand in lib/wire only"


def check(root):
    for name in tree.files(root, ".c", ".h"):
        source = tree.text(root, name)
        code = tree.code_only(source)
        found = [*calls(name, code), *literals(name, source)]
        if not name.startswith(("lib/json/", "lib/wire/")):
            found += printed_secrets(code)
        yield from (f"{name}:{line}: {words}" for line, words in sorted(found))


if __name__ == "__main__":
    tree.run(check)
