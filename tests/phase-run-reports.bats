# phase-run: what it tells by the log, and takes from and puts into files.

load helpers
load phase-run

# --- the log

# Without the times that a command took.
records() { grep -a '^{' "$1" | sed 's/,"elapsedSeconds":[0-9]*//'; }

@test "phase-run: --log-records prints records for another pipeline" {
    phase-run --log-records=1000s --mover kopia --phase dump -- \
        bash -c 'kopia_run >&2' 2>err
    records err | jq -r '.type + " " + (.state // .step // "")' >seen
    assert_equal "$(head -n 3 seen)" 'phase running
phase prerequisites
progress '
    # at least the first, and the last before the result
    assert_equal "$(tail -n 4 seen)" 'progress 
result complete
result complete
phase complete'
    # without these lines it is what kopia printed, but for a newline each
    grep -av '^{' err | tr -d '\n' >printed
    kopia_run | tr -d '\n' | cmp - printed
    # and the other pipeline comes to the same
    phase-agg --phases prepare,dump --phase dump <err | tail -n 1 |
        jq -r .progress.percentCompleted >percent
    assert_equal "$(cat percent)" 50.00
}

@test "phase-run: what --log-records prints says whose it is" {
    phase-run --log-records=0 --mover kopia --action backup --phase 'du"mp' -- \
        bash -c 'kopia_run >&2' 2>err
    records err >seen
    assert_equal "$(jq -c '[.action, .phase]' seen | sort -u)" '["backup","du\"mp"]'
    jq -c 'del(.action, .phase)' seen | grep '"operation"' | head -n 1 >first
    kopia_run | kopia-progress | head -n 1 | cmp - first # and else it is the mover's
    "$ROOT/tests/validate" seen

    # two phases share a log; theirs is what is read of it
    for phase in prepare dump; do
        phase-run --log-records=0 --action 1 --phase $phase --progress-file progress \
            -- sh -c 'echo 30 >progress; exit 3' 2>>log || assert_equal $? 3
    done
    jq -n '{kind: "ActionSet", metadata: {name: "a"}, spec: {actions: [{name: "b"}, {name: "b"}]},
        status: {state: "running", actions: [range(2) | {name: "b", phases: [
            {name: "prepare", state: "running"}, {name: "dump", state: "pending"}]}]}}' >plan.json
    phase-agg --plan plan.json <log | tail -n 1 | jq -c '[.actions[].phases[]
        | .state, .progress.progressPercent]' >states
    assert_equal "$(cat states)" \
        '["running","0.00","pending",null,"failed","30.00","failed","30.00"]'
}

@test "phase-run: what says itself whose it is stays as it is" {
    # shellcheck disable=SC2016 # the command's
    phase-run --log-records=0 --progress-file progress --phase dump -- sh -c '
        echo "{\"type\":\"progress\",\"phase\":\"other\",\"progressPercent\":5}" >new
        mv new "$PHASEPIPE_PROGRESS_FILE"; sleep 0.3' 2>err
    records err | grep percent -i >seen
    assert_equal "$(cat seen)" '{"type":"progress","phase":"other","progressPercent":5}'
}

@test "phase-run: a record is never in the middle of a line" {
    mkfifo go
    start --log-records=0 --progress-file progress -- sh -c '
        exec 9<>go; printf "a li" >&2; echo 10 >progress; read x <&9; echo ne >&2
        printf "\rredrawn" >&2; read x <&9; echo 20 >progress; read x <&9
        printf "\ragain\n" >&2; printf last >&2'
    wait_for 'a li' err
    sleep 0.3 # it must not come now
    assert_equal "$(tail -n 1 err)" 'a li'
    echo >go
    wait_for '"progressPercent":10' err
    echo >go
    wait_for '"progressPercent":20' err
    echo >go
    finish 0
    records err >seen
    assert_equal "$(cat seen)" '{"type":"phase","state":"running","mover":"records"}
{"type":"phase","step":"prerequisites","done":true,"mover":"records"}
{"type":"progress","progressPercent":10}
{"type":"progress","progressPercent":20}
{"type":"result","state":"complete","exitStatus":0}
{"type":"phase","state":"complete"}'
    assert_equal "$(grep -av '^{' err)" $'a line\n\rredrawn\n\ragain\nlast'
}

@test "phase-run: records that the command prints itself are not printed twice" {
    phase-run --log-records=0 -- sh -c \
        'echo "{\"type\":\"progress\",\"progressPercent\":42}" >&2' 2>err
    assert_equal "$(grep -c progressPercent err)" 1
    # but those that do not say whose they are do not belong to anybody there
    phase-run --log-records=0 --phase dump -- sh -c '
        echo "{\"type\":\"progress\",\"progressPercent\":42}
{\"type\":\"progress\",\"action\":0,\"progressPercent\":43}
{\"type\":\"message\",\"level\":\"error\",\"text\":\"a\"}" >&2' 2>err
    assert_equal "$(grep 'progressPercent\|message' err | sort)" \
        '{"type":"message","level":"error","text":"a"}
{"type":"progress","action":0,"progressPercent":43}
{"type":"progress","progressPercent":42,"phase":"dump"}
{"type":"progress","progressPercent":42}'
}

@test "phase-run: --log-text prints lines for people" {
    phase-run --log-text=1000s --mover kopia --phase dump -- \
        bash -c 'kopia_run >&2' 2>err
    grep -av '[%] *complete\|running\|pending' err | tr -d '\n' >printed
    kopia_run | tr -d '\n' | cmp - printed
    assert_equal "$(tail -n 1 err)" '100.00%  complete  (mover: complete)'
    # beside a status, whose phase-agg says what there is to say
    run phase-run --log-text --plan no-such-plan --target status.json -- true
    assert_success
    assert_equal "$(grep -c 'no-such-plan' <<<"$output")" 1
}

# --- the progress file

@test "phase-run: a progress file takes all the forms" {
    local n=0

    mkfifo go
    # shellcheck disable=SC2016 # the command's
    start --progress-file progress --target status.json -- sh -c '
        exec 9<>go
        while read -r line <&9 && [ "$line" != end ]; do
            case $line in
            over*) echo "${line#over }" >new; mv new "$PHASEPIPE_PROGRESS_FILE" ;;
            more*) echo "${line#more }" >>"$PHASEPIPE_PROGRESS_FILE" ;;
            bare*) printf %s "${line#bare }" >"$PHASEPIPE_PROGRESS_FILE" ;;
            *) echo "$line" >"$PHASEPIPE_PROGRESS_FILE" ;;
            esac
        done'
    while IFS='|' read -r line percent; do
        n=$((n + 1))
        echo "$line" >go
        wait_for "\"percentCompleted\":\"$percent\"" status.json
    done <<'END'
35|35.00
36%|36.00
3/7|42.85
more 45.5|45.50
more 46.25%|46.25
over 47|47.00
bare 48|48.00
{"type":"progress","progressPercent":49}|49.00
over 10/20|50.00
END
    [ "$n" = 9 ]
    echo end >go
    finish 0
    assert_equal "$(cat err)" ''
}

@test "phase-run: half of a line is not taken for the whole" {
    start --progress-file progress --target status.json -- /usr/bin/python3 -c '
import os, time
file = open(os.environ["PHASEPIPE_PROGRESS_FILE"], "w")
for part in "3", "9\n", "9":
    file.write(part)
    file.flush()
    time.sleep(0.2)
open("up", "w").close()
time.sleep(1000)'
    until_true test -e up
    wait_for '"39.00"' status.json
    assert_equal "$(percent)" 39.00
    kill "$front" # and now the file is closed
    finish 143
    assert_equal "$(percent)" 39.00
}

@test "phase-run: the progress file is made, and what it held does not count" {
    echo 77 >progress
    run phase-run --progress-file progress --target status.json -- false
    assert_failure 1
    assert_equal "$(percent)" 0.00
    assert_equal "$(cat progress)" 77

    umask 027
    run phase-run --progress-file new -- sh -c \
        'test -f "$PHASEPIPE_PROGRESS_FILE" && echo "$PHASEPIPE_PROGRESS_FILE"'
    assert_output "$PWD/new"
    assert_equal "$(stat -c %a new)" 640
    run phase-run -- sh -c 'echo "${PHASEPIPE_PROGRESS_FILE-none}"'
    assert_output none
}

@test "phase-run: what is written last counts, also at the very end" {
    run phase-run --progress-file progress --target status.json -- sh -c \
        'printf 88 >progress; exit 1'
    assert_failure 1
    assert_equal "$(percent)" 88.00
}

@test "phase-run: what is no progress is said once and counted" {
    mkfifo go
    start --progress-file progress --target status.json -- sh -c '
        exec 9<>go; echo nonsense >progress; read x <&9; echo 101 >progress; read x <&9
        echo 50 >progress; read x <&9'
    wait_for nonsense err
    echo >go
    sleep 0.3
    echo >go
    wait_for '"50.00"' status.json
    echo >go
    finish 0
    assert_equal "$(cat err)" "phase-run: warning: progress: \"nonsense\" is neither a percentage nor a count such as 3/7 nor a progress record
phase-run: warning: the progress file held no progress: 2 times"
}

@test "phase-run: a progress file that cannot be is said, and the command runs" {
    mkdir directory
    mkfifo pipe
    for file in no-such-directory/progress directory pipe; do
        run phase-run --progress-file $file -- sh -c 'exit 3'
        assert_failure 3
        [[ $output == "phase-run: warning: unable to watch "* ]]
    done
}

@test "phase-run: another user's progress file is read once it may be" {
    mkfifo go
    echo 10 >progress
    chmod 600 progress
    chown 65534 progress || skip 'only root may give files away'
    # shellcheck disable=SC2016 # the command's
    WRAP="setpriv --bounding-set=-all --inh-caps=-all $WRAP" \
        start --progress-file progress --target status.json -- sh -c 'read x <go; exit 3'
    wait_for 'unable to watch .*: Permission denied; trying again' err
    chmod 644 progress
    echo 40 >progress
    wait_for '"40.00"' status.json
    echo >go
    finish 3
    assert_equal "$(grep -c . err)" 1
}

@test "phase-run: where there is no inotify left the progress file is looked at" {
    # shellcheck disable=SC2086 # WRAP is a command with its options
    run --separate-stderr timeout 60 unshare --user --map-root-user bash -c '
        echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"' bash \
        $WRAP "$BIN/phase-run" --progress-file progress --target status.json -- \
        sh -c 'echo 40 >progress; exit 1'
    assert_failure 1
    assert_equal "$stderr" 'phase-run: warning: unable to watch progress: Too many open files; trying again'
    assert_equal "$(percent)" 40.00
}

@test "phase-run: a progress file is followed wherever it goes" {
    mkfifo go
    mkdir there
    ln -s there/link-to-it link
    for file in there/progress no-such-yet/progress link; do
        rm -f status.json
        # shellcheck disable=SC2016 # the command's
        start --progress-file $file --target status.json -- sh -c '
            f=$PHASEPIPE_PROGRESS_FILE d=${PHASEPIPE_PROGRESS_FILE%/*}
            exec 9<>go; [ -d $d ] || mkdir $d; echo 10 >$f; read x <&9
            [ $d = "$PWD" ] || { rm -r $d; mkdir $d; }
            rm -f $f; echo 20 >$f; read x <&9
            echo 30 >new; mv new $f; read x <&9; exit 3'
        for percent in 20 30; do
            echo >go
            wait_for "\"$percent.00\"" status.json
        done
        echo >go
        finish 3
        echo "$file: $(cat err)"
        [[ $(grep -c . err) -le 1 ]]
    done
}

@test "phase-run: who writes to a FIFO in the progress file's place is not killed" {
    # shellcheck disable=SC2016 # the command's
    run --separate-stderr timeout 60 bash -c 'phase-run --progress-file p -- bash -c "
        rm p; mkfifo p; (echo 50 >p; echo wrote) & echo >other; sleep 0.5
        read -r line <p; echo got \$line; wait"'
    assert_success
    assert_equal "$(sort <<<"$output")" $'got 50\nwrote'
    assert_equal "$stderr" 'phase-run: warning: unable to watch p: it is no regular file; trying again'
}

@test "phase-run: a line that is longer than a record is no percentage" {
    # shellcheck disable=SC2016 # the command's
    run --separate-stderr phase-run --progress-file p --target status.json -- bash -c '
        { printf 1; printf "%0100000d" 5; echo; } >p; exit 1'
    assert_failure 1
    assert_equal "$(percent)" 0.00
    # what was cut off while its writer went on is a hole
    run --separate-stderr phase-run --progress-file p --target status.json -- bash -c '
        truncate -s 300M p; echo 42 >>p; exit 1'
    assert_equal "$(percent)" 42.00
}

@test "phase-run: a link to a progress file is followed" {
    mkdir there
    ln -s there/real progress
    mkfifo go
    start --progress-file progress --target status.json -- sh -c \
        'echo 55 >progress; read x <go'
    wait_for '"55.00"' status.json
    echo >go
    finish 0
}

# --- what the mover says

@test "phase-run: a mover that says otherwise than its exit status is said once" {
    doubt='phase-run: warning: the command ended with 0, but what it printed says:'
    while IFS='|' read -r status state warning; do
        run --separate-stderr phase-run --ok-codes 0,3 --log-records --target status.json -- \
            sh -c "echo '{\"type\":\"result\",\"state\":\"$state\"}' >&2; exit $status"
        assert_equal "$state $status" "$state $status"
        assert_equal "$(grep -v '^{' <<<"$stderr")" "${warning:+$doubt $warning}"
        # which changes nothing
        assert_equal "$(jq -r .state status.json)" "$([ "$status" = 1 ] && echo failed || echo complete)"
    done <<'END'
0|partial|partial
0|failed|failed
0|cancelled|cancelled
0|complete|
0|unchanged|
0|unknown|
1|failed|
3|partial|
END
    # the last word counts
    run --separate-stderr phase-run -- sh -c '
        echo "{\"type\":\"result\",\"state\":\"failed\"}" >&2
        echo "{\"type\":\"result\",\"state\":\"complete\"}" >&2'
    assert_success
    [[ $stderr != *"$doubt"* ]]
}

@test "phase-run: a snapshot that was cancelled is not told as whole without a word" {
    run --separate-stderr phase-run --mover kopia --target status.json -- sh -c \
        "cat '$ROOT/tests/recordings/v0.23.1/create-single-file-cancel.console' >&2"
    assert_success
    [[ $stderr == *'phase-run: warning: the command ended with 0, but what it printed says: cancelled' ]]
    assert_equal "$(jq -r .state status.json)" complete
}

# --- the termination log

@test "phase-run: the termination log has the result and no text" {
    printf 'old and long, so that it must be cut off%200s' . >end
    phase-run --mover kopia --phase dump --termination-log end -- \
        bash -c 'kopia_run >&2' 2>err
    assert_equal "$(jq -c 'del(.elapsedSeconds)' end)" \
        "$(kopia_run | kopia-progress | tail -n 1 |
            jq -c '{type, phase: "dump", operation, state, exitStatus: 0, snapshotID, rootID} + (. | {files, bytes} | with_entries(select(.value != null)))')"
    "$ROOT/tests/validate" end
    run phase-run --termination-log end -- sh -c '
        echo "{\"type\":\"result\",\"state\":\"failed\",\"text\":\"token=secret\",\"snapshotID\":\"s:secret\",\"source\":\"secret\"}" >&2
        exit 5'
    assert_failure 5
    assert_equal "$(jq -c 'del(.elapsedSeconds)' end)" '{"type":"result","state":"failed","exitStatus":5}'
}

@test "phase-run: a termination log that cannot be written is said once" {
    run --separate-stderr phase-run --termination-log /dev/full -- sh -c 'exit 5'
    assert_failure 5
    assert_equal "$stderr" 'phase-run: warning: unable to write /dev/full: No space left on device'
    run phase-run --termination-log no-such-directory/end -- true
    assert_success
}

@test "phase-run: the result is there before the pipeline is done" {
    start --final-budget 1000s --termination-log end --pipeline 'exec sleep 1000' -- \
        sh -c 'exit 5'
    until_true test -s end
    assert_equal "$(jq .exitStatus end)" 5
    until_true is_told_to_end
    finish 5
}
