# phase-run: the command is what it would be without it, and the pipeline knows
# how far it is.

load helpers

RECORDING=$BATS_TEST_DIRNAME/data/demo/kopia-0.23-create.timed

export RECORDING
# filters are killed here in the middle of a record
unset PHASEPIPE_RECORDS LD_PRELOAD

# A command that prints a real run of kopia.  (The shell that starts valgrind
# loses functions that are exported.)
setup_file() {
    mkdir "$BATS_FILE_TMPDIR/bin"
    cat >"$BATS_FILE_TMPDIR/bin/kopia_run" <<'END'
#!/bin/sh
cut -f 2 "$RECORDING" | base64 -d
END
    chmod +x "$BATS_FILE_TMPDIR/bin/kopia_run"
    export PATH=$BATS_FILE_TMPDIR/bin:$PATH
}

# Some tests do nothing under valgrind, which has an environment, signals and
# descriptors of its own making, and cannot be stopped.

# Bash with the command as its text, to be run by itself and under phase-run.
bare() { bash -c "$1"; }
ours() { phase-run "${options[@]}" -- bash -c "$1"; }

# Each child's process ID.
children() { # PID
    cat "/proc/$1/task/$1/children"
}

# The process ID of a child, or a grandchild, by its name.
descendant() { # PID NAME
    local pid found

    for pid in $(children "$1"); do
        if [ "$(cat "/proc/$pid/comm")" = "$2" ]; then
            echo "$pid"
            return
        fi
        found=$(descendant "$pid" "$2")
        if [ -n "$found" ]; then
            echo "$found"
            return
        fi
    done
}

# Waits until a command succeeds.
until_true() { # COMMAND ...
    local tries=0

    until "$@"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ]; then
            echo "not within a minute: $*" >&2
            return 1
        fi
        sleep 0.1
    done
}

is_gone() { [ ! -e "/proc/$1" ] || is_state "$1" Z; }
is_state() { [[ $(sed 's/.*) //' "/proc/$1/stat") == "$2 "* ]]; } # PID LETTER
has_lines() { [ "$(wc -l <"$1")" = "$2" ]; } # FILE COUNT
# Two signals that come at once are one, so it is told again until it has ended.
is_told_to_end() { is_gone "$front" || ! kill "$front"; }
is_there() { [ -n "$(descendant "$1" "$2")" ]; }

# Starts phase-run in the background, as a shell starts a command there but with
# no signal ignored: its process ID in $front.  A signal sent to it under
# valgrind would reach valgrind first, which hands it on.
start() { # ARG ...
    # shellcheck disable=SC2086
    env --default-signal=INT,QUIT $WRAP "$BIN/phase-run" "$@" \
        >out 2>err 3>&- 4>&- &
    front=$!
}

finish() { # EXPECTED-CODE
    local code=0

    wait "$front" || code=$?
    if [ "$code" != "$1" ]; then
        echo "exit code $code" >&2
        cat out err >&2
        return 1
    fi
}

percent() { jq -r .progress.percentCompleted status.json; }
state() { jq -r .state status.json; }

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
--mover|cp
--ok-codes|0,x
--target|-
--plan|-
--phases|a|--plan|b
--phases|a|--blueprint|b
--grace|soon
--final-budget|-1s
--log-text=1
--pipeline|cat|--log-text
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

    bare "$text" >bare 2>&1
    phase-run --parse both -- bash -c "$text" >file 2>&1
    cmp bare file
    phase-run --parse both -- bash -c "$text" 2>&1 | cat >pipe
    cmp bare pipe
}

# What a process is given, for both to print.
given='
    ls -l /proc/self/fd | grep -v /proc | sed "s/.* \([0-9]* ->\)/\1/" |
        grep -v "^2 ->\|total"
    env | grep -v "^_=\|^SHLVL=" | sort
    pwd; umask; ulimit -a; ulimit -Ha; tty; nice
    ps -o pgid=,sid=,tty= $$'

@test "phase-run: the command is given what it would be given" {
    [ -z "$WRAP" ] || return 0 # see above
    options=()
    mkdir -p inside
    cd inside
    umask 027
    ulimit -n 200
    bare "$given" 5</dev/null 6>../six >../bare </dev/null
    ours "$given" 5</dev/null 6>../six >../ours </dev/null
    cd ..
    sed -i '/socket:\|pipe:/d' bare ours # bats has some
    diff bare ours
}

@test "phase-run: signals are blocked and ignored as they were" {
    [ -z "$WRAP" ] || return 0 # see above
    local how

    for how in --default-signal --ignore-signal=PIPE,CHLD,HUP,INT,XFSZ,TTOU \
        --block-signal=TERM,CHLD,USR1,TTOU --default-signal=PIPE,CHLD; do
        env $how grep Sig /proc/self/status >bare
        # shellcheck disable=SC2086
        env $how $WRAP "$BIN/phase-run" grep Sig /proc/self/status >ours
        diff <(grep -v SigQ bare) <(grep -v SigQ ours)
    done
}

@test "phase-run: an ignored SIGCHLD does not cost the exit code" {
    # shellcheck disable=SC2086
    run env --ignore-signal=CHLD $WRAP "$BIN/phase-run" --mover kopia \
        --target status.json -- sh -c 'exit 7'
    assert_failure 7
}

@test "phase-run: closed descriptors are closed for the command" {
    [ -z "$WRAP" ] || return 0 # see above
    local text='for fd in 0 1 2; do [ -e /proc/$$/fd/$fd ] && printf $fd; done >>found; exit 5' run

    for parse in stderr stdout both; do
        options=(--parse "$parse" --mover kopia --target status.json)
        for run in bare ours; do
            rm -f found
            $run "$text" <&- || assert_equal $? 5
            $run "$text" >&- || assert_equal $? 5
            $run "$text" 2>&- || assert_equal $? 5
            $run "$text" <&- >&- 2>&- || assert_equal $? 5
            mv found $run
        done
        diff bare ours
    done
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

# --- signals

# Makes the program ./note: it prints each signal that it gets, and writes it
# into the file "got", a line each.  SIGALRM ends it, and where it has an
# argument SIGHUP too.
make_note() {
    cat >note <<'END'
#!/usr/bin/python3
import os, signal, sys
got = open("got", "w", buffering=1)
names = "TERM INT HUP QUIT USR1 USR2 WINCH CONT TSTP ALRM PIPE RTMIN".split()
signals = [getattr(signal, "SIG" + name) for name in names]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
print("up", file=got)
print("up", flush=True)
while True:
    name = signal.Signals(signal.sigwait(signals)).name
    print(name, file=got)
    if name == "SIGALRM" or name == "SIGHUP" and sys.argv[1:]:
        sys.exit(9)
    try:
        print(name, flush=True)
    except OSError: # a terminal that hangs up in the middle of it
        pass
END
    chmod +x note
}

@test "phase-run: every signal is passed on, each time that it comes" {
    make_note
    local expected=up

    start --mover kopia --target status.json -- ./note
    wait_for up got
    for name in TERM INT HUP QUIT USR1 USR2 WINCH CONT TSTP PIPE RTMIN TERM; do
        kill -s $name "$front"
        expected+=$'\n'SIG$name
        until_true has_lines got "$(wc -l <<<"$expected")"
    done
    assert_equal "$(cat got)" "$expected"
    kill -s ALRM "$front"
    finish 9
    assert_equal "$(state)" failed
}

@test "phase-run: what is sent to the whole group comes once" {
    make_note
    # shellcheck disable=SC2086
    setsid $WRAP "$BIN/phase-run" --mover kopia --target status.json -- \
        ./note >out 2>err 3>&- &
    front=$!
    wait_for up got
    for name in TERM HUP CONT WINCH TERM; do
        kill -s $name -- "-$front"
        wait_for "SIG$name" got
    done
    until_true has_lines got 6
    kill -s USR1 "$front"
    wait_for SIGUSR1 got
    assert_equal "$(paste -sd ' ' got)" 'up SIGTERM SIGHUP SIGCONT SIGWINCH SIGTERM SIGUSR1'
    kill -s ALRM -- "-$front"
    finish 9
}

@test "phase-run: a command that leads a group gets signals with its group" {
    make_note
    start -- setsid sh -c './note; :'
    wait_for up got
    kill -s ALRM "$front"
    finish 142 # the shell, and not it alone
    wait_for SIGALRM got
}

@test "phase-run: the command is killed after SIGTERM only where that was asked for" {
    make_note
    start --grace 200ms -- ./note
    wait_for up got
    sleep 0.5 # nothing happens before SIGTERM
    kill "$front"
    finish 137
    assert_equal "$(cat got)" $'up\nSIGTERM'

    rm got
    start -- ./note
    wait_for up got
    kill "$front"
    wait_for SIGTERM got
    sleep 0.5
    kill -s ALRM "$front"
    finish 9
}

@test "phase-run: a stopped command is stopped visibly, and continued" {
    [ -z "$WRAP" ] || return 0 # see above
    local command

    # a group whose parents are all outside the session takes no SIGTSTP, and
    # so may ours be; this one's is this shell
    set -m
    start --mover kopia -- sh -c 'echo up >&2; while :; do sleep 0.1; done'
    set +m
    wait_for up err
    command=$(descendant "$front" sh)
    for way in "$front" "$command"; do
        kill -s TSTP "$front" # passed on, and comes back
        until_true is_state "$command" T
        until_true is_state "$front" T
        kill -s CONT "$way"
        until_true is_state "$command" S
        until_true is_state "$front" S
    done
    kill -s STOP "$command"
    until_true is_state "$front" T
    kill -s CONT "$command"
    until_true is_state "$front" S
    kill "$front"
    finish 143
}

@test "phase-run: what others print goes on while the command is stopped" {
    [ -z "$WRAP" ] || return 0 # see above
    mkfifo go
    start -- sh -c '(echo up >&2; read x <go; yes | head -n 100000 >&2; echo end >&2) & wait'
    wait_for up err
    until_true is_there "$front" sh
    kill -s STOP "$(descendant "$front" sh)"
    until_true is_state "$front" T
    echo >go
    wait_for end err
    assert_equal "$(wc -l <err)" 100002
    kill -s CONT "$front"
    finish 0
}

@test "phase-run: job control in a terminal is what it is without it" {
    [ -z "$WRAP" ] || return 0 # see above
    local run

    # no shell: one that is just starting something cannot be stopped, or lets
    # an interrupt go by
    cat >pause <<'END'
#!/usr/bin/python3
import signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGCONT, lambda *_: print("got-cont", flush=True))
print("up", flush=True)
while True:
    signal.pause()
END
    chmod +x pause
    # shellcheck disable=SC2016 # the shell's that is typed to
    for run in '' "$WRAP $BIN/phase-run --mover kopia --"; do
        "$ROOT/tests/terminal" bash --norc -i <<END
> PS1='re''ady> '
< ready>
> $run ./pause
< up
$(for _ in 1 2 3 4 5 6 7 8; do printf '> ^Z\n< Stopped\n< ready>\n> fg\n< got-cont\n'; done)
> ^C
< ready>
> echo "rc=\$?"
< rc=130
< ready>
> $run sh -c 'read x; echo "read-\$x"' &
< ready>
> until jobs | grep Stop''ped; do sleep 0.1; done
< Stopped
< ready>
> fg
< "read-
> text
< read-text
< ready>
> exit
END
    done
}

@test "phase-run: what is typed comes once, and a hangup too" {
    make_note
    # shellcheck disable=SC2086
    "$ROOT/tests/terminal" $WRAP "$BIN/phase-run" --mover kopia -- ./note hup <<'END'
< up
> ^C
< SIGINT
> ^\
< SIGQUIT
> ^Z
< SIGTSTP
> ^C
< SIGINT
END
    wait_for SIGHUP got
    assert_equal "$(paste -sd ' ' got)" 'up SIGINT SIGQUIT SIGTSTP SIGINT SIGHUP'
}

@test "phase-run: a terminal that hangs up is told to the command" {
    # shellcheck disable=SC2086
    "$ROOT/tests/terminal" $WRAP "$BIN/phase-run" -- sh -c \
        'trap "echo hup >>told; exit" HUP; echo u""p; while :; do sleep 0.1; done' <<'END'
< up
END
    assert_equal "$(cat told)" hup
}

@test "phase-run: as process 1 it waits for orphans" {
    unshare --pid --fork --mount-proc true || skip 'no namespaces here'
    # shellcheck disable=SC2086
    run unshare --pid --fork --mount-proc $WRAP "$BIN/phase-run" \
        --mover kopia --target status.json -- bash -c '
        for i in {1..20}; do (sleep 0.0$i & sleep 0.00$i &); done
        sleep 0.5
        ps -e -o stat=,comm= | grep -c "^Z"
        kill -TERM 1; sleep 1000 & wait; exit 6'
    assert_failure 143 # SIGTERM was passed on
    assert_equal "${lines[0]}" 0
}

@test "phase-run: it takes nobody's orphans who is not process 1" {
    start -- sh -c '(sh -c "echo \$\$ >pid; exec sleep 1000" &); read x <go'
    mkfifo go
    until_true test -s pid
    run grep -xF "PPid:"$'\t'"$front" "/proc/$(cat pid)/status"
    assert_failure 1
    kill "$(cat pid)"
    echo >go
    finish 0
}

@test "phase-run: killed itself it takes the command along" {
    local command

    start --mover kopia --target status.json -- sh -c 'echo up >&2; exec sleep 1000'
    wait_for up err
    command=$(descendant "$front" sleep)
    kill -s KILL "$front"
    finish 137
    until_true is_gone "$command"
    wait_for '"state":"failed"' status.json
}

@test "phase-run: the command goes on when the relay is killed" {
    local relay

    mkfifo go
    start --mover kopia -- sh -c 'echo one >&2; read x <go; echo two >&2; exit 3'
    wait_for one err
    relay=$(descendant "$front" phase-run)
    [ -n "$relay" ] || relay=$(children "$front" | cut -d ' ' -f 1)
    kill -s KILL "$relay"
    until_true is_gone "$relay"
    echo >go
    finish 3
    assert_equal "$(grep -v kopia-progress err)" $'one\ntwo'
}

# --- the pipeline

@test "phase-run: kopia's run becomes a status, and 100 comes from success" {
    phase-run --mover kopia --phases prepare,dump --phase dump \
        --target status.json -- bash -c 'kopia_run >&2' 2>err
    kopia_run | cmp - err
    assert_equal "$(percent)" 50.00
    assert_equal "$(jq -c '[.actions[0].phases[].state]' status.json)" '["pending","complete"]'

    run phase-run --mover kopia --phase dump --target status.json -- \
        bash -c 'kopia_run | head -c 3000 >&2; exit 1'
    assert_failure 1
    assert_equal "$(state)" failed
    [[ $(percent) =~ ^[1-9][0-9]\. ]]
}

@test "phase-run: the status is told while the command runs" {
    mkfifo go
    start --target status.json -- sh -c \
        'echo "{\"type\":\"progress\",\"progressPercent\":42}" >&2; read x <go'
    wait_for '"42.00"' status.json
    assert_equal "$(state)" running
    echo >go
    finish 0
    assert_equal "$(percent)" 100.00
    assert_equal "$(jq -r '.actions[0].phases[0].name' status.json)" sh
    assert_equal "$(jq -c .detail.result status.json)" '{"state":"complete"}'
}

@test "phase-run: which exit codes mean success can be said" {
    for code in 0 3 4; do
        run phase-run --ok-codes 0,3 --target status.json -- sh -c "exit $code"
        assert_equal "$status" "$code"
        state >>states
    done
    assert_equal "$(cat states)" $'complete\ncomplete\nfailed'
    run phase-run --ok-codes 143 --target status.json -- sh -c 'kill $$'
    assert_failure 143
    assert_equal "$(state)" complete
}

@test "phase-run: a plan, a blueprint and a state are phase-agg's" {
    cat >plan.json <<'END'
{"kind":"ActionSet","metadata":{"name":"a","uid":"1"},"spec":{"actions":[{"name":"backup"}]},
 "status":{"state":"running","actions":[{"name":"backup","phases":[{"name":"a","state":"complete"},{"name":"b","state":"pending"}]}]}}
END
    phase-run --plan plan.json --action backup --phase b --state kept \
        --target status.json -- true
    assert_equal "$(percent)" 100.00
    [ -s kept ]
}

@test "phase-run: stats can be those of the execution step" {
    run phase-run --mover-within-steps --target status.json -- sh -c \
        'echo "{\"type\":\"progress\",\"progressPercent\":30}" >&2; exit 1'
    assert_failure 1
    assert_equal "$(percent)" 43.33
}

@test "phase-run: a text replaces the pipeline, and has the events" {
    run phase-run --phase dump --pipeline 'cat >copy; cat <&3 >events; echo said' -- \
        sh -c 'printf "a\rb\nc"; printf "d\re" >&2; exit 4'
    assert_failure 4
    printf '%s' "$output" | tr -d '\n' >seen
    grep -q 'said' seen
    printf 'd\re' | cmp - copy
    assert_equal "$(cat events)" '{"type":"phase","phase":"dump","state":"running"}
{"type":"phase","phase":"dump","step":"prerequisites","done":true}
{"type":"result","phase":"dump","state":"failed","exitStatus":4,"elapsedSeconds":0}
{"type":"phase","phase":"dump","state":"failed"}'
}

@test "phase-run: a slow pipeline never slows the command" {
    local megabytes=100

    [ -z "$WRAP" ] || megabytes=10
    run --separate-stderr phase-run --final-budget 100ms \
        --pipeline 'exec sleep 1000' --parse stdout -- \
        sh -c "head -c ${megabytes}000000 /dev/zero | tr '\\0' '\\n' | wc -l; exec head -c ${megabytes}000000 /dev/zero"
    assert_success
    [[ $stderr =~ ^"phase-run: warning: the pipeline: it was not done within the final budget; bytes that it did not get: "[0-9]+$ ]]
    # the pipe's own 64 KiB are all that it got
    [ "${stderr##* }" -gt $((megabytes * 1000000 - 200000)) ]
}

@test "phase-run: what the slow pipeline gets are whole lines" {
    mkfifo go
    start --pipeline 'read x <go; cat >copy' --parse stdout -- sh -c \
        'seq 1000000; echo >go'
    finish 0
    grep -q 'bytes that it did not get' err
    assert_equal "$(tail -n 1 copy)" 1000000
    # each is a number that was printed, and but for the one that was in the
    # pipe already each is whole: they go up
    grep -v '^$' copy | awk '
        !/^[0-9]+$/ { print; exit 1 }
        $0 < last { if (broken++) { print last, $0; exit 1 } }
        { last = $0 + 0 }'
    [ "$(wc -c <copy)" -lt 1300000 ]
}

@test "phase-run: a filter that is killed is said once and changes nothing" {
    local name

    for name in kopia-progress phase-agg status-patch; do
        rm -f go
        mkfifo go
        start --parse stdout --mover kopia --phase dump --target status.json -- bash -c \
            'kopia_run | head -c 2000; read x <go; kopia_run; exit 3'
        until_true is_there "$front" status-patch
        kill -s KILL "$(descendant "$front" $name)"
        until_true eval "! is_there $front $name"
        echo >go
        finish 3
        (kopia_run | head -c 2000; kopia_run) | cmp - out
        assert_equal "$(grep -ac "^phase-run: warning: the pipeline: .*$name (signal 9)" err)" 1
    done
}

@test "phase-run: filters that hang are ended with the budget" {
    mkfifo go
    start --final-budget 200ms --mover kopia --target status.json -- sh -c \
        'read x <go; exit 3'
    until_true is_there "$front" status-patch
    for name in kopia-progress phase-agg status-patch; do
        pid=$(descendant "$front" $name)
        kill -s STOP "$pid"
        pids+=("$pid")
    done
    echo >go
    finish 3
    grep -qx 'phase-run: warning: the pipeline: it was not done within the final budget.*' err
    for pid in "${pids[@]}"; do
        until_true is_gone "$pid"
    done
}

@test "phase-run: who asks twice does not wait for the budget" {
    start --final-budget 1000s --pipeline 'exec sleep 1000' -- sh -c 'echo end >&2; exit 3'
    wait_for end err
    until_true eval '! is_there '"$front"' sh'
    until_true is_told_to_end
    finish 3
    grep -q 'not done within the final budget' err
}

@test "phase-run: without its filters the command runs all the same" {
    mkdir alone
    cp "$BIN/phase-run" alone
    # shellcheck disable=SC2086
    run --separate-stderr env PATH=/usr/bin:/bin $WRAP alone/phase-run \
        --mover kopia --target status.json --log-text -- \
        bash -c 'echo out; echo err >&2; exit 3'
    assert_failure 3
    assert_output out
    assert_equal "$(grep -c 'warning: unable to run' <<<"$stderr")" 4
    grep -qx err <<<"$stderr"
    # those in PATH will do
    # shellcheck disable=SC2086
    env PATH="$(cd "$BIN" && pwd):/usr/bin:/bin" $WRAP alone/phase-run \
        --target status.json -- true
    assert_equal "$(state)" complete
}

@test "phase-run: a plan that is none and a target that cannot be are said, and the command runs" {
    run --separate-stderr phase-run --plan no-such-plan --target status.json -- \
        sh -c 'echo out; exit 3'
    assert_failure 3
    assert_output out
    [[ $stderr == *'phase-agg: fatal: '*no-such-plan* ]]
    run --separate-stderr phase-run --target no-such-directory/status.json -- \
        sh -c 'echo out; exit 3'
    assert_failure 3
    assert_output out
    [[ $stderr == *'status-patch: fatal: '* ]]
}

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
    records err | jq -c 'del(.phase)' >seen
    assert_equal "$(cat seen)" '{"type":"phase","state":"running"}
{"type":"phase","step":"prerequisites","done":true}
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
    assert_equal "$(percent)" 33.33 # the prerequisites, and no more
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
