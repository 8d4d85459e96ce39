# phase-run: what the command is given by whoever starts phase-run, and that it
# can be stopped.  Not for valgrind, whose programs have an environment, signals
# and descriptors of its own making, and cannot be stopped.

load helpers
load phase-run

# Bash with the command as its text, to be run by itself and under phase-run.
bare() { bash -c "$1"; }
ours() { phase-run "${options[@]}" -- bash -c "$1"; }

# What a process is given, for both to print.
given='
    ls -l /proc/self/fd | grep -v /proc | sed "s/.* \([0-9]* ->\)/\1/" |
        grep -v "^2 ->\|total"
    env | grep -v "^_=\|^SHLVL=" | sort
    pwd; umask; ulimit -a; ulimit -Ha; tty; nice
    ps -o pgid=,sid=,tty= $$'

@test "phase-run: the command is given what it would be given" {
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
    local how

    for how in --default-signal --ignore-signal=PIPE,CHLD,HUP,INT,XFSZ,TTOU \
        --block-signal=TERM,CHLD,USR1,TTOU --default-signal=PIPE,CHLD; do
        env $how grep Sig /proc/self/status >bare
        # shellcheck disable=SC2086
        env $how $WRAP "$BIN/phase-run" grep Sig /proc/self/status >ours
        diff <(grep -v SigQ bare) <(grep -v SigQ ours)
    done
}

@test "phase-run: with few descriptors the command runs all the same" {
    local limit few='for fd in {3..30}; do eval "exec $fd>&-"; done
        ulimit -n "$1"; shift; exec "$@"'

    # for none of the filters, for some, and for all
    for limit in {7..24}; do
        # shellcheck disable=SC2086
        timeout -k 1 60 bash -c "$few" bash "$limit" $WRAP "$BIN/phase-run" \
            --mover kopia --target status.json --log-text \
            --progress-file progress -- sh -c 'exit 3' 2>err || assert_equal $? 3
    done
    assert_equal "$(state)" failed
}

@test "phase-run: closed descriptors are closed for the command" {
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

@test "phase-run: a stopped command is stopped visibly, and continued" {
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
