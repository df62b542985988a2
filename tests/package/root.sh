#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A system like this one that packages can be put into: tests/package/root.sh FOLDER
#
# In a mount namespace of its own everything of this machine stands below FOLDER/root, and what is
# changed there lies in memory. FOLDER itself is there too, as /desk, for what has to be seen from
# outside. Says "ready PID" and stays until its standard input ends. As a user it is root of a user
# namespace. Enter it by
#
#	nsenter --mount [--user --preserve-credentials] --target PID chroot FOLDER/root COMMAND…
set -euo pipefail

if [ "${1:-}" != inside ]; then
	user=()
	[ "$(id -u)" = 0 ] || user=(--user --map-root-user)
	exec unshare "${user[@]}" --mount --propagation private "$BASH" "$0" inside "$1"
fi

folder=$2
mkdir "$folder/layer" "$folder/root"
mount -t tmpfs layer "$folder/layer"
mkdir "$folder/layer/changed" "$folder/layer/work"
mount -t overlay overlay "$folder/root" \
	-o "lowerdir=/,upperdir=$folder/layer/changed,workdir=$folder/layer/work"
for place in dev proc sys; do mount --rbind "/$place" "$folder/root/$place"; done
mkdir -p "$folder/root/desk"
mount --bind "$folder/desk" "$folder/root/desk"
echo "ready $$"
cat >/dev/null
