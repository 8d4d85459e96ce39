# status-patch and a real API server that fails: the last state is on the
# object, or the exit code and a message say that it is not.

load helpers
load cluster
load cluster-patch

@test "cluster-patch-faults: a server that is killed and comes again gets what is newest" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0
    tell quiesce=40 dump
    wait_wrote backup 20
    server kill
    tell quiesce=42 dump
    wait_said 'warning: unable to write .*; trying again$'
    tell quiesce=44 dump
    server restart
    wait_wrote backup 22
    end_input
    ended
    ended_with 0 'can be reached again$'
    [ "$(grep -c 'trying again' err)" = 1 ]
}

@test "cluster-patch-faults: an input that ends while the server is down is delivered when it is up" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0 --final-budget 60s
    tell quiesce=40 dump
    wait_wrote backup 20
    server kill
    tell quiesce=42 dump
    end_input
    wait_said 'trying again$'
    server restart
    ended
    ended_with 0
    wrote backup 21
}

@test "cluster-patch-faults: a server that is down from the first to the last is said with what was lost" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    server kill
    deliver backup --final-budget 1s < <(line quiesce=40 dump)
    ended_with 111 'the last state \(percentCompleted 40\) was not written to actionset/backup in namespace .*: no connection \(https://127.0.0.1:[0-9]*\): Connection refused$' \
        'writes: 0, looks: 0'
    server restart
    wrote backup null null
}

@test "cluster-patch-faults: a server that comes up within the final budget is in time" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    server kill
    start_patch backup --final-budget 60s
    tell quiesce=40 dump
    end_input
    wait_said 'Connection refused; trying again$'
    server restart
    ended
    ended_with 0
    wrote backup 20
}

@test "cluster-patch-faults: a server that is stopped in the middle gets the last state when it goes on" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0 --request-timeout 1s --final-budget 60s
    tell quiesce=40 dump
    wait_wrote backup 20
    server pause
    tell quiesce=42 dump
    wait_said 'no reply within 1 s; trying again$'
    tell quiesce=44 dump
    end_input
    server resume
    ended
    ended_with 0
    wrote backup 22
}

@test "cluster-patch-faults: a server that stays stopped until the budget is over is no success" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0 --final-budget 1s
    tell quiesce=40 dump
    wait_wrote backup 20
    server pause
    tell quiesce=42 dump
    end_input
    ended
    server resume
    ended_with 111 'the last state \(percentCompleted 42\) was not written to .*: no reply' \
        '\(the last: percentCompleted 20\)'
}

@test "cluster-patch-faults: a server that is ended says so, and what comes then waits for the next" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0 --final-budget 60s
    tell quiesce=40 dump
    wait_wrote backup 20
    server term
    tell quiesce=42 dump
    end_input
    wait_said 'trying again$'
    server restart
    ended
    ended_with 0
    wrote backup 21
}

@test "cluster-patch-faults: a server without its storage is tried until it has it again" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0 --request-timeout 2s --final-budget 60s
    tell quiesce=40 dump
    wait_wrote backup 20
    server stop-etcd
    tell quiesce=42 dump
    wait_said 'trying again$'
    tell quiesce=44 dump
    end_input
    server start-etcd
    ended
    ended_with 0
    wrote backup 22
}

@test "cluster-patch-faults: without its storage until the end it is no success" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0 --final-budget 2s
    tell quiesce=40 dump
    wait_wrote backup 20
    server stop-etcd
    tell quiesce=42 dump
    end_input
    ended
    server start-etcd
    ended_with 111 'the last state \(percentCompleted 42\) was not written'
}

@test "cluster-patch-faults: a server that has too much to do is asked again when it says" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    server term
    server restart --enable-priority-and-fairness=false \
        --max-mutating-requests-inflight=1
    hold_request "$(actionsets backup)"
    wait_until is_status 429 pod PATCH "$(actionsets backup)" '[]'
    deliver backup --final-budget 3s < <(line quiesce=40 dump)
    ended_with 111 'the last state \(percentCompleted 40\) was not written to .*: the server has too much to do$'
    # not before Retry-After, 1 s each time
    said 'looks: 1, tried again: [1-4]$'
    start_patch backup -v
    tell quiesce=42 dump
    wait_said 'PATCH: 429'
    release_request
    wait_wrote backup 21
    end_input
    ended
    ended_with 0
}

# Adds so much to an ActionSet that BYTES more make it too large for etcd, whose
# limit is for a request: the object, its key, and some bytes more.  The server
# leaves out managedFields where they do not fit.
fill() { # NAME BYTES
    local bytes

    printf '[{"op":"add","path":"/status/actions/0/artifacts/filler","value":{"keyValue":{"a":"x"}}}]' >filler
    api PATCH "$(actionsets "$1")" @filler >made
    bytes=$((1572864 - 220 - $2 -
        $(jq -c 'del(.metadata.managedFields)' made | wc -c)))
    printf '[{"op":"add","path":"/status/actions/0/artifacts/filler","value":{"keyValue":{"a":"%0*d"}}}]' "$bytes" 0 >filler
    api PATCH "$(actionsets "$1")" @filler >made
    remember "$1"
}

@test "cluster-patch-faults: an ActionSet of nearly 1.5 MiB is written as long as there is room" {
    make backup quiesce dump
    make_account pod backup
    deliver backup < <(line quiesce=40 dump)
    fill backup 10000
    deliver backup < <(line quiesce=42 dump)
    ended_with 0
    wrote backup 21
    fill backup 100
    deliver backup < <(line quiesce=44 dump | jq -c '.detail.why = "z" * 3000')
    ended_with 0 'warning: the annotation of .* is not written: ActionSet backup has become too large for the cluster.s storage$' \
        "kubectl get actionset backup -n $NS -o yaml shows what it holds$"
    wrote backup 22 21.00
}

@test "cluster-patch-faults: an ActionSet that takes nothing more is said to be too large" {
    make backup quiesce dump
    make_account pod backup
    fill backup 100
    deliver backup < <(line quiesce=44 dump)
    ended_with 100 'unable to write .*: ActionSet backup has become too large'
    wrote backup null null
}

@test "cluster-patch-faults: where annotations are full the status goes on without ours" {
    make backup quiesce dump
    make_account pod backup
    printf '{"metadata":{"annotations":{"a":"%0262000d"}}}' 0 >long
    api PATCH "$(actionsets backup)" @long application/merge-patch+json >made
    remember backup
    start_patch backup -i 0
    tell quiesce=40 dump
    wait_wrote backup 20 null
    tell quiesce=42 dump
    wait_wrote backup 21 null
    end_input
    ended
    ended_with 0 'warning: the annotation of actionset/backup in namespace .* is not written: the server refuses metadata.annotations: '
    [ "$(grep -c 'is not written' err)" = 1 ]
}

@test "cluster-patch-faults: a final budget of nothing is one of no tries" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    server pause
    deliver backup --final-budget 0 < <(line quiesce=40 dump)
    ended_with 111 'the last state \(percentCompleted 40\) was not written to .*: (the time is over|no reply came)$'
    never_said 'trying again'
    server resume
    start_patch backup -i 0 --final-budget 0
    tell quiesce=40 dump
    wait_wrote backup 20
    end_input
    ended
    ended_with 0
}

# Begins it with a first state of 20 % written.
begin() { # [OPTION ...]
    make backup quiesce dump
    make_account pod backup
    start_patch backup "$@"
    tell quiesce=40 dump
    wait_wrote backup 20
}

@test "cluster-patch-faults: a signal asks for the last state, and the end" {
    local signal

    for signal in TERM INT HUP; do
        begin -i 1h
        tell quiesce=60 dump
        kill -s "$signal" "$PID"
        ended
        end_input
        ended_with 0 'writes: 2 '
        wrote backup 30
        forget backup
        api DELETE "$(actionsets backup)" >deleted
        api DELETE "/apis/rbac.authorization.k8s.io/v1/namespaces/$NS/roles/pod" >deleted
        api DELETE "/apis/rbac.authorization.k8s.io/v1/namespaces/$NS/rolebindings/pod" >deleted
        delete_account pod
    done
}

@test "cluster-patch-faults: a writer that does not stop holds up no end" {
    local text

    begin -i 1h --final-budget 60s
    text=$(line quiesce=60 dump; line quiesce=62 dump)
    yes "$text" >&7 3>&- 4>&- &
    WRITER=$!
    kill -s TERM "$PID"
    ended
    end_input
    kill "$WRITER"
    wait "$WRITER" || [ $? = 143 ]
    WRITER=
    ended_with 0 'writes: [12] '
}

@test "cluster-patch-faults: a second signal ends a last write that hangs" {
    needs_own_server
    begin -i 1h --final-budget 10m --request-timeout 10m
    server pause
    tell quiesce=60 dump
    kill -s TERM "$PID"
    sleep 2 # a second, and it counts as another
    kill -s TERM "$PID"
    ended
    end_input
    server resume
    [ "$CODE" = 143 ]
}

@test "cluster-patch-faults: a file beside a dead server has the last state" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    server pause
    start_patch backup --file status.json --final-budget 1s
    tell quiesce=40 dump
    wait_for '"progressPercent":"40"' status.json
    tell quiesce=42 dump
    end_input
    ended
    server resume
    ended_with 111 'percentCompleted 42\) was not written to actionset/backup'
    cmp status.json <(line quiesce=42 dump)
}

@test "cluster-patch-faults: --plan-out has the other actions for phase-agg" {
    make_of backup "$(running_status quiesce dump | jq -c '.actions += [.actions[0] | .name = "other"]')"
    make_account pod backup
    start_patch backup -i 0 --plan-out plan.json
    tell quiesce=40 dump
    wait_wrote backup 10
    jq -e '.kind == "ActionSet" and (.status.actions | length) == 2' plan.json
    phase-agg --plan plan.json --action 0 --phase quiesce \
        <<<'{"type":"progress","progressPercent":40}' | tail -n 1 >one
    jq -e '.progress.percentCompleted == "10.00"' one
    others_set backup '.actions[1].phases[].state = "complete"'
    tell quiesce=44 dump
    wait_wrote backup 61
    phase-agg --plan plan.json --action 0 --phase quiesce \
        <<<'{"type":"progress","progressPercent":44}' | tail -n 1 >two
    jq -e '.progress.percentCompleted == "61.00"' two
    end_input
    ended
    ended_with 0
}

@test "cluster-patch-faults: --plan-out that cannot be written is said once, and in the exit code" {
    make backup quiesce dump
    make_account pod backup
    deliver backup --plan-out nowhere/plan.json < <(line quiesce=40 dump)
    ended_with 111 'warning: unable to write --plan-out nowhere/plan.json: No such file or directory$'
    wrote backup 20
}

@test "cluster-patch-faults: --dry-run prints the patches, and nothing is stored" {
    local version how

    make backup quiesce dump
    make_account pod backup
    version=$(version_of backup)
    for how in --dry-run --dry-run=client --dry-run=server; do
        deliver backup "$how" < <(line quiesce=40 dump)
        ended_with 0 'patches, none of them stored: 1 \('
        [ "$(wc -l <out)" = 1 ]
        [ "$(version_of backup)" = "$version" ]
    done
    # it is the patch
    run reply pod PATCH "$(actionsets backup)" @out
    assert_output 200
    wrote backup 20
}

@test "cluster-patch-faults: --dry-run=server shows what the server refuses" {
    make backup quiesce dump
    make_account pod backup
    printf '{"metadata":{"annotations":{"a":"%0262000d"}}}' 0 >long
    api PATCH "$(actionsets backup)" @long application/merge-patch+json >made
    remember backup
    deliver backup --write annotation --dry-run=server < <(line quiesce=40 dump)
    ended_with 100 'unable to write .*: the server refuses metadata.annotations: .*262144'
}
