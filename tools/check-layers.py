#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who includes whom, against tools/layers.txt: down only, and each third party by its keyhole."""
import dataclasses
import fnmatch
import pathlib
import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


@dataclasses.dataclass
class Table:
    rooms: dict = dataclasses.field(default_factory=dict)  # room -> rooms it may use
    for_tests: dict = dataclasses.field(default_factory=dict)
    keyholes: list = dataclasses.field(default_factory=list)  # (header prefixes, places)
    exempt: list = dataclasses.field(default_factory=list)
    generated: list = dataclasses.field(default_factory=list)
    files: dict = dataclasses.field(default_factory=dict)  # pattern -> room inside a folder
    complaints: list = dataclasses.field(default_factory=list)


def table_room(table, number, name, uses):
    if name in table.rooms:
        table.complaints.append(f"tools/layers.txt:{number}: {name} stands there twice")
    for room in uses:
        if room not in table.rooms:
            table.complaints.append(
                f"tools/layers.txt:{number}: {name} uses {room}, which is not listed above it")
    table.rooms[name] = set(uses)


def table_read(text):
    table = Table()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].replace(":", " : ").split()
        if not words:
            continue
        kind, rest = words[0], words[1:]
        left, right = rest, []
        if ":" in rest:
            left, right = rest[:rest.index(":")], rest[rest.index(":") + 1:]
        if kind == "room" and len(left) == 1:
            table_room(table, number, left[0], right)
        elif kind == "test" and len(left) == 1:
            table.for_tests[left[0]] = set(right)
        elif kind == "keyhole":
            table.keyholes.append((left, right))
        elif kind == "exempt":
            table.exempt += left
        elif kind == "generated":
            table.generated += left
        elif kind == "files" and len(left) == 1:
            table.files.update((pattern, left[0]) for pattern in right)
        else:
            table.complaints.append(f"tools/layers.txt:{number}: not understood")
    return table


def is_exempt(table, name):
    return name.split("/")[0] in table.exempt


def room_of(table, path):
    """A file's room is its folder, unless a line gives it a room of its own in there."""
    for pattern, room in table.files.items():
        if fnmatch.fnmatch(path, pattern):
            return room
    return str(pathlib.PurePosixPath(path).parent)


def complaint_of_room(table, name, included):
    """A quoted include: by path from the root, of the own room or one it may use."""
    room, other = room_of(table, name), room_of(table, included)
    if is_exempt(table, name) or included in table.generated:
        return None
    if room not in table.rooms:
        return f"{room} has no line in tools/layers.txt"
    if other == ".":
        return f'"{included}" is not a path from the root'
    allowed = {room} | table.rooms[room]
    if tree.is_test(name):
        allowed |= table.for_tests.get(room, set())
    if other in allowed:
        return None
    return f'"{included}": {room} may not use {other}'


def complaint_of_keyhole(table, name, header):
    if is_exempt(table, name):
        return None
    for prefixes, places in table.keyholes:
        if any(header == prefix or (prefix[-1] in "/_" and header.startswith(prefix))
               for prefix in prefixes):
            if not any(name == place or (place.endswith("/") and name.startswith(place))
                       for place in places):
                return f"<{header}> belongs into {' '.join(places)} only"
    return None


def complaints_of_file(table, root, name):
    source = tree.without_comments(tree.text(root, name))
    for match in INCLUDE.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        found = [complaint_of_keyhole(table, name, match[1] or match[2])]
        if match[1] and not found[0]:
            found.append(complaint_of_room(table, name, match[1]))
        yield from (f"{name}:{line}: {words}" for words in found if words)


def check(root):
    table = table_read(tree.text(root, "tools/layers.txt"))
    yield from table.complaints
    for name in tree.files(root, ".c", ".h"):
        yield from complaints_of_file(table, root, name)


if __name__ == "__main__":
    tree.run(check)
