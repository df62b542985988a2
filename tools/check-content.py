#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What no file of the project may hold: places on somebody's machine, download addresses of a
registry, private keys, generated or binary files."""
import re

import tree

MACHINE = re.compile(r"(?<![\w.$}*-])/(?:home|Users|work|workspace|root)/[\w.-]+|/tmp/wt\b")
REGISTRY = re.compile(
    r'"resolved"\s*:\s*"|https?://[\w.-]*(?:registry|npmjs|pypi|artifactory|nexus|mirror)[\w.-]*'
    r'[./:]', re.IGNORECASE)
# Split, so that this file does not find itself.
PRIVATE = re.compile("-----BEGIN " + r"(?:\w+ )*PRIVATE KEY-----\s*\n?\s*[A-Za-z0-9+/]{20}")
GENERATED = (".o", ".a", ".so", ".pyc", ".db", ".sqlite", ".sqlite3", ".pem.key", ".p12", ".log")
BINARY_WELCOME = (".png", ".der", ".ico", ".woff2")
BYTES_MAX = 1 << 20


def complaints_of(root, name):
    content = (root / name).read_bytes()
    if name.endswith(GENERATED):
        yield "", "generated files are not kept"
    if len(content) > BYTES_MAX:
        yield "", f"larger than {BYTES_MAX} bytes"
    if b"\0" in content:
        if not name.endswith(BINARY_WELCOME):
            yield "", "a binary file"
        return
    text = content.decode("utf-8", "replace")
    for pattern, words in ((MACHINE, "a place on somebody's machine"),
                           (REGISTRY, "a registry's address"), (PRIVATE, "a private key")):
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f":{line}", f"{words}: {match[0][:60].strip()}"


def check(root):
    for name in tree.files(root):
        if name == "tools/check-content.py":
            continue
        yield from (f"{name}{line}: {words}" for line, words in complaints_of(root, name))


if __name__ == "__main__":
    tree.run(check)
