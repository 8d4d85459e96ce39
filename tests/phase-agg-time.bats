#!/usr/bin/env bats
# phase-agg: what follows time - weights, what was learned, what is left.

load helpers

# aggregate OPTION ...: phase-agg on the records in standard input
aggregate() {
    cat >records
    run --separate-stderr phase-agg "$@" <records
}

# Two percentages of each line: what counts, and what follows time.
percents() {
    jq -c '[.progress.percentCompleted, .detail.timePercent]' <<<"$output"
}

@test "phase-agg: weights give a percentage that follows time, in detail" {
    echo '{"phases":{"dump":8,"prepare":1}}' >weights
    aggregate --phases prepare,dump,cleanup --weights weights <<'END'
{"type":"phase","phase":"prepare","state":"complete"}
{"type":"progress","phase":"dump","progressPercent":50}
END
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(percents)" '["0.00",0]
["33.33",10]
["50.00",50]'
}

@test "phase-agg: --percent time makes it the percentage that counts" {
    printf 'phases:\n  dump: 8\n' >weights # YAML will do
    aggregate --phases prepare,dump,cleanup --weights weights --percent time <<'END'
{"type":"phase","phase":"prepare","state":"complete"}
{"type":"progress","phase":"dump","progressPercent":12.34}
END
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(percents)" '["0.00",0]
["10.00",10]
["19.87",19.87]'
    run --separate-stderr phase-agg --phases prepare,dump,cleanup --weights weights \
        --percent time --explain <records
    assert_success
    assert_output 'The whole is at 19.87 percent: the mean of its phases by the time they take.
action 0
   10.00 0/10  "prepare" 100.00 x 1/10, complete
    9.87 2/10  "dump" 12.34 x 8/10, running: its mover says 12.34
    0.00 0/10  "cleanup" 0.00 x 1/10, pending
together
   19.87 2/10  the rest, below a hundredth, is cut off'
}

@test "phase-agg: weights of steps say where each ends" {
    echo '{"steps":{"a":{"prerequisites":1,"execution":8}}}' >weights
    printf '{"type":"phase","step":"%s","done":true}\n' prerequisites execution cleanup >records
    run --separate-stderr phase-agg --phases a --weights weights <records
    assert_success
    assert_equal "$(jq -r .progress.percentCompleted <<<"$output" | paste -sd ' ')" \
        '0.00 10.00 90.00 99.00'
    assert_equal "$(jq -c .detail.timePercent <<<"$output" | paste -sd ' ')" \
        'null null null null' # nothing is said of the phases
}

@test "phase-agg: weights that cannot be used are wrong usage" {
    misread() { # WHY WEIGHTS
        printf '%s' "$2" >weights
        run --separate-stderr phase-agg --phases a,b --weights weights </dev/null
        assert_failure 100
        assert_output ''
        assert_equal "$stderr" "phase-agg: fatal: weights: $1"
    }
    misread 'line 2, column 1: did not find expected node content while parsing a flow node' '{"phases":'
    misread 'phases: "c": there is no such phase' '{"phases":{"c":1}}'
    misread 'phases: "a": a weight is a whole number from 0 to 1000000' '{"phases":{"a":-1}}'
    run --separate-stderr phase-agg --phases a,b --weights none </dev/null
    assert_failure 111
    assert_equal "$stderr" 'phase-agg: fatal: unable to read none: No such file or directory'
    run --separate-stderr phase-agg --phases a,b --percent time </dev/null
    assert_failure 100
    assert_equal "$stderr" 'phase-agg: fatal: --percent time needs --weights'
    run --separate-stderr phase-agg --phases a,b --percent half </dev/null
    assert_failure 100
    assert_equal "$stderr" 'phase-agg: fatal: --percent: neither phases nor time'
}
