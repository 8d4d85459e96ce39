# A real terminal: tmux, whose screen can be looked at.  What runs in it reads
# the FIFO ./input, which is open here as descriptor 8.

# Opens a terminal of WIDTH columns and HEIGHT lines, in which bash runs COMMAND
# and then stays.
screen_open() { # WIDTH HEIGHT COMMAND
    local settings=(
        'set -g status off'
        'set -g default-terminal tmux-256color'
        'set -g remain-on-exit on'
        'set -g history-limit 1000'
    )

    if ! command -v tmux >/dev/null; then
        skip 'there is no tmux'
    fi
    export TMUX_TMPDIR=$PWD
    [ -p input ] || mkfifo input
    exec 8<>input
    printf '%s\n' "${settings[@]}" >tmux.conf
    printf '%s\n' "$3" >run.sh
    # who watches what programs print looks at them alone
    env -u TMUX -u LD_PRELOAD -u NO_COLOR -u COLORTERM LC_ALL=C.UTF-8 \
        tmux -f tmux.conf new-session -d -x "$1" -y "$2" \
        "bash --norc --noprofile run.sh 8>&- 3>&-; exec sleep 1000" 8>&- 3>&-
}

# Ends it, and waits until it has ended: who opens another one at once would find
# a server that goes away.
screen_close() {
    local server

    exec 8>&-
    [ -n "${TMUX_TMPDIR:-}" ] || return 0
    server=$(tmux display-message -p '#{pid}')
    tmux kill-server
    while [ -e "/proc/$server/exe" ]; do # of a zombie there is none
        sleep 0.02
    done
}

# Takes away what is empty at the end.
without_end() {
    sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

# What stands on the screen.
screen() {
    tmux capture-pane -p | without_end
}

# The same with its colours, an E for each escape.
screen_colours() {
    tmux capture-pane -p -e | without_end | sed 's/\x1b/E/g'
}

# Waits until a text is on the screen.
screen_wait() { # TEXT
    local tries=0

    until screen | grep -qF -- "$1"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ]; then
            echo "no \"$1\" on the screen after a minute:" >&2
            screen >&2
            return 1
        fi
        sleep 0.1
    done
}

# Waits until the screen is what standard input says.
screen_is() {
    local tries=0 wanted

    wanted=$(cat)
    until [ "$(screen)" = "$wanted" ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ]; then
            diff <(printf '%s\n' "$wanted") <(screen) >&2
            return 1
        fi
        sleep 0.1
    done
}

# "x,y shown": where the cursor is, and whether it can be seen.
screen_cursor() {
    tmux display-message -p '#{cursor_x},#{cursor_y} #{cursor_flag}'
}
