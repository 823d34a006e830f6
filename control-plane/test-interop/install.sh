#!/bin/sh
# Compiles the peers of `npm run test:interop`, at pinned versions, into .interop/ of the checkout. Needs Go 1.24 or newer; takes some
# five to fifteen minutes on two cores and 3 GB of memory.
set -eu
cd "$(dirname "$0")/../.."
# MinIO releases carry no semantic version: this is the commit as Go names it.
minio=v0.0.0-20260212201848-7aac2a2c5b7c
GOBIN="$PWD/.interop" go install -trimpath -ldflags '-s -w' "github.com/minio/minio@$minio"
