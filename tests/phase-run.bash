# Words for the tests of phase-run; each of these files loads this.

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
