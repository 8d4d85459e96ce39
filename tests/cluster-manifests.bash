# Words for the tests of scripts/kubernetes; cluster-manifests.bats loads this.

MANIFESTS=$ROOT/scripts/kubernetes
TOP=/status/progress
# shellcheck disable=SC2034 # the tests use it
PHASE=/status/actions/0/phases/0/progress

# --- kubectl and manifests

# Kubernetes' own, as somebody with a kubeconfig: admin unless KUBECONFIG says.
kubectl() {
    if [ -z "${KUBECTL:-}" ]; then
        KUBECTL=$("$ROOT/tests/cluster/build" kubectl)
    fi
    KUBECONFIG=${KUBECONFIG:-$CLUSTER/admin/kubeconfig} "$KUBECTL" \
        --cache-dir="$BATS_FILE_TMPDIR/kubectl" "$@"
}

# A manifest with the test's namespace in the place of those that are in it.
manifest() { # FILE
    sed -E "s/^( *namespace: )(app|kanister)( |\$)/\\1$NS\\3/" "$MANIFESTS/$1"
}

apply() { # FILE
    manifest "$1" >applied.yaml
    kubectl apply -f applied.yaml >applied
}

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

# --- accounts

# The token of an account that is there, as in a pod: ./WHO.
take_account() { # ACCOUNT WHO
    mkdir -p "$2"
    cp "$CLUSTER/ca.crt" "$2/ca.crt"
    printf %s "$NS" >"$2/namespace"
    api POST "/api/v1/namespaces/$NS/serviceaccounts/$1/token" \
        '{"spec":{"expirationSeconds":3600}}' | jq -j .status.token >"$2/token"
    write_client "$2" "$CLUSTER/ca.crt" "$2/token"
}

# An account that the policy alone keeps from anything.
make_open_account() { # ACCOUNT WHO
    make_service_account "$1" ClusterRole
    if [ "$1" != "$2" ]; then
        cp -r "$1" "$2"
        write_client "$2" "$CLUSTER/ca.crt" "$2/token"
    fi
    wait_until is_status 200 "$2" GET "$(actionsets)"
}

# A policy takes effect a little after it was taken.
wait_policy() { # WHO ACTIONSET
    wait_until is_status 422 "$1" PATCH "$(actionsets "$2")?dryRun=All" \
        "[$(add /metadata/labels '{"policy":"asked"}')]"
}

# --- ActionSets

# One with all that an ActionSet can have: two actions of two phases each.
make_whole_actionset() { # NAME
    make_actionset "$1" "$(running_status quiesce dump | jq -c '
        .actions[0] |= (.phases[0].progress = {progressPercent: "0"}
            | .phases[0].output = {id: "1"}
            | .artifacts = {a: {keyValue: {b: "c"}}}
            | .deferPhase = {name: "tidy", state: "pending"})
        | .actions[1] = .actions[0]')"
    patch "$1" "$(add /metadata/annotations '{"a":"b"}')" \
        "$(add /metadata/labels '{"a":"b"}')" \
        "$(add /metadata/finalizers '["test/a"]')"
}

# What the policy denies, of such a one: its words, a tab, JSON Patch.
denied() {
    local spec='the spec of' meta='labels, finalizers, owners'
    local annotation='no annotation of' state='state, error'
    local phases='names, states or outputs' defer='a defer phase'
    local actions='names, objects or artifacts'
    local action='{"name":"backup","phases":[]}'
    local phase='{"name":"dump","state":"pending"}'

    while IFS='|' read -r message operations; do
        printf '%s\t%s\n' "$message" "$operations"
    done <<END
$spec|$(add /spec/actions/0/name '"restore"')
$spec|$(add /spec/actions/0/podOverride '{"hostNetwork":true}')
$spec|$(add /spec/actions/- '{"name":"backup"}')
$spec|{"op":"remove","path":"/spec"}
$meta|$(add /metadata/labels/a '"c"')
$meta|$(add /metadata/labels/c '"d"')
$meta|{"op":"remove","path":"/metadata/labels"}
$meta|$(add /metadata/finalizers '[]')
$meta|$(add /metadata/ownerReferences '[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"b"}]')
$annotation|$(add /metadata/annotations/a '"c"')
$annotation|$(add /metadata/annotations/c '"d"')
$annotation|{"op":"remove","path":"/metadata/annotations/a"}
$annotation|{"op":"remove","path":"/metadata/annotations"}
4096 characters|$(add /metadata/annotations/phasepipe.dev~1progress "\"$(printf '%4097s' '')\"")
$state|$(add /status/state '"complete"')
$state|$(add /status/error '{"message":"no"}')
$state|{"op":"remove","path":"/status/error"}
runningPhase|$(add $TOP/runningPhase '"dump"')
runningPhase|{"op":"remove","path":"$TOP"}
neither add nor remove actions|$(add /status/actions/- "$action")
neither add nor remove actions|{"op":"remove","path":"/status/actions/0"}
neither add nor remove actions|{"op":"remove","path":"/status/actions"}
$actions|$(add /status/actions/0/name '"restore"')
$actions|$(add /status/actions/0/blueprint '"other"')
$actions|$(add /status/actions/1/object/name '"other"')
$actions|$(add /status/actions/1/artifacts '{}')
neither add nor remove phases|$(add /status/actions/1/phases/- "$phase")
neither add nor remove phases|{"op":"remove","path":"/status/actions/0/phases/1"}
$phases|$(add /status/actions/0/phases/0/name '"dump"')
$phases|$(add /status/actions/0/phases/0/state '"complete"')
$phases|$(add /status/actions/1/phases/1/output '{"id":"2"}')
$phases|{"op":"remove","path":"/status/actions/1/phases/0/output"}
$phases|{"op":"move","from":"/status/actions/0/phases/0","path":"/status/actions/0/phases/1"}
$defer|$(add /status/actions/0/deferPhase/state '"running"')
$defer|$(add /status/actions/1/deferPhase/name '"other"')
$defer|{"op":"remove","path":"/status/actions/1/deferPhase"}
$defer|$(add /status/actions/1/deferPhase/output '{"a":"b"}')
END
}

# A CRD that keeps members that it does not know, as a later one's.
make_crd_open() {
    # shellcheck disable=SC2034 # cluster.bash undoes it
    CRD_CHANGED=true
    api GET "$CRDS/actionsets.cr.kanister.io" >crd.now
    if [ ! -e "$CLUSTER/plain" ]; then
        jq 'del(.metadata.resourceVersion, .status)' crd.now >"$CLUSTER/plain"
    fi
    jq 'del(.status) | (.. | objects | select(.properties? and .type == "object"))
        |= . + {"x-kubernetes-preserve-unknown-fields": true}' crd.now >crd.json
    api PUT "$CRDS/actionsets.cr.kanister.io" @crd.json >crd.new
    wait_until crd_is_open
}

crd_is_open() {
    api POST "$(actionsets)?dryRun=All" '{"apiVersion":"cr.kanister.io/v1alpha1",
        "kind":"ActionSet","metadata":{"name":"dry"},"status":{"state":"running",
        "later":1,"actions":[{"later":1,"phases":[{"later":1}],"deferPhase":{"later":1}}],
        "progress":{"later":1}}}' >dry
    jq -e '[.. | .later? // empty] | length == 5' dry >is
}

# --- Kanister, with one node that is none

# Kanister's controller, and what a Blueprint wants to be there.
kanister_up() {
    server kubelet
    make_node
    apply rbac.yaml
    make_image
    api POST "/api/v1/namespaces/$NS/persistentvolumeclaims" '{"metadata":{
        "name":"data"},"spec":{"accessModes":["ReadWriteOnce"],
        "resources":{"requests":{"storage":"1Gi"}}}}' >made
    take_account phasepipe pod
    controller_up
}

# The only node: its kubelet has logs, and nothing else.
make_node() {
    local status

    status=$(reply admin POST /api/v1/nodes "{\"metadata\":{\"name\":\"node\"},
        \"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"127.0.0.1\"}],
        \"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],
        \"daemonEndpoints\":{\"kubeletEndpoint\":{\"Port\":$(cat "$CLUSTER/logs/port")}}}}")
    if [ "$status" = 409 ]; then
        return
    fi
    [ "$status" = 201 ]
    # a new node is kept from use until some controller has seen it
    api PATCH /api/v1/nodes/node '[{"op":"add","path":"/spec","value":{}}]' >made
}

# ./image/bin has what an image has: kopia prints one half of a recording, then
# the other when there is the file ./go.  ./image/phasepipe is the bundle, whose
# status-patch does not wait for a quarter of a minute.
make_image() {
    local program

    mkdir -p image/bin image/phasepipe
    cat >image/bin/kopia <<END
#!/bin/bash
case "\$1 \$*" in
snapshot*--stdin-file*) cat >'$PWD/dumped' ;;
esac
case "\$1 \$2" in
"snapshot create") console=$ROOT/tests/recordings/v0.23.1/create-20s.console ;;
restore*) console=$ROOT/tests/recordings/v0.21.1/restore-20s.console ;;
*) exit 1 ;;
esac
echo "\$*" >'$PWD/kopia.command'
half=\$((\$(stat -c %s "\$console") * 2 / 3))
head -c "\$half" "\$console" >&2
until [ -e '$PWD/go' ] || [ "\$SECONDS" -gt 90 ]; do
    sleep 0.1
done
tail -c "+\$((half + 1))" "\$console" >&2
END
    cat >image/bin/pg_dump <<END
#!/bin/bash
echo "\$*" >'$PWD/pg_dump.command'
echo dump
END
    for program in phase-run phase-agg kopia-progress; do
        cp "$BIN/$program" image/phasepipe
    done
    printf '#!/bin/bash\nexec %q -i 500ms "$@"\n' "$BIN/status-patch" \
        >image/phasepipe/status-patch
    chmod +x image/bin/* image/phasepipe/*
}

# Makes a Blueprint and the ActionSet that starts it; ACTIONSET is its name.
start_blueprint() { # NAME
    apply "$1.yaml"
    manifest "$1.actionset.yaml" | sed -E "s/^( *name: )app\$/\\1$NS/" >actionset.yaml
    ACTIONSET=$(kubectl create -f actionset.yaml -o name)
    ACTIONSET=${ACTIONSET#*/}
}

# Waits for a pod of Kanister's; POD is its name, ./pod.json what it is.
wait_pod() {
    wait_until has_pod
    POD=$(jq -r .metadata.name pod.json)
}

has_pod() {
    api GET "/api/v1/namespaces/$NS/pods" |
        jq -e '.items[] | select(.metadata.name | startswith("kanister-job-"))
            | select(.status.phase == "Pending")' >pod.json
}

# What a kubelet would do with that pod: see image/ for the images.  The pod is
# running until pod_end; ./CONTAINER.exit is how a container ended.
pod_start() {
    local container

    api POST "/api/v1/namespaces/$NS/pods/$POD/binding" \
        "{\"metadata\":{\"name\":\"$POD\"},
            \"target\":{\"kind\":\"Node\",\"name\":\"node\"}}" >made
    mkdir -p "$CLUSTER/logs/$NS/$POD"
    for container in $(jq -r '.spec.containers[].name' pod.json); do
        : >"$CLUSTER/logs/$NS/$POD/$container" # the controller looks at once
    done
    for container in $(jq -r '.spec.initContainers[]?.name' pod.json); do
        : >"$CLUSTER/logs/$NS/$POD/$container"
        : >"$CLUSTER/logs/$NS/$POD/$container.end"
    done
    set_pod Running
    for container in $(jq -r '.spec.containers[].name' pod.json); do
        run_container "$container" &
        CONTAINERS+=" $!"
    done
}

set_pod() { # PHASE
    api PATCH "/api/v1/namespaces/$NS/pods/$POD/status" \
        "{\"status\":{\"phase\":\"$1\"}}" application/merge-patch+json >made
}

run_container() { # NAME
    local command log=$CLUSTER/logs/$NS/$POD/$1 status=0

    mapfile -d '' command < <(jq -j --arg name "$1" --arg image "$PWD/image" '
        .spec.containers[] | select(.name == $name) | .command[]
        | gsub("/shared/phasepipe/|/phasepipe/"; "\($image)/phasepipe/")
        | gsub("/shared/"; "\($image)/") | ., "\u0000"' pod.json)
    PATH=$PWD/image/bin:$PWD/image/phasepipe:$PATH URL=postgres://host \
        in_pod pod "${command[@]}" >"$log" 2>&1 3>&- 4>&- || status=$?
    echo "$status" >"$1.exit"
    touch "$log.end"
}

# Waits for the containers' ends, and says that of the pod.
pod_end() {
    local pid

    for pid in $CONTAINERS; do
        wait "$pid"
    done
    CONTAINERS=
    if [ "$(cat ./*.exit | sort -u)" = 0 ]; then
        set_pod Succeeded
    else
        set_pod Failed
    fi
}

# Ends what a test that failed has left.
stop_containers() {
    local pid

    touch go
    for pid in ${CONTAINERS:-}; do
        wait "$pid"
    done
    CONTAINERS=
}

# bats prints it where the test has failed.
show_logs() {
    if [ -e follow.log ]; then
        cat follow.log
    fi
    if [ -n "${CONTROLLER:-}" ]; then
        tail -n 12 "$CONTROLLER" | cut -c 1-800
        tail -n 3 "$CLUSTER"/logs/"$NS"/*/* | cut -c 1-800
    fi
}

# A Deployment "web" of one replica, as its controllers would have it.
make_deployment() {
    local apps=/apis/apps/v1/namespaces/$NS template uid

    template='"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{
        "labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"a"}]}}'
    uid=$(api POST "$apps/deployments" "{\"metadata\":{\"name\":\"web\",
        \"annotations\":{\"deployment.kubernetes.io/revision\":\"1\"}},
        \"spec\":{\"replicas\":1,$template}}" | jq -r .metadata.uid)
    api POST "$apps/replicasets" "{\"metadata\":{\"name\":\"web\",
        \"annotations\":{\"deployment.kubernetes.io/revision\":\"1\"},
        \"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",
            \"name\":\"web\",\"uid\":\"$uid\"}]},
        \"spec\":{\"replicas\":1,$template}}" >replicaset.json
    scale_deployment 1
}

# Makes it have so many replicas, 0 or 1, when it is to.
scale_deployment() { # REPLICAS
    local path=/apis/apps/v1/namespaces/$NS/deployments/web pods

    pods=/api/v1/namespaces/$NS/pods
    wait_until is_scaled "$1"
    if [ "$1" = 1 ]; then
        api POST "$pods" "{\"metadata\":{\"name\":\"web\",\"ownerReferences\":[{
            \"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":\"web\",
            \"uid\":\"$(jq -r .metadata.uid replicaset.json)\"}]},
            \"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"a\"}]}}" >made
        POD=web set_pod Running
    else
        api DELETE "$pods/web?gracePeriodSeconds=0" >made
    fi
    api PATCH "$path/status" "{\"status\":{\"observedGeneration\":$(jq .metadata.generation deployment.json),
        \"replicas\":$1,\"updatedReplicas\":$1,\"readyReplicas\":$1,\"availableReplicas\":$1}}" \
        application/merge-patch+json >made
}

is_scaled() { # REPLICAS
    api GET "/apis/apps/v1/namespaces/$NS/deployments/web" >deployment.json
    jq -e --argjson replicas "$1" '.spec.replicas == $replicas' deployment.json >is
}

# --- scripts/follow

# follow, as the account of follow.yaml; FOLLOW is its PID, ./follow.log what it
# says.
follow_start() {
    mkdir -p tools
    ln -sf "$("$ROOT/tests/cluster/build" kubectl)" tools/kubectl
    if [ ! -e follower/kubeconfig ]; then
        if [ ! -e follower ]; then
            apply follow.yaml
            take_account phasepipe-follow follower
        fi
        jq --rawfile token follower/token --arg ns "$NS" '.users[0].user.token = $token
            | .contexts[0].context.namespace = $ns' \
            "$CLUSTER/admin/kubeconfig" >follower/kubeconfig
    fi
    HOME=$PWD KUBECONFIG=$PWD/follower/kubeconfig PATH=$PWD/tools:$BIN:$PATH \
        "$ROOT/scripts/follow" -n "$NS" -i 1 -w 500ms -s states "$@" \
        >>follow.log 2>&1 3>&- 4>&- &
    FOLLOW=$!
}

follow_end() { # [SIGNAL]
    local pid=${FOLLOW:-} status=0

    if [ -n "$pid" ]; then
        FOLLOW=
        kill "-${1:-TERM}" "$pid"
        wait "$pid" || status=$?
    fi
    return "$status"
}

# Nobody of it is there any more, nor are its children.
is_alone() {
    ! grep -lzsF "KUBECONFIG=$PWD/follower/kubeconfig" /proc/[0-9]*/environ >left
}

# A pod that prints, with no controller: LABEL is that of its ActionSet.
make_printer() { # NAME LABEL
    api POST "/api/v1/namespaces/$NS/pods" "{\"metadata\":{\"name\":\"$1\",
        \"labels\":{\"kanister.io/JobID\":\"$2\"}},\"spec\":{\"nodeName\":\"node\",
        \"containers\":[{\"name\":\"container\",\"image\":\"a\"}]}}" >made
    mkdir -p "$CLUSTER/logs/$NS/$1"
    : >"$CLUSTER/logs/$NS/$1/container"
    POD=$1 set_pod Running
}

print() { # NAME, with lines on standard input
    cat >>"$CLUSTER/logs/$NS/$1/container"
}

# An ActionSet as the controller would have it, with a label.
make_labelled() { # NAME LABEL PHASE ...
    make_actionset "$1" "$(running_status "${@:3}")"
    patch "$1" "$(add /metadata/labels "{\"kanister.io/JobID\":\"$2\"}")"
}

percent_is() { # NAME PERCENT
    wait_actionset "$1" ".status.progress.percentCompleted == \"$2\""
}
