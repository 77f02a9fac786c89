# Sourced: sets JAVA_HOME to a JDK of at least 25, or says where to get one. Where java_tool is "java", a JRE will do.
find_jdk() {
  local candidate release version
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    release="$candidate/release"
    if [ -n "$candidate" ] && [ -x "$candidate/bin/${java_tool:-javac}" ] && [ -r "$release" ]; then
      version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release")
      if [ -n "$version" ] && [ "$version" -ge 25 ]; then
        export JAVA_HOME="$candidate"
        return 0
      fi
    fi
  done
  echo "Hatchery needs a JDK of version 25 or newer, and none is in JAVA_HOME (${JAVA_HOME:-unset}) or under /usr/lib/jvm." >&2
  echo "Install one, for instance Temurin 25 from https://adoptium.net, and set JAVA_HOME to it." >&2
  return 1
}
find_jdk || exit 1
