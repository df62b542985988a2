#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A private smart-card service with a virtual reader, and the cards on it.
#
#   tools/pcscd.sh start DIR           start it; prints the socket for PCSCLITE_CSOCK_NAME
#   tools/pcscd.sh card DIR FOLDER     put the card of FOLDER on the reader, instead of the one there
#                  [OPTION…]           more options of shikaku-sim-card (--delay-ms, --fault)
#   tools/pcscd.sh card DIR -          take the card off
#   tools/pcscd.sh stop DIR            end card and service
#
# The real pcscd and vpcd run in mount and network namespaces of their own, so that many can run
# side by side and vpcd's listeners (which take anybody's card) are reached from nowhere else. The
# socket lies in a short folder of its own, since a socket's path ends at 107 bytes. DIR keeps pid
# files and logs. SHIKAKU_SIM_CARD names the card program, else it is found in build/.
set -euo pipefail

fail() {
	echo "$0: $*" >&2
	exit 1
}

usage() {
	sed -n '4,9s/^# *//p' "$0" >&2
	exit 2
}

pid_of() { # pid_of FILE: the living process that it names, or nothing
	local pid=
	[ ! -e "$1" ] || read -r pid <"$1" || true
	[ -n "$pid" ] && [ -d "/proc/$pid" ] && [ "$(cut -d' ' -f3 "/proc/$pid/stat")" != Z ] &&
		echo "$pid"
}

end() { # end FILE: stop its process, by pid, and wait until it is gone
	local pid tries=0
	pid=$(pid_of "$1") || true
	rm -f "$1"
	[ -n "$pid" ] || return 0
	kill -TERM "$pid" 2>/dev/null || return 0
	while [ -d "/proc/$pid" ] && [ "$(cut -d' ' -f3 "/proc/$pid/stat" 2>/dev/null)" != Z ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 150 ] || { kill -KILL "$pid" 2>/dev/null || true; return 0; }
		sleep 0.02
	done
}

# Runs inside the namespaces, and becomes pcscd.
inside() { # inside SOCKET_FOLDER PID_FILE
	local options=()
	ip link set lo up
	mkdir -p /run/pcscd
	mount --bind "$1" /run/pcscd
	# Debian 13's pcscd asks polkit, which is not here; Debian 12's does not know the option.
	! pcscd --help 2>&1 | grep -q -- --disable-polkit || options+=(--disable-polkit)
	echo $$ >"$2"
	exec pcscd --foreground --info "${options[@]}"
}

start() {
	local dir=$1 folder tries=0
	[ "$(id -u)" -eq 0 ] || fail "needs root (it makes namespaces of its own); run it with sudo"
	[ -n "$(command -v pcscd)" ] || fail "pcscd is not installed (packages pcscd vsmartcard-vpcd)"
	mkdir -p "$dir"
	[ -z "$(pid_of "$dir/pcscd.pid" || true)" ] || fail "already runs in $dir"
	rm -f "$dir/pcscd.pid" "$dir/card.pid"
	folder=$(mktemp -d /tmp/shikaku-pcsc-XXXXXX)
	chmod 0755 "$folder"
	echo "$folder" >"$dir/socket-folder"
	setsid unshare --mount --net --propagation private "$BASH" "$0" inside "$folder" \
		"$dir/pcscd.pid" >"$dir/pcscd.log" 2>&1 </dev/null &
	local started=$!
	until [ -S "$folder/pcscd.comm" ]; do
		tries=$((tries + 1))
		if [ "$tries" -gt 250 ] || ! kill -0 "$started" 2>/dev/null; then
			tail -5 "$dir/pcscd.log" >&2
			stop "$dir"
			fail "pcscd does not start, see $dir/pcscd.log"
		fi
		sleep 0.02
	done
	echo "$folder/pcscd.comm"
}

seen() { # seen DIR WORDS: how often pcscd has seen a card come or go
	grep -c "$2 Virtual PCD 00 00" "$1/pcscd.log" || true
}

# Wait until pcscd, which looks every 400 ms, has seen what we did: a card that is swapped in
# between would be the old one to it. At most 2 s.
card_wait() { # card_wait DIR 0|1: how many cards lie on the reader
	local tries=0
	until [ $(($(seen "$1" "Card inserted into") - $(seen "$1" "Card Removed From"))) = "$2" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.02
	done
}

card_program() {
	local root candidate
	root=$(cd "$(dirname "$0")/.." && pwd)
	for candidate in "${SHIKAKU_SIM_CARD:-}" "${SHIKAKU_BUILD:-$root/build/debug}/sim/card/shikaku-sim-card" \
		"$root"/build/*/sim/card/shikaku-sim-card; do
		[ -n "$candidate" ] && [ -x "$candidate" ] && { echo "$candidate"; return; }
	done
	fail "shikaku-sim-card is not built"
}

card() {
	local dir=$1 folder=$2 service program
	shift 2
	service=$(pid_of "$dir/pcscd.pid") || fail "no pcscd runs in $dir"
	end "$dir/card.pid"
	card_wait "$dir" 0 || fail "pcscd still sees the card before"
	[ "$folder" != - ] || return 0
	[ -d "$folder" ] || fail "no card folder: $folder"
	program=$(card_program)
	setsid nsenter --target "$service" --net "$program" --dir "$folder" "$@" \
		>"$dir/card.log" 2>&1 </dev/null &
	echo $! >"$dir/card.pid"
	card_wait "$dir" 1 || { cat "$dir/card.log" >&2; fail "pcscd does not see the card"; }
}

stop() {
	local dir=$1 folder=
	end "$dir/card.pid"
	end "$dir/pcscd.pid"
	[ ! -e "$dir/socket-folder" ] || read -r folder <"$dir/socket-folder" || true
	case $folder in /tmp/shikaku-pcsc-*) rm -rf "$folder" ;; esac
	rm -f "$dir/socket-folder"
}

[ $# -ge 2 ] || usage
command=$1
shift
case $command in
start | stop) [ $# = 1 ] || usage ;;
card | inside) [ $# -ge 2 ] || usage ;;
*) usage ;;
esac
"$command" "$@"
