#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The controls of our own checks: each sees a planted fault, and passes a house in order."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import textwrap

TOOLS = pathlib.Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"
HERE = "/" + "home/somebody/shikaku"  # split, so that check-content does not find it here
TESTS = []

LAYERS = """
    room lib/low:
    room lib/high: lib/low
    room prog: lib/high
    exempt sim
    files lib/low: prog/low_*
    generated made.inc
    keyhole sqlite3.h: lib/high/db.c
    keyhole openssl/: lib/high/
"""


def test(function):
    TESTS.append(function)
    return function


def plant(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content), encoding="utf-8")


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, **options)
    return done.returncode, done.stdout


def check(script, files):
    """What a check says to a tree of these files only."""
    with tempfile.TemporaryDirectory() as folder:
        plant(pathlib.Path(folder), files)
        return run(PYTHON, str(TOOLS / f"check-{script}.py"), "--root", folder)


def refuses(script, files, words):
    code, said = check(script, files)
    assert code == 1 and words in said, f"wanted {words!r}, got {code}: {said}"


def passes(script, files):
    code, said = check(script, files)
    assert code == 0 and not said, f"{code}: {said}"


def layers(files):
    return {"tools/layers.txt": LAYERS, **files}


@test
def layers_pass_downward_includes():
    passes("layers", layers({
        "lib/high/a.c": '#include "lib/high/a.h"\n#include "lib/low/b.h"\n#include <openssl/evp.h>\n',
        "lib/high/db.c": "#include <sqlite3.h>\n",
        "prog/p.c": '#include "made.inc"\n#include "lib/high/a.h"\n',
        "prog/low_p.c": '#include "lib/low/b.h"\n',
        "sim/x.c": '#include "prog/p.h"\n#include <sqlite3.h>\n',
        "lib/low/b.c": '/* #include "lib/high/a.h" */\n#include <stdio.h>\n'}))


@test
def layers_refuse_an_upward_include():
    refuses("layers", layers({"lib/low/b.c": '#include "lib/high/a.h"\n'}),
            "lib/low/b.c:1: \"lib/high/a.h\": lib/low may not use lib/high")


@test
def layers_refuse_a_way_around_a_room():
    refuses("layers", layers({"prog/p.c": '#include "lib/low/b.h"\n'}), "prog may not use lib/low")


@test
def layers_refuse_a_header_outside_its_keyhole():
    refuses("layers", layers({"prog/p.c": "#include <sqlite3.h>\n"}), "belongs into lib/high/db.c")
    refuses("layers", layers({"prog/p.c": '#include "sqlite3.h"\n'}), "belongs into lib/high/db.c")
    refuses("layers", layers({"lib/low/p.c": "#include <openssl/evp.h>\n"}), "belongs into")


@test
def layers_refuse_a_room_without_a_line():
    refuses("layers", layers({"lib/new/n.c": '#include "lib/low/b.h"\n'}), "lib/new has no line")


@test
def layers_refuse_a_cycle_in_the_table():
    refuses("layers", {"tools/layers.txt": "room a: b\nroom b: a\n"}, "not listed above it")


@test
def layers_know_a_room_inside_a_folder():
    refuses("layers", layers({"prog/low_p.c": '#include "lib/high/a.h"\n'}), "lib/low may not use")


@test
def layers_refuse_a_relative_include():
    refuses("layers", layers({"lib/low/b.c": '#include "b.h"\n'}), "not a path from the root")


@test
def banned_passes_a_clean_file():
    passes("banned", {
        "server/api/a.c": '/* strcpy(a, b) and goto */ int f(void) { return x.system(1); }\n'
                          'const char *t = "use strcpy(a, b), goto";\n',
        "server/store/s.c": 'static const char *s = "SELECT a FROM b";\n',
        "lib/wire/w.c": 'static const char *s = "{\\"name\\":1}";\n'})


@test
def banned_refuses_a_banned_call():
    refuses("banned", {"lib/x.c": "void f(void)\n{\n\tstrcpy(a, b);\n}\n"}, "lib/x.c:3: strcpy")


@test
def banned_refuses_goto():
    refuses("banned", {"lib/x.c": "goto out;\n"}, "goto")


@test
def banned_refuses_sql_outside_the_store():
    refuses("banned", {"server/api/a.c": 'q = "SELECT a "\n    "FROM b WHERE c";\n'}, "SQL stands")


@test
def banned_passes_sql_that_is_a_constant():
    passes("banned", {"server/store/a.c": """
        static const char one[] = "SELECT a FROM b WHERE c = $1";
        static const char *const many[] = {"DELETE FROM b", "DELETE FROM c"};
        int row_find(struct db *db, struct arena *arena, const char *sql, struct row *row);
        int f(struct db *db, struct str name, const char *sql)
        {
                return row_find(db, NULL, more(db, name) ? one : sql, DB_ARGS(db_text(name)), 0) +
                       db_run(db, many[1], DB_NO_ARGS, NULL) +
                       db_run(db, "UPDATE b SET " COLUMNS, DB_NO_ARGS, NULL);
        }
        """})


@test
def banned_refuses_sql_that_is_made_at_run_time():
    built = "SQL is a constant"
    for body in ("db_run(db, text, DB_NO_ARGS, NULL);", "row_find(db, arena, name.ptr, args, 1, &row);",
                 "PQexec(conn, line_of(name));", "db->ops->exec(db, made);", "char sql[64];",
                 'snprintf(text, 64, "SELECT a FROM b WHERE c = \'%s\'", name);',
                 'arena_print(arena, &text, "DROP TABLE "\n"%.*s", STR_ARG(name));',
                 "db_query(db, known ? text : one, DB_NO_ARGS, &rows);"):
        refuses("banned", {"server/store/a.c": 'static const char one[] = "SELECT 1";\nvoid f(void)'
                                               "\n{\n" + body + "\n}\n"}, built)


@test
def banned_refuses_json_names_outside_wire():
    refuses("banned", {"server/api/a.c": 'q = "{\\"name\\": 1}";\n'}, "JSON names")


@test
def banned_refuses_a_printed_secret():
    refuses("banned", {"cli/a.c": 'printf("%.*s",\n       STR_ARG(secret_str(&pin)));\n'},
            "prints a secret")


@test
def content_passes_ordinary_files():
    passes("content", {"a.md": "see https://example.org/ and /usr/bin/python3, mktemp in /tmp\n"})


@test
def content_refuses_a_place_on_a_machine():
    refuses("content", {"a.md": f"built in\n{HERE}/build\n"}, "a.md:2: a place")


@test
def content_refuses_download_addresses():
    refuses("content", {"package-lock.json": '{"resolved"' + ': "https://x.example/y.tgz"}\n'},
            "a registry's address")
    refuses("content", {".npmrc": "registry=https://" + "mirror.test/\n"}, "registry")


@test
def content_refuses_a_private_key():
    refuses("content", {"k.pem": "-----BEGIN " + "PRIVATE KEY-----\n" + "A" * 64 + "\n"},
            "a private key")


@test
def content_refuses_generated_and_binary_files():
    refuses("content", {"a.o": "x"}, "generated")
    refuses("content", {"a.txt": "x\0y"}, "binary")


INDEX = "# comment\nseed-1\tfirst\nseed-1-t1\trow\n"
HEAD = "| id | asks | met in | tested in |\n|---|---|---|---|\n"
GOOD_ROWS = ("| seed-1.a | x | `lib/a.c` | not yet: all of it |\n"
             "| seed-1-t1 | y | outside: the law | outside: the law |\n")


def requirements(rows, **more):
    return {"tools/requirements-index.txt": INDEX, "docs/requirements.md": HEAD + rows,
            "lib/a.c": "/* REQ seed-1 */\n", **more}


@test
def requirements_pass_when_all_have_rows():
    passes("requirements", requirements(GOOD_ROWS))


@test
def requirements_refuse_a_missing_row():
    refuses("requirements", requirements(GOOD_ROWS.splitlines()[0] + "\n"), "no row for seed-1-t1")


@test
def requirements_refuse_an_unknown_or_double_row():
    refuses("requirements", requirements(GOOD_ROWS + "| seed-9 | z | outside: a | outside: a |\n"),
            "seed-9: not in")
    refuses("requirements", requirements(GOOD_ROWS + GOOD_ROWS), "stands there twice")


@test
def requirements_refuse_a_file_that_is_not_there():
    refuses("requirements", requirements(GOOD_ROWS.replace("lib/a.c", "lib/b.c")),
            "lib/b.c does not exist")


@test
def requirements_refuse_an_empty_place():
    refuses("requirements", requirements(GOOD_ROWS.replace("outside: the law", "")),
            "names no file")


@test
def requirements_refuse_an_unknown_id_in_the_code():
    refuses("requirements", requirements(GOOD_ROWS, **{"lib/b.c": "/" + "* REQ seed-7.7 */\n"}),
            "seed-7.7 has no row")


def glossary(rows):
    return {"tools/requirements-index.txt": "seed-1.2-2-t1\tPIN\n", "lib/a.c": "int pin_read;\n",
            "docs/glossary.md": "| term | means | name in the code |\n|---|---|---|\n" + rows}


@test
def glossary_passes_a_term_with_its_name():
    passes("glossary", glossary("| PIN | x | `pin_read` |\n"))


@test
def glossary_refuses_missing_terms_and_names():
    refuses("glossary", glossary(""), "no row for PIN")
    refuses("glossary", glossary("| PIN | x | `pin_write` |\n"), "nothing is called pin_write")
    refuses("glossary", glossary("| PIN | x | |\n"), "no name in the code")


def architecture(rows):
    return {"ARCHITECTURE.md": "| room | door |\n|---|---|\n" + rows, "lib/a/a.h": "int a_run(void);\n"}


@test
def doors_pass_when_they_exist():
    passes("doors", architecture("| `lib/a/a.h` | `a_run` |\n| `lib/b` | `b` not yet |\n"))


@test
def doors_refuse_what_is_not_there():
    refuses("doors", architecture("| `lib/a/a.h` | `a_stop` |\n"), "no door a_stop")
    refuses("doors", architecture("| `lib/b/b.h` | `a_run` |\n"), "lib/b/b.h does not exist")
    refuses("doors", {"ARCHITECTURE.md": "nothing\n"}, "names no doors")


def readmes(english, japanese):
    return {"README.md": english, "README.ja.md": japanese, "LICENSE": "x\n"}


@test
def documents_pass_when_both_languages_agree():
    passes("documents", readmes("# A\n[l](LICENSE)\n    ./dev x # run\n",
                                "# あ\n[l](LICENSE#a)\n    ./dev x # 動かす\n"))


@test
def documents_refuse_dead_links_and_languages_out_of_step():
    refuses("documents", readmes("# A\n[l](gone.md)\n", "# あ\n"), "README.md: gone.md does not")
    refuses("documents", readmes("# A\n## B\n", "# あ\n"), "other headings")
    refuses("documents", readmes("# A\n    ./dev x\n", "# あ\n    ./dev y\n"), "other commands")


@test
def format_refuses_what_the_formatter_would_change():
    with tempfile.TemporaryDirectory() as folder:
        plant(pathlib.Path(folder), {"a.c": "int  a ;\n", "b.c": "int a;\n"})
        style = f"--style=file:{TOOLS.parent / '.clang-format'}"
        if run("which", "clang-format")[0]:
            return "clang-format is not installed"
        assert run("clang-format", style, "--dry-run", "-Werror", f"{folder}/a.c")[0] == 1
        assert run("clang-format", style, "--dry-run", "-Werror", f"{folder}/b.c")[0] == 0


MESON = """
    project('planted', 'c')
    foreach name : ['good', 'bad', 'dies', 'reads_beyond']
      test(name, executable(name, name + '.c'), protocol: 'tap', suite: 'unit')
    endforeach
"""
PLANTED = {
    "meson.build": MESON,
    "good.c": '#include <stdio.h>\nint main(void) { puts("1..2\\nok 1 - a\\nok 2 - b"); }\n',
    "bad.c": '#include <stdio.h>\nint main(void) { puts("1..2\\nok 1 - a\\nnot ok 2 - b"); }\n',
    "dies.c": '#include <stdio.h>\n#include <stdlib.h>\n'
              'int main(void) { puts("1..3\\nok 1 - a"); fflush(stdout); _Exit(0); }\n',
    "reads_beyond.c": '#include <stdio.h>\n#include <stdlib.h>\n'
                      'int main(int argc, char **argv) { (void)argv; char *p = malloc(4);\n'
                      'int c = p[argc + 3]; free(p); puts("1..1\\nok 1 - a"); return c & 0; }\n',
}


def planted_build(folder, *options):
    root = pathlib.Path(folder)
    plant(root, PLANTED)
    code, said = run("meson", "setup", str(root / "build"), str(root), *options)
    assert code == 0, said
    code, said = run("ninja", "-C", str(root / "build"))
    assert code == 0, said
    return root / "build"


def run_tests(build, *names):
    code, said = run(PYTHON, str(TOOLS / "run-tests.py"), "--build", str(build), "--suite", "unit",
                     *names)
    return code, said.splitlines()[-1], said


@test
def the_runner_counts_and_fails_on_planted_tests():
    with tempfile.TemporaryDirectory() as folder:
        build = planted_build(folder)
        assert run_tests(build, "good")[:2] == (0, "2 passed, 0 failed")
        assert run_tests(build, "bad")[:2] == (1, "1 passed, 1 failed")
        assert run_tests(build, "dies")[:2] == (1, "1 passed, 2 failed")
        assert run_tests(build, "no such")[0] == 2


@test
def the_sanitizers_catch_a_planted_read_beyond():
    with tempfile.TemporaryDirectory() as folder:
        build = planted_build(folder, "-Db_sanitize=address,undefined", "-Db_lundef=false")
        code, last, said = run_tests(build, "reads_beyond")
        assert code == 1 and last == "0 passed, 1 failed", said
        assert "heap-buffer-overflow" in said, said


def tally(text, code=0):
    sys.path.insert(0, str(TOOLS))
    import tap
    found = tap.tally_of(textwrap.dedent(text), code)
    return found.passed, found.failed, found.skipped


@test
def tap_counts_leaves_once():
    nested = """\
        TAP version 13
        # Subtest: outer
            # Subtest: inner
            ok 1 - inner
              ---
              duration_ms: 1
              text: |-
                not ok 7 - inside a diagnostics block
              ...
            not ok 2 - other
            1..2
        not ok 1 - outer
        ok 2 - alone # SKIP no card
        1..2
        """
    assert tally(nested, 1) == (1, 1, 1)


@test
def tap_fails_a_heading_whose_own_hook_failed():
    assert tally("    ok 1 - a\n    1..1\nnot ok 1 - suite\n1..1\n", 1) == (1, 1, 0)


@test
def tap_tells_why_a_test_failed():
    sys.path.insert(0, str(TOOLS))
    import tap
    said = tap.reasons(textwrap.dedent("""\
            not ok 1 - inner
              ---
              duration_ms: 1
              error: |-
                not ok 7 - wanted
                  5 !== 6
              code: 'ERR_ASSERTION'
              stack: |-
                here
              ...
            1..1
        not ok 1 - outer
        not ok 2 - c
        # 0x2 != 0x3
        # somewhere.c:7: error: Failure!
        ok 3 - d
        """))
    assert said == {"inner": ["error: |-", "not ok 7 - wanted", "5 !== 6"], "outer": [],
                    "c": ["# 0x2 != 0x3", "# somewhere.c:7: error: Failure!"]}, said


@test
def tap_adds_up_several_plans():
    assert tally("1..1\nok 1 - a\n1..2\nok 1 - b\nok 2 - c\n") == (3, 0, 0)


@test
def tap_takes_nothing_on_trust():
    assert tally("ok 1 - a\n") == (1, 1, 0)  # no plan
    assert tally("1..2\nok 1 - a\n") == (1, 1, 0)  # one lost
    assert tally("1..1\nok 1 - a\nok 2 - b\n") == (2, 1, 0)  # one too many
    assert tally("1..1\nok 1 - a\n", 3) == (1, 1, 0)  # a bad end
    assert tally("1..0\n") == (0, 1, 0)  # nothing in it
    assert tally("1..0 # SKIP no reader\n") == (0, 0, 1)
    assert tally("1..1\nBail out! no server\n", 1) == (0, 1, 0)
    assert tally("", 0) == (0, 1, 0)


@test
def node_tests_are_counted():
    if run("which", "node")[0]:
        return "node is not installed"
    with tempfile.TemporaryDirectory() as folder:
        plant(pathlib.Path(folder), {"a.test.mjs": """\
            import { test, describe } from 'node:test';
            import assert from 'node:assert';
            describe('group', () => {
              test('good', () => {});
              test('bad', () => assert.equal(1, 2));
            });
            test('parent', async (t) => { await t.test('child', () => {}); });
            test('later', { skip: 'not yet' }, () => {});
            """})
        code, said = run("node", "--test-reporter=tap", f"{folder}/a.test.mjs")
        assert tally(said, code) == (2, 1, 1), said


@test
def stop_ends_the_process_it_was_told_and_no_other():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        plant(root, {"tools/stop.sh": (TOOLS / "stop.sh").read_text(), "build/run/old.pid": "x"})
        meant, other = (subprocess.Popen(["sleep", "60"]) for _ in range(2))
        try:
            plant(root, {"build/run/a.pid": f"{meant.pid}\n", "build/run/b.pid": f"{other.pid}\n"})
            os.utime(root / "build/run/b.pid", (1000, 1000))  # written before other started
            code, said = run("bash", str(root / "tools/stop.sh"))
            assert code == 0, said
            assert meant.wait(10) == -signal.SIGTERM
            assert other.poll() is None
            assert not list((root / "build/run").iterdir())
        finally:
            for process in (meant, other):
                process.kill()
                process.wait()


MAN_PROGRAM = """
    const char options_help[] = "使い方: x [指定]\\n"
        "  go --fast\\n";
    static const struct command_row commands[] = {
        {.name = "--help", .command = HELP},
        {.name = "go", .command = GO},
    };
"""
MAN_PAGE = """
    description: [{en: It goes., ja: 進む。}]
    commands:
      - {use: "go [--fast]", en: Go., ja: 進む。}
    options:
      - {use: "--help, --version", en: Help., ja: 説明。}
    notes: []
    files: []
"""


def man(page=MAN_PAGE, program=MAN_PROGRAM, problems="exits: {0: done}\nexits_japanese: {0: 終}\n"):
    return {"man/shikaku.yaml": page, "man/shikaku-workstation.yaml": page,
            "cli/options.c": program, "workstation/options.c": program,
            "api/problems.yaml": problems}


@test
def man_passes_pages_that_know_what_the_program_knows():
    passes("man", man())


@test
def man_refuses_a_missing_option_command_or_language():
    refuses("man", man(program=MAN_PROGRAM.replace("--fast", "--fast --slow")),
            "man/shikaku.yaml: lacks the option --slow")
    refuses("man", man(program=MAN_PROGRAM.replace('"go", .command', '"stop", .command')),
            "man/shikaku.yaml: lacks the command stop")
    refuses("man", man(page=MAN_PAGE.replace("--help,", "--help, --gone,")),
            "cli/options.c knows no option --gone")
    refuses("man", man(page=MAN_PAGE.replace("ja: 説明。", "ja: ''")), "has no ja")
    refuses("man", man(problems="exits: {0: done}\nexits_japanese: {}\n"), "different numbers")


MANUAL = "# A {: #results }\n## B {: #setup }\n## C {: #lock }\n[[picture results words]]\n"


def manual(text=MANUAL, screens="  results: { load: () => 1 },\n", listed="'results'"):
    return {"docs/manual/1.md": text, "ui/workstation/screens.js": screens,
            "docs/manual/meson.build": f"foreach name : [{listed}]\n",
            "tests/browser/shots/a.mjs": "export default [{ name: 'results' }];\n"}


@test
def manual_passes_a_chapter_for_each_screen():
    passes("manual", manual())


@test
def manual_refuses_screens_without_a_chapter_and_pictures_nobody_makes():
    refuses("manual", manual(screens="  results: { load: 1 },\n  month: { load: 1 },\n"),
            "no chapter for the screen month")
    refuses("manual", manual(text=MANUAL + "[[picture gone words]]\n"), "makes no gone")
    refuses("manual", manual(listed=""), "the picture results is in only one")
    refuses("manual", manual(screens=""), "names no screens")


@test
def the_front_door_refuses_unknown_words():
    door = str(TOOLS.parent / "dev")
    assert run(door, "no-such-command")[0] == 2
    assert run(door, "help")[0] == 0
    assert run(str(TOOLS / "setup.sh"), "no-such-part")[0] != 0
    assert run(str(TOOLS / "check.sh"), "no-such-check")[0] == 2


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for number, function in enumerate(TESTS, 1):
        name = function.__name__
        try:
            skipped = function()
        except Exception as fault:  # a control that breaks is a control that fails
            failed += 1
            print(f"not ok {number} - {name}")
            print(textwrap.indent(f"{type(fault).__name__}: {fault}", "# "), flush=True)
            continue
        print(f"ok {number} - {name}" + (f" # SKIP {skipped}" if skipped else ""), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
