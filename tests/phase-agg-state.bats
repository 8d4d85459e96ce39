#!/usr/bin/env bats
# phase-agg: what it keeps beyond its own life - the state that a restart goes
# on from, and what phases took.

load helpers


# What of the latest line JQ selects.
latest() {
    jq -c "$1" <<<"${lines[-1]}"
}

# The records of a whole run of phases a, b and c.
session() {
    local i

    printf '{"type":"phase","phase":"a","step":"prerequisites","done":true}\n'
    printf '{"type":"phase","phase":"a","state":"complete"}\n'
    for i in 5 17 12 31 40 40 72; do
        printf '{"type":"progress","phase":"b","progressPercent":%d,"sizeUploadedB":%d,"estimatedUploadSizeB":100000}\n' \
            "$i" $((i * 1000))
        printf '{"type":"progress","phase":"c","item":%d,"of":8,"progressPercent":%d,"estimatedTimeSeconds":%d}\n' \
            $((i % 8)) "$i" $((100 - i))
    done
    printf '{"type":"result","state":"partial"}\n'
    printf '{"type":"phase","phase":"c","item":1,"state":"failed"}\n'
    printf '{"type":"phase","phase":"b","state":"complete"}\n'
    printf '{"type":"phase","phase":"c","state":"failed"}\n'
}

# --- the state

@test "phase-agg: stopped after any record, and started again, it goes on as if it had not been" {
    local total n second apart=1 at=2023-02-20T12:49

    [ -z "$WRAP" ] || apart=5 # a wrapper makes each slow
    session >records
    total=$(wc -l <records)
    # a look at the start, and one with each record
    PHASEPIPE_CLOCK=$at:00Z+1s run --separate-stderr phase-agg --phases a,b,c <records
    assert_equal "$stderr" ''
    tail -n 1 <<<"$output" >whole
    for ((n = 1; n < total; n += apart)); do
        rm -f state
        head -n "$n" records >first
        tail -n +$((n + 1)) records >second
        PHASEPIPE_CLOCK=$at:00Z+1s phase-agg --phases a,b,c --state state <first >one
        printf -v second '%02d' "$n"
        # its look at the start shows the state as it was
        PHASEPIPE_CLOCK=$at:${second}Z+1s phase-agg --phases a,b,c --state state <second >two
        cmp <(tail -n 1 one | jq -c 'del(.detail)') <(head -n 1 two | jq -c 'del(.detail)')
        cmp whole <(tail -n 1 two)
    done
    assert_equal "$(cat state)" '' # the run is over
}

@test "phase-agg: killed, it has kept what it wrote" {
    mkfifo records
    # shellcheck disable=SC2086 # WRAP is a command with its options
    env $WRAP "$BIN/phase-agg" --phases a,b --phase a --state state <records >states 3>&- &
    filter=$!
    exec 9>records
    printf '{"type":"progress","progressPercent":31.5,"sizeUploadedB":7}\n' >&9
    wait_for '"31.50"' states
    kill -KILL "$filter"
    exec 9>&-
    wait "$filter" || [ $? = 137 ]
    run --separate-stderr phase-agg --phases a,b --phase a --state state </dev/null
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(jq -c '[.progress, .actions]' <<<"$output")" \
        "$(tail -n 1 states | jq -c '[.progress, .actions]')"
}

@test "phase-agg: nothing leaves it that it has not kept, in a flood of lines" {
    awk 'BEGIN { for (i = 1; i <= 5000; i++)
        printf "{\"type\":\"progress\",\"progressPercent\":%.2f}\n", i / 100 }' >records
    mkfifo states
    exec 8<>states # nobody reads: it is soon full
    # shellcheck disable=SC2086 # WRAP is a command with its options
    env $WRAP "$BIN/phase-agg" --phases a --state state <records >states 3>&- &
    filter=$!
    head -c 10000 <&8 >written
    kill -KILL "$filter"
    wait "$filter" || [ $? = 137 ]
    dd bs=1M count=1 iflag=nonblock status=none <&8 >>written
    exec 8<&-
    written=$(grep -c '}$' written)
    shown=$(sed -n "${written}p" written | jq -r '.progress.percentCompleted')
    kept=$(jq '.actions[0].phases[0].percent' state)
    echo "written up to $shown, kept $kept hundredths"
    [ "${shown/./}" -le "$kept" ]
}

@test "phase-agg: no percentage falls after a restart" {
    printf '{"type":"progress","progressPercent":80,"sizeUploadedB":9}\n' >first
    printf '{"type":"progress","progressPercent":%d,"sizeUploadedB":1}\n' 10 20 >second
    phase-agg --phases a --state state <first
    run --separate-stderr phase-agg --phases a --state state <second
    assert_success
    assert_equal "$(jq -r .progress.percentCompleted <<<"$output" | sort -u)" 80.00
    run --separate-stderr phase-agg --phases a --state state --explain </dev/null
    assert_output --partial '80.00 x 1/1, running: its mover says 20.00, and it never goes back'
}

@test "phase-agg: no percentage of the whole falls with other weights" {
    echo '{"phases":{"a":9}}' >first
    echo '{"phases":{"b":9}}' >second
    printf '{"type":"phase","phase":"a","state":"complete"}\n' >records
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z phase-agg --phases a,b --state state --weights first --percent time <records
    printf '{"type":"progress","phase":"b","progressPercent":%d}\n' 80 95 >records
    export PHASEPIPE_CLOCK=2023-02-20T12:50:00Z
    cp state kept
    run --separate-stderr phase-agg --phases a,b --state state --weights second --percent time <records
    assert_success
    assert_equal "$(jq -c '[.progress.percentCompleted, .progress.lastTransitionTime[14:], .detail.timePercent]' <<<"$output")" \
        '["90.00","49:55Z",10]
["90.00","49:55Z",82]
["95.50","50:00Z",95.5]'
    cp kept state
    run --separate-stderr phase-agg --phases a,b --state state </dev/null
    assert_equal "$(latest .progress.percentCompleted)" '"90.00"'
    cp kept state
    run --separate-stderr phase-agg --phases a,b --state state --explain </dev/null
    assert_equal "${lines[0]}" 'The whole is at 90.00 percent: the mean of its phases, which weigh the same.'
    assert_equal "$(tail -n 2 <<<"$output")" '   50.00 0/2  nothing is cut off
it was at 90.00 before a restart, with other weights, and never goes back'
}

@test "phase-agg: a state of another plan is said and not used" {
    printf '{"type":"progress","progressPercent":80}\n' | phase-agg --phases a --state state
    run --separate-stderr phase-agg --phases b --state state </dev/null
    assert_success
    assert_equal "$(latest .progress.percentCompleted)" '"0.00"'
    [[ $stderr == 'phase-agg: warning: state: it is of another plan: '*'; beginning anew' ]]
}

@test "phase-agg: an ActionSet's uid tells its state from the next one's" {
    plan() { # UID
        printf '{"kind":"ActionSet","metadata":{"uid":"%s"},"status":{"actions":[{"name":"n","phases":[{"name":"a","state":"pending"}]}]}}' "$1" >plan.json
    }
    plan one
    printf '{"type":"phase","state":"complete"}\n' | phase-agg --plan plan.json --state state
    run --separate-stderr phase-agg --plan plan.json --state state </dev/null
    assert_equal "$stderr" ''
    assert_equal "$(latest .state)" '"complete"'
    plan two
    run --separate-stderr phase-agg --plan plan.json --state state </dev/null
    assert_success
    assert_equal "$(latest .state)" '"pending"'
    assert_equal "$stderr" 'phase-agg: warning: state: it is the state of one, not of two; beginning anew'
}

@test "phase-agg: without a uid a run that is over leaves no state to the next" {
    printf '{"type":"phase","state":"complete"}\n' | phase-agg --phases a --state state
    run --separate-stderr phase-agg --phases a --state state </dev/null
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest .state)" '"pending"'
}

@test "phase-agg: a damaged state is set aside, which is said" {
    printf '{"type":"progress","progressPercent":80}\n' | phase-agg --phases a --state state
    head -c 100 state >half && mv half state
    cp state broken
    run --separate-stderr phase-agg --phases a --state state </dev/null
    assert_success
    assert_equal "$(latest .progress.percentCompleted)" '"0.00"'
    assert_equal "$stderr" 'phase-agg: warning: state: this is not one JSON object; it is set aside as state.damaged'
    cmp broken state.damaged
    assert_equal "$(jq -r .type state)" state
}

@test "phase-agg: a state that cannot be kept changes the exit code" {
    printf '{"type":"progress","progressPercent":%d}\n' 1 2 3 >records
    run --separate-stderr phase-agg --phases a --state none/state <records
    assert_failure 111
    assert_equal "$stderr" 'phase-agg: warning: unable to keep the state in none/state: No such file or directory'
    assert_equal "$(latest .progress.percentCompleted)" '"3.00"'
    # a directory, and what would never be read to its end
    mkdir dir
    mkfifo pipe
    for kept in dir pipe; do
        run --separate-stderr phase-agg --phases a --state $kept <records
        assert_failure 111
        [[ $stderr == "phase-agg: warning: unable to keep the state in $kept: I"* ]]
        assert_equal "${#lines[@]}" 4
    done
    run --separate-stderr phase-agg --phases a --state - <records
    assert_failure 100
    assert_equal "$stderr" 'phase-agg: fatal: --state and --learn need the name of a file'
    # no file can grow, a copy of the records neither: the lines come, the state
    # does not
    if [ -n "$WRAP" ]; then # it would need files too
        return
    fi
    run bash -c '(unset LD_PRELOAD; ulimit -f 0; phase-agg --phases a --state state <records 2>&1) | cat
        exit "${PIPESTATUS[0]}"'
    assert_failure 111
    assert_equal "$(grep -v '^{' <<<"$output")" 'phase-agg: warning: unable to keep the state in state: File too large'
    assert_equal "$(grep '^{' <<<"$output" | tail -n 1 | jq -c .progress.percentCompleted)" '"3.00"'
}

@test "phase-agg: a state belongs to one at a time" {
    mkfifo records
    bash -c 'phase-agg --phases a --state state <records >states' 3>&- &
    exec 9>records
    wait_for pending states
    [ -e state.lock ]
    exec 9>&-
    wait $!
    [ ! -e state.lock ]
}

@test "phase-agg: a state that another run has is read, and kept when that ends" {
    printf '{"type":"progress","progressPercent":40}\n' | phase-agg --phases a --state state
    exec 7>state.lock
    flock -n 7
    mkfifo records
    bash -c 'PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s phase-agg --phases a --state state <records >states 2>errors' 3>&- 7>&- &
    exec 9>records
    wait_for '"40.00"' states
    printf '{"type":"progress","progressPercent":50}\n' >&9
    wait_for '"50.00"' states
    assert_equal "$(cat errors)" 'phase-agg: warning: unable to keep the state in state: another run has it'
    assert_equal "$(jq '.actions[0].phases[0].percent' state)" 4000
    exec 7>&-
    printf '{"type":"progress","progressPercent":60}\n' >&9
    wait_for '"60.00"' states
    assert_equal "$(jq '.actions[0].phases[0].percent' state)" 6000
    exec 9>&-
    wait $! || status=$?
    assert_equal "${status-}" 111
    assert_equal "$(wc -l <errors)" 1
}

@test "phase-agg: a history that another run has is read, and waited for at the end only" {
    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s
    run_of 9 | phase-agg --phases short,long --learn history
    exec 7>history.lock
    flock -n 7
    mkfifo records
    bash -c 'phase-agg --phases short,long --learn history <records >states 2>errors' 3>&- 7>&- &
    exec 9>records
    wait_for '"timePercent":0' states
    run_of 1 >&9
    wait_for '"100.00"' states
    exec 7>&-
    exec 9>&-
    wait $!
    assert_equal "$(cat errors)" ''
    assert_equal "$(jq -c '[.entries[] | [.runs[].ms]]' history)" '[[1000,1000],[9000,1000]]'
}

# --- what was learned

# A run of two phases that take one and N seconds.
run_of() { # N
    printf '{"type":"phase","phase":"short","state":"running"}\n'
    printf '{"type":"phase","phase":"short","state":"complete"}\n'
    printf '{"type":"phase","phase":"long","state":"running"}\n%.0s' $(seq "$1")
    printf '{"type":"phase","phase":"long","state":"complete"}\n'
}

@test "phase-agg: what phases took is learned, and weighs them the next time" {
    run_of 9 >records
    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s
    run --separate-stderr phase-agg --phases short,long --action backup --learn history <records
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest .detail.timePercent)" 100
    assert_equal "$(jq -c '[.entries[] | [.action, .phase, .runs[].ms]]' history)" \
        '[["backup","short",1000],["backup","long",9000]]'
    head -n 3 records >begun
    run --separate-stderr phase-agg --phases short,long --action backup --learn history <begun
    assert_success
    assert_equal "$(jq -c '[.progress.percentCompleted, .detail.timePercent]' <<<"$output")" \
        '["0.00",0]
["0.00",0]
["50.00",10]
["50.00",10]'
    # 9 seconds are left of the second, and nothing else
    assert_equal "$(latest '.detail | [.eta.seconds, .actionEta.seconds]')" '[9,9]'
    run --separate-stderr phase-agg --phases short,long --action backup \
        --learn history --percent time <begun
    assert_equal "$(latest .progress.percentCompleted)" '"10.00"'
}

@test "phase-agg: what the controller moves is learned, and expected" {
    plan() { # STATE
        printf '{"kind":"ActionSet","metadata":{"uid":"one"},"status":{"state":"running","actions":[{"name":"n","phases":[{"name":"a","state":"%s"}]}]}}' "$1" >new
        mv new plan.json
    }
    record() {
        printf '{"type":"message","text":"%s"}\n' {1..3} >&9
        wait_for "$1" states
    }
    session() { # a look at the clock with each record
        plan pending
        mkfifo -m 600 "records$1"
        : >states
        PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s bash -c 'phase-agg --plan plan.json --learn history <"$0" >>states' "records$1" 3>&- &
        exec 9>"records$1"
        wait_for pending states
        plan running
        record '"state":"running","progress":{"progressPercent":"0.00"'
        plan complete
        record '"state":"complete","progress":{"progressPercent":"100.00"'
        exec 9>&-
        wait $!
    }
    session 1
    assert_equal "$(jq -c '[.entries[] | [.phase, .runs[].ms > 0]]' history)" '[["a",true]]'
    session 2
    assert_equal "$(grep '"runningPhase"' states | head -n 1 |
        jq -c '.detail | [.eta.seconds > 0, .actionEta.seconds > 0]')" '[true,true]'
}

@test "phase-agg: weights that are given go before what was learned" {
    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s
    run_of 9 | phase-agg --phases short,long --learn history
    echo '{"phases":{"short":3}}' >weights
    run_of 9 | head -n 3 >begun
    run --separate-stderr phase-agg --phases short,long --learn history --weights weights <begun
    assert_equal "$(latest .detail.timePercent)" 75
}

@test "phase-agg: only what was seen whole is learned" {
    printf '%s\n' '{"type":"phase","phase":"a","state":"complete"}' \
        '{"type":"phase","phase":"b","state":"running"}' \
        '{"type":"phase","phase":"b","state":"failed"}' \
        '{"type":"phase","phase":"c","state":"running"}' >records
    run --separate-stderr phase-agg --phases a,b,c --learn history <records
    assert_success
    [ ! -e history ]
}

@test "phase-agg: a run that was restarted is learned once, and whole" {
    run_of 9 >records
    head -n 6 records >first
    tail -n +7 records >second
    PHASEPIPE_CLOCK=2023-02-20T12:50:00Z+1s phase-agg --phases short,long --learn history \
        --state state <first
    assert_equal "$(jq -c '[.entries[] | [.phase, .runs[].ms]]' history)" '[["short",1000]]'
    PHASEPIPE_CLOCK=2023-02-20T12:50:10Z+1s phase-agg --phases short,long --learn history \
        --state state <second
    # it began at 12:50:03, and ended at 12:50:16
    assert_equal "$(jq -c '[.entries[] | [.phase, .runs[].ms]]' history)" \
        '[["short",1000],["long",13000]]'
}

@test "phase-agg: a damaged history is set aside, which is said" {
    echo '{"type":"history","version":1,"entries":[{' >history
    run --separate-stderr phase-agg --phases a --learn history </dev/null
    assert_success
    assert_equal "$stderr" 'phase-agg: warning: history: this is not one JSON object; it is set aside as history.damaged'
    [ -e history.damaged ]
    [ ! -e history ]
}

@test "phase-agg: a history that cannot be kept changes the exit code" {
    run_of 2 >records
    run --separate-stderr phase-agg --phases short,long --learn none/history <records
    assert_failure 111
    assert_equal "$stderr" 'phase-agg: warning: unable to keep what is learned in none/history: No such file or directory'
    assert_equal "$(latest .state)" '"complete"'
    head -c 300000 /dev/zero >large
    run --separate-stderr phase-agg --phases short,long --learn large <records
    assert_failure 111
    assert_equal "$stderr" 'phase-agg: warning: unable to read large: File too large'
    assert_equal "$(latest .state)" '"complete"'
    assert_equal "$(wc -c <large)" 300000
    if [ -n "$WRAP" ]; then # it would need files too
        return
    fi
    run bash -c '(unset LD_PRELOAD; ulimit -f 0; phase-agg --phases short,long --learn history <records 2>&1) | cat
        exit "${PIPESTATUS[0]}"'
    assert_failure 111
    assert_equal "$(grep -v '^{' <<<"$output")" 'phase-agg: fatal: unable to keep what was learned in history: File too large'
    assert_equal "$(grep '^{' <<<"$output" | tail -n 1 | jq -c .state)" '"complete"'
}
