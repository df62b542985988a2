#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Make the headers that a module of Debian's nginx needs beyond nginx-dev: one run of nginx's own
# configure with Debian's flags, so that the module's signature fits the installed binary.
#
# usage: nginx-headers.sh FOLDER    (absolute; made once, then left alone)
set -eu
folder=$1
source=/usr/share/nginx/src

[ -f "$folder/ngx_auto_config.h" ] && exit 0
[ -f "$source/conf_flags" ] || {
	echo "nginx-headers: the package nginx-dev is missing" >&2
	exit 1
}
mkdir -p "$folder"
# configure writes its answer last; a broken run leaves no ngx_auto_config.h under that name.
rm -rf "$folder.making"
cd "$source"
BUILD="$folder.making" bash -c '. ./conf_flags
	./configure --with-cc-opt="-g -O2 -fPIC" "${NGX_CONF_FLAGS[@]}" --builddir="$BUILD"' \
	> "$folder.log" 2>&1 || {
	tail -5 "$folder.log" >&2
	exit 1
}
rm -rf "$folder"
mv "$folder.making" "$folder"
