#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# End what `./dev demo --stay` left running: each build/run/*.pid names one process by its id.
#
# An id that was given to another process meanwhile is left alone: a process that started after
# its pid file was written is not the one the file means.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

started_at() { # the second in which process $1 started; nothing when there is none
	local stat boot
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	boot=$(awk '$1 == "btime" { print $2 }' /proc/stat)
	awk -v boot="$boot" -v tick="$(getconf CLK_TCK)" \
		'{ print int(boot + $20 / tick) }' <<<"${stat##*) }"
}

is_meant() { # is process $1 the one that was meant in second $2?
	local started
	started=$(started_at "$1")
	[ -n "$started" ] && [ "$started" -le $(($2 + 1)) ]
}

stop_one() {
	local file=$1 pid written
	pid=$(head -n 1 "$file")
	written=$(stat -c %Y "$file")
	if [[ $pid =~ ^[0-9]+$ ]] && is_meant "$pid" "$written"; then
		kill -TERM "$pid" 2>/dev/null || true
		for _ in $(seq 200); do
			is_meant "$pid" "$written" || break
			sleep 0.1
		done
		! is_meant "$pid" "$written" || kill -KILL "$pid" 2>/dev/null || true
		echo "stopped $(basename "$file" .pid) ($pid)"
	fi
	rm -f "$file"
}

shopt -s nullglob
files=(build/run/*.pid)
[ ${#files[@]} -gt 0 ] || echo "nothing is running"
# What was started last goes first.
[ ${#files[@]} = 0 ] || mapfile -t files < <(ls -t "${files[@]}")
for file in "${files[@]}"; do stop_one "$file"; done
