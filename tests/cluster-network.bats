# Many status-patch at once whose way to a real API server is cut, slowed and
# garbled, several of that at a time.

load helpers
load cluster
load cluster-patch

network() { # ARGUMENT ...
    mkdir network
    (cd network && "$ROOT/tests/cluster/network" "$CLUSTER" "$NS" \
        "$BIN/status-patch" "$@")
}

# SEED repeats what a run has printed.
@test "cluster-network: where the link fails in many ways at once no writer lies, hangs or holds up its input" {
    needs_own_server
    network "${SEED:-$RANDOM$RANDOM}"
}

@test "cluster-network: the same without network namespaces" {
    needs_own_server
    network "${SEED:-$RANDOM$RANDOM}" --no-namespaces
}
