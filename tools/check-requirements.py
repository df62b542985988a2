#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/requirements.md against tools/requirements-index.txt and the tree.

Every id of the index has a row (itself, or parts of it: seed-1.4.3.a). A row says where it is met
and where tested: files that exist, "not yet: what", or "outside: why" for what is no software of
ours. Ids in REQ comments of the code have a row.
"""
import re

import markdown
import tree

DOCUMENT = "docs/requirements.md"
REQ = re.compile(r"/\*\s*REQ\s+([^*]+?)\s*\*/|//\s*REQ\s+(.+)")
WORDS = ("not yet:", "outside:")


def index_read(root):
    lines = tree.text(root, "tools/requirements-index.txt").splitlines()
    return [line.split("\t")[0] for line in lines if line and not line.startswith("#")]


def base_of(requirement):
    """seed-1.4.3.a is a part of seed-1.4.3."""
    return re.sub(r"\.[a-z]$", "", requirement)


def complaints_of_cell(root, row, name):
    cell = row.get(name, "")
    paths = [path for path in markdown.quoted(cell) if markdown.is_path(path)]
    if not paths and not any(word in cell for word in WORDS):
        yield f'"{name}" names no file and says neither {" nor ".join(WORDS)}'
    for path in paths:
        if not (root / path).exists():
            yield f"{path} does not exist"


def complaints_of_rows(root, known, rows):
    seen = set()
    for number, row in rows:
        requirement = row["id"].strip("`")
        where = f"{DOCUMENT}:{number}: {requirement}"
        if requirement in seen:
            yield f"{where}: stands there twice"
        seen.add(requirement)
        if base_of(requirement) not in known:
            yield f"{where}: not in tools/requirements-index.txt"
        for cell in ("met in", "tested in"):
            yield from (f"{where}: {words}" for words in complaints_of_cell(root, row, cell))


def complaints_of_comments(root, rows):
    have = {row["id"].strip("`") for _, row in rows}
    for name in tree.files(root, ".c", ".h", ".mjs", ".py"):
        source = tree.text(root, name)
        for match in REQ.finditer(source):
            for requirement in re.findall(r"seed-[\w.-]*\w", match[0]):
                if requirement not in have and requirement not in map(base_of, have):
                    line = source.count("\n", 0, match.start()) + 1
                    yield f"{name}:{line}: {requirement} has no row in {DOCUMENT}"


def check(root):
    known = index_read(root)
    rows = [(number, row) for number, row in markdown.tables(tree.text(root, DOCUMENT))
            if row.get("id", "").strip("`").startswith("seed-")]
    covered = {base_of(row["id"].strip("`")) for _, row in rows}
    yield from (f"{DOCUMENT}: no row for {name}" for name in known if name not in covered)
    yield from complaints_of_rows(root, set(known), rows)
    yield from complaints_of_comments(root, rows)


if __name__ == "__main__":
    tree.run(check)
