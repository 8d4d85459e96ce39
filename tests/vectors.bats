# tests/vectors: our programs give what they promise, and what is wrong fails.

load helpers

VECTORS=$ROOT/tests/vectors
RUN=$VECTORS/run

# Every STEP-th vector of KIND, in ./KIND.json.
some() { # KIND STEP
    jq -c --argjson step "$2" '.vectors |= [.[range(0; length; $step)]]' \
        "$VECTORS/$1.json" >"$1.json"
}

# What of KIND fails with COMMAND, of the vectors NAME ...
failures() { # KIND COMMAND NAME ...
    local kind=$1 command=$2
    local -x WRAP= # it is the runner that is tested

    shift 2
    jq -c '.vectors |= map(select(.name | IN($ARGS.positional[])))' \
        "$VECTORS/$kind.json" --args "$@" >chosen.json
    run "$RUN" "--$kind" "$command" chosen.json
    assert_failure 1
    grep '^not ok' <<<"$output" | sed 's/.*: //' | paste -sd ' '
}

@test "vectors: our programs give all of them" {
    if [ -n "$WRAP" ]; then
        some console 20
        some status 9
        some percent 4
        run "$RUN" console.json status.json percent.json
    else
        run "$RUN"
    fi
    assert_success
    refute_line --partial 'not ok'
    assert_line --regexp '^# [0-9]+ passed, 0 failed$'
}

@test "vectors: those of recordings are the recordings'" {
    cd "$ROOT/tests/recordings"
    mapfile -t recordings < <(jq -r '.vectors[].recording | values' "$VECTORS/console.json")
    [ ${#recordings[@]} -gt 40 ]
    jq -r '.vectors[] | select(.recording) | .base64 // (.console | @base64)' \
        "$VECTORS/console.json" | while read -r bytes; do
        base64 -d <<<"$bytes"
    done | cmp - <(cat "${recordings[@]/%/.console}")
    jq -c '.vectors[] | select(.recording) | .records[]' "$VECTORS/console.json" |
        cmp - <(jq -c . "${recordings[@]/%/.records}")
}

@test "vectors: every operation is in them, every end, and every record is valid" {
    jq -c '.vectors[].records[]' "$VECTORS/console.json" >records
    "$ROOT/tests/validate" records
    diff <(jq -r '.operation | values' records | sort -u) \
        <(jq -r '.properties.operation.enum[] | values' "$ROOT/include/schemas/progress.json" | sort)
    diff <(jq -r 'select(.type == "result") | .state' records | sort -u) \
        <(jq -r '.properties.state.enum[]' "$ROOT/include/schemas/result.json" | sort)
    # the lines of progress of every release since 0.6
    run jq -r '.vectors[].recording | values | split("/")[0]' "$VECTORS/console.json"
    for version in v0.6.4 v0.7.3 v0.8.4 v0.10.7 v0.17.0 v0.21.1 v0.23.1; do
        assert_line "$version"
    done
}

@test "vectors: every status is arithmetically true" {
    run jq -r '
        def hundredths: split(".") | (.[0] | tonumber) * 100 + (.[1] | tonumber);
        def spelt: "\(. / 100 | floor).\(. % 100 | tostring | if length < 2 then "0" + . else . end)";
        def sum(member): map(member | values) | if length > 0 then add else null end;
        .vectors[] | .name as $name | .statuses
        | (.[] | [.actions[].phases[]] as $phases
           | select(.progress.percentCompleted
                    != ($phases | map(.progress.progressPercent // "0.00" | hundredths)
                        | add / length | floor | spelt))
           | "\($name): the mean"),
          # what is complete, and nothing else, is at 100
          (.[] | .actions[].phases[]
           | select((.state == "complete") != (.progress.progressPercent == "100.00"))
           | "\($name): 100 and complete"),
          # no percentage falls
          ([.[] | [.actions[].phases[] | .progress.progressPercent // "0.00" | hundredths]]
           | range(1; length) as $i | range(.[0] | length) as $p
           | select(.[$i][$p] < .[$i - 1][$p]) | "\($name): backwards"),
          (.[] | . as $s | [.actions[].phases[].progress | values] as $all
           | ("sizeUploadedB", "estimatedUploadSizeB", "sizeDownloadedB", "estimatedDownloadSizeB") as $size
           | select($s.progress[$size] != ($all | sum(.[$size]))) | "\($name): \($size)")' \
        "$VECTORS/status.json"
    assert_success
    assert_output ''
}

@test "vectors: every name is there once, and says what it is about" {
    for kind in console status percent; do
        assert_equal "$(jq -r .kind "$VECTORS/$kind.json")" "$kind"
        jq -e '(.vectors | map(.name) | length == (unique | length))
            and all(.vectors[]; .why | length > 5)' "$VECTORS/$kind.json" >shown
    done
}

@test "vectors: a parser that is wrong fails" {
    # MB as MiB; 0s left as it stands; the star as success; the first of two
    # lines that \r parts
    run failures console 'kopia-progress "$@" | sed "s/\(B\":[0-9]*\)00000\([,}]\)/\1048576\2/g"' \
        units-decimal overflows nothing
    assert_output units-decimal
    run failures console 'kopia-progress "$@" | jq -c "if .type == \"progress\" then .estimatedTimeSeconds //= 0 else . end"' \
        zero-left durations
    assert_output zero-left
    run failures console 'kopia-progress "$@" | sed "s/\"unknown\"/\"complete\"/"' \
        finish-is-no-success bare-source
    assert_output finish-is-no-success
    run failures console 'sed "s/\r.*\r/\r/" | kopia-progress' \
        bare-source carriage-return-first no-newline
    assert_output carriage-return-first
    # nothing, too much, no JSON, and what is not there
    for wrong in true 'kopia-progress "$@" | sed p' 'echo {' no-such-program; do
        run failures console "$wrong" bare-source nothing
        assert_output 'nothing bare-source'
    done
}

@test "vectors: an aggregator that is wrong fails" {
    run failures status 'phase-agg "$@" | sed "s/33\.33\"/33.34\"/"' thirds mean-rounds-nothing phases-not-actions
    assert_output 'thirds mean-rounds-nothing'
    run failures status 'phase-agg "$@" | sed "s/\"99\.00\"/\"100.00\"/"' held-at-99 failed-keeps
    assert_output held-at-99
    run failures status 'sed "/failed/d" | phase-agg "$@"' failed-keeps never-backwards
    assert_output failed-keeps
    run failures status 'unset PHASEPIPE_CLOCK; phase-agg "$@"' times design-document-plan
    assert_output times
}

@test "vectors: times are not compared with --no-times" {
    export WRAP=
    run "$RUN" --no-times --console - --percent - \
        --status 'unset PHASEPIPE_CLOCK; phase-agg "$@" | jq -c "del(.detail, .type), ." ' \
        <(jq -c '.vectors |= .[:6]' "$VECTORS/status.json")
    assert_success
}

@test "vectors: a mean that is wrong fails" {
    mean='awk -v d="$@" "{ s += \$1 } END { printf d == \"document\" ? \"%.2f\" : \"%.0f\", s / NR }"'
    run failures percent "$mean" pending thirds decimals-lost below-one
    assert_output 'decimals-lost below-one'
}

@test "vectors: what was called wrongly is said" {
    for wrong in --nonsense --console; do
        run --separate-stderr "$RUN" "$wrong"
        assert_failure 100
        assert_equal "${stderr_lines[0]%%run*}" 'usage: tests/vectors/'
    done
    run --separate-stderr "$RUN" missing.json
    assert_failure 100
    run "$RUN" --console - --status - --percent -
    assert_failure 1 # nothing ran
}
