#!/usr/bin/env bats
# phase-agg as its users meet it.

load helpers

DATA=$ROOT/tests/data/phase-agg
EXAMPLE=(--phases "updatePermissions,dumpToObjectStore,cleanup"
    --action backup --phase dumpToObjectStore)
pending='{"type":"status","state":"pending","actions":[{"phases":[{"name":"a","state":"pending"},{"name":"b","state":"pending"}]}],"progress":{"percentCompleted":"0.00"},"detail":{"runningPhases":[],"timePercent":0}}'
lost='phase-agg: warning: unable to write standard output'
draining='reading on, so that the writer is not stopped'

# aggregate OPTION ...: phase-agg on the records in standard input
aggregate() {
    cat >records
    run --separate-stderr phase-agg "$@" <records
}

# What of the latest line JQ selects.
latest() {
    jq -c "$1" <<<"${lines[-1]}"
}

# N stats records, each of which changes something.
stats() {
    awk -v n="$1" 'BEGIN {
        for (i = 1; i <= n; i++)
            printf "{\"type\":\"progress\",\"progressPercent\":%.2f," \
                "\"sizeUploadedB\":%d,\"estimatedTimeSeconds\":%d}\n",
                i * 98 / n, i * 4500, n - i
    }'
}

# --- what it is for

@test "phase-agg: the example of the design document, byte for byte" {
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z aggregate "${EXAMPLE[@]}" <<'END'
{"type":"phase","phase":"updatePermissions","state":"complete"}
{"type":"progress","progressPercent":30.00,"sizeUploadedB":50000,"estimatedTimeSeconds":120,"estimatedUploadSizeB":100000000}
END
    assert_success
    assert_equal "$stderr" ''
    cmp "$DATA/example.out" <(printf '%s\n' "$output")
    assert_equal "$(latest '[.progress.percentCompleted, .progress.runningPhase]')" \
        '["43.33","dumpToObjectStore"]'
    assert_equal "$(latest '[.actions[0].phases[].progress.progressPercent]')" \
        '["100.00","30.00",null]'
}

@test "phase-agg: every value of the design document's status comes out" {
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z aggregate "${EXAMPLE[@]}" <<'END'
{"type":"phase","phase":"updatePermissions","state":"complete"}
{"type":"progress","progressPercent":30.00,"sizeUploadedB":50000,"estimatedTimeSeconds":120,"estimatedUploadSizeB":100000000}
END
    assert_success
    # The document in Kanister's spelling: its state is called complete, sizes
    # are numbers and end in B, and 12:448:55 is no time: here all happens at
    # once.  The whole has the sums of the sizes; what an action is about is not
    # ours to say.
    jq -cS '
        def spelling: with_entries(
            if .key | startswith("size") or endswith("Size")
            then {key: (.key + "B"), value: (.value | tonumber)}
            elif .key == "estimatedTimeSeconds" then .value |= tonumber
            else .value |= sub(":448:"; ":49:") end);
        .status
        | .actions[] |= {name, phases}
        | .actions[].phases[] |= (.state |= sub("completed"; "complete"))
        | (.actions[].phases[].progress | objects) |= spelling
        | .progress += {sizeUploadedB: 50000, estimatedUploadSizeB: 100000000}
        | del(.error)' "$DATA/design.json" >wanted
    jq -cS 'del(.type, .detail)' <<<"${lines[-1]}" | cmp wanted -
}

@test "phase-agg: the design document's ActionSet, in its own spelling, is read as what it means" {
    run --separate-stderr phase-agg --plan "$DATA/design.json" </dev/null
    assert_success
    assert_equal "$stderr" ''
    cmp "$DATA/design.out" <(printf '%s\n' "$output")
}

@test "phase-agg: the two lines of the design document through kopia-progress" {
    cat >console <<'END'
 / 1 hashing, 118 hashed (546.9 MB), 0 cached (0 B), uploaded 0 B, estimated 4.5 GB (12.1%) 35s left
 * 0 hashing, 136 hashed (1.4 GB), 0 cached (0 B), uploaded 244 B, estimated 4.5 GB (30.1%) 30s left
END
    run --separate-stderr bash -o pipefail -c '
        kopia-progress <console | phase-agg "$@" |
            jq -c ".actions[0].phases[1].progress | del(.lastTransitionTime)"' \
        - "${EXAMPLE[@]}"
    assert_success
    assert_output 'null
{"progressPercent":"12.10","sizeUploadedB":0,"estimatedUploadSizeB":4500000000,"estimatedTimeSeconds":35}
{"progressPercent":"30.10","sizeUploadedB":244,"estimatedUploadSizeB":4500000000,"estimatedTimeSeconds":30}
{"progressPercent":"30.10","sizeUploadedB":244,"estimatedUploadSizeB":4500000000,"estimatedTimeSeconds":30}'
}

@test "phase-agg: a function without a mover goes by thirds, truncated" {
    aggregate --phases f <<'END'
{"type":"phase","step":"prerequisites","state":"running"}
{"type":"phase","step":"prerequisites","done":true}
{"type":"phase","step":"execution","done":true}
{"type":"phase","step":"cleanup","done":true}
{"type":"phase","state":"complete"}
END
    assert_success
    assert_equal "$(jq -r .progress.percentCompleted <<<"$output" | paste -sd ' ')" \
        '0.00 0.00 33.33 66.66 99.00 100.00'
}

@test "phase-agg: a phase without steps stays at 0 until it is complete" {
    aggregate --phases scale,dump <<'END'
{"type":"phase","phase":"scale","state":"running"}
{"type":"phase","phase":"scale","state":"complete"}
END
    assert_success
    assert_equal "$(jq -r .progress.percentCompleted <<<"$output" | paste -sd ' ')" \
        '0.00 0.00 50.00'
}

@test "phase-agg: the mean is over all phases of all actions, by index" {
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s aggregate --plan "$DATA/several.json" \
        --action 1 --phase dump <<'END'
{"type":"phase","phase":"quiesce","state":"complete"}
{"type":"progress","progressPercent":12.5,"sizeUploadedB":1000}
{"type":"progress","action":0,"progressPercent":64.1,"sizeUploadedB":500}
{"type":"phase","action":0,"phase":1,"state":"complete"}
{"type":"phase","action":0,"phase":"unquiesce","state":"running"}
{"type":"phase","action":0,"phase":"unquiesce","state":"complete"}
END
    assert_success
    assert_equal "$stderr" ''
    cmp "$DATA/several.out" <(printf '%s\n' "$output")
}

@test "phase-agg: a later phase that runs completes none before it" {
    aggregate --phases a,b,c <<'END'
{"type":"phase","phase":"c","state":"running"}
END
    assert_success
    assert_equal "$(latest '[.actions[0].phases[].state]')" \
        '["pending","pending","running"]'
    assert_equal "$(latest .progress)" \
        '{"percentCompleted":"0.00","runningPhase":"c"}'
}

@test "phase-agg: the percentage never goes backwards, and the raw one is beside it" {
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z aggregate --phases a,b --phase a <<'END'
{"type":"progress","progressPercent":50,"sizeUploadedB":900}
{"type":"progress","progressPercent":12.5,"sizeUploadedB":100}
END
    assert_success
    assert_equal "$(latest .actions[0].phases[0].progress)" \
        '{"progressPercent":"50.00","lastTransitionTime":"2023-02-20T12:49:55Z","sizeUploadedB":100}'
    assert_equal "$(latest .progress.percentCompleted)" '"25.00"'
    assert_equal "$(latest .detail)" '{"runningPhases":["a"],"timePercent":25,"rawPercent":12.5,"verdict":"running","verdictSince":"2023-02-20T12:49:55Z"}'
}

@test "phase-agg: it is held at 99 until an event says complete" {
    aggregate --phases a <<'END'
{"type":"progress","progressPercent":100}
{"type":"result","operation":"snapshot","state":"complete"}
{"type":"phase","state":"complete"}
END
    assert_success
    assert_equal "$(jq -c '[.state, .progress.percentCompleted, .detail.rawPercent, .detail.result.state]' <<<"$output")" \
        '["pending","0.00",null,null]
["running","99.00",100,null]
["running","99.00",100,"complete"]
["complete","100.00",null,"complete"]'
}

@test "phase-agg: failed keeps what it had, and is final" {
    aggregate --phases a,b --phase a <<'END'
{"type":"progress","progressPercent":30,"sizeUploadedB":7}
{"type":"phase","state":"failed"}
{"type":"progress","progressPercent":80,"sizeUploadedB":9}
{"type":"phase","state":"running"}
{"type":"phase","state":"complete"}
END
    assert_success
    assert_equal "$stderr" ''
    assert_equal "${#lines[@]}" 3
    assert_equal "$(latest '[.state, .progress.percentCompleted, .progress.sizeUploadedB, .actions[0].phases[0].state, .actions[0].phases[0].progress.progressPercent]')" \
        '["failed","15.00",7,"failed","30.00"]'
}

@test "phase-agg: numbers that cannot be are handled" {
    local percent shown raw phases='' expected='' n=0

    # each is said of a phase of its own, which ends before the next begins
    while read -r percent shown raw; do
        n=$((n + 1))
        phases+=${phases:+,}p$n
        expected+="$percent $shown $raw"$'\n'
        printf '{"type":"progress","phase":"p%d","progressPercent":%s}\n' "$n" "$percent"
        printf '{"type":"phase","phase":"p%d","state":"failed"}\n' "$n"
    done >records <<'END'
12.1 "12.10" null
0.29 "0.29" null
4.35 "4.35" null
30.0000000001 "30.00" null
1e1 "10.00" null
99.999 "99.00" 99.99
100 "99.00" 100
340 "99.00" 340
1e300 "99.00" 90071992547409.92
-5 "0.00" null
-0 "0.00" null
nan "0.00" null
null "0.00" null
true "0.00" null
[5] "0.00" null
"33.33" "33.33" null
"-1" "0.00" null
"much" "0.00" null
END
    run --separate-stderr phase-agg --phases "$phases" <records
    assert_success
    assert_equal "$stderr" ''
    # of the line where each has just begun
    grep -o '"runningPhase":"[^"]*"\|"rawPercent":[^,}]*' <<<"$output" |
        sed 's/.*://' >seen
    n=0
    while read -r percent shown raw; do
        n=$((n + 1))
        echo "\"p$n\""
        [ "$raw" = null ] || echo "$raw"
    done <<<"${expected%$'\n'}" | cmp - seen
    assert_equal "$(latest '.actions[0].phases[].progress.progressPercent')" \
        "$(cut -d ' ' -f 2 <<<"${expected%$'\n'}")"
}

@test "phase-agg: a line comes out only when something changed" {
    aggregate --phases a,b --phase a <<'END'
{"type":"progress","progressPercent":30,"hashedFiles":1}
{"type":"progress","progressPercent":30,"hashedFiles":2}
{"type":"progress","progressPercent":30.001,"hashedFiles":3}
{"type":"message","level":"error","path":"a/b","text":"permission denied"}
{"type":"phase","state":"running"}
{"type":"phase","phase":"b","state":"pending"}
END
    assert_success
    assert_equal "${#lines[@]}" 2
}

@test "phase-agg: lastTransitionTime changes only with its own values" {
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s aggregate --phases a,b --phase a <<'END'
{"type":"phase","state":"running"}
{"type":"progress","progressPercent":30}
{"type":"progress","progressPercent":20}
{"type":"progress","progressPercent":20,"estimatedTimeSeconds":9}
{"type":"progress","phase":"b","progressPercent":2}
{"type":"phase","state":"failed"}
END
    assert_success
    assert_equal "$(jq -c '[(.progress, .actions[0].phases[].progress).lastTransitionTime | strings | .[17:19]]' <<<"$output")" \
        '[]
["56"]
["57","57"]
["57","57"]
["57","59"]
["00","59","00"]
["00","59","00"]'
}

@test "phase-agg: each of the mover's ends is shown and ends nothing" {
    local state

    for state in complete partial failed cancelled unchanged unknown \
        complete exploded; do
        echo "{\"type\":\"result\",\"state\":\"$state\"}"
    done >records
    run --separate-stderr phase-agg --phases a <records
    assert_success
    assert_equal "$(jq -r '"\(.state) \(.detail.result.state)"' <<<"$output")" \
        'pending null
pending complete
pending partial
pending failed
pending cancelled
pending unchanged
pending unknown
pending complete
pending unknown'
}

# --- plans

@test "phase-agg: an ActionSet as kubectl prints it is a plan" {
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z aggregate --plan "$DATA/running.json" \
        --action backup --phase dumpToObjectStore \
        <<<'{"type":"progress","progressPercent":30}'
    assert_success
    assert_equal "$stderr" ''
    cmp "$DATA/running.out" <(printf '%s\n' "$output")
}

@test "phase-agg: an ActionSet may be YAML, and stand in a list" {
    run --separate-stderr phase-agg --plan "$DATA/running.yaml" </dev/null
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest '.progress.percentCompleted, .actions[0].phases[1].progress.sizeUploadedB, .actions[0].deferPhase.name' | paste -sd ' ')" \
        '"43.33" 50000 "startWriters"'
    sed 's/$/\r/' "$DATA/running.yaml" >dos.yaml
    cmp <(phase-agg --plan dos.yaml </dev/null) <(printf '%s\n' "$output")

    run --separate-stderr phase-agg --plan "$DATA/list.json" </dev/null
    assert_success
    assert_equal "$(latest .progress.runningPhase)" '"dumpToObjectStore"'
}

@test "phase-agg: YAML that is none is refused with its line" {
    printf 'kind: ActionSet\nstatus:\n\tactions: []\n' >tab.yaml
    run --separate-stderr phase-agg --plan tab.yaml </dev/null
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'phase-agg: fatal: tab.yaml: line 3, column 1: a tab where only spaces may be'
}

@test "phase-agg: a plan may come out of a pipe" {
    run --separate-stderr bash -c '
        phase-agg --plan <(cat "$0") </dev/null' "$DATA/design.json"
    assert_success
    cmp "$DATA/design.out" <(printf '%s\n' "$output")
}

@test "phase-agg: a plan on standard input is shown as it is" {
    run --separate-stderr phase-agg --plan - <"$DATA/design.json"
    assert_success
    assert_equal "$stderr" ''
    cmp "$DATA/design.out" <(printf '%s\n' "$output")
    run --separate-stderr bash -o pipefail -c '
        cat "$0" | phase-agg --plan - --format text' "$DATA/design.json"
    assert_success
    assert_output ' 43.33%  running  dumpToObjectStore 30.00%, 50.0 kB of 100.0 MB, 2m0s left'
}

@test "phase-agg: an ActionSet without phases is no plan, and is told from others" {
    local phaseless='it has no status.actions with phases yet, and spec.actions gives only names: give its Blueprint too'

    refuses() { # FILE REASON
        run --separate-stderr phase-agg --plan "$1" </dev/null
        assert_failure 100
        assert_output ''
        assert_equal "$stderr" "phase-agg: fatal: $1: $2"
    }
    cp "$DATA"/*.json .
    printf '{"kind":"Pod","status":{}}' >pod.json
    printf '{"status":{"actions":[{"phases":[{"name":"a","state":"done"}]}]}}' >state.json
    : >empty.json
    head -c 1000 running.json >half.json
    refuses fresh.json "$phaseless"
    jq '.items += .items' list.json >two.json
    refuses two.json 'there are several ActionSets in it; give one'
    refuses pod.json 'there is no ActionSet in it, but: Pod'
    refuses state.json 'the state of phase "a" is none of pending, running, failed and complete'
    refuses empty.json 'there is no object in it'
    refuses half.json 'line 32, column 25: found unexpected end of stream while scanning a quoted scalar'
}

@test "phase-agg: a plan that cannot be read is another kind of failure" {
    run --separate-stderr phase-agg --plan none.json </dev/null
    assert_failure 111
    assert_output ''
    assert_equal "$stderr" 'phase-agg: fatal: unable to read none.json: No such file or directory'
    run --separate-stderr phase-agg --plan . </dev/null
    assert_failure 111
    assert_equal "$stderr" 'phase-agg: fatal: unable to read .: Is a directory'
}

@test "phase-agg: a plan file has a ceiling" {
    { cat "$DATA/design.json"; head -c 3145728 /dev/zero | tr '\0' ' '; } >large.json
    head -c 3145728 large.json >largest.json
    run --separate-stderr phase-agg --plan largest.json </dev/null
    assert_success
    cmp "$DATA/design.out" <(printf '%s\n' "$output")
    run --separate-stderr phase-agg --plan large.json </dev/null
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'phase-agg: fatal: large.json: more than 3145728 bytes'
}

@test "phase-agg: names have a ceiling, and so have phases, and the status line" {
    local name

    name=$(printf '%01024d' 0)
    run --separate-stderr phase-agg --phases "$name" --action "$name" </dev/null
    assert_success
    assert_equal "$(latest '.actions[0] | (.name, .phases[0].name | length)' | paste -sd ' ')" '1024 1024'
    run --separate-stderr phase-agg --phases "a,0$name" </dev/null
    assert_failure 100
    assert_equal "$stderr" "phase-agg: fatal: --phases: a phase's name has more than 1024 bytes"
    run --separate-stderr phase-agg --phases a --action "0$name" </dev/null
    assert_failure 100
    assert_equal "$stderr" "phase-agg: fatal: --phases: an action's name has more than 1024 bytes"
    run --separate-stderr phase-agg --phases "$(seq -s , 150)" </dev/null
    assert_success
    run --separate-stderr phase-agg --phases "$(seq -s , 250)" </dev/null
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'phase-agg: fatal: too many phases (250): a status line could pass 65536 bytes, the most that a record may have'
    run --separate-stderr phase-agg --phases "$(seq -s , 10000)" </dev/null
    assert_failure 100
    assert_equal "$stderr" 'phase-agg: fatal: too many phases (10000): a status line could pass 65536 bytes, the most that a record may have'
    run --separate-stderr phase-agg --phases "$(seq -s , 10001)" </dev/null
    assert_failure 100
    assert_equal "$stderr" 'phase-agg: fatal: --phases: more than 10000 phases'
}

@test "phase-agg: names with every byte are written as JSON" {
    local byte escape name=''

    for byte in {1..255}; do
        [ "$byte" -ne 44 ] || continue # a comma ends a name
        printf -v escape '\\x%xx' "$byte"
        # shellcheck disable=SC2059 # the format is the byte
        printf -v byte "$escape"
        name+=$byte
    done
    run --separate-stderr phase-agg --phases "$name" --action "$name" </dev/null
    assert_success
    assert_equal "$(jq -c '[.type, .state, (.actions[0].name == .actions[0].phases[0].name)]' <<<"$output")" \
        '["status","pending",true]'
    # ASCII as it is; what is no UTF-8 becomes U+FFFD
    run jq -r '.actions[0].name | explode | map(select(. < 128)) | length' <<<"$output"
    assert_output 380
    assert_equal "$(LC_ALL=C grep -c '[[:cntrl:]]' <<<"$output")" 0
}

# --- whose a record is

@test "phase-agg: a record without a phase belongs to --phase in --action" {
    aggregate --plan "$DATA/several.json" --action export --phase upload \
        <<<'{"type":"phase","state":"running"}'
    assert_success
    assert_equal "${#lines[@]}" 1 # it has failed
    aggregate --plan "$DATA/several.json" --phase unquiesce \
        <<<'{"type":"progress","progressPercent":5}'
    assert_equal "$(latest '[.actions[].deferPhase.state]')" '["running","pending",null]'
    aggregate --plan "$DATA/several.json" --action 1 \
        <<<'{"type":"progress","phase":1,"progressPercent":5}'
    assert_equal "$(latest '[.actions[1].phases[].state]')" '["running","running"]'
}

@test "phase-agg: a record may name its action, or name a phase that one action has" {
    aggregate --plan "$DATA/several.json" <<'END'
{"type":"progress","action":"1","phase":"dump","progressPercent":6}
{"type":"progress","action":"backup","phase":"dump","progressPercent":7}
{"type":"progress","phase":"dump","progressPercent":7}
END
    assert_success
    assert_equal "$(latest '[.actions[].phases[].state]')" \
        '["complete","running","running","running","failed"]'
    assert_equal "$stderr" 'phase-agg: warning: passed over a record that may be of several actions; it needs its action'"'"'s index
phase-agg: warning: passed over 2 records that may be of several actions; it needs its action'"'"'s index'
    jq '.status.actions[0].phases[1].name = "copy" | .status.actions[0].phases[1].state = "pending"' \
        "$DATA/several.json" >plan.json
    aggregate --plan plan.json <<'END'
{"type":"progress","phase":"copy","progressPercent":8}
{"type":"progress","phase":"dump","progressPercent":9}
END
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest '[.actions[].phases[].state]')" \
        '["complete","running","running","running","failed"]'
}

@test "phase-agg: an action's only phase needs no --phase" {
    aggregate --phases dump <<<'{"type":"progress","progressPercent":5}'
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest .progress.runningPhase)" '"dump"'
}

@test "phase-agg: records that no phase is named for are said once and counted" {
    printf '{"type":"progress","progressPercent":%d}\n' 1 >one
    run --separate-stderr phase-agg --phases a,b <one
    assert_success
    assert_output "$pending"
    assert_equal "$stderr" 'phase-agg: warning: no phase named for a record; use --phase'
    cat one one one >three
    run --separate-stderr phase-agg --phases a,b <three
    assert_success
    assert_output "$pending"
    assert_equal "$stderr" 'phase-agg: warning: no phase named for a record; use --phase
phase-agg: warning: no phase named for 3 records; use --phase'
}

@test "phase-agg: records of a phase that is not in the plan are said once and counted" {
    aggregate --phases a,b --phase a <<'END'
{"type":"progress","phase":"du\u001b[2Jmp","progressPercent":5}
{"type":"progress","phase":2,"progressPercent":5}
{"type":"phase","action":1,"state":"complete"}
{"type":"phase","action":"backup","state":"complete"}
END
    assert_success
    assert_output "$pending"
    assert_equal "$stderr" 'phase-agg: warning: passed over a record of a phase that is not in the plan: "du?[2Jmp"
phase-agg: warning: passed over 4 records of a phase that is not in the plan'
}

@test "phase-agg: events that say nothing are said once and counted" {
    aggregate --phases a,b --phase a <<'END'
{"type":"phase","state":"done"}
{"type":"phase"}
END
    assert_success
    assert_output "$pending"
    assert_equal "$stderr" 'phase-agg: warning: passed over a record of type phase with no state or step that is known
phase-agg: warning: passed over 2 records of type phase with no state or step that is known'
}

# --- wrong usage

@test "phase-agg: wrong usage is said in one line" {
    misused() { # MESSAGE ARGUMENT ...
        run --separate-stderr phase-agg "${@:2}" </dev/null
        assert_failure 100
        assert_output ''
        assert_equal "$stderr" "phase-agg: fatal: $1"
    }
    cd "$DATA"
    misused 'give either --phases or --plan or --blueprint (see phase-agg --help)'
    misused 'give either --phases or --plan or --blueprint (see phase-agg --help)' --phases a --plan running.json
    misused 'give either --phases or --plan or --blueprint (see phase-agg --help)' --phase a
    misused 'standard input: there is no object in it' --plan -
    misused '--phases: a phase has an empty name' --phases a,,b
    misused '--phases: a phase has an empty name' --phases ,
    misused '--phases: two phases of one action are named "b"' --phases a,b,b
    misused '--phase: there is no "c" in action 0; its phases are: a, b' --phases a,b --phase c
    misused '--phase: there is no "dump" in action 0; its phases are: updatePermissions, dumpToObjectStore, cleanup' --plan running.json --phase dump
    misused '--phase: there is no "x" in action 1; its phases are: quiesce, dump, unquiesce' --plan several.json --action 1 --phase x
    misused '--action: there is no "restore"; the actions are: backup' --plan running.json --action restore
    misused '--action: there is no "3"; the actions are: backup, backup, export' --plan several.json --action 3
    misused '--action: more than one is named "backup"; give an index, counting from 0: backup, backup, export' --plan several.json --action backup
    misused '--learn: "./running.json" is the file of --plan' --plan running.json --learn ./running.json
    misused '--learn: "/dev/../no-such-file" is the file of --state' --phases a --state /no-such-file --learn /dev/../no-such-file
    misused '--phases: "" is empty' --phases ''
    misused '--phases: needs a value (see phase-agg --help)' --phases
    misused '--nothing: unknown option (see phase-agg --help)' --nothing
    misused '-x: unknown option (see phase-agg --help)' -x
    misused '"b": no file is expected, standard input is read (see phase-agg --help)' --phases a b
}

@test "phase-agg: a clock that is none is wrong usage" {
    PHASEPIPE_CLOCK=noon run --separate-stderr phase-agg --phases a </dev/null
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'phase-agg: fatal: PHASEPIPE_CLOCK: "noon" is no time such as 2023-02-20T12:49:55Z'
}

@test "phase-agg: --help and the manual name the same options" {
    run --separate-stderr phase-agg --help
    assert_success
    assert_equal "$stderr" ''
    sed -n 's/^ .*--\([a-z-]*\).*/\1/p' <<<"$output" | sort >help
    sed -n 's/^\.It .*Fl -\([a-z-]*\).*/\1/p' "$ROOT/filters/phase-agg.1" | sort >manual
    diff help manual
    assert_equal "$(paste -sd ' ' help)" 'action blueprint exit-on-stall explain format functions help learn mover-within-steps percent phase phases plan result-ends stall-after state version weights'
}

# --- input of all kinds

@test "phase-agg: empty input gives the plan's line" {
    run --separate-stderr phase-agg --phases a,b </dev/null
    assert_success
    assert_output "$pending"
    assert_equal "$stderr" ''
}

@test "phase-agg: a last line without its newline counts" {
    run --separate-stderr bash -c '
        printf "{\"type\":\"phase\",\"state\":\"complete\"}" | phase-agg --phases a'
    assert_success
    assert_equal "$(latest .state)" '"complete"'
}

@test "phase-agg: input without any record is said at its end" {
    printf '\r\r\r' >returns
    printf 'a\0{"type":"phase"}\n{\0}\n\377\376\n\n' >noise
    run --separate-stderr phase-agg --phases a,b <returns
    assert_success
    assert_output "$pending"
    assert_equal "$stderr" 'phase-agg: warning: no record in the input; lines passed over: 1'
    run --separate-stderr phase-agg --phases a,b <noise
    assert_success
    assert_output "$pending"
    assert_equal "$stderr" 'phase-agg: warning: no record in the input; lines passed over: 4'
}

@test "phase-agg: records among a pod's log lines are found" {
    printf '%s\n' 'starting {"type":"phase","state":"complete"}' '{"level":"info"}' \
        '{"type":"phase","state":"complete"' '["type"]' '"type"' '{"type" "phase"}' \
        '' '{' '{"type":"phase","state":"running"}' >records
    printf '{"type":"progress","source":"\377","progressPercent":30}\n' >>records
    printf '{"type":"progress","source":"\0","progressPercent":35}\n' >>records
    printf '\t{ "type" : "prog\\u0072ess",\t"progressPercent" : 4.0e1 } \r\n' >>records
    printf '{"type":"progress","progressPercent":50}\r\n' >>records
    run --separate-stderr phase-agg --phases a <records
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(jq -r .progress.percentCompleted <<<"$output" | paste -sd ' ')" \
        '0.00 0.00 30.00 40.00 50.00'
}

@test "phase-agg: a line above the ceiling is passed over, the next is not" {
    local head='{"type":"progress","progressPercent":30,"source":"'

    {
        printf '%s%*s"}\n' "$head" $((65536 - ${#head} - 2)) ''
        printf '{"type":"progress","progressPercent":40,"source":"%65536s"}\n' ''
        printf '{"type":"progress","progressPercent":40,"source":"%200000s"}\n' ''
        printf '{"type":"progress","progressPercent":40}%70000s\n' '' # a whole object
        printf '{"type":"progress","progressPercent":50}\n'
    } >records
    run --separate-stderr phase-agg --phases a <records
    assert_success
    assert_equal "$stderr" 'phase-agg: warning: lines above 65536 bytes were passed over: 3'
    assert_equal "$(jq -r .progress.percentCompleted <<<"$output" | paste -sd ' ')" \
        '0.00 30.00 50.00'
}

@test "phase-agg: deep and broken JSON does no harm" {
    {
        printf '{"type":"progress","progressPercent":10,"a":'
        head -c 300 /dev/zero | tr '\0' '['
        head -c 300 /dev/zero | tr '\0' ']'
        printf '}\n'
        printf '{"type":"progress","progressPercent":20,"a":'
        head -c 60000 /dev/zero | tr '\0' '{'
        printf '\n'
        printf '{"type":"progress","progressPercent":30,"a":"\\ud800\\q"}\n'
        printf '{"type":"progress","progressPercent":40,}\n'
        printf '{"type":"progress","progressPercent":50,"a":{"type":[]}}\n'
    } >records
    run --separate-stderr phase-agg --phases a <records
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest .progress.percentCompleted)" '"50.00"'
}

# A session with all kinds of lines.
session() {
    printf 'Snapshotting app@host:/data ...\n'
    printf '{"type":"phase","phase":"updatePermissions","state":"complete"}\n'
    stats 12
    printf '{"type":"message","level":"error","path":"a/\\u00e9","text":"x"}\r\n\n'
    printf '{ "type":"progress", "progressPercent":97, "source":"h:/\303\251" }\n'
    printf '{"type":"progress","phase":"no","progressPercent":1}\n'
    printf '{"type":"result","operation":"snapshot","state":"complete"}\n'
    printf '{"type":"phase","state":"complete"}'
}

# Standard input, in pieces as long as the lines of FILE say.
in_pieces() { # FILE
    local size

    while read -r size <&3; do
        dd bs="$size" count=1 iflag=fullblock status=none
    done 3<"$1"
}

@test "phase-agg: the output does not depend on how the bytes arrive" {
    local seed

    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s
    session >records
    phase-agg "${EXAMPLE[@]}" <records >whole 2>whole.err
    assert_equal "$(wc -l <whole)" 17
    while IFS= read -r -d '' -n 1 byte || [ -n "$byte" ]; do
        printf '%s' "$byte"
    done <records | phase-agg "${EXAMPLE[@]}" >bytes 2>bytes.err
    cmp whole bytes
    cmp whole.err bytes.err
    for seed in 1 2 3 4 5; do
        awk -v seed="$seed" -v len="$(wc -c <records)" 'BEGIN {
            srand(seed)
            for (at = 0; at < len; at += n)
                print n = 1 + int(rand() * 90)
        }' >sizes
        in_pieces sizes <records | cmp records -
        in_pieces sizes <records |
            phase-agg "${EXAMPLE[@]}" >pieces 2>pieces.err
        cmp whole pieces
        cmp whole.err pieces.err
    done
}

@test "phase-agg: every prefix of a session gives a prefix of its lines" {
    local n lines size apart=29

    [ -z "$WRAP" ] || apart=211 # a wrapper makes each slow
    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z
    session >records
    size=$(wc -c <records)
    phase-agg "${EXAMPLE[@]}" <records >whole 2>errors
    for ((n = 0; n <= size; n += apart)); do
        head -c "$n" records >prefix
        phase-agg "${EXAMPLE[@]}" <prefix >part 2>errors
        lines=$(wc -l <part)
        [ "$lines" -ge 1 ]
        cmp <(head -n "$lines" whole) part
    done
}

# --- the ends of the pipe

@test "phase-agg: what is known is written before the writer says more" {
    mkfifo records
    bash -c 'phase-agg --phases a <records >states' &
    exec 9>records
    wait_for '"pending"' states
    printf '{"type":"progress","progressPercent":25}\n{"type":"prog' >&9
    wait_for '"25.00"' states
    printf 'ress","progressPercent":50}\n' >&9
    wait_for '"50.00"' states
    exec 9>&-
    wait $!
}

@test "phase-agg: a reader that goes away is said once, and the input is drained" {
    stats 3000 >records
    run --separate-stderr bash -c '
        { cat records && echo written >writer; } | phase-agg --phases a | head -n 1 >first
        echo "${PIPESTATUS[*]}"'
    assert_output '0 111 0'
    assert_equal "$stderr" "$lost: Broken pipe; $draining"
    assert_equal "$(cat writer)" written
}

@test "phase-agg: a full disk changes the exit code" {
    run --separate-stderr bash -c 'phase-agg --phases a </dev/null >/dev/full'
    assert_failure 111
    assert_equal "$stderr" "$lost: No space left on device; $draining"
}

@test "phase-agg: closed descriptors change the exit code" {
    run --separate-stderr bash -c 'phase-agg --phases a,b <&-'
    assert_failure 111
    assert_output "$pending"
    assert_equal "$stderr" 'phase-agg: fatal: unable to read standard input: Bad file descriptor'
    run --separate-stderr bash -c 'phase-agg --phases a,b </dev/null >&-'
    assert_failure 111
    assert_equal "$stderr" "$lost: Bad file descriptor; $draining"
    [[ $WRAP != qemu* ]] || return 0
    # valgrind does not start without standard error, hence WRAP=
    run --separate-stderr bash -c 'WRAP= phase-agg --phases a,b </dev/null 2>&-'
    assert_success
    assert_output "$pending"
    run --separate-stderr bash -c 'echo noise | WRAP= phase-agg --phases a,b 2>&-'
    assert_failure 111 # there was something to say
    assert_output "$pending"
    run --separate-stderr bash -c 'echo noise | phase-agg --phases a,b 2>/dev/full'
    assert_failure 111
}

@test "phase-agg: standard input that cannot be read is said" {
    run --separate-stderr bash -c 'phase-agg --phases a,b <.'
    assert_failure 111
    assert_output "$pending"
    assert_equal "$stderr" 'phase-agg: fatal: unable to read standard input: Is a directory'
}

@test "phase-agg: signals do not end it before its input does" {
    local signal

    mkfifo records
    # shellcheck disable=SC2086 # WRAP is a command with its options
    env --default-signal=INT,TERM,HUP $WRAP "$BIN/phase-agg" --phases a \
        <records >states 3>&- &
    filter=$!
    exec 9>records
    wait_for '"pending"' states
    for signal in INT TERM HUP; do
        kill -"$signal" "$filter"
    done
    printf '{"type":"phase","state":"complete"}\n' >&9
    exec 9>&-
    wait "$filter"
    assert_equal "$(tail -n 1 states | jq -r .state)" complete
}

@test "phase-agg: memory does not grow with the input" {
    local line='{"type":"progress","source":"app@host:/data","progressPercent":30}'
    local before after

    resident() {
        awk '$1 == "VmRSS:" { print $2 }' "/proc/$filter/status"
    }
    mkfifo records
    # shellcheck disable=SC2086 # WRAP is a command with its options
    env $WRAP "$BIN/phase-agg" --phases a <records >states 3>&- &
    filter=$!
    exec 9>records
    yes "$line" | head -n 1000 >&9
    printf '{"type":"progress","progressPercent":40}\n' >&9
    wait_for '"40.00"' states
    before=$(resident)
    yes "$line" | head -n 100000 >&9
    yes "some line of a pod's log" | head -n 100000 >&9
    printf '{"type":"progress","progressPercent":50}\n' >&9
    wait_for '"50.00"' states
    after=$(resident)
    exec 9>&-
    wait "$filter"
    echo "$before KiB, then $after KiB"
    [ "$((after - before))" -lt 256 ]
}

@test "phase-agg: of several sources the percent of all of them counts" {
    printf '%s\n' '{"type":"progress","progressPercent":50,"overallPercent":25}' \
        '{"overallPercent":75,"type":"progress","progressPercent":50}' >records
    run --separate-stderr bash -c 'phase-agg --phases a <records | grep -o "progressPercent\":\"[0-9.]*"'
    assert_success
    assert_output $'progressPercent":"25.00\nprogressPercent":"75.00'
}

# --- the end of the input

@test "phase-agg: with --result-ends a mover's last words end its phase" {
    local row

    for row in complete:complete unchanged:complete failed:failed \
        cancelled:failed partial:running unknown:running; do
        run --separate-stderr phase-agg --phases a,b --phase a --result-ends <<END
{"type":"progress","operation":"snapshot","progressPercent":40}
{"type":"result","operation":"snapshot","state":"${row%:*}"}
END
        assert_success
        assert_equal "$(tail -n 1 <<<"$output" | jq -r '.actions[0].phases[0].state')" "${row#*:}"
    done
}

@test "phase-agg: --result-ends waits for the end, and for a source behind the result" {
    run --separate-stderr phase-agg --phases a --result-ends <<'END'
{"type":"result","operation":"snapshot","state":"complete"}
{"type":"progress","operation":"snapshot","progressPercent":40}
END
    assert_success
    assert_equal "$(tail -n 1 <<<"$output" | jq -r '.state')" running
    run --separate-stderr phase-agg --phases a <<'END'
{"type":"result","operation":"snapshot","state":"complete"}
END
    assert_success
    assert_equal "$(tail -n 1 <<<"$output" | jq -r '.state')" pending
}
