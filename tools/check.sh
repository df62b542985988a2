#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What must never slip, run instead of remembered: tools/check.sh [NAME…]
#
# Each check is a function check_NAME below; with names only those run. All of them run even when
# one fails. tools/check_test.py plants a fault for each and sees it caught.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=/usr/bin/python3
checks=(format scripts layers banned content requirements glossary doors documents api man manual exports
	clang production sanitizers cppcheck)

sources() { # what git knows or would add, and what a merge did not leave half deleted
	git ls-files -co --exclude-standard -- "$@" | while read -r file; do
		[ ! -e "$file" ] || echo "$file"
	done
}

check_format() {
	sources '*.c' '*.h' | xargs -r clang-format --dry-run -Werror
}

check_scripts() {
	local file
	for file in dev .ci/run $(sources '*.sh'); do bash -n "$file" || return 1; done
	sources '*.py' | xargs -r "$python" -c '
import ast, sys
for name in sys.argv[1:]:
    ast.parse(open(name).read(), name)'
	[ "$(command -v node)" = "" ] || sources '*.mjs' | xargs -r -n 1 node --check
}

check_layers() { "$python" tools/check-layers.py; }
check_banned() { "$python" tools/check-banned.py; }
check_content() { "$python" tools/check-content.py; }
check_requirements() { "$python" tools/check-requirements.py; }
check_glossary() { "$python" tools/check-glossary.py; }
check_doors() { "$python" tools/check-doors.py; }
check_documents() { "$python" tools/check-documents.py; }
check_man() { "$python" tools/check-man.py; }
check_manual() { "$python" tools/check-manual.py; }

check_api() {
	[ -e tools/generate-api.py ] || return 77
	"$python" tools/generate-api.py --check api/openapi.yaml api/problems.yaml
}

check_exports() {
	[ -e tools/check-exports.sh ] || return 77
	build debug || return 1
	bash tools/check-exports.sh build/debug
}

build() { # build NAME [MESON OPTION…]
	local folder=build/$1 log=build/$1.log
	shift
	mkdir -p build
	[ -e "$folder/build.ninja" ] || meson setup "$folder" "$@" >"$log" 2>&1 || {
		tail -30 "$log"
		return 1
	}
	ninja -k 0 -C "$folder" ${SHIKAKU_JOBS:+-j "$SHIKAKU_JOBS"} >"$log" 2>&1 || {
		sed -n '/FAILED:\|ERROR:\|error:/,$p' "$log" | grep -v '^\[[0-9]' | head -60
		return 1
	}
}

check_clang() { CC=clang build clang; }

# What a facility gets: nothing of the simulated 特定機関認証 is in it.
check_production() {
	local reader=reader/shikaku-reader
	mkdir -p build
	[ -e build/production/build.ninja ] ||
		meson setup build/production -Dsimulated_organisation=false >build/production.log 2>&1 || {
		tail -30 build/production.log
		return 1
	}
	ninja -C build/production ${SHIKAKU_JOBS:+-j "$SHIKAKU_JOBS"} "$reader" >build/production.log 2>&1 || {
		tail -30 build/production.log
		return 1
	}
	if nm "build/production/$reader" | grep -i simulat; then
		echo "$reader holds the simulation"
		return 1
	fi
}

# GCC warns of more, and falsely, under its own sanitizers: warnings are judged by the other builds.
# With a PostgreSQL behind them, so that what only that engine reaches is seen too.
check_sanitizers() {
	build asan -Dwerror=false -Db_sanitize=address,undefined -Db_lundef=false || return 1
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 \
		tools/postgres-test.sh tools/run-tests.py --build build/asan --suite unit
}

check_cppcheck() {
	build debug || return 1
	mkdir -p build/cppcheck
	# What it does not understand of C17 (out parameters, compound literals) is left out.
	sources '*.c' | grep -v _test.c | xargs -r cppcheck --quiet --std=c11 --language=c \
		-I . -I build/debug --enable=warning,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=unknownMacro \
		--suppress=uninitStructMember --suppress=internalAstError --max-configs=2 \
		--cppcheck-build-dir=build/cppcheck -j "${SHIKAKU_JOBS:-$(nproc)}"
}

main() {
	local failed=() name output status started
	[ $# -gt 0 ] || set -- "${checks[@]}"
	for name in "$@"; do
		if ! declare -F "check_$name" >/dev/null; then
			echo "no such check: $name (${checks[*]})" >&2
			exit 2
		fi
		started=$SECONDS
		output=$("check_$name" 2>&1)
		status=$?
		case $status in
		0) echo "ok      $name ($((SECONDS - started)) s)" ;;
		77) echo "not yet $name" ;;
		*)
			echo "FAILED  $name"
			sed 's/^/        /' <<<"$output"
			failed+=("$name")
			;;
		esac
	done
	if [ ${#failed[@]} -gt 0 ]; then
		echo "check: failed: ${failed[*]}"
		exit 1
	fi
	echo "check: all well"
}

main "$@"
