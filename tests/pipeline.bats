# The three filters together.

load helpers

PHASES=(--phases "updatePermissions,dumpToObjectStore,cleanup"
    --phase dumpToObjectStore)

# kopia's progress of one snapshot, N lines of about 100 bytes, as one write
# after the other would leave it in a pipe.
kopia_lines() {
    awk -v n="$1" 'BEGIN {
        printf "Snapshotting app@host:/data ...\n"
        for (i = 1; i <= n; i++)
            printf "\r | 1 hashing, %d hashed (%d MB), 0 cached (0 B), " \
                "uploaded %d MB, estimated %d MB (%.1f%%) 9s left",
                i, i, i, n, int(1000 * i / n) / 10
    }'
}

# Lines enough to fill every pipe many times over; fewer where each program
# runs under a wrapper that makes it slow.
many_lines() {
    if [ -n "$WRAP" ]; then
        kopia_lines 5000
    else
        kopia_lines 10000
    fi
}

# A program in the background, so that "$!" is the program itself and no shell
# around it:  spawn phase-agg ... <in >out &
spawn() {
    # shellcheck disable=SC2086 # WRAP is a command with its options
    exec $WRAP "$BIN/$1" "${@:2}" 3>&-
}

@test "pipeline: a recorded run becomes the state in a file" {
    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z

    run --separate-stderr bash -o pipefail -c '
        { echo "{\"type\":\"phase\",\"phase\":0,\"state\":\"complete\"}"
          kopia-progress --replay "$0" --speed 0
        } | phase-agg "$@" | status-patch status.json' \
        "$ROOT/tests/data/demo/kopia-0.23-create.timed" "${PHASES[@]}"
    assert_success
    assert_output ''
    [ "$stderr" = '' ]
    run jq -c '[.state, .progress.percentCompleted, .progress.runningPhase,
        .progress.lastTransitionTime,
        (.actions[].phases[] | .state, .progress.progressPercent)]' status.json
    assert_success
    # held at 99 until somebody who knows says that the phase is complete
    assert_output '["running","66.33","dumpToObjectStore","2023-02-20T12:49:55Z","complete","100.00","running","99.00","pending",null]'
}

@test "pipeline: the state does not depend on how the bytes arrive" {
    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z

    kopia_lines 40 >console
    kopia-progress <console | phase-agg "${PHASES[@]}" | status-patch whole
    while IFS= read -r -d '' -n 1 byte; do
        printf '%s' "$byte"
    done <console | kopia-progress | phase-agg "${PHASES[@]}" |
        status-patch pieces
    cmp whole pieces
    run jq -r .progress.percentCompleted whole
    assert_output 33.00
}

@test "pipeline: what is known is written before the writer says more" {
    mkfifo console
    bash -c 'kopia-progress <console | phase-agg "$@" |
        status-patch --interval 0 status.json' - "${PHASES[@]}" &
    exec 9>console
    printf 'Snapshotting app@host:/data ...\n' >&9
    printf '\r | 1 hashing, 1 hashed (3 MB), 0 cached (0 B), uploaded 0 B, estimated 12 MB (25.0%%) 9s left\r' >&9
    wait_for '"progressPercent":"25.00"' status.json
    printf ' / 1 hashing, 1 hashed (6 MB), 0 cached (0 B), uploaded 0 B, estimated 12 MB (50.0%%) 6s left\r' >&9
    wait_for '"progressPercent":"50.00"' status.json
    exec 9>&-
    wait $!
}

@test "pipeline: a dead status-patch does not stop kopia-progress from draining its input" {
    export -f many_lines kopia_lines

    run --separate-stderr bash -c '
        { many_lines && echo written >writer; } | kopia-progress |
            phase-agg --phases a --phase a | sh -c "exit 0"
        echo "${PIPESTATUS[*]}"'
    assert_output '0 0 111 0'
    [ "$stderr" = 'phase-agg: warning: unable to write standard output: Broken pipe; reading on, so that the writer is not stopped' ]
    assert_equal "$(cat writer)" written
}

@test "pipeline: nor do a dead phase-agg and a dead status-patch" {
    export -f many_lines kopia_lines

    run --separate-stderr bash -c '
        { many_lines && echo written >writer; } | kopia-progress | sh -c "exit 0"
        echo "${PIPESTATUS[*]}"'
    assert_output '0 111 0'
    [ "$stderr" = 'kopia-progress: warning: unable to write standard output: Broken pipe; reading on, so that the writer is not stopped' ]
    assert_equal "$(cat writer)" written
}

@test "pipeline: nor does a status-patch that is killed half-way" {
    local killed=0

    mkfifo console status
    spawn status-patch --interval 0 state.json <status &
    patcher=$!
    bash -c 'kopia-progress <console | phase-agg --phases a --phase a >status
        echo "${PIPESTATUS[*]}" >codes' 2>errors &
    filters=$!
    exec 9>console
    printf 'Snapshotting app@host:/data ...\n' >&9
    kopia_lines 2 >&9
    wait_for percentCompleted state.json
    kill -KILL "$patcher"
    wait "$patcher" || killed=$?
    assert_equal "$killed" 137
    many_lines >&9
    exec 9>&-
    wait "$filters"
    assert_equal "$(cat codes)" '0 111'
    assert_equal "$(cat errors)" 'phase-agg: warning: unable to write standard output: Broken pipe; reading on, so that the writer is not stopped'
}

@test "pipeline: a full disk is said once and changes the exit code" {
    export -f many_lines kopia_lines

    run --separate-stderr bash -c '
        many_lines | kopia-progress | phase-agg --phases a --phase a >/dev/full
        echo "${PIPESTATUS[*]}"'
    assert_output '0 0 111'
    [ "$stderr" = 'phase-agg: warning: unable to write standard output: No space left on device; reading on, so that the writer is not stopped' ]
}

@test "pipeline: SIGINT, SIGTERM and SIGHUP do not end the filters before their input does" {
    local signal

    mkfifo console stats
    spawn kopia-progress <console >stats &
    first=$!
    spawn phase-agg --phases a --phase a <stats >states &
    second=$!
    exec 9>console
    printf 'Snapshotting app@host:/data ...\n' >&9
    printf '\r | 1 hashing, 1 hashed (3 MB), 0 cached (0 B), uploaded 0 B, estimated 12 MB (25.0%%) 9s left\r' >&9
    wait_for '"25.00"' states
    for signal in INT TERM HUP; do
        kill -"$signal" "$first" "$second"
    done
    printf ' / 1 hashing, 1 hashed (6 MB), 0 cached (0 B), uploaded 0 B, estimated 12 MB (50.0%%) 6s left\r' >&9
    wait_for '"50.00"' states
    exec 9>&-
    wait "$first"
    wait "$second"
}

@test "pipeline: status-patch --pass lets the pipeline go on" {
    kopia_lines 40 | kopia-progress | phase-agg --phases a --phase a >states
    run --separate-stderr bash -o pipefail -c '
        status-patch --pass one <states | status-patch --pass two >three'
    assert_success
    [ "$stderr" = '' ]
    cmp states three
    cmp one two
    assert_equal "$(cat one)" "$(tail -n 1 states)"
}

# KiB of memory that a program has at the most, where it is its own (no ASan).
peak_of() { # COMMAND [ARG ...] <INPUT
    "$ROOT/build/tests/bench/measure" "$@" | awk '$4 == 0 { print $3 }'
}

@test "pipeline: whatever comes, the filters stay small" {
    [ -z "$WRAP" ] && [[ $BIN != */asan/* ]] || return 0
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -C "$ROOT" build/tests/bench/measure >make.log
    many_lines >console
    # a line that never ends
    { head -c 20000000 /dev/zero | tr '\0' x && echo; } >long
    kopia-progress console >stats
    phase-agg "${PHASES[@]}" <stats >status
    [ "$(peak_of "$BIN/kopia-progress" console long)" -le 4000 ]
    [ "$(cat stats long stats | peak_of "$BIN/phase-agg" "${PHASES[@]}")" -le 4000 ]
    [ "$(cat status long status | peak_of "$BIN/status-patch" file)" -le 12000 ]
}
