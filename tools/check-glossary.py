#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/glossary.md has every term of the seed's table 1.2-2, and the names it gives are used."""
import re

import markdown
import tree

DOCUMENT = "docs/glossary.md"
CODE = (".c", ".h", ".yaml", ".mjs", ".build", ".py")


def terms_read(root):
    for line in tree.text(root, "tools/requirements-index.txt").splitlines():
        if line.startswith("seed-1.2-2-t"):
            yield line.split("\t")[1]


def words_of(root):
    words = set()
    for name in tree.files(root, *CODE):
        if not name.startswith("tools/check"):
            words.update(re.findall(r"[A-Za-z_][\w-]*", tree.text(root, name)))
            words.update(re.findall(r"\w+", tree.text(root, name)))
    return words


def check(root):
    rows = [(number, row) for number, row in markdown.tables(tree.text(root, DOCUMENT))
            if "term" in row]
    terms = {row["term"] for _, row in rows}
    yield from (f"{DOCUMENT}: no row for {term}" for term in terms_read(root) if term not in terms)
    words = words_of(root)
    for number, row in rows:
        cell = row.get("name in the code", "")
        names = markdown.quoted(cell)
        if not names and "not yet" not in cell:
            yield f"{DOCUMENT}:{number}: {row['term']}: no name in the code, and not “not yet”"
        for name in names:
            known = (root / name).exists() if markdown.is_path(name) else name in words
            if not known:
                yield f"{DOCUMENT}:{number}: {row['term']}: nothing is called {name}"


if __name__ == "__main__":
    tree.run(check)
