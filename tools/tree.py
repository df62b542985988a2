# SPDX-License-Identifier: Apache-2.0
"""What our checks share: the files of the project, and C without its comments."""
import argparse
import pathlib
import re
import subprocess
import sys


def files(root, *suffixes):
    """What git knows or would add, by path from the root; without git every file there is."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if listed.returncode == 0:
        names = listed.stdout.splitlines()
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    return sorted(name for name in set(names)
                  if (not suffixes or name.endswith(suffixes)) and (root / name).is_file())


def text(root, name):
    if not (root / name).is_file():
        print(f"{name} does not exist")
        sys.exit(1)
    return (root / name).read_text(encoding="utf-8", errors="replace")


TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<char>'(?:\\.|[^'\\\n])*')""",
    re.DOTALL)


def blank(found):
    return re.sub(r"[^\n]", " ", found)


def without_comments(source):
    """C with its comments as spaces, so that line numbers stay."""
    return TOKEN.sub(lambda m: blank(m[0]) if m["comment"] else m[0], source)


def code_only(source):
    """C with comments and what stands in quotes as spaces."""
    return TOKEN.sub(lambda m: blank(m[0]) if m["comment"] else m[0][0] + blank(m[0][1:-1]) + m[0][-1],
                     source)


def strings(source):
    """(line, text) of each string literal, neighbours joined as the compiler joins them."""
    found = []
    end = -1
    plain = without_comments(source)
    for match in TOKEN.finditer(plain):
        if not match["string"]:
            continue
        if found and not plain[end:match.start()].strip():
            line, before = found[-1]
            found[-1] = (line, before + match[0][1:-1])
        else:
            found.append((plain.count("\n", 0, match.start()) + 1, match[0][1:-1]))
        end = match.end()
    return found


def is_test(name):
    base = name.rsplit("/", 1)[-1]
    return (base.endswith(("_test.c", "_test.h")) or base.startswith(("test_", "testing.")) or
            name.startswith(("tests/", "fuzz/", "bench/", "sim/")))


def run(check):
    """Call check(root) -> complaints; print them; exit 1 when there are any."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--root", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent)
    complaints = list(check(parser.parse_args().root.resolve()))
    print("\n".join(complaints), end="\n" if complaints else "")
    sys.exit(1 if complaints else 0)
