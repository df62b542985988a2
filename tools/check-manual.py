#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The desk's manual against the page: F1 on every screen leads to a chapter that is there, and each
picture is one that ./dev shots makes and docs/manual/meson.build puts in."""
import re

import tree

SCREENS = "ui/workstation/screens.js"
PHASES = ("setup", "lock")  # app.js shows them instead of a screen
SHOTS = "tests/browser/shots/"
BUILD = "docs/manual/meson.build"


def check(root):
    chapters = [name for name in tree.files(root, ".md") if name.startswith("docs/manual/")]
    text = "\n".join(tree.text(root, name) for name in chapters)
    places = set(re.findall(r"\{: #([a-z0-9-]+) \}", text))
    screens = re.findall(r"^\s*(\w+): \{.*load:", tree.text(root, SCREENS), re.MULTILINE)
    if not screens:
        yield f"{SCREENS}: names no screens"
    yield from (f"docs/manual: no chapter for the screen {name}" for name in (*screens, *PHASES)
                if name not in places)
    shots = {name for file in tree.files(root, ".mjs") if file.startswith(SHOTS)
             for name in re.findall(r"(?:name: |state\()'([a-z0-9-]+)'", tree.text(root, file))}
    pictures = set(re.findall(r"^\[\[picture ([a-z0-9-]+) ", text, re.MULTILINE))
    listed = set(re.findall(r"'([a-z0-9-]+)'", "".join(
        re.findall(r"foreach name : \[(.*?)\]", tree.text(root, BUILD), re.DOTALL))))
    yield from (f"docs/manual: ./dev shots makes no {name}" for name in sorted(pictures - shots))
    yield from (f"{BUILD}: the picture {name} is in only one of list and chapters"
                for name in sorted(pictures ^ listed))


if __name__ == "__main__":
    tree.run(check)
