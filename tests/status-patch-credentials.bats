#!/usr/bin/env bats
# status-patch actionset/NAME: which cluster it is and who we are, by
# kubeconfigs and plugins; and what is secret stays so.  The server answers by
# a script; see tests/kube/server.
#
# bats runs each test in a shell of its own and sets $stderr and
# $stderr_lines; what bash -c shall expand stands in single quotes:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helpers
load kube
load actionset

CANNOT="unable to write $THIS:"

# A patch of A by the command line is done.
assert_patched() { # ARGUMENT ...
    : >api.log
    run --separate-stderr status-patch "${PATIENT[@]}" "$@" <<<"$A"
    assert_success
    grep -q PATCH api.log
}

assert_token() { # TOKEN
    assert_equal "$(jq -r '.headers.authorization' api.log | sort -u)" "Bearer $1"
}

# --- kubeconfigs

@test "status-patch: the kubeconfig is that of --kubeconfig, KUBECONFIG or HOME" {
    serve_api "$TAKEN"
    mkdir -p home/.kube other
    ln -s "$PWD/certs" home/.kube/certs
    ln -s "$PWD/certs" other/certs
    kubeconfig 'token: of-home'
    mv config home/.kube/config
    assert_patched actionset/backup
    assert_token of-home
    kubeconfig 'token: second'
    mv config other/config
    kubeconfig 'token: first'
    # names that are not there do no harm, and the first wins
    KUBECONFIG=none:$PWD/config::other/config assert_patched actionset/backup
    assert_token first
    KUBECONFIG=other/config assert_patched actionset/backup
    assert_token second
    KUBECONFIG=other/config assert_patched --kubeconfig config actionset/backup
    assert_token first
}

@test "status-patch: --context and --server take the place of the kubeconfig's" {
    serve_api "$TAKEN"
    cat >>config <<'END'
- {name: you, user: {token: b-token}}
END
    sed -i 's/^contexts:/&\n- {name: there, context: {cluster: lab, user: you, namespace: other}}/' config
    assert_patched --kubeconfig config --context there actionset/backup
    assert_token b-token
    assert_equal "$(jq -r 'select(.method == "PATCH").path | split("/")[5]' api.log)" other
    sed -i 's/127\.0\.0\.1:/127.0.0.1:1/' config
    assert_patched --kubeconfig config --server "https://127.0.0.1:$PORT" actionset/backup
    assert_token a-token
    run --separate-stderr status-patch --kubeconfig config --context none actionset/backup <<<"$A"
    assert_failure 100
    assert_equal "$stderr" 'status-patch: fatal: context "none" is not in config'
}

@test "status-patch: the namespace is the option's, the target's, the context's, or default" {
    serve_api "$TAKEN"
    assert_patched --kubeconfig config -n one actionset/backup
    assert_equal "$(jq -r 'select(.method == "PATCH").path | split("/")[5]' api.log)" one
    assert_patched --kubeconfig config actionset/two/backup
    assert_equal "$(jq -r 'select(.method == "PATCH").path | split("/")[5]' api.log)" two
    assert_patched --kubeconfig config actionset/backup
    assert_equal "$(jq -r 'select(.method == "PATCH").path | split("/")[5]' api.log)" kanister
    sed -i 's/, namespace: kanister//' config
    assert_patched --kubeconfig config actionset/backup
    assert_equal "$(jq -r 'select(.method == "PATCH").path | split("/")[5]' api.log)" default
}

@test "status-patch: where no cluster is known that is said, and the input read to its end" {
    run --separate-stderr status-patch actionset/backup <<<"$A"
    assert_failure 100
    assert_equal "$stderr" 'status-patch: fatal: no cluster is known: there is no kubeconfig that names a context, and this is not in a cluster (see --kubeconfig)'
}

# Runs COMMAND where there is a pod's account, for the server at PORT.
in_pod() { # COMMAND
    export KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT=$PORT
    unshare -rm bash -c 'set -e
        mount -t tmpfs none /run
        mkdir -p /run/secrets/kubernetes.io/serviceaccount
        cp certs/ca.pem /run/secrets/kubernetes.io/serviceaccount/ca.crt
        cp token /run/secrets/kubernetes.io/serviceaccount/token
        printf pods >/run/secrets/kubernetes.io/serviceaccount/namespace
        eval "$1"' - "$1"
}

@test "status-patch: in a pod it is the pod's account, and never a proxy" {
    [ /run -ef /var/run ] && unshare -rm true || skip "there are no mount namespaces"
    serve_api "$TAKEN"
    export HTTPS_PROXY=http://127.0.0.1:1
    run --separate-stderr in_pod 'status-patch actionset/backup <<<"$A"'
    assert_success
    assert_token a-token
    assert_equal "$(jq -r 'select(.method == "PATCH").path | split("/")[5]' api.log)" pods
    run --separate-stderr in_pod 'rm /run/secrets/kubernetes.io/serviceaccount/token
        status-patch actionset/backup <<<"$A"'
    assert_failure 100
    [[ "${stderr_lines[0]}" == 'status-patch: fatal: there are no credentials: this pod has no token '* ]]
    assert_equal "${#stderr_lines[@]}" 2
}

@test "status-patch: a server's path is kept before the API's" {
    serve_api "$TAKEN"
    sed -i "s/:$PORT/&\/k8s\/clusters\/c-1\//" config
    assert_patched --kubeconfig config actionset/backup
    assert_equal "$(jq -r 'select(.method == "PATCH").path | split("?")[0]' api.log)" \
        /k8s/clusters/c-1/apis/cr.kanister.io/v1alpha1/namespaces/kanister/actionsets/backup
}

@test "status-patch: a token goes over https only" {
    rows api "$RESOURCES" "$LOOK" "$TAKEN"
    serve api --plain
    kubeconfig
    sed -i 's/https:/http:/' config
    patch_it <<<"$A"
    assert_failure 100
    assert_said 'fatal: user "me" in config has a token, and http://SERVER is not https: whatever is secret would be sent in the clear'
    assert_equal "$(cat api.log)" ''
    # whoever has no secret may go there
    kubeconfig 'token: ""'
    sed -i 's/https:/http:/' config
    patch_it <<<"$A"
    assert_success
    assert_log api '.headers | has("authorization")' 'false false false'
}

@test "status-patch: a client certificate is shown to a server that asks for one" {
    rows api "$RESOURCES" "$LOOK" "$TAKEN"
    serve api --cert certs/server.pem --client-ca certs/ca.pem
    kubeconfig 'client-certificate: certs/client.pem, client-key: certs/client.key'
    patch_it <<<"$A"
    assert_success
    assert_log api '[.client, (.headers | has("authorization"))]' \
        '["backup",false] ["backup",false] ["backup",false]'
    kubeconfig "client-certificate-data: $(base64 -w 0 certs/client2.pem), client-key-data: $(base64 -w 0 certs/client2.key)"
    : >api.log
    patch_it <<<"$A"
    assert_success
    assert_equal "$(jq -r .client api.log | sort -u)" other
}

@test "status-patch: a token file is read for each request, and one that is gone does no harm" {
    serve_api '{"method":"PATCH","until":"go","body":{}}' "$TAKEN"
    kubeconfig 'tokenFile: token'
    start -i 0
    echo "$A" >&7
    until_asked api 3
    echo b-token >token
    touch go
    echo "$B" >&7
    until_asked api 4
    rm token
    line 50.00 >&7
    line 51.00 >&7
    end_input
    ended
    assert_equal "$CODE" 0
    assert_equal "$(jq -r .headers.authorization api.log | tail -n +3 | uniq | paste -sd ' ')" \
        'Bearer a-token Bearer b-token'
    assert_equal "$(grep -c 'going on with the credentials that we have' err)" 1
}

@test "status-patch: what would make us somebody else is refused by its name, and the input read" {
    serve_api
    for field in username password auth-provider as as-uid as-groups as-user-extra; do
        if is_enough; then
            continue
        fi
        value=geheim
        case $field in
        auth-provider | as-user-extra) value='{name: geheim}' ;;
        as-groups) value='[geheim]' ;;
        esac
        kubeconfig "token: a-token, $field: $value"
        # more than a pipe holds: who writes it ends well only if all is read
        run --separate-stderr bash -o pipefail -c 'seq 40000 |
            status-patch --kubeconfig config actionset/backup'
        assert_failure 100
        assert_equal "${PIPESTATUS[*]}" 0
        assert_equal "${stderr_lines[0]}" \
            "status-patch: fatal: \"$field\" of user \"me\" in config is not supported"
        [[ "$stderr" != *geheim* ]]
    done
    assert_equal "$(cat api.log)" ''
}

# --- plugins

# ./plugin prints a token of its own each time, as "$MORE" says, and does what
# stands on its input.
plugin() { # [MEMBER-OF-STATUS]
    cat >plugin
    cat >>plugin <<END
echo run >>runs
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t'\$(grep -c . runs)'"${1:-}}}'
END
    sed -i '1i#!/bin/bash' plugin
    chmod +x plugin
    kubeconfig 'exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never, args: [get token, "a \"b\" $HOME", ""], env: [{name: PLUGIN_SAYS, value: so}]}'
}

@test "status-patch: a plugin is run once, with its words as they are, without a shell or input" {
    serve_api "$TAKEN"
    plugin <<'END'
printf '<%s>' "$@" >args
echo "$PLUGIN_SAYS" >says
cat >stdin
END
    patch_it <<<"$A"
    assert_success
    assert_equal "$(cat args)" '<get token><a "b" $HOME><>'
    assert_equal "$(cat says)" so
    assert_equal "$(cat stdin)" ''
    assert_log api .headers.authorization 'Bearer t1 Bearer t1 Bearer t1'
}

# Who starts us may ignore SIGCHLD, and the kernel keeps no exit code then.
@test "status-patch: a plugin has an exit code where SIGCHLD was ignored" {
    serve_api "$TAKEN"
    plugin </dev/null
    WRAP="env --ignore-signal=CHLD $WRAP"
    patch_it <<<"$A"
    assert_success
    assert_log api .headers.authorization 'Bearer t1 Bearer t1 Bearer t1'
}

@test "status-patch: a plugin is run again where its token has expired" {
    serve_api "$TAKEN"
    plugin ',"expirationTimestamp":"2001-01-01T00:00:00Z"' </dev/null
    patch_it <<<"$A"
    assert_success
    assert_log api .headers.authorization 'Bearer t1 Bearer t2 Bearer t3'
    rm runs
    : >api.log
    plugin ',"expirationTimestamp":"2099-01-01T00:00:00Z"' </dev/null
    patch_it <<<"$A"
    assert_success
    assert_equal "$(cat runs)" run
}

@test "status-patch: a plugin is run again where its token was refused, and that sent at once" {
    serve_api "$(refusal PATCH 401 Unauthorized Unauthorized)" "$TAKEN"
    plugin </dev/null
    patch_it <<<"$A"
    assert_success
    assert_said "$THIS: writes: 1 (the last: percentCompleted 15), looks: 1, tried again: 1"
    assert_log api .headers.authorization 'Bearer t1 Bearer t1 Bearer t1 Bearer t2'
}

@test "status-patch: a plugin that fails is run again, and that said once" {
    serve_api "$TAKEN"
    plugin <<'END'
echo try >>tries
if [ "$(grep -c . tries)" -lt 3 ]; then exit 7; fi
END
    patch_it <<<"$A"
    assert_success
    assert_said "warning: $CANNOT exec plugin of user \"me\" in config: ./plugin failed with exit status 7; trying again" \
        "$THIS can be reached again" \
        "$THIS: writes: 1 (the last: percentCompleted 15), looks: 1, tried again: 2"
    assert_equal "$(grep -c . tries)" 3
}

# A plugin that hangs, with a child of its own; their IDs go to ./pids.
hanging_plugin() {
    plugin <<'END'
sleep 1000 &
echo $$ $! >pids.new
mv pids.new pids
wait
END
}

@test "status-patch: a plugin that hangs holds up nobody, and is gone at the end" {
    serve_api
    hanging_plugin
    start --final-budget 200ms
    for _ in {1..500}; do
        printf '%s\n' "$A"
    done >&7
    wait_for . pids
    end_input
    ended
    assert_equal "$CODE" 111
    grep "fatal: the last state (percentCompleted 15.00) was not written to $THIS: the credential plugin has not ended" err
    for pid in $(cat pids); do
        until_gone "$pid"
    done
    assert_equal "$(cat api.log)" ''
}

@test "status-patch: a plugin that hangs is gone too where we end at once" {
    serve_api
    hanging_plugin
    start
    echo "$A" >&7
    wait_for . pids
    kill -KILL "$PID"
    end_input
    ended
    until_gone "$(cut -d ' ' -f 1 pids)"
    kill "$(cut -d ' ' -f 2 pids)"
}

# --- secrets

@test "status-patch: a token is in no message, argument or environment" {
    serve_api "$(refusal PATCH 401 Unauthorized Unauthorized)" '{"method":"PATCH","raw":"x\n"}' \
        "$(refusal PATCH 500 '' oh)" '{"method":"PATCH","hang":true}'
    echo geheim-token >token
    kubeconfig 'tokenFile: token'
    start --verbose --final-budget 200ms --file f --plan-out plan --pass
    echo "$A" >&7
    until_asked api 6
    tr '\0' '\n' <"/proc/$PID/cmdline" >cmdline
    tr '\0' '\n' <"/proc/$PID/environ" >environ
    end_input
    ended
    assert_equal "$CODE" 111
    assert_equal "$(jq -r .headers.authorization api.log | sort -u)" 'Bearer geheim-token'
    grep -l geheim out err f plan cmdline environ api.log >found
    assert_equal "$(cat found)" api.log # the server's own
}

@test "status-patch: a server that repeats the token does not bring it into a message" {
    local long=geheim-0123456789.abcdefgh_ijklmnopqrstuvwxyz.0123456789

    rows api "$RESOURCES" "$LOOK" \
        "$(refusal PATCH 500 '' "Bearer $long failed")" \
        "$(refusal PATCH 401 Unauthorized "${long:0:20} is unknown")" \
        '{"method":"PATCH","status":503,"headers":{"Content-Type":"text/html"},"body":"<b>Authorization: Bearer '$long'</b>"}' \
        '{"method":"PATCH","headers":{"Warning":"299 - \"token '$long' is old\""},"body":{"kind":"Status","status":"Failure","code":200}}' \
        "$(refusal PATCH 403 Forbidden "not with $long")"
    serve api --cert certs/server.pem
    kubeconfig "token: $long"
    patch_it --verbose <<<"$A"
    echo "$stderr"
    grep -q "Bearer $long" api.log
    [[ "$stderr" != *geheim* ]]
    [[ "$stderr" == *'****'* ]]
}

# Runs it with what follows as a user without rights, beside the test.
start_as_nobody() { # ARGUMENT ...
    local as=()

    if [ "$(id -u)" = 0 ]; then
        as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    fi
    rm -f input
    mkfifo input
    exec 7<>input
    # shellcheck disable=SC2086 # WRAP is a command with its options
    env HOME=/none "${as[@]}" $WRAP "$BIN/status-patch" "$@" <input >out 2>err 3>&- 7>&- &
    PID=$!
}

@test "status-patch: who has secrets leaves no core file, and none else can look in" {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid 65534 --regid 65534 --clear-groups true || skip "there is no other user"
    fi
    start_as_nobody --kubeconfig /none actionset/backup
    wait_for fatal err
    # such a process belongs to root, as proc(5) says
    assert_equal "$(stat -c %u "/proc/$PID/environ")" 0
    assert_equal "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$PID/limits")" '0 0'
    end_input
    ended

    # with a file there is nothing secret
    start_as_nobody -
    echo "$A" >&7
    wait_for status out
    refute [ "$(stat -c %u "/proc/$PID/environ")" = 0 ]
    assert_equal "$(awk '/^Max core file size/ { print $6 }' "/proc/$PID/limits")" \
        "$(awk '/^Max core file size/ { print $6 }' /proc/self/limits)"
    end_input
    ended
}
