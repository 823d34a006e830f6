#!/bin/sh
# A Debian system with interpreters, their documentation and test suites, and the sources (so the tests) of OpenSSL, git, curl and Node.js.
# usage: debian.sh FOLDER; wants root and debootstrap
set -eu
root=$1/root
[ -e "$1/done" ] && exit 0
rm -rf "$1" && mkdir -p "$1"
debootstrap --variant=minbase --include=ca-certificates,python3,python3-doc,libpython3.11-testsuite,nodejs,golang-go,golang-src,perl,perl-doc,openssl,libssl-dev,libssl-doc,git,git-doc,nginx,postgresql,postgresql-doc,dpkg-dev bookworm "$root" >"$1/log"
sed -n 's/^deb /deb-src /p' "$root/etc/apt/sources.list" >"$root/etc/apt/sources.list.d/sources.list"
chroot "$root" sh -c 'apt-get update && mkdir -p /usr/src/tests && cd /usr/src/tests && for p in openssl git curl nodejs; do apt-get source -q "$p" || exit; done' >>"$1/log" 2>&1
rm -rf "$root"/var/cache/apt/archives/* "$root"/var/lib/apt/lists/*
touch "$1/done"
