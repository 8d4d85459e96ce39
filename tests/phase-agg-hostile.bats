#!/usr/bin/env bats
# phase-agg: input that nobody should write, and plans that nobody should have.

load helpers

# What of the latest line JQ selects.
latest() {
    jq -c "$1" <<<"${lines[-1]}"
}

# plan JQ: plan.json, an ActionSet whose status.actions are what JQ makes
plan() {
    jq -nac "{kind: \"ActionSet\", status: {actions: ($1)}}" >plan.json
}

refuses() { # REASON
    run --separate-stderr phase-agg --plan plan.json </dev/null
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" "phase-agg: fatal: plan.json: $1"
}

# --- records

@test "phase-agg: a number of the wrong kind, or that cannot be, is unknown" {
    local value phases='' n=0

    # each is said of a phase of its own
    while read -r value; do
        n=$((n + 1))
        phases+=${phases:+,}p$n
        printf '{"type":"progress","phase":"p%d"' "$n"
        printf ",\"%s\":$value" sizeUploadedB estimatedUploadSizeB \
            sizeDownloadedB estimatedDownloadSizeB estimatedTimeSeconds \
            hashedB cachedB processedB totalItems processedItems
        printf ',"progressPercent":5}\n'
    done >records <<'END'
null
true
false
[]
[5]
{}
{"a":5}
{"progressPercent":50}
""
"x"
"-1"
"5x"
"5 "
"0x5"
"9007199254740993"
"99999999999999999999"
-1
-0.5
-1e400
nan
END
    assert_equal "$n" 20
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z run --separate-stderr \
        phase-agg --phases "$phases" <records
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest '[.actions[0].phases[] | del(.name)] | unique')" \
        '[{"state":"running","progress":{"progressPercent":"5.00","lastTransitionTime":"2023-02-20T12:49:55Z"}}]'
    assert_equal "$(latest '.progress | del(.runningPhase)')" \
        '{"percentCompleted":"5.00","lastTransitionTime":"2023-02-20T12:49:55Z"}'
}

@test "phase-agg: a size is a whole number up to 2^53, or unknown" {
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z run --separate-stderr \
        phase-agg --phases a,b,c,d,e,f <<'END'
{"type":"progress","phase":"a","sizeUploadedB":0.5}
{"type":"progress","phase":"b","sizeUploadedB":1e300}
{"type":"progress","phase":"c","sizeUploadedB":1e400}
{"type":"progress","phase":"d","sizeUploadedB":9007199254740994}
{"type":"progress","phase":"e","sizeUploadedB":9007199254740992}
{"type":"progress","phase":"f","sizeUploadedB":1}
END
    assert_success
    assert_equal "$(latest '[.actions[0].phases[].progress.sizeUploadedB]')" \
        '[null,null,null,null,9007199254740992,1]'
    assert_equal "$(latest .progress.sizeUploadedB)" 9007199254740992
}

@test "phase-agg: an action, a phase or an item of the wrong kind is nobody's" {
    local member value count

    # a string is a phase's name, or what --action may be; null is as good as nothing
    for value in -1 0.5 1e400 -1e400 '[]' '[0]' '{}' true '"0"' '""'; do
        for member in action phase '"of":3,"item' '"item":0,"of'; do
            case $member$value in
            *of'"0"' | action'"0"') ;; # these may be strings
            '"'*) echo "{\"type\":\"progress\",\"progressPercent\":5,$member\":$value}" ;;
            *) echo "{\"type\":\"progress\",\"progressPercent\":5,\"$member\":$value}" ;;
            esac
        done
    done >records
    count=$(wc -l <records)
    assert_equal "$count" 38
    jq -c '"\(keys)"' records >keys # they are records
    run --separate-stderr phase-agg --phases a,b --phase a <records
    assert_success
    assert_equal "${#lines[@]}" 1
    assert_equal "$(latest '[.actions[0].phases[].state]')" '["pending","pending"]'
    assert_equal "$(grep -c 'passed over [12][0-9] records' <<<"$stderr")" 2
}

@test "phase-agg: states and steps of the wrong kind complete nothing" {
    local value

    for value in 3 true '[]' '["complete"]' '{"state":"complete"}' '""' \
        '"complete\u0000"' '"Complete"' '"complete "' null; do
        echo "{\"type\":\"phase\",\"state\":$value}"
        echo "{\"type\":\"phase\",\"step\":$value,\"done\":true}"
        echo "{\"type\":\"phase\",\"step\":$value,\"state\":\"running\"}"
        echo "{\"type\":\"phase\",\"step\":\"execution\",\"done\":$value}"
    done | grep -v '"done":true}' >records
    # a step that is known, but not whether it is done
    run --separate-stderr phase-agg --phases a <records
    assert_success
    assert_equal "$(jq -r '.state + " " + .progress.percentCompleted' <<<"$output" | sort -u)" \
        'pending 0.00
running 0.00'
}

@test "phase-agg: a record that is cut anywhere is none" {
    local n record='{"type":"progress","progressPercent":3e1,"a":{"b":[1,"x\"\u0041",null]},"phase":"a"}'

    for ((n = 0; n < ${#record}; n++)); do
        echo "${record:0:n}"
    done >records
    run --separate-stderr phase-agg --phases a <records
    assert_success
    assert_equal "${#lines[@]}" 1
    assert_equal "$(latest .state)" '"pending"'
    assert_equal "$stderr" "phase-agg: warning: no record in the input; lines passed over: ${#record}"
    echo "$record" >records
    run --separate-stderr phase-agg --phases a <records
    assert_equal "$(latest .progress.percentCompleted)" '"30.00"'
}

@test "phase-agg: every byte may stand anywhere in a record" {
    local byte escape

    for byte in {0..255}; do
        printf -v escape '\\x%xx' "$byte"
        # shellcheck disable=SC2059 # the format is the bytes
        {
            printf "${escape%x}"'{"type":"progress","progressPercent":1}\n'
            printf '{"type":"progress",'"${escape%x}"'"progressPercent":1}\n'
            printf '{"type":"prog'"${escape%x}"'ress","progressPercent":1}\n'
            printf '{"type":"progress","progressPercent":1'"${escape%x}"'}\n'
            printf '{"type":"progress","a'"${escape%x}"'":"\\'"${escape%x}"'","progressPercent":1}\n'
            printf '{"type":"progress","progressPercent":1}'"${escape%x}"'\n'
        }
    done >records
    echo '{"type":"progress","progressPercent":50}' >>records
    run --separate-stderr phase-agg --phases a <records
    assert_success
    # 1 with a digit behind it is what it says
    assert_equal "$(jq -r .progress.percentCompleted <<<"$output" | uniq | tr '\n' ' ')" \
        '0.00 1.00 10.00 11.00 12.00 13.00 14.00 15.00 16.00 17.00 18.00 19.00 50.00 '
    assert_equal "$(LC_ALL=C grep -c '[[:cntrl:]]' <<<"$stderr")" 0
}

@test "phase-agg: hostile input takes no memory" {
    local limit=unlimited

    # a wrapper and ASan take their own
    if [ -z "$WRAP" ] && ! grep -q __asan_init "$BIN/phase-agg"; then
        limit=131072 # of KiB; some of it are the libraries
    fi
    awk 'BEGIN {
        for (i = 0; i < 20000; i++) {
            printf "{\"type\":\"progress\",\"phase\":\"p%d\",\"progressPercent\":%d}\n", i, i
            printf "{\"type\":\"phase\",\"item\":%d,\"of\":%d,\"state\":\"odd%d\"}\n", i, i + 1, i
            printf "{\"type\":\"t%d\",\"m%d\":[{\"a\":\"\\u00%02x\"}]}\n", i, i, i % 256
            printf "{\"type\":\"progress\",\"m%d\":[[{\n", i
        }
        for (i = 0; i < 100; i++)
            printf "{\"type\":\"phase\",\"step\":\"%060000d\"}\n", i
        printf "{\"type\":\"progress\",\"progressPercent\":50}\n"
    }' >records
    run --separate-stderr bash -c 'ulimit -v "$1"; phase-agg --phases a --format text <records' - "$limit"
    assert_success
    [[ "${lines[-1]}" == *' 50.00%'* ]]
}

# --- names

@test "phase-agg: names of every kind are told apart, however they are spelt" {
    local names='["a","a\u0000","a\u0000b","0","","\ud83d\ude00","\u00e9","e\u0301","\"\\\/","\b\f\n\r\t\u001b[2J","{{ .Phase }}","null"," a"]'

    names=$(jq -ac 'map(select(. != ""))' <<<"$names")
    plan "[{name: \"x\\u0000y\", phases: ($names | map({name: .}))}]"
    # each is named twice, in escapes and in UTF-8 with blanks
    jq -ac '.[] | {type: "phase", phase: ., state: "running"}' <<<"$names" >escapes
    jq -c '.[] | {type: "phase", phase: ., state: "running"}' <<<"$names" |
        sed 's/,/ , /g' >blanks
    for file in escapes blanks; do
        run --separate-stderr phase-agg --plan plan.json <"$file"
        assert_success
        assert_equal "$stderr" ''
        assert_equal "${#lines[@]}" 13 # each is another one
        assert_equal "$(latest .detail.runningPhases | jq -ac .)" "$names"
        assert_equal "$(latest '.actions[0].name' | jq -a .)" '"x\u0000y"'
    done
}

@test "phase-agg: half a character more or less is another name" {
    plan '[{phases: [{name: "a"}, {name: "\ud83d\ude00"}]}]'
    printf '{"type":"phase","phase":"%s","state":"failed"}\n' '\ud800' \
        '\udc00\ud83d' 'a\udfff' 'a\ud83d' '\ud83d' '\ude00' \
        '\ud83d\ude01' '\ude00\ud83d' '\ud83d\u0000' >records
    printf '{"type":"phase","phase":"a\xf0\x9f","state":"failed"}\n' >>records
    printf '{"type":"phase","phase":"\xf0\x9f\x98","state":"failed"}\n' >>records
    run --separate-stderr phase-agg --plan plan.json <records
    assert_success
    assert_equal "${#lines[@]}" 1
    assert_equal "$(latest '[.actions[0].phases[].state]')" '["pending","pending"]'
}

# --- plans

@test "phase-agg: a plan of nothing is refused, whichever nothing" {
    local text phaseless='it has no status.actions with phases yet, and spec.actions gives only names: give its Blueprint too'

    for text in '' '---' '[]' '""' null 0 '[[]]'; do
        echo "$text" >plan.json
        refuses 'there is no object in it'
    done
    for text in '{}' '{"status":null}' '{"status":[]}' '{"status":{"actions":{}}}' \
        '{"status":{"actions":[]}}' '{"status":{"actions":[{},null,0]}}'; do
        echo "$text" >plan.json
        refuses "$phaseless"
    done
}

@test "phase-agg: a plan with values of the wrong kind is refused, or does without them" {
    plan '[{phases: [{}]}]'
    refuses 'a phase has no name'
    plan '[{phases: [[]]}]'
    refuses 'a phase has no name'
    plan '[{phases: [{name: 5}]}]'
    refuses 'the name of a phase is no string'
    plan '[{phases: [{name: ""}]}]'
    refuses 'a phase has an empty name'
    plan '[{phases: [{name: "a", state: 5}]}]'
    refuses 'the state of phase "a" is none of pending, running, failed and complete'
    plan '[{name: 5, phases: [{name: "a", state: "running", progress: []}], deferPhase: {name: []}},
        {phases: [{name: "a", state: "running", progress: {progressPercent: {}, sizeUploadedB: -1, estimatedTimeSeconds: "soon", lastTransitionTime: 5}}], deferPhase: 5},
        {phases: {name: "b"}}]'
    run --separate-stderr phase-agg --plan plan.json </dev/null
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest .actions)" '[{"phases":[{"name":"a","state":"running","progress":{"progressPercent":"0.00"}}]},{"phases":[{"name":"a","state":"running","progress":{"progressPercent":"0.00"}}]},{"phases":[]}]'
}

@test "phase-agg: a plan of 10000 phases is refused for its line, one of more for that" {
    plan '[{phases: [range(10000) | {name: "p\(.)"}]}]'
    run --separate-stderr phase-agg --plan plan.json </dev/null
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'phase-agg: fatal: too many phases (10000): a status line could pass 65536 bytes, the most that a record may have'
    plan '[{phases: [range(5001) | {name: "p\(.)"}]}, {phases: [range(5000) | {name: "p\(.)"}]}]'
    refuses 'more than 10000 phases'
}

@test "phase-agg: a plan of 100000 actions is refused, one of 1000 is not" {
    plan '[range(100000) | {phases: []}]'
    refuses 'more than 10000 actions'
    plan '[range(1000) | {phases: []}] + [{phases: [{name: "a"}]}]'
    run --separate-stderr phase-agg --plan plan.json --action 1000 \
        <<<'{"type":"phase","state":"complete"}'
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest '[(.actions | length), .actions[1000].phases[0].state, .progress.percentCompleted]')" \
        '[1001,"complete","100.00"]'
}

@test "phase-agg: a plan that is nested without end is refused" {
    local n

    for n in 200 100000; do
        {
            printf '{"kind":"ActionSet","a":'
            head -c "$n" /dev/zero | tr '\0' '['
            head -c "$n" /dev/zero | tr '\0' ']'
            printf ',"status":{"actions":[{"phases":[{"name":"a"}]}]}}\n'
        } >"$n.json"
    done
    run --separate-stderr phase-agg --plan 200.json </dev/null
    assert_success
    run --separate-stderr phase-agg --plan 100000.json </dev/null
    assert_failure 100
    assert_output ''
    [ "${#stderr_lines[@]}" = 1 ]
}

# --- clocks

@test "phase-agg: the first and the last second that there is" {
    local time

    for time in 1970-01-01T00:00:00Z 2261-12-31T23:59:59Z; do
        PHASEPIPE_CLOCK=$time run --separate-stderr phase-agg --phases a \
            <<<'{"type":"progress","progressPercent":5,"estimatedTimeSeconds":9007199254740992}'
        assert_success
        assert_equal "$(latest '[.progress, .actions[0].phases[0].progress | .lastTransitionTime] | unique')" \
            "[\"$time\"]"
    done
}
