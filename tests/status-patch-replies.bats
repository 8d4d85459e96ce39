#!/usr/bin/env bats
# status-patch actionset/NAME: what each reply of an API server means, end to
# end: what is said, how often it is asked, and the exit code.  The server
# answers by a script; see tests/kube/server.
#
# bats runs each test in a shell of its own and sets $stderr and
# $stderr_lines; what bash -c shall expand stands in single quotes:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helpers
load kube
load actionset

CANNOT="unable to write $THIS:"
NONE="$THIS: writes: 0, looks: 1, tried again: 0"
ELSEWHERE="what answers at https://SERVER may be a proxy, not the API server: \
look at server and proxy-url in the kubeconfig, and at HTTPS_PROXY and NO_PROXY"

# A patch of A is answered by ROW, and what is ASKED shows that it is useless to
# go on.  All that is said is LINES.
assert_refused() { # ROW LINE ...
    if is_enough; then
        return 0
    fi
    : >api.log
    rows api "$RESOURCES" "$LOOK" "$1"
    shift
    patch_it <<<"$A"
    assert_failure 100
    assert_equal "$output" ''
    assert_said "$@" "$NONE"
    assert_log api .method "${ASKED:-GET GET PATCH}"
}

# A patch of A is answered by ROW, then taken.  WHY is said, once; ASKED are
# the methods.
assert_repeated() { # ROW WHY ASKED
    if is_enough; then
        return 0
    fi
    : >api.log
    rows api "$RESOURCES" "$LOOK" "$1" "$TAKEN"
    patch_it <<<"$A"
    assert_success
    assert_said "warning: $CANNOT $2; trying again" \
        "$THIS can be reached again" \
        "$THIS: writes: 1 (the last: percentCompleted 15), looks: 1, tried again: 1"
    assert_log api .method "$3"
    # the same bytes, but for the time that there is left
    assert_equal "$(jq -r 'select(.method == "PATCH") | .body' api.log |
        uniq -c | awk '{ print $1 }')" 2
}

# --- for good

# A 403 is believed where the server says that it is ready, and says it again.
TWICE='GET GET PATCH GET PATCH'

@test "status-patch: 403 names the user, and what an administrator must do" {
    ASKED=$TWICE
    serve_api
    rm api.script
    assert_refused "$(refusal PATCH 403 Forbidden 'actionsets.cr.kanister.io \"backup\" is forbidden: User \"system:serviceaccount:lab:patcher\" cannot patch resource \"actionsets\" in API group \"cr.kanister.io\" in the namespace \"kanister\"' '{"name":"backup"}')" \
        "fatal: $CANNOT system:serviceaccount:lab:patcher may not patch actionsets in namespace kanister" \
        'kubectl create role phasepipe --verb=get,patch --resource=actionsets.cr.kanister.io --resource-name=backup -n kanister && kubectl create rolebinding phasepipe --role=phasepipe --serviceaccount=lab:patcher -n kanister'
    assert_refused "$(refusal PATCH 403 Forbidden 'it is forbidden: User \"system:anonymous\" cannot patch resource \"actionsets\" in API group')" \
        "fatal: $CANNOT without credentials nobody may patch actionsets in namespace kanister" \
        'a pod needs automountServiceAccountToken: true, or name a kubeconfig'
    assert_refused "$(refusal PATCH 403 Forbidden 'admission webhook \"policy\" denied the request')" \
        "fatal: $CANNOT the cluster forbids it: admission webhook \"policy\" denied the request"
    assert_refused '{"method":"PATCH","status":403,"headers":{"Content-Type":"text/html"},"body":"<b>no</b>"}' \
        "fatal: $CANNOT the answer was 403: <b>no</b>" "$ELSEWHERE"
}

@test "status-patch: a name in a 403 that no shell should see is in no command" {
    ASKED=$TWICE
    serve_api
    rm api.script
    assert_refused "$(refusal PATCH 403 Forbidden 'User \"x;rm -r $HOME\" cannot patch resource \"actionsets\" in API')" \
        "fatal: $CANNOT the cluster forbids it: User \"x;rm -r \$HOME\" cannot patch resource \"actionsets\" in API"
}

@test "status-patch: 404 tells an ActionSet from a cluster that knows none" {
    rows api "$RESOURCES" "$(refusal GET 404 NotFound 'actionsets.cr.kanister.io \"backup\" not found' '{"name":"backup"}')"
    serve api --cert certs/server.pem
    kubeconfig
    patch_it <<<"$A"
    assert_failure 100
    assert_said "fatal: $CANNOT there is no ActionSet backup in namespace kanister" \
        'kubectl get actionsets.cr.kanister.io -A' \
        "$THIS: writes: 0, looks: 0, tried again: 0"
    assert_log api .method 'GET GET GET GET'

    : >api.log
    rows api '{"method":"GET","status":404,"headers":{"Content-Type":"text/plain"},"body":"404 page not found\n"}'
    patch_it <<<"$A"
    assert_failure 100
    assert_said "fatal: $CANNOT the cluster knows no ActionSets (cr.kanister.io/v1alpha1)" \
        'Kanister is not installed there: helm install kanister kanister/kanister-operator --namespace kanister --create-namespace' \
        "$THIS: writes: 0, looks: 0, tried again: 0"
    assert_log api .method 'GET GET GET'

    : >api.log
    rows api '{"method":"GET","status":404,"headers":{"Content-Type":"text/html"},"body":"<h1>lost</h1>"}'
    patch_it <<<"$A"
    assert_failure 100
    assert_said "fatal: $CANNOT the answer was 404: <h1>lost</h1>" "$ELSEWHERE" \
        "$THIS: writes: 0, looks: 0, tried again: 0"
}

@test "status-patch: an ActionSet that is deleted while it is written is gone" {
    serve_api "$(refusal PATCH 404 NotFound 'not found')"
    rows api "$(refusal GET 404 NotFound 'not found')"
    patch_it <<<"$A"
    assert_failure 111
    assert_said "warning: $THIS is gone: somebody has deleted it" \
        "fatal: the last state (percentCompleted 15.00) was not written to $THIS: somebody has deleted it" \
        "$THIS: writes: 0, looks: 1, tried again: 1"
    assert_log api .method 'GET GET PATCH GET GET GET'
}

@test "status-patch: 422 with a cause is said once, and never tried again" {
    serve_api
    rm api.script
    assert_refused "$(refusal PATCH 422 Invalid 'ActionSet is invalid' '{"causes":[{"reason":"FieldValueTypeInvalid","message":"Invalid value: \"integer\": must be of type string","field":"status.progress.percentCompleted"}]}')" \
        "fatal: $CANNOT the server refuses status.progress.percentCompleted: Invalid value: \"integer\": must be of type string" \
        "the ActionSet's CRD may be of another version of Kanister: kubectl explain actionset.status"
    # a message of Strict quotes the whole object
    assert_refused "$(refusal PATCH 422 Invalid 'whatever' '{"causes":[{"message":"Invalid value: \"{\\\"metadata\\\":{\\\"secret\\\":\\\"x\\\"}}\": strict decoding error: unknown field \"status.x\"","field":"patch"}]}')" \
        "fatal: $CANNOT the server refuses patch: strict decoding error: unknown field \"status.x\"" \
        "the ActionSet's CRD may be of another version of Kanister: kubectl explain actionset.status"
    [[ "$stderr" != *secret* ]]
}

@test "status-patch: a redirect is not followed, and gets no token" {
    rows other "$LOOK"
    serve other --cert certs/server.pem
    other=$PORT
    serve_api
    rm api.script
    for code in 301 302 307 308; do
        assert_refused '{"method":"PATCH","status":'$code',"headers":{"Location":"https://127.0.0.1:'"$other"'/"}}' \
            "fatal: $CANNOT the server answered $code, a redirect, which is not followed" \
            "$ELSEWHERE"
    done
    assert_equal "$(cat other.log)" ''
}

@test "status-patch: what no API server answers is told as a proxy's" {
    serve_api
    rm api.script
    assert_refused '{"method":"PATCH","headers":{"Content-Type":"text/html"},"body":"<html>log in</html>"}' \
        "fatal: $CANNOT the answer (200) is not an API server's: <html>log in</html>" \
        "$ELSEWHERE"
    assert_refused '{"method":"PATCH","body":"{\"metadata\":"}' \
        "fatal: $CANNOT the answer (200) is not an API server's: {\"metadata\"" \
        "$ELSEWHERE"
    assert_refused '{"method":"PATCH","size":5000000}' \
        "fatal: $CANNOT the reply is larger than 4 MiB" "$ELSEWHERE"
    assert_refused '{"method":"PATCH","count":300}' \
        "fatal: $CANNOT the reply has too many headers" "$ELSEWHERE"
    assert_refused '{"method":"PATCH","status":418,"headers":{"Content-Type":"text/plain"},"body":"tea"}' \
        "fatal: $CANNOT the answer was 418: tea" "$ELSEWHERE"
    assert_refused '{"method":"PATCH","status":407}' \
        "fatal: $CANNOT the proxy asks for a password" \
        'proxy-url in the kubeconfig may hold it: http://USER:PASSWORD@HOST'
    assert_refused '{"method":"PATCH","status":666}' \
        "fatal: $CANNOT the answer was 666" "$ELSEWHERE"
}

@test "status-patch: what the server refuses for good is said in its words" {
    serve_api
    rm api.script
    # it may be the annotation that is too much
    ASKED='GET GET PATCH PATCH' assert_refused "$(refusal PATCH 413 RequestEntityTooLarge 'limit is 3145728' null '"drop":"after","headers":{"Connection":"close"}')" \
        "warning: the annotation of $THIS is not written: the server finds our request too large: limit is 3145728" \
        "fatal: $CANNOT the server finds our request too large: limit is 3145728"
    assert_refused "$(refusal PATCH 415 UnsupportedMediaType 'the body was not in a supported format')" \
        "fatal: $CANNOT the server refuses our request (415): the body was not in a supported format"
    ASKED='GET GET PATCH PATCH' assert_refused "$(refusal PATCH 500 '' 'etcdserver: request is too large')" \
        "warning: the annotation of $THIS is not written: ActionSet backup has become too large for the cluster's storage" \
        'kubectl get actionset backup -n kanister -o yaml shows what it holds' \
        "fatal: $CANNOT ActionSet backup has become too large for the cluster's storage" \
        'kubectl get actionset backup -n kanister -o yaml shows what it holds'
    assert_refused '{"method":"PATCH","status":400,"headers":{"Content-Type":"text/plain"},"body":"Client sent an HTTP request to an HTTPS server.\n"}' \
        "fatal: $CANNOT the server speaks https, and its URL says http" \
        'server in the kubeconfig must begin with https://'
    assert_refused "$(refusal PATCH 400 BadRequest '')" \
        "fatal: $CANNOT the server refuses our request (400)"
}

@test "status-patch: control characters of the server are not on the terminal" {
    serve_api
    rm api.script
    assert_refused "$(refusal PATCH 400 BadRequest 'a\u001b[2Jb\r\nc\u0007\u0000d\u009b1m')" \
        "fatal: $CANNOT the server refuses our request (400): a?[2Jb c??d?1m"
}

@test "status-patch: what was refused for good is not tried with the next line either" {
    serve_api "$(refusal PATCH 400 BadRequest no)"
    start -i 0
    echo "$A" >&7
    wait_for fatal err
    for percent in 31 32 33; do
        line "$percent" >&7
    done
    end_input
    ended
    assert_equal "$CODE" 100
    assert_equal "$(grep -c fatal err)" 1
    assert_log api .method 'GET GET PATCH'
}

# --- for now

@test "status-patch: a server that has trouble is asked again, with the same bytes" {
    local twice='GET GET PATCH PATCH'

    serve_api
    rm api.script
    assert_repeated "$(refusal PATCH 503 ServiceUnavailable 'apiserver is shutting down')" \
        'the server is not available: apiserver is shutting down' "$twice"
    assert_repeated '{"method":"PATCH","status":503,"headers":{"Content-Type":"text/plain"},"body":"no healthy upstream"}' \
        'the server is not available: no healthy upstream' "$twice"
    assert_repeated "$(refusal PATCH 504 Timeout 'request did not complete within the allotted timeout')" \
        'the server did not finish in time: request did not complete within the allotted timeout' "$twice"
    assert_repeated "$(refusal PATCH 500 InternalError 'etcdserver: leader changed')" \
        'the server failed (500): etcdserver: leader changed' "$twice"
    assert_repeated '{"method":"PATCH","status":502,"headers":{"Content-Type":"text/html"},"body":"<h1>Bad Gateway</h1>"}' \
        'the server failed (502): <h1>Bad Gateway</h1>' "$twice"
    assert_repeated '{"method":"PATCH","status":408}' \
        'the server waited too long for our request' "$twice"
    assert_repeated '{"method":"PATCH","status":425}' \
        'the server is not ready (425)' "$twice"
    assert_repeated '{"method":"PATCH","status":429,"headers":{"Content-Type":"text/plain"},"body":"Too many requests, please try again later.\n"}' \
        'the server has too much to do' "$twice"
}

@test "status-patch: a server that says when is not asked before" {
    serve_api '{"method":"PATCH","status":429,"headers":{"Retry-After":"2"}}' "$TAKEN"
    begin=$SECONDS
    patch_it <<<"$A"
    assert_success
    [ $((SECONDS - begin)) -ge 2 ]
    assert_log api .method 'GET GET PATCH PATCH'
}

@test "status-patch: a server that says when, after the time that there is, is not waited for" {
    serve_api '{"method":"PATCH","status":429,"headers":{"Retry-After":"3600"}}'
    patch_it <<<"$A" # has 100 s
    assert_failure 111
    assert_said "fatal: the last state (percentCompleted 15.00) was not written to $THIS: the server has too much to do" \
        "$NONE"
    assert_log api .method 'GET GET PATCH'

    date=$(date -u -d '+1 hour' '+%a, %d %b %Y %H:%M:%S GMT')
    rows api "$RESOURCES" "$LOOK" \
        '{"method":"PATCH","status":503,"headers":{"Retry-After":"'"$date"'"}}'
    patch_it <<<"$A"
    assert_failure 111
    assert_equal "$(grep -c PATCH api.log)" 2
}

@test "status-patch: a Retry-After that says nothing is passed over" {
    serve_api
    rm api.script
    for after in soon 'Mon, 01 Jan 2001 00:00:00 GMT'; do
        assert_repeated '{"method":"PATCH","status":429,"headers":{"Retry-After":"'"$after"'"}}' \
            'the server has too much to do' 'GET GET PATCH PATCH'
    done
}

@test "status-patch: trouble is said once, and its end, however often it is tried" {
    serve_api "$(refusal PATCH 503 '' one)" "$(refusal PATCH 500 '' two)" \
        "$(refusal PATCH 503 '' three)" "$TAKEN"
    patch_it <<<"$A"
    assert_success
    assert_said "warning: $CANNOT the server is not available: one; trying again" \
        "$THIS can be reached again" \
        "$THIS: writes: 1 (the last: percentCompleted 15), looks: 1, tried again: 3"
}

@test "status-patch: a patch that was done, though the server said 504, comes again as it was" {
    serve_api "$(refusal PATCH 504 Timeout 'may still be processing')" "$TAKEN"
    start
    echo "$A" >&7
    until_asked api 4
    end_input
    ended
    assert_equal "$CODE" 0
    assert_equal "$(jq -r 'select(.method == "PATCH").body' api.log | sort -u | wc -l)" 1
}

# --- the object is another one now

# A patch of A is answered by ROW; then the phase has moved to index 1.
assert_looks_again() { # ROW
    local moved

    moved=$(jq -c '.status.actions[0].phases |= [{"name":"before","state":"complete","progress":{"progressPercent":"100"}}, .[]]
        | .metadata.generation = 9' <<<"$OBJECT")
    serve_api "$1" '{"method":"GET","body":'"$moved"'}' "$TAKEN"
    patch_it <<<"$A"
    assert_success
    assert_said "$THIS: writes: 1 (the last: percentCompleted 43), looks: 2, tried again: 1"
    assert_log api .method 'GET GET PATCH GET PATCH'
    run jq -r 'select(.method == "PATCH") | .body | fromjson | .[] | .path | select(endswith("/name"))' api.log
    assert_output '/status/actions/0/name
/status/actions/0/phases/0/name
/status/actions/0/name
/status/actions/0/phases/1/name'
}

@test "status-patch: 422 without a cause has it look again, at once and in silence" {
    assert_looks_again "$(refusal PATCH 422 Invalid 'the server rejected our request due to an error in our request' '{}')"
}

@test "status-patch: 409 has it look again, at once and in silence" {
    assert_looks_again "$(refusal PATCH 409 Conflict 'the object has been modified' '{"name":"backup"}')"
}

@test "status-patch: 422 without a cause, again and again, is no reason to hurry" {
    serve_api "$(refusal PATCH 422 Invalid 'the server rejected our request' '{}')"
    start
    echo "$A" >&7
    wait_for 'is no longer as it was; trying again' err
    until_asked api 9 # not yet at once, and looking is no end of the trouble
    kill -KILL "$PID"
    assert_equal "$(grep -c . err)" 1
}

@test "status-patch: an ActionSet that another one took the name of is left alone" {
    serve_api "$(refusal PATCH 422 Invalid no '{}')" \
        '{"method":"GET","body":'"${OBJECT/u-1/u-2}"'}' "$TAKEN"
    patch_it <<<"$A"
    assert_failure 111
    assert_said "warning: $THIS is gone: another one was made by that name" \
        "fatal: the last state (percentCompleted 15.00) was not written to $THIS: another one was made by that name" \
        "$THIS: writes: 0, looks: 2, tried again: 1"
    assert_log api .method 'GET GET PATCH GET'
}

@test "status-patch: an answer that is no ActionSet is no reason to write, or to give up" {
    rows api "$RESOURCES" '{"method":"GET","body":{"kind":"Pod"}}' \
        '{"method":"GET","body":{}}' "$LOOK" "$TAKEN"
    serve api --cert certs/server.pem
    kubeconfig
    patch_it <<<"$A"
    assert_success
    assert_said "warning: $CANNOT the answer is no ActionSet that can be used; trying again" \
        "$THIS can be reached again" \
        "$THIS: writes: 1 (the last: percentCompleted 15), looks: 3, tried again: 2"
    assert_log api .method 'GET GET GET GET PATCH'
}

# --- 401

@test "status-patch: a token that was refused is read again, and the new one sent at once" {
    serve_api "$(refusal PATCH 401 Unauthorized Unauthorized null '"until":"changed"')" "$TAKEN"
    kubeconfig 'tokenFile: token'
    start
    echo "$A" >&7
    until_asked api 3
    echo another-token >token
    touch changed
    end_input
    ended
    assert_equal "$CODE" 0
    assert_equal "$(cat err)" "status-patch: $THIS: writes: 1 (the last: percentCompleted 15), looks: 1, tried again: 1"
    assert_log api .headers.authorization 'Bearer a-token Bearer a-token Bearer a-token Bearer another-token'
}

@test "status-patch: credentials that stay refused are said once, with what mends that" {
    serve_api "$(refusal PATCH 401 Unauthorized Unauthorized)"
    start --final-budget 0
    echo "$A" >&7
    until_asked api 5
    end_input
    ended
    assert_equal "$CODE" 111
    assert_equal "$(grep -c 'does not accept our credentials; trying' err)" 1
    assert_equal "$(grep -c 'kubectl auth whoami' err)" 1
    grep "fatal: the last state (percentCompleted 15.00) was not written to $THIS: the server does not accept our credentials" err
}

@test "status-patch: a warning of the server is said once" {
    serve_api '{"method":"PATCH","headers":{"Warning":"299 - \"unknown field \\\"status.progress.x\\\"\""}}'
    start -i 0
    echo "$A" >&7
    until_asked api 3
    echo "$B" >&7
    until_asked api 4
    end_input
    ended
    assert_equal "$CODE" 0
    assert_equal "$(grep -c warning err)" 1
    grep "warning: the server warns of $THIS: unknown field \"status.progress.x\"" err
}
