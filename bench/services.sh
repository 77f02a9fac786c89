# Sourced by the benchmarks: begin_services starts Hatchery in a temporary folder, and the end of the benchmark takes it down.
work=$(mktemp -d)
services=
finish() { # finish [keep]: "keep" leaves the folder
  if [ -n "$services" ]; then
    "$home/hatchery" down --yes >"$work/down.log" 2>&1 || cat "$work/up.log" "$work/down.log"
    wait "$services" || true
  fi
  rm -rf "$HATCHERY_RUNTIME"
  [ "${1:-}" = keep ] || rm -rf --one-file-system "$work"
}
trap finish EXIT

export HATCHERY_DATA="$work/data" HATCHERY_RUNTIME="/run/hb-$$" HATCHERY_HOST=bench HATCHERY_RUNNER_DRIVER=direct \
  HATCHERY_GATEWAY_PORT=28470 HATCHERY_BROKER_PORT=28471 HATCHERY_BROKER_CONTROLLER_PORT=28472

# The roots of the benchmarks are in the temporary folder, which is root's alone. "level=privileged bench/…" measures without mapped users.
export HATCHERY_RUNNER_POLICY_FILE="$work/policy.yaml"
printf 'level: %s\nallow: {rootPrefixes: [%s]}\n' "${level:-baseline}" "$work" >"$HATCHERY_RUNNER_POLICY_FILE"

begin_services() {
  "$home/hatchery" up --ready-file "$work/ready" >"$work/up.log" 2>&1 &
  services=$!
  for _ in $(seq 1200); do
    [ ! -e "$work/ready" ] || return 0
    kill -0 "$services" 2>/dev/null || { cat "$work/up.log" >&2; exit 1; }
    sleep 0.1
  done
  echo "Hatchery is not ready after two minutes; its log:" >&2
  cat "$work/up.log" >&2
  exit 1
}

make_debian() { # make_debian FOLDER: a minimal Debian with systemd inside
  echo "Making a Debian with systemd inside …"
  mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus bookworm "$1"
}
