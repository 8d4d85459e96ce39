# For tests that speak with an API server: one that answers by a script, on the
# loopback (tests/kube/server), and the certificates for it.

# Makes the directory DIR; see tests/kube/certs for what is in it.
make_certs() { # DIR
    mkdir "$1" && "$ROOT/tests/kube/certs" "$1"
}

# Starts a server that answers by ./NAME.script and writes ./NAME.log; PORT is
# where, SERVER its process ID.  stop_servers, in teardown, ends it.
serve() { # NAME [OPTION ...]
    local name=$1
    shift
    touch "$name.log"
    : >"$name.port" # of the server before
    env -u LD_PRELOAD "$ROOT/tests/kube/server" "$@" "$name.script" \
        "$name.log" >"$name.port" 2>"$name.err" 3>&- &
    SERVER=$!
    SERVERS+=("$SERVER")
    wait_for '^[0-9]' "$name.port"
    # shellcheck disable=SC2034 # the tests read it
    PORT=$(cat "$name.port")
}

stop_servers() {
    local pid

    for pid in "${SERVERS[@]}"; do
        kill -CONT "$pid" # a test may have stopped it
        kill -TERM "$pid"
        wait "$pid" || [ $? = 143 ]
    done
    SERVERS=()
}

SERVERS=()
