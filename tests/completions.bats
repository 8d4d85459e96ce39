#!/usr/bin/env bats
# What bash, zsh and fish make of the completions, which are made of --help.

load helpers

COMMANDS=$(make -s -C "$BATS_TEST_DIRNAME/.." --eval 'print: ; @echo $(COMMANDS)' print)

setup_file() {
    local command shell from

    export MADE=$BATS_FILE_TMPDIR/made
    mkdir -p "$MADE"/{bash,zsh,fish}
    for command in $COMMANDS; do
        from=$(make -s -C "$ROOT" --eval "print: ; @echo \$($command.from)" print)
        for shell in bash zsh fish; do
            case $shell in
            zsh) name=zsh/_$command ;;
            bash) name=bash/$command ;;
            fish) name=fish/$command.fish ;;
            esac
            (cd "$ROOT" && scripts/completions "$shell" "$command" \
                "${from:-$BIN/$command}") >"$MADE/$name"
        done
    done
}

# The long and short options in a program's --help.
options_of() { # COMMAND
    case $1 in
    phase-follow) "$ROOT/scripts/follow" -h ;;
    phasepipe-doctor) "$ROOT/scripts/doctor" -h ;;
    *) "$BIN/$1" --help ;;
    esac | sed -nE 's/^  ((-[A-Za-z])?(, |    )?(--[a-z0-9-]+)?).*/\1/p' |
        tr -s ', ' '\n' | grep . | sort
}

# What bash offers for the last of the words, a line each.  "=" is a word of
# its own, as in readline's.
in_bash() { # WORD ...
    # shellcheck disable=SC2016 # of that bash
    bash --norc -c '
        set -u
        command=$1
        compopt() { echo "compopt $*" >>options; }
        if [ -n "${BASH_COMPLETION-}" ]; then
            set +u
            . /usr/share/bash-completion/bash_completion
        fi
        for one in "$MADE"/bash/*; do . "$one"; done
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
        function=$(complete -p "$command" | sed -E "s/.*-F ([^ ]+) .*/\1/")
        "$function" "$command" "${!#}" "${@:$#-1:1}"
        for one in "${COMPREPLY[@]}"; do printf "%s\n" "$one"; done |
            sort -u' bash "$@"
}

# What fish offers for a line, without the descriptions.
in_fish() { # LINE
    HOME=$PWD fish --no-config -c '
        for file in $MADE/fish/*.fish
            source $file
        end
        complete "-C$argv[1]"' "$1" | cut -f 1
}

# Talks to an interactive shell that has the completions; see tests/terminal.
zsh_says() {
    mkdir home
    cat >home/.zshrc <<'END'
PS1='ready> '
fpath=($MADE/zsh $fpath)
autoload -Uz compinit
compinit -u -d $HOME/dump
# no descriptions: what is offered stands alone
zstyle ':completion:*' verbose no
zle_highlight=none
END
    HOME=$PWD/home ZDOTDIR=$PWD/home TERM=dumb "$ROOT/tests/terminal" zsh -i
}

bash_says() {
    cat >rc <<'END'
PS1='ready> '
. /usr/share/bash-completion/bash_completion
bind 'set show-all-if-ambiguous on'
bind 'set completion-query-items 0'
bind 'set enable-bracketed-paste off'
for file in "$MADE"/bash/*; do . "$file"; done
END
    TERM=dumb "$ROOT/tests/terminal" bash --rcfile rc -i
}

# --- all options of all programs

@test "completions: bash offers every option of every program" {
    local command

    for command in $COMMANDS; do
        in_bash "$command" - | sort >offered
        options_of "$command" | diff - offered
    done
}

@test "completions: fish offers every option of every program" {
    local command

    for command in $COMMANDS; do
        { in_fish "$command -"; in_fish "$command --"; } | sed 's/=$//' |
            grep -E '^-' | sort -u >offered
        options_of "$command" | diff - offered
    done
}

@test "completions: zsh knows every option of every program" {
    local command

    for command in $COMMANDS; do
        zsh -f -n "$MADE/zsh/_$command"
        # shellcheck disable=SC2016 # zsh's own
        zsh -f -c '
            _arguments() {
                for one; do
                    [[ $one == \(* ]] && one=${one#*\)}
                    [[ $one == -[a-zA-Z-]* && $one != -s && $one != -S ]] &&
                        print -r -- ${one%%[=+\[]*}
                done
                return 0
            }
            source $MADE/zsh/_'"$command" >offered
        options_of "$command" | diff - <(sort offered)
    done
}

@test "completions: they do not depend on whose awk it is" {
    local awk shell

    mkdir bin
    for awk in mawk gawk busybox; do
        # shellcheck disable=SC2016 # of that shell
        printf '#!/bin/sh\nexec %s "$@"\n' "${awk/#busybox/busybox awk}" >bin/awk
        chmod +x bin/awk
        for shell in bash zsh fish; do
            PATH=$PWD/bin:$PATH "$ROOT/scripts/completions" "$shell" phase-run \
                "$BIN/phase-run" >"$awk.$shell"
            cmp "$awk.$shell" "mawk.$shell"
        done
    done
}

# --- bash

@test "completions: bash offers values, files and nothing where it knows nothing" {
    mkdir 'a dir'
    touch 'a file' alone
    run in_bash phase-agg --percent ''
    assert_output "$(printf '%s\n' phases time)"
    run in_bash phase-agg --percent = t
    assert_output time
    run in_bash phase-agg --percent =
    assert_output "$(printf '%s\n' phases time)"
    run in_bash phase-agg --plan a
    assert_output "$(printf '%s\n' 'a dir' 'a file' alone)"
    grep -qx 'compopt -o filenames' options
    run in_bash phase-agg --plan = al
    assert_output alone
    run in_bash phase-follow -s ''
    assert_output 'a dir'
    run in_bash phase-agg --phase ''
    assert_output ''
    run in_bash phase-agg ''
    assert_output ''
    run in_bash kopia-progress al
    assert_output alone
    run in_bash status-patch -w a
    assert_output "$(printf '%s\n' annotation auto)"
    run in_bash status-patch act
    assert_output actionset/
    run in_bash status-patch --dry-run = c
    assert_output client
    # what stands apart from it is no value
    run in_bash status-patch --dry-run al
    assert_output alone
}

@test "completions: bash completes the command of phase-run, and its arguments" {
    touch alone
    for with in '' true; do
        export BASH_COMPLETION=$with
        run in_bash phase-run --mover k
        assert_output kopia
        run in_bash phase-run --mover kopia -- dpkg-shlib
        assert_output dpkg-shlibdeps
        run in_bash phase-run --phase = a --log-records = 5s dpkg-shlib
        assert_output dpkg-shlibdeps
        run in_bash phase-run --phase -- dpkg-shlib
        assert_output dpkg-shlibdeps
        # and no option of phase-run's
        run in_bash phase-run true --mov
        refute_output --partial mover
    done
    # where bash-completion is it knows the options of the command, too
    run in_bash phase-run -- phase-agg --percent ''
    assert_output "$(printf '%s\n' phases time)"
}

@test "completions: the adapters of any-progress are movers of phase-run" {
    mkdir bin
    printf '#!/bin/sh\nprintf "%%s\\t%%s\\n" restic "restic 0.14" rsync rsync\n' >bin/any-progress
    chmod +x bin/any-progress
    unset -f any-progress
    export PATH=$PWD/bin:$PATH
    run in_bash phase-run --mover ''
    assert_output "$(printf '%s\n' kopia records restic rsync)"
    run in_fish 'phase-run --mover r'
    assert_output "$(printf '%s\n' records restic rsync)"
    zsh_says <<'END'
< ready>
> phase-run --mover=rs^I
< ync
END
    in_bash any-progress rest >offered
    grep -qx restic offered
    run in_fish 'any-progress rest'
    assert_line restic
}

@test "completions: bash on a terminal" {
    touch 'a file'
    bash_says <<'END'
< ready>
> phase-agg --perc^I
< ent
> =^I
< phases  time
> ^U
> phase-agg --plan a^I
< a\ file
> ^U
> phase-run --mover kopia -- dpkg-shlib^I
< deps
END
}

# --- zsh

@test "completions: zsh on a terminal" {
    touch alone
    zsh_says <<'END'
< ready>
> phase-agg --perc^I
< ent=
> t^I
< ime
> ^U
> phase-agg --plan=al^I
< one
> ^U
> kopia-progress al^I
< one
> ^U
> status-patch --dry-run=c^I
< lient
> ^U
> status-patch acti^I
< onset/
> ^U
> phase-run --mover=k^I
< opia
> ^U
> phase-run --mover kopia -- dpkg-shlib^I
< deps
> ^U
> phase-run phase-agg --percent=t^I
< ime
END
}

# --- fish

@test "completions: fish offers values, files and nothing where it knows nothing" {
    touch alone
    mkdir dir
    run in_fish 'phase-agg --percent '
    assert_output "$(printf '%s\n' phases time)"
    run in_fish 'phase-agg --percent=t'
    assert_output --percent=time
    run in_fish 'phase-agg --plan al'
    assert_output alone
    run in_fish 'phase-follow -s '
    assert_output dir/
    run in_fish 'phase-agg --phase '
    assert_output ''
    run in_fish 'phase-agg '
    assert_output ''
    run in_fish 'kopia-progress al'
    assert_output alone
    run in_fish 'status-patch -w a'
    assert_output "$(printf '%s\n' annotation auto)"
    run in_fish 'status-patch a'
    assert_output "$(printf '%s\n' actionset/ alone)"
    run in_fish 'status-patch --dry-run=c'
    assert_output --dry-run=client
    run in_fish 'phase-run --mover k'
    assert_output kopia
    run in_fish 'phase-run --mover kopia -- dpkg-shlib'
    assert_output dpkg-shlibdeps
    run in_fish 'phase-run dpkg-shlib'
    assert_output dpkg-shlibdeps
    run in_fish 'phase-run phase-agg --percent t'
    assert_output time
    run in_fish 'phase-run true --mov'
    refute_output --partial mover
    run in_fish 'phase-run --mov'
    assert_output "$(printf '%s\n' --mover --mover-within-steps)"
}

# --- the script

@test "completions: what is no shell, or no program, is refused" {
    run "$ROOT/scripts/completions" tcsh phase-agg "$BIN/phase-agg"
    assert_failure 100
    assert_output 'completions: no shell "tcsh"'
    run "$ROOT/scripts/completions" bash phase-agg
    assert_failure 100
    run "$ROOT/scripts/completions" bash phase-agg ./none
    assert_failure 100
}
