# Words for the tests that have an API server: ActionSets, accounts, Kanister's
# controller, and a witness.  cluster.bash loads this.

# --- ActionSets

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

# The controller looks at a phase that runs each five seconds, which is a tick,
# and writes its percent if that differs.  Waits for the first of a phase: only
# then the phase has a percent.
wait_tick() { # NAME PHASE [ACTION]
    wait_actionset "$1" \
        "$(phase_filter "$2" "${3:-0}") | .progress.progressPercent != null"
}

# Waits until what a tick does has been done once more.
wait_another_tick() {
    local before

    before=$(ticks)
    # the first of two that are told is over
    wait_until is_more "$((before + 1))"
}

ticks() { grep -c 'Updating phase progress' "$CONTROLLER" || [ $? = 1 ]; }
is_more() { [ "$(ticks)" -gt "$1" ]; }

wait_state() { # NAME STATE
    wait_actionset "$1" ".status.state == \"$2\""
}

# --- a witness

# What an account asked the server about ActionSets, a line each, in order:
# {"verb","code","userAgent","path","body"}, where body is that of a PATCH.  The
# server writes a line when it has replied, so wait for it.  Needs own server.
asked() { # ACCOUNT
    jq -c --arg user "system:serviceaccount:$NS:$1" \
        'select(.user.username == $user) | {verb, code: .responseStatus.code,
        userAgent, path: .requestURI, body: .requestObject}' "$CLUSTER/audit.log"
}

has_asked() { # ACCOUNT FILTER of the array of all
    asked "$1" | jq -se "$2" >is
}

# Looks at an ActionSet five times a second from now on; each look is a line
# {"at":MILLISECONDS,"object":...} in FILE, ten minutes at most.
sample() { # NAME FILE
    (
        mkdir -p "$BATS_TEST_TMPDIR/sampler-$1"
        cd "$BATS_TEST_TMPDIR/sampler-$1" || exit
        while [ -d "/proc/$BATS_ROOT_PID" ] && [ -d "/proc/$$" ] &&
            [ "$SECONDS" -lt 600 ]; do
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
