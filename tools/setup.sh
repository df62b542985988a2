#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Install the Debian 12 packages that parts of the project need: tools/setup.sh PART…
#
# Only what is missing is installed, as root or through sudo, with service starts denied, so that
# nothing takes :80 or :5432 on a developer's machine. With everything there it takes 0.1 s, which
# is why no stamp remembers it: a stamp could lie, dpkg does not.
set -euo pipefail

packages_of() {
	case $1 in
	build) echo build-essential meson ninja-build pkgconf nginx nginx-dev libpcre2-dev \
		libssl-dev libsodium-dev libjansson-dev libsqlite3-dev libpq-dev \
		libcurl4-openssl-dev libmicrohttpd-dev libpcsclite-dev libinih-dev libqrencode-dev libutf8proc-dev libcmocka-dev \
		python3 python3-markdown python3-yaml ;;
	demo) echo pcscd vsmartcard-vpcd opensc oathtool openssl curl iproute2 util-linux procps \
		"$(node_package)" ;;
	test) echo postgresql-15 python3-jsonschema python3-aiosmtpd sqlmap ;;
	check) echo git clang clang-format libclang-rt-14-dev cppcheck postgresql-15 ;;
	browser) echo chromium fonts-noto-cjk dnsmasq-base iproute2 util-linux "$(node_package)" "$(npm_package)" ;;
	package) echo debhelper dpkg-dev lintian desktop-file-utils appstream man-db groff-base xdg-utils util-linux ;;
	bench) echo wrk ;;
	*)
		echo "setup: no such part: $1 (build, demo, test, check, browser, package, bench)" >&2
		return 2
		;;
	esac
}

# Any Node from 18 on will do, whoever installed it.
node_package() {
	command -v node >/dev/null || echo nodejs
}

npm_package() {
	command -v npm >/dev/null || echo npm
}

is_debian_12() {
	[ -r /etc/os-release ] && (. /etc/os-release && [ "${ID:-}/${VERSION_ID:-}" = debian/12 ])
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_of() {
	local package
	for package in "$@"; do
		dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			echo "$package"
	done
}

policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.d/shikaku-setup.conf
undo=()

undo_all() {
	local path
	for path in "${undo[@]}"; do as_root rm -f "$path"; done
}

# While packages are installed no service starts, and PostgreSQL makes no cluster of its own.
guard_services() {
	trap undo_all EXIT
	if [ ! -e "$policy" ]; then
		undo+=("$policy")
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
	fi
	undo+=("$cluster")
	as_root mkdir -p "${cluster%/*}"
	echo 'create_main_cluster = false' | as_root tee "$cluster" >/dev/null
}

install_packages() {
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		echo "setup: root or sudo is needed to install: $*" >&2
		exit 1
	fi
	echo "setup: installing $*" >&2
	guard_services
	local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
	as_root "${apt[@]}" update >&2
	as_root "${apt[@]}" install -y --no-install-recommends "$@" >&2
}

main() {
	local wanted=() missing part list
	for part in "$@"; do
		list=$(packages_of "$part")
		# shellcheck disable=SC2206 # package names hold no spaces
		wanted+=($list)
	done
	if ! is_debian_12; then
		echo "setup: Debian 12 is needed (see CONTRIBUTING.md for what it would install)" >&2
		exit 1
	fi
	mapfile -t missing < <(missing_of "${wanted[@]}")
	[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
	[[ " $* " != *" browser "* ]] || install_modules
}

# What drives the browser, and axe-core: as the lock file says, again when it changed.
install_modules() {
	local folder stamp
	folder=$(dirname "${BASH_SOURCE[0]}")/../tests/browser
	stamp=$folder/node_modules/.lock
	cmp -s "$folder/package-lock.json" "$stamp" && return
	(cd "$folder" && npm ci >&2) && cp "$folder/package-lock.json" "$stamp"
}

main "$@"
