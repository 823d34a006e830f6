#!/bin/sh
# Makes the corpora in FOLDER that are not there yet, and scans each with the one-shot program: what is certain or likely, and how much is possible.
# usage: measure.sh FOLDER [debian|node|python|java...]; wants root, debootstrap, umoci, npm, pip and Maven, and 20 GB
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: measure.sh FOLDER [CORPUS...]}
shift
mkdir -p "$folder"
for corpus in ${*:-debian node python java}; do
  "$here/$corpus.sh" "$folder/$corpus"
  [ -d "$folder/$corpus/oci" ] || "$here/pack.sh" "$folder/$corpus"
  node "$here/../../bin/tidewaiter-sensor.js" scan "oci:$folder/$corpus/oci:corpus" --format json --min-confidence possible >"$folder/$corpus.json" || [ $? = 1 ]
  node -e '
    const { coverage, findings } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    const sure = findings.filter(({ confidence }) => confidence !== "possible");
    console.log(`${process.argv[1]}: ${coverage.filesScanned} files, ${coverage.bytesScanned} bytes, ${coverage.nestedFilesScanned} files in files; ${sure.length} certain or likely, ${findings.length - sure.length} possible`);
    for (const { detector, confidence, location } of sure) console.log(`  ${detector} (${confidence}): ${location.path}`);
  ' "$folder/$corpus.json"
done
