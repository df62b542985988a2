#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A system like this one that packages can be put into: tests/package/root.sh FOLDER
#
# In a mount namespace of its own everything of this machine stands below FOLDER/root, and what is
# changed there lies in memory. FOLDER/desk is there too, as /desk, for what has to be seen from
# outside. Says "ready PID" and stays until its standard input ends. Root only: in a user namespace
# the machine's files stay a stranger's. Enter it by
#
#	nsenter --mount --target PID chroot FOLDER/root COMMAND…
set -euo pipefail

if [ "${1:-}" != inside ]; then
	exec unshare --mount --propagation private "$BASH" "$0" inside "$1"
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
