# phase-run: the filters beside the command.

load helpers
load phase-run

@test "phase-run: kopia's run becomes a status, and 100 comes from success" {
    phase-run --mover kopia --phases prepare,dump --phase dump \
        --target status.json -- bash -c 'kopia_run >&2' 2>err
    kopia_run | cmp - err
    assert_equal "$(percent)" 50.00
    assert_equal "$(jq -c '[.actions[0].phases[].state]' status.json)" '["pending","complete"]'

    run phase-run --mover kopia --phase dump --target status.json -- \
        bash -c 'kopia_run | head -c 3000 >&2; exit 1'
    assert_failure 1
    assert_equal "$(state)" failed
    [[ $(percent) =~ ^[1-9][0-9]\. ]]
}

@test "phase-run: a mover's phase begins at its first percent, not at a third" {
    mkfifo go
    start --mover kopia --phase dump --target status.json -- bash -c '
        kopia_run | head -c 700 >&2; read x <go; kopia_run >&2; read x <go'
    wait_for '"13.20"' status.json
    echo >go
    wait_for '"99.00"' status.json
    echo >go
    finish 0
    assert_equal "$(percent)" 100.00
    # what tells nothing of itself is at its prerequisites
    run phase-run --phase dump --target status.json -- false
    assert_equal "$(percent)" 33.33
    # and what was said to tell is where it says
    for given in '--mover records' '--progress-file progress'; do
        # shellcheck disable=SC2086
        run phase-run --phase dump --target status.json $given -- \
            sh -c 'echo "{\"type\":\"progress\",\"progressPercent\":7}" >&2; exit 1'
        assert_equal "$(percent)" 7.00
    done
}

@test "phase-run: the status is told while the command runs" {
    mkfifo go
    start --target status.json -- sh -c \
        'echo "{\"type\":\"progress\",\"progressPercent\":42}" >&2; read x <go'
    wait_for '"42.00"' status.json
    assert_equal "$(state)" running
    echo >go
    finish 0
    assert_equal "$(percent)" 100.00
    assert_equal "$(jq -r '.actions[0].phases[0].name' status.json)" sh
    assert_equal "$(jq -c .detail.result status.json)" '{"state":"complete"}'
}

@test "phase-run: which exit codes mean success can be said" {
    for code in 0 3 4; do
        run phase-run --ok-codes 0,3 --target status.json -- sh -c "exit $code"
        assert_equal "$status" "$code"
        state >>states
    done
    assert_equal "$(cat states)" $'complete\ncomplete\nfailed'
    run phase-run --ok-codes 143 --target status.json -- sh -c 'kill $$'
    assert_failure 143
    assert_equal "$(state)" complete
}

@test "phase-run: a plan, a blueprint and a state are phase-agg's" {
    cat >plan.json <<'END'
{"kind":"ActionSet","metadata":{"name":"a","uid":"1"},"spec":{"actions":[{"name":"backup"}]},
 "status":{"state":"running","actions":[{"name":"backup","phases":[{"name":"a","state":"complete"},{"name":"b","state":"pending"}]}]}}
END
    phase-run --plan plan.json --action backup --phase b --state kept \
        --target status.json -- true
    assert_equal "$(percent)" 100.00
    [ -s kept ]
}

@test "phase-run: stats can be those of the execution step" {
    run phase-run --mover-within-steps --target status.json -- sh -c \
        'echo "{\"type\":\"progress\",\"progressPercent\":30}" >&2; exit 1'
    assert_failure 1
    assert_equal "$(percent)" 43.33
}

@test "phase-run: a text replaces the pipeline, and has the events" {
    run phase-run --phase dump --pipeline 'cat >copy; cat <&3 >events; echo said' -- \
        sh -c 'printf "a\rb\nc"; printf "d\re" >&2; exit 4'
    assert_failure 4
    printf '%s' "$output" | tr -d '\n' >seen
    grep -q 'said' seen
    printf 'd\re' | cmp - copy
    assert_equal "$(cat events)" '{"type":"phase","phase":"dump","state":"running"}
{"type":"phase","phase":"dump","step":"prerequisites","done":true}
{"type":"result","phase":"dump","state":"failed","exitStatus":4,"elapsedSeconds":0}
{"type":"phase","phase":"dump","state":"failed"}'
}

@test "phase-run: the filters leave the processor to the command" {
    local nicer=$(($(nice) + 10))

    nicer=$((nicer < 19 ? nicer : 19)) # there is no more
    # that nobody reads the events may be said, or not
    run phase-run --pipeline 'cat >copy; nice >filters' -- sh -c 'nice >command'
    assert_success
    assert_equal "$(cat command filters)" "$(nice)
$nicer"
    mkfifo go
    start --mover kopia --target status.json -- sh -c 'read x <go'
    for name in kopia-progress phase-agg status-patch; do
        until_true is_there "$front" $name
        assert_equal "$(ps -o ni= "$(descendant "$front" $name)" | tr -d ' ')" "$nicer"
    done
    echo >go
    finish 0
}

@test "phase-run: a slow pipeline never slows the command" {
    local megabytes=100

    [ -z "$WRAP" ] || megabytes=10
    run --separate-stderr phase-run --final-budget 100ms \
        --pipeline 'exec sleep 1000' --parse stdout -- \
        sh -c "head -c ${megabytes}000000 /dev/zero | tr '\\0' '\\n' | wc -l; exec head -c ${megabytes}000000 /dev/zero"
    assert_success
    [[ $stderr =~ ^"phase-run: warning: the pipeline: it was not done within the final budget; bytes that it did not get: "[0-9]+$ ]]
    # the pipe's own 64 KiB are all that it got
    [ "${stderr##* }" -gt $((megabytes * 1000000 - 200000)) ]
}

@test "phase-run: what went wrong is said behind what the command has printed" {
    head -c 3000000 /dev/zero | tr '\0' x >x
    phase-run --final-budget 1ms --pipeline 'exec sleep 1000' \
        --termination-log no-such-directory/end -- sh -c 'exec cat x >&2' 2>&1 |
        (sleep 0.3; cat) >seen
    head -c 3000000 seen | cmp - x
    tail -c +3000001 seen >said
    assert_equal "$(sed 's/[0-9]*$//' said)" 'phase-run: warning: the pipeline: it was not done within the final budget; bytes that it did not get: 
phase-run: warning: unable to write no-such-directory/end: No such file or directory'
}

@test "phase-run: what the slow pipeline gets are whole lines" {
    mkfifo go
    start --pipeline 'read x <go; cat >copy' --parse stdout -- sh -c \
        'seq 1000000; echo >go'
    finish 0
    grep -q 'bytes that it did not get' err
    assert_equal "$(tail -n 1 copy)" 1000000
    # each is a number that was printed, and but for the one that was in the
    # pipe already each is whole: they go up
    grep -v '^$' copy | awk '
        !/^[0-9]+$/ { print; exit 1 }
        $0 < last { if (broken++) { print last, $0; exit 1 } }
        { last = $0 + 0 }'
    [ "$(wc -c <copy)" -lt 1300000 ]
}

@test "phase-run: a filter that is killed is said once and changes nothing" {
    local name

    for name in kopia-progress phase-agg status-patch; do
        rm -f go
        mkfifo go
        start --parse stdout --mover kopia --phase dump --target status.json -- bash -c \
            'kopia_run | head -c 2000; read x <go; kopia_run; exit 3'
        until_true is_there "$front" status-patch
        kill -s KILL "$(descendant "$front" $name)"
        until_true eval "! is_there $front $name"
        echo >go
        finish 3
        (kopia_run | head -c 2000; kopia_run) | cmp - out
        assert_equal "$(grep -ac "^phase-run: warning: the pipeline: .*$name (signal 9)" err)" 1
    done
}

@test "phase-run: filters that hang are ended with the budget" {
    mkfifo go
    start --final-budget 200ms --mover kopia --target status.json -- sh -c \
        'read x <go; exit 3'
    until_true is_there "$front" status-patch
    for name in kopia-progress phase-agg status-patch; do
        pid=$(descendant "$front" $name)
        kill -s STOP "$pid"
        pids+=("$pid")
    done
    echo >go
    finish 3
    grep -qx 'phase-run: warning: the pipeline: it was not done within the final budget.*' err
    for pid in "${pids[@]}"; do
        until_true is_gone "$pid"
    done
}

@test "phase-run: who asks twice does not wait for the budget" {
    start --final-budget 1000s --pipeline 'exec sleep 1000' -- sh -c 'echo end >&2; exit 3'
    wait_for end err
    until_true eval '! is_there '"$front"' sh'
    until_true is_told_to_end
    finish 3
    grep -q 'not done within the final budget' err
}

@test "phase-run: without its filters the command runs all the same" {
    mkdir alone
    cp "$BIN/phase-run" alone
    # shellcheck disable=SC2086
    run --separate-stderr env PATH=/usr/bin:/bin $WRAP alone/phase-run \
        --mover kopia --target status.json --log-text -- \
        bash -c 'echo out; echo err >&2; exit 3'
    assert_failure 3
    assert_output out
    assert_equal "$(grep -c 'warning: unable to run' <<<"$stderr")" 4
    grep -qx err <<<"$stderr"
    # those in PATH will do
    # shellcheck disable=SC2086
    env PATH="$(cd "$BIN" && pwd):/usr/bin:/bin" $WRAP alone/phase-run \
        --target status.json -- true
    assert_equal "$(state)" complete
}

@test "phase-run: a plan that is none and a target that cannot be are said, and the command runs" {
    run --separate-stderr phase-run --plan no-such-plan --target status.json -- \
        sh -c 'echo out; exit 3'
    assert_failure 3
    assert_output out
    [[ $stderr == *'phase-agg: fatal: '*no-such-plan* ]]
    run --separate-stderr phase-run --target no-such-directory/status.json -- \
        sh -c 'echo out; exit 3'
    assert_failure 3
    assert_output out
    [[ $stderr == *'status-patch: fatal: '* ]]
}
