# Words for the tests that have the pipeline run beside Kanister's controller.

# --- scenarios

# Runs functions at the same time, each with a directory, a namespace and a
# controller of its own, whatever else it has: Kanister's functions are
# singletons of the controller's process, so what ends one phase would show in
# all others.  Fails where one does, or has not ended after five minutes, and
# shows what that one said.
together() { # FUNCTION[.NUMBER] ...
    local name failed=0 end=$((SECONDS + 300))
    declare -A pids

    for name; do
        scenario "$name" >"$name.log" 2>&1 3>&- 4>&- &
        pids[$name]=$!
    done
    for name; do
        while kill -0 "${pids[$name]}" 2>>"$name.log"; do
            if [ "$SECONDS" -ge "$end" ]; then
                kill "${pids[$name]}"
                break
            fi
            sleep 0.1
        done
        if ! wait "${pids[$name]}"; then
            failed=1
            echo "--- $name"
            tail -n 50 "$name.log" "$name"/*.err
        fi
    done
    [ "$failed" = 0 ]
}

# The same, and each once more without us at the same time: Kanister has come
# to the same, and has said nothing else.
beside() { # FUNCTION ...
    local name

    together "$@" "${@/#/without-}"
    for name; do
        diff "without-$name/final" "$name/final"
        comm -13 "without-$name/said" "$name/said" >"$name/more"
        if [ -s "$name/more" ]; then
            echo "--- what Kanister says beside $name"
            cat "$name/more"
            return 1
        fi
    done
}

scenario() { # [without-]FUNCTION
    local name

    mkdir "$1"
    cd "$1" || return
    # shellcheck disable=SC2034
    BATS_TEST_TMPDIR=$PWD # where cluster.bash keeps what is a test's
    trap leave EXIT
    if [[ $1 == without-* ]]; then
        for name in pipeline say finish sample wait_top wait_percent wait_said \
            wait_said_times move_until_seen wait_reset wait_annotation \
            each_look was_seen replay is_true; do
            eval "$name() { :; }"
        done
    fi
    enter_namespace
    controller_up
    name=${1#without-}
    "${name%.*}"
    what_it_said >said
}

# shellcheck disable=SC2034
leave() {
    local pid

    echo "the end, in ${FUNCNAME[*]}, line ${BASH_LINENO[*]}"
    for pid in $(jobs -rp); do
        kill "$pid"
    done
    SAMPLERS= # they are among these
    leave_namespace
}

# Begins an ActionSet, of a Blueprint with these phases, and its witness:
# backup.samples has what it was all the time, plan.json what it is at first.
begin() { # PHASE ...
    make_blueprint "$@"
    begin_actionset 1
}

begin_actionset() { # TIMES
    make_account pod backup # first, as the controller looks at once
    sample backup backup.samples
    run_actionset backup "$1"
    wait_state backup running
    get_actionset backup >plan.json
}

# What Kanister has made of it in the end, but for times, and what FILTER takes
# away.
final() { # [FILTER]
    get_actionset backup | jq -S "[.metadata.finalizers, (.status
        | del(.. | .lastTransitionTime?) | ${1:-.})]" | sed "s/$NS/NAMESPACE/g" >final
}

# Each sort of line in the controller's log, once.  Left out is what is said of
# each change of an ActionSet, as we make more of them, and what depends on the
# moment: how it was killed, that it has to wait for itself, and that a phase
# ended while it was looked at.
what_it_said() {
    sed -E "s/$NS/NAMESPACE/g; s/^([EWI])[0-9]{4} .*\] /\1 /" "$CONTROLLER" |
        jq -rR 'fromjson? // {msg: .} | "\(.level) \(.msg) \(.error // "")"' |
        sort -u | sed -E '/^(info|debug) Updat(ed ActionSet|ing phase progress) /d
            /^null .*(keep: |client-side throttling)/d; /context canceled *$/d'
}

# Whether nothing went wrong, as the controller sees it.
is_quiet() {
    what_it_said >said
    if grep -vE '^(info |debug |null controller: watching)' said; then
        return 1
    fi
}

# --- the pipeline

# Begins what a pod would, for the ActionSet "backup" or $SET: PIPELINE.in is its
# input, PIPELINE.err what it says.
pipeline() { # PIPELINE ARGUMENT-OF-PHASE-AGG ... -- ARGUMENT-OF-STATUS-PATCH ...
    local id=$1 agg=() keep

    while shift && [ "$1" != -- ]; do
        agg+=("$1")
    done
    shift
    mkfifo "$id.in"
    # it stays open from before the first that is said, and has a reader
    exec {keep}<>"$id.in"
    sleep 600 <&"$keep" {keep}>&- &
    echo $! >"$id.keeper"
    exec {keep}>&-
    (
        set +e
        phase-agg "${agg[@]}" <"$id.in" 2>"$id.agg.err" |
            status-patch -v --kubeconfig pod/kubeconfig "$@" \
                "actionset/${SET:-backup}" 2>"$id.err"
        echo "${PIPESTATUS[*]}" >"$id.new"
        mv "$id.new" "$id.status"
    ) &
}

say() { # PIPELINE RECORD ...
    printf '%s\n' "${@:2}" >"$1.in"
}

# The end of its input; fails unless all went well, and the server found nothing
# strange in what it took.
finish() { # PIPELINE [STATUS]
    kill "$(cat "$1.keeper")"
    wait_for . "$1.status"
    [ "$(cat "$1.status")" = "0 ${2:-0}" ]
    [ "$(grep -c 'the server says' "$1.err")" = 0 ]
}

event() { # PHASE STATE [ACTION]
    echo "{\"type\":\"phase\",\"action\":${3:-0},\"phase\":\"$1\",\"state\":\"$2\"}"
}

# What a mover says; SIZE is in bytes, of 10000.
stats() { # PHASE PERCENT SIZE [ACTION]
    printf '{"type":"progress","action":%s,"phase":"%s","progressPercent":%s,' \
        "${4:-0}" "$1" "$2"
    printf '"sizeUploadedB":%s,"estimatedUploadSizeB":10000}\n' "$3"
}

# Waits until the top of the ActionSet's status says so.
wait_top() { # PERCENT SIZE
    wait_actionset backup ".status.progress
        | .percentCompleted == \"$1\" and .sizeUploadedB == $2"
}

wait_percent() { # PERCENT
    wait_actionset backup ".status.progress.percentCompleted == \"$1\""
}

wait_said() { # WORD FILE
    wait_for "$@"
}

wait_said_times() { # WORD COUNT FILE
    wait_until is_said "$@"
}

is_said() { [ "$(grep -c "$1" "$3")" -ge "$2" ]; }

# --- many at a time

# Of all ActionSets at once, with an account for all of their pods.
make_pod_account() {
    make_service_account pod Role '{"kind":"Role","metadata":{"name":"pod"},
        "rules":[{"apiGroups":["cr.kanister.io"],"resources":["actionsets"],
        "verbs":["get","patch"]}]}'
    wait_until is_status 404 pod GET "$(actionsets none)"
}

say_all() { # COUNT RECORD ...
    local id

    for ((id = 1; id <= $1; id++)); do
        say "$id" "${@:2}"
    done
}

# Waits until FILTER is true for so many.
wait_all() { # COUNT FILTER
    wait_until are "$@" || {
        cat all >&2
        return 1
    }
}

are() { # COUNT FILTER
    sleep 0.3 # there are many of these
    api GET "$(actionsets)" >all
    jq -e "[.items[] | select($2)] | length == $1" all >is
}

# Ends a phase of all, in one request.
end_all() { # PHASE
    api GET "$(actionsets)" | jq -c --arg phase "$1" '{data: [.items[]
        | {key: "\(.metadata.name).0.\($phase)", value: "complete"}]
        | from_entries}' >ends.json
    api PATCH "/api/v1/namespaces/$NS/configmaps/phases" @ends.json \
        application/merge-patch+json >configmap
}

# --- what the witness saw

# Whether FILTER is true for the array of all looks.
was_seen() { # FILTER
    jq -se "$1" backup.samples >is
}

# Whether FILTER is true for each look and the one before, .[1] and .[0].
each_look() { # FILTER
    jq -se "
        def percent: .object.status.progress.percentCompleted // \"0\" | tonumber;
        def phases: [.object.status.actions[]? | .phases[], .deferPhase]
            | map(select(.name != \"\"));
        def running: phases | map(select(.state == \"running\") | .progress);
        def annotation: .object.metadata.annotations[\"phasepipe.dev/progress\"]?
            // \"{}\" | fromjson;
        [., .[1:]] | transpose[:-1]
        | length > 0 and all(.[]; $1)" backup.samples >is || {
        echo "not at each look: $1" >&2
        return 1
    }
}

# What must be true of every run with --write auto.
is_true() {
    # what goes back, the controller took: it wrote into a phase
    each_look '(.[1] | percent) >= (.[0] | percent) or
        (.[0] | phases) != (.[1] | phases)'
    each_look '.[1] | percent | . == floor'
    # nobody but the controller writes into a phase
    each_look '.[1] | running | all(.[];
        . == {} or keys == ["lastTransitionTime", "progressPercent"] and
        (.progressPercent | test("^(0|100)$")))'
    # the annotation stays, and goes forward
    each_look '(.[1] | annotation.percentCompleted // "0" | tonumber) >=
        (.[0] | annotation.percentCompleted // "0" | tonumber)'
}
