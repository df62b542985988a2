#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Debian packages: packaging/build.sh [--pictures FOLDER] [OUT]
#
# A copy of what git knows of the tree (and would add) is laid out as Debian's tools want it and
# built there; the packages lie in OUT (build/packages) afterwards. FOLDER holds the pictures of the
# manual, as ./dev shots makes them; without it the manual has none. The same tree and pictures give the same bytes, wherever it is
# built: the version is Meson's, the time that of the last commit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pictures='' out=build/packages
while [ $# -gt 0 ]; do
	case $1 in
	--pictures)
		pictures=$2
		shift 2
		;;
	*)
		out=$1
		shift
		;;
	esac
done
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

version=$(sed -n "s/^ *version: '\([0-9.]*\)',$/\1/p" meson.build)
# Without git (a tree that was handed on) it is the time of the newest news.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y NEWS.md)}
export SOURCE_DATE_EPOCH
source=$work/shikaku-$version

tree_files() {
	if [ -e .git ]; then
		git ls-files -co --exclude-standard -z
	else
		find . -path ./build -prune -o -type f -printf '%P\0'
	fi
}

pictures_copy() {
	local name
	mkdir "$source/docs/manual/pictures"
	sed -n 's/^\[\[picture \([a-z0-9-]*\) .*/\1/p' docs/manual/*.md | while read -r name; do
		cp "$pictures/$name.png" "$source/docs/manual/pictures"
	done
}

tree_copy() {
	local file
	mkdir "$source"
	tree_files | while IFS= read -r -d '' file; do
		[ ! -e "$file" ] || printf '%s\0' "$file"
	done | tar --null --no-recursion -cf - -T - | tar -C "$source" -xf -
	cp -r packaging/debian "$source/debian"
	[ -z "$pictures" ] || pictures_copy
}

changelog_write() {
	cat <<END
shikaku ($version) unstable; urgency=medium

  * What is new stands in NEWS.md.

 -- The Shikaku developers <shikaku@example.jp>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
END
}

# A compiler's cache puts paths of its own into the debug information.
packages_build() {
	cd "$source"
	export CCACHE_DISABLE=1
	DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-} parallel=${SHIKAKU_JOBS:-$(nproc)}" \
		dpkg-buildpackage -b -us -uc
}

tree_copy
changelog_write >"$source/debian/changelog"
(packages_build) >"$work/log" 2>&1 || {
	tail -40 "$work/log" >&2
	exit 1
}
rm -f "$out"/*.deb "$out"/*.buildinfo "$out"/*.changes
cp "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$out"
ls "$out"
