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
