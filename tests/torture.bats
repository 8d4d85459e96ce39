# What happens when calls fail, and when programs are killed: a part of
# `make torture`.

load helpers

# Neither can run under what has memory of its own (ASan) or is slow.
setup_file() {
    if [ -n "${PHASEPIPE_WRAP:-}" ] || [[ ${PHASEPIPE_BIN:-} == */asan/* ]]; then
        return
    fi
    unset MAKEFLAGS MFLAGS MAKELEVEL
    make -C "$ROOT" build/tests/torture/fail.so >"$BATS_FILE_TMPDIR/make.log" 2>&1 || {
        cat "$BATS_FILE_TMPDIR/make.log"
        return 1
    }
}

# The programs are killed and starved here, in the middle of a record.
unset PHASEPIPE_RECORDS LD_PRELOAD

is_plain() {
    [ -z "$WRAP" ] && [[ $BIN != */asan/* ]]
}

# Rows of tests/torture/runs: the first calls of each kind, and some more, always
# the same ones.
starve() { # FIRST MORE ROW ...
    is_plain || return 0
    run "$ROOT/tests/torture/run" --seed 1 --first "$1" --more "$2" "${@:3}"
    echo "$output"
    assert_success
}

@test "torture: whichever call of kopia-progress fails, it is told or all is there" {
    starve 12 8 console denied record replay forms
}

@test "torture: whichever call of any-progress fails, it is told or all is there" {
    starve 3 2 other other-partial other-regex other-jq other-fraction \
        other-list other-test
}

@test "torture: whichever call of phase-view fails, it is told or all is there" {
    starve 6 4 view view-actionset
}

@test "torture: whichever call of phase-agg fails, it is told or all is there" {
    starve 12 8 phases plan state
    starve 1000 0 explain # also where it takes its memory last
}

@test "torture: whichever call of phase-metrics fails, it is told or all is there" {
    starve 6 4 metrics metrics-pass metrics-table
}

@test "torture: whichever call of status-patch fails, it is told or all is there" {
    starve 4 4 help file pass
}

@test "torture: whichever call of status-patch fails for an ActionSet, it is told or done" {
    starve 1 2 actionset plugin check
}

@test "torture: whichever call of phase-run fails, the command is what it is" {
    starve 1 1 run run-shell progress-file run-actionset
}

@test "torture: whichever call of its filters fails, phase-run's command is what it is" {
    starve 1 1 its-mover its-agg its-patch its-other
}

@test "torture: whoever is killed, the command is what it is, and nothing falls" {
    is_plain || return 0
    run "$ROOT/tests/torture/kill" 10
    echo "$output"
    assert_success
}
