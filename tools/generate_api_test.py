#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The controls of generate-api.py: the contract as it is passes, each planted fault is named."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GENERATOR = ROOT / "tools" / "generate-api.py"
TABLES = ("names.def", "problems.def", "problems.js", "reasons.def", "routes.def", "wire_limits.h")

# name, file, what stands there, what is planted instead, words of the complaint
FAULTS = [
    ("a problem nobody wrote", "api/openapi.yaml", "x-problems: [credentials_refused, account_locked, device_proof_refused, platform_refused,"
     " device_required, client_refused]",
     "x-problems: [credentials_refusd]", "problem credentials_refusd is not in problems.yaml"),
    ("a problem nobody answers", "api/openapi.yaml", "  - busy\n", "", "busy: no call answers it"),
    ("a local problem on the wire", "api/openapi.yaml", "x-problems: [enrolment_refused]",
     "x-problems: [enrolment_refused, pin_wrong]", "pin_wrong is not in problems.yaml"),
    ("a lane that does not exist", "api/openapi.yaml", "x-lane: net", "x-lane: fast",
     "check: x-lane is none"),
    ("an account that does not exist", "api/openapi.yaml", "x-accounts: [WA, W, mail]",
     "x-accounts: [WA, M]", "unknown account kind M"),
    ("a token nobody asked for", "api/openapi.yaml", "x-accounts: [WA, W, mail]", "x-accounts: []",
     "logout: x-accounts and security disagree"),
    ("a reference that leads nowhere", "api/openapi.yaml", "#/components/schemas/MfaRequest",
     "#/components/schemas/MfaReqest", "MfaReqest: leads nowhere"),
    ("an open object", "api/openapi.yaml",
     "additionalProperties: false\n      required: [challenge, passcode]",
     "required: [challenge, passcode]", "lets others in"),
    ("a required member that is none", "api/openapi.yaml", "required: [challenge, passcode]",
     "required: [challenge, passcod]", "required passcod is no property"),
    ("a call without a summary", "api/openapi.yaml", "summary: 担当者の一覧", "summary: staff",
     "staff: no Japanese summary"),
    ("a key given twice", "api/problems.yaml", "exits:\n", "exits: {}\nexits:\n",
     "'exits' is given twice"),
    ("a problem given twice", "api/problems.yaml", "code: request_not_json",
     "code: request_malformed", "request_malformed: given twice"),
    ("a missing sentence", "api/problems.yaml",
     "    action: ログインし直してください。\n    vendor: トークン", "    vendor: トークン",
     "token_invalid: action is not a sentence"),
    ("a sentence nobody at the desk reads", "api/problems.yaml",
     "title: ログインできませんでした。", "title: Login refused。", "title is not Japanese"),
    ("an exit code of nobody", "api/problems.yaml", "exit: 17\n", "exit: 18\n",
     "exit 18 is not in the table"),
    ("a wire problem without a status", "api/problems.yaml", "    status: 413\n", "",
     "body_too_large: a wire problem has a status"),
    ("a reason the contract lacks", "api/problems.yaml", "{code: repeated,", "{code: doubled,",
     "FieldReason and the reasons"),
    ("an element the contract lacks", "lib/record/elements.def", '"NameOfOther"', '"OtherName"',
     "element OtherName: not in both"),
    ("a code the contract lacks", "lib/record/codes.def", 'CODE(SEX, "3"', 'CODE(SEX, "9"',
     "element Sex1: codes.def has"),
    ("a required element the contract lacks", "lib/record/elements.def",
     'DATE, 8, NONE, REQUIRED', 'DATE, 8, NONE, OPTIONAL', "element Birthdate: required in one"),
]


def generate(root, *options):
    done = subprocess.run(
        ["/usr/bin/python3", str(GENERATOR), *options, str(root / "api/openapi.yaml"),
         str(root / "api/problems.yaml")] + ([] if options else [str(root)]),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout


def copy(root):
    for name in ("api/openapi.yaml", "api/problems.yaml", "lib/record/elements.def",
                 "lib/record/codes.def"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)


def passes(root):
    assert generate(root, "--check") == (0, "")
    assert not (root / TABLES[0]).exists(), "--check wrote something"
    assert generate(root) == (0, "")
    for name in TABLES:
        assert (root / name).stat().st_size > 100, name


def refuses(root, name, there, instead, words):
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert there in text, f"{there!r} is no longer in {name}"
    path.write_text(text.replace(there, instead, 1), encoding="utf-8")
    for options in (("--check",), ()):
        code, said = generate(root, *options)
        assert code == 1 and words in said, f"wanted {words!r}, got {code}: {said}"
    assert not (root / TABLES[0]).exists(), "tables were written all the same"


def main():
    print(f"1..{len(FAULTS) + 1}", flush=True)
    failed = 0
    for number, (title, *fault) in enumerate([("the contract as it is", None), *FAULTS], 1):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            copy(root)
            try:
                if fault[0]:
                    refuses(root, *fault)
                else:
                    passes(root)
                print(f"ok {number} - {title}", flush=True)
            except AssertionError as wrong:
                failed += 1
                print(f"not ok {number} - {title}\n# {wrong}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
