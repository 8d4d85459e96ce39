# status-patch and a file that cannot be written, is another's, or is read by
# many.

load helpers

OLD='{"type":"status","progress":{"percentCompleted":"1.00"}}'
NEW='{"type":"status","progress":{"percentCompleted":"43.33"}}'

# Runs a command as somebody who may do nothing.  (Root may do all.)
as_nobody() {
    # what runs it must be there for nobody too
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" \
        "${BATS_TEST_TMPDIR%/*}"
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    else
        "$@"
    fi
}

# The last state is lost, which is said twice, and nothing changed in ./there.
assert_lost() { # WHY
    assert_failure 111
    assert_equal "$stderr" "status-patch: warning: unable to write there/f: $1; trying again
status-patch: fatal: the last state (percentCompleted 43.33) was not written to there/f: $1"
    assert_equal "$(cat there/f)" "$OLD"
    assert_equal "$(ls -A there)" f
}

setup() {
    unset PHASEPIPE_CLOCK
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir there
    printf '%s\n' "$OLD" >there/f
    cp "$BIN/status-patch" ./program
    printf '#!/bin/sh\nexec %s %s/program "$@"\n' "$WRAP" "$PWD" >./run-it
    chmod 755 run-it program
}

@test "status-patch: a directory that is read-only is said, and keeps what it had" {
    chmod 555 there
    run --separate-stderr as_nobody ./run-it there/f <<<"$NEW"
    assert_lost 'Permission denied'
    chmod 755 there
}

@test "status-patch: a file system that is read-only is said, and keeps what it had" {
    run unshare --mount true
    [ "$status" = 0 ] || skip 'nothing may be mounted here'
    run --separate-stderr unshare --mount bash -c \
        'mount --bind there there && mount -o remount,bind,ro there && ./run-it there/f <<<"$1"' bash "$NEW"
    assert_lost 'Read-only file system'
}

@test "status-patch: another's file in a sticky directory is said, and kept" {
    [ "$(id -u)" = 0 ] || skip 'it takes root to have two users'
    chmod 1777 there
    run --separate-stderr as_nobody ./run-it there/f <<<"$NEW"
    assert_lost 'Operation not permitted'
}

@test "status-patch: another's file is replaced where the directory is ours" {
    [ "$(id -u)" = 0 ] || skip 'it takes root to have two users'
    chown 65534:65534 there
    run --separate-stderr as_nobody ./run-it there/f <<<"$NEW"
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(cat there/f)" "$NEW"
    assert_equal "$(ls -A there)" f
}

@test "status-patch: a directory that is removed while it runs is said" {
    local code=0 pid

    mkfifo lines
    ./run-it --interval 0 there/f <lines 2>err 3>&- &
    pid=$!
    exec 7>lines
    printf '%s\n' '{"type":"status","n":1}' >&7
    wait_for '"n":1' there/f
    rm -r there
    printf '%s\n' "$NEW" >&7
    exec 7>&-
    wait "$pid" || code=$?
    assert_equal "$code" 111
    assert_equal "$(tail -n 1 err)" "status-patch: fatal: the last state (percentCompleted 43.33) was not written to there/f: No such file or directory"
    [ ! -e there ]
}

@test "status-patch: links that lead in a circle are said, and stay" {
    ln -s b there/a
    ln -s a there/b
    run --separate-stderr ./run-it there/a <<<"$NEW"
    assert_failure
    [[ $stderr == *'Too many levels of symbolic links'* ]]
    assert_equal "$(readlink there/a) $(readlink there/b)" 'b a'
    assert_equal "$(cat there/f)" "$OLD"
}

@test "status-patch: a link that is put in the way is followed, not replaced" {
    mkfifo lines
    ./run-it --interval 0 there/f <lines 2>err 3>&- &
    local pid=$!
    exec 7>lines
    printf '%s\n' '{"type":"status","n":1}' >&7
    wait_for '"n":1' there/f
    rm there/f
    ln -s ../elsewhere there/f
    printf '%s\n' "$NEW" >&7
    exec 7>&-
    wait "$pid"
    assert_equal "$(cat elsewhere)" "$NEW"
    assert_equal "$(readlink there/f)" ../elsewhere
}

@test "status-patch: each of many readers sees whole files, and none older" {
    local readers=200 writes=1000 # make torture: 1000 and 10000

    if [ -n "$WRAP" ] || [[ $BIN == */asan/* ]]; then
        readers=50 writes=50
    fi
    run "$ROOT/tests/torture/readers" "$readers" "$writes"
    echo "$output"
    assert_success
}
