# Sourced: attend COMMAND... runs a command that ends with this script: TERM, HUP and INT to the script become TERM to the command, for
# whose end the script then waits. Bash alone would end at once on TERM and leave the command running.
attended=
ended=
end_attended() {
  ended=$1
  [ -z "$attended" ] || kill -TERM "$attended" 2>/dev/null || true
}
trap 'end_attended 143' TERM HUP
trap 'end_attended 130' INT

# Gives the command's exit code; that of the signal if one came before the command could begin.
attend() {
  local code=0
  [ -z "$ended" ] || return "$ended"
  "$@" &
  attended=$!
  [ -z "$ended" ] || kill -TERM "$attended" 2>/dev/null || true
  while :; do
    wait "$attended" && code=0 || code=$?
    kill -0 "$attended" 2>/dev/null || break
  done
  attended=
  return "$code"
}
