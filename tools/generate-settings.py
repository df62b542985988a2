#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Make the table that server/config.c obeys from api/settings.yaml.

usage: generate-settings.py table SETTINGS.yaml OUT.inc
"""
import sys

import yaml

TYPES = {"text", "path", "folder", "address", "origin", "url", "mail", "mails", "choice",
         "number"}
KEYS = {"section", "key", "type", "unit", "range", "choices", "default", "ja", "en"}


def fail(setting, what):
    sys.exit(f"settings.yaml: {setting.get('section')}.{setting.get('key')}: {what}")


def check(setting):
    """A setting that says too little or too much is a mistake of ours: stop the build."""
    if set(setting) - KEYS:
        fail(setting, f"unknown: {sorted(set(setting) - KEYS)}")
    if setting.get("type") not in TYPES:
        fail(setting, "no such type")
    if not setting.get("ja") or not setting.get("en"):
        fail(setting, "a sentence is missing")
    if (setting["type"] == "number") != ("range" in setting):
        fail(setting, "a range belongs to numbers, and to each of them")
    if (setting["type"] == "choice") != ("choices" in setting):
        fail(setting, "choices belong to type choice")
    if "default" in setting:
        check_default(setting, setting["default"])


def check_default(setting, default):
    if setting["type"] == "number":
        least, most = setting["range"]
        if not least <= default <= most:
            fail(setting, "the default is out of range")
    elif setting["type"] == "choice":
        if default not in setting["choices"]:
            fail(setting, "the default is not a choice")


def read(path):
    with open(path, encoding="utf-8") as file:
        settings = yaml.safe_load(file)
    seen = set()
    for setting in settings:
        check(setting)
        name = (setting["section"], setting["key"])
        if name in seen:
            fail(setting, "stands twice")
        seen.add(name)
    return settings


def quote(text):
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def choices_name(setting):
    return f"choices_{setting['section']}_{setting['key']}"


def write_choices(setting, out):
    print(f"static const struct choice {choices_name(setting)}[] = {{", file=out)
    for word, enumerator in setting["choices"].items():
        print(f"\t{{{quote(word)}, {enumerator}}},", file=out)
    print("\t{NULL, 0},\n};", file=out)


def write_setting(setting, out):
    name = f"{setting['section']}.{setting['key']}"
    fields = {
        "section": quote(setting["section"]),
        "key": quote(setting["key"]),
        "type": "SETTING_" + setting["type"].upper(),
        "offset": f"offsetof(struct config, {name})",
        "bytes": f"sizeof(((struct config *)NULL)->{name})",
        "ja": quote(setting["ja"]),
        "en": quote(setting["en"]),
    }
    if "default" in setting:
        fields["preset"] = quote(setting["default"])
    if "range" in setting:
        fields["min"], fields["max"] = setting["range"]
    if "choices" in setting:
        fields["choices"] = choices_name(setting)
    body = ", ".join(f".{field} = {value}" for field, value in fields.items())
    print(f"\t{{{body}}},", file=out)


def main():
    if len(sys.argv) != 4 or sys.argv[1] != "table":
        sys.exit(__doc__)
    settings = read(sys.argv[2])
    with open(sys.argv[3], "w", encoding="utf-8") as out:
        print("/* Made by tools/generate-settings.py from api/settings.yaml. */", file=out)
        for setting in settings:
            if "choices" in setting:
                write_choices(setting, out)
        print("static const struct setting settings[] = {", file=out)
        for setting in settings:
            write_setting(setting, out)
        print("};", file=out)


if __name__ == "__main__":
    main()
