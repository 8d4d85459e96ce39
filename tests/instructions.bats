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

@test "instructions: one that takes more is seen" {
    is_plain || return 0
    awk -F '\t' -v OFS='\t' '$1 == "kopia-progress" { $2 = int($2 / 1.1); print }' \
        "$ROOT/tests/instructions.tsv" >table
    run "$ROOT/tests/instructions" "$PWD/table"
    assert_failure 1
    assert_output --partial ' +1'
}
