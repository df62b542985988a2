#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The manual page of one command in one language; the source has both.

    generate-man.py VERSION en|ja SOURCE.yaml PROBLEMS.yaml OUT.1

Exit statuses come from api/problems.yaml.
"""
import pathlib
import re
import sys

import yaml

HEADINGS = {
    "en": {"name": "NAME", "synopsis": "SYNOPSIS", "description": "DESCRIPTION",
           "commands": "COMMANDS", "options": "OPTIONS", "notes": "NOTES", "files": "FILES",
           "exits": "EXIT STATUS", "see": "SEE ALSO"},
    "ja": {"name": "名前", "synopsis": "書式", "description": "説明", "commands": "コマンド",
           "options": "指定", "notes": "注記", "files": "ファイル", "exits": "終了ステータス",
           "see": "関連項目"},
}


def roff(text):
    """Text as roff shows it: hyphens of options stay hyphens, no line is taken for a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def use(text):
    """A synopsis: what is typed stands bold, what stands for something in italics."""
    words = re.split(r"(\s+|[\[\]|])", text)
    shown = (f"\\fI{roff(word)}\\fR" if re.fullmatch(r"[A-Z]{2,}…?|N", word) else
             f"\\fB{roff(word)}\\fR" if re.match(r"[-a-z0-9/~]", word) else roff(word)
             for word in words if word)
    return "".join(shown)


def entries(rows, language):
    for row in rows:
        yield ".TP"
        yield use(row["use"])
        yield roff(row[language])


def page(source, exits, version, language):
    heading = HEADINGS[language]
    yield '.\\" Made by tools/generate-man.py; not to be edited.'
    yield f'.TH {source["name"].upper()} 1 "" "Shikaku {version}"'
    if language == "ja":  # no spaces to widen, no hyphens
        yield ".nh\n.ad l"
    yield f'.SH {heading["name"]}'
    yield f'{roff(source["name"])} \\- {roff(source["about"][language])}'
    yield f'.SH {heading["synopsis"]}'
    for line in source["synopsis"]:
        yield use(line)
        yield ".br"
    yield f'.SH {heading["description"]}'
    for paragraph in source["description"]:
        yield ".PP"
        yield roff(paragraph[language])
    for part in ("commands", "options", "notes", "files"):
        yield f".SH {heading[part]}"
        if part == "notes":
            yield from (roff(note[language]) for note in source[part])
        else:
            yield from entries(source[part], language)
    yield f'.SH {heading["exits"]}'
    for number, words in exits.items():
        yield ".TP"
        yield f"\\fB{number}\\fR"
        yield roff(words)
    yield f'.SH {heading["see"]}'
    yield ", ".join(f"\\fB{roff(name)}\\fR" for name in source["see"])


def main(version, language, source_path, problems_path, output):
    source, problems = (yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
                        for path in (source_path, problems_path))
    exits = problems["exits" if language == "en" else "exits_japanese"]
    text = "\n".join(page(source, exits, version, language)) + "\n"
    pathlib.Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
