#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Calls nobody makes here, SQL outside store rooms or made at run time, JSON text outside wire, printed secrets."""
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
# Where a call takes its SQL: the argument's place, from 0.
SQL_CALLS = {"db_run": 1, "db_query": 1, "row_query": 2, "row_find": 2, "row_run": 1, "row_change": 1,
             "row_returning": 1, "exec": 1, "PQexec": 1, "PQexecParams": 1, "PQsendQuery": 1,
             "PQsendQueryParams": 1, "PQprepare": 2, "sqlite3_exec": 1, "sqlite3_prepare_v2": 1,
             "sqlite3_prepare_v3": 1}
SQL_CALL = re.compile(r"(?:(?<=->)|\b)(" + "|".join(SQL_CALLS) + r")\s*\(")
SQL_CONSTANT = re.compile(r"\bstatic const char (?:\*const )?(\w+)\[")
SQL_BUILT = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WHERE|GRANT)\b.*%",
                       re.DOTALL)
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


def arguments(code, start):
    """The texts between the commas of a call whose parenthesis stands before start."""
    end = statement_end(code, start)
    found, depth, begun = [], 0, start
    for offset in range(start, end):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[offset], 0)
        if code[offset] == "," and depth == 0:
            found.append(code[begun:offset])
            begun = offset + 1
    return [*found, code[begun:end]]


def built_sql(name, source, code):
    """SQL is a constant: a literal, a static const text, or a parameter `sql` that was one."""
    if tree.is_test(name):
        return
    constants = {*SQL_CONSTANT.findall(code), "sql", "NULL"}
    for match in SQL_CALL.finditer(code):
        given = arguments(code, match.end())
        place = SQL_CALLS[match[1]]
        if len(given) <= place or re.search(r"\bconst char \*", given[place]):
            continue  # a declaration
        chosen = given[place].rsplit("?", 1)[-1]  # what decides is no text
        plain = re.sub(r'"[^"]*"|\[[^]]*\]|\w+->', " ", chosen)
        unknown = set(re.findall(r"[A-Za-z_]\w*", plain)) - constants
        unknown = {word for word in unknown if not word.isupper()}  # a part that a macro names
        if unknown:
            yield line_of(code, match.start()), f"{match[1]}: SQL is a constant, not {unknown.pop()}"
    for match in re.finditer(r"(?<!const )\bchar sql\[", code):
        yield line_of(code, match.start()), "SQL is a constant, not made at run time"
    for match in PRINTERS.finditer(code):
        given = source[match.end():statement_end(code, match.end())]
        if name.startswith(SQL_ROOMS) and any(SQL_BUILT.search(t) for _, t in tree.strings(given)):
            yield line_of(code, match.start()), f"{match[1]}: SQL is a constant, not printed"


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
        found = [*calls(name, code), *literals(name, source), *built_sql(name, source, code)]
        if not name.startswith(("lib/json/", "lib/wire/")):
            found += printed_secrets(code)
        yield from (f"{name}:{line}: {words}" for line, words in sorted(found))


if __name__ == "__main__":
    tree.run(check)
