# phase-agg's status and Kubernetes' own code.

load helpers

DATA=$ROOT/tests/data/phase-agg

setup_file() {
    CRD=$("$BATS_TEST_DIRNAME/cluster/build" crd)
    ACTIONSET=$("$BATS_TEST_DIRNAME/cluster/build" actionset.yaml)
    export CRD ACTIONSET
}

# An ActionSet as the API server has it, with the status of the last line of
# FILE in place of its own, and what the controller keeps beside that.
embed() { # ACTIONSET FILE
    tail -n 1 "$2" | jq -c --slurpfile object "$1" '
        $object[0].status as $was
        | .actions |= [., $was.actions] | .actions |= (transpose | map(
            (.[1] | del(.phases, .deferPhase)) + .[0]))
        | .error = $was.error'
}

@test "cluster: the ActionSet's CRD takes the status whole" {
    phase-agg --plan "$DATA/several.json" --action 1 --phase dump >states <<'END'
{"type":"phase","phase":"quiesce","state":"complete"}
{"type":"progress","progressPercent":12.5,"sizeUploadedB":1000,"estimatedUploadSizeB":2000,"sizeDownloadedB":3,"estimatedDownloadSizeB":4,"estimatedTimeSeconds":9007199254740992}
{"type":"result","state":"partial"}
{"type":"phase","action":0,"phase":"unquiesce","state":"running"}
{"type":"phase","action":0,"phase":"unquiesce","state":"complete"}
{"type":"progress","progressPercent":340}
{"type":"phase","phase":"dump","state":"failed"}
END
    run --separate-stderr "$CRD" "$ACTIONSET" <states
    assert_success
    assert_equal "$stderr" ''
    assert_output "$(wc -l <states) would be stored whole, 0 would not"
}

@test "cluster: the CRD takes the design document's status, among what the controller has there" {
    phase-agg --plan "$DATA/design.json" </dev/null >states
    embed "$DATA/design.json" states >whole
    run jq -c '[.actions[0].blueprint, .actions[0].phases[1].progress.progressPercent, .error.message]' whole
    assert_output '["mysql-blueprint","30.00",""]'
    run --separate-stderr "$CRD" "$ACTIONSET" <whole
    assert_success
    assert_equal "$stderr" ''
    assert_output '1 would be stored whole, 0 would not'
}

@test "cluster: what the CRD would refuse or lose is found" {
    phase-agg --plan "$DATA/design.json" </dev/null >good
    {
        echo 'a log line'
        cat good
        echo '{"type":"progress","progressPercent":5}'
        jq -c '.progress.percentCompleted = 43' good
        jq -c '.actions[0].phases[1].progress.progressPercent = 30' good
        jq -c '.actions[0].phases[1].progress.sizeUploadedB = "50000"' good
        jq -c '.actions[0].phases[1].progress.sizeUploadedB = 1.5' good
        jq -c '.actions[0].phases[0].progress.lastTransitionTime = "2023-02-20T12:448:55Z"' good
        jq -c '.actions = {}' good
        jq -c '.actions[0].phases[1].progress.estinatedTimeSeconds = 120' good
        jq -c '.progress.estimatedTimeSeconds = 120' good
        jq -c '.verdict = "slow"' good
    } >lines
    run --separate-stderr "$CRD" "$ACTIONSET" <lines
    assert_failure 1
    assert_output '1 would be stored whole, 9 would not'
    sed -E 's/: Invalid value: .* (must be of type .*): .*/: \1/' <<<"$stderr" |
        diff - <(cat <<'END'
line 4: status.progress.percentCompleted: must be of type string
line 5: status.actions[0].phases[1].progress.progressPercent: must be of type string
line 6: status.actions[0].phases[1].progress.sizeUploadedB: must be of type integer
line 7: status.actions[0].phases[1].progress.sizeUploadedB: must be of type integer
line 8: status.actions[0].phases[0].progress.lastTransitionTime: must be of type date-time
line 9: status.actions: must be of type array
line 10: status.actions[0].phases[1].progress.estinatedTimeSeconds: would be pruned
line 11: status.progress.estimatedTimeSeconds: would be pruned
line 12: status.verdict: would be pruned
END
    )
}

@test "cluster: no status at all is no status that the CRD takes" {
    run "$CRD" "$ACTIONSET" </dev/null
    assert_failure 1
    assert_output '0 would be stored whole, 0 would not'
    run "$CRD" "$ACTIONSET" <<<'{"type":"progress"}'
    assert_failure 1
    run "$CRD" /dev/null </dev/null
    assert_failure 111
    run "$CRD" </dev/null
    assert_failure 100
}

# tests/cluster/build in ./tree, with a Go that makes empty programs and says
# so in ./built.
take_build() {
    mkdir -p tree/tests bin kanister/pkg/customresource
    cp -r "$ROOT/tests/cluster" tree/tests
    touch kanister/pkg/customresource/{actionset,blueprint,profile}.yaml
    cat >bin/go <<'END'
#!/bin/bash
case $1 in
build)
    while [ "$1" != -o ]; do shift; done
    : >"$2"
    basename "$2" >>"$HERE/built"
    ;;
list) echo "$HERE/kanister" ;;
esac
END
    chmod +x bin/go
    export HERE=$PWD PATH=$PWD/bin:$PATH
}

# What is built now, beside the paths that are printed.
builds() { # [FILE]
    : >built
    tree/tests/cluster/build "$@"
    sort built
}

@test "cluster: what is built is built once, and again only where it changed" {
    local before

    take_build
    run builds
    assert_output $'controller\ncrd\nkube-apiserver'
    before=$(tree/tests/cluster/build kube-apiserver)
    [ -e "$before" ]
    run builds
    assert_output ''
    echo >>tree/tests/cluster/controller/until.go
    run builds
    assert_output controller
    echo >>tree/tests/cluster/apiserver/go.sum
    run builds
    assert_output kube-apiserver
    [ "$(tree/tests/cluster/build kube-apiserver)" != "$before" ]
    # another way to make one of them
    sed -i 's/^make_crd() {$/&\n    : new/' tree/tests/cluster/build
    run builds profile.yaml
    assert_line --index 0 --regexp "^$PWD/tree/build/cluster/crd-.*/profile.yaml$"
    assert_line --index 1 crd
    run builds
    assert_output ''
}

@test "cluster: a build that fails leaves nothing that is taken for one" {
    take_build
    sed -i 's/^build)$/&\n    exit 1/' bin/go
    run tree/tests/cluster/build controller
    assert_failure 1
    run find tree/build/cluster -mindepth 1
    assert_output tree/build/cluster/lock
    run tree/tests/cluster/build nonsense
    assert_failure 100
    assert_output 'build: nothing makes nonsense'
}
