# phase-run: signals, and processes that come and go.

load helpers
load phase-run

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
    mkfifo go
    start -- sh -c '(sh -c "echo \$\$ >pid; exec sleep 1000" &); read x <go'
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

# 120000 bytes are more than the reader's pipe takes, and less than it and the
# command's own.
@test "phase-run: a relay that is killed takes nothing of a pipe along" {
    local relay

    head -c 120000 /dev/urandom >random
    mkfifo reader
    exec 4<>reader
    # shellcheck disable=SC2086 # WRAP is a command with its options
    (exec $WRAP "$BIN/phase-run" --parse stdout -- sh -c \
        'cat random; : >written; cat random' >reader 4<&- 3>&-) &
    front=$!
    until_true [ -e written ]
    relay=$(descendant "$front" phase-run)
    [ -n "$relay" ] || relay=$(children "$front" | cut -d ' ' -f 1)
    kill -s KILL "$relay"
    until_true is_gone "$relay"
    head -c 240000 <&4 | cmp - <(cat random random)
    wait "$front"
    exec 4<&-
}
