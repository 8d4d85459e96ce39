# How many instructions the hot paths take (tests/instructions).

load helpers

# What the programs are wrapped in, or built with, takes more.
is_plain() {
    [ -z "$WRAP" ] && [[ $BIN != */asan/* ]]
}

@test "instructions: no hot path takes more than it did" {
    is_plain || return 0
    run "$ROOT/tests/instructions"
    echo "$output"
    assert_success
}

# A table of one row, FACTOR times of what it takes.
count_beside() { # ROW FACTOR
    awk -F '\t' -v OFS='\t' -v row="$1" -v factor="$2" \
        '$1 == row { $2 = int($2 * factor); print }' \
        "$ROOT/tests/instructions.tsv" >table
    run "$ROOT/tests/instructions" "$PWD/table"
    assert_failure 1
}

@test "instructions: one that takes more is seen, and one that takes less" {
    is_plain || return 0
    count_beside start-phase-agg 0.9
    assert_output --partial ' +1'
    count_beside start-phase-agg 1.1
    assert_output --partial '  -'
}

@test "instructions: one that fails is not taken for a fast one" {
    is_plain || return 0
    mkdir bin
    ln -s "$BIN"/{kopia-progress,phase-agg} /bin/false bin
    mv bin/false bin/status-patch
    PHASEPIPE_BIN=$PWD/bin count_beside status-patch 1
    refute_output --partial '%'
}
