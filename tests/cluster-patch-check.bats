# status-patch --check, and the doctor, with a real API server; and where its token
# may not be.

load helpers
load cluster
load cluster-patch

# --check with pod's token, or AS's: out, err and $CODE.
check() {
    local before after

    before=$(version_of backup)
    deliver backup --check </dev/null
    after=$(version_of backup)
    [ "$before" = "$after" ]
}

# It found this: lines of "out", patterns of grep -E for whole lines, and no
# others.
found() { # CODE PATTERN ...
    local pattern i=0

    cat out err
    [ "$CODE" = "$1" ] || return 1
    [ "$(wc -l <out)" = $(($# - 1)) ] || return 1
    for pattern in "${@:2}"; do
        i=$((i + 1))
        sed -n "${i}p" out | grep -qxE -- "$pattern" || {
            echo "line $i is not: $pattern"
            return 1
        }
    done
}

SERVER='ok server +https://127.0.0.1:[0-9]+ answers, Kubernetes v[^ ]+'
RESOURCE='ok resource +actionsets of cr.kanister.io/v1alpha1, without a status subresource'
FIELDS='ok fields +status.progress has all that is written'
OBJECT='ok object +running, actions: 1, phases: 2'
DIALECT='ok dialect +percent are written as "43", as released controllers do'

@test "cluster-patch-check: with all rights all is well, and nothing is written" {
    make backup quiesce dump
    make_account pod backup
    check
    found 0 "$SERVER" "ok identity +system:serviceaccount:$NS:pod" "$RESOURCE" \
        "ok get +actionsets/backup in namespace $NS" \
        "ok patch +actionsets/backup in namespace $NS" "$FIELDS" "$OBJECT" "$DIALECT"
}

@test "cluster-patch-check: which right is missing is said" {
    local get patch

    make backup quiesce dump
    make_service_account pod Role '{"kind":"Role","metadata":{"name":"pod"},"rules":[
        {"apiGroups":["cr.kanister.io"],"resources":["actionsets"],"verbs":["get"]}]}'
    wait_until is_status 200 pod GET "$(actionsets backup)"
    get="ok get +actionsets/backup in namespace $NS"
    patch="no patch +may not patch actionsets/backup in namespace $NS"
    check
    found 1 "$SERVER" 'ok identity .*' "$RESOURCE" "$get" "$patch" \
        '-- +kubectl create role phasepipe --verb=get,patch .*' \
        "$FIELDS" "$OBJECT" "$DIALECT"
    api PUT "/apis/rbac.authorization.k8s.io/v1/namespaces/$NS/roles/pod" \
        '{"kind":"Role","metadata":{"name":"pod"},"rules":[
        {"apiGroups":["cr.kanister.io"],"resources":["actionsets"],"verbs":["patch"]}]}' >made
    wait_until is_status 403 pod GET "$(actionsets backup)"
    check
    found 1 "$SERVER" 'ok identity .*' "$RESOURCE" \
        "no get +may not get actionsets/backup in namespace $NS" \
        '-- +kubectl create role phasepipe .*' \
        "ok patch +actionsets/backup in namespace $NS" "$FIELDS" \
        'no object +system:serviceaccount:.* may not get actionsets in namespace .*' \
        '-- +kubectl create role phasepipe .*'
}

@test "cluster-patch-check: an ActionSet that does not run is no fault, one that is not there is" {
    make backup quiesce dump
    make_account pod backup
    others_set backup '.state = "pending"'
    check
    [ "$CODE" = 0 ]
    grep -qE '^-- object +pending, actions: 1, phases: 2; it is written while it runs, not before and not after$' out
    others_set backup '.state = "complete"'
    check
    [ "$CODE" = 0 ]
    grep -qE '^-- object +complete, ' out
    forget backup
    api DELETE "$(actionsets backup)" >deleted
    deliver backup --check </dev/null
    [ "$CODE" = 1 ]
    grep -qE "^no object +there is no ActionSet backup in namespace $NS$" out
}

@test "cluster-patch-check: a CRD that has less is told from one that has more" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    use_crd bare
    remember backup
    wait_until fields_are_gone
    use_crd status
    remember backup
    wait_until subresource_is_there
    cat out
    [ "$CODE" = 1 ]
    grep -qE "^ok resource +actionsets of cr.kanister.io/v1alpha1, with a status subresource, which is written to$" out
    grep -qE "^no patch +may not patch actionsets/status/backup in namespace $NS$|^no patch +may not patch actionsets/backup's status" out
}

# The server publishes what a CRD has some time after it has it.
fields_are_gone() {
    check && [ "$CODE" = 0 ] &&
        grep -qE '^-- fields +status.progress of this cluster.s ActionSets has no percentCompleted, ' out
}

subresource_is_there() {
    check && grep -q 'with a status subresource' out
}

@test "cluster-patch-check: a cluster without ActionSets is said to have none" {
    needs_own_server
    make_account pod backup
    api GET "$CRDS/actionsets.cr.kanister.io" |
        jq 'del(.metadata.resourceVersion, .metadata.uid, .status)' >crd.kept
    for kind in actionset blueprint profile; do
        api DELETE "$CRDS/${kind}s.cr.kanister.io" >deleted
    done
    wait_until is_status 404 pod GET /apis/cr.kanister.io/v1alpha1
    deliver backup --check </dev/null
    for kind in actionset blueprint profile; do
        wait_until is_status 404 admin GET "$CRDS/${kind}s.cr.kanister.io"
        make_crd "$kind"
    done
    found 1 "$SERVER" 'ok identity .*' \
        'no resource +the cluster knows no ActionSets \(cr.kanister.io/v1alpha1\)' \
        '-- +Kanister is not installed there: helm install .*'
}

@test "cluster-patch-check: a server that is down, and one that is another's, are told apart" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    openssl req -x509 -days 1 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
        -keyout other.key -out other.crt -subj /CN=other 2>openssl.log
    cp other.crt pod/ca.crt
    check
    found 1 'no server +the server.s certificate is refused: .*' \
        '-- +certificate-authority in the kubeconfig, or ca.crt of the pod, must be .*'
    cp "$CLUSTER/ca.crt" pod/ca.crt
    echo wrong >pod/token
    check
    found 1 'no server +the server does not accept our credentials' '-- .*kubectl auth whoami'
    server kill
    deliver backup --check </dev/null
    found 1 'no server +no connection \(https://127.0.0.1:[0-9]+\): Connection refused'
    server restart
    server pause
    deliver backup --check --request-timeout 1s </dev/null
    server resume
    found 1 'no server +no (reply|connection) within 1 s.*'
}

@test "cluster-patch-check: the token is in no output, no file, no argument, no environment, no core" {
    local token file

    make backup quiesce dump
    make_account pod backup
    token=$(cat pod/token)
    ulimit -S -c "$(ulimit -H -c)"
    start_patch backup -i 0 -v --file status.json --plan-out plan.json --pass
    tell quiesce=40 dump
    wait_wrote backup 20
    # neither are the secrets of its memory to be had by others
    grep -qE '^Max core file size +0 +0 ' "/proc/$PID/limits"
    tr '\0' '\n' <"/proc/$PID/environ" >environ
    tr '\0' '\n' <"/proc/$PID/cmdline" >cmdline
    cp pod/token kept
    printf 'wrong%s' "$token" >pod/token
    tell quiesce=42 dump
    wait_said 'GET: 401'
    mv kept pod/token
    end_input
    ended
    ended_with 0
    deliver backup --check -v </dev/null
    api DELETE "/apis/rbac.authorization.k8s.io/v1/namespaces/$NS/roles/pod" >deleted
    wait_until is_status 403 pod GET "$(actionsets backup)"
    deliver backup -v < <(line quiesce=40 dump)
    # a third of it would be found, too
    for file in "$token" "${token:20:60}" "${token: -60}"; do
        grep -rlF -- "$file" . | sort
    done | sort -u | diff - <(printf '%s\n' ./pod/header ./pod/token)
}

@test "cluster-patch-check: a crash leaves no core with the token in it" {
    make backup quiesce dump
    make_account pod backup
    ulimit -S -c "$(ulimit -H -c)"
    start_patch backup
    tell quiesce=40 dump
    wait_wrote backup 20
    kill -s SEGV "$PID"
    ended
    end_input
    [ "$CODE" = 139 ]
    run compgen -G 'core*'
    assert_failure
    forget backup
}

# --- the doctor

doctor() { # ARG ...
    CODE=0
    PATH=$BIN:$PATH "$ROOT/scripts/doctor" --kubeconfig "${AS:-pod}/kubeconfig" \
        "$@" >out 2>err || CODE=$?
    cat out err
}

@test "cluster-patch-check: the doctor finds which right is missing, and with all of them nothing" {
    local get

    make backup quiesce dump
    make_service_account pod Role '{"kind":"Role","metadata":{"name":"pod"},"rules":[
        {"apiGroups":["cr.kanister.io"],"resources":["actionsets"],"verbs":["get"]}]}'
    wait_until is_status 200 pod GET "$(actionsets backup)"
    doctor -n "$NS" actionset/backup
    [ "$CODE" = 1 ]
    get="ok get         actionsets/backup in namespace $NS"
    grep -qxE "$SERVER" out
    grep -qxE "$RESOURCE" out
    grep -qx "$get" out
    grep -qx "no patch       may not patch actionsets/backup in namespace $NS" out
    grep -qxE -- '-- +kubectl create role phasepipe --verb=get,patch .*' out
    grep -qxE "$DIALECT" out

    make_account other backup
    AS=other doctor -n "$NS" actionset/backup
    [ "$CODE" = 0 ]
    grep -qx "ok patch       actionsets/backup in namespace $NS" out
    run grep '^no ' out
    assert_output ''
}
