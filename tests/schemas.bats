# The schemas of the records, and tests/validate, which holds all to them.

load helpers

VALIDATE=$ROOT/tests/validate
SCHEMAS=$ROOT/include/schemas

# A record of TYPE with every member that its schema knows.
whole() { # TYPE
    case $1 in
    progress) cat <<'JSON' ;;
{"type":"progress","action":0,"phase":"dump","item":2,"of":5,"source":"app@host:/data","sourceIndex":0,"stage":"copy","progressPercent":100,"rawPercent":341.9,"basis":"bytes","overallPercent":50.25,"estimatedTimeSeconds":35,"sizeUploadedB":0,"estimatedUploadSizeB":4500000000,"sizeDownloadedB":1,"estimatedDownloadSizeB":2,"speedBps":3,"hashingFiles":1,"hashedFiles":118,"hashedB":546900000,"cachedFiles":0,"cachedB":0,"uploadedBlobs":4,"fatalErrors":0,"ignoredErrors":0,"errors":0,"processedItems":5,"totalItems":6,"skippedItems":7,"skippedB":8,"processedObjects":9,"totalObjects":10,"processedB":11,"totalB":12,"readFiles":13,"readB":14,"processedBlobs":15,"totalBlobs":16,"seconds":61.07,"operation":null}
JSON
    message) cat <<'JSON' ;;
{"type":"message","action":0,"phase":1,"item":2,"of":5,"level":"error","path":"a/b","text":"permission denied","seconds":61.07}
JSON
    result) cat <<'JSON' ;;
{"type":"result","action":0,"phase":"dump","item":2,"of":5,"operation":"snapshot","source":"app@host:/data","sourceIndex":0,"sources":null,"state":"complete","exitStatus":0,"snapshotID":"a1","rootID":"k2","files":1,"directories":2,"symlinks":3,"bytes":4,"processedObjects":5,"processedB":6,"readFiles":7,"readB":8,"errors":0,"skippedItems":9,"fatalErrors":0,"ignoredErrors":0,"elapsedSeconds":20,"text":"ERROR no","seconds":61.07}
JSON
    phase) cat <<'JSON' ;;
{"type":"phase","action":0,"phase":"dump","item":2,"of":5,"step":"execution","state":"running","done":true,"mover":"kopia"}
JSON
    status) cat <<'JSON' ;;
{"type":"status","state":"running","actions":[{"name":"backup","phases":[{"name":"a","state":"complete","progress":{"progressPercent":"100.00","lastTransitionTime":"2023-02-20T12:48:55Z"}},{"name":"b","state":"running","progress":{"progressPercent":"30.00","lastTransitionTime":"2023-02-20T12:49:55Z","sizeUploadedB":50000,"estimatedUploadSizeB":100000000,"sizeDownloadedB":0,"estimatedDownloadSizeB":9007199254740992,"estimatedTimeSeconds":120}}],"deferPhase":{"name":"d","state":"pending"}}],"progress":{"percentCompleted":"65.00","runningPhase":"b","lastTransitionTime":"2023-02-20T12:49:55Z","sizeUploadedB":50000,"estimatedUploadSizeB":100000000,"sizeDownloadedB":0,"estimatedDownloadSizeB":1},"detail":{"runningPhases":["b"],"estimatedTimeSeconds":120,"eta":{"seconds":100,"lowSeconds":80,"highSeconds":150},"actionEta":{"seconds":100,"lowSeconds":80,"highSeconds":150},"timePercent":41.2,"rawPercent":42.91,"verdict":"slow","verdictSince":"2023-02-20T12:49:55Z","result":{"state":"partial"},"functions":[["KubeTask",null,"KubeExec"]]}}
JSON
    esac
}

# A record of each operation, as kopia-progress writes it.
operations() {
    cat <<'JSON'
{"type":"progress","operation":"snapshot","source":"app@host:/data","progressPercent":12.1,"sizeUploadedB":0,"estimatedUploadSizeB":4500000000,"estimatedTimeSeconds":35,"hashingFiles":1,"hashedFiles":118,"hashedB":546900000,"cachedFiles":0,"cachedB":0,"fatalErrors":0,"ignoredErrors":null}
{"type":"progress","operation":"migrate","progressPercent":null,"sizeUploadedB":0,"estimatedUploadSizeB":null,"estimatedTimeSeconds":null,"hashingFiles":1,"hashedFiles":118,"hashedB":546900000,"cachedFiles":0,"cachedB":0,"fatalErrors":0,"ignoredErrors":0,"uploadedBlobs":4}
{"type":"progress","operation":"restore","progressPercent":5.55,"basis":"bytes","sizeDownloadedB":1,"estimatedDownloadSizeB":18,"estimatedTimeSeconds":3,"processedItems":1,"totalItems":4,"skippedItems":0,"skippedB":0,"ignoredErrors":0,"speedBps":9}
{"type":"progress","operation":"verify","progressPercent":50,"basis":"objects","estimatedTimeSeconds":3,"processedObjects":1,"totalObjects":2,"processedB":7,"readFiles":1,"readB":7,"errors":0,"totalB":9}
{"type":"progress","operation":"content-verify","progressPercent":50,"estimatedTimeSeconds":3,"processedObjects":1,"totalObjects":2,"errors":0}
{"type":"progress","operation":"index-recover","progressPercent":50,"estimatedTimeSeconds":3,"processedBlobs":1,"totalBlobs":2}
{"type":"progress","operation":"sync","stage":"source","progressPercent":null,"sizeUploadedB":null,"estimatedUploadSizeB":8,"estimatedTimeSeconds":null,"processedBlobs":null,"totalBlobs":2,"speedBps":null}
{"type":"progress","operation":"maintenance","progressPercent":null,"processedObjects":1,"totalObjects":2}
JSON
}

TYPES="message phase progress result status"

# Each line of standard input is a path and a change to RECORD, in jq's words:
# the record is valid, and what becomes of it is not, at that path.
refuses() { # RECORD
    local path change changes='' n=0

    printf '%s\n' "$1" >good
    "$VALIDATE" good
    while read -r path change; do
        echo "$path"
        changes+="${changes:+, }($change)"
    done >paths
    jq -c "$changes" good >bad
    run jq -c "$changes | select(. == $1)" good # each changes something
    assert_output ''
    run --separate-stderr "$VALIDATE" bad
    assert_failure 1
    while read -r path; do
        n=$((n + 1))
        grep -qF "bad:$n: $path: " <<<"$stderr" || {
            echo "not refused at $path: $(sed -n "${n}p" bad)"
            grep -F "bad:$n: " <<<"$stderr"
            return 1
        }
    done <paths
    assert_equal "$(wc -l <bad)" "$n"
    [ "$n" -gt 2 ]
}

@test "schemas: there is one for each type, by its name, and it says what each member is" {
    local type

    assert_equal "$(cd "$SCHEMAS" && echo *)" \
        'message.json phase.json progress.json result.json status.json'
    for type in $TYPES; do
        run jq -c --arg type "$type" '
            . as $root
            | [."$schema", ."$id", .title, .properties.type.const,
               .additionalProperties] ==
              ["https://json-schema.org/draft/2020-12/schema",
               "https://phasepipe.dev/schemas/\($type).json", $type, $type, false],
            (.description | contains("passes over members")),
            [.. | objects | select(has("additionalProperties"))
                | .properties | to_entries[]
                | select(.value.description // $root["$defs"][.key].description
                    | not) | .key]' "$SCHEMAS/$type.json"
        assert_output $'true\ntrue\n[]'
    done
}

@test "schemas: what a record may have, all of it" {
    local type

    for type in $TYPES; do
        whole "$type" | "$VALIDATE"
        # and no member is missing above
        whole "$type" | jq -r '.. | objects | keys[]' | sort -u >there
        jq -r '.. | .properties? | objects | keys[]' "$SCHEMAS/$type.json" |
            sort -u >known
        diff there known
    done
    # nothing may bound how long it takes
    whole status | jq -c 'del(.detail.eta.highSeconds)' | "$VALIDATE"
    run --separate-stderr "$VALIDATE" < <(operations)
    assert_success
    assert_output '0 message, 0 phase, 8 progress, 0 result, 0 status (8 different); not valid: 0'
}

@test "schemas: every member of another kind is refused" {
    local type

    for type in $TYPES; do
        whole "$type" | jq -c 'paths as $p | select($p != ["type"])
            | (getpath($p) | type) as $is
            | setpath($p; if $is == "object" or $is == "array" then true
                else {} end)' >bad
        whole "$type" | jq -r 'paths as $p | select($p != ["type"])
            | reduce $p[] as $k ("$"; . + if $k | type == "number"
                then "[\($k)]" else ".\($k)" end)' >paths
        run --separate-stderr "$VALIDATE" bad
        assert_failure 1
        awk '{ print "bad:" NR ": " $0 ": " }' paths >wanted
        grep -oE '^bad:[0-9]+: [^ ]+: ' <<<"$stderr" >seen
        diff wanted seen
    done
}

@test "schemas: a message that is none is refused" {
    refuses "$(whole message)" <<'END'
$ del(.level)
$ del(.text)
$ .other = 1
$.level .level = "info"
$.level .level = null
$.text .text = null
$.path .path = ""
END
}

@test "schemas: whose a record is must be clear" {
    local type

    for type in message phase progress result; do
        refuses "$(whole "$type")" <<'END'
$ del(.item)
$.action .action = -1
$.action .action = 0.5
$.phase .phase = -1
$.phase .phase = 0.5
$.phase .phase = ""
$.phase .phase = "a" * 1025
$.item .item = -1
$.item .item = 1000
$.of .of = 0
$.of .of = 1001
END
    done
}

@test "schemas: stats that are none are refused" {
    refuses "$(whole progress)" <<'END'
$ .other = 1
$ .exitStatus = 0
$.operation .operation = "backup"
$.operation .operation = "estimate"
$.source .source = ""
$.sourceIndex .sourceIndex = -1
$.stage .stage = "target"
$.basis .basis = "time"
$.rawPercent .rawPercent = 100
$.rawPercent .rawPercent = "341.9"
$.progressPercent .progressPercent = 99
$.progressPercent del(.rawPercent) | .progressPercent = -0.01
$.progressPercent del(.rawPercent) | .progressPercent = 100.01
$.progressPercent del(.rawPercent) | .progressPercent = "12.1"
$ del(.progressPercent)
$.overallPercent .overallPercent = 101
$.overallPercent .overallPercent = -1
$.estimatedTimeSeconds .estimatedTimeSeconds = 1.5
$.sizeUploadedB .sizeUploadedB = -1
$.hashedB .hashedB = 9223372036854776000
END
}

@test "schemas: of each operation every member is needed, and those of others are none" {
    local record foreign

    while read -r record; do
        # but for what is optional, and what a record of any operation may have
        {
            jq -r 'del(.type, .operation, .source, .basis, .uploadedBlobs,
                .totalB) | keys[] | "$ del(.\(.))"' <<<"$record"
            for foreign in hashedB processedItems readB stage processedBlobs \
                totalBlobs sizeDownloadedB; do
                [[ $record = *"\"$foreign\""* ]] || echo "\$ .$foreign = null"
            done
        } >rows
        refuses "$record" <rows
    done < <(operations)
}

@test "schemas: a result that is none is refused" {
    refuses "$(whole result)" <<'END'
$ del(.state)
$ .other = 1
$ .hashedB = 1
$.state .state = "completed"
$.state .state = null
$.operation .operation = "backup"
$.exitStatus .exitStatus = 256
$.exitStatus .exitStatus = -1
$.source .source = ""
$.sourceIndex .sourceIndex = -1
$.snapshotID .snapshotID = ""
$.rootID .rootID = ""
$.text .text = ""
$.files .files = -1
$.bytes .bytes = 9223372036854776000
$.elapsedSeconds .elapsedSeconds = 0.5
$.sources del(.source, .sourceIndex, .snapshotID, .rootID) | .sources = 1
$.source del(.sourceIndex, .snapshotID, .rootID) | .sources = 2
$.sourceIndex del(.source, .snapshotID, .rootID) | .sources = 2
END
}

@test "schemas: an event that is none is refused" {
    local event

    refuses "$(whole phase)" <<'END'
$ .other = 1
$ del(.step, .item, .of)
$.step .step = "upload"
$.state .state = "completed"
$.state .state = ""
$.done .done = "yes"
END
    # neither a state nor a step nor an item
    for event in '{"type":"phase"}' '{"type":"phase","phase":"a"}' \
        '{"type":"phase","state":null,"step":null}' \
        '{"type":"phase","item":null}' '{"type":"phase","done":true}'; do
        run "$VALIDATE" <<<"$event"
        assert_failure 1
    done
    "$VALIDATE" <<'END'
{"type":"phase","phase":"a","state":"complete"}
{"type":"phase","step":"prerequisites","done":true}
{"type":"phase","item":2,"of":5,"done":true}
{"type":"phase","item":2,"state":"failed"}
END
}

@test "schemas: a status that is none is refused" {
    refuses "$(whole status)" <<'END'
$ del(.state)
$ del(.actions)
$ del(.progress)
$ del(.detail)
$ .error = {}
$.state .state = "completed"
$.actions .actions = []
$.actions[0] del(.actions[0].phases)
$.actions[0] .actions[0].blueprint = "b"
$.actions[0].name .actions[0].name = ""
$.actions[0].phases[0] del(.actions[0].phases[0].name)
$.actions[0].phases[0] del(.actions[0].phases[0].state)
$.actions[0].phases[0] .actions[0].phases[0].output = {}
$.actions[0].phases[0].state .actions[0].phases[0].state = "completed"
$.actions[0].phases[0].progress .actions[0].phases[0].progress = {}
$.actions[0].phases[0].progress .actions[0].phases[0].progress.other = 1
$.actions[0].phases[0].progress.progressPercent .actions[0].phases[0].progress.progressPercent = "100"
$.actions[0].phases[0].progress.progressPercent .actions[0].phases[0].progress.progressPercent = "100.01"
$.actions[0].phases[0].progress.progressPercent .actions[0].phases[0].progress.progressPercent = "099.00"
$.actions[0].phases[0].progress.progressPercent .actions[0].phases[0].progress.progressPercent = "-1.00"
$.actions[0].phases[0].progress.lastTransitionTime .actions[0].phases[0].progress.lastTransitionTime = "2023-02-20T12:448:55Z"
$.actions[0].phases[0].progress.lastTransitionTime .actions[0].phases[0].progress.lastTransitionTime = "2023-02-20T24:00:00Z"
$.actions[0].phases[1].progress.progressPercent .actions[0].phases[1].progress.progressPercent = "100.00"
$.actions[0].phases[1].progress.sizeUploadedB .actions[0].phases[1].progress.sizeUploadedB = "50000"
$.actions[0].phases[1].progress.sizeUploadedB .actions[0].phases[1].progress.sizeUploadedB = 9007199254740994
$.actions[0].deferPhase.state .actions[0].deferPhase.state = ""
$.progress del(.progress.percentCompleted)
$.progress .progress.estimatedTimeSeconds = 1
$.progress.percentCompleted .progress.percentCompleted = "65"
$.progress.percentCompleted .progress.percentCompleted = 65
$.progress.runningPhase .progress.runningPhase = ""
$.progress.sizeDownloadedB .progress.sizeDownloadedB = -1
$.detail del(.detail.runningPhases)
$.detail .detail.other = 1
$.detail del(.detail.verdict)
$.detail del(.detail.verdictSince)
$.detail.verdict .detail.verdict = "stopped"
$.detail.runningPhases[0] .detail.runningPhases[0] = 1
$.detail.runningPhases[0] .detail.runningPhases = ["a" * 1025]
$.detail.timePercent .detail.timePercent = 100.5
$.detail.timePercent .detail.timePercent = -1
$.detail.rawPercent .detail.rawPercent = -1
$.detail.eta del(.detail.eta.lowSeconds)
$.detail.eta .detail.eta.minutes = 1
$.detail.eta.highSeconds .detail.eta.highSeconds = -1
$.detail.actionEta del(.detail.actionEta.seconds)
$.detail.result del(.detail.result.state)
$.detail.result .detail.result.operation = "snapshot"
$.detail.result.state .detail.result.state = "good"
END
}

@test "schemas: what no schema can say is looked at too" {
    local long

    long=$(printf '%065536d' 0)
    {
        echo
        echo 'a log line'
        echo '[{"type":"phase","state":"running"}]'
        echo '{"state":"running","type":"phase"}'
        echo '{"type":"phase","state":"running","state":"running"}'
        echo '{"type":"phases","state":"running"}'
        echo '{"type":null}'
        echo '{"type":{}}'
        echo '{}'
        echo '{"type":"progress","progressPercent":12.125}'
        echo '{"type":"progress","progressPercent":1e1}'
        echo '{"type":"progress","progressPercent":NaN}'
        echo '{"type":"progress","progressPercent":1,}'
        printf '{"type":"message","level":"error","text":"\377"}\n'
        printf '{"type":"message","level":"error","text":"\001"}\n'
        echo "{\"type\":\"message\",\"level\":\"error\",\"text\":\"$long\"}"
        printf '{"type":"phase","state":"running"}'
    } >bad
    run --separate-stderr "$VALIDATE" bad
    assert_failure 1
    assert_output '0 message, 0 phase, 0 progress, 0 result, 0 status (0 different); not valid: 17'
    grep -o '^bad:.*' <<<"$stderr" | sed -E 's/(no JSON):.*/\1/' >seen
    diff - seen <<'END'
bad:1: it is no JSON
bad:2: it is no JSON
bad:3: it is no object
bad:4: its first member is not its type
bad:5: a member is there twice
bad:6: there is no type 'phases'
bad:7: there is no type None
bad:8: there is no type {}
bad:9: its first member is not its type
bad:10: 12.125 does not have one or two decimals
bad:11: 1e1 does not have one or two decimals
bad:12: NaN is no JSON
bad:13: it is no JSON
bad:14: it is no UTF-8
bad:15: it is no JSON
bad:16: it has 65580 bytes
bad:17: its newline is missing
END
}

@test "schemas: nothing at all is not valid" {
    mkdir empty
    run "$VALIDATE" empty
    assert_failure 1
    run "$VALIDATE" /dev/null
    assert_failure 1
    run "$VALIDATE" </dev/null
    assert_failure 1
    run "$VALIDATE" --help
    assert_failure 100
}

@test "schemas: all records of the recordings are valid, and all that are in tests/data" {
    local data

    mapfile -t data < <(find "$ROOT/tests/data" -name '*.out')
    run --separate-stderr "$VALIDATE" "$ROOT"/tests/recordings/*/*.records \
        "${data[@]}"
    assert_success
    assert_equal "$stderr" ''
}

# --- what keeps the records that programs print

# Runs a command whose records are kept in ./kept.
keeping() {
    mkdir -p kept
    PHASEPIPE_RECORDS=$PWD/kept LD_PRELOAD=$ROOT/build/tests/collect.so "$@"
}
export -f keeping

@test "schemas: all that a test prints is kept, and a table is passed over" {
    keeping phase-agg --phases a </dev/null >one
    keeping phase-agg --phases a --phase a >two \
        <<<'{"type":"progress","progressPercent":5}'
    keeping kopia-progress --forms >table
    keeping echo '{"type":"other"}'
    cat one two table | sort >printed
    cat kept/* | sort | cmp printed -
    run --separate-stderr "$VALIDATE" kept
    assert_success
    assert_output '0 message, 0 phase, 0 progress, 0 result, 3 status (2 different); not valid: 0'
    # a table in which a record stands is none
    cat table one >kept/mixed
    run "$VALIDATE" kept
    assert_failure 1
}

@test "schemas: what a full disk does not take is kept too" {
    run --separate-stderr bash -c 'keeping phase-agg --phases a </dev/null >/dev/full'
    assert_failure 111
    run --separate-stderr "$VALIDATE" kept
    assert_success
    assert_line --partial '1 status'
}
