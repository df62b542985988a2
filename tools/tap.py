# SPDX-License-Identifier: Apache-2.0
"""Reading the Test Anything Protocol as cmocka and node:test write it.

A test with subtests is their heading: the leaves are counted, each once. What was promised (the
plan) and did not come is a failure, so a program that dies cannot pass.
"""
import dataclasses
import re

LINE = re.compile(r"^(\s*)(not ok|ok)\b\s*(\d+)?\s*(?:-\s*)?(.*)$")
REASON_LINES = 8
# What node:test says beside the error itself.
ASIDE = re.compile(r"\s*(duration_ms|type|location|failureType|code|name|expected|actual|operator):")
PLAN = re.compile(r"^(\s*)1\.\.(\d+)\s*(#.*)?$")
SKIP = re.compile(r"#\s*(skip|todo)\b", re.IGNORECASE)


@dataclasses.dataclass
class Tally:
    passed: int = 0
    skipped: int = 0
    failures: list = dataclasses.field(default_factory=list)  # names

    @property
    def failed(self):
        return len(self.failures)

    def add(self, other):
        self.passed += other.passed
        self.skipped += other.skipped
        self.failures += other.failures


def marked(lines):
    """Each line, and whether it is of a diagnostics block, whose text may look like results."""
    block = None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if block is not None:
            yield line, True
            if line.strip() == "..." and indent == block:
                block = None
        else:
            if line.strip() == "---":
                block = indent
            yield line, block is not None


class Reader:
    def __init__(self):
        self.tally = Tally()
        self.planned = None  # of the outermost level; several groups in one program add up
        self.outermost = 0
        self.bailed = None
        self.open_levels = {}  # indent -> failures seen below since its last result

    def result(self, indent, ok, name):
        deeper = [level for level in self.open_levels if level > indent]
        failed_below = sum(self.open_levels.pop(level) for level in deeper)
        self.open_levels.setdefault(indent, 0)
        if indent == 0:
            self.outermost += 1
        if SKIP.search(name):
            self.tally.skipped += 0 if deeper else 1
        elif ok:
            self.tally.passed += 0 if deeper else 1
        elif not failed_below:  # a leaf, or a heading whose own hook failed
            self.tally.failures.append(name.strip() or "(unnamed)")
        self.open_levels[indent] += 0 if ok else 1

    def line(self, line):
        if match := LINE.match(line):
            self.result(len(match[1]), match[2] == "ok", match[4])
        elif match := PLAN.match(line):
            if not match[1]:
                self.planned = (self.planned or 0) + int(match[2])
                if match[2] == "0" and match[3]:
                    self.tally.skipped += 1
        elif line.startswith("Bail out!"):
            self.bailed = line


def tally_of(text, exit_code):
    """The tests in text, and what the program's end adds to them."""
    reader = Reader()
    for line, in_block in marked(text.splitlines()):
        if not in_block:
            reader.line(line)
    tally = reader.tally
    planned = reader.planned
    if reader.bailed:
        tally.failures.append(reader.bailed)
    elif planned is None:
        tally.failures.append("(no plan)")
    elif reader.outermost != planned:
        lost = max(planned - reader.outermost, 1)
        words = f"(planned {planned}, came {reader.outermost})"
        tally.failures += [words] * lost
    elif not (tally.passed or tally.failed or tally.skipped):
        tally.failures.append("(no tests in it)")
    if exit_code != 0 and not tally.failed:
        tally.failures.append(f"(ended with {exit_code})")
    return tally


def reasons(text):
    """name: the first lines that say why, of every test that failed."""
    found = {}
    said = None
    for line, in_block in marked(text.splitlines()):
        match = None if in_block else LINE.match(line)
        if match:
            said = found.setdefault(match[4].strip(), []) if match[2] == "not ok" else None
        elif line.strip() in ("...", "stack: |-") or not in_block and PLAN.match(line):
            said = None
        elif (said is not None and len(said) < REASON_LINES and line.strip() not in ("", "---")
              and not ASIDE.match(line)):
            said.append(line.strip())
    return found


def tally_of_exit(exit_code):
    """A program without TAP is one test; 77 says skipped."""
    if exit_code == 0:
        return Tally(passed=1)
    if exit_code == 77:
        return Tally(skipped=1)
    return Tally(failures=[f"(ended with {exit_code})"])
