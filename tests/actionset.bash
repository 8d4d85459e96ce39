# For tests of status-patch actionset/NAME: an ActionSet, status lines for it,
# and servers that answer by a script (tests/kube.bash) with what goes before.
#
# What is set here is read in the tests, which bats runs in a shell each:
# shellcheck disable=SC2034,SC2119,SC2120,SC2154

setup_file() {
    make_certs "$BATS_FILE_TMPDIR/certs"
}

setup() {
    unset PHASEPIPE_CLOCK KUBECONFIG POD_NAMESPACE
    unset KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT
    unset https_proxy HTTPS_PROXY http_proxy all_proxy ALL_PROXY no_proxy NO_PROXY
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir home
    export HOME=$PWD/home
    ln -s "$BATS_FILE_TMPDIR/certs" certs
    echo a-token >token
}

# A test that failed leaves nothing running.
teardown() {
    if [ -n "${PID:-}" ] && kill -0 "$PID"; then
        kill -KILL "$PID"
    fi
    stop_servers
}

# A status line: phase dump at $1 percent.
line() {
    printf '{"type":"status","state":"running","actions":[{"name":"backup","phases":[{"name":"dump","state":"running","progress":{"progressPercent":"%s","sizeUploadedB":1024,"lastTransitionTime":"2023-02-20T12:49:55Z"}},{"name":"upload","state":"pending"}]}],"progress":{"percentCompleted":"15.00","runningPhase":"dump","sizeUploadedB":1024,"lastTransitionTime":"2023-02-20T12:49:55Z"}}\n' "$1"
}
export -f line

A=$(line 30.00)
B=$(line 44.00)
export A B

# What a server answers, row by row: to the question for the resources, for the
# ActionSet, and to a patch of it.
RESOURCES='{"method":"GET","body":{"kind":"APIResourceList","resources":[{"name":"actionsets"}]}}'
SUBRESOURCE='{"method":"GET","body":{"kind":"APIResourceList","resources":[{"name":"actionsets"},{"name":"actionsets/status"}]}}'
OBJECT='{"apiVersion":"cr.kanister.io/v1alpha1","kind":"ActionSet","metadata":{"name":"backup","namespace":"kanister","uid":"u-1","generation":5},"status":{"state":"running","actions":[{"name":"backup","phases":[{"name":"dump","state":"running","progress":{"progressPercent":"0"}},{"name":"upload","state":"pending"}]}],"progress":{"percentCompleted":"0","runningPhase":"dump"}}}'
LOOK='{"method":"GET","body":'$OBJECT'}'
TAKEN='{"method":"PATCH","body":{"kind":"PartialObjectMetadata","metadata":{"uid":"u-1","resourceVersion":"7","generation":6}}}'

# ... and a server of 1.34 to --check, in the order in which it is asked.
VERSION='{"method":"GET","body":{"gitVersion":"v1.34.1"}}'
WHO='{"method":"POST","status":201,"body":{"status":{"userInfo":{"username":"system:serviceaccount:lab:patcher"}}}}'
MAY='{"method":"POST","status":201,"body":{"status":{"allowed":true}}}'
MAY_NOT='{"method":"POST","status":201,"body":{"status":{"allowed":false}}}'
FIELDS='{"method":"GET","body":{"components":{"schemas":{"io.kanister.cr.v1alpha1.ActionSet":{"properties":{"status":{"properties":{"progress":{"properties":{"percentCompleted":{},"sizeDownloadedB":{},"sizeUploadedB":{},"estimatedDownloadSizeB":{},"estimatedUploadSizeB":{}}}}}}}}}}}'

# A row of METHOD that is answered CODE with a Status of REASON and MESSAGE, and
# of what MORE says: members of the row.
refusal() { # METHOD CODE REASON MESSAGE [DETAILS [MORE]]
    printf '{"method":"%s","status":%s,"body":{"kind":"Status","status":"Failure","message":"%s","reason":"%s","details":%s,"code":%s}%s}\n' \
        "$1" "$2" "$4" "$3" "${5:-null}" "$2" "${6:+,$6}"
}

# Adds rows to what the server NAME will answer.
rows() { # NAME ROW ...
    printf '%s\n' "${@:2}" >>"$1.script"
}

# Starts the server "api" with the usual rows before those that are given;
# ./config leads to it.
serve_api() { # [ROW ...]
    rows api "$RESOURCES" "$LOOK" "$@"
    serve api --cert certs/server.pem
    kubeconfig
}

# ./config, a kubeconfig for the server at PORT: who we are, and what its
# cluster is, in YAML's flow style.
kubeconfig() { # [USER [CLUSTER]]
    local authority='certificate-authority: certs/ca.pem'

    cat >config <<END
current-context: here
contexts:
- {name: here, context: {cluster: lab, user: me, namespace: kanister}}
clusters:
- {name: lab, cluster: {server: "https://127.0.0.1:$PORT", ${2:-$authority}}}
users:
- {name: me, user: {${1:-token: a-token}}}
END
}

# Nothing is decided by these times.
PATIENT=(--connect-timeout 100s --request-timeout 100s --final-budget 100s)

# Hands the lines of the input to actionset/backup of ./config.
patch_it() { # [OPTION ...]
    run --separate-stderr status-patch "${PATIENT[@]}" --kubeconfig config \
        "$@" actionset/backup
}

# Runs it beside the test; its ID is $PID, and descriptor 7 the writing end of
# its standard input.  (A shell without job control has SIGINT ignored by what
# it runs in the background: env undoes that.)
start() { # [OPTION ...]
    mkfifo input
    exec 7<>input
    # shellcheck disable=SC2086 # WRAP is a command with its options
    env --default-signal=INT $WRAP "$BIN/status-patch" "${PATIENT[@]}" \
        --kubeconfig config "$@" actionset/backup <input >"${OUT:-out}" 2>err 3>&- 7>&- &
    PID=$!
}

# Ends its input.
end_input() {
    exec 7>&-
}

# Waits for its end; its exit status is $CODE.
ended() {
    CODE=0
    wait "$PID" || CODE=$?
}

# Waits until a process is gone, or waited for by nobody.
until_gone() { # PID
    local tries=0

    while [ -e "/proc/$1/status" ] && ! grep -q '^State:.Z' "/proc/$1/status"; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || return 1
        sleep 0.05
    done
}

# Waits until a server has had so many requests.
until_asked() { # NAME COUNT
    local tries=0

    until [ "$(wc -l <"$1.log")" -ge "$2" ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 1200 ]; then
            echo "no $2 requests after a minute" >&2
            return 1
        fi
        sleep 0.05
    done
}

# Whether this is one more of many alike; what runs the programs may be slow,
# and then two of them are enough.
is_enough() {
    CASES=$((${CASES:-0} + 1))
    [ -n "$WRAP" ] && [ "$CASES" -gt 2 ]
}

# What jq says of each entry of a server's log.
assert_log() { # NAME FILTER VALUE
    assert_equal "$(jq -rc "$2" "$1.log" | paste -sd ' ')" "$3"
}

# All that was said are these lines, each behind "status-patch: ".
assert_said() { # LINE ...
    assert_equal "${stderr//127.0.0.1:$PORT/SERVER}" \
        "$(printf 'status-patch: %s\n' "$@")"
}

THIS='actionset/backup in namespace kanister'
