#!/bin/sh
# A site-packages of the packages in python-packages.txt, as wheels, without what they need beside.
# usage: python.sh FOLDER
set -eu
[ -e "$1/done" ] && exit 0
rm -rf "$1" && mkdir -p "$1/root/usr/lib/python3/site-packages"
python3 -m pip install --no-deps --only-binary :all: --target "$1/root/usr/lib/python3/site-packages" -r "$(dirname "$0")/python-packages.txt" >"$1/log" 2>&1
touch "$1/done"
