#!/usr/bin/env bats
# scripts/doctor: what it finds and what it advises.  The server answers by a
# script; see tests/kube/server.  How the programs were built changes nothing.
#
# bats runs each test in a shell of its own and sets $stderr and
# $stderr_lines; what bash -c shall expand stands in single quotes:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helpers
load kube
load actionset

# A command of this name in ./bin, which goes before all others.
stand_in() { # NAME TEXT
    mkdir -p bin
    printf '#!/bin/bash\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}

doctor() { # ARG ...
    run --separate-stderr env -i HOME="$HOME" ${KUBECONFIG+KUBECONFIG="$KUBECONFIG"} \
        ${PHASEPIPE_MOVER+PHASEPIPE_MOVER="$PHASEPIPE_MOVER"} \
        PATH="$PWD/bin:${PROGRAMS-$BIN:}/usr/bin:/bin" "$ROOT/scripts/doctor" "$@"
}

# The rows about WHAT, and the lines that belong to them.
rows_of() { # WHAT ...
    local what

    for what; do
        awk -v what="$what" '/^-- {5}/ { if (on) print; next } { on = $2 == what } on' <<<"$output"
    done
}

@test "doctor: says which programs there are, of which version" {
    doctor
    assert_success
    assert_equal "$stderr" ''
    assert_line --regexp '^ok programs    kopia-progress phase-agg status-patch phase-run, all [0-9.]+$'
    assert_line --regexp '^ok libcurl     libcurl\.so\.4 with libssl\.so\.[0-9]+$'
}

@test "doctor: says what is not in PATH, and how it gets there" {
    PROGRAMS='' doctor
    assert_failure 1
    run rows_of programs
    assert_line --index 0 'no programs    not in PATH: kopia-progress phase-agg status-patch phase-run'
    assert_line --index 1 --regexp '^--             (export PATH=.*/build/bin:\$PATH|make && .*)$'
    # beside it
    mkdir there
    cp "$ROOT/scripts/doctor" there
    cp "$BIN"/* there
    PROGRAMS='' run --separate-stderr env -i PATH=/usr/bin:/bin there/doctor
    assert_failure 1
    assert_line "--             export PATH=$PWD/there:\$PATH"
}

@test "doctor: says where programs are of several versions, or do not run" {
    stand_in phase-agg 'echo "phase-agg (phasepipe) 0.0.9"'
    doctor
    assert_failure 1
    assert_line --regexp '^no programs    of several versions: 0\.0\.9, [0-9.]+$'
    for name in kopia-progress phase-agg status-patch phase-run; do
        stand_in "$name" 'echo "error while loading shared libraries" >&2; exit 127'
    done
    doctor
    assert_failure 1
    assert_line --regexp '^no programs    what is in PATH does not run: '
}

@test "doctor: says where libcurl goes by GnuTLS, or cannot be told" {
    stand_in ldd 'echo "libcurl-gnutls.so.4 => /lib/libcurl-gnutls.so.4"'
    doctor
    assert_failure 1
    run rows_of libcurl
    assert_line --index 0 --regexp '^no libcurl .*GnuTLS'
    assert_line --index 1 --partial 'apt-get install libcurl4-openssl-dev'
    stand_in ldd 'exit 1'
    doctor
    assert_success
    assert_line '?? libcurl     nothing here tells which one status-patch has'
}

@test "doctor: knows the versions of kopia" {
    while read -r version verdict words; do
        stand_in kopia "echo '$version build: 8d4e from: kopia/kopia'"
        doctor
        run rows_of kopia
        assert_line --index 0 --partial "$verdict kopia "
        assert_line --index 0 --partial "$words"
    done <<'END'
0.2.1 no only 0.3.0 and later
0.8.4 ok unless --no-progress
0.22.3 ok unless --no-progress
0.23.0 ok give it --progress
0.23.1 ok give it --progress
0.24.0 ?? later than 0.23
END
    stand_in kopia 'exit 3'
    doctor
    assert_line '?? kopia       it does not tell its version'
}

@test "doctor: says which options of kopia's hide its progress" {
    stand_in kopia "echo '0.23.1 build: 8d4e from: kopia/kopia'"
    doctor -- kopia snapshot create --progress /data
    assert_success
    assert_line 'ok flags       kopia snapshot create --progress /data'
    doctor -- kopia snapshot create /data
    assert_failure 1
    run rows_of flags
    assert_output 'no flags       kopia 0.23.0 and later print no progress where standard output is no terminal
--             kopia snapshot create /data --progress'
    doctor -- kopia restore --no-progress k1 /data
    assert_failure 1
    run rows_of flags
    assert_line --index 1 '--             kopia restore --progress k1 /data'
    for level in --log-level=error '--log-level warning'; do
        # shellcheck disable=SC2086 # one or two words
        doctor -- kopia $level restore --progress k1 /data
        assert_failure 1
        assert_line --regexp '^no flags       --log-level=(error|warning): hides how it ended'
    done
    doctor -- kopia restore --progress --progress-update-interval=5m k1 /data
    assert_success
    assert_line --regexp '^\?\? flags +--progress-update-interval=5m: '
    # before 0.23.0 progress is the default, and a verification has its own
    stand_in kopia "echo '0.22.3 build: 8d4e from: kopia/kopia'"
    doctor -- kopia snapshot create /data
    assert_success
    stand_in kopia "echo '0.23.1 build: 8d4e from: kopia/kopia'"
    doctor -- /usr/bin/kopia snapshot verify
    assert_success
    # the command is another's
    doctor -- restic backup /data
    assert_success
    refute_line --partial flags
}

@test "doctor: looks behind phase-run, and whether that reads kopia" {
    stand_in kopia "echo '0.23.1 build: 8d4e from: kopia/kopia'"
    doctor -- /phasepipe/phase-run --mover=kopia --phase dump --log-records --mover-within-steps \
        --target actionset/x -- kopia snapshot create /data
    assert_failure 1
    run rows_of flags
    assert_output 'no flags       kopia 0.23.0 and later print no progress where standard output is no terminal
--             /phasepipe/phase-run --mover=kopia --phase dump --log-records --mover-within-steps --target actionset/x -- kopia snapshot create /data --progress'
    doctor -- phase-run --mover kopia kopia snapshot create --progress /data
    assert_success
    assert_line 'ok flags       phase-run --mover kopia kopia snapshot create --progress /data'
    # --progress-file has nothing to do with --progress
    doctor -- phase-run --phase --progress -- kopia snapshot create --progress /data
    assert_failure 1
    run rows_of flags
    assert_line --index 0 'no flags       phase-run without --mover kopia does not read what kopia prints'
    assert_line --index 1 '--             phase-run --mover kopia --phase --progress -- kopia snapshot create --progress /data'
    export PHASEPIPE_MOVER=kopia
    doctor -- phase-run --phase dump -- kopia snapshot create --progress /data
    assert_success
    unset PHASEPIPE_MOVER
    doctor -- phase-run --pipeline 'kopia-progress' kopia restore --progress k /data
    assert_success
    for none in phase-run 'phase-run --mover' 'phase-run --mover kopia --'; do
        # shellcheck disable=SC2086 # words
        doctor -- $none
        assert_success
        refute_line --partial flags
    done
}

# What doctor takes for an option without a value is one.
@test "doctor: knows which options of phase-run have no value" {
    phase-run --help | sed -nE 's/^ +(--[a-z-]+)(\[=.*)?  .*/\1/p' | grep -v '^--version$' | sort >help
    sed -nE 's/^ +--\*=\* \| (--.*)\) rest.*/\1/p' "$ROOT/scripts/doctor" | sed 's/ | /\n/g' | sort | diff help -
}

@test "doctor: names the movers that are there and can be read" {
    stand_in any-progress 'printf "%s\t%s\n" restic restic none none borgone borg'
    stand_in restic true
    doctor
    assert_line 'ok movers      restic: any-progress reads them'
    stand_in any-progress 'exit 111'
    doctor
    assert_success
    refute_line --partial movers
}

@test "doctor: runs no command that it is told of" {
    stand_in kopia 'echo "$@" >>ran'
    doctor -- kopia snapshot create --progress /data
    run cat ran
    assert_output -- --version
}

@test "doctor: says whether a file can be written" {
    mkdir there
    doctor there/status.json
    assert_success
    assert_line 'ok file        there/status.json can be written, and what reads it sees whole ones'
    refute_line --partial kubeconfig
    doctor none/status.json
    assert_failure 1
    run rows_of file
    assert_output 'no file        none/status.json: there is no directory none
--             mkdir -p none'
    doctor there
    assert_failure 1
    assert_line 'no file        there is a directory'
}

@test "doctor: says where the file system is read-only" {
    unshare -rm true || skip "there are no mount namespaces"
    mkdir there
    run unshare -rm bash -c 'mount -t tmpfs -o ro none there
        PATH=$BIN:$PATH "$ROOT/scripts/doctor" there/status.json'
    assert_failure 1
    assert_line --regexp '^no file        there/status\.json: may not make files in there, as user [0-9]+$'
}

@test "doctor: says where there is no cluster" {
    doctor
    assert_success
    run rows_of kubeconfig
    assert_output '-- kubeconfig  none, and this is no pod: a status can go to files only
--             give --kubeconfig FILE, or set KUBECONFIG'
    doctor actionset/backup
    assert_failure 1
}

# Serves the ROWS, with a kubeconfig for it.
serve_rows() { # ROW ...
    make_rows "$@"
    kubeconfig
    chmod 600 config
    [ -e bin/kubectl ] || stand_in kubectl 'exit 1'
}
make_rows() {
    rows api "$@"
    serve api --cert certs/server.pem
}

@test "doctor: asks the cluster as status-patch does, and says the same" {
    serve_rows "$VERSION" "$WHO" "$RESOURCES" "$MAY" "$FIELDS" "$LOOK"
    doctor --kubeconfig "$PWD/config" actionset/backup
    assert_success
    assert_line "ok kubeconfig  $PWD/config"
    assert_line --regexp '^ok server      https://127.0.0.1:[0-9]+ answers, Kubernetes v1.34.1$'
    assert_line 'ok identity    system:serviceaccount:lab:patcher'
    assert_line 'ok resource    actionsets of cr.kanister.io/v1alpha1, without a status subresource'
    assert_line 'ok patch       actionsets/backup in namespace kanister'
    assert_line 'ok dialect     percent are written as "43", as released controllers do'
    assert_line --partial '?? controller  '
}

@test "doctor: what status-patch says no to fails, with the line that mends it" {
    serve_rows "$VERSION" "$WHO" "$RESOURCES" "$MAY" "$MAY_NOT" "$FIELDS" "$LOOK"
    KUBECONFIG=$PWD/config doctor actionset/backup
    assert_failure 1
    run rows_of patch
    assert_output 'no patch       may not patch actionsets/backup in namespace kanister
--             kubectl create role phasepipe --verb=get,patch --resource=actionsets.cr.kanister.io --resource-name=backup -n kanister && kubectl create rolebinding phasepipe --role=phasepipe --serviceaccount=lab:patcher -n kanister'
}

@test "doctor: a server that is away, or no cluster, is said" {
    serve_rows "$VERSION"
    stop_servers
    doctor --kubeconfig "$PWD/config" actionset/backup
    assert_failure 1
    assert_line --regexp '^no server +no connection '
    refute_line --partial controller
    doctor --kubeconfig "$PWD/config" --context none actionset/backup
    assert_failure 1
    assert_line --regexp '^no cluster +.*none'
}

@test "doctor: without a name it asks for one that nobody has" {
    serve_rows "$VERSION" "$WHO" "$RESOURCES" "$MAY" "$FIELDS" "$(refusal GET 404 NotFound no)"
    doctor --kubeconfig "$PWD/config"
    assert_success
    assert_line 'ok patch       actionsets/phasepipe-doctor in namespace kanister'
    refute_line --partial 'there is no ActionSet'
    run rows_of object
    assert_output '?? object      none was named: rights may be for a certain name only
--             doctor -n NAMESPACE actionset/NAME'
}

@test "doctor: a kubeconfig that others can read is said" {
    serve_rows "$VERSION" "$WHO" "$RESOURCES" "$MAY" "$FIELDS" "$LOOK"
    chmod 644 config
    doctor --kubeconfig "$PWD/config" actionset/backup
    assert_success
    run rows_of kubeconfig
    assert_output "?? kubeconfig  $PWD/config: others may read it
--             chmod 600 $PWD/config"
}

@test "doctor: which controller it is says kubectl, where it may" {
    stand_in kubectl 'echo "$*" >asked
        echo "{\"items\":[{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":\"ghcr.io/kanisterio/controller:0.119.0\"},{\"image\":\"busybox\"}]}}}}]}"'
    serve_rows "$VERSION" "$WHO" "$RESOURCES" "$MAY" "$FIELDS" "$LOOK"
    doctor --kubeconfig "$PWD/config" -n kanister actionset/backup
    assert_success
    assert_line 'ok controller  ghcr.io/kanisterio/controller:0.119.0'
    assert_equal "$(cat asked)" "--request-timeout=10s get deployments -o json -n kanister --kubeconfig $PWD/config"
}

# --- in a pod

# Has COMMAND done where there is a pod's account with the TOKEN.
in_pod() { # TOKEN COMMAND
    printf %s "$1" >token
    run --separate-stderr unshare -rm bash -c 'set -e
        mount -t tmpfs none /run
        account=/run/secrets/kubernetes.io/serviceaccount
        mkdir -p "$account"
        cp certs/ca.pem "$account/ca.crt"
        cp token "$account/token"
        printf pods >"$account/namespace"
        eval "$1"
        exec env -i HOME="$HOME" KUBERNETES_SERVICE_HOST=127.0.0.1 \
            KUBERNETES_SERVICE_PORT="$PORT" PATH="$PWD/bin:$BIN:/usr/bin:/bin" \
            "$ROOT/scripts/doctor" "${@:2}"' - "$2" "${@:3}"
}

# A token that ends then, as the API server makes them; it proves nothing.
token_until() { # SECONDS
    printf '%s.%s.c2ln' "$(base64 -w 0 <<<'{"alg":"RS256"}' | tr -d =)" \
        "$(printf '{"aud":["a??>"],"exp":%s,"sub":"x"}' "$1" | base64 -w 0 | tr -d = | tr +/ -_)"
}

@test "doctor: in a pod it looks at the account" {
    [ /run -ef /var/run ] && unshare -rm true || skip "there are no mount namespaces"
    make_rows "$VERSION" "$WHO" "$RESOURCES" "$MAY" "$FIELDS" "$LOOK"
    stand_in kubectl 'exit 1'
    export PORT
    in_pod "$(token_until "$((EPOCHSECONDS + 3000))")" true actionset/kanister/backup
    assert_success
    assert_line 'ok place       a pod; the API server is 127.0.0.1'
    assert_line --regexp '^ok token       for [0-9]+ s more; '
    assert_line 'ok ca          /var/run/secrets/kubernetes.io/serviceaccount/ca.crt'
    assert_line --regexp "^\?\? namespace   pods, the pod's own; "
    assert_line 'ok patch       actionsets/backup in namespace kanister'
    refute_line --partial kubeconfig
}

@test "doctor: in a pod it says what is wrong with the account" {
    [ /run -ef /var/run ] && unshare -rm true || skip "there are no mount namespaces"
    export PORT=1
    in_pod "$(token_until "$((EPOCHSECONDS - 60))")" true -n kanister
    assert_failure 1
    assert_line --regexp '^no token       ended [0-9]+ s ago$'
    assert_line 'ok namespace   kanister, as told'
    in_pod opaque true
    assert_line 'ok token       does not say that it ends'
    in_pod '' 'rm $account/token' -n kanister
    assert_failure 1
    assert_line 'no token       the pod has no service account'
    assert_line --partial 'automountServiceAccountToken: true'
    in_pod a-token 'echo no PEM >$account/ca.crt; rm $account/namespace'
    assert_failure 1
    assert_line --regexp '^no ca .*no certificate'
    assert_line 'no namespace   nothing says which'
}

@test "doctor: shows no part of a token" {
    [ /run -ef /var/run ] && unshare -rm true || skip "there are no mount namespaces"
    export PORT=1
    secret=$(token_until "$((EPOCHSECONDS + 60))")
    in_pod "$secret" true -n kanister
    for part in ${secret//./ }; do
        refute_output --partial "$part"
        [[ $stderr != *"$part"* ]]
    done
}

@test "doctor: wrong usage" {
    for wrong in --wrong '-n' '--context' 'a b' '--namespace='; do
        # shellcheck disable=SC2086 # two words
        run --separate-stderr "$ROOT/scripts/doctor" $wrong
        assert_failure 100
        assert_output ''
        [[ $stderr == 'doctor: fatal: '* ]]
    done
    run "$ROOT/scripts/doctor" --help
    assert_success
    assert_line --regexp '^Usage: doctor '
    [ "$(wc -L <<<"$output")" -le 80 ]
    # as in the manual
    sed -nE 's/^  (-[a-z], |    )(--[a-z]+).*/\2/p' <<<"$output" | sort >help
    sed -nE 's/^\.It Fl (.* Fl )?-([a-z]+).*/--\2/p' "$ROOT/scripts/phasepipe-doctor.1" | sort | diff help -
}
