# phase-run: the exit code, the options, and what the command prints.

load helpers
load phase-run

# --- exit codes

@test "phase-run: the exit code is the command's" {
    for code in 0 1 2 99 100 111 125 126 127 128 200 255; do
        run phase-run -- sh -c "exit $code"
        assert_equal "$status" "$code"
        assert_output ''
    done
}

@test "phase-run: a signal that ends the command is 128 and its number" {
    for number in 1 2 3 6 9 10 12 13 14 15 34; do
        run phase-run -- sh -c "ulimit -c 0; kill -$number \$\$"
        assert_equal "$status" $((128 + number))
        assert_output ''
    done
}

@test "phase-run: 127 for what is not there, 126 for what cannot be run" {
    run --separate-stderr phase-run no-such-command
    assert_failure 127
    assert_output ''
    [ "$stderr" = 'phase-run: fatal: unable to run no-such-command: No such file or directory' ]
    run phase-run ./no-such-command
    assert_failure 127
    run phase-run -- ''
    assert_failure 127
    touch file
    run --separate-stderr phase-run ./file
    assert_failure 126
    [ "$stderr" = 'phase-run: fatal: unable to run ./file: Permission denied' ]
    run phase-run .
    assert_failure 126
    chmod +x file
    run --separate-stderr phase-run ./file
    assert_failure 126
    [ "$stderr" = 'phase-run: fatal: unable to run ./file: Exec format error' ]
}

@test "phase-run: what could not be run has failed, for the pipeline too" {
    run phase-run --target status.json --termination-log end -- ./no-such-command
    assert_failure 127
    assert_equal "$(state)" failed
    assert_equal "$(jq -c . end)" '{"type":"result","state":"failed","exitStatus":127,"elapsedSeconds":0}'
}

@test "phase-run: wrong usage runs nothing" {
    local -a wrong

    ln -s a link
    touch there
    ln there hard
    while IFS='|' read -ra wrong; do
        run --separate-stderr phase-run "${wrong[@]}" touch run
        assert_failure 100
        assert_output ''
        [ "${#stderr_lines[@]}" = 1 ]
        [[ $stderr == 'phase-run: fatal: '* ]]
        [ ! -e run ]
    done <<'END'
--nonsense
--parse|stdin
--mover|-cp
--ok-codes|0,x
--target|-
--plan|-
--phases|a|--plan|b
--phases|a|--blueprint|b
--grace|soon
--final-budget|-1s
--log-text=1
--pipeline|cat|--log-text
--target|a|--termination-log|./a
--progress-file|a|--state|link
--plan|there|--target|hard
END
    run phase-run
    assert_failure 100
    assert_output 'phase-run: fatal: missing operand; usage: phase-run [--] COMMAND [ARG ...]'
}

@test "phase-run: the options end at the command" {
    run phase-run echo --parse -- -h
    assert_success
    assert_output -- '--parse -- -h'
    run phase-run --parse both -- echo -- --nonsense
    assert_output -- '-- --nonsense'
}

@test "phase-run: every option can come from the environment, and the command line wins" {
    export PHASEPIPE_TARGET=status.json PHASEPIPE_PHASE=dump
    export PHASEPIPE_PHASES=prepare,dump PHASEPIPE_OK_CODES=0,3
    run phase-run -- sh -c 'exit 3'
    assert_failure 3
    assert_equal "$(percent)" 50.00
    run phase-run --phases dump --ok-codes 0 -- sh -c 'exit 3'
    assert_failure 3
    assert_equal "$(state)" failed
    PHASEPIPE_PARSE='' run phase-run -- true
    assert_success
    PHASEPIPE_PARSE=nothing run phase-run -- touch run
    assert_failure 100
    [ ! -e run ]
    PHASEPIPE_PARSE=nothing run phase-run --parse both -- touch run
    assert_success
}

@test "phase-run: no usual spelling of yes and no in the environment keeps it from running" {
    local value name

    for name in PHASEPIPE_LOG_TEXT PHASEPIPE_LOG_RECORDS PHASEPIPE_MOVER_WITHIN_STEPS; do
        for value in '' false no 0 off False; do
            run --separate-stderr env "$name=$value" "$BIN/phase-run" --target status.json -- echo ran
            assert_success
            assert_output ran
            assert_equal "$stderr" ''
        done
        for value in true yes 1 on; do
            run --separate-stderr env "$name=$value" "$BIN/phase-run" --target status.json -- echo ran
            assert_success
            assert_output ran
        done
    done
    record='{"type":"progress","progressPercent":30}'
    run env PHASEPIPE_LOG_TEXT=off "$BIN/phase-run" -- sh -c "echo '$record' >&2"
    assert_output "$record"
    run env PHASEPIPE_LOG_TEXT=on "$BIN/phase-run" -- sh -c "echo '$record' >&2"
    assert_line --partial complete
    PHASEPIPE_LOG_TEXT=perhaps run --separate-stderr phase-run -- touch run
    assert_failure 100
    [ ! -e run ]
    assert_equal "$stderr" 'phase-run: fatal: PHASEPIPE_LOG_TEXT: "perhaps" is neither a duration such as 15s, nor one of true, yes, 1, on, false, no, 0 and off'
}

@test "phase-run: the adapter says which stream is read, unless --parse does" {
    local stream

    mkdir -p phasepipe/adapters
    export XDG_CONFIG_HOME=$PWD
    for stream in stdout stderr both; do
        printf '%s\n' "stream $stream" 'progress (?<progressPercent>\d+)' >"phasepipe/adapters/to_$stream.adapter"
    done
    printed() { # OPTION ...; the percent that was read
        phase-run --target status.json "$@" -- sh -c 'echo 30; sleep 0.01; echo 20 >&2; exit 1' >out 2>err || [ $? = 1 ]
        assert_equal "$(cat out) $(cat err)" '30 20'
        jq -r '.actions[0].phases[0].progress.progressPercent' status.json
    }
    assert_equal "$(printed --mover to_stdout)" 30.00
    assert_equal "$(printed --mover to_stdout --parse stderr)" 20.00
    [ -z "$WRAP" ] || return 0 # each takes seconds
    assert_equal "$(printed --mover to_stderr)" 20.00
    assert_equal "$(printed --mover to_both)" 30.00 # which never falls
    assert_equal "$(printed --mover ./phasepipe/adapters/to_stdout.adapter)" 30.00
    assert_equal "$(PHASEPIPE_PARSE=stderr printed --mover to_stdout)" 20.00
    # what cannot be asked does not keep it from running
    run --separate-stderr phase-run --mover nosuch -- sh -c 'echo ran; exit 3'
    assert_failure 3
    assert_output ran
}

# --- transparency

@test "phase-run: both streams pass byte for byte" {
    head -c 3000000 /dev/urandom >random
    kopia_run >>random
    for parse in stderr stdout both; do
        for mover in kopia records; do
            phase-run --parse $parse --mover $mover -- \
                sh -c 'cat random; cat random >&2' >out 2>err
            cmp random out
            head -c "$(stat -c %s random)" err | cmp random -
        done
    done
}

@test "phase-run: what the command prints is there at once" {
    mkfifo go
    start --mover kopia -- sh -c 'printf a >&2; read line <go; echo b >&2'
    until_true grep -q a err
    echo >go
    finish 0
    [[ $(cat err) == ab* ]]
}

@test "phase-run: both streams keep their order where they lead to one place" {
    local text='for i in {1..200}; do echo "o$i"; echo "e$i" >&2; done'

    bash -c "$text" >bare 2>&1
    phase-run --parse both -- bash -c "$text" >file 2>&1
    cmp bare file
    phase-run --parse both -- bash -c "$text" 2>&1 | cat >pipe
    cmp bare pipe
}

@test "phase-run: an ignored SIGCHLD does not cost the exit code" {
    # shellcheck disable=SC2086
    run env --ignore-signal=CHLD $WRAP "$BIN/phase-run" --mover kopia \
        --target status.json -- sh -c 'exit 7'
    assert_failure 7
}

@test "phase-run: a full disk behind a stream changes nothing" {
    phase-run --mover kopia --target status.json -- \
        sh -c 'yes | head -n 100000 >&2; exit 4' 2>/dev/full || assert_equal $? 4
    assert_equal "$(state)" failed
}

@test "phase-run: a reader who goes away is told to the command" {
    local text='trap "" INT; for ((i = 0; i < 100000; i++)); do echo "$i"; done >&2; exit 3'

    for options in '' '--mover kopia --target status.json'; do
        # shellcheck disable=SC2086
        { phase-run $options -- bash -c "$text" 2>&1 >&3 || echo $? >code; } 3>&1 |
            head -n 1 >first
        assert_equal "$(cat first code)" $'0\n141'
    done
    # and at once, before it prints anything more
    mkfifo err go
    head -n 1 err >first &
    reader=$!
    start -- sh -c 'echo up >&2; read x <go; echo one >&2; sleep 0.3
        echo two >&2; echo lived >file'
    wait_for up first
    wait "$reader"
    echo >go
    finish 141
    [ ! -e file ]
}

@test "phase-run: whoever waits for the end of a descriptor does not wait for us" {
    # the pipeline hangs, but the command and what it had are gone
    mkfifo held
    cat held &
    reader=$!
    start --final-budget 1000s --pipeline 'exec sleep 1000' -- true 9>held
    wait "$reader" # it ends when nobody has the other end any more
    until_true is_told_to_end
    finish 0
}

@test "phase-run: what is not read stays a terminal" {
    # shellcheck disable=SC2086
    "$ROOT/tests/terminal" $WRAP "$BIN/phase-run" -- sh -c \
        'test -t 0 && test -t 1 && ! test -t 2 && echo y""es; read x' <<'END'
< yes
END
    # shellcheck disable=SC2086
    "$ROOT/tests/terminal" $WRAP "$BIN/phase-run" --parse stdout -- sh -c \
        'test -t 0 && ! test -t 1 && test -t 2 && echo y""es; read x' <<'END'
< yes
END
}

@test "phase-run: somebody who is left behind has his stream" {
    mkfifo go
    start --mover kopia -- sh -c 'echo early >&2
        (read line <go; echo late >&2; echo later >&2) & exit 3'
    finish 3
    grep -qx early err
    run grep late err
    assert_failure
    echo >go
    wait_for later err
    assert_equal "$(grep late err)" $'late\nlater'
}

@test "phase-run: random commands are what they are by themselves" {
    local count=500

    [ -z "$WRAP" ] || count=15
    # a shell's job in the background ignores these, and so would all it runs
    env --default-signal=INT,QUIT "$ROOT/tests/phase-run-random" $count 1 >first &
    half=$!
    run "$ROOT/tests/phase-run-random" $count 501
    assert_output "$count runs, 0 different"
    wait "$half" || cat first
    assert_equal "$(cat first)" "$count runs, 0 different"
}
