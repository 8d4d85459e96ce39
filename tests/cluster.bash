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

load cluster-objects

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
        if [ -s "$2" ]; then # else it is one that this machine knows
            echo "cacert = \"$2\""
        fi
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
# minute, or $PATIENCE seconds; the reply is in ./body and its header in
# ./header, what curl has to say in ./curl.log.  BODY may be @FILE; a PATCH is a
# JSON Patch unless TYPE says otherwise.  Only a wrong use of curl is a failure.
reply() { # WHO METHOD PATH [BODY [TYPE]]
    local type=application/json arguments=()

    if [ "$2" = PATCH ]; then
        type=application/json-patch+json
    fi
    if [ $# -gt 3 ]; then
        arguments=(-H "Content-Type: ${5:-$type}" --data-binary "$4")
    fi
    : >body
    : >header
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

# --- what a test has: a namespace, $NS, and CRDs

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
#   bare    without the members for progress, as one that is older than them
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
