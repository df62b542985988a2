#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""libshikaku(3) from the header, whose comments are the manual.

    generate-man-library.py VERSION shikaku.h OUT.3

The header's parts ("--- Name ---") become sections; a comment stands as it was written, what it
belongs to under it in bold.
"""
import pathlib
import re
import sys

PART = re.compile(r"^/\* --- (.+?) -+ \*/$")


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti")
    return "\\&" + text if text.startswith((".", "'")) else text


def comment_text(lines):
    text = "\n".join(lines)
    text = re.sub(r"^/\*\s?|\s*\*/$", "", text)
    return [re.sub(r"^ \* ?", "", line) for line in text.strip("\n").split("\n")]


def blocks(text):
    """('part', name), ('comment', lines) and ('code', lines), in the header's order."""
    lines, at = text.split("\n"), 0
    while at < len(lines):
        part = PART.match(lines[at])
        start = at
        if part:
            yield "part", part[1]
        elif lines[at].startswith("/*"):
            while not lines[at].rstrip().endswith("*/"):
                at += 1
            if not "".join(lines[at + 1:at + 2]).startswith("#if"):  # how it is compiled
                yield "comment", comment_text(lines[start:at + 1])
        elif lines[at].startswith(("SHK_API", "typedef", "#define SHK_")):
            while lines[at + 1:at + 2] != [""] and at + 1 < len(lines):
                at += 1
            if not re.match(r"#define SHK_(API|CALL)\b", lines[start]):
                yield "code", lines[start:at + 1]
        at += 1


def page(version, header):
    yield '.\\" Made by tools/generate-man-library.py; not to be edited.'
    yield f'.TH LIBSHIKAKU 3 "" "Shikaku {version}"'
    yield ".SH NAME\nlibshikaku \\- receipt computers' side of Japan's insurance eligibility link"
    yield ".SH SYNOPSIS\n.B #include <shikaku/shikaku.h>\n.PP\ncc \\&... $(pkg\\-config \\-\\-cflags \\-\\-libs shikaku)"
    yield ".SH DESCRIPTION"
    for kind, what in blocks(header):
        if kind == "part":
            yield f".SH {roff(what.upper())}"
        elif kind == "code":
            yield ".PP\n.nf\n\\fB" + "\n".join(roff(line.expandtabs(8)) for line in what) + "\\fR\n.fi"
        elif not what[0].startswith("SPDX"):
            yield ".PP\n.nf\n" + "\n".join(roff(line) for line in what) + "\n.fi"
    yield ".SH SEE ALSO\n\\fBshikaku\\fR(1)"


def main(version, header, out):
    text = pathlib.Path(header).read_text(encoding="utf-8")
    pathlib.Path(out).write_text("\n".join(page(version, text)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
