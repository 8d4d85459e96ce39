#!/usr/bin/env bats
# status-patch: the latest status line, into a file or to standard output.
#
# bats runs each test in a shell of its own and sets $stderr and
# $stderr_lines; what bash -c shall expand stands in single quotes:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helpers

# A status line of $1 percent.
line() {
    printf '{"type":"status","state":"running","progress":{"percentCompleted":"%s"}}\n' "$1"
}
export -f line

A=$(line 10.00)
B=$(line 43.33)
C=$(line 100.00)
export A B C

FROZEN=2023-02-20T12:49:55Z

# The file $1 holds exactly the lines $2...
assert_holds() {
    local file=$1
    shift
    printf '%s\n' "$@" | cmp - "$file"
}

# Nothing but the names $2... is in the directory $1 (and what bats put there).
assert_only() {
    local dir=$1
    shift
    assert_equal "$(ls -A -I 'separate-stderr-*' "$dir")" "$(printf '%s\n' "$@")"
}

# Nothing was said, and all is well.
assert_silent_success() {
    assert_success
    assert_equal "$output" ''
    assert_equal "$stderr" ''
}

# Waits, a minute at most, until the command succeeds.
until_true() {
    local i
    for ((i = 0; i < 1200; i++)); do
        if "$@"; then
            return 0
        fi
        sleep 0.05
    done
    printf 'never came true: %s\n' "$*"
    return 1
}

first_line_is() {
    local first=
    [ -e "$1" ] && read -r first <"$1" && [ "$first" = "$2" ]
}

# Runs status-patch beside the test; its id is $PID.  Descriptor 7 is the
# writing end of its standard input.  (A shell without job control has SIGINT
# ignored by what it runs in the background: env undoes that.)
start() {
    mkfifo input
    exec 7<>input
    # shellcheck disable=SC2086 # WRAP is a command with its options
    env --default-signal=INT $WRAP "$BIN/status-patch" "$@" \
        <input >out 2>err 3>&- 7>&- &
    PID=$!
}

end_input() {
    exec 7>&-
}

# A test that failed leaves nothing running: neither status-patch nor $WRITER,
# what writes to it beside the test.
teardown() {
    local pid
    for pid in ${PID:-} ${WRITER:-}; do
        if kill -0 "$pid"; then
            kill -s KILL "$pid"
        fi
    done
}

gone() {
    ! kill -0 "$PID"
}

# Waits for its end; its exit status is $CODE.
ended() {
    CODE=0
    until_true gone
    wait "$PID" || CODE=$?
}

# --- what is written

@test "status-patch: the last status line is written into a new file" {
    run --separate-stderr status-patch f < <(printf '%s\n' "$A" "$B" "$C")
    assert_silent_success
    assert_holds f "$C"
    assert_only . f
}

@test "status-patch: the last status line takes the place of an old file" {
    seq 10000 >f
    run --separate-stderr status-patch f <<<"$B"
    assert_silent_success
    assert_holds f "$B"
    assert_only . f
}

@test "status-patch: jq reads the file" {
    run --separate-stderr status-patch f <<<"$B"
    assert_silent_success
    run --separate-stderr jq -r .progress.percentCompleted f
    assert_success
    assert_equal "$output" 43.33
}

@test "status-patch: what is no status line is passed over" {
    run --separate-stderr status-patch f <<EOF
2023-02-20 a pod's log
{"type":"progress","progressPercent":12.1,"source":"status"}
$B
{"level":"info","type":"audit","status":"status"}
{"type":"result","state":"complete"}

[]
{"type":"status"
{"type":"status"}}
"type":"status"
EOF
    assert_silent_success
    assert_holds f "$B"
}

@test "status-patch: the members of a status line may stand in any order" {
    local other='{ "state": "running", "a": {"type": 1}, "type" : "status" }'
    run --separate-stderr status-patch f < <(printf '%s\n' "$A" "$other")
    assert_silent_success
    assert_holds f "$other"
}

@test "status-patch: a line that ends as on a terminal loses its carriage return" {
    run --separate-stderr status-patch f < <(printf '%s\r\n' "$A" "$B")
    assert_silent_success
    assert_holds f "$B"
}

@test "status-patch: empty input leaves the old file alone" {
    echo old >f
    run --separate-stderr status-patch f </dev/null
    assert_silent_success
    assert_holds f old
}

@test "status-patch: empty input makes no new file" {
    run --separate-stderr status-patch f </dev/null
    assert_silent_success
    assert_only .
}

@test "status-patch: a last line without a newline counts" {
    run --separate-stderr status-patch f < <(printf '%s\n%s' "$A" "$B")
    assert_silent_success
    assert_holds f "$B"
}

@test "status-patch: whatever a last line is cut to, the line before it counts" {
    local len
    for len in 1 8 15 16 17 40 $((${#C} - 1)); do
        status-patch f < <(printf '%s\n%s' "$B" "${C:0:len}") >out 2>&1
        assert_holds f "$B"
        assert [ ! -s out ]
    done
}

@test "status-patch: where no line is a status line it says so, and leaves the old file alone" {
    echo old >f
    run --separate-stderr status-patch f <<<$'a\n{"type":"progress"}\n{"type":"status"'
    assert_success
    assert_equal "$output" ''
    assert_equal "$stderr" "status-patch: warning: no status line came (lines read: 3): nothing was written to f"
    assert_holds f old
}

@test "status-patch: carriage returns alone make one line, which is no status line" {
    run --separate-stderr status-patch f < <(printf '%s\r' "$A" "$B")
    assert_success
    assert_equal "$stderr" "status-patch: warning: no status line came (lines read: 1): nothing was written to f"
    assert_only .
}

@test "status-patch: a line with NUL, ESC or invalid UTF-8 in it never gets into the file" {
    local bad
    for bad in '\0' '\033[2J' '\377' '\303' '\355\240\200'; do
        # shellcheck disable=SC2059 # the escapes are meant
        {
            printf '%s\n' "$B"
            printf '{"type":"status","state":"'"$bad"'"}\n'
            printf "$bad\n$bad"
        } >input
        run --separate-stderr status-patch f <input
        assert_silent_success
        assert_holds f "$B"
        rm f
    done
}

# A status line of $1 bytes and its newline.
line_of() {
    printf '{"type":"status","pad":"%0*d"}\n' $(($1 - 26)) 0
}

@test "status-patch: a line at the ceiling is written whole" {
    { printf '%s\n' "$A" && line_of 65536; } >input
    run --separate-stderr status-patch f <input
    assert_silent_success
    assert_equal "$(wc -c <f)" 65537
    line_of 65536 | cmp - f
}

@test "status-patch: lines above the ceiling are passed over, counted and said once" {
    {
        line_of 65537 && printf '%s\n' "$B"
        line_of 65536 | tr '\n' x && echo # its first 65536 bytes are JSON
        line_of 1000000
    } >input
    run --separate-stderr status-patch f <input
    assert_success
    assert_equal "$output" ''
    assert_equal "$stderr" "status-patch: warning: lines above 65536 bytes were passed over: 3"
    assert_holds f "$B"
}

@test "status-patch: many broken lines in a burst do not hide the good one before them" {
    {
        printf '%s\n' "$A" "$B"
        yes '{"type":"status","state":' | head -n 20000
    } >input
    run --separate-stderr status-patch f <input
    assert_silent_success
    assert_holds f "$B"
}

@test "status-patch: how the bytes arrive does not change the file, nor the copy" {
    {
        printf 'log\n%s\r\n{"type":"status"\n' "$A"
        line 43.30 && printf '%s\n%s' "$B" '{"type":"status","sta'
    } >input
    local seed at n size
    size=$(wc -c <input)
    for seed in 0 1 2 3; do # 0: each byte by itself
        RANDOM=$seed
        for ((at = 0; at < size; at += n)); do
            n=$((seed == 0 ? 1 : RANDOM % 97 + 1))
            dd if=input bs=1 skip="$at" count="$n" status=none | cat
        done | status-patch --pass f >copy 2>err
        assert_holds f "$B"
        cmp input copy
        assert [ ! -s err ]
    done
}

# --- when it is written

@test "status-patch: with a clock that stands still the first and the last state are written" {
    PHASEPIPE_CLOCK=$FROZEN run --separate-stderr status-patch - \
        < <(printf '%s\n' "$A" "$B" "$B" "$A" "$B" "$C")
    assert_success
    assert_equal "$output" "$A"$'\n'"$C"
    assert_equal "$stderr" ''
}

@test "status-patch: without an interval each state is written, and none twice" {
    run --separate-stderr status-patch --interval 0 - \
        < <(printf '%s\n' "$A" "$A" "$B" "$B" "$B" "$A" "$C" "$C")
    assert_success
    assert_equal "$output" "$A"$'\n'"$B"$'\n'"$A"$'\n'"$C"
    assert_equal "$stderr" ''
}

@test "status-patch: a state is written each time the interval is over, the newest" {
    # each look at the clock is a second later: there is one before each line,
    # and two after a write
    for i in {1..12}; do line "$i"; done >input
    PHASEPIPE_CLOCK=$FROZEN+1s run --separate-stderr status-patch -i 5s - <input
    assert_success
    assert_equal "$output" "$(line 1 && line 5 && line 9 && line 12)"
    assert_equal "$stderr" ''
}

@test "status-patch: the first state is written at once" {
    start --interval 1h f
    printf '%s\n' "$A" >&7
    until_true first_line_is f "$A"
    end_input
    ended
    assert_equal "$CODE" 0
    assert_holds f "$A"
}

@test "status-patch: a state that waits is written when the interval is over" {
    start --interval 200ms f
    printf '%s\n' "$A" >&7
    until_true first_line_is f "$A"
    printf '%s\n' "$B" "$C" >&7
    until_true first_line_is f "$C"
    end_input
    ended
    assert_equal "$CODE" 0
    assert [ ! -s err ]
}

@test "status-patch: a reader never sees half a line in 1000 replacements" {
    local i reads=0 text='' pad
    pad=$(printf '%05000d' 0)
    for ((i = 0; i < 1000; i++)); do
        printf '{"type":"status","n":%d,"pad":"%s"}\n' "$i" "$pad"
    done >states
    printf 'ready\n' >f
    start --interval 0 f
    cat states >&7 3>&- &
    WRITER=$!
    end_input
    until ((reads > 0)) && gone; do
        read -r text <f
        reads=$((reads + 1))
        [[ $text == ready || $text == '{"type":"status","n":'*',"pad":"'"$pad"'"}' ]]
    done
    wait "$WRITER"
    ended
    assert_equal "$CODE" 0
    tail -n 1 states | cmp - f
    assert [ "$reads" -gt 10 ]
}

# --- the file

@test "status-patch: a symbolic link stays, and its target is replaced" {
    mkdir d
    echo old >d/real
    ln -s d/real link
    run --separate-stderr status-patch link <<<"$B"
    assert_silent_success
    assert_equal "$(readlink link)" d/real
    assert_holds d/real "$B"
    assert_only d real
}

@test "status-patch: a link to nothing stays, and its target is made" {
    mkdir d
    ln -s d/real link
    run --separate-stderr status-patch link <<<"$B"
    assert_silent_success
    assert_equal "$(readlink link)" d/real
    assert_holds d/real "$B"
}

@test "status-patch: the mode of an old file is kept" {
    echo old >f
    chmod 604 f
    umask 077
    run --separate-stderr status-patch f <<<"$B"
    assert_silent_success
    assert_equal "$(stat -c %a f)" 604
}

@test "status-patch: a new file has the mode that the umask leaves" {
    umask 027
    run --separate-stderr status-patch f <<<"$B"
    assert_silent_success
    assert_equal "$(stat -c %a f)" 640
}

@test "status-patch: a file may be called as an ActionSet would be" {
    mkdir actionset
    run --separate-stderr status-patch ./actionset/backup <<<"$B"
    assert_silent_success
    assert_holds actionset/backup "$B"
}

# --- what fails

@test "status-patch: a missing directory is said, and exits 111 with what was lost" {
    run --separate-stderr status-patch missing/f <<<"$B"
    assert_failure 111
    assert_equal "$output" ''
    assert_equal "$stderr" "status-patch: warning: unable to write missing/f: No such file or directory; trying again
status-patch: fatal: the last state (percentCompleted 43.33) was not written to missing/f: No such file or directory"
}

@test "status-patch: a last state without a percent is lost by another name" {
    run --separate-stderr status-patch missing/f <<<'{"type":"status"}'
    assert_failure 111
    assert_equal "${stderr_lines[1]}" "status-patch: fatal: the last state was not written to missing/f: No such file or directory"
}

@test "status-patch: a failure is said once, however often it is tried again" {
    PHASEPIPE_CLOCK=$FROZEN+2s run --separate-stderr status-patch missing/f \
        < <(for i in {1..50}; do line "$i"; done)
    assert_failure 111
    assert_equal "$stderr" "status-patch: warning: unable to write missing/f: No such file or directory; trying again
status-patch: fatal: the last state (percentCompleted 50) was not written to missing/f: No such file or directory"
}

@test "status-patch: a failure in the middle is none when the last state got there" {
    start --interval 100ms missing/f
    printf '%s\n' "$A" >&7
    until_true [ -s err ]
    printf '%s\n' "$B" >&7
    mkdir missing
    until_true first_line_is missing/f "$B"
    end_input
    ended
    assert_equal "$CODE" 0
    assert_holds missing/f "$B"
    assert_holds err "status-patch: warning: unable to write missing/f: No such file or directory; trying again"
}

@test "status-patch: a path through a file exits 111" {
    echo old >plain
    run --separate-stderr status-patch plain/f <<<"$B"
    assert_failure 111
    assert_equal "${stderr_lines[1]}" "status-patch: fatal: the last state (percentCompleted 43.33) was not written to plain/f: Not a directory"
    assert_holds plain old
}

# Runs the command where a file of more than 4 KiB finds no room: on a small
# file system, or, where none may be mounted, under a limit.
on_full_disk() {
    mkdir disk
    run unshare --mount true
    if [ "$status" -eq 0 ]; then
        WHY='No space left on device'
        run --separate-stderr unshare --mount bash -c \
            'mount -t tmpfs -o size=4k tmpfs disk && "$@"; code=$?; ls -A disk; exit $code' bash "$@"
    else
        WHY='File too large'
        run --separate-stderr bash -c \
            'trap "" XFSZ; ulimit -f 4; "$@"; code=$?; ls -A disk; exit $code' bash "$@"
    fi
}

@test "status-patch: a full disk is said, nothing is left on it, and it exits 111" {
    line_of 60000 >input
    on_full_disk bash -c 'status-patch disk/f <input'
    assert_failure 111
    assert_equal "$output" ''
    assert_equal "$stderr" "status-patch: warning: unable to write disk/f: $WHY; trying again
status-patch: fatal: the last state was not written to disk/f: $WHY"
}

@test "status-patch: a full disk keeps the state that had room" {
    { line_of 60000 && printf '%s\n' "$B" && line_of 60000; } >input
    on_full_disk bash -c 'PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+2s status-patch disk/f <input; code=$?; cmp disk/f <(printf "%s\n" "$B"); exit $code'
    assert_failure 111
    assert_equal "$output" f
    assert_equal "$stderr" "status-patch: warning: unable to write disk/f: $WHY; trying again
status-patch: fatal: the last state was not written to disk/f: $WHY"
}

@test "status-patch: standard output on a full disk exits 111" {
    run --separate-stderr bash -c 'status-patch - <<<"$B" >/dev/full'
    assert_failure 111
    assert_equal "$stderr" "status-patch: warning: unable to write standard output: No space left on device; trying again
status-patch: fatal: the last state (percentCompleted 43.33) was not written to standard output: No space left on device"
}

@test "status-patch: the reader of - gone is said once, and the input is drained" {
    {
        for i in {1..2000}; do line "$i" && line_of 1000; done
        echo drained >drained
    } | { status-patch --interval 0 - 2>err && code=0 || code=$?; echo "$code" >code; } | head -n 1 >first
    assert_holds first "$(line 1)"
    assert_holds drained drained
    assert_holds code 111
    assert_equal "$(wc -l <err)" 2
    assert_equal "$(cat err)" "status-patch: warning: unable to write standard output: Broken pipe; trying again
status-patch: fatal: the last state was not written to standard output: Broken pipe"
}

@test "status-patch: what standard output leads to is written to, not replaced" {
    local target

    echo first >log
    for target in /dev/stdout /proc/self/fd/1 log; do
        status-patch "$target" <<<"$B" >>log
    done
    assert_equal "$(head -n 1 log)" first
    assert_equal "$(grep -c '"percentCompleted"' log)" 3
    run --separate-stderr status-patch --pass /dev/stdout <<<"$B"
    assert_failure 100
    assert_equal "$stderr" 'status-patch: fatal: --pass: standard output is the TARGET'
}

@test "status-patch: closed standard output does not matter to a file" {
    run --separate-stderr bash -c 'status-patch f <<<"$B" >&-'
    assert_silent_success
    assert_holds f "$B"
}

@test "status-patch: closed standard output as the target exits 111" {
    run --separate-stderr bash -c 'status-patch - <<<"$B" >&-'
    assert_failure 111
    assert_equal "${stderr_lines[1]}" "status-patch: fatal: the last state (percentCompleted 43.33) was not written to standard output: Bad file descriptor"
}

@test "status-patch: closed standard input exits 111 and leaves the old file alone" {
    echo old >f
    run --separate-stderr bash -c 'status-patch f <&-'
    assert_failure 111
    assert_equal "$stderr" "status-patch: fatal: unable to read standard input: Bad file descriptor"
    assert_holds f old
}

# valgrind does not start without standard error, hence WRAP=
@test "status-patch: closed standard error does not matter where nothing is said" {
    [[ $WRAP != qemu* ]] || return 0
    run --separate-stderr bash -c 'WRAP= status-patch f <<<"$B" 2>&-'
    assert_silent_success
    assert_holds f "$B"
}

@test "status-patch: a warning that cannot be said changes the exit status" {
    [[ $WRAP != qemu* ]] || return 0
    run --separate-stderr bash -c 'WRAP= status-patch f <<<none 2>&-'
    assert_failure 111
    assert_equal "$output$stderr" ''
    run --separate-stderr bash -c 'status-patch f <<<none 2>/dev/full'
    assert_failure 111
    assert_equal "$output$stderr" ''
}

# --- --pass

@test "status-patch --pass: the copy is the input, byte by byte" {
    {
        printf '%s\r\n\0\377\n' "$A"
        line_of 200000
        printf '%s' "$B"
    } >input
    run --separate-stderr bash -c 'status-patch --pass f <input >copy'
    assert_success
    assert_equal "$stderr" "status-patch: warning: lines above 65536 bytes were passed over: 1"
    cmp input copy
    assert_holds f "$B"
}

@test "status-patch --pass: bytes go out as they come in, before a newline does" {
    start -p f
    printf '%s\nhalf a li' "$A" >&7
    printf '%s\nhalf a li' "$A" >expected
    until_true cmp out expected
    end_input
    ended
    assert_equal "$CODE" 0
}

@test "status-patch --pass: the reader gone is said once, the file is written, the input drained" {
    {
        for i in {1..2000}; do line "$i" && line_of 1000; done
        printf '%s\n' "$B"
        echo drained >drained
    } | { status-patch --pass f 2>err && code=0 || code=$?; echo "$code" >code; } | head -n 1 >first
    assert_holds first "$(line 1)"
    assert_holds drained drained
    assert_holds code 111
    assert_holds err "status-patch: warning: unable to write standard output: Broken pipe; reading on, so that the writer is not stopped"
    assert_holds f "$B"
}

@test "status-patch --pass: closed standard output exits 111, and the file is written" {
    run --separate-stderr bash -c 'status-patch --pass f <<<"$B" >&-'
    assert_failure 111
    assert_equal "$stderr" "status-patch: warning: unable to write standard output: Bad file descriptor; reading on, so that the writer is not stopped"
    assert_holds f "$B"
}

@test "status-patch --pass: standard output cannot be the target too" {
    run --separate-stderr status-patch --pass - <<<"$B"
    assert_failure 100
    assert_equal "$output" ''
    assert_equal "$stderr" "status-patch: fatal: --pass: standard output is the TARGET"
}

# --- signals

@test "status-patch: SIGTERM, SIGINT and SIGHUP write the last state" {
    local signal
    for signal in TERM INT HUP; do
        start --interval 1h f
        printf '%s\n' "$A" >&7
        until_true first_line_is f "$A"
        # what came before the signal counts, all of it
        kill -s STOP "$PID"
        printf '%s\n%s\nhalf a li' "$B" "$C" >&7
        kill -s "$signal" "$PID"
        kill -s CONT "$PID"
        ended
        assert_equal "$CODE" 0
        assert_holds f "$C"
        assert [ ! -s err ]
        end_input
        rm f input
    done
}

@test "status-patch: a signal that is sent twice at once counts once" {
    start --interval 1h f
    printf '%s\n' "$A" >&7
    until_true first_line_is f "$A"
    printf '%s\n' "$B" >&7
    kill -s TERM "$PID" "$PID"
    ended
    end_input
    assert_equal "$CODE" 0
    assert_holds f "$B"
}

@test "status-patch: a signal before the first state makes no file" {
    start --interval 1h --pass f
    echo ready >&7
    until_true first_line_is out ready
    kill -s TERM "$PID"
    ended
    end_input
    assert_equal "$CODE" 0
    assert_only . err input out
    assert_holds err "status-patch: warning: no status line came (lines read: 1): nothing was written to f"
}

@test "status-patch: a signal is seen while the input flows without a pause" {
    start --interval 1h f
    yes "$A" >&7 3>&- &
    WRITER=$!
    until_true first_line_is f "$A"
    kill -s TERM "$PID"
    ended
    kill "$WRITER"
    end_input
    assert_equal "$CODE" 0
    assert_holds f "$A"
}

@test "status-patch: a signal whose last write fails exits 111" {
    start --interval 1h d/f
    mkdir d
    printf '%s\n' "$A" >&7
    until_true first_line_is d/f "$A"
    printf '%s\n' "$B" >&7
    rm -r d
    kill -s TERM "$PID"
    ended
    end_input
    assert_equal "$CODE" 111
    assert_holds err "status-patch: fatal: the last state (percentCompleted 43.33) was not written to d/f: No such file or directory"
}

@test "status-patch: a signal that was ignored at the start stays ignored" {
    trap '' TERM
    start --interval 1h f
    trap - TERM
    printf '%s\n' "$A" >&7
    until_true first_line_is f "$A"
    kill -s TERM "$PID"
    printf '%s\n' "$B" >&7
    end_input
    ended
    assert_equal "$CODE" 0
    assert_holds f "$B"
}

# Sends SIGTERM, again and again.
terminated() {
    ! kill -s TERM "$PID"
}

@test "status-patch: a later signal ends a last write that hangs" {
    mkfifo out
    exec 9<>out
    start --interval 0 -
    printf '%s\n' "$A" >&7
    read -r -u 9 line
    assert_equal "$line" "$A"
    # no room for more: the next write waits for ever
    run dd if=/dev/zero of=out bs=4096 oflag=nonblock
    assert_failure 1
    printf '%s\n' "$B" >&7
    end_input
    until_true terminated
    CODE=0
    wait "$PID" || CODE=$?
    exec 9>&-
    assert_equal "$CODE" 143
}

@test "status-patch --pass: a signal writes the last state though nobody reads the copy" {
    mkfifo out
    exec 9<>out
    start --pass f
    { line_of 60000 && line_of 60001; } >&7
    until_true first_line_is f "$(line_of 60000)"
    kill -s TERM "$PID"
    ended
    exec 9>&-
    end_input
    assert_equal "$CODE" 111
    assert_holds err "status-patch: warning: nobody reads standard output: the end of what --pass copies is lost"
    line_of 60001 | cmp - f
}

# --- usage

@test "status-patch: a missing TARGET is refused" {
    run --separate-stderr status-patch
    assert_failure 100
    assert_equal "$output" ''
    assert_equal "$stderr" "status-patch: fatal: missing operand; usage: status-patch TARGET"
}

@test "status-patch: two TARGETs are refused" {
    run --separate-stderr status-patch f g
    assert_failure 100
    assert_equal "$stderr" "status-patch: fatal: too many operands; usage: status-patch TARGET"
    assert_only .
}

@test "status-patch: an empty TARGET is refused" {
    run --separate-stderr status-patch '' <<<"$B"
    assert_failure 100
    assert_equal "$stderr" 'status-patch: fatal: TARGET "" is empty'
    assert_only .
}

@test "status-patch: an ActionSet where no cluster is known is no file" {
    mkdir actionset
    unset KUBECONFIG KUBERNETES_SERVICE_HOST
    export HOME=$PWD
    run --separate-stderr status-patch actionset/backup <<<"$B"
    assert_failure 100
    assert_equal "$output" ''
    assert_equal "$stderr" 'status-patch: fatal: no cluster is known: there is no kubeconfig that names a context, and this is not in a cluster (see --kubeconfig)'
    assert_only actionset
}

@test "status-patch: what cannot be the name of an ActionSet is refused" {
    local name

    for name in actionset/ actionset/Backup actionset/a/b/c \
        actionset/-a actionsets/a. actionset.cr.kanister.io/a..b 'actionset/a?b'; do
        run --separate-stderr status-patch "$name" <<<"$B"
        assert_failure 100
        assert_equal "$output" ''
        assert_equal "$stderr" "status-patch: fatal: TARGET \"$name\" names no ActionSet (a file of that name is ./actionset/NAME)"
    done
    run --separate-stderr status-patch actionset/a.b/c <<<"$B"
    assert_failure 100
    assert_equal "$stderr" 'status-patch: fatal: TARGET "actionset/a.b/c" names no namespace: it is actionset/NAMESPACE/NAME'
    assert_only .
}

@test "status-patch: options of an ActionSet are refused for a file" {
    local option

    for option in --namespace=a --kubeconfig=a --context=a --server=a \
        --file=a --plan-out=a --dry-run --check; do
        run --separate-stderr status-patch "$option" f <<<"$B"
        assert_failure 100
        assert_equal "$stderr" "status-patch: fatal: ${option%%=*}: TARGET \"f\" is no ActionSet"
    done
    assert_only .
}

@test "status-patch: options of an ActionSet that mean nothing are refused" {
    local option why

    while IFS='|' read -r option why; do
        run --separate-stderr status-patch "$option" actionset/one/backup <<<"$B"
        assert_failure 100
        assert_equal "$stderr" "status-patch: fatal: $why"
    done <<'END'
--write=all|--write: "all" is none of top, phases, annotation and auto
--dry-run=both|--dry-run: "both" is neither client nor server
--namespace=a/b|--namespace: "a/b" names no namespace
--namespace=two|--namespace: "two" is not the one of TARGET "actionset/one/backup"
--file=/|--file: "/" is not a regular file
--request-timeout=0s|--request-timeout: in no time there is no reply
END
    run --separate-stderr status-patch --file one --plan-out ./one actionset/backup <<<"$B"
    assert_failure 100
    assert_equal "$stderr" 'status-patch: fatal: --plan-out: "./one" is the file of --file'
    run --separate-stderr status-patch --dry-run --pass actionset/backup <<<"$B"
    assert_failure 100
    assert_equal "$stderr" 'status-patch: fatal: --pass: standard output is for the patches'
    assert_only .
}

@test "status-patch: a directory is refused before anything is read" {
    mkdir d
    run --separate-stderr status-patch d <<<"$B"
    assert_failure 100
    assert_equal "$stderr" 'status-patch: fatal: TARGET "d" is a directory'
    assert_only d
}

@test "status-patch: what is no regular file is refused, and stays what it is" {
    mkfifo pipe
    local target
    for target in pipe /dev/full; do
        run --separate-stderr status-patch "$target" <<<"$B"
        assert_failure 100
        assert_equal "$stderr" "status-patch: fatal: TARGET \"$target\" is not a regular file"
    done
    assert [ -p pipe ]
    assert [ -c /dev/full ]
}

@test "status-patch: unknown options are refused by name" {
    run --separate-stderr status-patch --speed f
    assert_failure 100
    assert_equal "$stderr" "status-patch: fatal: --speed: unknown option (see status-patch --help)"
    run --separate-stderr status-patch -x f
    assert_failure 100
    assert_equal "$stderr" "status-patch: fatal: -x: unknown option (see status-patch --help)"
    assert_only .
}

@test "status-patch: an interval that is no duration is refused" {
    local wrong
    for wrong in 5 -1s 1.5 s ten 1d '1 s'; do
        run --separate-stderr status-patch --interval="$wrong" f
        assert_failure 100
        assert_equal "$stderr" "status-patch: fatal: --interval: \"$wrong\" is not a duration such as 15s, 2m30s or 500ms"
    done
    run --separate-stderr status-patch --interval
    assert_failure 100
    assert_equal "$stderr" "status-patch: fatal: --interval: needs a value (see status-patch --help)"
}

@test "status-patch: a PHASEPIPE_CLOCK that is no time is refused" {
    PHASEPIPE_CLOCK=noon run --separate-stderr status-patch f <<<"$B"
    assert_failure 100
    assert_equal "$stderr" 'status-patch: fatal: PHASEPIPE_CLOCK: "noon" is no time such as 2023-02-20T12:49:55Z'
    assert_only .
}

@test "status-patch: --help says what there is" {
    run --separate-stderr status-patch --help
    assert_success
    assert_equal "$stderr" ''
    assert_equal "$(tr -s ' ' <<<"$output")" "Usage: status-patch [OPTION ...] TARGET
Writes the latest status line to an ActionSet (actionset/NAME), a file, or -.

 -i, --interval DURATION write at most once in this time (1s; ActionSet 15s)
 -p, --pass copy the input, unchanged, to standard output
 -n, --namespace NAMESPACE where the ActionSet is
 --kubeconfig FILE the cluster and who we are, as kubectl
 --context NAME the context of the kubeconfig
 -s, --server URL the API server, in place of the kubeconfig's
 -w, --write top|phases|annotation|auto of the ActionSet (default: auto)
 -f, --file FILE keep the status in FILE as well
 --plan-out FILE keep the ActionSet in FILE, for phase-agg --plan
 --dry-run[=client|server] only print the patches (client)
 --check say what will work, and write nothing
 --final-budget TIME for the last write, all its tries together (10s)
 --connect-timeout TIME to reach the server (5s)
 --request-timeout TIME for a request and its reply (10s)
 -v, --verbose say each request
 -h, --help print this text
 --version print the version

The manual: man status-patch"
}
