# phase-run in a container, as a pod runs it, and a real API server.

load helpers
load cluster
load container

OPTIONS=()
SH=(/bin/busybox sh -c)

setup_file() {
    cluster_up
    make_images empty bundle
}

teardown_file() {
    remove_containers
    server down
}

# A pod that is called "pod", with its account's directory where pods have it.
# The server's address is 127.0.0.1 unless HOST is another.
make_pod() { # ACTIONSET [HOST]
    local url

    make_account pod "$1"
    mkdir mounted
    cp pod/{token,ca.crt,namespace} mounted
    chmod -R a+rX mounted
    url=$(sed -E 's,^https://([^/]*).*,\1,; /:[0-9]+$/!s/$/:443/' "$CLUSTER/url")
    # shellcheck disable=SC2034 # run_in has them
    OPTIONS=(--volume "$PWD/mounted:/var/run/secrets/kubernetes.io/serviceaccount:ro"
        --env "KUBERNETES_SERVICE_HOST=${2:-${url%:*}}"
        --env "KUBERNETES_SERVICE_PORT=${url##*:}")
}

# The phase ends in there, and the ActionSet says so.
assert_told() { # IMAGE
    make_actionset backup "$(running_status dump)"
    make_pod backup "${2:-}"
    run --separate-stderr run_in "$1" phase-run --phase dump \
        --target "actionset/$NS/backup" -- \
        "${SH[@]}" 'echo "{\"type\":\"progress\",\"progressPercent\":60}" >&2'
    assert_success
    assert_output ''
    grep -qx '{"type":"progress","progressPercent":60}' <<<"$stderr"
    grep -q "^status-patch: actionset/backup in namespace $NS: writes: " <<<"$stderr"
    assert_equal "$(grep -c . <<<"$stderr")" 2
    actionset_is backup '.status.progress.percentCompleted == "100"'
}

@test "container-cluster: the ActionSet shows what a container does" {
    assert_told empty
}

@test "container-cluster: the server is found by a name in the hosts file" {
    needs_own_server
    assert_told empty localhost
}

@test "container-cluster: the ActionSet moves while the command runs" {
    make_actionset backup "$(running_status quiesce dump)"
    make_pod backup
    make_volume
    start_in empty phase-run --phases quiesce,dump --phase quiesce \
        --target "actionset/$NS/backup" -- "${SH[@]}" '
        echo "{\"type\":\"progress\",\"progressPercent\":60}" >&2
        tries=0
        until [ -e /status/seen ]; do
            tries=$((tries + 1))
            [ "$tries" -lt 6000 ] || exit 9
            busybox usleep 10000
        done'
    wait_until actionset_is backup '.status.progress.percentCompleted == "30"'
    : >status/seen
    run podman wait "$NAME"
    assert_output 0
    actionset_is backup '.status.progress.percentCompleted == "50"'
}

@test "container-cluster: an account that may not is told once, and the command runs" {
    make_actionset backup "$(running_status dump)"
    make_actionset other "$(running_status dump)"
    make_pod other
    run --separate-stderr run_in empty phase-run --phase dump \
        --target "actionset/$NS/backup" -- "${SH[@]}" 'echo hello; exit 3'
    assert_failure 3
    assert_output hello
    assert_equal "$(grep -c '^status-patch: fatal: ' <<<"$stderr")" 1
    actionset_is backup '.status.progress.percentCompleted == null'
}
