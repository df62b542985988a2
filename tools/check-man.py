#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The manual pages against the programs: every command and option, and no other.

Commands are the rows of a program's options.c; options those of its help text. A page's words are
the `use` lines of man/NAME.yaml. Each entry is said in both languages, and api/problems.yaml gives
every exit status in both.
"""
import re

import yaml

import tree

PAGES = {"man/shikaku.yaml": "cli/options.c",
         "man/shikaku-workstation.yaml": "workstation/options.c"}
OPTION = re.compile(r"--[a-z][a-z-]*")
# What every program knows, whether or not its help troubles to say so.
EVERYWHERE = {"--help", "--version"}


def program_words(source):
    """The commands of a program's table, and the options of its help."""
    strings = [text for _, text in tree.strings(source)]
    rows = re.findall(r'\.name = "([a-z-]+)",\s*\.command', source)
    help_text = "".join(text for text in strings if "使い方" in text)
    return ({name for name in rows if not name.startswith("-")},
            set(OPTION.findall(help_text)) | EVERYWHERE)


def page_words(page):
    commands = {row["use"].split()[0].rstrip(",") for row in page["commands"]}
    uses = " ".join(row["use"] for part in ("commands", "options") for row in page[part])
    return commands, set(OPTION.findall(uses))


def complaints_of_languages(name, page):
    for part in ("description", "commands", "options", "notes", "files"):
        for row in page[part]:
            for language in ("en", "ja"):
                if not row.get(language):
                    yield f"{name}: {part}: {row.get('use', 'a paragraph')} has no {language}"


def check(root):
    for name, program in PAGES.items():
        page = yaml.safe_load(tree.text(root, name))
        for kind, has, wanted in zip(("command", "option"), page_words(page),
                                     program_words(tree.text(root, program))):
            yield from (f"{name}: lacks the {kind} {word}" for word in sorted(wanted - has))
            yield from (f"{name}: {program} knows no {kind} {word}" for word in sorted(has - wanted))
        yield from complaints_of_languages(name, page)
    problems = yaml.safe_load(tree.text(root, "api/problems.yaml"))
    if set(problems["exits"]) != set(problems["exits_japanese"]):
        yield "api/problems.yaml: exits and exits_japanese tell of different numbers"


if __name__ == "__main__":
    tree.run(check)
