# The whole pipeline for long, and many status-patch beside a server that answers
# in every way there is: a part of `make soak`.

load helpers

# What they measure is their own, and some are killed in the middle of a record.
unset PHASEPIPE_RECORDS LD_PRELOAD

@test "soak: minutes of kopia at a hundred times the speed leave nothing untrue, and nothing behind" {
    # what has memory of its own (ASan) or is slow tells nothing here
    if [ -n "$WRAP" ] || [[ $BIN == */asan/* ]]; then
        return 0
    fi
    "$ROOT/tests/soak/run" --hours 0.1 --patient
}

# SEED repeats what a run has printed.
@test "soak: whatever a server answers to fifty at once, each delivers its last state or says why not" {
    if [ -n "$WRAP" ]; then
        return 0
    fi
    "$ROOT/tests/soak/replies" --seed "${SEED:-$RANDOM}"
}
