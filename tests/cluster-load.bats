# Whole pipelines, many at once, beside a real API server: a short run of what
# `make figures` measures.

load helpers
load cluster

# What they measure is their own.
unset PHASEPIPE_RECORDS LD_PRELOAD

@test "cluster-load: forty trackers at once all deliver their last state" {
    needs_own_server
    run "$ROOT/tests/load" --cluster "$CLUSTER" --namespace "$NS" 40 4
    echo "$output"
    assert_success
    assert_line '40 of 40 last states are there'
}
