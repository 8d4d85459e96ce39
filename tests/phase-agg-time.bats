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

@test "phase-agg: a phase that weighs nothing keeps the whole below 100 until it is complete" {
    printf 'phases:\n  cleanup: 0\n' >weights
    aggregate --phases dump,cleanup --weights weights --percent time <<'END'
{"type":"phase","phase":"dump","state":"complete"}
{"type":"phase","phase":"cleanup","state":"running"}
{"type":"phase","phase":"cleanup","state":"complete"}
END
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(percents | uniq)" '["0.00",0]
["99.99",99.99]
["100.00",100]'
    head -n 2 records >begun
    run --separate-stderr phase-agg --phases dump,cleanup --weights weights \
        --percent time --explain <begun
    assert_success
    assert_line --index 0 'The whole is at 99.99 percent: the mean of its phases by the time they take.'
    assert_line --index 5 '  100.00 0/1  nothing is cut off'
    assert_line --index 6 'it stays below 100.00 until the phases that weigh nothing are complete'
}

@test "phase-agg: one file of weights serves all actions of an application" {
    cat >weights <<'END'
{"phases":{"dump":20},
 "steps":{"dump":{"prerequisites":1,"execution":8}},
 "actions":{"restore":{"phases":{"dump":5,"wipe":2}}}}
END
    for action in backup restore; do
        printf '{"type":"phase","phase":"dump","state":"complete"}\n' >records
        run --separate-stderr phase-agg --phases dump,wipe --action $action --weights weights <records
        assert_success
        assert_equal "$stderr" ''
        echo "$action $(jq -c .detail.timePercent <<<"${lines[-1]}")"
    done >percents
    assert_equal "$(cat percents)" 'backup 95.23
restore 71.42'
    run --separate-stderr phase-agg --phases dump --action restore --weights weights </dev/null
    assert_failure 100
    assert_equal "$stderr" 'phase-agg: fatal: weights: action "restore": phases: "wipe": there is no such phase'
}

@test "phase-agg: weights of steps say where each ends" {
    echo '{"steps":{"a":{"prerequisites":1,"execution":8}}}' >weights
    printf '{"type":"phase","step":"%s","done":true}\n' prerequisites execution cleanup >records
    run --separate-stderr phase-agg --phases a --weights weights <records
    assert_success
    assert_equal "$(jq -r .progress.percentCompleted <<<"$output" | paste -sd ' ')" \
        '0.00 10.00 90.00 99.00'
    assert_equal "$(jq -c .detail.timePercent <<<"$output" | paste -sd ' ')" \
        '0 10 90 99' # nothing is said of the phases: they are equal
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
    assert_equal "$stderr" 'phase-agg: fatal: --percent time needs --weights or --learn'
    run --separate-stderr phase-agg --phases a,b --percent half </dev/null
    assert_failure 100
    assert_equal "$stderr" 'phase-agg: fatal: --percent: neither phases nor time'
}

# --- what is left, and whether it goes on

# N stats of a mover that moves SIZE bytes with each of TOTAL.
steady() { # N SIZE TOTAL
    awk -v n="$1" -v size="$2" -v total="$3" 'BEGIN {
        for (i = 1; i <= n; i++)
            printf "{\"type\":\"progress\",\"progressPercent\":%.2f," \
                "\"sizeUploadedB\":%d,\"estimatedUploadSizeB\":%d}\n",
                i * size * 100 / total, i * size, total
    }'
}

@test "phase-agg: what is left of a phase and of the whole, by its own past" {
    # 10 MB a second, of 1000 MB: 80 seconds are left after 20
    {
        echo '{"type":"phase","phase":"a","state":"complete"}'
        steady 20 10000000 1000000000
    } >records
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s run --separate-stderr \
        phase-agg --phases a,b --phase b <records
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(jq -c .detail.eta <<<"${lines[1]}")" null
    assert_equal "$(jq -c .detail.eta <<<"${lines[2]}")" null
    assert_equal "$(jq -c '.detail.eta | .seconds, .lowSeconds <= 80, .highSeconds >= 80' <<<"${lines[-1]}" | paste -sd ' ')" \
        '80 true true'
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s run --separate-stderr \
        phase-agg --phases a,b --phase b --format text <records
    assert_equal "${lines[-1]}" ' 60.00%  running  b 20.00%, 200.0 MB of 1.0 GB  (all: 1m20s left)'
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s run --separate-stderr \
        phase-agg --phases a,b --phase b <records
    assert_equal "$(jq -c '.detail | .eta == .actionEta' <<<"${lines[-1]}")" true
    # nobody knows how long c takes
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s run --separate-stderr \
        phase-agg --phases a,b,c --phase b <records
    assert_equal "$(jq -c '.detail | [.eta.seconds, .actionEta]' <<<"${lines[-1]}")" '[80,null]'
}

@test "phase-agg: a mover that moves nothing has stalled, which is said once" {
    steady 3 10 1000 >records
    sed -n 3p records >again
    cat again again again >>records
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1m run --separate-stderr \
        phase-agg --phases a --stall-after 2m <records
    assert_success
    assert_equal "$stderr" 'phase-agg: warning: phase "a" has stalled: nothing has moved since 2023-02-20T12:52:55Z'
    assert_equal "$(jq -c '.detail | [.verdict, .verdictSince]' <<<"$output")" '[null,null]
["running","2023-02-20T12:50:55Z"]
["running","2023-02-20T12:50:55Z"]
["running","2023-02-20T12:50:55Z"]
["stalled","2023-02-20T12:52:55Z"]'
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1m run --separate-stderr \
        phase-agg --phases a --stall-after 2m --format text <records
    assert_equal "${lines[-1]}" '  3.00%  running  a 3.00%, 30 B of 1.0 kB  (stalled since 2023-02-20T12:52:55Z)'
    # and it runs again
    steady 4 10 1000 | tail -n 1 >>records
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1m run --separate-stderr \
        phase-agg --phases a --stall-after 2m <records
    assert_equal "$(jq -c .detail.verdict <<<"${lines[-1]}")" '"running"'
}

@test "phase-agg: a mover that is far below its own past is slow" {
    { steady 30 1000 100000; steady 3030 10 100000 | tail -n 30; } >records
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+10s run --separate-stderr \
        phase-agg --phases a --stall-after 100s <records
    assert_success
    assert_equal "${#stderr_lines[@]}" 1
    [[ $stderr == 'phase-agg: warning: phase "a" is slow since 2023-02-20T12:5'?:?5Z ]]
    assert_equal "$(jq -r '.detail.verdict' <<<"$output" | uniq | paste -sd ' ')" \
        'null running slow'
}

@test "phase-agg: a mover that prints nothing is noticed without input" {
    mkfifo records
    bash -c 'phase-agg --phases a --stall-after 300ms <records >states 2>errors' 3>&- &
    exec 9>records
    steady 1 10 100 >&9
    wait_for '"verdict":"stalled"' states
    wait_for 'has stalled' errors
    printf '{"type":"phase","state":"complete"}\n' >&9
    exec 9>&-
    wait $!
    assert_equal "$(tail -n 1 states | jq -c '[.state, .detail.verdict]')" '["complete",null]'
    assert_equal "$(wc -l <errors)" 1
}

@test "phase-agg: --exit-on-stall ends with 1, whatever the writer does" {
    mkfifo records
    bash -c 'phase-agg --phases a --stall-after 300ms --exit-on-stall <records >states 2>errors' 3>&- &
    exec 9>records
    steady 1 10 100 >&9
    status=0
    wait $! || status=$?
    exec 9>&-
    assert_equal "$status" 1
    assert_equal "$(tail -n 1 states | jq -c .detail.verdict)" '"stalled"'
    assert_equal "$(wc -l <errors)" 1
}

@test "phase-agg: whatever a mover counts is a sign of life" {
    local members

    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1m
    for members in '"item":0,"of":10,"progressPercent":10.1,"hashedB":%d' \
        '"progressPercent":null,"totalObjects":9,"readB":%d' \
        '"processedObjects":7,"readFiles":%d' '"processedBlobs":%d' '"uploadedBlobs":%d' \
        '"skippedItems":%d' '"errors":%d'; do
        printf "{\"type\":\"progress\",$members}\n" 1 2 3 4 5 6 7 >records
        run --separate-stderr phase-agg --phases a --stall-after 2m --exit-on-stall <records
        assert_success
        assert_equal "$stderr" ''
        printf "{\"type\":\"progress\",$members}\n" 1 1 1 1 >records
        run --separate-stderr phase-agg --phases a --stall-after 2m --exit-on-stall <records
        assert_failure 1
    done
}

@test "phase-agg: a time left that goes up and down hides no stall" {
    printf '{"type":"progress","progressPercent":50,"estimatedTimeSeconds":%d}\n' \
        100 99 100 99 100 >records
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1m run --separate-stderr \
        phase-agg --phases a --stall-after 2m <records
    assert_equal "$(jq -c '.detail | [.verdict, .verdictSince]' <<<"${lines[-1]}")" \
        '["stalled","2023-02-20T12:51:55Z"]'
}

@test "phase-agg: what comes later than a stall would have been is no stall" {
    steady 4 10 1000 >records
    PHASEPIPE_CLOCK=2023-02-20T12:00:00Z+10m run --separate-stderr \
        phase-agg --phases a --stall-after 2m --exit-on-stall <records
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(jq -c '.detail | [.verdict, .verdictSince]' <<<"$output" | sort -u)" \
        '["running","2023-02-20T12:10:00Z"]
[null,null]'
}

@test "phase-agg: a mover that has ended does not stall" {
    local end

    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1h
    for end in '{"type":"result","state":"complete"}' \
        '{"type":"phase","step":"execution","done":true}' \
        '{"type":"phase","step":"cleanup","state":"running"}'; do
        {
            steady 2 10 1000
            echo "$end"
            printf '{"type":"phase","phase":"b","state":"%s"}\n' running complete
        } >records
        run --separate-stderr phase-agg --phases a,b --phase a --exit-on-stall <records
        assert_success
        assert_equal "$stderr" ''
        assert_equal "$(jq -c .detail.verdict <<<"${lines[-1]}")" null
    done
}

@test "phase-agg: a mover that says nothing at all has stalled, where it is known to be one" {
    cat >blueprint.yaml <<'END'
kind: Blueprint
actions:
  backup:
    phases:
    - func: BackupData
      name: dump
    - func: KubeTask
      name: script
END
    mkfifo pipe
    bash -c 'phase-agg --blueprint blueprint.yaml --phase dump --stall-after 300ms --exit-on-stall \
        <pipe >states 2>errors; echo $? >status' 3>&- &
    exec 9>pipe
    printf '{"type":"phase","phase":"%s","state":"running"}\n' dump >&9
    wait $!
    exec 9>&-
    assert_equal "$(cat status)" 1
    assert_equal "$(tail -n 1 states | jq -c .detail.verdict)" '"stalled"'
    printf '{"type":"phase","phase":"script","state":"running"}\n%.0s' 1 2 >records
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1h run --separate-stderr \
        phase-agg --blueprint blueprint.yaml --phase script --exit-on-stall <records
    assert_success
    assert_equal "$(jq -c .detail.verdict <<<"${lines[-1]}")" null
}

@test "phase-agg: after a restart the time that nobody watched is no stall" {
    local options=(--phases a --stall-after 3m --exit-on-stall --state state)

    steady 2 10 1000 >records
    PHASEPIPE_CLOCK=2023-02-20T12:00:00Z+1m phase-agg "${options[@]}" <records
    # an hour later, with no word
    PHASEPIPE_CLOCK=2023-02-20T13:00:00Z+1m run --separate-stderr \
        phase-agg "${options[@]}" </dev/null
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(jq -c '.detail | [.verdict, .verdictSince]' <<<"$output")" \
        '["running","2023-02-20T12:01:00Z"]'
    # with the same word again and again
    tail -n 1 records >last
    cat last last last last last >records
    PHASEPIPE_CLOCK=2023-02-20T14:00:00Z+1m run --separate-stderr \
        phase-agg "${options[@]}" <records
    assert_failure 1
    assert_equal "$stderr" 'phase-agg: warning: phase "a" has stalled: nothing has moved since 2023-02-20T12:02:00Z'
    # what had stalled has another chance, and shows what it was
    head -n 1 last >records
    steady 9 10 1000 | tail -n 1 >>records
    PHASEPIPE_CLOCK=2023-02-20T15:00:00Z+1m run --separate-stderr \
        phase-agg "${options[@]}" <records
    assert_success
    assert_equal "$(jq -c '.detail | [.verdict, .verdictSince]' <<<"$output")" \
        '["stalled","2023-02-20T12:02:00Z"]
["running","2023-02-20T15:02:00Z"]'
}

@test "phase-agg: what had stalled before a restart is given up after as long again" {
    local options=(--phases a --stall-after 300ms --exit-on-stall --state state)

    give_up() { # RECORD ...
        bash -c 'phase-agg "$@" <records >states 2>errors; echo $? >status' - "${options[@]}" 3>&- &
        exec 9>records
        printf '%s\n' "$@" >&9
        wait $!
        exec 9>&-
        assert_equal "$(cat status)" 1
        assert_equal "$(tail -n 1 states | jq -c .detail.verdict)" '"stalled"'
    }
    mkfifo records
    give_up "$(steady 1 10 1000)"
    give_up
    assert_equal "$(wc -l <states)" 1
}

@test "phase-agg: a phase without a mover has no verdict" {
    printf '{"type":"phase","state":"running"}\n%.0s' 1 2 3 >records
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1h run --separate-stderr phase-agg --phases a <records
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(jq -c .detail.verdict <<<"${lines[-1]}")" null
    run --separate-stderr phase-agg --phases a --stall-after 0 </dev/null
    assert_failure 100
    assert_equal "$stderr" 'phase-agg: fatal: --stall-after: must be longer than nothing'
}
