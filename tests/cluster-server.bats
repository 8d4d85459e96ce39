# The API server of the tests, and what it does with a patch.

load helpers
load cluster

# The least that status-patch writes.
PATCH='[{"op":"test","path":"/status/state","value":"running"},{"op":"add","path":"/status/progress/percentCompleted","value":"43.33"}]'

@test "cluster-server: an account reads and patches its ActionSet and nothing else" {
    local path other

    make_actionset backup "$(running_status quiesce dump unquiesce)"
    make_actionset other "$(running_status quiesce)"
    make_account pod backup
    path=$(actionsets backup) other=$(actionsets other)
    run reply pod GET "$path"
    assert_output 200
    run reply pod PATCH "$path" "$PATCH"
    assert_output 200
    actionset_is backup '.status.progress
        == {"runningPhase": "quiesce", "percentCompleted": "43.33"}'
    for request in "GET $other" "PATCH $other" "GET $(actionsets)" \
        "DELETE $path" "PUT $path" "GET $path/status" "PATCH $path/status" \
        "GET /api/v1/namespaces/$NS/configmaps/phases"; do
        # shellcheck disable=SC2086 # two words
        run reply pod $request "$PATCH" application/json-patch+json
        assert_output 403
    done
    actionset_is other '.status.progress == {"runningPhase": "quiesce"}'
}

@test "cluster-server: a token counts as long as its account is there" {
    local old

    make_actionset backup "$(running_status dump)"
    make_account pod backup
    run reply pod GET "$(actionsets backup)"
    assert_output 200
    old=$(cat pod/token)
    delete_account pod
    # the server remembers a token for ten seconds
    wait_until is_status 401 pod GET "$(actionsets backup)"
    api POST "/api/v1/namespaces/$NS/serviceaccounts" \
        '{"metadata":{"name":"pod"}}' >account
    run reply pod GET "$(actionsets backup)"
    assert_output 401
    make_token pod
    [ "$(cat pod/token)" != "$old" ]
    run reply pod GET "$(actionsets backup)"
    assert_output 200
}

@test "cluster-server: a pod finds its account where pods do" {
    make_actionset backup "$(running_status dump)"
    make_account pod backup
    # shellcheck disable=SC2016 # the shell in the pod
    run in_pod pod bash -c 'cd /var/run/secrets/kubernetes.io/serviceaccount &&
        cat namespace && cmp token "$1/token" && cmp ca.crt "$1/ca.crt" &&
        echo ":$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT"' - "$PWD/pod"
    assert_success
    assert_output "$NS$(sed 's,^https:/*,:,' "$CLUSTER/url")"
    [ ! -e /var/run/secrets/kubernetes.io ]
}

@test "cluster-server: what an account asks for is on record" {
    needs_own_server
    make_actionset backup "$(running_status dump)"
    make_account pod backup
    wait_until has_asked pod 'any(.code == 200)'
    run reply pod PATCH "$(actionsets backup)" "$PATCH"
    assert_output 200
    run reply pod PATCH "$(actionsets other)" "$PATCH"
    assert_output 403
    wait_until has_asked pod "map(select(.verb == \"patch\")) | map(.code) == [200, 403]"
    has_asked pod "map(select(.code == 200)) | .[-1]
        | .userAgent == \"phasepipe-tests\" and .body == $PATCH
        and .path == \"$(actionsets backup)\""
    run grep -F "$(cat pod/token)" "$CLUSTER/audit.log"
    assert_failure 1
}

@test "cluster-server: the refusals of a patch are those of any API server" {
    local path

    make_actionset backup "$(running_status quiesce dump)"
    path=$(actionsets backup)
    run reply admin PATCH "$path" '[{"op":"test","path":"/status/state","value":"complete"}]'
    assert_output 422
    jq -e '.reason == "Invalid" and .details == {} and
        .message == "the server rejected our request due to an error in our request"' body
    run reply admin PATCH "$path" '[{"op":"add","path":"/status/progress/percentCompleted","value":43}]'
    assert_output 422
    jq -e '.details.causes[0] | .reason == "FieldValueTypeInvalid" and
        .field == "status.progress.percentCompleted"' body
    run reply admin PATCH "$path" '[{"op":"add","path":"/status/verdict","value":"slow"}]'
    assert_output 200
    grep -qi '^warning: 299 - "unknown field \\"status.verdict\\""' header
    run reply admin PATCH "$path/status" "$PATCH"
    assert_output 404
    run reply admin PATCH "$(actionsets none)" "$PATCH"
    assert_output 404
    run reply admin PATCH "$path" '{"status":{}}' application/strategic-merge-patch+json
    assert_output 415
    printf '[{"op":"add","path":"/metadata/annotations","value":{"a":"%0262145d"}}]' 0 >long
    run reply admin PATCH "$path" @long
    assert_output 422
    jq -e '.details.causes[0].reason == "FieldValueTooLong"' body
    actionset_is backup '.status.progress == {"runningPhase": "quiesce"}'
}

@test "cluster-server: the same patch again changes nothing" {
    local path version

    make_actionset backup "$(running_status dump)"
    path=$(actionsets backup)
    version=$(api PATCH "$path" "$PATCH" | jq -r .metadata.resourceVersion)
    [ "$(api PATCH "$path" "$PATCH" | jq -r .metadata.resourceVersion)" = "$version" ]
    set_status backup '.state = "complete"'
    run reply admin PATCH "$path" "$PATCH"
    assert_output 422
}

@test "cluster-server: a CRD with a subresource takes the status there only" {
    needs_own_server
    use_crd status
    make_actionset backup "$(running_status dump)"
    actionset_is backup '.status.state == "running"'
    run reply admin PATCH "$(actionsets backup)" "$PATCH"
    assert_output 200
    actionset_is backup '.status.progress.percentCompleted == null'
    run reply admin PATCH "$(actionsets backup)/status" "$PATCH"
    assert_output 200
    actionset_is backup '.status.progress.percentCompleted == "43.33"'
}

@test "cluster-server: a CRD without members for progress loses it and says so" {
    needs_own_server
    use_crd bare
    make_actionset backup "$(running_status dump)"
    actionset_is backup '.status.state == "running" and .status.progress == null'
    run reply admin PATCH "$(actionsets backup)" \
        '[{"op":"add","path":"/status/progress","value":{"percentCompleted":"43.33"}}]'
    assert_output 200
    grep -qi '^warning: 299 - "unknown field \\"status.progress\\""' header
    actionset_is backup '.status.progress == null'
}

@test "cluster-server: one request too many is told to wait" {
    needs_own_server
    make_actionset backup "$(running_status dump)"
    make_account pod backup
    server term
    server restart --enable-priority-and-fairness=false \
        --max-mutating-requests-inflight=1
    hold_request "$(actionsets backup)"
    wait_until is_status 429 pod PATCH "$(actionsets backup)" "$PATCH"
    grep -qi '^retry-after: 1' header
    run reply pod GET "$(actionsets backup)"
    assert_output 200
    release_request
    wait_until is_status 200 pod PATCH "$(actionsets backup)" "$PATCH"
}

@test "cluster-server: a server that was killed comes again with what it had" {
    local url

    needs_own_server
    make_actionset backup "$(running_status dump)"
    url=$(cat "$CLUSTER/url")
    server kill
    run reply admin GET "$(actionsets backup)"
    assert_output 000
    grep -q 'Failed to connect' curl.log
    server restart
    [ "$(cat "$CLUSTER/url")" = "$url" ]
    run reply admin PATCH "$(actionsets backup)" "$PATCH"
    assert_output 200
}

@test "cluster-server: a server that was stopped says nothing until it goes on" {
    needs_own_server
    make_actionset backup "$(running_status dump)"
    server pause
    run curl -K "$CLUSTER/admin/curl" -sS -m 2 "$(cat "$CLUSTER/url")/readyz"
    assert_failure 28
    server resume
    wait_until is_status 200 admin PATCH "$(actionsets backup)" "$PATCH"
}

@test "cluster-server: a server without its etcd fails, and goes on with it" {
    needs_own_server
    make_actionset backup "$(running_status dump)"
    server stop-etcd
    PATIENCE=3 run reply admin GET "$(actionsets backup)"
    refute_output 200
    server start-etcd
    wait_until is_status 200 admin PATCH "$(actionsets backup)" "$PATCH"
}

# Whether none of these processes is left, but for those that nobody has waited
# for yet.
are_gone() { # PID ...
    local pid

    for pid; do
        if [ -e "/proc/$pid" ] && ! grep -qs '^State:.Z' "/proc/$pid/status"; then
            return 1
        fi
    done
}

@test "cluster-server: no server outlives its owner, its time, or its keeper" {
    local owner pids keeper

    needs_own_server
    # its owner ends, with no chance to clean up
    sleep 100 3>&- &
    owner=$!
    CLUSTER_OWNERS=$owner "$ROOT/tests/cluster/server" "$PWD/a" up
    mapfile -t pids < <("$ROOT/tests/cluster/server" "$PWD/a" status | cut -d ' ' -f 2)
    [ "${#pids[@]}" = 3 ]
    kill -KILL "$owner"
    wait_until are_gone "${pids[@]}"
    # the keeper of each is killed
    CLUSTER_OWNERS=$$ "$ROOT/tests/cluster/server" "$PWD/a" up
    mapfile -t pids < <("$ROOT/tests/cluster/server" "$PWD/a" status | cut -d ' ' -f 2)
    [ "${#pids[@]}" = 2 ] # the port is taken once
    for keeper in $(cut -d ' ' -f 2 a/etcd.pid a/apiserver.pid); do
        kill -KILL "$keeper"
    done
    wait_until are_gone "${pids[@]}"
    # its time is over
    CLUSTER_OWNERS=$$ CLUSTER_LIFETIME=1 "$ROOT/tests/cluster/server" "$PWD/a" start-etcd
    read -r -a pids <a/etcd.pid
    wait_until are_gone "${pids[@]}"
}
