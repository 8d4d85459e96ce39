# bats runs each test in a shell of its own:
# shellcheck disable=SC2030,SC2031
#
# What is secret is in memory where it must be, and nowhere else, once it was
# read; and no core file has it.  tests/torture/resident.c looks.

load helpers
load kube
load actionset

# Neither can look where memory is another's (ASan, valgrind).
is_plain() {
    [ -z "$WRAP" ] && [[ $BIN != */asan/* ]]
}

setup_file() {
    make_certs "$BATS_FILE_TMPDIR/certs"
    is_plain || return 0
    unset MAKEFLAGS MFLAGS MAKELEVEL
    make -C "$ROOT" build/tests/torture/resident.so >"$BATS_FILE_TMPDIR/make.log" 2>&1 || {
        cat "$BATS_FILE_TMPDIR/make.log"
        return 1
    }
}

unset LD_PRELOAD

# A token that has ./needle in it 30 times, so that a part of it is found too.
make_token() {
    printf 'gEhEiM-7' >needle
    TOKEN=$(printf 'gEhEiM-7%.0s' {1..30})
}

# How often each place has the text, of the places that were found since.
count() {
    sed 's/\.so[.0-9]*//g' resident | grep -v ' all$' | sort | uniq -c |
        awk '{ $1 = $1 }; 1' || [ $? = 1 ]
    rm resident
}

# The places in which the text is now are ./NAME.
look() { # NAME
    touch resident.look
    line "$((RANDOM % 90)).00" >&7
    wait_for 'idle all' resident
    count >"$1"
}

# Starts it with somebody who looks for ./needle.
start_watched() { # [OPTION ...]
    export RESIDENT=$PWD/resident RESIDENT_NEEDLE=$PWD/needle
    LD_PRELOAD=$ROOT/build/tests/torture/resident.so start -i 90s --verbose "$@"
    echo "$A" >&7
}

# Runs it for ./config; ./during is what was found while it waited for an answer
# to a patch, ./idle when it had that, and ./end when it ended.
find_it() {
    start_watched
    until_asked api 3
    look during
    touch go
    wait_for 'PATCH.* 200' err
    look idle
    end_input
    ended
    assert_equal "$CODE" 0
    count >end
    head -n 100 during idle end
}

WAITS='{"method":"PATCH","until":"go","body":{}}'

# A token is in memory so often while a request is under way, and so often
# afterwards; libcurl has it only in what it is about to send.
assert_token_only() { # DURING AFTERWARDS
    find_it
    grep -q "Bearer $TOKEN" api.log
    assert_equal "$(cat during)" "30 idle libcurl
$(($1 * 30)) idle status-patch"
    assert_equal "$(cat idle)" "$(($2 * 30)) idle status-patch"
    assert_equal "$(cat end)" ''
}

# What credentials a plugin prints, and who runs it.
plugin() { # CREDENTIAL [MEMBER-OF-EXEC]
    printf '#!/bin/sh\necho '\''{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}'\''\n' "$1" >plugin
    chmod +x plugin
    kubeconfig "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never${2:+, $2}}"
}

@test "resident: a token of a kubeconfig is in ours, in the request, and nowhere else" {
    is_plain || return 0
    make_token
    serve_api "$WAITS" "$TAKEN"
    # the cluster's, what the next request shows, and that request's header
    kubeconfig "token: $TOKEN"
    assert_token_only 3 2
}

@test "resident: a token of a kubeconfig in JSON is nowhere else either" {
    is_plain || return 0
    make_token
    serve_api "$WAITS" "$TAKEN"
    kubeconfig
    sed "s/.*/{\"current-context\":\"here\",\"contexts\":[{\"name\":\"here\",\"context\":{\"cluster\":\"lab\",\"user\":\"me\",\"namespace\":\"kanister\"}}],\"clusters\":[{\"name\":\"lab\",\"cluster\":{\"server\":\"https:\/\/127.0.0.1:$PORT\",\"certificate-authority\":\"certs\/ca.pem\"}}],\"users\":[{\"name\":\"me\",\"user\":{\"token\":\"$TOKEN\"}}]}/" \
        <<<'' >config
    assert_token_only 3 2
}

@test "resident: a token of a file is nowhere else either" {
    is_plain || return 0
    make_token
    serve_api "$WAITS" "$TAKEN"
    printf '%s\n' "$TOKEN" >token
    kubeconfig 'tokenFile: token'
    # and as it was at the request before
    assert_token_only 4 3
}

@test "resident: a token of a plugin is nowhere else either" {
    is_plain || return 0
    make_token
    serve_api "$WAITS" "$TAKEN"
    plugin "$TOKEN"
    # what was printed last, what the next request shows, and its header
    assert_token_only 3 2
}

@test "resident: a client's key is in ours, and in what OpenSSL gives back" {
    is_plain || return 0
    sed -n 3p certs/client.key | tr -d '\n' >needle
    serve_api "$WAITS" "$TAKEN"
    kubeconfig 'client-certificate: certs/client.pem, client-key: certs/client.key'
    find_it
    # its reader of PEM zeroes nothing
    grep -vx '1 freed libcrypto libcrypto' during >ours
    assert_equal "$(cat ours)" '3 idle status-patch'
    assert_equal "$(cat idle)" '3 idle status-patch'
    assert_equal "$(cat end)" ''
}

@test "resident: a proxy's password is in ours, in libcurl's, and freed by nobody" {
    is_plain || return 0
    make_token
    serve_api "$WAITS" "$TAKEN"
    api=$PORT
    echo '{"tunnel":true}' >proxy.script
    serve proxy --plain
    proxy=$PORT
    PORT=$api
    kubeconfig 'token: a-token' "certificate-authority: certs/ca.pem, proxy-url: \"http://user:$TOKEN@127.0.0.1:$proxy\""
    find_it
    # copied by strdup(), which is libc's
    assert_equal "$(cat during)" '90 idle libc
30 idle libcurl'
    assert_equal "$(cat idle)" "$(cat during)"
    assert_equal "$(cat end)" ''
    # what is made for socks5:// does not grow
    sed -i 's/http:\/\/user/socks5:\/\/user/' config
    rm input
    start_watched --final-budget 1ms
    end_input
    ended
    assert_equal "$CODE" 111
    count >end
    run grep freed end
    assert_failure
}

@test "resident: a variable for a plugin is in ours alone" {
    is_plain || return 0
    make_token
    serve_api "$WAITS" "$TAKEN"
    plugin b-token "env: [{name: A, value: $TOKEN}]"
    find_it
    assert_equal "$(cat during)" '30 idle libc'
    assert_equal "$(cat idle)" '30 idle libc'
    assert_equal "$(cat end)" ''
}

# --- core files

# Whether the kernel would put a core file where a program is.
is_core_here() {
    [[ $(cat /proc/sys/kernel/core_pattern) =~ ^core ]]
}

@test "resident: a crash leaves no core file, whatever the limit is" {
    is_plain || return 0
    ulimit -c unlimited || skip 'the limit cannot be raised'
    make_token
    serve_api "$WAITS"
    kubeconfig "token: $TOKEN"
    for signal in SEGV ABRT; do
        rm -f input
        start
        echo "$A" >&7
        until_asked api 3
        assert_equal "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$PID/limits")" '0 0'
        kill -s "$signal" "$PID"
        end_input
        ended
        assert_equal "$CODE" "$((128 + $(kill -l "$signal")))"
        : >api.log
    done
    run compgen -G 'core*'
    assert_failure
    # a program that has no secret leaves one
    if is_core_here; then
        "$BIN/kopia-progress" < <(sleep 100 & echo $! >sleeper; wait) 3>&- &
        PID=$!
        wait_for . sleeper
        kill -s SEGV "$PID"
        ended
        kill "$(cat sleeper)"
        compgen -G 'core*'
    fi
}
