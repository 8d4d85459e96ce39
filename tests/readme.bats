# README.md as its reader has it: every block of commands is run as it stands
# there, with stand-ins for kopia and kubectl, and a server that answers by a
# script.
#
# bats runs each test in a shell of its own; what bash -c shall expand stands in
# single quotes:
# shellcheck disable=SC2016

load helpers
load kube
load actionset

# ./blocks has a file for each block of README.md: what is indented, or between
# fences, without the indentation; named by its number.
setup() {
    unset PHASEPIPE_CLOCK POD_NAMESPACE KUBERNETES_SERVICE_HOST
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir home blocks bin
    export HOME=$PWD/home PATH=$PWD/bin:$BIN:$PATH KUBECONFIG=$PWD/config
    unset -f kopia-progress phase-agg phase-run status-patch
    ln -s "$BATS_FILE_TMPDIR/certs" certs
    awk '
        /^```/ { fenced = !fenced; open = 0; next }
        fenced || /^    / || (open && /^$/) {
            if (!open)
                name = sprintf("blocks/%02d", ++count)
            open = 1
            sub(/^    /, fenced ? "&" : "")
            print >name
            next
        }
        { open = 0 }' "$ROOT/README.md"
}

# A program of ./bin that prints the bytes of FILE, as kopia does.
stand_in() { # NAME FILE
    printf '#!/bin/sh\ncat "%s" >&2\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}

# $block is the one that has these words.
block_of() { # WORDS
    block=$(grep -lF -- "$1" blocks/*)
    [ "$(wc -l <<<"$block")" = 1 ]
}

RECORDINGS=$ROOT/tests/recordings/v0.23.1

kopia_runs() {
    stand_in kopia "$RECORDINGS/create-20s.console"
}

# An ActionSet of one action: dump alone runs.
RUNNING='{"apiVersion":"cr.kanister.io/v1alpha1","kind":"ActionSet","metadata":{"name":"backup-9gtmp","namespace":"kanister","uid":"u-1","generation":5},"status":{"state":"running","actions":[{"name":"backup","phases":[{"name":"dump","state":"running","progress":{"progressPercent":"0"}}]}],"progress":{"percentCompleted":"0","runningPhase":"dump"}}}'

serve_running() {
    rows api "$RESOURCES" '{"method":"GET","body":'"$RUNNING"'}' "$TAKEN"
    serve api --cert certs/server.pem
    kubeconfig
}

@test "readme: every block is tried by one of these tests" {
    local block words all

    mapfile -t all < <(sed -n "s/^ *block_of '\(.*\)'$/\1/p" "$BATS_TEST_FILENAME")
    for block in blocks/*; do
        for words in "${all[@]}"; do
            if grep -qF -- "$words" "$block"; then
                continue 2
            fi
        done
        echo "no test tries this:"
        cat "$block"
        return 1
    done
}

@test "readme: every file that it links to is there" {
    local file

    while read -r file; do
        [ -e "$ROOT/$file" ] || {
            echo "there is no $file"
            return 1
        }
    done < <(grep -oE '\]\([^)#]+' "$ROOT/README.md" | cut -c 3- | grep -v :)
}

@test "readme: the two commands are programs, and the demo says what it plays" {
    block_of 'scripts/demo'
    while read -r command _; do
        [ -x "$ROOT/$command" ]
    done < <(grep -E '^[^ ]' "$block")
}

@test "readme: the pipeline of the first screen writes the ActionSet" {
    kopia_runs
    serve_running
    block_of '--phase dump | status-patch actionset/'
    run bash -e -o pipefail "$block"
    assert_success
    jq -rs 'map(select(.method == "PATCH")) | .[-1].body' api.log >body
    grep -qE '"path":"/status/progress/percentCompleted","value":"[0-9]+"' body
}

@test "readme: the command of the Blueprint runs, and is the example's" {
    kopia_runs
    block_of 'command:'
    sed -nE 's/ #.*//; s/^- //p' "$block" >words
    sed -E 's/[{][{] *[^}]*[}][}]/X/g' words >plain
    mapfile -t words < <(sed "s|^/phasepipe/||; s|^--target=.*|--target=$PWD/status.json|" plain)
    run "${words[@]}"
    assert_success
    jq -e '.actions[0].phases[0] | .name == "snapshot" and .state == "complete"' status.json
    # the whole Blueprint has an option and its value apart
    sed -nE '/^ *command:$/,/^ *podOverride:/s/^ *- //p' \
        "$ROOT/scripts/kubernetes/kubetask.yaml" | tr -d '"' |
        sed -E 's/[{][{] *[^}]*[}][}]/X/g' | paste -sd ' ' >example
    paste -sd ' ' plain | sed -E 's/(--[a-z]+)=/\1 /g' | diff - example
}

@test "readme: what kubectl shows of the ActionSet is asked for as it stands" {
    # whose answer is that of the tests with a real API server
    block_of 'kubectl get actionset backup-1'
    printf '#!/bin/sh\nprintf "%%s\\n" "$@" >asked\n' >bin/kubectl
    chmod +x bin/kubectl
    sed -n 's/^\$ //p' "$block" | bash -e
    run paste -sd ' ' asked
    assert_output 'get actionset backup-1 -n kanister -o jsonpath={.status.progress}'
    sed 1d "$block" | jq -e '.runningPhase == "snapshot"'
}

@test "readme: what installs does, and needs what it says" {
    block_of 'make && sudo make install'
    printf '#!/bin/sh\nexec "$@"\n' >bin/sudo
    printf '#!/bin/sh\necho make "$@" >>asked\n' >bin/make
    chmod +x bin/sudo bin/make
    bash -e "$block"
    diff asked - <<<$'make\nmake install\nmake deb'
    rm bin/make
    make -C "$ROOT" -n install deb >planned
    for package in $(grep -oE 'lib[a-z0-9]+(-[a-z0-9]+)*-dev' "$ROOT/README.md"); do
        grep -qE "^build +$package " "$ROOT/scripts/setup"
    done
}

@test "readme: a run of kopia is seen on a terminal" {
    kopia_runs
    block_of 'kopia-progress | phase-agg --phases dump --result-ends'
    run bash -e -o pipefail "$block"
    assert_success
    assert_output --partial dump
}

@test "readme: a run of restic is seen, too" {
    printf '#!/bin/sh\ncat "%s"\n' "$ROOT/tests/data/movers/restic-backup.console" >bin/restic
    chmod +x bin/restic
    block_of 'any-progress restic |'
    run bash -e -o pipefail "$block"
    assert_success
    assert_output --partial '100.00%  complete'
}

@test "readme: an action in a cluster is watched" {
    block_of 'phase-view --actionset backup-9gtmp'
    jq -c '.status.state = "complete" | .status.actions[0].phases[0].state = "complete" |
        .status.progress.percentCompleted = "100"' <<<"$RUNNING" >object
    printf '#!/bin/sh\necho "$@" >asked\ncat object\n' >bin/kubectl
    chmod +x bin/kubectl
    run bash -e "$block"
    assert_success
    assert_output --partial 'dump'
    grep -q -- '--namespace kanister' asked
}

@test "readme: the file of three phases is whole" {
    kopia_runs
    block_of 'status-patch /status/progress.json'
    sed 's|/status/|./|' "$block" >script
    run bash -e -o pipefail script
    assert_success
    jq -e '[.actions[0].phases[].name] == ["updatePermissions", "dumpToObjectStore", "cleanup"]' progress.json
}

@test "readme: the event ends the phase" {
    block_of '"state":"complete"}'
    run --separate-stderr bash -c 'phase-agg --phases dumpToObjectStore <"$1" | tail -n 1' - "$block"
    assert_success
    jq -e '.progress.percentCompleted == "100.00"' <<<"$output"
}

@test "readme: a Blueprint is a plan, and the figure is explained" {
    kopia-progress <"$RECORDINGS/create-20s.console" >records
    sed 's/: copyFiles/: dump/' "$ROOT/tests/data/phase-agg/blueprint.yaml" >mysql.yaml
    block_of 'phase-agg --blueprint mysql.yaml'
    run bash -e "$block"
    assert_success
    assert_output --partial dump
}

@test "readme: phase-run runs a command without a cluster, and what reports by a file" {
    kopia_runs
    stand_in work /dev/null
    block_of '--progress-file p --'
    run bash -e "$block"
    assert_success
    jq -e '.progress.percentCompleted == "100.00"' status.json
}

@test "readme: a recording is kept, and looked at again" {
    stand_in kopia "$(ls "$RECORDINGS"/restore*.console | head -n 1)"
    block_of 'kopia-progress --replay run.timed'
    run bash -e -o pipefail "$block"
    assert_success
    assert_equal "$output" "$(cat stats.jsonl)"
}

@test "readme: --check says which right is missing" {
    rows api '{"method":"GET","body":{"gitVersion":"v1.34.1"}}' \
        '{"method":"POST","status":201,"body":{"status":{"userInfo":{"username":"system:serviceaccount:mysql:backup"}}}}' \
        "$RESOURCES" '{"method":"POST","status":201,"body":{"status":{"allowed":true}}}' \
        '{"method":"POST","status":201,"body":{"status":{"allowed":false}}}' \
        '{"method":"GET","status":404}' '{"method":"GET","body":'"$RUNNING"'}'
    serve api --cert certs/server.pem
    kubeconfig
    block_of 'status-patch --check'
    sed -n 's/^\$ //p' "$block" >script
    run bash -e script
    assert_failure 1
    head -n 5 <<<"${output//127.0.0.1:$PORT/10.0.0.1:443}" >said
    sed -n '2,6p' "$block" | diff - said
}

@test "readme: the places that it lists are there" {
    block_of 'filters/     a program each'
    while read -r place _; do
        [ -d "$ROOT/$place" ]
    done < <(grep -oE '^[a-z]+/[a-z/]*' "$block")
}
