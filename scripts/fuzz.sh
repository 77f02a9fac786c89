#!/usr/bin/env bash
# Fuzzes the parsers, each for a few seconds and two at a time, with what is built (mvn -Pfuzz -q install -DskipTests). An input that
# Jazzer finds is put into fuzz/src/test/resources, where each later run of the tests tries it again.
#
# usage: scripts/fuzz.sh                     a minute for all, in random order; on a slow machine some are left to another run
#        scripts/fuzz.sh SECONDS [CLASS]     SECONDS for each parser, or for one
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. scripts/java.sh
until=9999999999
[ $# -gt 0 ] || until=$(($(date +%s) + 50))
export JAZZER_FUZZ=1 JAZZER_MAX_DURATION="${1:-3}s"
exec mvn -B -ntp -q -Pfuzz surefire:test -pl fuzz -Dtest="${2:-*FuzzTest}" -Dsurefire.runOrder=random -DtrimStackTrace=true \
  -Dfuzz.forks=2 -Dfuzz.reuse=false -Dfuzz.hooks=true -Dfuzz.until="$until"
