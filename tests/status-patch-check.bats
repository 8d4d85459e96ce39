#!/usr/bin/env bats
# status-patch --check: what it asks, and what it makes of the answers.  The
# server answers by a script; see tests/kube/server.
#
# bats runs each test in a shell of its own and sets $stderr and
# $stderr_lines; what bash -c shall expand stands in single quotes:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helpers
load kube
load actionset

# Serves the ROWS, and checks.
check() { # ROW ...
    rows api "$@"
    serve api --cert certs/server.pem
    kubeconfig
    run --separate-stderr status-patch --connect-timeout 60s \
        --request-timeout 60s --kubeconfig config --check actionset/backup
}

# Standard output is exactly these lines.
assert_rows() { # LINE ...
    assert_equal "${output//127.0.0.1:$PORT/SERVER}" "$(printf '%s\n' "$@")"
    assert_equal "$stderr" ''
}

SERVER_ROW='ok server      https://SERVER answers, Kubernetes v1.34.1'
WHO_ROW='ok identity    system:serviceaccount:lab:patcher'
PLAIN_ROW='ok resource    actionsets of cr.kanister.io/v1alpha1, without a status subresource'
GET_ROW='ok get         actionsets/backup in namespace kanister'
PATCH_ROW='ok patch       actionsets/backup in namespace kanister'
FIELDS_ROW='ok fields      status.progress has all that is written'
OBJECT_ROW='ok object      running, actions: 1, phases: 2'
DIALECT_ROW='ok dialect     percent are written as "43", as released controllers do'

@test "status-patch: --check asks for everything, and writes nothing" {
    check "$VERSION" "$WHO" "$RESOURCES" "$MAY" "$FIELDS" "$LOOK"
    assert_success
    assert_rows "$SERVER_ROW" "$WHO_ROW" "$PLAIN_ROW" "$GET_ROW" "$PATCH_ROW" \
        "$FIELDS_ROW" "$OBJECT_ROW" "$DIALECT_ROW"
    jq -rc '[.method, .path]' api.log >asked
    diff asked - <<'END'
["GET","/version"]
["POST","/apis/authentication.k8s.io/v1/selfsubjectreviews"]
["GET","/apis/cr.kanister.io/v1alpha1"]
["POST","/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"]
["POST","/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"]
["GET","/openapi/v3/apis/cr.kanister.io/v1alpha1"]
["GET","/apis/cr.kanister.io/v1alpha1/namespaces/kanister/actionsets/backup"]
END
    run jq -rc 'select(.path | endswith("accessreviews")) | .body | fromjson | .spec.resourceAttributes' api.log
    assert_output '{"group":"cr.kanister.io","resource":"actionsets","namespace":"kanister","name":"backup","verb":"get"}
{"group":"cr.kanister.io","resource":"actionsets","namespace":"kanister","name":"backup","verb":"patch"}'
}

@test "status-patch: --check says which right is missing, and what gives it" {
    check "$VERSION" "$WHO" "$SUBRESOURCE" "$MAY" "$MAY_NOT" "$FIELDS" "$LOOK"
    assert_failure 1
    assert_rows "$SERVER_ROW" "$WHO_ROW" \
        'ok resource    actionsets of cr.kanister.io/v1alpha1, with a status subresource, which is written to' \
        "$GET_ROW" \
        'no patch       may not patch actionsets/status/backup in namespace kanister' \
        '--             kubectl create role phasepipe --verb=get,patch --resource=actionsets.cr.kanister.io/status --resource-name=backup -n kanister && kubectl create rolebinding phasepipe --role=phasepipe --serviceaccount=lab:patcher -n kanister' \
        "$FIELDS_ROW" "$OBJECT_ROW" "$DIALECT_ROW"
}

@test "status-patch: --check names the rights once, also for nobody that it knows" {
    check "$VERSION" '{"method":"POST","status":404}' "$RESOURCES" "$MAY_NOT" \
        "$MAY_NOT" "$FIELDS" "$LOOK"
    assert_failure 1
    assert_equal "$(grep -c 'kubectl create role ' <<<"$output")" 1
    [[ $output == *" --role=phasepipe --serviceaccount=NAMESPACE:NAME -n kanister"* ]]
}

@test "status-patch: --check makes no right out of a server's trouble, nor out of none" {
    check "$VERSION" '{"method":"POST","status":404}' "$RESOURCES" \
        '{"method":"POST","status":503}' '{"method":"GET","status":404}' "$LOOK"
    assert_success
    assert_rows "$SERVER_ROW" '-- identity    the server does not tell' "$PLAIN_ROW" \
        '-- get         the server does not tell' '-- patch       the server does not tell' \
        '-- fields      the server does not tell' "$OBJECT_ROW" "$DIALECT_ROW"
}

@test "status-patch: --check says where there is no ActionSet, or none are known" {
    check "$VERSION" "$WHO" "$RESOURCES" "$MAY" "$FIELDS" "$(refusal GET 404 NotFound no)"
    assert_failure 1
    assert_rows "$SERVER_ROW" "$WHO_ROW" "$PLAIN_ROW" "$GET_ROW" "$PATCH_ROW" "$FIELDS_ROW" \
        'no object      there is no ActionSet backup in namespace kanister' \
        '--             kubectl get actionsets.cr.kanister.io -A'
    stop_servers
    rm api.*
    check "$VERSION" "$WHO" '{"method":"GET","status":404,"headers":{"Content-Type":"text/plain"},"body":"404 page not found"}'
    assert_failure 1
    assert_rows "$SERVER_ROW" "$WHO_ROW" \
        'no resource    the cluster knows no ActionSets (cr.kanister.io/v1alpha1)' \
        '--             Kanister is not installed there: helm install kanister kanister/kanister-operator --namespace kanister --create-namespace'
}

@test "status-patch: --check says what the CRD has no room for, and what does not run" {
    check "$VERSION" "$WHO" "$RESOURCES" "$MAY" "${FIELDS/\"sizeUploadedB\":{\},/}" \
        '{"method":"GET","body":'"${OBJECT/running/pending}"'}'
    assert_success
    assert_rows "$SERVER_ROW" "$WHO_ROW" "$PLAIN_ROW" "$GET_ROW" "$PATCH_ROW" \
        "-- fields      status.progress of this cluster's ActionSets has no sizeUploadedB: the annotation has them" \
        '-- object      pending, actions: 1, phases: 2; it is written while it runs, not before and not after' \
        "$DIALECT_ROW"
}

@test "status-patch: --check ends where the server cannot be reached, or knows us not" {
    check "$(refusal GET 401 Unauthorized Unauthorized)"
    assert_failure 1
    assert_rows 'no server      the server does not accept our credentials' \
        "--             the token or client certificate may have expired, or be another cluster's: kubectl auth whoami"
    stop_servers
    run --separate-stderr status-patch --kubeconfig config --check actionset/backup
    assert_failure 1
    assert_rows 'no server      no connection (https://SERVER): Connection refused'
}

@test "status-patch: --check reads no input, and says where its output is lost" {
    rows api "$VERSION"
    serve api --cert certs/server.pem
    kubeconfig
    seq 10 >lines
    run --separate-stderr bash -c '{
        status-patch --kubeconfig config --check actionset/backup >/dev/full
        code=$?
        cat >rest
        exit $code; } <lines'
    assert_failure 111
    cmp lines rest
    assert_equal "$stderr" 'status-patch: fatal: standard output is lost'
}

@test "status-patch: what a server says in --check has no control characters" {
    check '{"method":"GET","body":{"gitVersion":"v1\u001b[2J\n"}}' \
        "$(refusal GET 403 Forbidden 'a\u001b[2J')"
    assert_line --partial 'Kubernetes v1?[2J'
    refute_output --partial $'\e'
}
