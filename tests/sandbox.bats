# What the filters give up once they have begun, as the kernel says it of them.
# That what is given up is refused: tests/unit/sandbox.c.

load helpers

# Runs a filter whose input is ./input, open as descriptor 7, until it has said
# something; PID is its process.
begin() { # LINE PROGRAM ARGUMENT ...
    local line=$1 program=$2

    shift 2
    mkfifo input
    exec 7<>input
    # shellcheck disable=SC2086 # WRAP is a command with its options
    $WRAP "$BIN/$program" "$@" <input >out 2>err 3>&- 7>&- &
    PID=$!
    printf '%s\n' "$line" >&7
    wait_for . out
}

# Whether the kernel has filters that cost nothing; see lib/base/sandbox.c.
has_filters() {
    grep -q '^Seccomp:' /proc/self/status &&
        [ "$(printf '5.16\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 5.16 ] &&
        [[ $(uname -m) =~ ^(x86_64|aarch64)$ ]]
}

# What begin() began has given it up; then its input ends, and all is well.
assert_sandboxed() {
    cp "/proc/$PID/status" status
    grep -q '^NoNewPrivs:.1$' status
    if has_filters; then
        grep -q '^Seccomp:.2$' status
    fi
    exec 7>&-
    wait "$PID"
    assert_equal "$(cat err)" ''
}

@test "sandbox: kopia-progress can start nothing and reach nobody" {
    begin ' | 1 hashing, 2 hashed (3 B), 0 cached (0 B), uploaded 8 B, estimating...' \
        kopia-progress --record recording
    assert_sandboxed
    [ -s recording ]
}

@test "sandbox: phase-agg can start nothing and reach nobody, and keeps its files" {
    begin '{"type":"phase","phase":"a","state":"running"}' \
        phase-agg --phases a --state state --learn history
    assert_sandboxed
    [ -s state ]
}

@test "sandbox: phase-view can start nothing and reach nobody, where it has no kubectl" {
    begin "$(phase-agg --phases a <<<'{"type":"phase","state":"complete"}' | tail -n 1)" \
        phase-view
    assert_sandboxed
}

@test "sandbox: phase-metrics can start nothing and reach nobody, and writes its file" {
    begin "$(phase-agg --phases a <<<'{"type":"phase","state":"complete"}' | tail -n 1)" \
        phase-metrics --pass a.prom
    assert_sandboxed
    [ -s a.prom ]
}
