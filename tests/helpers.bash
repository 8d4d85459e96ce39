# What every test file loads: the programs under test as functions, and a
# working directory of its own.
#
# PHASEPIPE_BIN      where the programs are (default: build/bin)
# PHASEPIPE_WRAP     what runs them, such as valgrind with its options
# PHASEPIPE_RECORDS  a directory for every record that they print, by means of
#                    build/tests/collect.so; not with ASan

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
BIN=${PHASEPIPE_BIN:-$ROOT/build/bin}
WRAP=${PHASEPIPE_WRAP:-}
export ROOT BIN WRAP LC_ALL=C TZ=UTC
if [ -n "${PHASEPIPE_RECORDS:-}" ]; then
    export LD_PRELOAD=$ROOT/build/tests/collect.so
fi

# shellcheck disable=SC2086 # WRAP is a command with its options
any-progress() { $WRAP "$BIN/any-progress" "$@"; }
# shellcheck disable=SC2086
kopia-progress() { $WRAP "$BIN/kopia-progress" "$@"; }
# shellcheck disable=SC2086
phase-agg() { $WRAP "$BIN/phase-agg" "$@"; }
# shellcheck disable=SC2086
phase-metrics() { $WRAP "$BIN/phase-metrics" "$@"; }
# shellcheck disable=SC2086
phase-run() { $WRAP "$BIN/phase-run" "$@"; }
# shellcheck disable=SC2086
phase-view() { $WRAP "$BIN/phase-view" "$@"; }
# shellcheck disable=SC2086
status-patch() { $WRAP "$BIN/status-patch" "$@"; }
export -f any-progress kopia-progress phase-agg phase-metrics phase-run
export -f phase-view status-patch

# In CI a test that is skipped is a test that failed.
skip() {
    if [ -n "${CI:-}" ]; then
        printf 'skipped in CI: %s\n' "$*" >&2
        return 1
    fi
    # shellcheck disable=SC2034 # bats reads them
    BATS_TEST_SKIPPED=${1:-1} BATS_TEST_COMPLETED=1
    exit 0
}

# Waits until a file's text holds a word.
wait_for() { # WORD FILE
    local tries=0

    until [ -e "$2" ] && grep -q -- "$1" "$2"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ]; then
            echo "no \"$1\" in $2 after a minute" >&2
            return 1
        fi
        sleep 0.1
    done
}

setup() {
    unset PHASEPIPE_CLOCK
    cd "$BATS_TEST_TMPDIR" || return 1
}
