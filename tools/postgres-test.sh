#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tools/postgres-test.sh COMMAND…: runs COMMAND with a private, empty PostgreSQL 15 behind it.
#
# The server has a folder of its own, listens on a socket in that folder and on nothing else, and
# is gone when COMMAND ends. COMMAND finds it through SHIKAKU_TEST_POSTGRES (libpq conninfo) and
# its exit code is ours. As root the server runs as the user postgres. It syncs nothing: tests end
# processes, never the machine.
#
# With --standby before COMMAND a second server follows the first and confirms each of its commits:
# SHIKAKU_TEST_STANDBY (conninfo), and SHIKAKU_TEST_CONTROL, a program that takes one of
# standby-stop, standby-start, standby-promote, primary-kill.
set -eu

with_standby=
[ "${1:-}" != --standby ] || { with_standby=yes; shift; }

[ $# -gt 0 ] || { echo "usage: $0 COMMAND…" >&2; exit 2; }

programs=
for candidate in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin; do
	[ -x "$candidate/postgres" ] && { programs=$candidate; break; }
done
[ -n "$programs" ] || { echo "$0: no PostgreSQL server is installed (package postgresql-15)" >&2; exit 1; }

# Every test makes tables of its own, each some files: on a slow disk nothing but that would be
# measured. So the files are in memory where there is room; the long forms may need more.
files_place() {
	case " $* " in *" --nightly "*) echo /tmp; return ;; esac
	free_kib=$(df -Pk /dev/shm 2>/dev/null | awk '$1 == "tmpfs" { print $4 }')
	if [ -w /dev/shm ] && [ "${free_kib:-0}" -ge $((4 * 1024 * 1024)) ]; then
		echo /dev/shm
	else
		echo /tmp
	fi
}

# Short: a socket's path ends at 107 bytes.
folder=$(mktemp -d /tmp/shikaku-pg-XXXXXX)
files=$(mktemp -d "$(files_place "$@")/shikaku-pg-XXXXXX")
server= command=
finish() {
	code=$?
	trap - EXIT
	[ -z "$command" ] || kill "$command" 2>/dev/null || true
	if [ -n "$with_standby" ] && [ -x "$folder/control" ]; then
		"$folder/control" standby-stop >/dev/null 2>&1 || true
	fi
	if [ -n "$server" ]; then
		kill -INT "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$folder" "$files"
	exit "$code"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

as_postgres() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$folder" "$@"
	else
		"$@"
	fi
}
[ "$(id -u)" -ne 0 ] || chown postgres "$folder" "$files"

cd /
as_postgres "$programs/initdb" -D "$files/data" -U shikaku -A trust -E UTF8 --locale=C.UTF-8 \
	--no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
cat >>"$files/data/postgresql.conf" <<-SETTINGS
	listen_addresses = ''
	unix_socket_directories = '$folder'
	unix_socket_permissions = 0777
	max_connections = 400
	shared_buffers = 64MB
	shared_preload_libraries = 'pg_stat_statements'
	logging_collector = off
	fsync = off
SETTINGS
cd "$OLDPWD"

# Through setpriv the started process becomes the server itself: its pid is ours to stop.
if [ "$(id -u)" -eq 0 ]; then
	setpriv --reuid=postgres --regid=postgres --clear-groups \
		"$programs/postgres" -D "$files/data" >"$folder/server.log" 2>&1 &
else
	"$programs/postgres" -D "$files/data" >"$folder/server.log" 2>&1 &
fi
server=$!
tries=0
until "$programs/pg_isready" -q -h "$folder" -U shikaku -d postgres; do
	tries=$((tries + 1))
	if [ "$tries" -gt 150 ] || ! kill -0 "$server" 2>/dev/null; then
		cat "$folder/server.log" >&2
		exit 1
	fi
	sleep 0.1
done

standby_make() {
	# A follower has a port of its own beside the first server's in the same folder.
	as_postgres "$programs/pg_basebackup" -h "$folder" -U shikaku -D "$files/standby" -R -X stream \
		-C -S standby -c fast --no-sync >"$folder/standby.log" 2>&1
	cat >>"$files/standby/postgresql.conf" <<-SETTINGS
		port = 5433
		primary_conninfo = 'host=$folder user=shikaku application_name=standby'
	SETTINGS
	sed -i '/^primary_conninfo/d' "$files/standby/postgresql.auto.conf"
	prefix=
	[ "$(id -u)" -ne 0 ] || prefix="setpriv --reuid=postgres --regid=postgres --clear-groups"
	cat >"$folder/control" <<-CONTROL
		#!/bin/sh
		cd /
		control() {
			data=\$1
			shift
			exec $prefix "$programs/pg_ctl" -D "$files/\$data" -w -s "\$@" >>"$folder/control.log" 2>&1
		}
		case \$1 in
		standby-stop) control standby -m immediate stop ;;
		standby-start) control standby -l "$folder/standby.log" start ;;
		standby-promote) control standby promote ;;
		primary-kill) control data -m immediate stop ;;
		*) exit 2 ;;
		esac
	CONTROL
	chmod 0755 "$folder/control"
	as_postgres touch "$folder/control.log"
	chmod 0666 "$folder/control.log" "$folder/standby.log"
	"$folder/control" standby-start
	as_postgres "$programs/psql" -q -h "$folder" -U shikaku -d postgres \
		-c "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby)'" \
		-c "SELECT pg_reload_conf()" >/dev/null
	SHIKAKU_TEST_STANDBY="host=$folder port=5433 user=shikaku dbname=postgres"
	SHIKAKU_TEST_CONTROL=$folder/control
	export SHIKAKU_TEST_STANDBY SHIKAKU_TEST_CONTROL
}
[ -z "$with_standby" ] || standby_make

SHIKAKU_TEST_POSTGRES="host=$folder user=shikaku dbname=postgres"
export SHIKAKU_TEST_POSTGRES
# Beside us, so that a signal that ends us is heard while it runs.
exec 3<&0
"$@" <&3 3<&- &
command=$!
code=0
wait "$command" || code=$?
command=
exit "$code"
