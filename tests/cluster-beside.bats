# status-patch, and the pipeline before it, beside Kanister's own controller,
# which is not changed and knows nothing of us, on a real API server.
#
# A controller that writes as Kanister's design document has it, and one that
# does not track its phases, are not to be had: tests/unit/writer.c has those.

load helpers
load cluster
load cluster-beside

# A phase from its begin to its end, with 30 and 60 percent on the way; what the
# controller's first look at it takes away comes back, though nobody says a word.
run_phase() { # PHASE DONE COUNT; so many of so many phases are complete
    local done=$(($2 * 100)) size=$(($2 * 10000))

    wait_phase backup "$1" running
    say all "$(event "$1" running)" "$(stats "$1" 30 3000)"
    wait_top $(((done + 30) / $3)) $((size + 3000))
    wait_tick backup "$1"
    wait_top $(((done + 30) / $3)) $((size + 3000))
    say all "$(stats "$1" 60.66 6000)"
    wait_top $(((done + 60) / $3)) $((size + 6000))
    say all "$(stats "$1" 100 10000)" "$(event "$1" complete)"
    wait_top $(((done + 100) / $3)) $((size + 10000))
    end_phase backup "$1"
}

@test "cluster-beside: one phase, three phases, a deferred one, a controller that is late" {
    beside one_phase three_phases defer_phase late_controller
}

one_phase() {
    begin dump
    pipeline all --plan plan.json -- -i 1s
    run_phase dump 0 1
    finish all
    wait_state backup complete
    final
    is_true
}

three_phases() {
    begin quiesce dump unquiesce
    pipeline all --plan plan.json -- -i 1s
    run_phase quiesce 0 3
    run_phase dump 1 3
    run_phase unquiesce 2 3
    finish all
    wait_state backup complete
    final
    is_true
}

defer_phase() {
    begin dump defer:tidy
    pipeline all --plan plan.json -- -i 1s
    run_phase dump 0 1
    wait_actionset backup '.status.progress.runningPhase == "tidy"'
    say all "$(event tidy running)" "$(stats tidy 50 5000)"
    # it has a percent of its own nowhere else, and none of the whole
    wait_top 100 10000
    say all "$(event tidy complete)"
    finish all
    end_phase backup tidy
    wait_state backup complete
    # the last sizes stay, as the controller does not sum up again
    final 'del(.progress | .sizeUploadedB, .estimatedUploadSizeB)'
    is_true
}

# One that has many phases at once comes to each of them late.
late_controller() {
    make_blueprint dump
    make_account pod backup
    run_actionset backup
    wait_phase backup dump running
    server pause "controller-$NS"
    sample backup backup.samples
    pipeline all --action backup --phases dump -- -i 1s
    say all "$(event dump running)" "$(stats dump 30 3000)"
    wait_top 30 3000
    wait_said_times 'GET: 200' 4 all.err
    server resume "controller-$NS"
    wait_tick backup dump
    wait_top 30 3000
    say all "$(event dump complete)"
    finish all
    end_phase backup dump
    wait_state backup complete
    final
    # it seemed to be one without trackers
    each_look '.[1] | phases | all(.[]; .progress.progressPercent // "0"
        | test("^[0-9]+$"))'
}

# What the top says while it is not the controller's alone.
NUMBERS='del(.progress | .percentCompleted, .sizeUploadedB, .estimatedUploadSizeB)'

@test "cluster-beside: two actions with equal names, a phase that fails, one that is deleted" {
    beside two_actions failing_phase deleted
}

two_actions() {
    make_blueprint dump
    begin_actionset 2
    wait_phase backup dump running 0
    wait_phase backup dump running 1
    for action in 0 1; do
        cp plan.json "plan$action.json"
        pipeline "$action" --plan "plan$action.json" --action "$action" \
            --phase dump -- --plan-out "plan$action.json" -i 1s
    done
    say 0 "$(event dump running 0)" "$(stats dump 30 3000 0)"
    say 1 "$(event dump running 1)" "$(stats dump 51 5000 1)"
    wait_top 40 8000
    wait_tick backup dump 0
    wait_tick backup dump 1
    wait_top 40 8000
    say 0 "$(stats dump 61 6000 0)"
    wait_top 56 11000
    say 0 "$(stats dump 99 10000 0)" "$(event dump complete 0)"
    wait_top 75 15000
    finish 0
    end_phase backup dump complete 0
    wait_phase backup dump complete 0
    # the controller now takes the other for complete too, at each tick
    say 1 "$(stats dump 71 7000 1)"
    wait_top 85 7000
    say 1 "$(event dump complete 1)"
    finish 1
    end_phase backup dump complete 1
    wait_state backup complete
    final
    # what goes back, the controller had made too large, or it took
    each_look '(.[1] | percent) >= (.[0] | percent) or
        (.[0] | phases) != (.[1] | phases) or
        (.[0] | running | any(.[]; .progressPercent == "100"))'
}

failing_phase() {
    begin quiesce dump defer:tidy
    pipeline all --plan plan.json -- -i 1s
    wait_phase backup quiesce running
    say all "$(event quiesce running)" "$(stats quiesce 30 3000)"
    wait_top 15 3000
    wait_tick backup quiesce
    wait_top 15 3000
    end_phase backup quiesce failed
    wait_actionset backup '.status.progress.runningPhase == "tidy"'
    # as the mover's last words come late
    say all "$(stats quiesce 40 4000)" "$(event quiesce failed)"
    finish all
    end_phase backup tidy
    wait_phase backup tidy complete
    final "$NUMBERS"
    is_true
}

deleted() {
    begin dump
    pipeline gone --plan plan.json -- -i 1s
    pipeline again --plan plan.json -- -i 1s
    wait_phase backup dump running
    say gone "$(event dump running)" "$(stats dump 30 3000)"
    say again "$(event dump running)" "$(stats dump 30 3000)"
    wait_said 'PATCH: 200' gone.err
    wait_said 'PATCH: 200' again.err
    wait_tick backup dump
    wait_top 30 3000
    api DELETE "$(actionsets backup)" >made
    say gone "$(stats dump 60 6000)"
    wait_said 'is gone: somebody has deleted it' gone.err
    say gone "$(stats dump 70 7000)"
    finish gone 111
    wait_until is_status 404 admin GET "$(actionsets backup)"
    # one of that name is another's
    run_actionset backup
    wait_phase backup dump running
    say again "$(stats dump 60 6000)"
    wait_said 'another one was made by that name' again.err
    finish again 111
    end_phase backup dump
    wait_state backup complete
    final
    actionset_is backup '.metadata.annotations == null'
}

@test "cluster-beside: Wait, WaitV2 and KubeOps; a recording of kopia; two for one phase" {
    beside own_functions kopia_recording two_of_one
}

wait_function() { # PHASE FUNCTION KEY CONDITIONS
    jq -nc --arg ns "$NS" --arg name "$1" --arg func "$2" --arg condition "$3" \
        '{name: $name, func: $func, args: {timeout: "60s",
            conditions: {allOf: [{condition: $condition, objectReference:
                {apiVersion: "v1", resource: "configmaps",
                name: "phases", namespace: $ns}}]}}}'
}

kube_ops() { # PHASE
    jq -nc --arg ns "$NS" --arg name "$1" '{name: $name, func: "KubeOps",
        args: {operation: "create", namespace: $ns, spec:
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"made-{{ .Options.set }}\"}}"}}'
}

own_functions() {
    begin "$(wait_function quiesce WaitV2 '{{ if .data.go }}true{{ end }}')" \
        "$(kube_ops make)" \
        "$(wait_function dump Wait '{{ if eq "{ $.data.go }" "on" }}true{{ end }}')"
    pipeline all --plan plan.json -- -i 1s
    wait_phase backup quiesce running
    say all "$(event quiesce running)" "$(stats quiesce 30 3000)"
    wait_top 10 3000
    wait_tick backup quiesce
    wait_top 10 3000
    say all "$(event quiesce complete)"
    api PATCH "/api/v1/namespaces/$NS/configmaps/phases" '{"data":{"go":"yes"}}' \
        application/merge-patch+json >configmap
    wait_phase backup dump running
    say all "$(event make complete)" "$(event dump running)" "$(stats dump 45 4500)"
    wait_top 81 7500
    wait_tick backup dump
    wait_top 81 7500
    api PATCH "/api/v1/namespaces/$NS/configmaps/phases" '{"data":{"go":"on"}}' \
        application/merge-patch+json >configmap
    say all "$(event dump complete)"
    finish all
    wait_state backup complete
    final
    actionset_is backup '.status.actions[0].phases[1].output.name == "made-backup"'
    is_true
}

@test "cluster-beside: --write phases, annotation and top; the controller is killed" {
    beside write_phases write_annotation write_top killed_controller
}

write_phases() {
    local percent=0 phase

    begin dump unquiesce
    pipeline all --plan plan.json -- -i 1s --write phases
    for phase in dump unquiesce; do
        wait_phase backup "$phase" running
        say all "$(event "$phase" running)"
        move_until_seen "$phase"
        wait_reset "$phase"
        move_until_seen "$phase"
        end_phase backup "$phase"
        say all "$(event "$phase" complete)"
        percent=0
    done
    finish all
    wait_state backup complete
    final
    each_look '.[1] | phases | all(.[];
        .progress.progressPercent // "0" | test("^[0-9]+$"))'
}

# Goes on and on, as what is in the phase does not stay.
move_until_seen() { # PHASE
    wait_until is_seen "$1"
}

is_seen() { # PHASE
    percent=$((percent + 1))
    say all "$(stats "$1" "$percent.5" "${percent}00")"
    actionset_is backup "$(phase_filter "$1") | .progress
        | .progressPercent != \"0\" and .sizeUploadedB > 0"
}

# The controller's next look takes all of it away.
wait_reset() { # PHASE
    wait_actionset backup "(.status.progress | .sizeUploadedB == null and
        (.percentCompleted | . == \"0\" or . == \"50\"))
        and ($(phase_filter "$1") | .progress | .progressPercent == \"0\"
        and .sizeUploadedB == null)"
}

write_annotation() {
    begin dump
    pipeline all --plan plan.json -- -i 1s --write annotation
    wait_phase backup dump running
    say all "$(event dump running)" "$(stats dump 30.55 3000)"
    wait_annotation 30.55
    wait_tick backup dump
    say all "$(stats dump 60.66 6000)"
    wait_annotation 60.66
    end_phase backup dump
    finish all
    wait_state backup complete
    final
    each_look '.[1].object.status.progress | (.percentCompleted // "0" |
        . == "0" or . == "100") and .sizeUploadedB == null'
    is_true
}

wait_annotation() { # PERCENT
    wait_actionset backup '.metadata.annotations["phasepipe.dev/progress"]
        | fromjson | .percentCompleted == "'"$1"'"'
}

write_top() {
    begin dump
    pipeline all --plan plan.json -- -i 1s --write top
    run_phase dump 0 1
    finish all
    wait_state backup complete
    final
    is_true
    each_look '.[1].object.metadata.annotations == null'
}

two_of_one() {
    local percent

    begin dump
    pipeline old --plan plan.json -- -i 0
    wait_phase backup dump running
    say old "$(event dump running)" "$(stats dump 50 5000)"
    wait_top 50 5000
    pipeline new --phases dump -- -i 0
    say new "$(event dump running)"
    for percent in 1 2 3 4 5; do
        say old "$(stats dump "5$percent" "5${percent}00")"
        wait_percent "5$percent"
        say new "$(stats dump "1$percent" "1${percent}00")"
        wait_said_times PATCH "$percent" new.err
    done
    wait_tick backup dump
    say new "$(stats dump 70 7000)"
    wait_percent 70
    say old "$(stats dump 65 6500)" "$(event dump complete)"
    wait_percent 100
    finish old
    say new "$(event dump complete)"
    finish new
    end_phase backup dump
    wait_state backup complete
    final
    is_true
}

# Kanister itself never goes on with what ran, and says so nowhere.
killed_controller() {
    begin dump
    pipeline all --plan plan.json -- -i 1s
    wait_phase backup dump running
    say all "$(event dump running)" "$(stats dump 30 3000)"
    wait_top 30 3000
    wait_tick backup dump
    wait_top 30 3000
    controller_down
    say all "$(stats dump 40 4000)"
    wait_top 40 4000
    server controller "$NS" "$PWD/controller/kubeconfig"
    wait_until is_said '^controller: watching' 2 "$CONTROLLER"
    say all "$(stats dump 50 5000)"
    wait_top 50 5000
    end_phase backup dump
    run_actionset other
    wait_phase other dump running
    end_phase other dump
    wait_state other complete
    say all "$(event dump complete)"
    finish all
    wait_percent 100
    final "$NUMBERS"
    actionset_is backup '.status.state == "running"'
    is_true
}

@test "cluster-beside: the API server stands still for a while" {
    needs_own_server
    beside slow_server
}

slow_server() {
    begin quiesce dump
    pipeline all --plan plan.json -- -i 1s
    wait_phase backup quiesce running
    say all "$(event quiesce running)" "$(stats quiesce 30 3000)"
    wait_top 15 3000
    wait_tick backup quiesce
    wait_top 15 3000
    if [[ $PWD != */without-* ]]; then # it is the server of both
        server pause
        say all "$(stats quiesce 40 4000)"
        sleep 3
        say all "$(stats quiesce 45 4500)"
        server resume
    fi
    say all "$(stats quiesce 50 5000)"
    wait_top 25 5000
    say all "$(event quiesce complete)"
    end_phase backup quiesce
    wait_phase backup dump running
    say all "$(event dump running)" "$(stats dump 30 3000)"
    wait_top 65 8000
    say all "$(event dump complete)"
    end_phase backup dump
    finish all
    wait_state backup complete
    final
    is_true
}

kopia_recording() {
    begin updatePermissions dumpToObjectStore cleanup
    pipeline all --plan plan.json --phase dumpToObjectStore -- -i 1s
    wait_phase backup updatePermissions running
    say all "$(event updatePermissions running)" "$(event updatePermissions complete)"
    end_phase backup updatePermissions
    wait_phase backup dumpToObjectStore running
    replay all
    wait_tick backup dumpToObjectStore
    # 99 of the phase, as no event has said that it is complete
    wait_top 66 94000000
    say all "$(event dumpToObjectStore complete)"
    end_phase backup dumpToObjectStore
    wait_phase backup cleanup running
    say all "$(event cleanup running)" "$(event cleanup complete)"
    wait_percent 100
    finish all
    end_phase backup cleanup
    wait_state backup complete
    final
    is_true
    was_seen 'any(.[]; .object.status.progress.estimatedUploadSizeB == 103000000)'
    # it came by degrees
    was_seen 'map(.object.status.progress.percentCompleted // "0" | tonumber)
        | unique | map(select(. > 33 and . < 66)) | length > 1'
}

replay() { # PIPELINE
    kopia-progress --replay "$ROOT/tests/data/demo/kopia-0.23-create.timed" \
        --speed 2 >"$1.in"
}

@test "cluster-beside: 20 ActionSets with us and 20 without come to the same" {
    together pairs.{1..10}
    jq -se 'add | length == 40 and (unique | length == 1)
        and (.[0] | contains("made-NAME"))' pairs.*/ends
}

# A controller makes but five requests a second, so it has two of each.
pairs() {
    local name round

    make_blueprint dump "$(kube_ops make)"
    api PATCH "$KANISTER/namespaces/$NS/blueprints/blueprint" '{"actions":{"backup":
        {"outputArtifacts":{"copy":{"keyValue":
            {"id":"{{ .Phases.make.Output.name }}"}}}}}}' \
        application/merge-patch+json >made
    make_pod_account
    for name in 1 2; do
        run_actionset "with-$name"
        run_actionset "without-$name"
    done
    wait_all 4 '.status.state == "running"'
    for name in 1 2; do
        SET=with-$name pipeline "$name" --action backup --phases dump,make -- -i 1s
    done
    say_all 2 "$(event dump running)"
    for round in {1..8}; do
        say_all 2 "$(stats dump "${round}1" "${round}000")"
        wait_all 2 ".status.progress.sizeUploadedB == ${round}000"
    done
    say_all 2 "$(event dump complete)"
    end_all dump
    say_all 2 "$(event make running)" "$(event make complete)"
    wait_all 4 '.status.state == "complete"'
    for name in 1 2; do
        finish "$name"
    done
    is_quiet
    api GET "$(actionsets)" | jq --arg ns "$NS" '[.items[]
        | .metadata.name as $name | .status
        | {state, error, actions: [.actions[] | {name, artifacts, deferPhase,
            phases: [.phases[] | {name, state, output}]}]}
        | tojson | gsub($name; "NAME") | gsub($ns; "NAMESPACE")]' >ends
}

@test "cluster-beside: none of 50 that are written to from their first moment is lost" {
    together first.{1..10}
}

first() {
    make_blueprint dump
    make_pod_account
    # some are looked at before the controller knows of them
    server pause "controller-$NS"
    begin_first 1
    begin_first 2
    begin_first 3
    wait_until are_looked_at 3
    server resume "controller-$NS"
    # some while it begins
    begin_first 4
    begin_first 5
    wait_all 5 '.metadata.annotations["phasepipe.dev/progress"]'
    say_all 5 "$(stats dump 40 4000)"
    wait_all 5 '.status.progress.sizeUploadedB == 4000'
    end_all dump
    say_all 5 "$(event dump complete)"
    wait_all 5 '.status | .state == "complete" and .error == {"message": ""}'
    for name in {1..5}; do
        finish "$name"
    done
    is_quiet
}

begin_first() { # NAME
    run_actionset "set-$1"
    SET=set-$1 pipeline "$1" --action backup --phases dump -- -i 0
    say "$1" "$(event dump running)" "$(stats dump 30 3000)"
}

are_looked_at() { # COUNT
    [ "$(grep -l 'GET: 200' ./*.err | wc -l)" = "$1" ]
}
