# Many status-patch beside a real API server, and one whose input is long.

load helpers
load cluster
load cluster-patch

crowd() { # COMMAND ARGUMENT
    mkdir crowd
    (cd crowd && CLUSTER_OWNERS="$CLUSTER_PID $BATS_ROOT_PID" \
        "$ROOT/tests/cluster/crowd" "$CLUSTER" "$NS" "$BIN/status-patch" "$@")
}

# SEED repeats what a run has printed.
@test "cluster-patch-many: of 200 runs with a failure at some moment none lies about its last state" {
    needs_own_server
    # shellcheck disable=SC2034 # heal looks at it
    SERVER_CHANGED=true
    crowd runs "${SEED:-$RANDOM$RANDOM}"
}

@test "cluster-patch-many: a thousand at once are all delivered" {
    needs_own_server
    crowd many "${MANY:-1000}"
}

# Sends 50 MB of status lines to status-patch while nobody answers at URL, and
# counts what it has taken when they are all gone.
push() { # [OPTION ...]
    local text

    text=$(line quiesce=40 dump)
    {
        yes "$text" | head -c 50000000
        echo
        line quiesce=42 dump
        echo taken >taken
    } | deliver backup --final-budget "${BUDGET:-60s}" "$@" 3>&- 4>&- &
    WRITER=$!
    wait_for taken taken
}

@test "cluster-patch-many: a server that was stopped does not slow the pipe" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    server pause
    push
    # not before it had all
    server resume
    wait "$WRITER"
    WRITER=
    said 'writes: [12] '
    wrote backup 21
}

@test "cluster-patch-many: a server that is down does not slow the pipe" {
    needs_own_server
    make backup quiesce dump
    make_account pod backup
    server kill
    push
    server restart
    wait "$WRITER"
    WRITER=
    wrote backup 21
}

@test "cluster-patch-many: an address that answers nothing at all does not slow the pipe" {
    make backup quiesce dump
    make_account pod backup
    # a backlog that is full: what comes then is not even refused
    /usr/bin/python3 -c '
import socket, signal
s = socket.create_server(("127.0.0.1", 0), backlog=0)
kept = []
for i in range(4):
    c = socket.socket()
    c.setblocking(False)
    c.connect_ex(s.getsockname())
    kept.append(c)
print("https://127.0.0.1:%d" % s.getsockname()[1], flush=True)
signal.pause()' >hole 3>&- 4>&- &
    HOLE=$!
    wait_for https hole
    BUDGET=1s push --server "$(cat hole)" --connect-timeout 1s
    wait "$WRITER"
    WRITER=
    kill "$HOLE"
    said 'the last state \(percentCompleted 42\) was not written to .*: no (connection|reply)'
}
