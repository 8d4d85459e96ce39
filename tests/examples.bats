#!/usr/bin/env bats
# The EXAMPLES of the manuals are run, and print what the manuals show.  What
# they call and is not ours is a stand-in: a kopia that prints a recording, a
# kubectl and an API server with an ActionSet, movers that print the samples of
# their adapters.  Absolute paths are those of a directory of the test.
#
# bats runs each test in a shell of its own; what the stand-ins shall expand
# stands in single quotes: shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helpers
load kube
load actionset

setup_file() {
    make_certs "$BATS_FILE_TMPDIR/certs"
}

# The ActionSet of all examples; with two actions for who asks for the second.
actionset() { # [second]
    jq -c --arg second "${1:-}" '.metadata.name = "backup-9gtmp"
        | if $second != "" then .status.actions += [.status.actions[0] | .name = "other"] else . end' \
        <<<"$OBJECT"
}

stand_in() { # NAME TEXT
    printf '#!/bin/bash\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}

# Ends phase-follow, which called the kubectl that calls this, as ^C would.
END_FOLLOW='
    pid=$PPID last=
    while [ "$pid" -gt 1 ]; do
        if tr "\0" " " <"/proc/$pid/cmdline" | grep -q "phase-follow"; then last=$pid; fi
        pid=$(sed -n "s/^PPid:\t//p" "/proc/$pid/status")
    done
    kill -TERM "$last"'

# All that the examples find: ./bin, files, directories.
furnish() {
    local adapter name

    mkdir bin data status run tmp repo restore
    for name in kopia-progress phase-agg phase-metrics phase-run status-patch any-progress phase-view; do
        [ ! -e "$BIN/$name" ] || ln -s "$BIN/$name" bin
    done
    ln -s "$ROOT/scripts/follow" bin/phase-follow
    ln -s "$ROOT/scripts/doctor" bin/phasepipe-doctor
    cp "$ROOT/tests/data/demo/kopia-0.23-create.timed" run.timed
    cut -f 2 run.timed | while read -r bytes; do base64 -d <<<"$bytes"; done >console
    "$BIN/kopia-progress" <console >stats
    cp stats stats.jsonl
    actionset >plan.json
    stand_in kopia '[ "$1" != --version ] || { echo "0.23.1 build: x from: x"; exit; }
        cat "$HERE/console" >&2'
    stand_in dump 'exit 0'
    stand_in kubectl 'case "$*" in
        create*) echo "$2 created" ;;
        *get*actionset*backup-9gtmp*--watch* | *get*actionset*--watch*backup-9gtmp* | *get*--watch* | *get*-w\ *)
            cat "$HERE/actionset"
            sed "s/\"running\"/\"complete\"/g" "$HERE/actionset" ;;
        *get*actionset*backup-9gtmp*) cat "$HERE/actionset" ;;
        *get*actionsets*) echo "{\"items\":[]}"
            '"$END_FOLLOW"' ;;
        *) echo "{\"items\":[]}" ;;
        esac'
    for adapter in "$ROOT"/filters/any-progress/adapters/*.adapter; do
        name=$(basename "$adapter" .adapter)
        # what any script needs stays what it is
        if [ "$name" != tar ]; then
            stand_in "$name" "[ \"\$1\" != -l ] || { echo '1; 2 TABLE'; exit; }
                awk '/^sample/ { n++ } n == 1 && sub(/^< /, \"\")' '$adapter' >&2"
        fi
    done
}

# An API server with the ActionSet: what it answers to the questions of a block.
serve_actionset() { # TEXT
    local get

    get='{"method":"GET","body":'$(cat actionset)'}'
    rm -f api.script
    if [[ $1 == *--check* || $1 == *phasepipe-doctor* ]]; then
        rows api '{"method":"GET","body":{"gitVersion":"v1.34.1"}}' "$RESOURCES" \
            '{"method":"GET","status":404}' "$get" \
            '{"method":"POST","status":201,"body":{"status":{"allowed":true,"userInfo":{"username":"me"}}}}'
    else
        rows api "$RESOURCES" "$get" "$TAKEN"
    fi
    serve api --cert certs/server.pem
    kubeconfig
}

# What a command printed is what the manual shows.  A line "..." stands for any.
is_shown() { # OUT SHOWN
    local pattern

    pattern=$(sed 's/[][\\.*^$]/\\&/g; s/^\\\.\\\.\\\.$/.*/' "$2")
    if [ "$(wc -l <"$1")" != "$(wc -l <"$2")" ]; then
        return 1
    fi
    paste -d '\n' <(echo "$pattern") "$1" | while IFS= read -r expected && IFS= read -r line; do
        grep -qx -- "$expected" <<<"$line" || return 1
    done
}

# Runs all examples of a manual.
run_manual() { # MANUAL
    local i text shown examples=0

    furnish
    # shellcheck disable=SC2001 # no, it cannot
    "$ROOT/tests/examples" "$1" |
        sed -E "s#(^|[ =>])/(status|data|tmp|repo|restore|run/backup|var/lib/phasepipe|var/lib/prometheus/node-exporter|dev/vg/snap)(/|[ '\"]|\$)#\\1$PWD/\\2\\3#g" \
            >examples.bash
    mkdir -p run/backup var/lib/phasepipe var/lib/prometheus/node-exporter dev/vg
    cp console dev/vg/snap
    export HERE=$PWD KUBECONFIG=$PWD/config PATH=$PWD/bin:$PATH
    unset -f kopia-progress phase-agg phase-metrics phase-run status-patch any-progress phase-view
    # shellcheck disable=SC1091 # made here
    . ./examples.bash
    [ "$examples" -gt 0 ] || {
        echo "$1 has no examples"
        return 1
    }
    for ((i = 1; i <= examples; i++)); do
        text=$(declare -f "example_$i")
        if [[ $text == *'--action 1'* ]]; then
            actionset second >actionset
        else
            actionset >actionset
        fi
        serve_actionset "$text"
        if ! bash -c '. ./examples.bash; "$1"' - "example_$i" </dev/null >"$i.log" 2>"$i.err"; then
            echo "$1, example $i:"
            printf '%s\n' "$text"
            cat "$i.log" "$i.err"
            stop_servers
            return 1
        fi
        for shown in "$i".*.shown; do
            [ -e "$shown" ] || continue
            if ! is_shown "${shown%.shown}.out" "$shown"; then
                echo "$1, example $i: not what the manual shows:"
                diff "$shown" "${shown%.shown}.out" || [ $? = 1 ]
                stop_servers
                return 1
            fi
        done
        stop_servers
    done
}

for_manuals() { # PATTERN
    local manual

    # shellcheck disable=SC2086 # a pattern
    for manual in $1; do
        mkdir "$(basename "$manual")"
        (
            cd "$(basename "$manual")" || exit
            ln -s "$BATS_FILE_TMPDIR/certs" certs
            run_manual "$manual"
        )
    done
}

@test "examples: those of the movers' filters do what the manuals say" {
    for_manuals "$ROOT/filters/*-progress.1"
}

@test "examples: those of the other programs do what the manuals say" {
    for_manuals "$ROOT/filters/phase-*.1 $ROOT/filters/status-patch.1"
}

@test "examples: those of the scripts do what the manuals say" {
    for_manuals "$ROOT/scripts/*.1"
}

@test "examples: those of the tour and of the records do what the manuals say" {
    for_manuals "$ROOT/filters/*.[57]"
}

@test "examples: no manual is left out" {
    ls "$ROOT"/filters/*.[1-8] "$ROOT"/scripts/*.[1-8] | sort >all
    ls "$ROOT"/filters/*-progress.1 "$ROOT"/filters/phase-*.1 "$ROOT/filters/status-patch.1" \
        "$ROOT"/scripts/*.1 "$ROOT"/filters/*.[57] | sort | diff all -
}

@test "examples: what fails, or prints something else, is found" {
    cat >wrong.1 <<'END'
.Sh EXAMPLES
.Bd -literal
$ echo a |
>     tr a b
c
.Ed
END
    mkdir one two three
    cd one
    ln -s "$BATS_FILE_TMPDIR/certs" certs
    run run_manual ../wrong.1
    assert_failure 1
    assert_line '../wrong.1, example 1: not what the manual shows:'
    cd ../two
    ln -s "$BATS_FILE_TMPDIR/certs" certs
    printf '.Sh EXAMPLES\n.Dl $ true\n.Dl $ (exit 3)\n' >wrong.1
    run run_manual wrong.1
    assert_failure 1
    assert_line 'exit status 3, not 0: 2.1'
    cd ../three
    ln -s "$BATS_FILE_TMPDIR/certs" certs
    printf '.Sh EXAMPLES\n.Dl phase-agg --help\n' >wrong.1
    run run_manual wrong.1
    assert_failure 1
    assert_line --partial 'no command begins with $'
}
