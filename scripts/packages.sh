# Sourced: install_packages FEATURE PACKAGE... installs what is missing with apt, or says what to install.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if ! command -v apt-get >/dev/null; then
    echo "This is no Debian: install systemd-nspawn (package systemd-container), and, for the" >&2
    echo "Debian example, mmdebstrap, in this system's own way; then run the command again." >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "Not root. Ask an administrator to run: apt-get install ${missing[*]}" >&2
    return 1
  fi
  echo "Installing ${missing[*]} …"
  local log
  log=$(mktemp)
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "apt-get could not install ${missing[*]}." >&2
    return 1
  fi
  rm -f "$log"
}
