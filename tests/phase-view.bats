# phase-view where there is no terminal: lines, exit codes, kubectl.

load helpers

setup() {
    unset PHASEPIPE_CLOCK
    cd "$BATS_TEST_TMPDIR" || return 1
    export PHASEPIPE_CLOCK=2023-02-20T12:52:05Z # so no interval ends
    DATA=$ROOT/tests/data/phase-view
}

# An ActionSet as kubectl prints it.
actionset() { # UID NAME STATE PERCENT [ANNOTATION]
    jq -n --arg uid "$1" --arg name "$2" --arg state "$3" --arg percent "$4" \
        --arg annotation "${5:-}" --indent 4 '{
            apiVersion: "cr.kanister.io/v1alpha1", kind: "ActionSet",
            metadata: {
                name: $name, namespace: "kanister", uid: $uid,
                annotations: {"phasepipe.dev/progress": $annotation}
            },
            status: {
                state: $state, progress: {percentCompleted: $percent},
                actions: [{name: "backup", phases: [
                    {name: "dump", state: $state, progress: {progressPercent: "0"}}
                ]}]
            }
        }'
}

annotation='{"uid":"u1","percentCompleted":"43.33","phases":[{"action":0,"phase":"dump","progressPercent":"43.33","sizeUploadedB":30900000}]}'

@test "phase-view: a line for each state and each tenth" {
    run --separate-stderr phase-view <"$DATA/backup.jsonl"
    assert_success
    [ "$stderr" = '' ]
    assert_output - <<'END'
  0.00%  pending
  0.00%  running  updatePermissions 0.00%
 33.33%  running  updatePermissions complete
 33.33%  running  dumpToObjectStore 0.00%
 40.30%  running  dumpToObjectStore 20.90%, 185 B of 103.0 MB, 61 B/s, 15s left
 53.70%  running  dumpToObjectStore 61.10%, 49.4 MB of 103.0 MB, 8.2 MB/s, 7s left
 60.06%  running  dumpToObjectStore 80.20%, 72.7 MB of 103.0 MB, 9.0 MB/s, 3s left
 66.66%  running  dumpToObjectStore complete
 66.66%  running  cleanup 0.00%
100.00%  complete  cleanup complete
END
}

@test "phase-view: the lines do not depend on how the input arrives" {
    phase-view <"$DATA/backup.jsonl" >whole
    for size in 1 100 4097; do
        dd if="$DATA/backup.jsonl" ibs="$size" obs="$size" status=none |
            phase-view >pieces
        cmp whole pieces
    done
}

@test "phase-view: a line after an interval in which something changed" {
    mkfifo input
    unset PHASEPIPE_CLOCK
    phase-view --interval 1ms <input >lines 3>&- &
    exec 9>input
    sed -n 6p "$DATA/backup.jsonl" >&9
    wait_for 35.20% lines
    sed -n 7p "$DATA/backup.jsonl" >&9
    wait_for 35.80% lines
    sed -n 11p "$DATA/backup.jsonl" >&9
    wait_for 39.40% lines
    exec 9>&-
    wait "$!" || [ $? = 1 ]
    assert_equal "$(wc -l <lines)" 3
}

@test "phase-view: ActionSets one behind the other, as kubectl prints them" {
    {
        actionset u1 backup-9gtmp running 0
        actionset u1 backup-9gtmp running 43 "$annotation"
        actionset u2 other failed 0
        actionset u1 backup-9gtmp complete 100 "$annotation"
    } >objects
    run --separate-stderr phase-view <objects
    assert_failure 1
    assert_output - <<'END'
backup-9gtmp    0.00%  running  dump 0.00%
backup-9gtmp   43.33%  running  dump 43.33%, 30.9 MB
other    0.00%  failed  dump failed at 0.00%
backup-9gtmp  100.00%  complete  dump complete
END
    phase-view <objects >whole || [ $? = 1 ]
    jq -c . objects | phase-view | cmp - whole
    jq -c '{type: "MODIFIED", object: .}' objects | phase-view | cmp - whole
    jq -s '{kind: "List", items: .}' objects | phase-view | cmp - whole
}

@test "phase-view: what is no status is passed over, as in the log of a pod" {
    {
        echo 'starting {'
        echo '{"level":"info","msg":"hello"}'
        echo '{"type":"progress","progressPercent":5}'
        sed -n 2p "$DATA/backup.jsonl"
        printf '{"type":"status","state":"comp\n'
        tail -n 1 "$DATA/backup.jsonl"
        printf '{"type":"status","state":"fai'
    } >mixed
    run --separate-stderr phase-view <mixed
    assert_success
    [ "$stderr" = '' ]
    assert_output - <<'END'
  0.00%  running  updatePermissions 0.00%
100.00%  complete  updatePermissions complete; dumpToObjectStore complete; cleanup complete
END
}

@test "phase-view: the exit code is what the data says" {
    head -n 20 "$DATA/backup.jsonl" >early
    run --separate-stderr phase-view <early
    assert_failure 1
    [ "$stderr" = 'phase-view: warning: the input ended before the action did' ]
    assert_line --index -1 --partial '48.66%  running'

    echo 'no status' >none
    run --separate-stderr phase-view <none
    assert_failure 1
    assert_output ''
    [ "$stderr" = 'phase-view: warning: no status came (lines that are none: 1)' ]

    run --separate-stderr phase-view </dev/null
    assert_failure 1
    [ "$stderr" = 'phase-view: warning: no status came' ]

    sed 's/"complete"/"failed"/' early >failed
    tail -n 1 "$DATA/backup.jsonl" | sed 's/"complete"/"failed"/g' >failed
    run --separate-stderr phase-view <failed
    assert_failure 1
    [ "$stderr" = '' ]

    jq -c '{type: "DELETED", object: .}' <(actionset u1 gone running 5) >deleted
    run --separate-stderr phase-view <deleted
    assert_failure 1
    assert_output 'gone    5.00%  running  dump 0.00%  deleted'
    [ "$stderr" = '' ]
}

@test "phase-view: nothing that a terminal obeys comes out" {
    # ESC, CSI, OSC, C1, bells, newlines, overrides and isolates
    jq -nc '"\u001b[2J\u001b]0;x\u0007\u009b31m\nz\r\u202etxt\u2066\u200f\u061c\u007f" as $evil |
        {type: "status", state: "running",
            actions: [{name: $evil, phases: [{name: $evil, state: "running"},
                {name: "b", state: $evil}]}],
            progress: {percentCompleted: "1.00", runningPhase: $evil}},
        {kind: "ActionSet", metadata: {name: $evil, namespace: $evil, uid: $evil},
            status: {state: $evil, error: {message: $evil}}}' >hostile
    for locale in C C.UTF-8; do
        LC_ALL=$locale run --separate-stderr phase-view <hostile
        assert_failure 1
        printf '%s\n' "$output" >shown
        [ "$(wc -l <shown)" = 2 ]
        run grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c' shown
        assert_failure 1
    done
}

@test "phase-view: wrong usage" {
    for wrong in '--namespace x' '--context x' '--kubeconfig x' '--actionset -x' \
        '--interval x' operand '--actionset='; do
        # shellcheck disable=SC2086 # two words
        run --separate-stderr phase-view $wrong
        assert_failure 100
        assert_output ''
    done
    run --separate-stderr phase-view lines.jsonl </dev/null
    assert_equal "$stderr" 'phase-view: fatal: "lines.jsonl": no file is expected, standard input is read (see phase-view --help)'
    PHASEPIPE_CLOCK=never run --separate-stderr phase-view </dev/null
    assert_failure 100
    assert_equal "$stderr" 'phase-view: fatal: PHASEPIPE_CLOCK: "never" is no time such as 2023-02-20T12:49:55Z'
}

@test "phase-view: a reader that goes away is said once, and all is read" {
    mkfifo input
    { phase-view <input 2>said && echo 0 >code || echo $? >code; } | true &
    {
        for _ in {1..50}; do
            cat "$DATA/backup.jsonl"
        done
    } >input
    wait "$!"
    wait_for . code
    assert_equal "$(cat code)" 111
    assert_equal "$(grep -c 'unable to write standard output' said)" 1
}

@test "phase-view: a full disk and a closed output change the exit code" {
    # shellcheck disable=SC2016 # the other shell's
    run bash -c 'phase-view <"$1" >/dev/full' _ "$DATA/backup.jsonl"
    assert_failure 111
    assert_output --partial 'unable to write standard output: No space left'
    # shellcheck disable=SC2016 # the other shell's
    run --separate-stderr bash -c 'phase-view <"$1" >&-' _ "$DATA/backup.jsonl"
    assert_failure 111
    run --separate-stderr bash -c 'phase-view <&-'
    assert_failure 111
}

# --- kubectl

# ./bin/kubectl does what its argument says, for each time that it is called.
take_kubectl() { # SCRIPT
    mkdir -p bin
    {
        echo '#!/bin/bash'
        declare -f actionset
        # shellcheck disable=SC2016 # the script's own variables
        printf 'cd %q\nprintf "%%s " "$@" >>called\necho >>called\n' "$PWD"
        # shellcheck disable=SC2016
        echo 'n=$(wc -l <called)'
        echo "$1"
    } >bin/kubectl
    chmod +x bin/kubectl
    PATH=$PWD/bin:$PATH
}

@test "phase-view: kubectl watches the ActionSet, until it is final" {
    # shellcheck disable=SC2016 # the script's own variables
    take_kubectl 'echo $$ >pid
        actionset u1 as1 running 0
        actionset u1 as1 complete 100
        exec sleep 1000'
    run --separate-stderr phase-view -a as1 -n kanister --context c --kubeconfig f
    assert_success
    [ "$stderr" = '' ]
    assert_line --index 0 'as1    0.00%  running  dump 0.00%'
    assert_line --index 1 'as1  100.00%  complete  dump complete'
    assert_equal "$(cat called)" 'get actionsets.cr.kanister.io as1 -o json --watch --output-watch-events --namespace kanister --context c --kubeconfig f '
    run kill -0 "$(cat pid)"
    assert_failure
}

@test "phase-view: a watch that ends is begun again" {
    # shellcheck disable=SC2016 # the script's own variables
    take_kubectl 'case $n in
        1) actionset u1 as1 running 0 ;;
        2) echo "Unable to connect to the server: EOF" >&2; exit 1 ;;
        3) actionset u1 as1 failed 5 ;;
        esac'
    run --separate-stderr phase-view -a as1
    assert_failure 1
    assert_line --index 0 'as1    0.00%  running  dump 0.00%'
    assert_line --index 1 'as1    5.00%  failed  dump failed at 0.00%'
    [ "$stderr" = 'phase-view: warning: Unable to connect to the server: EOF' ]
    assert_equal "$(wc -l <called)" 3
}

@test "phase-view: why the connection is lost is said once, and anew where it is another reason" {
    # shellcheck disable=SC2016 # the script's own variables
    take_kubectl 'case $n in
        1 | 2) echo "dial tcp 10.0.0.1:443: read udp 10.0.0.2:3$n$n: i/o timeout" >&2; exit 1 ;;
        3) echo "connection refused" >&2; exit 1 ;;
        4) actionset u1 as1 failed 5 ;;
        esac'
    # the pauses between the tries are not ours to shorten: 1, 2 and 4 s
    run --separate-stderr phase-view -a as1
    assert_failure 1
    assert_equal "$stderr" 'phase-view: warning: dial tcp 10.0.0.1:443: read udp 10.0.0.2:311: i/o timeout
phase-view: warning: connection refused'
    assert_equal "$(wc -l <called)" 4
}

@test "phase-view: what kubectl leaves running keeps nobody waiting" {
    # a credential plugin's browser has the standard error of kubectl
    # shellcheck disable=SC2016 # the script's own variables
    take_kubectl 'case $n in
        1) actionset u1 as1 running 0
            echo "the connection is lost" >&2
            sleep 1000 3>&- >/dev/null & echo $! >pid ;;
        2) actionset u1 as1 complete 100 ;;
        esac'
    # shellcheck disable=SC2086 # WRAP is a command with its options
    run --separate-stderr timeout -s KILL 30 env $WRAP "$BIN/phase-view" -a as1
    kill "$(cat pid)"
    assert_success
    assert_line --index 1 'as1  100.00%  complete  dump complete'
    assert_equal "$stderr" 'phase-view: warning: the connection is lost'
}

@test "phase-view: a kubectl that has closed its output is ended" {
    # shellcheck disable=SC2016 # the script's own variables
    take_kubectl 'case $n in
        1) actionset u1 as1 running 0
            exec >&-
            while :; do echo "this pipe is full at last" >&2; done ;;
        2) actionset u1 as1 complete 100 ;;
        esac'
    # shellcheck disable=SC2086 # WRAP is a command with its options
    run --separate-stderr timeout -s KILL 30 env $WRAP "$BIN/phase-view" -a as1
    assert_success
    assert_line --index 1 'as1  100.00%  complete  dump complete'
}

@test "phase-view: what kubectl says of no use is said, and ends it" {
    # shellcheck disable=SC2016 # the script's own variables
    take_kubectl '[ $n != 2 ] || actionset u1 as1 running 0
        [ $n = 2 ] || echo "Error from server (NotFound): no \"as1\"" >&2
        [ $n = 2 ] || exit 1'
    run --separate-stderr phase-view -a as1
    assert_failure 100
    assert_output ''
    [ "$stderr" = 'phase-view: fatal: kubectl: Error from server (NotFound): no "as1"' ]
    # it was there, and is gone
    run --separate-stderr phase-view -a as1
    assert_failure 111
    assert_output 'as1    0.00%  running  dump 0.00%'
    [ "$stderr" = 'phase-view: fatal: kubectl: Error from server (NotFound): no "as1"' ]
    assert_equal "$(wc -l <called)" 3
}

@test "phase-view: there need be no kubectl" {
    mkdir others
    ln -s /usr/bin/* others
    rm -f others/kubectl
    # shellcheck disable=SC2016 # the other shell's
    run --separate-stderr bash -c 'PATH=$PWD/others phase-view -a as1'
    assert_failure 100
    [ "$stderr" = 'phase-view: fatal: there is no kubectl in PATH' ]
}

@test "phase-view: a signal ends it, and kubectl with it" {
    # shellcheck disable=SC2016 # the script's own variables
    take_kubectl 'echo $$ >pid
        actionset u1 as1 running 0
        exec sleep 1000'
    for signal in TERM INT HUP; do
        rm -f pid lines
        # what is in the background ignores SIGINT, but for this
        # shellcheck disable=SC2086 # WRAP is a command with its options
        env --default-signal=INT $WRAP "$BIN/phase-view" -a as1 >lines 3>&- &
        wait_for running lines
        kill -s "$signal" "$!"
        status=0
        wait "$!" || status=$?
        assert_equal "$status" "$((128 + $(kill -l "$signal")))"
        run kill -0 "$(cat pid)"
        assert_failure
    done
}

@test "phase-view: a partial backup is not told as a good one" {
    run --separate-stderr phase-view <<'END'
{"type":"status","state":"complete","actions":[{"phases":[{"name":"a","state":"complete"}]}],"progress":{"percentCompleted":"100.00"},"detail":{"runningPhases":[],"result":{"state":"partial"}}}
END
    assert_success
    [[ $output == *'the mover says: partial' ]]
}

@test "phase-view: an ActionSet that is complete is over, whichever phase it names" {
    run --separate-stderr phase-view <<'END'
{"kind":"ActionSet","metadata":{"name":"x","uid":"u"},"status":{"state":"complete","actions":[{"name":"a","phases":[{"name":"p","state":"complete"}],"deferPhase":{"name":"d","state":"pending"}}],"progress":{"percentCompleted":"100","runningPhase":"d"}}}
END
    assert_success
    assert_equal "$stderr" ''
}

@test "phase-view: what has ended makes room for what comes" {
    local n

    for n in $(seq 1001); do
        echo '{"kind":"ActionSet","metadata":{"name":"n'"$n"'","uid":"u'"$n"'"},"status":{"state":"complete","actions":[]}}'
    done >many
    echo '{"kind":"ActionSet","metadata":{"name":"newest","uid":"n"},"status":{"state":"running","actions":[{"name":"a","phases":[{"name":"p","state":"running"}]}]}}' >>many
    run --separate-stderr phase-view <many
    [[ $output == *newest* ]]
}

@test "phase-view: the 100 of a phase that still runs is not believed" {
    # Kanister can write the one of a phase that ends to another
    actionset u1 as1 running 100 | sed 's/"progressPercent": "0"/"progressPercent": "100"/' >whole
    run --separate-stderr phase-view <whole
    assert_failure 1
    assert_output 'as1    0.00%  running  dump'
    # status-patch's annotation says what is true
    actionset u1 as1 running 100 "$annotation" | sed 's/"progressPercent": "0"/"progressPercent": "100"/' >whole
    run --separate-stderr phase-view <whole
    assert_output 'as1   43.33%  running  dump 43.33%, 30.9 MB'
}

# Two statuses, of which one is above what a record may have, and a line of a log.
long_lines() {
    printf '%s\n' '{"type":"status","state":"running","actions":[{"phases":[{"name":"a","state":"running","progress":{"progressPercent":"30.00"}}]}],"progress":{"percentCompleted":"30.00"}}'
    printf '{"type":"status","state":"running","progress":{"percentCompleted":"99.00"},"x":"%65536s"}\n' ''
    printf '%65537s\n' '' | tr ' ' x
}

@test "phase-view: lines above the ceiling are passed over, counted and said" {
    run --separate-stderr phase-view < <(long_lines)
    assert_failure 1
    assert_output ' 30.00%  running  a 30.00%'
    assert_equal "$stderr" 'phase-view: warning: lines above 65536 bytes were passed over: 2
phase-view: warning: the input ended before the action did'
    # an ActionSet has a ceiling of its own
    actionset u1 as1 complete 100 | jq '.x = ("x" * 70000)' >large
    run --separate-stderr phase-view <large
    assert_success
    assert_equal "$stderr" ''
    {
        printf '{"kind":"ActionSet","x":"%17000000s"}\n' ''
        cat large
    } >huge
    run --separate-stderr phase-view <huge
    assert_success
    assert_equal "$stderr" 'phase-view: warning: documents above 16777216 bytes were passed over: 1'
}
