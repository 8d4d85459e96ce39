# phase-view on a real terminal: what its user sees.

load helpers
load screen

setup() {
    unset PHASEPIPE_CLOCK
    cd "$BATS_TEST_TMPDIR" || return 1
    DATA=$ROOT/tests/data/phase-view/backup.jsonl
    # shellcheck disable=SC2034 # of those that tests type
    VIEW="$WRAP $BIN/phase-view"
    # LeakSanitizer stops a process to look at it, and waits for ever where the
    # end of a terminal has it go on; tests without a terminal look for leaks
    export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
}

teardown() {
    screen_close
}

# The nth status of the run.
say() { # N ...
    local n

    for n; do
        sed -n "${n}p" "$DATA" >&8
    done
}

# A shell, as its user has it.
open_shell() { # WIDTH HEIGHT
    screen_open "$1" "$2" "PS1='$ ' exec bash --norc --noprofile -i"
    prompt
}

# Waits until the shell asks for more.
prompt() {
    local tries=0

    until [ "$(screen | tail -n 1)" = '$' ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ]; then
            screen >&2
            return 1
        fi
        sleep 0.1
    done
}

type_() { # LINE
    tmux send-keys -l "$1"
    tmux send-keys Enter
}

@test "terminal: screens of 200, 80 and 40 columns, as the window changes" {
    screen_open 200 10 "$VIEW <input; echo \"rc \$?\""
    say 23
    screen_wait 61.10%
    say 28
    screen_is <<'END'
✓ updatePermissions  complete  ████████████████████████████████████████  100.00%
• dumpToObjectStore  running   ███████████████████████████████▏           77.90%   72.7 MB of 103.0 MB  11.6 MB/s   3s left
· cleanup            pending
• total              running   ███████████████████████▋                   59.30%   72.7 MB of 103.0 MB
END
    tmux resize-window -x 80 -y 10
    screen_is <<'END'
✓ updatePermissions  █████████████████  100.00%
• dumpToObjectStore  █████████████▏      77.90%   72.7 MB of 103.0 MB   3s left
· cleanup
• total              ██████████          59.30%   72.7 MB of 103.0 MB
END
    tmux resize-window -x 40 -y 10
    screen_is <<'END'
✓ updatePermissions  █████████  100.00%
• dumpToObjectStore  ███████     77.90%
· cleanup
• total              █████▎      59.30%
END
    assert_equal "$(screen_cursor)" '39,3 0'
    tmux resize-window -x 100 -y 10
    screen_is <<'END'
✓ updatePermissions  complete  ████████████████  100.00%
• dumpToObjectStore  running   ████████████▍      77.90%   72.7 MB of 103.0 MB  11.6 MB/s   3s left
· cleanup            pending
• total              running   █████████▍         59.30%   72.7 MB of 103.0 MB
END
}

@test "terminal: the end stays where it is, the cursor below it" {
    open_shell 80 20
    type_ "$VIEW <input; echo rc \$?"
    say 23
    screen_wait 61.10%
    say 43
    screen_wait 'total              ████'
    screen_wait '100.00%   94.0 MB'
    exec 8>&-
    screen_wait 'rc 0'
    screen | sed -n '/updatePermissions/,$p' >end
    diff - end <<'END'
✓ updatePermissions  █████████████████  100.00%
✓ dumpToObjectStore  █████████████████  100.00%   94.0 MB of 103.0 MB
✓ cleanup            █████████████████  100.00%
✓ total              █████████████████  100.00%   94.0 MB of 103.0 MB
rc 0
$
END
    assert_equal "$(screen_cursor)" '2,6 1'
}

@test "terminal: what stood above is left alone" {
    open_shell 60 6
    type_ 'seq 1 9'
    screen_wait 9
    type_ "$VIEW <input; echo rc \$?"
    say 23
    screen_wait 61.10%
    say 28
    screen_wait 77.90%
    tmux send-keys C-c
    prompt
    tmux capture-pane -p -S - >all
    grep -n '^[1-9]$' all | cut -d : -f 2 | diff - <(seq 1 9)
    assert_equal "$(grep -c 77.90% all)" 1
    assert_equal "$(grep -c 61.10% all)" 0
}

@test "terminal: colours say what a mark says" {
    screen_open 60 6 "$VIEW <input"
    say 28
    screen_wait 77.90%
    screen_colours >colours
    diff - colours <<'END'
E[32m✓E[39m updatePermissions  E[32mE[48;5;238m███████████████████E[39mE[49m  100.00%
E[36m•E[39m dumpToObjectStore  E[36mE[48;5;238m██████████████▊    E[39mE[49m   77.90%   3s left
E[2m·E[0mE[39mE[49m E[2mcleanupE[0mE[39mE[49m            E[2mE[48;5;238m
E[0mE[36mE[49m•E[39m E[1mtotalE[0mE[39mE[49m              E[36mE[48;5;238m███████████▎       E[39mE[49m  E[1m 59.30%
END
}

@test "terminal: NO_COLOR, fewer colours, --ascii and other locales" {
    screen_open 60 6 "NO_COLOR=1 $VIEW <input"
    say 28
    screen_wait 77.90%
    screen_colours >shown
    screen | diff - shown
    screen_is <<'END'
✓ updatePermissions  ▕█████████████████▏  100.00%
• dumpToObjectStore  ▕█████████████▏   ▏   77.90%   3s left
· cleanup            ▕                 ▏
• total              ▕██████████       ▏   59.30%
END
    screen_close
    screen_open 60 6 "TERM=xterm $VIEW <input"
    say 28
    screen_wait 77.90%
    screen_colours | sed -n 2p >shown
    diff - shown <<'END'
E[36m•E[39m dumpToObjectStore  ▕E[36m█████████████▏E[39m   ▏   77.90%   3s left
END
    for command in "$VIEW --ascii" "LC_ALL=C $VIEW"; do
        screen_close
        screen_open 60 6 "$command <input"
        say 28
        screen_wait 77.90%
        screen_is <<'END'
+ updatePermissions  [#################]  100.00%
> dumpToObjectStore  [#############    ]   77.90%   3s left
- cleanup            [                 ]
> total              [##########       ]   59.30%
END
    done
}

@test "terminal: a dumb one gets lines" {
    screen_open 80 10 "TERM=dumb $VIEW <input"
    say 3 28
    screen_wait 59.30%
    screen_is <<'END'
 33.33%  running  updatePermissions complete
 59.30%  running  dumpToObjectStore 77.90%, 72.7 MB of 103.0 MB, 3s left
END
}

# One status with these phases, of which the last runs.
status_of() { # NAME ...
    jq -nc '[$ARGS.positional[] | {name: ., state: "complete"}]
        | last.state = "running"
        | last.progress = {progressPercent: "50.00"}
        | {type: "status", state: "running", actions: [{name: "backup", phases: .}],
            progress: {percentCompleted: "50.00", runningPhase: last.name}}' \
        --args "$@"
}

@test "terminal: wide and combining characters leave the columns straight" {
    screen_open 60 6 "$VIEW <input"
    status_of 備份資料庫 $'cafe\xcc\x81' x >&8
    screen_wait 'backup'
    screen_is <<'END'
✓ 備份資料庫  complete  ██████████████████████████  100.00%
✓ café        complete  ██████████████████████████  100.00%
• x           running   █████████████                50.00%
• backup      running   █████████████                50.00%
END
    tmux resize-window -x 30 -y 6
    screen_is <<'END'
✓ 備份資料庫  100.00%
✓ café        100.00%
• x            50.00%
• backup       50.00%
END
}

@test "terminal: hostile names move nothing" {
    screen_open 70 8 "printf 'above\n'; $VIEW <input"
    status_of $'\e[2J\e[1;1Hx' $'\xc2\x9b2Jy' $'a\nb\r' $'\xe2\x80\xaetxt' >&8
    screen_wait backup
    screen_is <<'END'
above
✓ ?[2J?[1;1Hx  complete  ███████████████████████████████████  100.00%
✓ ?2Jy         complete  ███████████████████████████████████  100.00%
✓ a b          complete  ███████████████████████████████████  100.00%
• ?txt         running   █████████████████▌                    50.00%
• backup       running   █████████████████▌                    50.00%
END
}

@test "terminal: of three lines, those that matter" {
    screen_open 60 3 "$VIEW <input"
    status_of a b c d e >&8
    screen_wait more
    screen_is <<'END'
• e       running   ███████████████                  50.00%
• backup  running   ███████████████                  50.00%
  and 4 more lines
END
    tmux resize-window -x 60 -y 5
    screen_is <<'END'
✓ c       complete  ██████████████████████████████  100.00%
✓ d       complete  ██████████████████████████████  100.00%
• e       running   ███████████████                  50.00%
• backup  running   ███████████████                  50.00%
  and 2 more lines
END
    tmux resize-window -x 60 -y 2
    screen_is <<'END'
• e       running   ███████████████                  50.00%
• backup  running   ███████████████                  50.00%
END
}

@test "terminal: two ActionSets at once" {
    screen_open 60 12 "$VIEW <input"
    jq -n '("one", "two") | {kind: "ActionSet",
        metadata: {name: ., uid: ., namespace: "kanister"},
        status: {state: "running", actions: [{name: "backup", phases: [
            {name: "dump", state: "running"}]}], progress: {percentCompleted: "7"}}}' >&8
    screen_wait two
    jq -n '{kind: "ActionSet", metadata: {name: "one", uid: "one"},
        status: {state: "failed", error: {message: "no space left"},
            actions: [{name: "backup", phases: [{name: "dump", state: "failed"}]}],
            progress: {percentCompleted: "7"}}}' >&8
    screen_is <<'END'
one
✗ dump    failed
✗ backup  failed    ██                                7.00%
  error: no space left
two  kanister
• dump    running
• backup  running   ██                                7.00%
END
}

@test "terminal: an interrupt leaves it as it was" {
    open_shell 80 20
    for key in C-c C-c; do
        type_ clear # or what is waited for stands there already
        screen_is <<<'$'
        type_ "clear; $VIEW <input"
        say 28
        screen_wait 77.90%
        tmux send-keys "$key"
        prompt
        assert_equal "$(screen_cursor)" '2,5 1'
        screen >now
        run grep -F '^C' now
        assert_failure
    done
    type_ 'echo "rc $?"'
    screen_wait 'rc 130'
}

@test "terminal: SIGTERM leaves it as it was" {
    open_shell 80 20
    type_ "$VIEW <input & echo \"pid \$!\"; fg"
    say 28
    screen_wait 77.90%
    kill "$(screen | sed -n 's/^pid //p')"
    screen_wait Terminated
    assert_equal "$(screen_cursor | cut -d ' ' -f 2)" 1
}

@test "terminal: the last words of who was interrupted, too, are shown" {
    open_shell 80 20
    cat >writer <<'END'
sed -n 28p "$1"
trap 'tail -n 1 "$1"; exit' INT
echo ready >ready
while :; do sleep 0.1; done
END
    type_ "clear; bash writer $DATA | $VIEW"
    screen_wait 77.90%
    wait_for ready ready
    tmux send-keys C-c
    screen_wait 'total              ████'
    screen_wait '100.00%   94.0 MB'
    prompt
    run screen
    refute_output --partial 77.90%
}

@test "terminal: it can be stopped, and goes on below" {
    open_shell 80 24
    type_ "clear; $VIEW <input"
    say 23
    screen_wait 61.10%
    tmux send-keys C-z
    screen_wait Stopped
    assert_equal "$(screen_cursor | cut -d ' ' -f 2)" 1
    type_ 'echo between'
    screen_wait 'between'
    say 28
    type_ fg
    screen_wait 77.90%
    assert_equal "$(screen_cursor | cut -d ' ' -f 2)" 0
    run screen
    assert_equal "$(grep -c 61.10% <<<"$output")" 1
    assert_equal "$(grep -c 77.90% <<<"$output")" 1
    tmux send-keys C-c
    screen_wait '^C'
}

@test "terminal: in the background it draws nothing, and reads on" {
    open_shell 80 24
    type_ "clear; $VIEW <input &"
    screen_wait '[1]'
    say 23 28
    type_ 'echo quiet'
    screen_wait quiet
    run screen
    refute_output --partial dumpToObjectStore
    type_ fg
    screen_wait 77.90%
}

@test "terminal: ^S holds what is drawn, and not who writes" {
    screen_open 80 10 "$VIEW <input"
    say 23
    screen_wait 61.10%
    tmux send-keys C-s
    # more than a pipe holds: it would stand still if nobody read
    for _ in {1..4}; do
        cat "$DATA" >&8
    done
    say 28
    screen_wait 61.10%
    tmux send-keys C-q
    screen_wait 77.90%
}

# What COMMAND writes to a terminal, byte for byte.
raw() { # COMMAND
    env -u LD_PRELOAD TERM=xterm-256color LC_ALL=C.UTF-8 \
        script -qec "$1" /dev/null </dev/null
}

@test "terminal: nobody types statuses" {
    run raw "$VIEW"
    assert_failure 100
    assert_output --partial 'standard input is a terminal'
    refute_output --partial $'\e'
}

@test "terminal: --osc tells the terminal, and takes it back" {
    PHASEPIPE_CLOCK=2023-02-20T12:52:05Z
    export PHASEPIPE_CLOCK
    sed -n 28p "$DATA" >running
    raw "$VIEW --osc <running" >osc || [ $? = 1 ]
    grep -aoP '\x1b\]9;4;[0-9;]*\x1b\\' osc | tr -d '\033' | uniq >said
    diff said - <<'END'
]9;4;3\
]9;4;1;59\
]9;4;0\
END
    sed 's/"verdict":"running"/"verdict":"stalled"/' running >stalled
    raw "$VIEW --osc <stalled" >osc || [ $? = 1 ]
    grep -qaF ']9;4;4;59' osc
    raw "$VIEW <running" >none || [ $? = 1 ]
    run grep -aF ']9;4' none
    assert_failure
}

@test "terminal: of many statuses few are drawn" {
    for _ in {1..200}; do
        cat "$DATA"
    done >many
    raw "$VIEW <many" >drawn
    # each frame begins with the way up
    [ "$(grep -aoP '\x1b\[\d+A' drawn | wc -l)" -lt 300 ]
    grep -qaF '100.00%' drawn
}
