#!/bin/sh
# A node_modules of the packages in node-packages.txt and all they need, without their install scripts.
# usage: node.sh FOLDER
set -eu
list=$(dirname "$0")/node-packages.txt
[ -e "$1/done" ] && exit 0
rm -rf "$1" && mkdir -p "$1/root/app" && cp "$list" "$1/list"
cd "$1/root/app"
echo '{"private":true}' >package.json
# shellcheck disable=SC2046 # one word a package
npm install --before=2026-11-15 --ignore-scripts --legacy-peer-deps --no-audit --no-fund $(cat "$1/list") >"$1/log" 2>&1
touch "$1/done"
