#!/usr/bin/env bats
# phase-agg: plans from Blueprints, functions for an ActionSet's phases, and an
# ActionSet that changes while it is watched.

load helpers

DATA=$ROOT/tests/data/phase-agg

# aggregate OPTION ...: phase-agg on the records in standard input
aggregate() {
    cat >records
    run --separate-stderr phase-agg "$@" <records
}

# What of the latest line JQ selects.
latest() {
    jq -c "$1" <<<"${lines[-1]}"
}

# The percentage of phase NAME, line by line.
percents() { # NAME
    jq -r --arg name "$1" '.actions[].phases[] | select(.name == $name)
        | .progress.progressPercent // "-"' <<<"$output" | paste -sd ' '
}

@test "phase-agg: a Blueprint is a plan, of the action that --action names" {
    aggregate --blueprint "$DATA/blueprint.yaml" --action backup --phase copyFiles <<'END'
{"type":"phase","step":"prerequisites","done":true}
{"type":"phase","step":"execution","done":true}
{"type":"phase","phase":"stopWriters","step":"execution","done":true}
END
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(latest '.actions[0].name')" '"backup"'
    # KubeTask has two steps, ScaleWorkload one
    assert_equal "$(percents copyFiles)" '- 50.00 99.00 99.00'
    assert_equal "$(percents stopWriters)" '- - - 0.00'
}

@test "phase-agg: a Blueprint gives an ActionSet's phases their functions" {
    printf '{"type":"phase","phase":"copyFiles","step":"prerequisites","done":true}\n' >records
    run --separate-stderr phase-agg --plan "$DATA/fresh.yaml" \
        --blueprint "$DATA/blueprint.yaml" --action backup <records
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(percents copyFiles)" '- 50.00'
    assert_equal "$(latest '[.actions[].name]')" '["backup","delete"]'
    # without it there are no phases
    run --separate-stderr phase-agg --plan "$DATA/fresh.yaml" <records
    assert_failure 100
    assert_output ''
}

@test "phase-agg: plans that do not go together are wrong usage" {
    run --separate-stderr phase-agg --phases a --blueprint "$DATA/blueprint.yaml" </dev/null
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'phase-agg: fatal: give either --phases or --plan or --blueprint (see phase-agg --help)'
    run --separate-stderr phase-agg --blueprint "$DATA/running.yaml" --action backup </dev/null
    assert_failure 100
    assert_output ''
    [[ $stderr == "phase-agg: fatal: $DATA/running.yaml: "* ]]
    run --separate-stderr phase-agg --blueprint none.yaml </dev/null
    assert_failure 111
    assert_equal "$stderr" 'phase-agg: fatal: unable to read none.yaml: No such file or directory'
}

@test "phase-agg: records may follow a plan on standard input" {
    { cat "$DATA/design.json"; echo '{"type":"phase","phase":"cleanup","state":"running"}'; } >both
    run --separate-stderr phase-agg --plan - <both
    assert_success
    assert_equal "$stderr" ''
    assert_equal "${#lines[@]}" 2
    assert_equal "$(latest .detail.runningPhases)" '["dumpToObjectStore","cleanup"]'
    run --separate-stderr bash -o pipefail -c '
        { cat "$1"; printf "%s\n" --- "{\"type\":\"progress\",\"progressPercent\":55}"; } |
            phase-agg --plan - --phase "$2"' - "$DATA/running.yaml" copyFiles
    assert_success
    assert_equal "$stderr" ''
    assert_equal "${#lines[@]}" 2
}

# --- an ActionSet that changes

# An ActionSet whose second action is at PERCENT.
actionset() { # PERCENT [STATE]
    printf '{"kind":"ActionSet","metadata":{"uid":"u1"},"status":{"actions":['
    printf '{"name":"one","phases":[{"name":"a","state":"running"}]},'
    printf '{"name":"two","phases":[{"name":"a","state":"%s","progress":{"progressPercent":"%s"}}]}' "${2-running}" "$1"
    printf ']}}\n'
}

@test "phase-agg: what others write to the ActionSet counts" {
    actionset 10 >plan.json
    mkfifo records
    bash -c 'phase-agg --plan plan.json --action one <records >states 2>errors' 3>&- &
    exec 9>records
    wait_for '"percentCompleted":"5.00"' states
    printf '{"type":"progress","progressPercent":50}\n' >&9
    wait_for '"percentCompleted":"30.00"' states
    actionset 40 >new.json && mv new.json plan.json
    wait_for '"percentCompleted":"45.00"' states
    actionset 100 >plan.json # is not believed
    printf '{"type":"progress","progressPercent":60}\n' >&9
    wait_for '"percentCompleted":"50.00"' states
    actionset 100 complete >plan.json
    wait_for '"percentCompleted":"80.00"' states
    exec 9>&-
    wait $!
    assert_equal "$(cat errors)" ''
}

@test "phase-agg: another ActionSet in the plan's file is said and passed over" {
    actionset 10 >plan.json
    mkfifo records
    bash -c 'phase-agg --plan plan.json --action one <records >states 2>errors' 3>&- &
    exec 9>records
    wait_for '"percentCompleted":"5.00"' states
    actionset 90 | sed 's/u1/u2/' >plan.json
    wait_for 'going on with what it was' errors
    printf '{"type":"progress","progressPercent":50}\n' >&9
    wait_for '"percentCompleted":"30.00"' states
    exec 9>&-
    wait $!
    assert_equal "$(wc -l <errors)" 1
}

@test "phase-agg: a plan's file that goes away is said and does no harm" {
    actionset 10 >plan.json
    mkfifo records
    bash -c 'phase-agg --plan plan.json --action one <records >states 2>errors' 3>&- &
    exec 9>records
    wait_for '"percentCompleted":"5.00"' states
    rm plan.json
    printf '{"type":"progress","progressPercent":50}\n' >&9
    wait_for '"percentCompleted":"30.00"' states
    wait_for 'No such file' errors
    actionset 30 >plan.json
    wait_for '"percentCompleted":"40.00"' states
    exec 9>&-
    wait $!
    assert_equal "$(cat errors)" 'phase-agg: warning: plan.json: No such file or directory; going on with what it was'
}

@test "phase-agg: each reason why a plan is not taken over is said, and once" {
    actionset 10 >plan.json
    mkfifo records
    bash -c 'phase-agg --plan plan.json --action one <records >states 2>errors' 3>&- &
    exec 9>records
    wait_for '"percentCompleted":"5.00"' states
    actionset 20 | sed 's/{"name":"a","state":"running"}/&,{"name":"b","state":"pending"}/' >plan.json
    wait_for 'a phase "b"' errors
    actionset 90 | sed 's/u1/u2/' >plan.json
    wait_for 'another ActionSet' errors
    rm plan.json
    wait_for 'No such file' errors
    actionset 90 | sed 's/u1/u2/' >plan.json # again, and this time it is no news
    printf '{"type":"progress","progressPercent":50}\n' >&9
    wait_for '"percentCompleted":"35.00"' states
    actionset 30 >plan.json
    wait_for '"percentCompleted":"40.00"' states
    exec 9>&-
    wait $!
    assert_equal "$(cat errors)" 'phase-agg: warning: plan.json: it has a phase "b" in action 0, which is not in the plan; that is passed over
phase-agg: warning: plan.json: this is another ActionSet; going on with what it was
phase-agg: warning: plan.json: No such file or directory; going on with what it was'
}

@test "phase-agg: a status line says which functions the phases run, where it knows" {
    run --separate-stderr phase-agg --blueprint "$DATA/blueprint.yaml" --action backup </dev/null
    assert_success
    assert_equal "$(jq -c .detail.functions <<<"$output")" \
        '[["ScaleWorkload","KubeTask","KubeExec","ScaleWorkload"]]'
    assert_equal "$(jq -c '.actions[0].deferPhase.name' <<<"$output")" '"startWriters"'
    run --separate-stderr phase-agg --phases a </dev/null
    assert_success
    assert_equal "$(jq -c '.detail | has("functions")' <<<"$output")" false
}
