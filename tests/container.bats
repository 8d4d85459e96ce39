# phase-run in containers: the bundle in images that have another C library, or
# nothing at all.

load helpers
load container

setup_file() {
    make_images empty musl debian bundle
    echo '127.0.0.1 localhost' >"$BATS_FILE_TMPDIR/hosts"
}

OPTIONS=()
SH=(/bin/busybox sh -c)

# What a command prints and how it ends, in ./NAME.out, .err and .code.
keep() { # NAME COMMAND ...
    local name=$1 code=0

    shift
    "$@" >"$name.out" 2>"$name.err" || code=$?
    echo "$code" >"$name.code"
}

# A command in an image is what it is by itself there.
assert_same() { # IMAGE COMMAND ...
    local part

    keep bare run_in "bare-$1" "${@:2}"
    keep ours run_in "$1" phase-run --parse both --target /status/s.json \
        --progress-file /status/progress -- "${@:2}"
    # podman has them in another order each time
    for part in bare ours; do
        sed -i '/PHASEPIPE_PROGRESS_FILE=/d' "$part.out"
        sort -o "$part.out" "$part.out"
    done
    for part in out err code; do
        diff "bare.$part" "ours.$part"
    done
    jq -e '.state == "failed"' status/s.json
}

# --- the bundle

@test "container: the bundle is whole, and runs wherever it is copied to" {
    local file

    run find "$ROOT/build/bundle" ! -type f ! -type d
    assert_output ''
    run find "$ROOT/build/bundle" ! -perm -444
    assert_output ''
    for file in "$ROOT"/build/bundle/*; do
        [ ! -f "$file" ] || readelf -lW "$file"
    done >headers
    grep -q 'LOAD ' headers
    run grep INTERP headers
    assert_failure 1
    cp -r "$ROOT/build/bundle" 'another place'
    mkdir links
    ln -s "$PWD/another place/phase-run" links/pr
    ln -s "$PWD/another place/phase-run" links/phase-run
    for file in 'another place/phase-run' links/phase-run links/pr; do
        run --separate-stderr env -i "$file" --mover kopia --log-text -- \
            /bin/sh -c 'echo hello'
        assert_success
        assert_output hello
        [[ $stderr == *'100.00%  complete'* ]]
    done
}

@test "container: the archive is the bundle" {
    mkdir there
    tar --zstd -C there -xf "$ROOT"/build/phasepipe-*-"$(uname -m)".tar.zst
    diff -r "$ROOT/build/bundle" there/phasepipe
    run there/phasepipe/status-patch --version
    assert_success
}

@test "container: the bundle is small, and the archive more so" {
    local bytes

    bytes=$(du -sb "$ROOT/build/bundle" | cut -f 1)
    echo "$bytes bytes"
    [ "$bytes" -lt 15000000 ]
    bytes=$(stat -c %s "$ROOT"/build/phasepipe-*-"$(uname -m)".tar.zst)
    echo "$bytes bytes in the archive"
    [ "$bytes" -lt 5000000 ]
}

@test "container: the bundle has its data, and the licence of each library" {
    local name

    [ -e "$ROOT/build/bundle/share/phasepipe/schemas/status.json" ]
    for name in phasepipe musl libonig jq pcre2 libyaml openssl curl; do
        grep -qi 'copyright' "$ROOT/build/bundle/share/licenses/$name"
        [ "$name" = phasepipe ] ||
            grep -q "^$name [0-9]" "$ROOT/build/bundle/share/licenses/versions"
    done
}

@test "container: the programs tell nothing of where they were built" {
    run grep -rlF "$ROOT" "$ROOT/build/bundle"
    assert_failure 1
    assert_output ''
}

@test "container: an init container copies the bundle, and others run it" {
    mkdir target
    chmod 777 target
    OPTIONS=(--volume "$PWD/target:/target" --user 2000:2000)
    run run_in bundle /phasepipe/install /target
    assert_success
    assert_output ''
    diff -r "$ROOT/build/bundle" target
    # again, while somebody runs it
    mkfifo gate
    target/phase-run -- cat gate &
    run run_in bundle /phasepipe/install /target
    assert_success
    diff -r "$ROOT/build/bundle" target
    : >gate
    wait $!

    OPTIONS=(--volume "$PWD/target:/opt/tools:ro")
    run run_in bare-musl /opt/tools/phase-run --log-text=1s -- /bin/said 7
    assert_failure 7
    assert_line 'argument /bin/said'
    assert_line --partial 'failed'
}

@test "container: the copy is readable for all, whatever the umask is" {
    (umask 077 && "$ROOT/build/bundle/install" new)
    diff -r "$ROOT/build/bundle" new
    run find new ! -perm -444
    assert_output ''
    run find new/share new/phase-run \( -type d -o -path new/phase-run \) \
        ! -perm -111
    assert_output ''
    new/install new/inner
    [ -x new/inner/phase-run ]
    [ ! -e new/inner/inner ]
}

@test "container: a copy that is not possible is told" {
    run run_in bundle /phasepipe/install /target
    assert_failure 111
    assert_output 'install: fatal: unable to make /target: Read-only file system'
    run run_in bundle /phasepipe/install
    assert_failure 100
    run run_in bundle /phasepipe/install --help
    assert_failure 100
    assert_output --partial 'install DIRECTORY'
    run "$ROOT/build/musl-$(uname -m)/container/install" new
    assert_failure 100
    [ ! -e new ]
}

# --- the command is what it is without us

@test "container: the same output and exit code in an empty image" {
    make_volume
    assert_same empty "${SH[@]}" 'id; env; cat /proc/self/status |
        grep -E "^(Sig|Shd|Cap|Seccomp|NoNew|Groups|Umask)"; ulimit -a;
        echo an error >&2; exit 3'
    assert_same empty /bin/busybox false
}

@test "container: the same output and exit code in Debian's image" {
    make_volume
    # shellcheck disable=SC2016 # the shell in there
    assert_same debian bash -c 'id; env | sort; ulimit -a; ldd "$(which ls)" |
        sed "s/ (0x.*//"; sed -n "s,[^/]*/,/,p" /proc/self/maps | sort -u;
        getent hosts localhost; locale; echo an error >&2; exit 10'
}

@test "container: the same output and exit code with musl, and with no shell" {
    make_volume
    OPTIONS+=(--env LD_LIBRARY_PATH=/lib --env LD_PRELOAD=/lib/preloaded.so)
    assert_same musl /bin/said 9 'an argument'
    grep -qx preloaded ours.out
    grep -qx 'mapped /lib/preloaded.so' ours.out
    run grep -E 'mapped .*(/phasepipe|libc)' ours.out
    assert_failure 1
}

@test "container: exit codes are the command's through podman" {
    local code

    for code in 0 1 2 125 126 127 255; do
        run "-$code" run_in empty phase-run -- "${SH[@]}" "exit $code"
        assert_output ''
    done
    # shellcheck disable=SC2016 # the shell in there
    run run_in empty phase-run -- "${SH[@]}" 'kill -KILL $$'
    assert_failure 137
    # shellcheck disable=SC2016
    run run_in empty phase-run -- "${SH[@]}" 'kill -TERM $$'
    assert_failure 143
    run -127 run_in empty phase-run -- /bin/none
    run run_in musl phase-run -- /lib
    assert_failure 126
}

@test "container: process 1 leaves no zombie of those whom nobody waits for" {
    # shellcheck disable=SC2016 # the shell in there
    run run_in empty phase-run -- "${SH[@]}" '
        for i in 1 2 3 4 5; do
            (busybox sleep 0.1 &)
        done
        tries=0
        while busybox ps -o comm,stat | busybox grep sleep >/dev/null; do
            tries=$((tries + 1))
            [ "$tries" -lt 600 ] || exit 9
            busybox usleep 100000
        done
        busybox ps -o pid,comm,stat | busybox awk "\$1 == 1 || \$3 ~ /Z/"'
    assert_success
    assert_output --regexp '^ *1 phase-run +S[^[:space:]]* *$'
}

# --- what it is told about

@test "container: the status on a volume is whole at every moment" {
    local percent end

    make_volume
    start_in empty phase-run --target /status/s.json -- "${SH[@]}" '
        for percent in 10 20 30 40; do
            echo "{\"type\":\"progress\",\"progressPercent\":$percent}" >&2
            tries=0
            until [ -e /status/seen-$percent ]; do
                tries=$((tries + 1))
                [ "$tries" -lt 6000 ] || exit 9
                busybox usleep 10000
            done
        done'
    for percent in 10 20 30 40; do
        # each look is at a whole one, or there is an end
        end=$((SECONDS + 60))
        until [ -e status/s.json ] && jq . status/s.json >now &&
            jq -e "(.detail.rawPercent // (.progress.percentCompleted |
                tonumber)) == $percent" now >is; do
            [ "$SECONDS" -lt "$end" ]
        done
        : >"status/seen-$percent"
    done
    run podman wait "$NAME"
    assert_output 0
    jq -e '.state == "complete" and .progress.percentCompleted == "100.00"' \
        status/s.json
    run ls status
    refute_output --partial '.s.json'
}

@test "container: podman stop lets the command end as it likes, and it is told" {
    make_volume
    start_in empty phase-run --target /status/s.json -- "${SH[@]}" '
        trap "echo ending; exit 5" TERM
        echo ready >/status/ready
        for i in $(busybox seq 6000); do busybox usleep 10000; done'
    wait_for '"running"' status/s.json
    wait_for ready status/ready
    podman stop --time 60 "$NAME"
    run podman wait "$NAME"
    assert_output 5
    run podman logs "$NAME"
    assert_output ending
    jq -e '.state == "failed"' status/s.json
}

@test "container: podman stop ends a command that does not care" {
    make_volume
    start_in empty phase-run --target /status/s.json \
        --termination-log /status/end -- /bin/busybox sleep 600
    wait_for '"running"' status/s.json
    podman stop --time 60 "$NAME"
    run podman wait "$NAME"
    assert_output 143
    jq -e '.state == "failed"' status/s.json
    jq -e '.type == "result" and .exitStatus == 143' status/end
}

@test "container: podman kill leaves a whole status" {
    make_volume
    start_in empty phase-run --target /status/s.json -- /bin/busybox sleep 600
    wait_for '"running"' status/s.json
    podman kill "$NAME"
    run podman wait "$NAME"
    assert_output 137
    jq -e '.state == "running"' status/s.json
}

@test "container: podman logs shows the records" {
    start_in empty phase-run --mover kopia --phase dump --log-records=1s -- \
        "${SH[@]}" 'printf "\r | 1 hashing, 0 hashed (1 B), 0 cached (0 B), uploaded 0 B, estimating..." >&2; exit 4'
    run podman wait "$NAME"
    assert_output 4
    podman logs "$NAME" 2>log
    # what kopia draws on a line of its own has a newline put behind it
    grep '^{' log >records
    jq -e -s 'map(.type) | contains(["phase", "progress", "result"])' records
    jq -e -s 'map(select(.type == "result"))[-1].exitStatus == 4' records
}

@test "container: the termination log is a record that fits" {
    make_volume
    : >status/termination-log
    chmod 666 status/termination-log
    OPTIONS+=(--volume "$PWD/status/termination-log:/dev/termination-log")
    run run_in empty phase-run --termination-log /dev/termination-log -- \
        "${SH[@]}" 'echo secret; exit 6'
    assert_failure 6
    assert_output secret
    jq -e '.type == "result" and .state == "failed" and .exitStatus == 6' \
        status/termination-log
    [ "$(stat -c %s status/termination-log)" -le 4096 ]
    run grep secret status/termination-log
    assert_failure 1
}

@test "container: without an account that is said once, and the command runs" {
    OPTIONS=(--env KUBERNETES_SERVICE_HOST=127.0.0.1
        --env KUBERNETES_SERVICE_PORT=1)
    run --separate-stderr run_in empty phase-run \
        --target actionset/kanister/backup -- \
        "${SH[@]}" 'echo hello; echo error >&2; exit 3'
    assert_failure 3
    assert_output hello
    grep -qx error <<<"$stderr"
    assert_equal "$(grep -c '^status-patch: fatal: ' <<<"$stderr")" 1
    grep -q '^status-patch: fatal: .*serviceaccount' <<<"$stderr"
    assert_equal "$(grep -c '^phase-run: warning: ' <<<"$stderr")" 1
    assert_equal "$(grep -c . <<<"$stderr")" 4 # with what to do about it
}
