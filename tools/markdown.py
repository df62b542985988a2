# SPDX-License-Identifier: Apache-2.0
"""Tables of our Markdown documents, and the names in backticks inside their cells."""
import re


def cells_of(line):
    """The cells of a table's line; "\\|" is a bar inside a cell."""
    parts = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return [part.replace("\\|", "|").strip() for part in parts]


def tables(text):
    """(line number, {heading: cell}) of every row of every table."""
    heads = None
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith("|"):
            heads = None
        elif heads is None:
            heads = [cell.lower() for cell in cells_of(line)]
        elif not re.fullmatch(r"[\s|:-]+", line):
            yield number, dict(zip(heads, cells_of(line)))


def quoted(cell):
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def is_path(name):
    return "/" in name or re.search(r"\.(c|h|md|yaml|py|sh|mjs|txt|build)$", name) is not None
