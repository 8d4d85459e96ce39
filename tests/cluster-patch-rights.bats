# status-patch and a real API server: tokens, rights, and what is not there.

load helpers
load cluster
load cluster-patch

# A service account with no right but these verbs on RESOURCE.
make_weak_account() { # NAME VERBS [RESOURCE ...]
    make_service_account "$1" Role "$(jq -nc --arg name "$1" --arg verbs "$2" '{
        kind: "Role", metadata: {name: $name}, rules: [{apiGroups: ["cr.kanister.io"],
        resources: $ARGS.positional, verbs: ($verbs | split(","))}]}' --args "${@:3}")"
}

# Does what the last message says, as kubectl would.
mend() {
    local said word verbs resource name account

    said=$(grep 'kubectl create role ' err)
    for word in $said; do
        case $word in
        --verb=*) verbs=${word#*=} ;;
        --resource=*) resource=${word#*=} ;;
        --resource-name=*) name=${word#*=} ;;
        --serviceaccount=*) account=${word#*=} ;;
        esac
    done
    [[ $said == *" && kubectl create rolebinding phasepipe --role=phasepipe "* ]]
    [[ $said == *"-n $NS "* ]]
    api POST "/apis/rbac.authorization.k8s.io/v1/namespaces/$NS/roles" "$(jq -nc \
        --arg verbs "$verbs" --arg resource "$resource" --arg name "$name" '{
        metadata: {name: "phasepipe"}, rules: [{verbs: ($verbs | split(",")),
        apiGroups: [$resource | sub("/.*"; "") | sub("^[^.]*\\."; "")],
        resources: [($resource | sub("\\..*"; "")) + ($resource | if test("/") then sub("^[^/]*"; "") else "" end)],
        resourceNames: [$name]}]}')" >mended
    api POST "/apis/rbac.authorization.k8s.io/v1/namespaces/$NS/rolebindings" \
        "{\"metadata\":{\"name\":\"phasepipe\"},
        \"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"Role\",\"name\":\"phasepipe\"},
        \"subjects\":[{\"kind\":\"ServiceAccount\",\"name\":\"${account#*:}\",\"namespace\":\"${account%:*}\"}]}" >mended
}

@test "cluster-patch-rights: without a role it is said what is missing, and that mends it" {
    make backup quiesce dump
    make_weak_account pod list actionsets
    deliver backup < <(line quiesce=40 dump)
    ended_with 100 "fatal: unable to write actionset/backup in namespace $NS: system:serviceaccount:$NS:pod may not get actionsets in namespace $NS$"
    mend
    wait_until is_status 200 pod GET "$(actionsets backup)"
    deliver backup < <(line quiesce=40 dump)
    ended_with 0
    wrote backup 20
}

@test "cluster-patch-rights: a role that may only get is not enough, and that is said once" {
    make backup quiesce dump
    make_weak_account pod get actionsets
    wait_until is_status 200 pod GET "$(actionsets backup)"
    start_patch backup -i 0
    tell quiesce=40 dump
    wait_said 'may not patch actionsets in namespace'
    tell quiesce=41 dump
    tell quiesce=42 dump
    end_input
    ended
    ended_with 100 'kubectl create role phasepipe --verb=get,patch' 'writes: 0'
    [ "$(grep -c 'may not' err)" = 1 ]
    mend
    wait_until is_status '[24]*' pod PATCH "$(actionsets backup)" '[]'
    deliver backup < <(line quiesce=40 dump)
    ended_with 0
}

@test "cluster-patch-rights: without a token nobody may do anything" {
    make backup quiesce dump
    mkdir pod
    jq 'del(.users[0].user.token)' "$CLUSTER/admin/kubeconfig" >pod/kubeconfig
    deliver backup -n "$NS" < <(line quiesce=40 dump)
    ended_with 100 'fatal: .*: without credentials nobody may get actionsets in namespace' \
        'automountServiceAccountToken: true, or name a kubeconfig$'
}

@test "cluster-patch-rights: in a pod without a token that is said once" {
    make backup quiesce dump
    make_account pod backup
    rm pod/token
    # shellcheck disable=SC2016 # the shell in the pod
    run in_pod pod env -u KUBECONFIG HOME=/nowhere bash -c \
        '$WRAP "$BIN/status-patch" actionset/backup' < <(line quiesce=40 dump; seq 100000)
    assert_failure 100
    assert_line --partial 'there are no credentials'
    [ "${#lines[@]}" = 2 ]
}

@test "cluster-patch-rights: a wrong token is tried again, and at the end that is why" {
    make backup quiesce dump
    make_account pod backup
    echo wrong >pod/token
    deliver backup --final-budget 2s < <(line quiesce=40 dump)
    ended_with 111 'warning: unable to write .*: the server does not accept our credentials; trying again$' \
        'fatal: the last state \(percentCompleted 40\) was not written to .*: the server does not accept our credentials$'
    [ "$(grep -c 'does not accept' err)" = 2 ]
}

@test "cluster-patch-rights: a token that is replaced counts at the next request" {
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0 -v
    tell quiesce=40 dump
    wait_wrote backup 20
    cp pod/token old
    echo wrong >pod/token
    tell quiesce=42 dump
    wait_said 'PATCH: 401'
    mv old pod/token
    wait_wrote backup 21
    make_token pod
    tell quiesce=44 dump
    wait_wrote backup 22
    end_input
    ended
    ended_with 0 'can be reached again$' 'writes: 3 '
}

@test "cluster-patch-rights: the token of an account that was deleted is refused, until there is another" {
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0 -v --final-budget 1s
    tell quiesce=40 dump
    wait_wrote backup 20
    delete_account pod
    wait_until is_status 401 pod GET "$(actionsets backup)"
    tell quiesce=42 dump
    wait_said 'PATCH: 401'
    end_input
    ended
    ended_with 111 'the last state \(percentCompleted 42\) was not written to .*: the server does not accept our credentials$'
    wrote backup 20
    api POST "/api/v1/namespaces/$NS/serviceaccounts" '{"metadata":{"name":"pod"}}' >account
    start_patch backup -i 0 -v
    tell quiesce=42 dump
    wait_said 'GET resources: 401'
    make_token pod
    wait_wrote backup 21
    end_input
    ended
    ended_with 0
}

@test "cluster-patch-rights: what is not there is said, and how to find it" {
    make backup quiesce dump
    make_account pod backup
    make_weak_account reader get,patch actionsets
    wait_until is_status 404 reader GET "$(actionsets none)"
    AS=reader deliver none < <(line quiesce=40 dump)
    ended_with 100 "there is no ActionSet none in namespace $NS$" 'kubectl get actionsets.cr.kanister.io -A$'
    deliver backup -n default < <(line quiesce=40 dump)
    ended_with 100 'may not get actionsets in namespace default$' '-n default$'
    status-patch --kubeconfig "$CLUSTER/admin/kubeconfig" actionset/nowhere/backup \
        < <(line quiesce=40 dump) 2>err || [ $? = 100 ]
    said 'there is no ActionSet backup in namespace nowhere$'
    wrote backup null null
}

@test "cluster-patch-rights: an ActionSet that is deleted is gone" {
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0
    tell quiesce=40 dump
    wait_wrote backup 20
    forget backup
    api DELETE "$(actionsets backup)" >deleted
    tell quiesce=42 dump
    wait_said 'warning: actionset/backup in namespace .* is gone: somebody has deleted it$'
    tell quiesce=44 dump
    end_input
    ended
    ended_with 111 'the last state \(percentCompleted 44\) was not written to .*: somebody has deleted it$' \
        'writes: 1 \(the last: percentCompleted 20\)'
}

@test "cluster-patch-rights: what was on it before it was deleted was written" {
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0
    tell quiesce=40 dump
    wait_wrote backup 20
    forget backup
    api DELETE "$(actionsets backup)" >deleted
    wait_said 'is gone: somebody has deleted it$' # a look for the controller's reset
    end_input
    ended
    ended_with 0
}

@test "cluster-patch-rights: one that was made anew by that name is never written" {
    local version

    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0
    tell quiesce=40 dump
    wait_wrote backup 20
    api DELETE "$(actionsets backup)" >deleted
    make backup quiesce dump
    version=$(version_of backup)
    tell quiesce=42 dump
    wait_said 'is gone: another one was made by that name$'
    tell quiesce=44 dump
    end_input
    ended
    ended_with 111 'the last state \(percentCompleted 44\) was not written to .*: another one was made by that name$'
    [ "$(version_of backup)" = "$version" ]
}

# Deletes the CRD and all ActionSets; heal makes it again.
delete_crd() {
    api GET "$CRDS/actionsets.cr.kanister.io" |
        jq 'del(.metadata.resourceVersion, .metadata.uid, .status)' >crd.kept
    api DELETE "$CRDS/actionsets.cr.kanister.io" >deleted
    wait_until is_status 404 admin GET "$CRDS/actionsets.cr.kanister.io"
    wait_until is_status 404 admin GET "$(actionsets)"
}

remake_crd() {
    wait_until is_status 201 admin POST "$CRDS" @crd.kept
    wait_until is_status 200 admin GET "$(actionsets)"
}

@test "cluster-patch-rights: a cluster without ActionSets is told from one without ours" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0
    tell quiesce=40 dump
    wait_wrote backup 20
    forget backup
    delete_crd
    tell quiesce=42 dump
    end_input
    ended
    ended_with 100 'unable to write .*: the cluster knows no ActionSets \(cr.kanister.io/v1alpha1\)$' 'helm install kanister'
    deliver backup < <(line quiesce=40 dump)
    ended_with 100 'the cluster knows no ActionSets'
    remake_crd
}

@test "cluster-patch-rights: a cluster with another version of ActionSets has none of ours" {
    needs_own_server
    make_account pod backup
    delete_crd
    jq '.spec.versions[0].name = "v1"' crd.kept >other
    api POST "$CRDS" @other >made
    wait_until is_status 200 admin GET "/apis/cr.kanister.io/v1/namespaces/$NS/actionsets"
    deliver backup < <(line quiesce=40 dump)
    ended_with 100 'the cluster knows no ActionSets \(cr.kanister.io/v1alpha1\)$'
    api DELETE "$CRDS/actionsets.cr.kanister.io" >deleted
    wait_until is_status 404 admin GET "$CRDS/actionsets.cr.kanister.io"
    remake_crd
}

@test "cluster-patch-rights: a CRD without our members gets the annotation" {
    needs_own_server
    use_crd bare
    make backup quiesce dump
    make_account pod backup
    start_patch backup -i 0
    tell quiesce=40 dump
    wait_wrote backup null 20.00
    tell quiesce=42 dump
    wait_wrote backup null 21.00
    tell quiesce=44 dump
    wait_wrote backup null 22.00
    tell quiesce=46 dump
    wait_wrote backup null 23.00
    end_input
    ended
    # once it is known that progress does not stay, an update is one PATCH
    ended_with 0 'writes: 4 .*, looks: 2, tried again: 1$' 'warning: the server warns of actionset/backup in namespace .*: unknown field .?"status.progress'
    [ "$(grep -c 'the server warns' err)" = 1 ]
}

@test "cluster-patch-rights: with a subresource the status goes there, and the annotation beside it" {
    needs_own_server
    use_crd status
    make backup quiesce dump
    make_weak_account pod get,patch actionsets actionsets/status
    wait_until is_status '[24]*' pod PATCH "$(actionsets backup)/status" '[]'
    deliver backup -v -i 0 < <(line quiesce=40 dump)
    ended_with 0 'PATCH status: 200' 'PATCH: 200'
    wrote backup 20
}

@test "cluster-patch-rights: with a right to the subresource alone the annotation is left out" {
    needs_own_server
    use_crd status
    make backup quiesce dump
    make_service_account pod Role '{"kind":"Role","metadata":{"name":"pod"},"rules":[
        {"apiGroups":["cr.kanister.io"],"resources":["actionsets"],"verbs":["get"]},
        {"apiGroups":["cr.kanister.io"],"resources":["actionsets/status"],"verbs":["patch"]}]}'
    wait_until is_status '[24]*' pod PATCH "$(actionsets backup)/status" '[]'
    start_patch backup -i 0 -v
    tell quiesce=40 dump
    wait_wrote backup 20 null
    tell quiesce=42 dump
    wait_wrote backup 21 null
    end_input
    ended
    ended_with 0 'warning: the annotation of actionset/backup in namespace .* is not written: .* may not patch actionsets in namespace'
    [ "$(grep -c 'is not written' err)" = 1 ]
    [ "$(grep -c 'PATCH: 403' err)" -le 2 ] # it is asked for twice, once
}

@test "cluster-patch-rights: without a right to the subresource that is said" {
    needs_own_server
    use_crd status
    make backup quiesce dump
    make_account pod backup
    deliver backup < <(line quiesce=40 dump)
    ended_with 100 'may not patch actionsets/status in namespace' \
        '--resource=actionsets.cr.kanister.io/status '
    mend
    wait_until is_status '[24]*' pod PATCH "$(actionsets backup)/status" '[]'
    deliver backup < <(line quiesce=40 dump)
    ended_with 0
    wrote backup 20
}
