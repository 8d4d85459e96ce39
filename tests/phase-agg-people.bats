#!/usr/bin/env bats
# phase-agg: what it writes for people, the text line and the explanation.

load helpers

# aggregate OPTION ...: phase-agg on the records in standard input
aggregate() {
    cat >records
    run --separate-stderr phase-agg "$@" <records
}

@test "phase-agg: --explain gives each phase's part, and they add up to the figure" {
    aggregate --explain --phases updatePermissions,dumpToObjectStore,cleanup \
        --action backup --phase dumpToObjectStore <<'END'
{"type":"phase","phase":"updatePermissions","state":"complete"}
{"type":"progress","progressPercent":30}
END
    assert_success
    assert_equal "$stderr" ''
    assert_output 'The whole is at 43.33 percent: the mean of its phases, which weigh the same.
action 0 "backup"
   33.33 1/3  "updatePermissions" 100.00 x 1/3, complete
   10.00 0/3  "dumpToObjectStore" 30.00 x 1/3, running: its mover says 30.00
    0.00 0/3  "cleanup" 0.00 x 1/3, pending
together
   43.33 1/3  the rest, below a hundredth, is cut off'
}

@test "phase-agg: --explain knows several actions, defer phases and what came before" {
    run --separate-stderr phase-agg --explain --plan "$ROOT/tests/data/phase-agg/several.json" </dev/null
    assert_success
    assert_equal "$stderr" ''
    assert_output 'The whole is at 29.00 percent: the mean of its phases, which weigh the same.
action 0 "backup"
   20.00 0/5  "quiesce" 100.00 x 1/5, complete
    0.00 0/5  "dump" 0.00 x 1/5, running: the ActionSet says so
  not counted  "unquiesce" 0.00, pending
action 1 "backup"
    0.00 0/5  "quiesce" 0.00 x 1/5, running: the ActionSet says so
    0.00 0/5  "dump" 0.00 x 1/5, pending
  not counted  "unquiesce" 0.00, pending
action 2 "export"
    9.00 0/5  "upload" 45.00 x 1/5, failed: the ActionSet says so
together
   29.00 0/5  nothing is cut off'
}

@test "phase-agg: --explain says what each phase stands on" {
    aggregate --explain --phases 'begun,step,items,held,back,failed,done' <<'END'
{"type":"phase","phase":"begun","state":"running"}
{"type":"phase","phase":"step","step":"execution","done":true}
{"type":"phase","phase":"items","item":0,"of":4,"done":true}
{"type":"phase","phase":"items","item":1,"of":4,"done":true}
{"type":"phase","phase":"items","item":2,"of":4,"state":"failed"}
{"type":"progress","phase":"held","progressPercent":100}
{"type":"progress","phase":"back","progressPercent":50}
{"type":"progress","phase":"back","progressPercent":12.5}
{"type":"progress","phase":"failed","progressPercent":20}
{"type":"phase","phase":"failed","state":"failed"}
{"type":"phase","phase":"done","state":"complete"}
END
    assert_success
    assert_equal "$stderr" ''
    assert_output 'The whole is at 55.09 percent: the mean of its phases, which weigh the same.
action 0
    0.00 0/7  "begun" 0.00 x 1/7, running: nothing is known of how far it is
    9.52 2/7  "step" 66.66 x 1/7, running: execution has ended
    7.14 2/7  "items" 50.00 x 1/7, running: 2 of 4 items are done, 1 failed
   14.14 2/7  "held" 99.00 x 1/7, running: its mover says 100.00, and it is held until it is complete
    7.14 2/7  "back" 50.00 x 1/7, running: its mover says 12.50, and it never goes back
    2.85 5/7  "failed" 20.00 x 1/7, failed: its mover says 20.00
   14.28 4/7  "done" 100.00 x 1/7, complete
together
   55.07 17/7  that is 55.09 3/7; the rest, below a hundredth, is cut off'
}

@test "phase-agg: --explain gives no figure that is not the mover's" {
    aggregate --explain --phases 'both,items' <<'END'
{"type":"progress","phase":"both","progressPercent":50}
{"type":"progress","phase":"both","item":0,"of":4,"progressPercent":20}
{"type":"progress","phase":"items","item":0,"of":4,"progressPercent":20}
END
    assert_success
    assert_output --partial '"both" 50.00 x 1/2, running: its mover said so
'
    assert_output --partial '"items" 5.00 x 1/2, running: 0 of 4 items are done
'
    aggregate --explain --phases a --mover-within-steps < <(
        printf '{"type":"progress","progressPercent":%d}\n' 30 5
    )
    assert_output --partial '"a" 43.33 x 1/1, running: its mover says 5.00 of its execution, and it never goes back
'
}

@test "phase-agg: --explain knows what the ActionSet said later" {
    plan() { # STATE PERCENT
        printf '{"kind":"ActionSet","status":{"actions":[{"name":"n","phases":[{"name":"a","state":"%s","progress":{"progressPercent":"%s"}}]}]}}' "$1" "$2"
    }
    plan pending '' >plan.json
    mkfifo records
    bash -c 'PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s phase-agg --plan plan.json --state state --explain <records >why' 3>&- &
    exec 9>records
    wait_for '"type":"state"' state # so the plan has been read
    plan running 40 >new.json && mv new.json plan.json
    printf '{"type":"message","text":"look"}\n' >&9
    exec 9>&-
    wait $!
    assert_equal "$(grep '"a"' why)" '   40.00 0/1  "a" 40.00 x 1/1, running: the ActionSet says so'
}

@test "phase-agg: --explain with the mover within its step" {
    aggregate --explain --phases a --mover-within-steps \
        <<<'{"type":"progress","progressPercent":30}'
    assert_success
    assert_output 'The whole is at 43.33 percent: the mean of its phases, which weigh the same.
action 0
   43.33 0/1  "a" 43.33 x 1/1, running: its mover says 30.00 of its execution
together
   43.33 0/1  nothing is cut off'
}

@test "phase-agg: --format text is one line for people at each change" {
    aggregate --format text --phases updatePermissions,dumpToObjectStore,cleanup \
        --phase dumpToObjectStore <<'END'
{"type":"phase","phase":"updatePermissions","state":"complete"}
{"type":"progress","progressPercent":30,"sizeUploadedB":50000,"estimatedTimeSeconds":120,"estimatedUploadSizeB":100000000}
{"type":"progress","progressPercent":30,"sizeUploadedB":50001,"estimatedTimeSeconds":120,"estimatedUploadSizeB":100000000}
{"type":"progress","phase":"cleanup","progressPercent":100,"sizeDownloadedB":900}
{"type":"result","state":"partial"}
{"type":"phase","state":"failed"}
{"type":"phase","phase":"cleanup","state":"complete"}
END
    assert_success
    assert_equal "$stderr" ''
    assert_output '  0.00%  pending
 33.33%  running
 43.33%  running  dumpToObjectStore 30.00%, 50.0 kB of 100.0 MB, 2m0s left
 76.33%  running  dumpToObjectStore 30.00%, 50.0 kB of 100.0 MB, 2m0s left; cleanup 99.00%, 900 B
 76.33%  running  dumpToObjectStore 30.00%, 50.0 kB of 100.0 MB, 2m0s left; cleanup 99.00%, 900 B  (mover: partial)
 76.33%  failed  dumpToObjectStore failed at 30.00%, 50.0 kB of 100.0 MB; cleanup 99.00%, 900 B  (mover: partial)
 76.66%  failed  dumpToObjectStore failed at 30.00%, 50.0 kB of 100.0 MB  (mover: partial)'
}

@test "phase-agg: --format json is what it writes without" {
    printf '{"type":"progress","progressPercent":%d}\n' 1 2 >records
    export PHASEPIPE_CLOCK=2023-02-20T12:49:55Z
    cmp <(phase-agg --phases a --format json <records) <(phase-agg --phases a <records)
}

@test "phase-agg: names in what people read move no cursor" {
    local name=$'a\33[2J"\n\302\233'

    run --separate-stderr phase-agg --phases "$name" --format text \
        <<<'{"type":"phase","state":"running"}'
    assert_success
    assert_equal "${lines[1]}" '  0.00%  running  a\u001b[2J\"\n\u009b 0.00%'
    run --separate-stderr phase-agg --phases "$name" --explain </dev/null
    assert_success
    assert_equal "${lines[2]}" '    0.00 0/1  "a\u001b[2J\"\n\u009b" 0.00 x 1/1, pending'
}

@test "phase-agg: what is for people and what is not cannot be had together" {
    run --separate-stderr phase-agg --phases a --format yaml </dev/null
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'phase-agg: fatal: --format: neither json nor text'
    run --separate-stderr phase-agg --phases a --format text --explain </dev/null
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'phase-agg: fatal: give either --explain or --format text'
}
