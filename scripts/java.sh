# Sourced: sets JAVA_HOME to a JDK of at least 25. Where java_tool is "java", a JRE will do. Where java_install is "yes", one is installed
# if the distribution has it; else the commands that install one are printed.
jvm_folder=${jvm_folder:-/usr/lib/jvm}
jdk_package=openjdk-25-jdk-headless

# Sets version to the major version in a JDK's release file, without running a program: each start of hatchery reads one.
read_version() {
  local line
  version=
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in JAVA_VERSION=\"*) version=${line#*\"} version=${version%%[!0-9]*} ;; esac
  done <"$1"
}

find_jdk() {
  local candidate release version
  for candidate in "${JAVA_HOME:-}" "$jvm_folder"/*; do
    release="$candidate/release"
    if [ -n "$candidate" ] && [ -x "$candidate/bin/${java_tool:-javac}" ] && [ -r "$release" ]; then
      read_version "$release"
      if [ -n "$version" ] && [ "$version" -ge 25 ]; then
        export JAVA_HOME="$candidate"
        return 0
      fi
    fi
  done
  return 1
}

has_jdk_package() {
  apt-cache policy "$jdk_package" 2>/dev/null | grep -q 'Candidate: [0-9]'
}

install_jdk() {
  [ "${java_install:-no}" = yes ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
  has_jdk_package || apt-get update -qq >/dev/null 2>&1 || true
  has_jdk_package || return 1
  . "$(dirname "${BASH_SOURCE[0]}")/packages.sh"
  install_packages "$jdk_package" && find_jdk
}

say_how_to_install_jdk() {
  local distribution=
  [ ! -r /etc/os-release ] || distribution=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
  echo "Hatchery needs a JDK of version 25 or newer, and none is in JAVA_HOME (${JAVA_HOME:-unset}) or under $jvm_folder."
  echo "As root, one is installed by:"
  case " $distribution " in
    *" debian "* | *" ubuntu "*)
      if has_jdk_package; then
        echo "  apt-get install -y $jdk_package"
      else
        echo "  apt-get install -y curl gpg"
        echo "  curl -fsSL https://packages.adoptium.net/artifactory/api/gpg/key/public | gpg --dearmor -o /usr/share/keyrings/adoptium.gpg"
        echo "  echo \"deb [signed-by=/usr/share/keyrings/adoptium.gpg] https://packages.adoptium.net/artifactory/deb \$(. /etc/os-release && echo \$VERSION_CODENAME) main\" >/etc/apt/sources.list.d/adoptium.list"
        echo "  apt-get update && apt-get install -y temurin-25-jdk"
      fi
      ;;
    *" fedora "* | *" rhel "*) echo "  dnf install -y java-25-openjdk-devel" ;;
    *" arch "*) echo "  pacman -S jdk-openjdk" ;;
    *suse*) echo "  zypper install -y java-25-openjdk-devel" ;;
    *) echo "  the packages of https://adoptium.net/installation/linux" ;;
  esac
  echo "Or unpack one from https://adoptium.net and set JAVA_HOME to it."
}

find_jdk || install_jdk || { say_how_to_install_jdk >&2; exit 1; }
