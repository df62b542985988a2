#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What libshikaku exports = what shikaku.h declares = what shikaku.h documents: tools/check-exports.sh BUILD
#
# Documented means: a comment ends right above the declaration. The library must need nothing of the
# house beside itself, and its name must be libshikaku.so.1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
header=include/shikaku/shikaku.h
library=$1/sdk/libshikaku.so.1.0.0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

nm -D --defined-only "$library" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort >"$folder/exported"
grep -oE '^SHK_API .*SHK_CALL [a-z_]+\(' "$header" | sed -E 's/.* ([a-z_]+)\($/\1/' | sort >"$folder/declared"
awk '/\*\/[[:space:]]*$/ { documented = 1; next }
	/^SHK_API / && documented { if (match($0, /shk_[a-z_]+\(/)) print substr($0, RSTART, RLENGTH - 1) }
	{ documented = 0 }' "$header" | sort >"$folder/documented"
sed -nE 's/^[[:space:]]+(shk_[a-z_]+);$/\1/p' sdk/shikaku.map | sort >"$folder/mapped"

status=0
for list in exported documented mapped; do
	diff -u "$folder/declared" "$folder/$list" || {
		echo "check-exports: declared and $list functions differ"
		status=1
	}
done
[ -s "$folder/declared" ] || { echo "check-exports: nothing is declared"; status=1; }
others=$(nm -D --defined-only "$library" | awk '$2 != "T" && $3 !~ /^SHIKAKU_[0-9]+(@|$)/')
[ -z "$others" ] || { echo "check-exports: exports that are no functions: $others"; status=1; }
readelf -d "$library" | grep -q 'SONAME.*\[libshikaku.so.1\]' || { echo "check-exports: wrong SONAME"; status=1; }
exit $status
