# Words for the tests that run containers.  Such a file loads helpers and then
# this.  A test is no longer than that:
#
#   run_in empty phase-run --mover kopia -- /bin/busybox echo hello
#   assert_output hello
#
# Images are localhost/NAME, of the root file systems that tests/container/build
# makes, each with the bundle in /phasepipe; and "bundle", where there is nothing
# else.  They and all containers are the file's own.  A container has all that a
# careful pod takes away taken away: see CAREFUL.

CONTAINER_STORE=${BATS_FILE_TMPDIR:-}/containers
CONTAINER_ENGINE=$ROOT/tests/container/podman
export CONTAINER_STORE CONTAINER_ENGINE

# No capabilities, no root, nothing to write to but volumes.
CAREFUL=(--read-only --read-only-tmpfs=false --cap-drop=all --user 1000:1000
    --security-opt no-new-privileges)

podman() { "$CONTAINER_ENGINE" "$@"; }

# Makes images; a NAME that begins with "bare-" has no bundle.
make_images() { # NAME ...
    local name archive

    if [ ! -x "$ROOT/build/bundle/phase-run" ]; then
        echo 'no build/bundle: make bundle' >&2
        return 1
    fi
    for name; do
        if [ "$name" = bundle ]; then
            "$ROOT/scripts/container/build" bundle
            continue
        fi
        archive=$("$ROOT/tests/container/build" "$name")
        podman import -q "$archive" "bare-$name"
        "$ROOT/scripts/container/build" "$name" "localhost/bare-$name"
    done >"$BATS_FILE_TMPDIR/images.log"
}

remove_containers() {
    podman rm --all --force --time 0 >"$BATS_FILE_TMPDIR/removed"
}

setup_file() { make_images empty; }
teardown_file() { remove_containers; }

# A command in a container that is gone afterwards; phase-run is the bundle's.
# OPTIONS are podman's.
run_in() { # IMAGE COMMAND ...
    local image=$1 command=$2

    if [ "$command" = phase-run ]; then
        command=/phasepipe/phase-run
    fi
    podman run --rm "${CAREFUL[@]}" "${OPTIONS[@]}" "localhost/$image" \
        "$command" "${@:3}"
}

# The same in the background, as the container $NAME.
start_in() { # IMAGE COMMAND ...
    NAME=test-$BATS_TEST_NUMBER
    podman run --detach --name "$NAME" "${CAREFUL[@]}" "${OPTIONS[@]}" \
        "localhost/$1" "/phasepipe/$2" "${@:3}" >started
}

# A directory that is the container's /status, where anybody may write.
make_volume() {
    mkdir -p status
    chmod 777 status
    OPTIONS+=(--volume "$PWD/status:/status")
}
