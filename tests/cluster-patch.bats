# status-patch and a real API server: what it writes, and what it leaves alone.

load helpers
load cluster
load cluster-patch

# The status of running_status, as jq changes it.
status_with() { # FILTER PHASE ...
    running_status "${@:2}" | jq -c "$1"
}

phase_is() { # NAME PHASE FILTER
    actionset_is "$1" "$(phase_filter "$2") | $3"
}

@test "cluster-patch: progress and the annotation are written by an account with no other right" {
    make backup quiesce dump
    make_account pod backup
    deliver backup < <(line quiesce=40.50 dump)
    ended_with 0 'writes: 1 \(the last: percentCompleted 20\), looks: 1, tried again: 0$'
    actionset_is backup '.status.progress == {"runningPhase": "quiesce",
        "percentCompleted": "20", "sizeUploadedB": 1000, "estimatedUploadSizeB": 5000,
        "lastTransitionTime": "2026-11-23T04:10:05Z"}'
    actionset_is backup '.metadata.annotations["phasepipe.dev/progress"] | fromjson
        | .percentCompleted == "20.25" and .detail == {"verdict": "running"} and
        .phases == [{"action": 0, "phase": "quiesce", "progressPercent": "40.50",
            "sizeUploadedB": 1000, "estimatedUploadSizeB": 5000}]'
    actionset_is backup '[.metadata.managedFields[] | select(.manager == "status-patch")]
        | length == 1 and (.[0].fieldsV1 | tojson | contains("percentCompleted"))'
    [ "$(wc -l <err)" = 1 ]
    [ ! -s out ]
}

@test "cluster-patch: in a pod the account that is mounted there is enough" {
    make backup quiesce dump
    make_account pod backup
    # shellcheck disable=SC2016 # the shell in the pod
    in_pod pod env -u KUBECONFIG HOME=/nowhere bash -c \
        '$WRAP "$BIN/status-patch" actionset/backup' \
        < <(line quiesce=40 dump) >out 2>err
    wrote backup 20
}

@test "cluster-patch: --write says which parts are written" {
    local what

    for what in top annotation phases auto; do
        make "$what" quiesce dump
        make_account "pod-$what" "$what"
        if [ "$what" = phases ]; then
            rm "strangers/$what"
            PHASES_TOO=1 remember "$what"
        fi
        AS=pod-$what deliver "$what" --write "$what" < <(line quiesce=40.50 dump)
        ended_with 0
    done
    wrote top 20 null
    wrote annotation null 20.25
    wrote auto 20 20.25
    wrote phases 20 null
    phase_is phases quiesce '.progress == {"progressPercent": "40",
        "sizeUploadedB": 1000, "estimatedUploadSizeB": 5000,
        "lastTransitionTime": "2026-11-23T04:10:05Z"}'
    phase_is phases dump '.progress == null'
    export PHASES_TOO=1
    remember top
    remember annotation
    remember auto
}

@test "cluster-patch: where the controller counts with decimals, so do we" {
    make_of backup "$(status_with '.actions[0].phases[0] += {state: "complete",
        progress: {progressPercent: "100.00"}}
        | .actions[0].phases[1].state = "running"' quiesce dump unquiesce)"
    make_account pod backup
    deliver backup < <(line quiesce=100 dump=30 unquiesce)
    wrote backup 43.33 43.33
    others_set backup '.actions[0].phases[0].progress.progressPercent = "100"'
    deliver backup < <(line quiesce=100 dump=31 unquiesce)
    wrote backup 43 43.66
}

@test "cluster-patch: an ActionSet without progress and annotations gets them" {
    make_actionset backup "$(status_with 'del(.progress)' quiesce dump)"
    remember backup
    actionset_is backup '.status.progress == null and .metadata.annotations == null'
    make_account pod backup
    deliver backup < <(line quiesce=40 dump)
    ended_with 0
    wrote backup 20
    actionset_is backup '.metadata.annotations | keys == ["phasepipe.dev/progress"]'
}

@test "cluster-patch: a defer phase is shown, and does not count" {
    make_of backup "$(status_with '.actions[0].phases[].state = "complete"
        | .progress.runningPhase = "tidy"
        | .actions[0].deferPhase = {name: "tidy", state: "pending"}' quiesce dump)"
    export PHASES_TOO=1
    remember backup
    make_account pod backup
    deliver backup --write phases < <(line quiesce=100 dump=100 defer:tidy=40)
    ended_with 0
    wrote backup 100 null
    actionset_is backup '.status.actions[0].deferPhase
        | .state == "pending" and .progress.progressPercent == "40"'
    deliver backup < <(line quiesce=100 dump=100 defer:tidy=41)
    actionset_is backup '.metadata.annotations["phasepipe.dev/progress"]
        | fromjson.phases[0] | .phase == "tidy" and .progressPercent == "41.00"'
}

@test "cluster-patch: a defer phase that nobody has given a state is written too" {
    make_of backup "$(status_with '.actions[0].phases[].state = "complete"
        | .progress.runningPhase = "tidy"
        | .actions[0].deferPhase = {name: "tidy"}' dump)"
    make_account pod backup
    deliver backup < <(line dump=100 defer:tidy=40)
    ended_with 0
    wrote backup 100
}

@test "cluster-patch: two writers of two actions at once lose nothing of each other" {
    local i

    make_of backup "$(status_with '.actions += [.actions[0] | .name = "other"]' quiesce dump)"
    make_account pod backup
    second() { line "$@" | jq -c '.actions |= [{name: "backup", phases: []}, .[0]]
        | .actions[1].name = "other"'; }
    for ((i = 1; i <= 40; i++)); do
        line "quiesce=$i" dump
    done >one
    for ((i = 1; i <= 40; i++)); do
        second "quiesce=$((i + 40))" dump
    done >two
    # each line by itself, so that the writers meet
    slowly() { while read -r text; do echo "$text"; sleep 0.05; done <"$1"; }
    slowly two | status-patch -i 0 --kubeconfig pod/kubeconfig actionset/backup 2>err.two &
    WRITER=$!
    deliver backup -i 0 < <(slowly one)
    wait "$WRITER"
    WRITER=
    ended_with 0
    # 40 + 0 + 80 + 0 over four
    wrote backup 30
    actionset_is backup '.metadata.annotations["phasepipe.dev/progress"] | fromjson.phases
        | map([.action, .phase, .progressPercent])
        == [[0, "quiesce", "40.00"], [1, "quiesce", "80.00"]]'
}

@test "cluster-patch: names may have every sign that JSON and Go spell in their ways" {
    local odd='"<b> & \"c\" \\ \u00e9 é \u2028 \u2029 \t \u0001 \u007f / ~1"'

    make_of backup "$(status_with ".actions[0].name = $odd | .actions[0].phases[0].name = $odd" quiesce dump)"
    make_account pod backup
    deliver backup < <(line quiesce=40 dump |
        jq -c ".actions[0].name = $odd | .actions[0].phases[0].name = $odd")
    ended_with 0 'writes: 1 .* looks: 1, tried again: 0$'
    wrote backup 20
    actionset_is backup ".metadata.annotations[\"phasepipe.dev/progress\"] | fromjson.phases[0].phase == $odd"
}

@test "cluster-patch: of several phases each counts as the object has it" {
    make_of backup "$(status_with '.actions[0].phases[0].state = "complete"
        | .actions[0].phases[1].state = "running"' a b c d)"
    make_account pod backup
    # the line is behind with a, and ahead with c
    deliver backup --final-budget 1s < <(line a=50 b=60 c=70 d)
    ended_with 111 'was not written to .*: its phase "c" has not begun$'
    wrote backup 40
    deliver backup < <(line a=50 b=61 c d)
    ended_with 0
    wrote backup 40 40.25
}

@test "cluster-patch: a status of fewer phases than the ActionSet has is enough" {
    make_of backup "$(status_with '.actions[0].phases[0].state = "complete"
        | .actions[0].phases[1].state = "running"' a b c d)"
    make_account pod backup
    deliver backup < <(line b=60)
    ended_with 0
    wrote backup 40
}

@test "cluster-patch: the status of another ActionSet is refused, and what does not fit is said" {
    local version

    make backup quiesce dump
    make_account pod backup
    version=$(version_of backup)
    deliver backup < <(line quiesce=40 upload)
    ended_with 100 'fatal: actionset/backup in namespace .* is not the one of the status: its action "backup" has no phase "upload"$'
    deliver backup < <(line quiesce=40 dump | jq -c '.actions[0].name = "restore"')
    ended_with 100 'is not the one of the status: its action 0 is not "restore"$'
    deliver backup < <(line quiesce=40 dump defer:tidy)
    ended_with 100 'has no defer phase "tidy"$'
    deliver backup < <(line quiesce=40 dump | jq -c 'del(.actions)')
    ended_with 100 'is not the one of the status: the status has no phases$'
    [ "$(version_of backup)" = "$version" ]
}

@test "cluster-patch: the input of a status that does not fit is read to its end" {
    make backup quiesce dump
    make_account pod backup
    deliver backup --pass < <(line upload=40; seq 200000)
    ended_with 100
    [ "$(wc -l <out)" = 200001 ]
}

@test "cluster-patch: nothing is written before the controller has begun, then at once" {
    local version state

    make backup quiesce dump
    make_account pod backup
    for state in null '{"state":"pending","actions":[]}'; do
        api PATCH "$(actionsets backup)" "[{\"op\":\"add\",\"path\":\"/status\",\"value\":$state}]" >made
        remember backup
        version=$(version_of backup)
        deliver backup -v --final-budget 2s < <(line quiesce=40 dump)
        ended_with 111 'the last state \(percentCompleted 40\) was not written to .*: the controller has not begun with it$' \
            'writes: 0, looks: [23],'
        [ "$(version_of backup)" = "$version" ]
    done
    start_patch backup -v
    tell quiesce=40 dump
    wait_said '^status-patch: GET: 200'
    [ "$(version_of backup)" = "$version" ]
    api PATCH "$(actionsets backup)" "[{\"op\":\"add\",\"path\":\"/status\",\"value\":$(running_status quiesce dump)}]" >made
    remember backup
    wait_wrote backup 20
    end_input
    ended
    ended_with 0 'writes: 1 '
}

@test "cluster-patch: a phase that has not begun is waited for" {
    make backup quiesce dump
    make_account pod backup
    start_patch backup
    tell quiesce=100 dump=40
    wait_wrote backup 50 # all of quiesce, which is still ours
    others_set backup '.actions[0].phases[0].state = "complete" | .actions[0].phases[1].state = "running"'
    end_input
    ended
    ended_with 0
    wrote backup 70
}

@test "cluster-patch: where the controller has ended the phase first, that is its right" {
    local state

    make backup quiesce dump
    make_account pod backup
    others_set backup '.actions[0].phases[0].state = "complete" | .actions[0].phases[1].state = "running"'
    deliver backup -v < <(line quiesce=40 dump)
    ended_with 0 'has ended this phase before its last state came$' 'writes: 0, looks: [12],'
    deliver backup < <(line quiesce=40 dump)
    ended_with 0
    [ "$(wc -l <err)" = 1 ]
    for state in complete failed; do
        others_set backup ".state = \"$state\""
        deliver backup -v < <(line quiesce=100 dump=40)
        ended_with 0 'has ended this phase' 'writes: 0, looks: [12],'
    done
    wrote backup null null
}

@test "cluster-patch: the end of the phase between two writes is no error" {
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0 -v
    tell quiesce=40 dump
    wait_wrote backup 20
    others_set backup '.actions[0].phases[0].state = "complete" | .actions[0].phases[1].state = "running"'
    tell quiesce=41 dump
    wait_said 'PATCH: 422'
    end_input
    ended
    ended_with 0 'has ended this phase' 'writes: 1 '
    wrote backup 20
}

@test "cluster-patch: an update is one PATCH, of 1.5 kB at most each way" {
    local i sent received first=340

    make_actionset backup "$(running_status quiesce dump)"
    remember backup
    make_account pod backup
    start_patch backup -i 0 -v
    for i in 1 2 3 4 5; do
        tell "quiesce=$((i * 10))" dump
        wait_wrote backup "$((i * 5))"
    done
    end_input
    ended
    ended_with 0 'writes: 5 \(the last: percentCompleted 25\), looks: 1, tried again: 0$'
    [ "$(grep -c '^status-patch: GET' err)" = 2 ] # of the resources, and it
    [ "$(grep -c '^status-patch: PATCH' err)" = 5 ]
    # with headers, which have some 340 and 355, but without a token, 1.5 kB; the
    # first, which makes the annotation and has all the tests, is somewhat longer
    while read -r sent received; do
        [ "$sent" -le $((1160 + first)) ]
        [ "$received" -le 1145 ]
        first=0
    done < <(sed -n 's/.*PATCH: 200 .*, \([0-9]*\) bytes sent, \([0-9]*\) received$/\1 \2/p' err)
}

@test "cluster-patch: behind its own write it tests that nobody has written since" {
    make_actionset backup "$(running_status quiesce dump)"
    make_account pod backup
    start_patch backup -i 0 -v
    for i in 1 2; do
        tell "quiesce=$((i * 10))" dump
        wait_wrote backup "$((i * 5))"
    done
    api PATCH "$(actionsets backup)" \
        '[{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]' >patched
    for i in 3 4; do
        tell "quiesce=$((i * 10))" dump
        wait_wrote backup "$((i * 5))"
    done
    end_input
    ended
    ended_with 0 'writes: 4 \(the last: percentCompleted 20\), looks: 2, tried again: 1$'
    [ "$(grep -c '^status-patch: PATCH: 200' err)" = 4 ]
    [ "$(grep -c '^status-patch: PATCH: 422' err)" = 1 ]
    run get_actionset backup
    [ "$(jq -r .metadata.labels.a <<<"$output")" = b ]
}
