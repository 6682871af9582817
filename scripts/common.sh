# What the scripts share. To be sourced, after "set -euo pipefail", with the repository root as the working directory.

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
misused() { printf '%s: %s\n%s\n' "${0##*/}" "$*" "$usage" >&2; exit 2; }     # the command line was wrong

# quietly WHAT COMMAND...: one line with the time it took; all of the command's output only when it fails.
quietly() {
  local what=$1 log status=0 start=$SECONDS
  shift
  log=$(mktemp)
  printf '%s ... ' "$what"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" -eq 0 ]; then
    printf 'done (%d s)\n' $((SECONDS - start))
  else
    printf 'failed (exit status %d)\n' "$status"
    cat "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}

# build PRESET [--target NAME]: what was configured, with every CPU that this process may use.
build() {
  local preset=$1
  shift
  quietly "Building build/$preset" cmake --build --preset "$preset" --parallel "$(nproc)" "$@"
}
