#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Links in our documents lead somewhere, and the README in both languages keeps in step."""
import posixpath
import re

import tree

LINK = re.compile(r"\]\(([^)\s]+)\)")
PAIR = ("README.md", "README.ja.md")


def links_of(text):
    return [link.split("#")[0] for link in LINK.findall(text)
            if not link.startswith(("http://", "https://", "mailto:", "#"))]


def shape_of(text):
    """What must be alike in both languages: headings, table rows, commands, links."""
    lines = text.splitlines()
    return {
        "headings": [line.split(" ")[0] for line in lines if line.startswith("#")],
        "table rows": sum(line.startswith("|") for line in lines),
        "commands": [line.split("#")[0].strip() for line in lines if line.startswith("    ./")],
        "links": sorted(set(links_of(text)) - set(PAIR)),
    }


def check(root):
    for name in tree.files(root, ".md"):
        for link in links_of(tree.text(root, name)):
            if not (root / posixpath.normpath(posixpath.join(posixpath.dirname(name), link))).exists():
                yield f"{name}: {link} does not exist"
    first, second = (shape_of(tree.text(root, name)) for name in PAIR)
    yield from (f"{PAIR[1]}: other {what} than in {PAIR[0]}"
                for what in first if first[what] != second[what])


if __name__ == "__main__":
    tree.run(check)
