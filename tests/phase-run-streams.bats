# phase-run: what it does where the kernel does not do what moves a stream from
# pipe to pipe without a copy.

load helpers
load phase-run

# Prints more than a pipe holds, and what kopia prints within it.
setup_streams() {
    export PHASEPIPE_CLOCK=2026-01-01T00:00:00Z
    cat >prints <<'END'
#!/bin/sh
seq 30000 >&2
echo begun
kopia_run >&2
seq 30000 >&2
echo finished
exit 7
END
    chmod +x prints
}

# Both streams of a command are pipes here, that which is passed on read bit by
# bit; the records are what kopia-progress makes of the copy.
pass() { # PLACE [WHAT RUNS IT ...]
    local place=$1

    shift
    mkdir "$place"
    # shellcheck disable=SC2086 # WRAP is a command with its options
    {
        {
            "$@" timeout -k 1 60 $WRAP "$BIN/phase-run" --pipeline \
                "'$BIN/kopia-progress' --unmatched >'$place/records' 2>'$place/unmatched'" \
                -- ./prints 2>&1 >&5 5>&- || echo $? >"$place/code"
        } | dd bs=777 status=none >"$place/err"
    } 5>&1 | cat >"$place/out"
}

@test "phase-run: where there is no tee or splice, output and records are the same" {
    local call error code=0

    setup_streams
    "$ROOT/tests/torture/refuse" tee EINVAL true || code=$?
    [ "$code" != 75 ] || skip 'the kernel refuses nothing on demand'
    pass well
    assert_equal "$(cat well/code)" 7
    cmp well/err <(./prints 2>&1 >/dev/null)
    cmp well/out <(./prints 2>/dev/null)
    grep -q '"type":"result"' well/records
    for call in tee splice; do
        for error in EINVAL ENOMEM ENOSYS; do
            pass "$call-$error" "$ROOT/tests/torture/refuse" "$call" "$error"
            diff -r well "$call-$error"
        done
    done
}
