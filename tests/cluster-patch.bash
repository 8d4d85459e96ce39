# Words for the tests of status-patch with an API server and no controller; such
# a file loads helpers, cluster, and then this.
#
#   make backup quiesce dump          an ActionSet with strangers' data in it
#   make_account pod backup
#   deliver backup < <(line quiesce=40 dump)
#   wrote backup 20
#
# Whatever a test does, what is not status-patch's in an ActionSet that "make"
# made stays as it was, byte for byte as canonical JSON: teardown looks.

setup() {
    enter_namespace
    ulimit -S -c 0
}

teardown() {
    local pid status=0

    for pid in ${PID:-} ${WRITER:-}; do
        if kill -0 "$pid"; then
            kill -s CONT "$pid"
            kill -s KILL "$pid"
        fi
    done
    release_request
    heal
    unset SERVER_CHANGED CRD_CHANGED
    strangers_are_unchanged || status=1
    leave_namespace
    return "$status"
}

# --- ActionSets

# An ActionSet of one action, "backup", whose first phase runs, with labels,
# annotations, artifacts and outputs of others.
make() { # NAME PHASE ...
    make_of "$1" "$(running_status "${@:2}")"
}

# The same with a status of its own.
make_of() { # NAME STATUS
    make_actionset "$1" "$(jq -c '
        (.actions[]? | .artifacts) = {dump: {keyValue: {path: "s3://a/<b>&\"c\"\\é\u2028"}}}
        | (.actions[]?.phases[0]?.output) = {count: 12345678901, text: "<&>\u2029"}' <<<"$2")"
    api PATCH "$(actionsets "$1")" '{"metadata":{
        "labels":{"app":"mysql","kanister.io/JobID":"7"},
        "annotations":{"example.com/note":"<b> & \"c\" \\ é \u2028","empty":""}}}' \
        application/merge-patch+json >made
    remember "$1"
}

# What is in an ActionSet besides status-patch's own, as canonical JSON.
strangers() { # NAME
    get_actionset "$1" | jq -S 'del(
        .metadata.managedFields, .metadata.generation, .metadata.resourceVersion,
        .metadata.annotations["phasepipe.dev/progress"],
        .status.progress.percentCompleted, .status.progress.lastTransitionTime,
        .status.progress.sizeUploadedB, .status.progress.estimatedUploadSizeB,
        .status.progress.sizeDownloadedB, .status.progress.estimatedDownloadSizeB)
        | if env.PHASES_TOO then del(.status.actions[]?.phases[]?.progress,
            .status.actions[]?.deferPhase?.progress) else . end
        | if .metadata.annotations == {} then del(.metadata.annotations) else . end
        | if .status.progress == {} then del(.status.progress) else . end'
}

# From now on NAME is as it shall stay; with PHASES_TOO exported, but for the
# progress of phases.
remember() { # NAME
    mkdir -p strangers
    strangers "$1" >"strangers/$1"
}

# NAME will go.
forget() { # NAME
    rm "strangers/$1"
}

strangers_are_unchanged() {
    local file

    for file in strangers/*; do
        if [ -e "$file" ]; then
            diff "$file" <(strangers "${file#*/}") || return 1
        fi
    done
}

# The controller, or somebody, changes the status.
others_set() { # NAME FILTER
    set_status "$@"
    remember "$1"
}

version_of() { # NAME
    get_actionset "$1" | jq -r .metadata.resourceVersion
}

# --- status lines

# One phase of a status line: PHASE=PERCENT runs, or is complete at 100, and
# PHASE alone has yet to begin.
phase() { # PHASE[=PERCENT]
    local name=${1%=*} percent=${1##*=} state=running

    if [ "$name" = "$1" ]; then
        printf '{"name":"%s","state":"pending"}' "$name"
        return
    fi
    if [ "$percent" = 100 ]; then
        state=complete
    fi
    printf '{"name":"%s","state":"%s","progress":{"progressPercent":"%s","sizeUploadedB":1000,"estimatedUploadSizeB":5000,"lastTransitionTime":"2026-11-23T04:10:05Z"}}' \
        "$name" "$state" "$percent"
}

# A status line of the action "backup"; a defer phase is defer:PHASE.
line() { # PHASE[=PERCENT] ...
    local one phases='' defer=''

    for one; do
        case $one in
        defer:*) defer=",\"deferPhase\":$(phase "${one#defer:}")" ;;
        *) phases+=${phases:+,}$(phase "$one") ;;
        esac
    done
    printf '{"type":"status","state":"running","actions":[{"name":"backup","phases":[%s]%s}],"progress":{"percentCompleted":"%s","lastTransitionTime":"2026-11-23T04:10:05Z"},"detail":{"verdict":"running"}}\n' \
        "$phases" "$defer" "${1##*=}"
}

# --- status-patch

# Runs it to its end with pod's token, or AS's; out, err and $CODE.
deliver() { # NAME [OPTION ...]
    CODE=0
    # shellcheck disable=SC2086 # WRAP is a command with its options
    $WRAP "$BIN/status-patch" --kubeconfig "${AS:-pod}/kubeconfig" "${@:2}" \
        "actionset/$1" >out 2>err || CODE=$?
}

# Begins it beside the test: $PID; its input is what tell says, until
# end_input.
start_patch() { # NAME [OPTION ...]
    mkfifo input
    exec 7<>input
    # a shell without job control has SIGINT ignored in what it runs beside it
    # shellcheck disable=SC2086
    env --default-signal=INT $WRAP "$BIN/status-patch" \
        --kubeconfig "${AS:-pod}/kubeconfig" "${@:2}" "actionset/$1" \
        <input >out 2>err 3>&- 4>&- 7>&- &
    PID=$!
}

tell() { line "$@" >&7; }
end_input() { exec 7>&-; }

is_gone() { # PID
    ! [ -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"
}

# Waits for its end: $CODE.
ended() {
    wait_until is_gone "$PID"
    CODE=0
    wait "$PID" || CODE=$?
    PID=
    rm input
}

# It ended with this exit code, and said that (a pattern of grep -E), if any.
ended_with() { # CODE [PATTERN ...]
    local pattern

    if [ "$CODE" != "$1" ]; then
        echo "exit status $CODE, not $1"
        cat err
        return 1
    fi
    for pattern in "${@:2}"; do
        said "$pattern" || return 1
    done
}

said() { # PATTERN
    grep -qE -- "$1" err || {
        echo "not said: $1"
        cat err
        return 1
    }
}

never_said() { # PATTERN
    ! grep -E -- "$1" err
}

# NAME has this percentCompleted, and the annotation this one (default: that
# and ".00"); either may be "null".
wrote() { # NAME PERCENT [ANNOTATION]
    local annotation=${3:-$2.00}

    actionset_is "$1" "(.status.progress.percentCompleted | tostring) == \"$2\" and
        (.metadata.annotations[\"phasepipe.dev/progress\"] // \"null\" | fromjson
            | if . then .percentCompleted else null end | tostring) == \"$annotation\"" || {
        get_actionset "$1" | jq -c '.status.progress, .metadata.annotations'
        cat err
        return 1
    }
}

wait_wrote() { # NAME PERCENT [ANNOTATION]
    wait_until wrote "$@" >wrote.log
}

# Waits for a word of status-patch.
wait_said() { # PATTERN
    wait_for "$1" err
}
