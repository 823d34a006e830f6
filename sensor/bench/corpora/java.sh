#!/bin/sh
# A Java application: a Spring Boot service with what such services depend on, its jars in lib, and the jars of their sources beside them.
# usage: java.sh FOLDER; wants Maven
set -eu
[ -e "$1/done" ] && exit 0
rm -rf "$1" && mkdir -p "$1/root/opt/app" && cp "$(dirname "$0")/java-pom.xml" "$1/pom.xml"
cd "$1"
mvn -B -q dependency:copy-dependencies -DoutputDirectory=root/opt/app/lib >log 2>&1
mvn -B -q dependency:copy-dependencies -Dclassifier=sources -Dmdep.failOnMissingClassifierArtifact=false -DoutputDirectory=root/opt/app/sources >>log 2>&1
touch done
