# A real kopia in containers, under phase-run.

load helpers
load container

OPTIONS=()

setup_file() { make_images empty debian; }

# kopia and all that it writes is on the volume.
use_kopia() { # [IMAGE]
    make_volume
    cp "$("$ROOT/tests/kopia/build" v0.23.1)" status/kopia
    mkdir status/data
    head -c 30000000 /dev/urandom >status/data/one
    echo two >status/data/two
    OPTIONS+=(--env HOME=/status --env TMPDIR=/status
        --env KOPIA_CONFIG_PATH=/status/config
        --env KOPIA_CACHE_DIRECTORY=/status/cache --env KOPIA_LOG_DIR=/status/logs
        --env KOPIA_PASSWORD=secret --env KOPIA_CHECK_FOR_UPDATES=false
        --env KOPIA_PERSIST_CREDENTIALS_ON_CONNECT=false)
    run_in "bare-$1" /status/kopia repository create filesystem \
        --path=/status/repository >log 2>&1
}

snapshot() { # IMAGE
    start_in "$1" phase-run --mover kopia --phases prepare,dump --phase dump \
        --target /status/s.json --termination-log /status/end --log-records=1s \
        -- /status/kopia snapshot create --progress \
        --progress-update-interval=50ms /status/data
    run podman wait "$NAME"
    assert_output 0
    jq -e '.state == "running" and .progress.percentCompleted == "50.00" and
        .actions[0].phases[1].state == "complete"' status/s.json
    jq -e '.type == "result" and .state == "complete" and .exitStatus == 0' \
        status/end
    podman logs "$NAME" >out 2>err
    grep '^{' err >records
    jq -e -s 'any(.type == "progress" and .hashedB > 0) and
        any(.type == "result" and .operation == "snapshot")' records
    run_in "bare-$1" /status/kopia snapshot list --json /status/data >list
    jq -e '.[0].rootEntry.summ | .files == 2 and .size == 30000004' list
}

@test "container-kopia: a snapshot in an empty image becomes a status" {
    use_kopia empty
    snapshot empty
}

@test "container-kopia: a snapshot in Debian's image becomes a status" {
    use_kopia debian
    snapshot debian
}

@test "container-kopia: a wrong password fails the phase, as kopia ends" {
    use_kopia empty
    OPTIONS+=(--env KOPIA_PASSWORD=wrong)
    rm status/config
    run run_in empty phase-run --mover kopia --target /status/s.json -- \
        /status/kopia repository connect filesystem --path=/status/repository
    assert_failure 1
    assert_output --partial 'invalid repository password'
    jq -e '.state == "failed"' status/s.json
}
