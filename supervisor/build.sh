#!/bin/sh
# Builds hatchery-supervisor: one static program that runs on any distribution of the processor.
#
# usage: build.sh TARGET-FOLDER            the program
#        build.sh TARGET-FOLDER --test     its tests and its fuzzer, under AddressSanitizer and UndefinedBehaviorSanitizer, and runs them
set -eu
mkdir -p "$1"
target=$(readlink -f "$1")
cd "$(dirname "$0")"
compiler=${CC:-gcc}
if ! command -v "$compiler" >/dev/null; then
  echo "hatchery-supervisor is built with gcc, and there is none: apt-get install gcc libc6-dev" >&2
  exit 1
fi
common="-std=c11 -D_GNU_SOURCE -g -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Werror -Isrc/main/c"
case $(uname -m) in
  x86_64) flow=-fcf-protection ;;
  aarch64) flow=-mbranch-protection=standard ;;
  *) flow= ;;
esac
if [ "${2:-}" = --test ]; then
  sources=$(find src/main/c -name '*.c' ! -name main.c | LC_ALL=C sort)
  sanitized="$common -Isrc/test/c -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"
  tests=$(find src/test/c -name '*.c' ! -name fuzz.c | LC_ALL=C sort)
  # shellcheck disable=SC2086
  "$compiler" $sanitized $sources $tests -o "$target/supervisor-tests"
  # shellcheck disable=SC2086
  "$compiler" $sanitized $sources src/test/c/fuzz.c -o "$target/supervisor-fuzz"
  # A traced process has no leak checker; the program under test ends by _exit.
  ASAN_OPTIONS=detect_leaks=0 "$target/supervisor-tests"
  "$target/supervisor-fuzz"
  exit
fi
hardened="-O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection $flow -ftrivial-auto-var-init=zero -fPIE"
# shellcheck disable=SC2086
if ! "$compiler" $common $hardened src/main/c/*.c -static-pie -Wl,-z,relro,-z,now,-z,noexecstack -o "$target/.hatchery-supervisor"; then
  echo "hatchery-supervisor cannot be built: it takes gcc 12 and a static C library: apt-get install gcc libc6-dev" >&2
  exit 1
fi
strip "$target/.hatchery-supervisor"
mv "$target/.hatchery-supervisor" "$target/hatchery-supervisor"
