#!/usr/bin/env bats
# status-patch actionset/NAME: servers that are not there, slow, broken, or not
# the ones that are meant; and proxies.  The server answers by a script; see
# tests/kube/server.
#
# bats runs each test in a shell of its own and sets $stderr and
# $stderr_lines; what bash -c shall expand stands in single quotes:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helpers
load kube
load actionset

CANNOT="unable to write $THIS:"
LAST="fatal: the last state (percentCompleted 15.00) was not written to $THIS:"

# A patch of A that is answered by ROW is made again, for the reason WHY.
assert_repeated() { # ROW WHY
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
    assert_log api .method 'GET GET PATCH PATCH'
}

# There is no connection, or one through PROXY, when the input ends; that is the
# reason, also where the budget ends in the middle of another try.
refused() { # PROXY [OPTION ...]
    local why="no connection (https://127.0.0.1:$PORT$1): Connection refused"

    rm -f input
    start "${@:2}"
    echo "$A" >&7
    wait_for "$why; trying again" err
    end_input
    ended
    assert_equal "$CODE" 111
    grep "$LAST $why$" err
}

# Nothing is sent to the server at PORT, which is refused for good, since WHY.
assert_untrusted() { # WHY [OPTION ...]
    patch_it "${@:2}" <<<"$A"
    assert_failure 100
    [[ "${stderr_lines[0]}" == "status-patch: fatal: $CANNOT the server's certificate is refused: $1" ]]
    [[ "${stderr_lines[1]}" == *"certificate-authority in the kubeconfig, or ca.crt of the pod, must be that of https://127.0.0.1:$PORT; "* ]]
    assert_equal "${#stderr_lines[@]}" 3
    refute grep -q method api.log
}

# --- slow, and broken

@test "status-patch: a reply that is late, or comes byte by byte, is not waited for" {
    serve_api '{"method":"PATCH","hang":true}' \
        '{"method":"PATCH","pace":1,"size":1000}' "$TAKEN"
    patch_it --verbose --request-timeout 2s <<<"$A"
    assert_success
    [[ "$stderr" == *"PATCH: no reply after "*" ms: no reply within 2 s"* ]]
    [[ "$stderr" == *"PATCH: no reply after "*" ms: no complete reply within 2 s"* ]]
}

@test "status-patch: --connect-timeout 0 is no limit but that of the request" {
    serve_api "$TAKEN"
    patch_it --connect-timeout 0s <<<"$A"
    assert_success
}

@test "status-patch: a reply that breaks off, or is none, has the patch come again" {
    serve_api
    rm api.script
    assert_repeated '{"method":"PATCH","cut":7,"body":{"metadata":{}}}' \
        'the connection ended within the reply'
    assert_repeated '{"method":"PATCH","raw":"SSH-2.0-OpenSSH\r\n\r\n"}' \
        'the answer is not HTTP'
    assert_repeated '{"method":"PATCH","raw":"HTTP/1.1 200 OK\r\nContent-Le"}' \
        'the connection ended within the reply'
}

@test "status-patch: a connection that ends before the first byte has the request come again" {
    rows api '{"method":"GET","drop":"before"}' "$RESOURCES" "$LOOK" \
        '{"method":"PATCH","drop":"before"}' "$TAKEN"
    serve api --cert certs/server.pem
    kubeconfig
    patch_it <<<"$A"
    assert_success
    # on a connection that was used before, which a server may close, libcurl
    # asks again by itself
    assert_said "warning: $CANNOT the server closed the connection without a reply; trying again" \
        "$THIS can be reached again" \
        "$THIS: writes: 1 (the last: percentCompleted 15), looks: 1, tried again: 1"
    assert_log api '[.connection, .method]' \
        '[1,"GET"] [2,"GET"] [2,"GET"] [2,"PATCH"] [3,"PATCH"]'
}

@test "status-patch: a server that comes back within the budget gets the last state" {
    serve_api
    stop_servers
    start
    printf '%s\n' "$A" "$B" >&7
    end_input
    wait_for 'no connection (https://.*): Connection refused; trying again' err
    rows api "$RESOURCES" "$LOOK" "$TAKEN"
    serve api --cert certs/server.pem --port "$PORT"
    ended
    assert_equal "$CODE" 0
    grep "$THIS can be reached again" err
    assert_log api 'select(.method == "PATCH") | .body | fromjson | .[-1].value | fromjson | .phases[0].progressPercent' 44.00
}

@test "status-patch: nobody there is said with the last state, and exit 111" {
    serve_api
    stop_servers
    refused '' --final-budget 200ms
    tail -n 1 err | grep "^status-patch: $THIS: writes: 0, looks: 0, tried again: "
}

# --- who the server is

@test "status-patch: a server of another authority is refused" {
    serve api --cert certs/other.pem
    kubeconfig
    assert_untrusted 'unable to get local issuer certificate'
}

# In a mount namespace of our own the system trusts the other authority, by
# whatever way it is asked.
with_system_trust() { # COMMAND
    mkdir store
    cp certs/other-ca.pem store
    cp certs/other-ca.pem store/ca-certificates.crt
    openssl rehash store
    SSL_CERT_FILE=$PWD/certs/other-ca.pem SSL_CERT_DIR=$PWD/store \
        unshare -rm bash -c 'mount --bind store /etc/ssl/certs && eval "$1"' - "$1"
}

@test "status-patch: an authority that only the system trusts is refused" {
    unshare -rm true || skip "there are no mount namespaces"
    rows api "$RESOURCES" "$LOOK" "$TAKEN"
    serve api --cert certs/other.pem
    kubeconfig 'token: a-token' 'insecure-skip-tls-verify: false'
    mv config config-system
    kubeconfig
    with_system_trust 'set -e
        status-patch --kubeconfig config-system actionset/backup <<<"$A" 2>system.err
        mv api.log system.log
        status-patch --kubeconfig config actionset/backup <<<"$A" 2>err || echo $? >code'
    grep -q method system.log # it does trust it
    assert_equal "$(cat code)" 100
    grep "the server's certificate is refused: unable to get local issuer certificate" err
    refute grep method api.log
}

@test "status-patch: a certificate for another name is refused, but by tls-server-name" {
    serve api --cert certs/named.pem
    kubeconfig
    assert_untrusted "no alternative certificate subject name matches target host name '127.0.0.1'"
    kubeconfig 'token: a-token' 'certificate-authority: certs/ca.pem, tls-server-name: other.test'
    assert_untrusted "no alternative certificate subject name matches target host name 'other.test'"
    rows api "$RESOURCES" "$LOOK" "$TAKEN"
    kubeconfig 'token: a-token' 'certificate-authority: certs/ca.pem, tls-server-name: kubernetes.test'
    patch_it <<<"$A"
    assert_success
    assert_equal "$(jq -rc 'select(.method) | [.sni, .headers.host]' api.log | sort -u)" \
        "[\"kubernetes.test\",\"127.0.0.1:$PORT\"]"
}

@test "status-patch: a certificate that has expired is refused" {
    serve api --cert certs/expired.pem
    kubeconfig
    assert_untrusted 'certificate has expired'
}

@test "status-patch: insecure-skip-tls-verify takes any certificate, and says so" {
    rows api "$RESOURCES" "$LOOK" "$TAKEN"
    serve api --cert certs/other.pem
    kubeconfig 'token: a-token' 'insecure-skip-tls-verify: true'
    patch_it <<<"$A"
    assert_success
    assert_said 'warning: the certificate of https://SERVER is not looked at (insecure-skip-tls-verify)' \
        "$THIS: writes: 1 (the last: percentCompleted 15), looks: 1, tried again: 0"
}

@test "status-patch: TLS 1.1 is too old, and a server without TLS has none" {
    serve api --cert certs/server.pem --tls1.1
    kubeconfig
    start
    echo "$A" >&7
    wait_for "warning: $CANNOT no TLS with the server: .*; trying again" err
    kill -KILL "$PID"
    refute grep method api.log
    rm input

    rows plain "$RESOURCES" "$LOOK" "$TAKEN"
    serve plain --plain
    kubeconfig
    start
    echo "$A" >&7
    wait_for "warning: $CANNOT no TLS with the server: wrong version number; trying again" err
    kill -KILL "$PID"
    refute grep method plain.log
}

@test "status-patch: an IPv6 address is a server's too" {
    rows api "$RESOURCES" "$LOOK" "$TAKEN"
    serve api --cert certs/server.pem --host ::1 || skip "there is no IPv6"
    kubeconfig
    sed -i 's/127\.0\.0\.1/[::1]/' config
    patch_it <<<"$A"
    assert_success
    assert_equal "$(jq -r .headers.host api.log | sort -u)" "[::1]:$PORT"
}

@test "status-patch: an authority that is replaced is read anew" {
    serve api --cert certs/other.pem
    cp certs/other-ca.pem ca.pem
    rows api "$RESOURCES" "$LOOK" "$TAKEN"
    kubeconfig 'token: a-token' 'certificate-authority: ca.pem'
    start -i 0
    echo "$A" >&7
    until_asked api 3
    cp certs/ca.pem ca.pem
    echo "$B" >&7
    until_asked api 4 # it notes what became of TLS when that has ended
    # a server that was trusted may be so again
    wait_for "warning: $CANNOT the server's certificate" err
    cp certs/other-ca.pem ca.pem
    end_input
    ended
    assert_equal "$CODE" 0
    assert_log api 'select(.method == "PATCH").method' 'PATCH PATCH'
}

# --- proxies

# A proxy, answering as the ROWS say; PROXY is its URL.
serve_proxy() { # ROW ...
    rows proxy "$@"
    serve proxy --plain
    PROXY=http://user:geheim@127.0.0.1:$PORT
}

@test "status-patch: HTTPS_PROXY leads to the server, with no token for the proxy" {
    serve_proxy '{"tunnel":true}'
    serve_api "$TAKEN"
    HTTPS_PROXY=$PROXY patch_it <<<"$A"
    assert_success
    assert_log proxy '[.method, .path, .headers["proxy-authorization"], (.headers | has("authorization"))]' \
        "[\"CONNECT\",\"127.0.0.1:$PORT\",\"Basic dXNlcjpnZWhlaW0=\",false]"
    assert_log api '[.connection, .method]' '[1,"GET"] [1,"GET"] [1,"PATCH"]'
}

@test "status-patch: NO_PROXY has it go straight there" {
    serve_proxy '{"status":503}'
    serve_api "$TAKEN"
    HTTPS_PROXY=$PROXY NO_PROXY=example.com,127.0.0.0/8 patch_it <<<"$A"
    assert_success
    assert_equal "$(cat proxy.log)" ''
}

@test "status-patch: the kubeconfig's proxy-url counts more than the environment" {
    serve_proxy '{"tunnel":true}'
    serve_api "$TAKEN"
    kubeconfig 'token: a-token' "certificate-authority: certs/ca.pem, proxy-url: \"$PROXY\""
    HTTPS_PROXY=http://127.0.0.1:1 NO_PROXY='*' patch_it <<<"$A"
    assert_success
    assert_log proxy .method CONNECT
}

@test "status-patch: a proxy that refuses is told, and its password is in no message" {
    serve_proxy '{"status":407}'
    serve_api "$TAKEN"
    for proxy in "$PROXY" http://user:geheim@127.0.0.1:1 http://user:geheim@nobody.invalid \
        foo://user:geheim@127.0.0.1 "http://user:geheim@127.0.0.1:x"; do
        if is_enough; then
            continue
        fi
        HTTPS_PROXY=$proxy patch_it -v --final-budget 300ms <<<"$A"
        assert_failure
        [[ "$stderr" != *geheim* ]]
        kubeconfig 'token: a-token' "certificate-authority: certs/ca.pem, proxy-url: \"$proxy\""
        patch_it -v --final-budget 300ms <<<"$A"
        assert_failure
        [[ "$stderr" != *geheim* ]]
        echo "$stderr"
        kubeconfig
    done
}

@test "status-patch: where there is no connection a proxy is named as what may be meant" {
    serve_api
    stop_servers
    kubeconfig 'token: a-token' 'certificate-authority: certs/ca.pem, proxy-url: "http://u:geheim@127.0.0.1:1"'
    refused ', through its proxy-url' --final-budget 200ms
    kubeconfig
    HTTPS_PROXY=http://u:geheim@127.0.0.1:1 refused ', or the proxy of HTTPS_PROXY' \
        --final-budget 200ms
}
