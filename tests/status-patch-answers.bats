# status-patch and answers that a real API server gives at rare moments.

#
# shellcheck disable=SC2154 # bats sets $stderr

load helpers

LINE='{"type":"status","state":"running","actions":[{"name":"backup","phases":[{"name":"dump","state":"running","progress":{"progressPercent":"40.00"}}]}],"progress":{"percentCompleted":"40.00"}}'
OBJECT='{"kind":"ActionSet","metadata":{"name":"backup","uid":"1","generation":1},"status":{"state":"running","progress":{},"actions":[{"name":"backup","phases":[{"name":"dump","state":"running"}]}]}}'
FORBIDDEN='{"kind":"Status","status":"Failure","reason":"Forbidden","code":403,"message":"actionsets.cr.kanister.io \"backup\" is forbidden: User \"pod\" cannot patch resource \"actionsets\" in API group \"cr.kanister.io\" in the namespace \"lab\""}'
CHANGED='{"kind":"Status","status":"Failure","reason":"Invalid","code":422,"details":{},"message":"the server rejected our request due to an error in our request"}'
RESOURCES='{"kind":"APIResourceList","resources":[{"name":"actionsets"}]}'
PATCHED='{"kind":"PartialObjectMetadata","metadata":{"uid":"1","resourceVersion":"2","generation":2}}'

# A row of the server's script.
answer() { # METHOD STATUS BODY
    jq -nc --arg method "$1" --argjson status "$2" --argjson body "$3" \
        '$ARGS.named' >>script
}

# Runs status-patch beside a server that answers by ./script.
deliver() { # [OPTION ...]
    /usr/bin/python3 "$ROOT/tests/kube/server" --plain script log >port 3>&- 4>&- &
    SERVER=$!
    wait_for . port
    echo '{"apiVersion":"v1","kind":"Config","current-context":"a",
        "contexts":[{"name":"a","context":{"cluster":"a","user":"a","namespace":"lab"}}],
        "clusters":[{"name":"a","cluster":{"server":"http://127.0.0.1:'"$(cat port)"'"}}],
        "users":[{"name":"a","user":{}}]}' >kubeconfig
    run --separate-stderr status-patch --kubeconfig kubeconfig "$@" \
        actionset/backup <<<"$LINE"
}

teardown() {
    if [ -n "${SERVER:-}" ]; then
        kill "$SERVER"
    fi
}

# What was asked, a line each.
asked() {
    jq -r '.method + " " + (.path | split("?")[0])' log
}

assert_said() { # PATTERN
    grep -qE -- "$1" <<<"$stderr" || {
        echo "$stderr"
        return 1
    }
}

@test "status-patch-answers: a refusal of a server that is not ready is not believed" {
    answer GET 200 "$RESOURCES"
    answer GET 200 "$OBJECT"
    answer PATCH 403 "$FORBIDDEN"
    answer GET 500 '"[-]poststarthook/rbac/bootstrap-roles failed"'
    answer PATCH 403 "${FORBIDDEN/backup/Backup}"
    answer GET 403 "$FORBIDDEN" # which it is when it knows no rights yet
    answer PATCH 403 "${FORBIDDEN/backup/BACKUP}"
    answer GET 200 '"ok"'
    answer PATCH 200 "$PATCHED"
    deliver --final-budget 60s
    assert_success
    assert_said 'unable to write .*: the server has just started, and is not ready; trying again$'
    assert_said 'writes: 1 '
    run asked
    assert_output - <<'END'
GET /apis/cr.kanister.io/v1alpha1
GET /apis/cr.kanister.io/v1alpha1/namespaces/lab/actionsets/backup
PATCH /apis/cr.kanister.io/v1alpha1/namespaces/lab/actionsets/backup
GET /readyz
PATCH /apis/cr.kanister.io/v1alpha1/namespaces/lab/actionsets/backup
GET /readyz
PATCH /apis/cr.kanister.io/v1alpha1/namespaces/lab/actionsets/backup
GET /readyz
PATCH /apis/cr.kanister.io/v1alpha1/namespaces/lab/actionsets/backup
END
}

@test "status-patch-answers: a refusal of a server that is ready is one, when it comes again" {
    answer GET 200 "$RESOURCES"
    answer GET 200 "$OBJECT"
    answer PATCH 403 "$FORBIDDEN"
    answer GET 200 '"ok"'
    deliver --final-budget 60s
    assert_failure 100
    [ "$(asked | grep -c readyz)" = 1 ]
    [ "$(asked | grep -c PATCH)" = 2 ]
    assert_said 'fatal: unable to write .*: pod may not patch actionsets in namespace lab$'
}

@test "status-patch-answers: where nobody may ask whether it is ready a refusal is one at last" {
    answer GET 200 "$RESOURCES"
    answer GET 200 "$OBJECT"
    answer PATCH 403 "$FORBIDDEN"
    answer GET 403 "$FORBIDDEN"
    deliver --final-budget 10m
    assert_failure 100
    [ "$(asked | grep -c readyz)" = 6 ]
    assert_said 'fatal: unable to write .*: pod may not patch actionsets in namespace lab$'
}

@test "status-patch-answers: a list of resources that lacks ActionSets tells nothing of a subresource" {
    # the generation shows then that the status was dropped
    answer GET 200 '{"kind":"APIResourceList","resources":[{"name":"profiles"}]}'
    answer GET 200 "$OBJECT"
    answer PATCH 200 "${PATCHED/\"generation\":2/\"generation\":1}"
    answer PATCH 200 "$PATCHED"
    deliver --final-budget 60s --write top
    assert_success
    run asked
    assert_line --index 4 'PATCH /apis/cr.kanister.io/v1alpha1/namespaces/lab/actionsets/backup/status'
}

@test "status-patch-answers: a patch that is refused each time is no flood" {
    answer GET 200 "$RESOURCES"
    answer GET 200 "$OBJECT"
    answer PATCH 422 "$CHANGED"
    deliver --final-budget 3s
    assert_failure 111
    assert_said 'percentCompleted 40.00\) was not written to .*: ActionSet backup is no longer as it was$'
    [ "$(asked | grep -c PATCH)" -le 30 ]
}

@test "status-patch-answers: the time that is told is the one that was given" {
    answer GET 200 "$RESOURCES"
    echo '{"method":"GET","hang":true}' >>script
    deliver --request-timeout 500ms --final-budget 2s
    assert_failure 111
    assert_said 'unable to write .*: no reply within 0.5 s; trying again$'
}
