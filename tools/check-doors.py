#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ARCHITECTURE.md against the tree: every room and file it names exists, and every door of its
tables (columns "room" and "door") is declared or defined in that room. "not yet" excuses a row."""
import re

import markdown
import tree

DOCUMENT = "ARCHITECTURE.md"


def room_text(root, path):
    """All the C of the folder that path is or lies in."""
    place = root / path
    folder = place if place.is_dir() else place.parent
    return "\n".join(file.read_text(encoding="utf-8", errors="replace")
                     for file in sorted(folder.glob("*.[ch]")))


def complaints_of_row(root, row):
    paths = [name for name in markdown.quoted(row["room"]) if markdown.is_path(name)]
    present = [path for path in paths if (root / path).exists()]
    yield from (f"{path} does not exist" for path in paths if path not in present)
    code = "\n".join(room_text(root, path) for path in present)
    for door in re.findall(r"[A-Za-z_]\w+", " ".join(markdown.quoted(row["door"]))):
        if not re.search(rf"\b{door}\b", code):
            yield f"no door {door} in {' '.join(paths)}"


def check(root):
    text = tree.text(root, DOCUMENT)
    doors = 0
    for number, row in markdown.tables(text):
        if "room" not in row or any("not yet" in cell for cell in row.values()):
            continue
        doors += 1
        row.setdefault("door", "")
        yield from (f"{DOCUMENT}:{number}: {words}" for words in complaints_of_row(root, row))
    if not doors:
        yield f"{DOCUMENT}: names no doors"


if __name__ == "__main__":
    tree.run(check)
