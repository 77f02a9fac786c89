#!/usr/bin/env bash
# Fuzzes each parser for a few seconds, two at a time, with what `./test` has built; then Jazzer keeps what it found in
# fuzz/src/test/resources, where each later run of the tests tries it again. The longer corpus is in fuzz/.cifuzz-corpus.
#
# usage: scripts/fuzz.sh [SECONDS] [CLASS]      SECONDS for each parser (default: 3, together about a minute)
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. scripts/java.sh
seconds=${1:-3}
export JAZZER_FUZZ=1 JAZZER_MAX_DURATION="${seconds}s"
exec mvn -B -ntp -q -Pfuzz surefire:test -pl fuzz -Dtest="${2:-*FuzzTest}" -Dfuzz.forks=2 -Dfuzz.reuse=false -Dfuzz.hooks=true -DtrimStackTrace=true
