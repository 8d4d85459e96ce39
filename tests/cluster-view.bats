# phase-view and a real API server, with Kubernetes' own kubectl between them.

load helpers
load cluster

setup() {
    enter_namespace
    mkdir -p bin
    ln -sf "$("$ROOT/tests/cluster/build" kubectl)" bin/kubectl
    PATH=$PWD/bin:$PATH
    export HOME=$PWD # for what kubectl keeps
}

teardown() {
    if [ -n "${PID:-}" ] && kill -0 "$PID"; then
        kill "$PID"
    fi
    leave_namespace
}

watch_() { # NAME
    phase-view -a "$1" -n "$NS" --kubeconfig "$CLUSTER/admin/kubeconfig"
}

@test "cluster-view: an ActionSet is watched until it is complete, also by a second watch" {
    local status=0

    make_actionset backup "$(running_status quiesce dump)"
    watch_ backup >lines 2>said 3>&- 4>&- &
    PID=$!
    wait_for 'running  quiesce' lines
    set_status backup '.actions[0].phases[0].state = "complete"
        | .actions[0].phases[1].state = "running"
        | .progress = {percentCompleted: "50", runningPhase: "dump"}'
    wait_for 'quiesce complete; dump' lines
    # the server ends a watch some time
    kill "$(pgrep -f "^kubectl get .*--namespace $NS ")"
    set_status backup '.state = "complete" | .progress = {percentCompleted: "100"}
        | .actions[0].phases[].state = "complete"'
    wait "$PID" || status=$?
    PID=
    assert_equal "$status" 0
    assert_equal "$(tail -n 1 lines)" 'backup  100.00%  complete  dump complete'
    [ ! -s said ]
}

@test "cluster-view: what is not there is said" {
    run --separate-stderr watch_ nothing
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'phase-view: fatal: kubectl: Error from server (NotFound): actionsets.cr.kanister.io "nothing" not found'
}
