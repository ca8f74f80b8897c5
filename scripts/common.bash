# shellcheck shell=bash
# Sourced by the scripts beside it: strict mode, the repository's root as the current directory, Swift on PATH.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

for directory in "${SWIFTLY_BIN_DIR:-${HOME:-/root}/.local/share/swiftly/bin}" /opt/swift/usr/bin; do
    if [ -x "$directory/swift" ] && ! command -v swift >/dev/null; then PATH=$PATH:$directory; fi
done
export PATH

say() { printf '== %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# usage CODE: prints the running script's header comment, which names its arguments, and exits.
usage() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
    exit "$1"
}

# is_at_least WANTED ACTUAL: compares dotted versions.
is_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
