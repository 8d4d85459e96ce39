# What Kanister's own controller does with an ActionSet, and with a patch that
# comes from elsewhere.  status-patch is made for what is seen here.

load helpers
load cluster

# A patch of admin's to an ActionSet, which must be taken.
patch() { # NAME OPERATION ...
    local name=$1 all

    shift
    all=$(IFS=,; echo "[$*]")
    api PATCH "$(actionsets "$name")" "$all" >patched
}

add() { # PATH VALUE
    echo "{\"op\":\"add\",\"path\":\"$1\",\"value\":$2}"
}

# Of the first phase, and of the whole.
PHASE=/status/actions/0/phases/0/progress
TOP=/status/progress

saw_complete() { # SAMPLES
    tail -n 1 "$1" | jq -e '.object.status.state == "complete"' >is
}

@test "cluster-kanister: an ActionSet of three phases runs to its end" {
    controller_up
    make_blueprint quiesce dump unquiesce
    sample backup samples
    run_actionset backup
    for phase in quiesce dump unquiesce; do
        wait_phase backup "$phase" running
        wait_actionset backup ".status.progress.runningPhase == \"$phase\""
        end_phase backup "$phase"
    done
    wait_state backup complete
    actionset_is backup '.status
        | .error == {"message": ""} and .progress.percentCompleted == "100"
        and (.progress | has("runningPhase") | not)
        and all(.actions[0].phases[]; .state == "complete"
            and .progress.progressPercent == "100"
            and (.progress | keys) == ["lastTransitionTime", "progressPercent"])'
    wait_until saw_complete samples
    stop_samplers
    # each look in its order, and none of what is over
    jq -se 'length > 2 and (map(.at) | . == sort)
        and (map(.object.metadata.resourceVersion | tonumber) | . == sort)
        and (map(.object.status.progress.percentCompleted // "0" | tonumber)
            | . == sort and .[-1] == 100)' samples
}

@test "cluster-kanister: Kanister's own Wait and WaitV2 do as they are told" {
    controller_up
    make_blueprint "$(jq -nc --arg ns "$NS" '{name: "quiesce", func: "WaitV2",
        args: {timeout: "30s", conditions: {allOf: [{
            condition: "{{ if .data.go }}true{{ end }}",
            objectReference: {apiVersion: "v1", resource: "configmaps",
                name: "phases", namespace: $ns}}]}}}')" \
        "$(jq -nc --arg ns "$NS" '{name: "dump", func: "Wait",
        args: {timeout: "30s", conditions: {anyOf: [{
            condition: "{{ if eq \"{ $.data.go }\" \"on\" }}true{{ end }}",
            objectReference: {apiVersion: "v1", resource: "configmaps",
                name: "phases", namespace: $ns}}]}}}')"
    run_actionset backup
    wait_phase backup quiesce running
    api PATCH "/api/v1/namespaces/$NS/configmaps/phases" '{"data":{"go":"on"}}' \
        application/merge-patch+json >configmap
    wait_state backup complete
}

# All that happens to the top of an ActionSet of two phases, to its end.  A
# machine that is busy for five seconds makes a patch come too late for what is
# to be seen; then this returns 2.
follow_top() { # NAME
    run_actionset "$1"
    wait_phase "$1" quiesce running
    patch "$1" "$(add $TOP/percentCompleted '"12.34"')" \
        "$(add $TOP/sizeUploadedB 3000)" \
        "$(add /metadata/annotations '{"phasepipe.dev/progress":"{}"}')"
    jq -e '.status.actions[0].phases[0].progress | has("progressPercent") | not' \
        patched || return 2
    wait_tick "$1" quiesce
    actionset_is "$1" '.status.progress
        | .percentCompleted == "0" and .sizeUploadedB == null' || return
    # after the first tick
    patch "$1" "$(add $TOP/percentCompleted '"12.34"')" \
        "$(add $TOP/sizeUploadedB 3000)"
    wait_another_tick
    actionset_is "$1" '.status.progress
        | .percentCompleted == "12.34" and .sizeUploadedB == 3000' || return
    # the phase's end, and the first tick of the next
    end_phase "$1" quiesce
    wait_phase "$1" dump running
    patch "$1" "$(add $TOP/percentCompleted '"62.5"')"
    jq -e '.status.actions[0].phases[1].progress | has("progressPercent") | not' \
        patched || return 2
    wait_tick "$1" dump
    actionset_is "$1" '.status.progress
        | .percentCompleted == "50" and .sizeUploadedB == null' || return
    end_phase "$1" dump
    wait_state "$1" complete
    actionset_is "$1" '.metadata.annotations["phasepipe.dev/progress"] == "{}"'
}

@test "cluster-kanister: the first tick of a phase resets what the top says, no other does" {
    local tries=0 status=2

    controller_up
    make_blueprint quiesce dump
    while [ "$status" = 2 ] && [ "$tries" -lt 5 ]; do
        tries=$((tries + 1)) status=0
        follow_top "backup-$tries" || status=$?
    done
    [ "$status" = 0 ]
}

@test "cluster-kanister: a tick resets the running phase, and the top with it" {
    controller_up
    make_blueprint quiesce dump
    run_actionset backup
    wait_tick backup quiesce
    patch backup "$(add $TOP/percentCompleted '"20"')" \
        "$(add $PHASE '{"progressPercent":"33.33","sizeUploadedB":3000}')"
    actionset_is backup '.status.actions[0].phases[0].progress.progressPercent == "33.33"'
    wait_actionset backup '.status | .progress.percentCompleted == "0" and
        (.actions[0].phases[0].progress | .progressPercent == "0" and .sizeUploadedB == null)'
    # what the phase itself reports, if it does
    end_phase backup quiesce 40
    wait_actionset backup '.status | .progress.percentCompleted == "20" and
        .actions[0].phases[0].progress.progressPercent == "40"'
}

@test "cluster-kanister: a fraction in a phase that is to come stops all others" {
    controller_up
    make_blueprint quiesce dump unquiesce
    run_actionset backup
    wait_phase backup quiesce running
    patch backup "$(add /status/actions/0/phases/1/progress '{"progressPercent":"33.33"}')"
    wait_for 'Invalid phase progress percent' "$CONTROLLER"
    end_phase backup quiesce
    wait_phase backup dump running
    # complete, and nobody says so
    actionset_is backup '.status | .progress.percentCompleted == null and
        .actions[0].phases[0].state == "complete"'
    wait_tick backup dump
    wait_actionset backup '.status.progress.percentCompleted == "33"'
}

@test "cluster-kanister: a fraction in a complete phase stays, and keeps the whole back" {
    controller_up
    make_blueprint quiesce dump unquiesce
    run_actionset backup
    wait_phase backup quiesce running
    end_phase backup quiesce
    wait_phase backup dump running
    patch backup "$(add $PHASE/progressPercent '"99.99"')"
    end_phase backup dump
    wait_phase backup unquiesce running
    end_phase backup unquiesce
    wait_state backup complete
    actionset_is backup '.status.progress.percentCompleted == "33"'
}

@test "cluster-kanister: equal names of two actions' phases are taken for one" {
    controller_up
    make_blueprint dump
    run_actionset backup 2
    wait_phase backup dump running 0
    wait_phase backup dump running 1
    end_phase backup dump complete 0
    wait_phase backup dump complete 0
    actionset_is backup '.status.actions[0].phases[0].progress.progressPercent == "100"'
    end_phase backup dump 30 1
    wait_actionset backup '.status.actions[0].phases[0] | .state == "complete"
        and .progress.progressPercent == "30"'
    end_phase backup dump complete 1
    wait_state backup complete
    actionset_is backup '.status.progress.percentCompleted == "65"'
}

@test "cluster-kanister: a function is there once for all phases that run" {
    controller_up
    make_blueprint dump
    run_actionset one
    run_actionset two
    wait_phase one dump running
    wait_phase two dump running
    end_phase one dump
    wait_state one complete
    # its own is far from its end
    wait_actionset two '.status | .actions[0].phases[0]
        | .state == "running" and .progress.progressPercent == "100"'
}

@test "cluster-kanister: the phase that is deferred runs at 100 percent" {
    controller_up
    make_blueprint dump defer:tidy
    run_actionset backup
    wait_phase backup dump running
    actionset_is backup '.status.actions[0].deferPhase
        | .name == "tidy" and .state == "pending"'
    end_phase backup dump
    wait_actionset backup '.status.progress.runningPhase == "tidy"'
    actionset_is backup '.status | .state == "running" and
        .progress.percentCompleted == "100" and
        .actions[0].deferPhase.state == "pending"'
    patch backup "$(add /status/actions/0/deferPhase/progress '{"progressPercent":"50"}')"
    end_phase backup tidy
    wait_state backup complete
    actionset_is backup '.status.actions[0].deferPhase
        | .state == "complete" and .progress.progressPercent == "50"'
}

@test "cluster-kanister: a phase that fails ends the set before what is deferred" {
    controller_up
    make_blueprint quiesce dump defer:tidy
    run_actionset backup
    wait_phase backup quiesce running
    end_phase backup quiesce failed
    wait_actionset backup '.status | .state == "failed"
        and .progress.runningPhase == "tidy"'
    actionset_is backup '.status | .error.message == "the test said so" and
        ([.actions[0].phases[].state] == ["failed", "pending"])'
    end_phase backup tidy
    wait_phase backup tidy complete
    actionset_is backup '.status | .state == "failed" and
        .progress.runningPhase == "tidy" and .progress.percentCompleted == null'
}

@test "cluster-kanister: an ActionSet that was patched before it runs is lost" {
    controller_up
    make_blueprint dump
    server pause "controller-$NS"
    run_actionset backup
    patch backup "$(add /metadata/annotations '{"phasepipe.dev/progress":"{}"}')"
    server resume "controller-$NS"
    wait_for 'the object has been modified' "$CONTROLLER"
    wait_for 'ActionSet was not initialized' "$CONTROLLER"
    actionset_is backup '.status == null'
}

@test "cluster-kanister: a state that Kanister does not know stops the ActionSet" {
    controller_up
    make_blueprint quiesce dump
    run_actionset backup
    wait_phase backup quiesce running
    patch backup "$(add /status/actions/0/phases/0/state '"completed"')"
    end_phase backup quiesce
    wait_for 'Action has unknown state' "$CONTROLLER"
    actionset_is backup '.status.state == "running"'
}

lists_in_vain() { # TIMES
    [ "$(grep -c 'failed to list .*parsing time' "$CONTROLLER")" -ge "$1" ]
}

@test "cluster-kanister: a time that Go cannot read stops the namespace" {
    controller_up
    make_blueprint dump
    run_actionset backup
    wait_tick backup dump
    patch backup "$(add $TOP/lastTransitionTime '"2023-02-20t12:48:55z"')"
    wait_for 'parsing time' "$CONTROLLER"
    run_actionset other
    end_phase backup dump
    # it tries again and again
    wait_until lists_in_vain 2
    actionset_is other '.status == null'
    actionset_is backup '.status.state == "running"'
}
