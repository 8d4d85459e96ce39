# Words for the tests of scripts/kubernetes; cluster-manifests.bats loads this.

MANIFESTS=$ROOT/scripts/kubernetes
TOP=/status/progress
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
4096 characters|$(add /metadata/annotations/phasepipe.dev~1progress "\"$(printf %4097s)\"")
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
