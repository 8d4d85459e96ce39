# Words for the tests that have an API server.  Such a file loads helpers and
# then this.  A test with no controller is no longer than that:
#
#   make_actionset backup "$(running_status quiesce dump unquiesce)"
#   make_account pod backup
#   run reply pod PATCH "$(actionsets backup)" '[{"op":"add",...}]'
#   assert_output 200
#   actionset_is backup '.status.progress.percentCompleted == "43.33"'
#
# and one with Kanister's:
#
#   controller_up
#   make_blueprint quiesce dump unquiesce defer:tidy
#   run_actionset backup
#   wait_phase backup quiesce running
#   end_phase backup quiesce
#
# The servers are the file's own and end with it, however it ends; each test has
# a namespace, and a server as it was at first.  Where TEST_KUBECONFIG names a
# file, the tests run against the cluster of its current context, with the
# rights that it gives: to make CRDs, namespaces, accounts and roles.  Tests
# that do something to a server say needs_own_server, and are skipped there.
#
# curl is all that is needed to speak to a server.  Debian's kubernetes-client
# is of release 1.20, so nothing here asks for kubectl, unless TEST_KUBECONFIG
# is a file that is not JSON.

CLUSTER=${BATS_FILE_TMPDIR:-}/cluster
KANISTER=/apis/cr.kanister.io/v1alpha1
CRDS=/apis/apiextensions.k8s.io/v1/customresourcedefinitions

# --- the server

setup_file() { cluster_up "$@"; }
teardown_file() { server down; }
setup() { enter_namespace; }
teardown() { leave_namespace; }

# The commands of tests/cluster/server; what a test changes is undone behind it.
server() { # COMMAND [ARGUMENT ...]
    case "$*" in
    kill | term | restart* | pause | stop-etcd) SERVER_CHANGED=true ;;
    esac
    CLUSTER_OWNERS="$CLUSTER_PID $BATS_ROOT_PID" \
        "$ROOT/tests/cluster/server" "$CLUSTER" "$@"
}

# A server, or another's cluster, with Kanister's CRDs.
cluster_up() { # [FLAG ...]
    local kind

    export CLUSTER_PID=$$
    if [ -n "${TEST_KUBECONFIG:-}" ]; then
        mkdir -p "$CLUSTER/admin"
        take_kubeconfig
    else
        server up "$@"
        write_client admin "$CLUSTER/ca.crt" "$CLUSTER/admin/token"
    fi
    for kind in actionset blueprint profile; do
        make_crd "$kind"
    done
}

# The server again as it was at first, whatever state it is in.
heal() {
    if [ -n "${SERVER_CHANGED:-}" ]; then
        server kill
        server start-etcd
        server restart
    fi
    if [ -n "${CRD_CHANGED:-}" ]; then
        use_crd plain
    fi
}

needs_own_server() {
    if [ -n "${TEST_KUBECONFIG:-}" ]; then
        skip "not with a server that is another's"
    fi
}

# How curl speaks for WHO: for admin, or one of make_account's.
write_client() { # WHO CA [TOKEN]
    local directory

    directory=$(directory_of "$1")
    {
        echo "cacert = \"$2\""
        if [ -n "${3:-}" ]; then
            echo "header = \"@$directory/header\""
            echo "Authorization: Bearer $(cat "$3")" >"$directory/header"
        fi
    } >"$directory/curl"
}

# The same for TEST_KUBECONFIG, with what is in it or beside it.
take_kubeconfig() {
    local directory=$CLUSTER/admin name file

    if jq -e . "$TEST_KUBECONFIG" >"$directory/kubeconfig" 2>&1; then
        cat "$TEST_KUBECONFIG" >"$directory/kubeconfig"
    else
        kubectl --kubeconfig "$TEST_KUBECONFIG" config view --raw --flatten \
            --minify -o json >"$directory/kubeconfig"
    fi
    jq -r '.clusters[0].cluster.server' "$directory/kubeconfig" >"$CLUSTER/url"
    # each as it stands, from base64, or from a file
    for name in certificate-authority client-certificate client-key token; do
        jq -r --arg name "$name" '.clusters[0].cluster + .users[0].user
            | if .[$name + "-data"] then .[$name + "-data"] | @base64d
            elif $name == "token" then .token // empty
            else empty end' "$directory/kubeconfig" >"$directory/$name"
        file=$(jq -r --arg name "$name" '.clusters[0].cluster + .users[0].user
            | if $name == "token" then .tokenFile else .[$name] end // empty' \
            "$directory/kubeconfig")
        if [ ! -s "$directory/$name" ] && [ -n "$file" ]; then
            cat "$file" >"$directory/$name"
        fi
    done
    mv "$directory/certificate-authority" "$CLUSTER/ca.crt"
    if [ -s "$directory/token" ]; then
        write_client admin "$CLUSTER/ca.crt" "$directory/token"
    else
        write_client admin "$CLUSTER/ca.crt"
        printf 'cert = "%s"\nkey = "%s"\n' "$directory/client-certificate" \
            "$directory/client-key" >>"$directory/curl"
    fi
}

# --- requests

directory_of() { # WHO
    if [ "$1" = admin ]; then
        echo "$CLUSTER/admin"
    else
        echo "$BATS_TEST_TMPDIR/$1"
    fi
}

# A request of WHO.  Prints the status, 000 where there was no reply within a
# minute, or $PATIENCE seconds; the reply is in ./body and its header in ./header.  BODY may be @FILE; a PATCH is a JSON
# Patch unless TYPE says otherwise.  Only curl's own wrong usage is a failure.
reply() { # WHO METHOD PATH [BODY [TYPE]]
    local type=application/json arguments=()

    if [ "$2" = PATCH ]; then
        type=application/json-patch+json
    fi
    if [ $# -gt 3 ]; then
        arguments=(-H "Content-Type: ${5:-$type}" --data-binary "$4")
    fi
    : >body
    # a User-Agent that begins with "curl" gets indented replies
    curl -K "$(directory_of "$1")/curl" -sS -A phasepipe-tests \
        -m "${PATIENCE:-60}" --http1.1 \
        -D header -o body -w '%{http_code}' -X "$2" "${arguments[@]}" \
        "$(cat "$CLUSTER/url")$3" 2>curl.log || [ $? != 2 ]
}

# A request of admin's, which must be granted; prints the reply.
api() { # METHOD PATH [BODY [TYPE]]
    local status

    status=$(reply admin "$@")
    if [[ $status != 2* ]]; then
        echo "$1 $2: $status: $(cat body curl.log)" >&2
        return 1
    fi
    cat body
}

# Begins a PATCH of admin's and holds it back in the middle, so that it is one
# of the server's requests in flight until release_request.  However many there
# are, the server lets admin's through; an account is told to wait.
hold_request() { # PATH
    local url

    url=$(cat "$CLUSTER/url")
    mkfifo held
    openssl s_client -quiet -connect "${url#https://}" -CAfile "$CLUSTER/ca.crt" \
        <held >held.log 2>&1 3>&- 4>&- &
    HOLDER=$!
    exec {HELD}>held
    {
        printf 'PATCH %s HTTP/1.1\r\nHost: localhost\r\n' "$1"
        printf '%s\r\n' "$(cat "$CLUSTER/admin/header")" \
            'Content-Type: application/json-patch+json' 'Content-Length: 99' ''
        printf '['
    } >&"$HELD"
}

release_request() {
    if [ -n "${HOLDER:-}" ]; then
        exec {HELD}>&-
        kill "$HOLDER"
        wait "$HOLDER" || [ $? = 143 ]
        HOLDER=
    fi
}

# --- waiting

# Waits until a command succeeds, a minute at most.
wait_until() { # COMMAND ...
    local end=$((SECONDS + 60))

    until "$@"; do
        if [ "$SECONDS" -gt "$end" ]; then
            echo "after a minute still not: $*" >&2
            return 1
        fi
        sleep 0.1
    done
}

is_status() { # PATTERN WHO METHOD PATH [BODY [TYPE]]
    # shellcheck disable=SC2053 # a pattern
    [[ $(reply "${@:2}") == $1 ]]
}

# --- objects; the namespace of a test is $NS

# A namespace of the test's own, with a ConfigMap for Until.
enter_namespace() {
    unset PHASEPIPE_CLOCK
    cd "$BATS_TEST_TMPDIR" || return
    NS=test-$BATS_TEST_NUMBER-$RANDOM
    export NS
    api POST /api/v1/namespaces "{\"metadata\":{\"name\":\"$NS\"}}" >namespace
    api POST "/api/v1/namespaces/$NS/configmaps" \
        '{"metadata":{"name":"phases"},"data":{"a":"b"}}' >configmap
}

# What runs for the test alone ends.
leave_namespace() {
    release_request
    stop_samplers
    controller_down
    heal
    if [ -n "${TEST_KUBECONFIG:-}" ]; then
        api DELETE "/api/v1/namespaces/$NS" >namespace
    fi
}

actionsets() { # [NAME] prints the path
    echo "$KANISTER/namespaces/$NS/actionsets${1:+/$1}"
}

get_actionset() { # NAME
    api GET "$(actionsets "$1")"
}

# Whether a jq filter is true for an ActionSet, as it is now.
actionset_is() { # NAME FILTER
    get_actionset "$1" | jq -e "$2" >is
}

wait_actionset() { # NAME FILTER
    wait_until actionset_is "$@" || {
        get_actionset "$1" >&2
        return 1
    }
}

# One of Kanister's CRDs, which may be there already.
make_crd() { # KIND
    local status

    status=$(cd "$CLUSTER" && reply admin POST "$CRDS" \
        "@$("$ROOT/tests/cluster/build" "$1.yaml")" application/yaml)
    if [ "$status" != 201 ] && [ "$status" != 409 ]; then
        cat "$CLUSTER/body" >&2
        return 1
    fi
    (cd "$CLUSTER" && wait_until is_status 200 admin GET "$KANISTER/${1}s")
}

# Puts another CRD of ActionSet in place of Kanister's:
#   plain   Kanister's own
#   status  with a subresource for the status
#   bare    without the members for progress, as it was until Kanister 0.90
use_crd() { # VARIANT
    local now filter

    CRD_CHANGED=true
    case $1 in
    plain) filter=. ;;
    status) filter='.spec.versions[0].subresources = {status: {}}' ;;
    bare) filter='del(.spec.versions[0].schema.openAPIV3Schema.properties.status.properties.progress,
        .spec.versions[0].schema.openAPIV3Schema.properties.status.properties.actions.items.properties.phases.items.properties.progress)' ;;
    esac
    if [ ! -e "$CLUSTER/plain" ]; then
        api GET "$CRDS/actionsets.cr.kanister.io" |
            jq 'del(.metadata.resourceVersion, .status)' >"$CLUSTER/plain"
    fi
    now=$(api GET "$CRDS/actionsets.cr.kanister.io" | jq .metadata.resourceVersion)
    jq "$filter | .metadata.resourceVersion = $now" "$CLUSTER/plain" >crd.json
    api PUT "$CRDS/actionsets.cr.kanister.io" @crd.json >crd.new
    wait_until "crd_is_$1"
}

# A CRD takes effect a little after it was taken.  Nothing is stored here.
dry_run() {
    api POST "$(actionsets)?dryRun=All" '{"apiVersion":"cr.kanister.io/v1alpha1",
        "kind":"ActionSet","metadata":{"name":"dry"},"status":{"state":"running",
        "progress":{"percentCompleted":"1"}}}' >dry
}

crd_is_plain() { dry_run && jq -e '.status.progress.percentCompleted' dry >is; }
crd_is_status() { dry_run && jq -e '.status == null' dry >is; }
crd_is_bare() { dry_run && jq -e '.status | . and .progress == null' dry >is; }

# The status that the controller gives an ActionSet of one action, "backup",
# whose first phase runs.
running_status() { # PHASE ...
    jq -nc --arg ns "$NS" '{state: "running", error: {message: ""},
        progress: {runningPhase: $ARGS.positional[0]},
        actions: [{name: "backup", blueprint: "blueprint",
            object: {kind: "", name: "phases", namespace: $ns,
                apiVersion: "v1", resource: "configmaps"},
            deferPhase: {name: "", state: ""},
            phases: ($ARGS.positional | to_entries | map({name: .value,
                state: (if .key == 0 then "running" else "pending" end)}))}]}' \
        --args "$@"
}

# An ActionSet as the controller would leave it, where no controller is.
make_actionset() { # NAME STATUS
    jq -nc --arg name "$1" --argjson status "$2" '{
        apiVersion: "cr.kanister.io/v1alpha1", kind: "ActionSet",
        metadata: {name: $name}, status: $status,
        spec: {actions: [($status.actions // [])[]
            | {name, blueprint, object}]}}' >made.json
    api POST "$(actionsets)" @made.json >made
    if jq -e '.status == null' made >is; then # the CRD has a subresource
        api PATCH "$(actionsets "$1")/status" "{\"status\":$2}" \
            application/merge-patch+json >made
    fi
}

# Changes an ActionSet's status as jq says.
set_status() { # NAME FILTER
    get_actionset "$1" | jq -c "[{op: \"test\", path: \"/metadata/resourceVersion\",
        value: .metadata.resourceVersion},
        {op: \"replace\", path: \"/status\", value: (.status | $2)}]" >patch.json
    api PATCH "$(actionsets "$1")" @patch.json >made
}

# --- accounts

# A ServiceAccount that may get and patch one ActionSet and nothing else.  The
# directory ./NAME is as a pod's /var/run/secrets/kubernetes.io/serviceaccount
# (token, ca.crt, namespace), with a kubeconfig beside that.
make_account() { # NAME ACTIONSET
    make_service_account "$1" Role "{\"kind\":\"Role\",\"metadata\":{\"name\":\"$1\"},\"rules\":[
        {\"apiGroups\":[\"cr.kanister.io\"],\"resources\":[\"actionsets\"],
        \"resourceNames\":[\"$2\"],\"verbs\":[\"get\",\"patch\"]}]}"
    wait_until is_status '[24]0[04]' "$1" GET "$(actionsets "$2")"
}

make_service_account() { # NAME KIND-OF-ROLE [ROLE]
    local rbac=/apis/rbac.authorization.k8s.io/v1/namespaces/$NS role=$1

    mkdir -p "$1"
    api POST "/api/v1/namespaces/$NS/serviceaccounts" \
        "{\"metadata\":{\"name\":\"$1\"}}" >"$1/account.json"
    if [ $# -gt 2 ]; then
        api POST "$rbac/roles" "$3" >"$1/role.json"
    else
        role=cluster-admin
    fi
    api POST "$rbac/rolebindings" "{\"metadata\":{\"name\":\"$1\"},
        \"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",
            \"kind\":\"$2\",\"name\":\"$role\"},
        \"subjects\":[{\"kind\":\"ServiceAccount\",\"name\":\"$1\",
            \"namespace\":\"$NS\"}]}" >"$1/binding.json"
    cp "$CLUSTER/ca.crt" "$1/ca.crt"
    printf %s "$NS" >"$1/namespace"
    make_token "$1"
    jq -n --arg url "$(cat "$CLUSTER/url")" --arg ns "$NS" \
        --arg directory "$PWD/$1" '{
        apiVersion: "v1", kind: "Config", "current-context": "test",
        clusters: [{name: "test", cluster: {server: $url,
            "certificate-authority": ($directory + "/ca.crt")}}],
        users: [{name: "test", user: {tokenFile: ($directory + "/token")}}],
        contexts: [{name: "test", context:
            {cluster: "test", user: "test", namespace: $ns}}]
    }' >"$1/kubeconfig"
}

# A new token for it, as a kubelet would put it there.
make_token() { # NAME
    api POST "/api/v1/namespaces/$NS/serviceaccounts/$1/token" \
        '{"spec":{"expirationSeconds":3600}}' | jq -j .status.token >"$1/new"
    mv "$1/new" "$1/token"
    write_client "$1" "$CLUSTER/ca.crt" "$1/token"
}

delete_account() { # NAME
    api DELETE "/api/v1/namespaces/$NS/serviceaccounts/$1" >deleted
}

# Runs a command as in a pod of that account: with the directory where a pod has
# it, in a mount namespace of its own, so this machine's stays as it is.
in_pod() { # ACCOUNT COMMAND ...
    local url options=(--mount)

    url=$(sed -E 's,^https://([^/]*).*,\1,; /:[0-9]+$/!s/$/:443/' "$CLUSTER/url")
    if [ "$(id -u)" != 0 ]; then
        options+=(--map-root-user)
    fi
    # shellcheck disable=SC2016 # the inner shell's own arguments
    KUBERNETES_SERVICE_HOST=${url%:*} KUBERNETES_SERVICE_PORT=${url##*:} \
        unshare "${options[@]}" bash -c '
            set -e
            target=/run/secrets/kubernetes.io/serviceaccount
            mount -t tmpfs none /run
            mkdir -p "$target"
            mount --bind "$1" "$target"
            shift
            "$@"' - "$PWD/$1" "${@:2}"
}

# --- the controller

# Kanister's controller, for the test's namespace alone.
controller_up() {
    make_service_account controller ClusterRole
    wait_until is_status 200 controller GET "$(actionsets)"
    server controller "$NS" "$PWD/controller/kubeconfig"
    CONTROLLER=$CLUSTER/controller-$NS.log
    wait_for '^controller: watching' "$CONTROLLER"
}

controller_down() {
    server kill-controller "$NS"
}

# A Blueprint "blueprint" whose action "backup" has these phases, and those of
# defer:NAME if there is one.  Each runs until end_phase; see
# tests/cluster/controller/until.go.  A PHASE may also be a whole JSON object.
make_blueprint() { # PHASE ...
    jq -nc --arg ns "$NS" '
        def phase: if startswith("{") then fromjson else
            {name: ., func: "Until", args: {namespace: $ns, configMap: "phases",
                key: "{{ .Options.set }}.{{ .Options.action }}.\(.)"}} end;
        ($ARGS.positional | map(select(startswith("defer:"))[6:])) as $defer
        | {apiVersion: "cr.kanister.io/v1alpha1", kind: "Blueprint",
            metadata: {name: "blueprint"},
            actions: {backup: {kind: "ConfigMap",
                phases: ($ARGS.positional - ($defer | map("defer:" + .))
                    | map(phase))}}}
        | if $defer == [] then . else
            .actions.backup.deferPhase = ($defer[0] | phase) end' \
        --args "$@" >blueprint.json
    api POST "$KANISTER/namespaces/$NS/blueprints" @blueprint.json >made
}

# An ActionSet with the action "backup" of that Blueprint, or several times.
run_actionset() { # NAME [TIMES]
    jq -nc --arg ns "$NS" --arg name "$1" --argjson times "${2:-1}" '{
        apiVersion: "cr.kanister.io/v1alpha1", kind: "ActionSet",
        metadata: {name: $name},
        spec: {actions: [range($times) | {name: "backup",
            blueprint: "blueprint", options: {set: $name, action: "\(.)"},
            object: {apiVersion: "v1", resource: "configmaps",
                name: "phases", namespace: $ns}}]}}' >set.json
    api POST "$(actionsets)" @set.json >made
}

# Ends a phase, as complete or as failed; or gives it a percent to report.
end_phase() { # NAME PHASE [complete|failed|PERCENT] [ACTION]
    api PATCH "/api/v1/namespaces/$NS/configmaps/phases" \
        "{\"data\":{\"$1.${4:-0}.$2\":\"${3:-complete}\"}}" \
        application/merge-patch+json >configmap
}

phase_filter() { # PHASE [ACTION]
    echo ".status.actions[${2:-0}] | .phases + [.deferPhase // empty] | .[] | select(.name == \"$1\")"
}

wait_phase() { # NAME PHASE STATE [ACTION]
    wait_actionset "$1" "$(phase_filter "$2" "${4:-0}") | .state == \"$3\""
}

# Waits for the controller's first tick in a running phase, up to 5 s after its
# begin: only then the phase has a percent.
wait_tick() { # NAME PHASE [ACTION]
    wait_actionset "$1" \
        "$(phase_filter "$2" "${3:-0}") | .progress.progressPercent != null"
}

wait_state() { # NAME STATE
    wait_actionset "$1" ".status.state == \"$2\""
}

# --- a witness

# Looks at an ActionSet five times a second from now on; each look is a line
# {"at":MILLISECONDS,"object":...} in FILE, ten minutes at most.
sample() { # NAME FILE
    (
        mkdir -p "$BATS_TEST_TMPDIR/sampler-$1"
        cd "$BATS_TEST_TMPDIR/sampler-$1" || exit
        while [ -d "/proc/$$" ] && [ "$SECONDS" -lt 600 ]; do
            if [ "$(reply admin GET "$(actionsets "$1")")" = 200 ]; then
                jq -c "{at: $((${EPOCHREALTIME/[.,]/} / 1000)), object: .}" body
            fi
            sleep 0.2
        done
    ) >"$2" 2>&1 3>&- 4>&- &
    SAMPLERS+=" $!"
}

stop_samplers() {
    local pid

    for pid in ${SAMPLERS:-}; do
        kill "$pid"
        wait "$pid" || [ $? = 143 ]
    done
    SAMPLERS=
}
