#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Run every test, or those whose program's name holds one of the given words.

    tools/run-tests.py [--build DIR] [--suite SUITE] [--list] [NAME…]

The programs are those meson knows in the build folder, the journeys and contract tests
(node:test), and the controls of our own tools. Single tests are counted; the last line is
"N passed, N failed". Each program's output is kept in DIR/test-output/.
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import tap  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
NODE_TIMEOUT_S = 600
COMPILING_TIMEOUT_S = 900
NODE_FOLDERS = (("journeys", "tests/journeys", NODE_TIMEOUT_S),
                ("contract", "tests/contract", NODE_TIMEOUT_S),
                ("workstation", "tests/browser", NODE_TIMEOUT_S),
                ("workstation", "ui", NODE_TIMEOUT_S),
                ("workstation", "tests/package", COMPILING_TIMEOUT_S))
OUTPUT_SHOWN_LINES = 60
SLOW_FACTOR = 4  # meson's timeouts are meant for an idle machine
NIGHTLY_TIMEOUT_S = 4 * 3600  # and for the short forms


@dataclasses.dataclass
class Program:
    name: str
    suite: str
    command: list
    env: dict
    workdir: str
    timeout_s: float
    is_tap: bool
    alone: bool = False


def meson_programs(build):
    text = subprocess.run(["meson", "introspect", "--tests", str(build)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    for test in json.loads(text):
        suite = test["suite"][0].split(":")[-1] if test["suite"] else "unit"
        yield Program(
            name=f"{suite}/{test['name']}", suite=suite, command=test["cmd"], env=test["env"],
            workdir=test["workdir"] or str(build), timeout_s=test["timeout"] * SLOW_FACTOR,
            is_tap=test["protocol"] == "tap", alone=not test.get("is_parallel", True))


def node_tests(folder):
    return sorted(path for path in folder.glob("**/*.test.mjs") if "node_modules" not in path.parts)


def node_programs(build):
    env = {"SHIKAKU_BUILD": str(build)}
    for suite, folder, timeout_s in NODE_FOLDERS:
        for path in node_tests(ROOT / folder):
            yield Program(
                name=f"{suite}/{path.name.removesuffix('.test.mjs')}", suite=suite,
                command=["node", "--test-reporter=tap", str(path)], env=env, workdir=str(ROOT),
                timeout_s=timeout_s, is_tap=True)


def tool_programs(known):
    """The controls beside our tools, but for those that meson runs already."""
    run_by_meson = {pathlib.Path(word).name for program in known for word in program.command}
    for path in sorted((ROOT / "tools").glob("*_test.py")):
        if path.name in run_by_meson:
            continue
        yield Program(
            name=f"tools/{path.name.removesuffix('_test.py')}", suite="tools",
            command=["/usr/bin/python3", str(path)], env={}, workdir=str(ROOT),
            timeout_s=120, is_tap=True)


def output_path(build, program, stream):
    folder = build / "test-output"
    folder.mkdir(exist_ok=True)
    return folder / (re.sub(r"[^A-Za-z0-9_.-]", "-", program.name) + "." + stream)


def end_group(process):
    """What a timed-out program started goes with it."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    except ProcessLookupError:
        pass


def run(program, build):
    """The program's tally and how long it took."""
    started = time.monotonic()
    out, err = (output_path(build, program, stream) for stream in ("out", "err"))
    timed_out = False
    with open(out, "wb") as stdout, open(err, "wb") as stderr:
        try:
            process = subprocess.Popen(
                program.command, cwd=program.workdir, env={**os.environ, **program.env},
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True)
        except OSError as fault:
            return tap.Tally(failures=[f"(does not start: {fault})"]), 0
        try:
            code = process.wait(program.timeout_s)
        except subprocess.TimeoutExpired:
            timed_out = True
            end_group(process)
            code = process.returncode
    tally = (tap.tally_of(out.read_text(errors="replace"), code) if program.is_tap
             else tap.tally_of_exit(code))
    if timed_out:
        tally.failures.append(f"(not done after {program.timeout_s:.0f} s)")
    return tally, time.monotonic() - started


def tail(path):
    lines = path.read_text(errors="replace").splitlines()
    cut = len(lines) - OUTPUT_SHOWN_LINES
    return ([f"… {cut} lines before, in {path}"] if cut > 0 else []) + lines[-OUTPUT_SHOWN_LINES:]


def report(program, tally, seconds, build):
    """One line for a program that passed, everything for one that did not."""
    mark = "FAILED" if tally.failed else "ok"
    skipped = f", {tally.skipped} skipped" if tally.skipped else ""
    print(f"{mark:6} {program.name}: {tally.passed} passed{skipped} ({seconds:.1f} s)")
    out = output_path(build, program, "out")
    reasons = tap.reasons(out.read_text(errors="replace")) if tally.failed and out.exists() else {}
    for name in tally.failures:
        print(f"       not ok: {name}")
        for line in reasons.get(name, []):
            print(f"               {line}")
    if tally.failed:
        for stream in ("out", "err"):
            path = output_path(build, program, stream)
            if path.exists() and path.stat().st_size:
                print("\n".join(f"       {stream}| {line}" for line in tail(path)))
    sys.stdout.flush()


def run_all(programs, build, jobs):
    total = tap.Tally()
    together = [program for program in programs if not program.alone]
    alone = [program for program in programs if program.alone]
    together.sort(key=lambda program: -program.timeout_s)
    for batch, width in ((together, jobs), (alone, 1)):
        with concurrent.futures.ThreadPoolExecutor(width) as pool:
            runs = {pool.submit(run, program, build): program for program in batch}
            for done in concurrent.futures.as_completed(runs):
                tally, seconds = done.result()
                report(runs[done], tally, seconds, build)
                total.add(tally)
    return total


def wanted(program, options):
    return ((not options.suite or program.suite in options.suite) and
            (not options.name or any(name in program.name for name in options.name)))


def main():
    parser = argparse.ArgumentParser(description="run the tests")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "debug")
    parser.add_argument("--suite", action="append")
    parser.add_argument("--jobs", type=int, default=min(len(os.sched_getaffinity(0)), 4))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--nightly", action="store_true", help="the long forms")
    parser.add_argument("name", nargs="*")
    options = parser.parse_args()
    build = options.build.resolve()
    if options.nightly:
        os.environ["SHIKAKU_NIGHTLY"] = "1"
    built = list(meson_programs(build))
    everything = [*built, *node_programs(build), *tool_programs(built)]
    programs = [program for program in everything if wanted(program, options)]
    if options.nightly:
        for program in programs:
            program.timeout_s = max(program.timeout_s, NIGHTLY_TIMEOUT_S)
    if options.list:
        print("\n".join(program.name for program in programs))
        return 0
    if not programs:
        print("no test program has such a name; --list shows them", file=sys.stderr)
        return 2
    total = run_all(programs, build, options.jobs)
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    print(f"{total.passed} passed, {total.failed} failed{skipped}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
