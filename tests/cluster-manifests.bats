# The files of scripts/kubernetes, and scripts/follow, with a real API server.
# kubectl is Kubernetes' own.  There is no node: where Kanister's controller
# makes a pod, the test does what a kubelet would, see pod_start.

load helpers
load cluster
load cluster-manifests

# Policies and nodes are the whole cluster's.
setup() {
    needs_own_server
    enter_namespace
}

teardown() {
    show_logs
    stop_containers
    follow_end
    leave_namespace
}

# --- rights

@test "cluster-manifests: rbac.yaml gives the pod's account its ActionSet" {
    apply rbac.yaml
    make_actionset backup-1 "$(running_status dump)"
    make_actionset backup-2 "$(running_status dump)"
    take_account phasepipe pod
    wait_until is_status 200 pod GET "$(actionsets backup-1)"
    run reply pod PATCH "$(actionsets backup-1)" "[$(add $TOP/percentCompleted '"5"')]"
    assert_output 200
    for request in "GET $(actionsets backup-2)" "PATCH $(actionsets backup-2)" \
        "GET $(actionsets)" "DELETE $(actionsets backup-1)" \
        "GET /api/v1/namespaces/$NS/configmaps/phases"; do
        # shellcheck disable=SC2086 # two words
        run reply pod $request '[]' application/json-patch+json
        assert_output 403
    done
}

# Status-patch as in that pod, fed with what phase-agg makes of two records.
report() { # ACTIONSET [OPTION ...]
    local name=$1

    shift
    printf '%s\n' '{"type":"phase","phase":"dump","state":"running"}' \
        '{"type":"progress","progressPercent":42,"sizeUploadedB":42000}' |
        phase-agg --phases quiesce,dump --phase dump |
        in_pod pod "$BIN/status-patch" "$@" "actionset/$name"
}

@test "cluster-manifests: under policy.yaml status-patch writes in each of its ways" {
    apply policy.yaml
    apply rbac.yaml
    take_account phasepipe pod
    make_actionset backup-1 "$(running_status dump quiesce |
        jq '.actions[0].phases |= reverse
            | .actions[0].phases[0].state = "complete"')"
    wait_until is_status 200 pod GET "$(actionsets backup-1)"
    wait_policy pod backup-1
    for way in top phases annotation auto; do
        run report backup-1 --write "$way"
        assert_success
        assert_output --partial 'writes: 1'
    done
    actionset_is backup-1 '.status.progress
        | .percentCompleted == "71" and .sizeUploadedB == 42000
            and .runningPhase == "dump"'
    actionset_is backup-1 '.status.actions[0].phases[1].progress
        | .progressPercent == "42" and .sizeUploadedB == 42000'
    actionset_is backup-1 '.metadata.annotations["phasepipe.dev/progress"]
        | fromjson | .percentCompleted == "71.00"'
}

@test "cluster-manifests: under policy.yaml the account changes progress and nothing else" {
    local count=0 operations message

    apply policy.yaml
    make_open_account phasepipe pod
    make_whole_actionset backup-1
    wait_policy pod backup-1
    get_actionset backup-1 >before
    # what is allowed
    while read -r operations; do
        run reply pod PATCH "$(actionsets backup-1)" "[$operations]"
        [ "$output" = 200 ] || {
            cat body
            false
        }
    done <<END
$(add $TOP/percentCompleted '"5"')
$(add $TOP/sizeUploadedB 3000),$(add $TOP/lastTransitionTime '"2026-11-26T10:00:00Z"')
$(add $PHASE '{"progressPercent":"33","sizeUploadedB":3000}')
$(add /status/actions/1/phases/1/progress '{"progressPercent":"33"}')
$(add /status/actions/0/deferPhase/progress '{"progressPercent":"5"}')
$(add /metadata/annotations/phasepipe.dev~1progress '"{}"')
{"op":"remove","path":"/metadata/annotations/phasepipe.dev~1progress"}
{"op":"remove","path":"$PHASE"}
END
    # what is denied, and the words that say so
    get_actionset backup-1 >before
    while IFS=$'\t' read -r message operations; do
        run reply pod PATCH "$(actionsets backup-1)" "[$operations]"
        [ "$output" = 422 ] && jq -re .message body | grep -qF "$message" || {
            echo "$operations:"
            cat body
            false
        }
        # the same is none of the policy's business where admin does it
        run reply admin PATCH "$(actionsets backup-1)?dryRun=All" "[$operations]"
        assert_output 200
        count=$((count + 1))
    done < <(denied)
    [ "$count" = "$(denied | wc -l)" ] && [ "$count" -ge 30 ]
    get_actionset backup-1 >after
    cmp before after
}

@test "cluster-manifests: policy.yaml keeps what a later Kanister may add" {
    needs_own_server
    apply policy.yaml
    make_open_account phasepipe pod
    make_crd_open
    make_whole_actionset backup-1
    wait_policy pod backup-1
    patch backup-1 "$(add /status/later 1)" "$(add /status/actions/1/later 1)" \
        "$(add /status/actions/0/phases/0/later '{"a":[1]}')" \
        "$(add /status/actions/0/deferPhase/later 1)" "$(add $TOP/later 1)"
    jq -e .status.later patched
    for path in /status/later /status/actions/1/later \
        /status/actions/0/phases/0/later /status/actions/0/deferPhase/later; do
        for operation in "$(add $path 2)" "{\"op\":\"remove\",\"path\":\"$path\"}"; do
            run reply pod PATCH "$(actionsets backup-1)" "[$operation]"
            assert_output 422
        done
    done
    run reply pod PATCH "$(actionsets backup-1)" "[$(add $TOP/later 2)]"
    assert_output 200
}

@test "cluster-manifests: policy.yaml is not too costly for many actions of many phases" {
    apply policy.yaml
    make_open_account phasepipe pod
    make_actionset backup-1 "$(running_status dump | jq -c '
        .actions[0].phases = [range(32) | {name: "phase-\(.)", state: "pending",
            progress: {progressPercent: "0", sizeUploadedB: 1}, output: {a: "b"}}]
        | .actions = [range(32) as $i | .actions[0]]')"
    wait_policy pod backup-1
    run reply pod PATCH "$(actionsets backup-1)" \
        "[$(add /status/actions/31/phases/31/progress '{"progressPercent":"5"}')]"
    assert_output 200
    run reply pod PATCH "$(actionsets backup-1)" \
        "[$(add /status/actions/31/phases/31/state '"complete"')]"
    assert_output 422
    grep -F 'names, states or outputs' body
}

@test "cluster-manifests: policy.yaml lets nothing be written before and after the run" {
    local path

    apply policy.yaml
    make_open_account phasepipe pod
    make_whole_actionset backup-1
    path=$(actionsets backup-1)
    wait_policy pod backup-1
    for state in pending complete failed; do
        patch backup-1 "$(add /status/state "\"$state\"")"
        for operation in "$(add $TOP/percentCompleted '"6"')" \
            "$(add /metadata/annotations/phasepipe.dev~1progress '"{}"')"; do
            run reply pod PATCH "$path" "[$operation]"
            assert_output 422
            grep -F 'only while its status.state is \"running\"' body
        done
    done
    api PATCH "$path" '[{"op":"remove","path":"/status"}]' >patched
    run reply pod PATCH "$path" "[$(add /status '{"state":"running"}')]"
    assert_output 422
    run reply pod DELETE "$path"
    assert_output 422
    grep -F 'neither make nor delete' body
    run reply pod POST "$(actionsets)" '{"apiVersion":"cr.kanister.io/v1alpha1",
        "kind":"ActionSet","metadata":{"name":"backup-2"},"spec":{"actions":[]}}'
    assert_output 422
    grep -F 'neither make nor delete' body
}

@test "cluster-manifests: policy.yaml holds neither other accounts nor the controller up" {
    apply policy.yaml
    make_open_account phasepipe pod
    make_open_account phasepipe-follow follower
    make_open_account phasepiper other
    make_whole_actionset backup-1
    wait_policy pod backup-1
    run reply follower PATCH "$(actionsets backup-1)" "[$(add /status/state '"failed"')]"
    assert_output 422
    run reply other PATCH "$(actionsets backup-1)" "[$(add /status/state '"failed"')]"
    assert_output 200
    api DELETE "$(actionsets backup-1)" >deleted
    controller_up
    make_blueprint quiesce
    run_actionset backup-2
    wait_phase backup-2 quiesce running
    run reply pod PATCH "$(actionsets backup-2)" "[$(add $TOP/percentCompleted '"6"')]"
    assert_output 200
    end_phase backup-2 quiesce
    wait_state backup-2 complete
}

# --- Blueprints: Kanister's controller makes the pods, and they run here

@test "cluster-manifests: Kanister's own validation takes each Blueprint and ActionSet" {
    local controller

    controller=$("$ROOT/tests/cluster/build" controller)
    "$controller" validate "$MANIFESTS"/{kubetask,logs,multicontainer,restore,application}{,.actionset}.yaml
    # and it does look
    sed 's/func: KubeTask/func: KubeTusk/' "$MANIFESTS/restore.yaml" >wrong.yaml
    run "$controller" validate wrong.yaml
    assert_failure 1
    sed '/^        image:/d' "$MANIFESTS/restore.yaml" >wrong.yaml
    run "$controller" validate wrong.yaml
    assert_failure 1
}

# Runs a Blueprint of one phase to its end.
play() { # BLUEPRINT
    start_blueprint "$1"
    wait_pod
    pod_start
    wait_actionset "$ACTIONSET" '.status.progress.percentCompleted
        | . != null and tonumber > 1'
    actionset_is "$ACTIONSET" '.status.state == "running"'
    # the phase is at its end before the controller says so
    touch go
    wait_actionset "$ACTIONSET" '.metadata.annotations["phasepipe.dev/progress"]
        | fromjson | .percentCompleted == "100.00"'
    pod_end
    wait_state "$ACTIONSET" complete
}

@test "cluster-manifests: kubetask.yaml backs a volume up, and shows how far it is" {
    apply policy.yaml
    kanister_up
    play kubetask
    assert_equal "$(cat kopia.command)" 'snapshot create --progress /data'
    jq -e '.spec | .serviceAccountName == "phasepipe"
        and .automountServiceAccountToken
        and .initContainers[0].command == ["/phasepipe/install", "/bundle"]
        and (.containers | length) == 1
        and (.volumes | any(.persistentVolumeClaim.claimName == "data"))
        and (.containers[0] | .image == "docker.io/kopia/kopia:0.23.1"
            and any(.env[]; .name == "KOPIA_PASSWORD")
            and any(.volumeMounts[]; .mountPath == "/data"))' pod.json
}

@test "cluster-manifests: multicontainer.yaml backs a dump up, of another container" {
    apply policy.yaml
    kanister_up
    play multicontainer
    assert_equal "$(cat kopia.command)" 'snapshot create --progress --stdin-file=dump /dump'
    assert_equal "$(cat dumped)" dump
    jq -e '.metadata.labels["kanister.io/JobID"] == "backup-1"' pod.json
    jq -e '.spec | .serviceAccountName == "phasepipe"
        and .initContainers[0].command == ["/phasepipe/install", "/shared/phasepipe"]
        and (.containers | map(.name)) == ["output", "background"]
        and all(.containers[]; any(.volumeMounts[]; .mountPath == "/shared"))' pod.json
}

@test "cluster-manifests: restore.yaml brings a volume back, and shows how far it is" {
    apply policy.yaml
    kanister_up
    manifest rbac.yaml | sed 's/backup-1/restore-1/' >rbac.yaml
    kubectl apply -f rbac.yaml >applied
    play restore
    assert_equal "$(cat kopia.command)" \
        'restore --progress 48ea308b9526842efa8b8b29f19a7797 /data'
}

@test "cluster-manifests: application.yaml shows how far the only phase is that moves data" {
    apply policy.yaml
    kanister_up
    make_deployment
    start_blueprint application
    wait_phase "$ACTIONSET" quiesce running
    scale_deployment 0
    wait_pod
    pod_start
    wait_actionset "$ACTIONSET" '.status | .progress.runningPhase == "dump"
        and (.progress.percentCompleted // "0" | tonumber > 50)'
    touch go
    wait_actionset "$ACTIONSET" '.metadata.annotations["phasepipe.dev/progress"]
        | fromjson | .percentCompleted == "100.00"'
    pod_end
    scale_deployment 1
    wait_state "$ACTIONSET" complete
    assert_equal "$(cat pg_dump.command)" '--format=custom postgres://host'
    assert_equal "$(cat dumped)" dump
}

# --- scripts/follow

@test "cluster-manifests: follow writes what pods without credentials print, to the end" {
    apply policy.yaml
    kanister_up
    follow_start
    start_blueprint logs
    wait_pod
    jq -e '.spec | .automountServiceAccountToken == false' pod.json
    jq -e '.metadata.labels["kanister.io/JobID"] == "app-data-1"' pod.json
    sed -i 's/--log-records=10s/--log-records=1s/' pod.json
    pod_start
    wait_actionset "$ACTIONSET" '.status | .state == "running"
        and (.progress.percentCompleted // "0" | tonumber > 1)'
    touch go
    wait_actionset "$ACTIONSET" '.metadata.annotations["phasepipe.dev/progress"]
        // "{}" | fromjson | .percentCompleted == "100.00"'
    pod_end
    wait_state "$ACTIONSET" complete
    wait_for 'no longer followed' follow.log
    wait_until has_no_states
    follow_end
    wait_until is_alone
}

has_no_states() { [ -z "$(find states -name '*-*-*-*-*')" ]; }

@test "cluster-manifests: follow goes on where pods, logs and itself were broken off" {
    server kubelet
    make_node
    make_labelled backup job-1 quiesce dump
    make_printer first job-1
    printf '%s\n' 'a line of text' '{"type":"progress","progressPercent":90}' \
        '{"type":"progress","phase":"quiesce","progressPercent":40}' | print first
    follow_start
    percent_is backup 20
    # another pod of the same run, while the first one still prints
    set_status backup '.actions[0].phases[0].state = "complete"
        | .actions[0].phases[1].state = "running"'
    make_printer second job-1
    printf '%s\n' '{"type":"phase","phase":"dump","state":"running"}' \
        '{"type":"progress","phase":"dump","progressPercent":30}' | print second
    percent_is backup 65
    # killed, all of it: the next one reads all from the beginning
    follow_end KILL || [ $? = 137 ]
    wait_until is_alone
    follow_start
    echo '{"type":"progress","phase":"dump","progressPercent":50}' | print second
    percent_is backup 75
    # a pod that is started anew begins with less, which nobody sees
    : >"$CLUSTER/logs/$NS/second/container.end"
    wait_until has_ended_readers
    rm "$CLUSTER/logs/$NS/second/container.end"
    printf '%s\n' '{"type":"phase","phase":"dump","state":"running"}' \
        '{"type":"progress","phase":"dump","progressPercent":10,"sizeUploadedB":7}' \
        >"$CLUSTER/logs/$NS/second/container"
    wait_actionset backup '.status.progress | .sizeUploadedB == 7 and .percentCompleted == "75"'
    echo '{"type":"progress","phase":"dump","progressPercent":60,"sizeUploadedB":8}' | print second
    percent_is backup 80
    # phase-agg or status-patch may die, too
    kill -KILL "$(pgrep -f "status-patch -n $NS")"
    echo '{"type":"progress","phase":"dump","progressPercent":70,"sizeUploadedB":9}' | print second
    percent_is backup 85
    follow_end
    wait_until is_alone
}

# The reader of the pod that ended is done; that of the other one is there.
has_ended_readers() { ! pgrep -f "logs -f -n $NS second" >left; }

@test "cluster-manifests: follow keeps ActionSets apart, and follows so many at once" {
    server kubelet
    make_node
    make_labelled one job-1 dump
    make_labelled two job-2 dump
    make_labelled same-1 job-3 dump
    make_labelled same-2 job-3 dump
    make_actionset none "$(running_status dump)"
    for pod in 1 2 3; do
        make_printer "pod-$pod" "job-$pod"
        printf '%s\n' '{"type":"phase","phase":"dump","state":"running"}' \
            "{\"type\":\"progress\",\"progressPercent\":$pod$pod}" | print "pod-$pod"
    done
    follow_start -m 1
    percent_is one 11
    wait_for 'actionset/same-2: another that runs has its label' follow.log
    # there is one at a time
    actionset_is two '.status.progress.percentCompleted == null'
    set_status one '.state = "complete"'
    percent_is two 22
    for name in same-1 same-2 none; do
        actionset_is "$name" '.status.progress.percentCompleted == null'
    done
    follow_end
    assert_equal "$(grep -c ': followed$' follow.log)" 2
    wait_until is_alone
}

@test "cluster-manifests: follow finds the action by the phase, or keeps out of it" {
    server kubelet
    make_node
    make_labelled backup job-1 dump
    set_status backup '.actions[1] = .actions[0]
        | .actions[1].phases[0].name = "upload" | .actions[2] = .actions[0]
        | .actions[0].phases[1] = {name: "check", state: "pending"}'
    patch backup "$(add /spec/actions '[{"name":"a"},{"name":"b"},{"name":"c"}]')"
    make_printer pod job-1
    printf '%s\n' '{"type":"phase","phase":"dump","state":"running"}' \
        '{"type":"progress","phase":"dump","progressPercent":80}' \
        '{"type":"phase","phase":"upload","state":"running"}' \
        '{"type":"progress","phase":"upload","progressPercent":40}' | print pod
    follow_start
    percent_is backup 10
    echo '{"type":"progress","action":2,"phase":"dump","progressPercent":60}' | print pod
    percent_is backup 25
    follow_end
}

@test "cluster-manifests: follow says what is wrong, and needs no more than its rights" {
    "$ROOT/scripts/follow" -h | grep -oE '^  -[a-z]' | tr -d ' ' | sort >help
    sed -nE 's/^\.It Fl ([a-z]).*/-\1/p' "$ROOT/scripts/phase-follow.1" | sort >manual
    diff help manual
    run "$ROOT/scripts/follow" -n
    assert_failure 100
    run "$ROOT/scripts/follow" -n kanister -i 0
    assert_failure 100
    run env PATH="$BIN:$PATH:$PWD" "$ROOT/scripts/follow" -n kanister operand
    assert_failure 100
    apply follow.yaml
    take_account phasepipe-follow follower
    for request in "GET $(actionsets)" "GET /api/v1/namespaces/$NS/pods"; do
        # shellcheck disable=SC2086 # two words
        wait_until is_status 200 follower $request
    done
    for request in "DELETE $(actionsets)" "POST $(actionsets)" \
        "GET /api/v1/namespaces/$NS/secrets" "POST /api/v1/namespaces/$NS/pods" \
        "GET /api/v1/namespaces/default/pods"; do
        # shellcheck disable=SC2086 # two words
        run reply follower $request '{}'
        assert_output 403
    done
    # with no right to see pods it says so once, and waits for it
    kubectl delete -n "$NS" rolebinding phasepipe-follow-pods >deleted
    wait_until is_status 403 follower GET "/api/v1/namespaces/$NS/pods"
    follow_start
    wait_for 'unable to look for pods: .*forbidden' follow.log
    server kubelet
    make_node
    make_labelled backup job-1 dump
    make_printer pod job-1
    printf '%s\n' '{"type":"phase","phase":"dump","state":"running"}' \
        '{"type":"progress","progressPercent":40}' | print pod
    apply follow.yaml
    percent_is backup 40
    follow_end
    assert_equal "$(grep -c 'unable to look for pods' follow.log)" 1
}
