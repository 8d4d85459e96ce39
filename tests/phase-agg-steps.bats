#!/usr/bin/env bats
# phase-agg: the functions of Kanister, the steps of a phase, and its items.

load helpers

# aggregate OPTION ...: phase-agg on the records in standard input
aggregate() {
    cat >records
    run --separate-stderr phase-agg "$@" <records
}

# The percentage of the whole, line by line.
percents() {
    jq -r .progress.percentCompleted <<<"$output" | paste -sd ' '
}

# What of the latest line JQ selects.
latest() {
    jq -c "$1" <<<"${lines[-1]}"
}

@test "phase-agg: --functions is a table of 28 functions and 8 older ones" {
    run --separate-stderr phase-agg --functions
    assert_success
    assert_equal "$stderr" ''
    assert_equal "${lines[0]}" $'function\tsteps\tmover\titems\tuntil\twhat it does'
    assert_equal "$(awk -F '\t' 'NF != 6' <<<"$output")" ''
    assert_equal "$(awk -F '\t' 'NR > 1 && $5 == "-"' <<<"$output" | wc -l)" 28
    assert_equal "$(awk -F '\t' 'NR > 1 && $5 != "-"' <<<"$output" | wc -l)" 8
    assert_equal "$(tail -n +2 <<<"$output" | cut -f 1 | sort | uniq -d)" ''
    assert_equal "$(awk -F '\t' 'NR > 1 { print $2 }' <<<"$output" | sort | uniq -c | awk '{ print $1, $2 }')" \
        '18 execution
14 prerequisites,execution
4 prerequisites,execution,cleanup'
    assert_equal "$(awk -F '\t' '$4 == "k of n" { print $1 }' <<<"$output" | paste -sd ' ')" \
        'BackupDataAll DeleteData DeleteDataAll KubeExecAll RestoreDataAll'
}

@test "phase-agg: --functions on a full disk changes the exit code" {
    run --separate-stderr bash -c 'phase-agg --functions >/dev/full'
    assert_failure 111
    [[ $stderr == 'phase-agg: warning: unable to write standard output: No space left on device'* ]]
}

@test "phase-agg: a mover's percentage is the phase's, or with an option its execution's" {
    printf '%s\n' '{"type":"phase","step":"prerequisites","done":true}' \
        '{"type":"progress","progressPercent":30}' \
        '{"type":"progress","progressPercent":50}' \
        '{"type":"phase","step":"execution","done":true}' >records
    run --separate-stderr phase-agg --phases a <records
    assert_success
    assert_equal "$(percents)" '0.00 33.33 33.33 50.00 66.66'
    run --separate-stderr phase-agg --phases a --mover-within-steps <records
    assert_success
    assert_equal "$(percents)" '0.00 33.33 43.33 50.00 66.66'
    assert_equal "$(latest .detail.rawPercent)" 50
}

@test "phase-agg: a phase that has a mover is where that is from its first percent on" {
    cat >records <<'END'
{"type":"phase","state":"running","mover":"kopia"}
{"type":"phase","step":"prerequisites","done":true}
{"type":"progress","progressPercent":0.5}
{"type":"progress","progressPercent":30}
{"type":"phase","step":"prerequisites","done":true}
{"type":"progress","progressPercent":12}
{"type":"phase","state":"complete"}
END
    run --separate-stderr phase-agg --phases a --state state <records
    assert_success
    assert_equal "$(percents)" '0.00 0.00 0.50 30.00 30.00 100.00'
    # one that is resumed knows it too
    rm state
    head -n 4 records | phase-agg --phases a --state state >lines
    run --separate-stderr phase-agg --phases a --state state \
        <<<'{"type":"phase","step":"prerequisites","done":true}'
    assert_success
    assert_equal "$(percents)" 30.00
    run --separate-stderr phase-agg --phases a --mover-within-steps <records
    assert_equal "$(percents)" '0.00 0.00 33.33 33.50 43.33 43.33 100.00'
}

@test "phase-agg: items that are done are k of n" {
    aggregate --phases a,b --phase a <<'END'
{"type":"phase","state":"running"}
{"type":"phase","item":0,"of":5,"done":true}
{"type":"phase","item":3,"of":5,"state":"complete"}
{"type":"phase","item":3,"of":5,"done":true}
{"type":"phase","item":1,"state":"failed"}
{"type":"phase","item":2,"done":true}
{"type":"phase","item":4,"done":true}
{"type":"phase","state":"complete"}
END
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(percents)" '0.00 0.00 10.00 20.00 30.00 40.00 50.00'
}

@test "phase-agg: several movers of one phase report side by side" {
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z aggregate --phases a <<'END'
{"type":"progress","item":0,"of":2,"progressPercent":10,"sizeUploadedB":1000,"estimatedUploadSizeB":9000,"estimatedTimeSeconds":90}
{"type":"progress","item":1,"of":2,"progressPercent":50,"sizeUploadedB":30,"estimatedUploadSizeB":60,"estimatedTimeSeconds":3}
{"type":"phase","item":1,"done":true}
{"type":"progress","item":0,"progressPercent":60.5,"sizeUploadedB":5000,"estimatedUploadSizeB":9000,"estimatedTimeSeconds":40}
END
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(jq -c '.actions[0].phases[0].progress | del(.lastTransitionTime)' <<<"$output")" 'null
{"progressPercent":"5.00","sizeUploadedB":1000,"estimatedUploadSizeB":9000}
{"progressPercent":"30.00","sizeUploadedB":1030,"estimatedUploadSizeB":9060,"estimatedTimeSeconds":90}
{"progressPercent":"55.00","sizeUploadedB":1030,"estimatedUploadSizeB":9060,"estimatedTimeSeconds":90}
{"progressPercent":"80.25","sizeUploadedB":5030,"estimatedUploadSizeB":9060,"estimatedTimeSeconds":40}'
}

@test "phase-agg: items that cannot be are said once and counted" {
    aggregate --phases a <<'END'
{"type":"phase","item":0,"done":true}
{"type":"phase","item":5,"of":5,"done":true}
{"type":"phase","item":0,"of":1001,"done":true}
{"type":"progress","item":"x","of":5,"progressPercent":3}
END
    assert_success
    assert_equal "${#lines[@]}" 1
    assert_equal "$stderr" 'phase-agg: warning: passed over a record with an item that is not 0 or more and below its "of", 1000 at most
phase-agg: warning: passed over 4 records with an item that is not 0 or more and below its "of", 1000 at most'
}

@test "phase-agg: a phase that fails keeps what it had, and the defer phase runs" {
    aggregate --plan "$ROOT/tests/data/phase-agg/several.json" --action 0 <<'END'
{"type":"progress","phase":"dump","progressPercent":30}
{"type":"result","state":"failed"}
{"type":"progress","phase":"dump","progressPercent":31,"fatalErrors":3}
{"type":"phase","phase":"dump","state":"failed"}
{"type":"phase","phase":"unquiesce","state":"running"}
{"type":"phase","phase":"unquiesce","state":"complete"}
END
    assert_success
    assert_equal "$(jq -c '[.actions[0].phases[1].state, .actions[0].phases[1].progress.progressPercent, .actions[0].deferPhase.state]' <<<"$output")" \
        '["running","0.00","pending"]
["running","30.00","pending"]
["running","30.00","pending"]
["running","31.00","pending"]
["failed","31.00","pending"]
["failed","31.00","running"]
["failed","31.00","complete"]'
}
