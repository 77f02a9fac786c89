#!/usr/bin/env bash
# Makes the AOT caches with which the JVM starts faster: client.aot for the client commands, services.aot for the services. A cache belongs
# to one JDK and to these very jars; the JVM ignores one that does not fit. Where they cannot be made, Hatchery starts without them.
#
# usage: aot-caches.sh JARS FOLDER      JARS: a class path of which the last part may be a folder with /*; FOLDER: where they are kept
set -euo pipefail
jars=$1 folder=$2
java_tool=java
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/java.sh"
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/jvm-options.sh"
mkdir -p "$folder" && [ -w "$folder" ] || { echo "No AOT caches: $folder cannot be written"; exit 0; }

# What the caches depend on: with the same, they are kept.
state() {
  local part
  cat "$JAVA_HOME/release"
  for part in ${jars//:/ }; do
    # shellcheck disable=SC2086 # the wildcard of a class path
    stat -L -c '%n %s %Y' $part
  done
  echo "$client_options" "$services_options"
}
stamp=$(state | sha256sum | cut -d' ' -f1)
[ "$(cat "$folder/aot.stamp" 2>/dev/null || true)" != "$stamp" ] || [ ! -e "$folder/services.aot" ] || exit 0
rm -f "$folder/aot.stamp"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
train() { # train NAME OPTIONS: the JVM ends with an error where it cannot write a cache, and may leave a report in its folder
  # shellcheck disable=SC2086
  if (cd "$work" && "$JAVA_HOME/bin/java" $2 -XX:AOTCacheOutput="$work/$1.aot" -cp "$jars" io.hatchery.app.StartUpTraining "$1") \
    >"$work/$1.log" 2>&1 && [ -s "$work/$1.aot" ]; then
    mv "$work/$1.aot" "$folder/$1.aot"
  else
    rm -f "$folder/$1.aot"
    echo "No AOT cache for the $1: $(grep -v '^\[' "$work/$1.log" | tail -n 1)"
  fi
}
train client "$client_options"
# Profiles of the training would make the second compiler work during the start, which then takes 8 % more processor time.
train services "-XX:TieredStopAtLevel=1 $services_options"
echo "$stamp" >"$folder/aot.stamp"
