#!/bin/sh
# A folder's root as an OCI layout of one layer, FOLDER/oci, to be scanned as oci:FOLDER/oci:corpus. Wants root and umoci.
# usage: pack.sh FOLDER
set -eu
rm -rf "$1/oci" "$1/bundle"
umoci init --layout "$1/oci"
umoci new --image "$1/oci:corpus"
umoci unpack --image "$1/oci:corpus" "$1/bundle"
rmdir "$1/bundle/rootfs"
mv "$1/root" "$1/bundle/rootfs"
umoci repack --image "$1/oci:corpus" "$1/bundle" || { mv "$1/bundle/rootfs" "$1/root"; exit 1; }
mv "$1/bundle/rootfs" "$1/root"
rm -rf "$1/bundle"
umoci gc --layout "$1/oci"
