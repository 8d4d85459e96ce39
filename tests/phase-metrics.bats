# phase-metrics: metrics of the latest status in a file, and what is made for it.

load helpers

DATA=$ROOT/tests/data/phase-metrics
SEVERAL=$ROOT/tests/data/phase-agg/several.json
going='{"type":"status","state":"running","actions":[{"phases":[{"name":"dump","state":"running","progress":{"progressPercent":"43.33","lastTransitionTime":"2023-02-20T12:49:55Z"}}]}],"progress":{"percentCompleted":"43.33","runningPhase":"dump"},"detail":{"runningPhases":["dump"]}}'

needs_promtool() {
    command -v promtool >/dev/null || skip 'there is no promtool'
}

# The status lines of a recorded run, as the second of an action's three phases,
# a second between them; with END "phase" the phase completes, with "all" all do.
run_of() { # END
    local WRAP= # they are not what is tested

    {
        echo '{"type":"phase","phase":"prepare","state":"complete"}'
        kopia-progress --replay "$ROOT/tests/data/demo/kopia-0.23-create.timed" --speed 0
        [ -z "$1" ] || echo '{"type":"phase","phase":"dump","state":"complete"}'
        [ "$1" != all ] || echo '{"type":"phase","phase":"cleanup","state":"complete"}'
    } | PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s phase-agg --phases prepare,dump,cleanup \
        --phase dump --action backup
}

# A program in the background, so that "$!" is the program itself.
spawn() {
    # shellcheck disable=SC2086 # WRAP is a command with its options
    exec $WRAP "$BIN/$1" "${@:2}" 3>&-
}

# The samples of METRIC, without its name.
samples() { # METRIC FILE
    sed -n "s/^phasepipe_$1{\(.*\)} /\1 /p" "$2"
}

@test "phase-metrics: a run that goes on, all that is known of it" {
    run_of '' | head -n 22 >lines
    run --separate-stderr phase-metrics mysql.prom <lines
    assert_success
    assert_output ''
    [ "$stderr" = '' ]
    diff "$DATA/running.prom" mysql.prom
}

@test "phase-metrics: a run that is complete" {
    run_of all >lines
    phase-metrics mysql.prom <lines
    diff "$DATA/complete.prom" mysql.prom
}

@test "phase-metrics: ActionSets of the API server, several actions and a failure" {
    phase-metrics --task kanister - <"$SEVERAL" >several.prom
    diff "$DATA/several.prom" several.prom
}

@test "phase-metrics: a watch of ActionSets, with what their annotations say" {
    phase-metrics --task kanister - <"$DATA/watch.json" >watch.prom
    diff "$DATA/watch.prom" watch.prom
}

@test "phase-metrics: the 100 of a phase that still runs is not believed" {
    # Kanister can write the one of a phase that ends to another
    phase-metrics t.prom <<'END'
{"kind":"ActionSet","metadata":{"name":"n"},"status":{"state":"running","progress":{"percentCompleted":"100","runningPhase":"b"},"actions":[{"name":"x","phases":[{"name":"a","state":"complete","progress":{"progressPercent":"100"}},{"name":"b","state":"running","progress":{"progressPercent":"100"}}]}]}}
END
    assert_equal "$(samples actionset_progress_ratio t.prom)" 'task="t",actionset="n" 0.5'
    assert_equal "$(samples phase_progress_ratio t.prom | sed 's/.*phase="//')" 'a" 1'
}

@test "phase-metrics: promtool finds nothing to say" {
    needs_promtool
    for file in "$DATA"/*.prom; do
        run promtool check metrics <"$file"
        assert_success
        assert_output ''
    done
}

@test "phase-metrics: every metric is in the manual, with its sentence, and no other" {
    phase-metrics --metrics >table
    assert_equal "$(head -n 1 table)" $'metric\tlabels\twhat it says'
    tail -n +2 table | awk -F '\t' '{ print $1 "\t" $3 }' >code
    awk '/^\.It Li phasepipe_/ { name = $3; getline; print name "\t" $0 }' \
        "$ROOT/filters/phase-metrics.1" >manual
    diff code manual
    # and all of them are in the golden files, with these labels at the most
    cat "$DATA"/*.prom | grep -o '^phasepipe_[a-z_]*' | sort -u | diff <(cut -f 1 code | sort) -
    cat "$DATA"/*.prom | grep '^phasepipe_' | awk -F '\t' '
        NR == FNR { labels[$1] = "," $2 ","; next }
        {
            name = $0
            sub(/\{.*/, "", name)
            text = $0
            while (match(text, /[a-z_]+="/)) {
                label = substr(text, RSTART, RLENGTH - 2)
                if (index(labels[name], "," label ",") == 0)
                    print name ": " label
                text = substr(text, RSTART + RLENGTH)
                sub(/^[^"]*"/, "", text)
            }
        }' table - >wrong
    assert_equal "$(cat wrong)" ''
}

@test "phase-metrics: names follow Prometheus' conventions" {
    run bash -c 'phase-metrics --metrics | tail -n +2 | cut -f 1 |
        grep -vE "^phasepipe_((actionset|phase)_)?[a-z_]*(_(ratio|bytes|seconds|timestamp_seconds|bytes_per_second|info)|following|_state|_verdict|_result)$"'
    assert_output ''
}

@test "phase-metrics: the task is FILE's name, or what is said" {
    mkdir dir
    phase-metrics dir/a.b.prom <<<"$going"
    assert_equal "$(samples following dir/a.b.prom)" 'task="a.b" 0'
    phase-metrics -t 'x "y" \z' dir/a.prom <<<"$going"
    assert_equal "$(samples following dir/a.prom)" 'task="x \"y\" \\z" 0'
}

@test "phase-metrics: a name that node_exporter does not read is said" {
    run --separate-stderr phase-metrics metrics.txt <<<"$going"
    assert_success
    assert_equal "$stderr" 'phase-metrics: warning: node_exporter reads no metrics.txt: its name does not end in .prom'
    [ "$(samples following metrics.txt)" = 'task="metrics.txt" 0' ]
}

@test "phase-metrics: hostile names are escaped, cut, and never there twice" {
    needs_promtool
    jq -c --arg long "$(printf 'ä%.0s' {1..200})" '.status.actions[0].phases = [
        {"name": "a\"b\\c\nd}", "state": "running"}, {"name": "\u0000\u0007\u001b", "state": "running"},
        {"name": "\u0001\u0002\u0003", "state": "failed"}, {"name": $long, "state": "pending"},
        {"name": "twice", "state": "pending"}, {"name": "twice", "state": "complete"}]
        | .metadata.namespace = "n\",x=\"y" | .status.actions = [.status.actions[0]]' "$SEVERAL" >hostile.json
    phase-metrics t.prom <hostile.json
    promtool check metrics <t.prom
    grep -qF 'namespace="n\",x=\"y",' t.prom
    run bash -c 'grep "^phasepipe_phase_state{.*state=\"running\"}" t.prom | grep -o "phase=.*,state"'
    assert_line --index 0 'phase="a\"b\\c\nd}",state'
    assert_line --index 1 'phase="���",state'
    assert_line --index 2 'phase="���",state' # another one
    assert_line --index 3 "phase=\"$(printf 'ä%.0s' {1..128})\",state"
    assert_line --index 4 'phase="twice",state'
    assert_line --index 5 'phase="twice",state'
    assert_equal "${#lines[@]}" 7 # and the defer phase
    assert_equal "$(grep -v '^#' t.prom | sed 's/ [^ ]*$//' | sort | uniq -d)" ''
}

@test "phase-metrics: phases of one name are told apart, the defer phase too" {
    jq -c '.status.actions[1:] = [] | .status.actions[0] |= (.phases = [
        {"name": "dump", "state": "complete"}, {"name": "dump", "state": "running"}]
        | .deferPhase = {"name": "dump", "state": "pending"})' "$SEVERAL" |
        phase-metrics t.prom
    assert_equal "$(samples phase_state t.prom | grep ' 1$' | grep -o 'phase_index.*')" \
        'phase_index="0",phase="dump",state="complete" 1
phase_index="1",phase="dump",state="running" 1
phase_index="2",phase="dump",state="pending" 1'
}

@test "phase-metrics: of two ActionSets of one name the later one counts" {
    {
        jq -c '.metadata.uid = "1"' "$SEVERAL"
        jq -c '.metadata.uid = "2" | .status.state = "running"' "$SEVERAL"
    } >twice.json
    phase-metrics t.prom <twice.json
    assert_equal "$(samples actionset_state t.prom | grep ' 1$')" \
        'task="t",namespace="kanister",actionset="backup-9gtmp",state="running" 1'
}

@test "phase-metrics: an ActionSet that is deleted has no metrics any more" {
    for type in ADDED DELETED; do
        jq -c --arg type $type '{type: $type, object: .}' "$SEVERAL"
        jq -c --arg type $type '{type: "ADDED", object: .} | .object.metadata += {name: "other", uid: "7"}' "$SEVERAL"
    done >watch.json
    phase-metrics t.prom <watch.json
    assert_equal "$(samples actionset_progress_ratio t.prom)" 'task="t",namespace="kanister",actionset="other" 0.29'
}

@test "phase-metrics: the number of ActionSets and phases is bounded" {
    jq -c '. as $a | range(1010) | . as $n | $a | .metadata.name = "n\($n)" | .metadata.uid = "\($n)"
        | .status.actions[1:] = [] | .status.actions[0].phases[].state = "complete"' "$SEVERAL" >many.json
    run --separate-stderr phase-metrics t.prom <many.json
    assert_success
    assert_equal "$stderr" 'phase-metrics: warning: there are more phases than metrics are written of'
    # those that had ended made room
    assert_equal "$(samples actionset_progress_ratio t.prom | wc -l)" 1000
    assert_equal "$(samples actionset_progress_ratio t.prom | tail -n 1)" 'task="t",namespace="kanister",actionset="n1009" 0.49'
    assert_equal "$(samples phase_state t.prom | wc -l)" 4000
}

@test "phase-metrics: when a task succeeded last is kept over its runs" {
    run_of all | phase-metrics mysql.prom
    assert_equal "$(samples last_success_timestamp_seconds mysql.prom)" 'task="mysql" 1676897436'
    phase-metrics mysql.prom <<<"$going"
    assert_equal "$(samples last_success_timestamp_seconds mysql.prom)" 'task="mysql" 1676897436'
    assert_equal "$(samples actionset_progress_ratio mysql.prom)" 'task="mysql" 0.4333'
    # of another task it says nothing
    phase-metrics --task other mysql.prom <<<"$going"
    assert_equal "$(samples last_success_timestamp_seconds mysql.prom)" ''
    # and what is no file of metrics says nothing
    head -c 100000 /dev/urandom >mysql.prom
    phase-metrics mysql.prom <<<"$going"
    assert_equal "$(samples last_success_timestamp_seconds mysql.prom)" ''
}

@test "phase-metrics: the first status is there at once, the last at the end" {
    mkfifo input
    phase-metrics t.prom <input &
    exec 4>input
    echo "$going" >&4
    wait_for 'following{task="t"} 1' t.prom
    grep -qF 'phasepipe_actionset_progress_ratio{task="t"} 0.4333' t.prom
    # the next ones wait for the interval of 15 s; the end does not
    for percent in 44 45 46; do
        sed "s/43\.33/$percent.00/g" <<<"$going" >&4
    done
    exec 4>&-
    wait $!
    assert_equal "$(samples actionset_progress_ratio t.prom)" 'task="t" 0.46'
    assert_equal "$(samples following t.prom)" 'task="t" 0'
}

@test "phase-metrics: each interval what has changed is written" {
    mkfifo input
    phase-metrics -i 10ms t.prom <input &
    exec 4>input
    for percent in 44 45 46; do
        sed "s/43\.33/$percent.00/g" <<<"$going" >&4
        wait_for "actionset_progress_ratio{task=\"t\"} 0.$percent" t.prom
    done
    exec 4>&-
    wait $!
}

@test "phase-metrics: while it reads, the file is written also where nothing changes" {
    mkfifo input
    # a minute goes by with each look
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+61s spawn phase-metrics t.prom <input &
    exec 4>input
    echo "$going" >&4
    wait_for following t.prom
    rm t.prom
    echo 'a line of a log' >&4
    wait_for 'progress_ratio{task="t"} 0.4333' t.prom
    exec 4>&-
    wait $!
}

@test "phase-metrics: a file that is there is replaced whole, a reader sees no part" {
    echo old >t.prom
    ln t.prom other
    ln -s t.prom link.prom
    phase-metrics link.prom <<<"$going"
    [ -L link.prom ]
    assert_equal "$(cat other)" old # it was another file that took its name
    grep -q progress_ratio t.prom
    assert_equal "$(ls -A)" 'link.prom
other
t.prom'
}

@test "phase-metrics: without a status the file is left alone" {
    echo old >t.prom
    run --separate-stderr phase-metrics t.prom <<<'a line of a log'
    assert_success
    assert_equal "$stderr" 'phase-metrics: warning: no status came (lines that are none: 1)'
    assert_equal "$(cat t.prom)" old
    run --separate-stderr phase-metrics t.prom </dev/null
    assert_success
    [ "$stderr" = '' ]
}

@test "phase-metrics: --pass copies every byte" {
    { run_of ''; head -c 300000 /dev/urandom; echo; echo "$going"; } >lines
    phase-metrics --pass t.prom <lines >copy
    cmp lines copy
    assert_equal "$(samples actionset_progress_ratio t.prom)" 'task="t" 0.4333'
}

@test "phase-metrics: a reader of the copy that goes away is said, and the file is written" {
    run --separate-stderr bash -c 'for _ in {1..2000}; do echo "$1"; done | { phase-metrics --pass t.prom; echo $? >status; } | :; cat status' - "$going"
    assert_output 111
    assert_equal "$stderr" 'phase-metrics: warning: unable to write standard output: Broken pipe; reading on, so that the writer is not stopped'
    assert_equal "$(samples following t.prom)" 'task="t" 0'
}

@test "phase-metrics: signals do not end it before its input does" {
    mkfifo input
    spawn phase-metrics t.prom <input &
    exec 4>input
    echo "$going" >&4
    wait_for following t.prom
    kill -INT $!
    kill -TERM $!
    sed 's/43\.33/99.00/g' <<<"$going" >&4
    exec 4>&-
    wait $!
    assert_equal "$(samples actionset_progress_ratio t.prom)" 'task="t" 0.99'
}

@test "phase-metrics: what cannot be written is said once, and tried again" {
    mkfifo input
    phase-metrics -i 10ms dir/t.prom <input 2>said &
    exec 4>input
    echo "$going" >&4
    wait_for 'trying again' said
    mkdir dir
    wait_for following dir/t.prom
    exec 4>&-
    wait $!
    assert_equal "$(cat said)" 'phase-metrics: warning: unable to write dir/t.prom: No such file or directory; trying again'
    run --separate-stderr phase-metrics no/t.prom <<<"$going"
    assert_failure 111
    assert_equal "${stderr_lines[-1]}" 'phase-metrics: fatal: the last state was not written to no/t.prom: No such file or directory'
    run --separate-stderr bash -c 'phase-metrics - <<<"$1" >/dev/full' - "$going"
    assert_failure 111
}

@test "phase-metrics: wrong usage is said in one line" {
    mkdir dir.prom
    while IFS='|' read -r arguments text; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr phase-metrics $arguments <<<"$going"
        assert_failure 100
        assert_output ''
        assert_equal "$stderr" "phase-metrics: fatal: $text"
    done <<'END'
|FILE is missing (see phase-metrics --help)
--pass -|--pass: standard output is FILE
--pass /dev/stdout|--pass: standard output is FILE
dir.prom|FILE "dir.prom" is a directory
--interval x t.prom|--interval: "x" is not a duration such as 15s, 2m30s or 500ms
END
    PHASEPIPE_CLOCK=noon run --separate-stderr phase-metrics t.prom <<<"$going"
    assert_failure 100
    assert_equal "$stderr" 'phase-metrics: fatal: PHASEPIPE_CLOCK: "noon" is no time such as 2023-02-20T12:49:55Z'
    run --separate-stderr bash -c 'phase-metrics t.prom <&-'
    assert_failure 111
    run --separate-stderr bash -c 'phase-metrics --metrics >/dev/full'
    assert_failure 111
}

@test "phase-metrics: what is no file of its own is written to, not replaced" {
    echo first >log
    for file in /dev/stdout /dev/fd/1 /proc/self/fd/1 log -; do
        phase-metrics "$file" <<<"$going" >>log
    done
    phase-metrics /dev/stderr <<<"$going" 2>>log
    assert_equal "$(head -n 1 log)" first
    assert_equal "$(grep -c '^phasepipe_following' log)" 6

    run --separate-stderr phase-metrics /dev/null <<<"$going"
    assert_success
    assert_output ''
    [ "$stderr" = '' ]
    [ -c /dev/null ]

    mkfifo there
    exec 4<>there
    phase-metrics there <<<"$going"
    while read -r line && [ "$line" != 'phasepipe_following{task="there"} 0' ]; do
        :
    done <&4
    [ -n "$line" ]
    [ -p there ]
    exec 4<&- # nobody reads it
    run --separate-stderr phase-metrics there <<<"$going"
    assert_failure 111
    assert_equal "$stderr" 'phase-metrics: fatal: the last state was not written to there: No such device or address'
    run --separate-stderr phase-metrics /dev/full <<<"$going"
    assert_failure 111
}

@test "phase-metrics: a FILE without a name is refused, and .prom is one" {
    run --separate-stderr phase-metrics nodir/ </dev/null
    assert_failure 100
    assert_equal "$stderr" 'phase-metrics: fatal: FILE "nodir/" names no file'
    run --separate-stderr phase-metrics .prom </dev/null
    [[ $stderr != *'does not end'* ]]
}

@test "phase-metrics: no control character is in a label, of none of the two sets" {
    printf '{"type":"status","state":"running","actions":[{"phases":[{"name":"a\xc2\x9b31mb","state":"running"}]}],"progress":{"percentCompleted":"1.00"},"detail":{"runningPhases":[]}}\n' >line
    phase-metrics x.prom <line
    grep -qF $'phase="a\xef\xbf\xbd31mb"' x.prom
}

# Two statuses, of which one is above what a record may have, and a line of a log.
long_lines() {
    printf '%s\n' '{"type":"status","state":"running","actions":[{"phases":[{"name":"a","state":"running","progress":{"progressPercent":"30.00"}}]}],"progress":{"percentCompleted":"30.00"}}'
    printf '{"type":"status","state":"running","progress":{"percentCompleted":"99.00"},"x":"%65536s"}\n' ''
    printf '%65537s\n' '' | tr ' ' x
}

@test "phase-metrics: lines above the ceiling are passed over, counted and said" {
    {
        long_lines
        printf '{"kind":"ActionSet","x":"%17000000s"}\n' ''
    } >lines
    run --separate-stderr phase-metrics t.prom <lines
    assert_success
    assert_equal "$stderr" 'phase-metrics: warning: lines above 65536 bytes were passed over: 2
phase-metrics: warning: documents above 16777216 bytes were passed over: 1'
    assert_equal "$(samples actionset_progress_ratio t.prom)" 'task="t" 0.3'
}
