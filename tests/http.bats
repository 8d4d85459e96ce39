#!/usr/bin/env bats
# http.h and reply.h: requests to an API server that answers by a script; see
# tests/kube.
#
# bats runs each test in a shell of its own and sets $stderr and
# $stderr_lines; what bash -c shall expand stands in single quotes:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helpers
load kube

setup_file() {
    make_certs "$BATS_FILE_TMPDIR/certs"
}

setup() {
    unset https_proxy HTTPS_PROXY http_proxy all_proxy ALL_PROXY no_proxy NO_PROXY
    cd "$BATS_TEST_TMPDIR" || return 1
    ln -s "$BATS_FILE_TMPDIR/certs" certs
    echo 'a-token' >token
    echo '{}' >api.script
}

teardown() {
    stop_servers
}

REQUEST=${BIN%/bin}/kube/request
export REQUEST
# shellcheck disable=SC2086 # WRAP is a command with its options
request() { $WRAP "$REQUEST" "$@"; }
export -f request

# One request of the server at PORT that the cluster's authority vouches for;
# ./reply is what came.
get() { # [KEY=VALUE ...]
    echo "GET /x" | request "https://127.0.0.1:$PORT" ca=certs/ca.pem "$@" >reply
}

# What jq says about ./reply, or about the log of a server.
assert_reply() { # FILTER VALUE
    assert_equal "$(jq -rc "$1" reply)" "$2"
}

assert_log() { # NAME FILTER VALUE
    assert_equal "$(jq -rc "$2" "$1.log" | paste -sd ' ')" "$3"
}

# --- what is sent

@test "http: a request arrives with its method, path, headers and body" {
    serve api --cert certs/server.pem
    echo 'PATCH /apis/x?y=1&z=%20 [{"op":"test"}]' |
        request "https://127.0.0.1:$PORT/prefix/" ca=certs/ca.pem token=token >reply
    assert_reply '[.status, .json, .class]' '[200,true,"applied"]'
    diff <(jq 'del(.sni, .client, .at)' api.log) - <<END
{
  "connection": 1,
  "method": "PATCH",
  "path": "/prefix/apis/x?y=1&z=%20",
  "headers": {
    "host": "127.0.0.1:$PORT",
    "user-agent": "phasepipe-test/1",
    "authorization": "Bearer a-token",
    "content-type": "application/json-patch+json",
    "accept": "application/json",
    "content-length": "15"
  },
  "body": "[{\"op\":\"test\"}]"
}
END
}

@test "http: requests go over one connection, and a body never comes twice" {
    serve api --cert certs/server.pem
    ask_often 'PATCH /1 [1]' 'GET /2' 'PATCH /3 [3]' 'GET /4'
    assert_log api '[.connection, .method, .body]' \
        '[1,"PATCH","[1]"] [1,"GET",""] [1,"PATCH","[3]"] [1,"GET",""]'
    assert_log api '.headers["content-type"] // "none"' \
        'application/json-patch+json none application/json-patch+json none'
}

# Requests of one process, each after the reply to the one before, with a step
# between the first and the second.
ask_often() { # LINE ...
    local line number=0

    mkfifo lines
    : >replies # not those of the time before
    request "https://127.0.0.1:$PORT" ca=${CA:-certs/ca.pem} "${KEYS[@]}" <lines \
        >replies 3>&- &
    ASKING=$!
    exec 7>lines
    for line; do
        echo "$line" >&7
        number=$((number + 1))
        until_replies "$number"
        if [ "$number" = 1 ] && [ -n "${STEP:-}" ]; then
            eval "$STEP"
        fi
    done
    exec 7>&-
    wait "$ASKING"
}

until_replies() { # COUNT
    local tries=0

    until [ "$(grep -c status replies)" -ge "$1" ]; do
        kill -0 "$ASKING" || return 1
        tries=$((tries + 1))
        [ "$tries" -lt 1200 ] || return 1
        sleep 0.05
    done
}

@test "http: without a token there is no Authorization" {
    serve api --cert certs/server.pem
    get
    assert_log api '.headers | has("authorization")' false
}

@test "http: over http:// no token is sent" {
    serve api --plain
    echo "GET /x" | request "http://127.0.0.1:$PORT" token=token >reply
    assert_reply .status 200
    assert_log api '.headers | has("authorization")' false
}

@test "http: a token with a line in it is not sent" {
    serve api --cert certs/server.pem
    printf 'one\r\nX-Other: two' >token
    get token=token
    assert_reply '[.status, .why]' \
        '[0,"the token has a space or a control character in it"]'
    assert_log api . ''
}

@test "http: URLs that cannot be used are refused at once" {
    for url in https://user:secret@127.0.0.1 ftp://127.0.0.1 'https://a b' ''; do
        run --separate-stderr request "$url" </dev/null
        assert_failure 100
        refute [ "$stderr" = '' ]
        [[ "$stderr" != *secret* ]]
    done
}

# --- whom it trusts

@test "http: a server of another authority is refused" {
    serve api --cert certs/other.pem
    get token=token
    assert_reply '[.status, .untrusted, .class]' '[0,true,"give-up"]'
    assert_reply .what "the server's certificate is refused: \
unable to get local issuer certificate"
    assert_log api 'has("method")' false
}

# In a mount namespace of our own the system trusts the other authority.
with_system_trust() { # COMMAND
    mkdir store
    cp certs/other-ca.pem store
    cp certs/other-ca.pem store/ca-certificates.crt
    openssl rehash store
    unshare -rm bash -c 'mount --bind store /etc/ssl/certs && eval "$1"' - "$1"
}

@test "http: an authority that only the system trusts is refused" {
    unshare -rm true || skip "there are no mount namespaces"
    serve api --cert certs/other.pem
    export PORT
    with_system_trust '
        echo "GET /x" | request "https://127.0.0.1:$PORT" >system
        echo "GET /x" | request "https://127.0.0.1:$PORT" ca=certs/ca.pem >reply'
    assert_equal "$(jq .status system)" 200
    assert_reply '[.status, .untrusted]' '[0,true]'
}

@test "http: a certificate for another name is refused" {
    serve api --cert certs/named.pem
    get token=token
    assert_reply '[.status, .untrusted, .class]' '[0,true,"give-up"]'
    assert_log api . ''
}

@test "http: a certificate that has expired is refused" {
    serve api --cert certs/expired.pem
    get
    assert_reply '[.status, .untrusted]' '[0,true]'
    assert_reply .what "the server's certificate is refused: certificate has expired"
}

@test "http: insecure takes any certificate" {
    serve api --cert certs/other.pem
    get insecure=1
    assert_reply .status 200
}

@test "http: a certificate for an IPv6 address is taken" {
    serve api --cert certs/server.pem --host ::1 || skip "there is no IPv6"
    echo "GET /x" | request "https://[::1]:$PORT" ca=certs/ca.pem >reply
    assert_reply .status 200
    assert_log api .headers.host "[::1]:$PORT"
}

@test "http: tls-server-name is asked for and checked; Host stays as it is" {
    serve api --cert certs/named.pem
    get name=kubernetes.test
    assert_reply .status 200
    assert_log api '[.sni, .headers.host]' "[\"kubernetes.test\",\"127.0.0.1:$PORT\"]"
    get name=other.test
    assert_reply '[.status, .untrusted]' '[0,true]'
}

@test "http: TLS 1.1 is refused" {
    serve api --cert certs/server.pem --tls1.1
    get
    assert_reply '[.status, .class]' '[0,"again"]'
    assert_reply '.what | startswith("no TLS with the server: ")' true
}

@test "http: a server without TLS is told from one with it" {
    serve api --plain
    get
    assert_reply '[.status, .what]' '[0,"no TLS with the server: wrong version number"]'
}

@test "http: another authority's file is taken for the next request" {
    serve api --cert certs/other.pem
    cp certs/ca.pem now.pem
    CA=now.pem STEP='cp certs/other-ca.pem now.pem' ask_often 'GET /1' 'GET /2'
    assert_equal "$(jq -c .status replies | paste -sd ' ')" '0 200'
}

@test "http: with another authority the open connection is not used again" {
    serve api --cert certs/server.pem
    cp certs/ca.pem now.pem
    CA=now.pem STEP='cp certs/other-ca.pem now.pem' ask_often 'GET /1' 'GET /2'
    assert_equal "$(jq -c .status replies | paste -sd ' ')" '200 0'
}

@test "http: a file of authorities that is half written, or gone, changes nothing" {
    serve api --cert certs/server.pem
    cp certs/ca.pem now.pem
    CA=now.pem STEP='head -c 100 certs/ca.pem >now.pem' ask_often 'GET /1' 'GET /2'
    rm lines now.pem
    cp certs/ca.pem now.pem
    CA=now.pem STEP='rm now.pem' ask_often 'GET /3' 'GET /4'
    assert_log api '[.connection, .path]' '[1,"/1"] [1,"/2"] [2,"/3"] [2,"/4"]'
}

# --- who we are

@test "http: a client certificate is shown" {
    serve api --cert certs/server.pem --client-ca certs/ca.pem
    get cert=certs/client.pem key=certs/client.key
    assert_log api .client backup
}

@test "http: another client certificate needs another connection, the same does not" {
    serve api --cert certs/server.pem --client-ca certs/ca.pem
    cp certs/client.pem now.pem
    cp certs/client.key now.key
    KEYS=(cert=now.pem key=now.key)
    STEP='cp certs/client2.pem now.pem; cp certs/client2.key now.key' \
        ask_often 'GET /1' 'GET /2' 'GET /3'
    assert_log api '[.connection, .client]' '[1,"backup"] [2,"other"] [2,"other"]'
}

@test "http: a client certificate that is none is told" {
    serve api --cert certs/server.pem --client-ca certs/ca.pem
    get cert=token key=certs/client.key
    assert_reply '.what | startswith("our client certificate cannot be used: ")' true
}

# --- what comes back

@test "http: replies that are cut, garbage, or none are no replies" {
    cat >api.script <<'END'
{"cut":5,"size":10}
{"raw":"garbage\n"}
{"raw":"HTTP/1.1 200 OK\r\nContent-Le"}
{"raw":"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}
{"drop":"before"}
END
    serve api --cert certs/server.pem
    ask_often 'GET /1' 'GET /2' 'GET /3' 'GET /4' 'GET /5'
    assert_equal "$(jq -c '[.status, .length, .class]' replies | sort | uniq -c | tr -s ' ')" \
        ' 5 [0,0,"again"]'
    # which of these it is depends on the version of libcurl
    assert_equal "$(jq -r .what replies | sed 's/: .*//' | grep -cxE \
        'the connection ended within the reply|the connection broke|the server closed the connection without a reply|the answer is not HTTP')" 5
}

@test "http: a body in chunks is read whole" {
    echo '{"chunked":true,"size":100000}' >api.script
    serve api --cert certs/server.pem
    get
    assert_reply '[.status, .length]' '[200,100000]'
}

@test "http: a reply that is too large is not read to its end" {
    printf '%s\n' '{"size":4194305}' '{"chunked":true,"size":9000000}' \
        '{"count":200}' '{"headers":{"X":"'"$(printf '%070000d' 0)"'"}}' \
        '{"size":4194304}' >api.script
    serve api --cert certs/server.pem
    ask_often 'GET /1' 'GET /2' 'GET /3' 'GET /4' 'GET /5'
    assert_equal "$(jq -c '[.status, .tooLarge, .class]' replies | uniq -c | tr -s ' ')" \
        ' 4 [0,true,"give-up"]
 1 [200,null,"give-up"]'
}

@test "http: a reply whose first header begins with a blank has nothing of the one before" {
    printf '%s\n' '{"headers":{"X":"y"}}' \
        '{"raw":"HTTP/1.1 200 OK\r\n X: y\r\nContent-Length: 0\r\n\r\n"}' >api.script
    serve api --cert certs/server.pem
    ask_often 'GET /1' 'GET /2' 'GET /3'
    # some versions of libcurl take it, some refuse it; none may crash
    assert_equal "$(wc -l <replies)" 3
    assert_equal "$(head -n 1 replies | jq .status)" 200
}

@test "http: a reply whose status is no number of three digits is none, and why is said" {
    local status

    for status in '1.1 0' '2 0' '2 2444' '2 24444444444444444444'; do
        printf '{"raw":"HTTP/%s\\r\\n\\r\\n"}\n' "$status"
    done >api.script
    serve api --cert certs/server.pem
    for _ in 1 2 3 4; do
        get
        assert_reply '[.status, .why]' '[0,"the answer is not HTTP"]'
    done
}

@test "http: a redirect is not followed" {
    echo '{"status":302,"headers":{"Location":"/other"}}' >api.script
    serve api --cert certs/server.pem
    get token=token
    assert_reply '[.status, .class]' '[302,"give-up"]'
    assert_log api .path /x
}

@test "http: Retry-After is a number, a date, or nothing" {
    local soon

    soon=$(LC_ALL=C date -u -d '+50 seconds' '+%a, %d %b %Y %H:%M:%S GMT')
    printf '{"status":429,"headers":{"Retry-After":"%s"}}\n' 1 32 "$soon" \
        soon -5 0 99999999999 'Mon, 01 Jan 2001 00:00:00 GMT' >api.script
    echo '{"status":429}' >>api.script
    serve api --cert certs/server.pem
    ask_often 'GET /1' 'GET /2' 'GET /3' 'GET /4' 'GET /5' 'GET /6' 'GET /7' \
        'GET /8' 'GET /9'
    assert_equal "$(jq 'if . then .retryAfter | if . > 2 and . != 32 and . <= 50
        then "soon" else . end else . end' replies | paste -sd ' ')" \
        '1 32 "soon" -1 -1 -1 3600 -1 -1'
}

@test "http: JSON is what its Content-Type says" {
    printf '{"headers":{"Content-Type":"%s"}}\n' 'application/json' \
        'Application/JSON;charset=utf-8' 'application/jsonx' 'text/html' \
        >api.script
    serve api --cert certs/server.pem
    ask_often 'GET /1' 'GET /2' 'GET /3' 'GET /4'
    assert_equal "$(jq .json replies | paste -sd ' ')" 'true true false false'
}

@test "http: after the server has closed, the next request connects anew" {
    printf '%s\n' '{"drop":"after"}' '{}' >api.script
    serve api --cert certs/server.pem
    ask_often 'GET /1' 'GET /2'
    assert_equal "$(jq .status replies | paste -sd ' ')" '200 200'
    assert_log api .connection '1 2'
}

# --- servers that are slow, or not there

@test "http: a server that never answers is given up in time" {
    printf '%s\n' '{"hang":true}' '{"size":100,"pace":0.2}' '{"wait":60}' >api.script
    serve api --cert certs/server.pem
    KEYS=(timeout=2000)
    ask_often 'GET /1' 'GET /2' 'GET /3'
    assert_equal "$(jq -c '[.class, .why]' replies)" '["again","no reply within 2 s"]
["again","no complete reply within 2 s"]
["again","no reply within 2 s"]'
}

@test "http: a server that does not even speak TLS in time is no connection" {
    serve api --cert certs/server.pem
    kill -STOP "$SERVER"
    get connect=1000
    assert_reply .why "no connection within 1 s (https://127.0.0.1:$PORT)"
}

@test "http: nobody there, and no such name, are said as what they are" {
    serve api --cert certs/server.pem
    stop_servers
    get
    assert_reply '[.class, .why]' \
        "[\"again\",\"no connection (https://127.0.0.1:$PORT): Connection refused\"]"
    echo "GET /x" | request https://nobody.invalid ca=certs/ca.pem >reply
    assert_reply '[.class, .why]' \
        '["again","the server'\''s name is not known (https://nobody.invalid)"]'
}

# In a network namespace of our own nobody ever answers for a name.
@test "http: a name that is never resolved holds nothing up, not even the exit" {
    unshare -rmn true || skip "there are no network namespaces"
    printf 'nameserver 127.0.0.1\noptions timeout:30 attempts:2\n' >resolv.conf
    timeout 25 unshare -rmn bash -c '
        ip link set lo up
        mount --bind resolv.conf /etc/resolv.conf
        /usr/bin/python3 -c "
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((\"127.0.0.1\", 53))
print(\"up\", flush=True)
time.sleep(100)" >up 3>&- &
        until [ -s up ]; do sleep 0.05; done
        echo "GET /x" | request https://slow.test timeout=1000 >reply
        kill $!'
    assert_reply .why 'no connection within 1 s (https://slow.test)'
}

@test "http: the input is read while a server does not answer" {
    printf '%s\n' '{"hang":true}' '{}' >api.script
    serve api --cert certs/server.pem
    mkfifo lines
    request "https://127.0.0.1:$PORT" ca=certs/ca.pem timeout=60000 <lines \
        >replies 3>&- &
    exec 7>lines
    echo 'GET /1' >&7
    wait_for /1 api.log
    echo 'a line' >&7
    wait_for 'meanwhile":"a line"' replies
    echo cancel >&7
    wait_for cancelled replies
    echo 'GET /2' >&7
    wait_for '"status":200' replies
    exec 7>&-
    wait $!
    assert_log api '[.connection, .path]' '[1,"/1"] [2,"/2"]'
}

@test "http: a signal ends the wait by a pipe, whatever the server does" {
    echo '{"hang":true}' >api.script
    serve api --cert certs/server.pem
    mkfifo lines
    # not the function, which would be a shell that gets the signal
    # shellcheck disable=SC2086 # WRAP is a command with its options
    $WRAP "$REQUEST" "https://127.0.0.1:$PORT" ca=certs/ca.pem timeout=60000 \
        <lines >replies 3>&- &
    exec 7>lines
    echo 'GET /1' >&7
    wait_for /1 api.log
    kill -TERM $!
    wait $!
    exec 7>&-
    assert_equal "$(cat replies)" '{"stopped":true}'
}

# --- proxies

@test "http: a proxy gets the name of the server, and no token" {
    echo '{"tunnel":true}' >proxy.script
    serve proxy --plain
    proxy=http://127.0.0.1:$PORT
    serve api --cert certs/server.pem
    get proxy="$proxy" token=token
    assert_reply .status 200
    assert_log proxy '[.method, .path, (.headers | has("authorization"))]' \
        "[\"CONNECT\",\"127.0.0.1:$PORT\",false]"
    assert_log api .headers.authorization 'Bearer a-token'
}

@test "http: without a word about a proxy the environment has it" {
    echo '{"tunnel":true}' >proxy.script
    serve proxy --plain
    export https_proxy=http://127.0.0.1:$PORT
    serve api --cert certs/server.pem
    get
    assert_log proxy .method CONNECT
    no_proxy=127.0.0.0/8 get
    get proxy=
    assert_log proxy .method CONNECT
    no_proxy='*' get proxy="$https_proxy"
    assert_log proxy .method 'CONNECT CONNECT'
    assert_log api .method 'GET GET GET GET'
}

@test "http: a proxy's refusal is told, and its password is not" {
    echo '{"status":403}' >proxy.script
    serve proxy --plain
    get proxy="http://user:secret@127.0.0.1:$PORT"
    assert_reply '[.status, .class, .what]' \
        '[0,"again","the proxy refuses to connect: it answered 403"]'
    for proxy in http://user:secret@127.0.0.1:1 http://user:secret@nobody.invalid \
        foo://user:secret@127.0.0.1 'http://user:secret@ '; do
        get proxy="$proxy"
        assert_reply .status 0
        refute grep secret reply
    done
}

# --- memory

@test "http: a process that has made a request needs less than 10 MB" {
    local peak

    if [ "$BIN" != "$ROOT/build/bin" ] || [ -n "$WRAP" ]; then
        return 0 # what runs it has memory of its own
    fi
    serve api --cert certs/server.pem
    echo "GET /x" | request "https://127.0.0.1:$PORT" ca=certs/ca.pem memory=1 >reply
    peak=$(awk '/VmHWM/ { print $2 }' reply)
    echo "$peak kB"
    [ "$peak" -lt 10000 ]
}
