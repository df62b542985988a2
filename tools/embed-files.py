#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Put the page's files into the program.

    embed-files.py OUT URL=FILE…

writes a table of struct file {path, type, bytes} into OUT, one row for each file.
"""
import sys
from pathlib import Path

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
         ".png": "image/png"}
HEAD = "/* Made by tools/embed-files.py; not to be edited. */\n"
BYTES_PER_LINE = 20


def array(name, data):
    lines = [",".join(str(byte) for byte in data[i:i + BYTES_PER_LINE])
             for i in range(0, len(data), BYTES_PER_LINE)]
    return f"static const unsigned char {name}[] = {{\n" + ",\n".join(lines) + "\n};\n"


def main(arguments):
    out, pairs = arguments[0], [argument.split("=", 1) for argument in arguments[1:]]
    text, rows = [HEAD], []
    for number, (url, path) in enumerate(pairs):
        data = Path(path).read_bytes()
        kind = TYPES[Path(path).suffix]
        text.append(array(f"file_{number}", data))
        rows.append(f'\t{{{{"{url}", {len(url)}}}, {{"{kind}", {len(kind)}}}, '
                    f"{{(const char *)file_{number}, sizeof file_{number}}}}},\n")
    text.append("static const struct file files[] = {\n" + "".join(rows) + "};\n")
    Path(out).write_text("".join(text), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
