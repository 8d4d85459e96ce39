# Files that cannot be written: each program says so, leaves what was there, and
# nothing beside it.  Those of status-patch: tests/status-patch-files.bats.

load helpers

# shellcheck disable=SC2089 # it is given to a program as it is
STATUS='{"type":"status","state":"running","actions":[{"name":"a","phases":[{"name":"a","state":"running"}]}],"progress":{"percentCompleted":"1.00"}}'
# shellcheck disable=SC2090
export STATUS

# What writes there/f, by names.
writes() { # NAME
    case $1 in
    status-patch) status-patch there/f <<<"$STATUS" ;;
    phase-agg) phase-agg --phases a --state there/f <<<'{"type":"phase","phase":"a","state":"running"}' ;;
    phase-metrics) phase-metrics there/f <<<"$STATUS" ;;
    kopia-progress) seq 20000 | kopia-progress --record there/f ;;
    phase-run) phase-run --termination-log there/f -- sh -c 'exit 5' ;;
    esac
}
export -f writes
WRITERS='status-patch phase-agg phase-metrics kopia-progress phase-run'

# Without capabilities root is an owner as any other.
POWERLESS='setpriv --bounding-set=-all --inh-caps=-all'

setup() {
    unset PHASEPIPE_CLOCK
    AS=
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir there
}

# Each of them is told that there is REASON, behind what PREPARE does in a mount
# namespace of its own, and there is LEFT in ./there at the end.  AS is a command
# that takes rights away.
assert_told() { # REASON PREPARE LEFT
    local name code

    unshare --mount true || skip 'nothing may be mounted here'
    for name in $WRITERS; do
        mkdir -p there
        # shellcheck disable=SC2086 # AS is a command with its options
        run --separate-stderr unshare --mount $AS bash -c "$2
            code=0
            writes \$1 || code=\$?
            ls -A there >left 2>&1
            exit \$code" bash "$name"
        echo "$name: $status: $stderr"
        code=111
        if [ "$name" = phase-run ]; then
            code=5 # the command's own
        fi
        assert_equal "$status" "$code"
        [[ "$stderr" =~ $1 ]]
        if [[ " ${IN_PLACE:-} " == *" $name "* ]]; then
            assert_equal "$(paste -sd ' ' left)" "f $3"
        else
            assert_equal "$(paste -sd ' ' left)" "$3"
        fi
    done
}

@test "files: a full file system is told, and no part of a file is left" {
    # a recording grows as it comes, and the kubelet's file is written in place
    IN_PLACE='kopia-progress phase-run'
    assert_told 'No space left on device' \
        'mount -t tmpfs -o size=16k none there
        head -c 100000 /dev/zero >there/fill 2>full' fill
}

@test "files: a read-only file system is told" {
    assert_told 'Read-only file system' \
        'mount --bind there there && mount -o remount,bind,ro there' ''
}

@test "files: a directory that was removed is told" {
    assert_told 'No such file or directory' 'rmdir there' \
        "ls: cannot access 'there': No such file or directory"
}

@test "files: links that lead in a circle are told, and stay" {
    assert_told 'Too many levels of symbolic links' \
        'ln -sf f there/g && ln -sf g there/f' 'f g'
}

@test "files: what is another user's is told, and stays" {
    AS=$POWERLESS
    echo theirs >there/f
    chmod 600 there/f
    chown -R 65534 there || skip 'only root may give files away'
    assert_told 'Permission denied' : f
    # anybody may write to a directory such as /tmp, but not over what is there
    chmod 1777 there
    assert_told 'not permitted|denied' : f
    assert_equal "$(cat there/f)" theirs
    assert_equal "$(stat -c %u there/f)" 65534
}

@test "files: a FIFO that nobody reads holds up no program, and is told" {
    mkfifo there/f
    for name in phase-run phase-metrics; do
        run --separate-stderr timeout 60 bash -c 'writes "$1"' bash "$name"
        echo "$name: $status: $stderr"
        [[ "$stderr" == *'there/f: No such device or address' ]]
        [ -p there/f ]
        if [ "$name" = phase-run ]; then
            assert_equal "$status" 5
        else
            assert_equal "$status" 111
        fi
    done
}

@test "files: each of many readers sees all the metrics, and none older" {
    local readers=200 writes=1000 # make torture: 1000 and 10000

    if [ -n "$WRAP" ] || [[ $BIN == */asan/* ]]; then
        readers=50 writes=50
    fi
    run "$ROOT/tests/torture/readers" "$readers" "$writes" metrics
    echo "$output"
    assert_success
}
