#!/usr/bin/env bats
# The package for Debian: what is in it, and that it comes and goes without a
# trace in a system of the smallest size.  It wants root, and a mirror.

load helpers

setup_file() {
    export DEBS=$BATS_FILE_TMPDIR/debs CHROOT=$BATS_FILE_TMPDIR/root
    "$ROOT/scripts/deb" "$DEBS"
}

# The package that was made.
deb() { echo "$DEBS"/phasepipe_*.deb; }

# A command in the clean system.
inside() { # COMMAND ...
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
        LC_ALL=C chroot "$CHROOT" "$@"
}

# Debian's smallest system, with this machine's sources and lists of packages.
take_system() {
    local archive

    archive=$("$ROOT/tests/container/build" debian)
    mkdir "$CHROOT"
    tar -C "$CHROOT" -xf "$archive"
    mkdir -p "$CHROOT/dev"
    mknod -m 666 "$CHROOT/dev/null" c 1 3
    mknod -m 666 "$CHROOT/dev/urandom" c 1 9
    cp /etc/resolv.conf "$CHROOT/etc"
    mkdir -p "$CHROOT/var/lib/apt/lists/partial" "$CHROOT/var/cache/apt/archives/partial"
    inside apt-get update >"$BATS_FILE_TMPDIR/update.log" 2>&1 || {
        cat "$BATS_FILE_TMPDIR/update.log"
        return 1
    }
}

# All there is in it, but for what dpkg and apt keep about what was there, and
# what ldconfig and logs have.
whole_system() {
    (cd "$CHROOT" && find . \( -path ./var/lib/dpkg -o -path ./var/lib/apt -o \
        -path ./var/cache -o -path ./var/log \) -prune -o \
        -printf '%y %m %p %l\n' | sort -k 3)
}

@test "package: it says what it is, and needs no more than it is linked with" {
    dpkg-deb -f "$(deb)" Package Version Depends >said
    grep -qx 'Package: phasepipe' said
    grep -qxE "Version: $(make -s -C "$ROOT" --eval 'print: ; @echo $(VERSION)' print)-[0-9]+" said
    # by dpkg-shlibdeps
    sed -n 's/^Depends: //p' said | tr ',' '\n' | sed -E 's/^ *([^ ]+).*/\1/' | sort >needed
    printf '%s\n' libc6 libcurl4 libjq1 libpcre2-8-0 libyaml-0-2 | diff - needed
}

@test "package: it has what make install puts, and Debian's own" {
    dpkg-deb -x "$(deb)" here
    make -C "$ROOT" --no-print-directory install DESTDIR="$PWD/there" PREFIX=/usr \
        ZSHDIR=/usr/share/zsh/vendor-completions >log 2>&1
    files() { (cd "$1" && find . ! -type d | sed 's/\.gz$//' | sort); }
    files here | diff - <({ files there |
        grep -vxE './usr/share/(phasepipe/directories|doc/phasepipe/LICENSE)'
        printf './usr/share/doc/phasepipe/%s\n' changelog.Debian copyright
        echo ./usr/share/lintian/overrides/phasepipe; } | sort)
}

@test "package: its programs are hardened" {
    dpkg-deb -x "$(deb)" here
    for file in here/usr/bin/*; do
        [ "$(head -c 2 "$file")" != '#!' ] || continue
        readelf -hW "$file" | grep -q 'Type: *DYN'
        readelf -dW "$file" | grep -q 'FLAGS_1.*NOW.*PIE'
        readelf -lW "$file" | grep -q GNU_RELRO
        readelf --dyn-syms -W "$file" | grep -q ' __stack_chk_fail@'
        # dpkg-buildflags' own were there
        run readelf -SW "$file"
        refute_output --partial .debug_info
    done
}

@test "package: lintian finds nothing" {
    run --separate-stderr lintian --allow-root -I --pedantic --fail-on error,warning,info,pedantic "$(deb)"
    assert_success
    assert_output ''
}

@test "package: the same tree gives the same bytes, wherever and whenever" {
    mkdir elsewhere
    tar -C "$ROOT" --exclude=./build --exclude=./.git -cf - . | tar -C elsewhere -xf -
    find elsewhere -exec touch -d '2001-01-01' {} +
    (umask 077 && cd elsewhere && TZ=Asia/Tokyo LC_ALL=C.UTF-8 scripts/deb "$PWD/../debs")
    cmp "$(deb)" debs/phasepipe_*.deb
}

@test "package: a version that is not the Makefile's is refused" {
    mkdir elsewhere
    tar -C "$ROOT" --exclude=./build --exclude=./.git -cf - . | tar -C elsewhere -xf -
    sed -i 's/^VERSION = .*/VERSION = 9.9.9/' elsewhere/Makefile
    run elsewhere/scripts/deb debs
    assert_failure 1
    assert_output --regexp '^deb: scripts/debian/changelog has [^ ]+, the Makefile 9\.9\.9$'
}

@test "package: it is installed, runs, and is purged without a trace" {
    local phases=updatePermissions,dumpToObjectStore,cleanup

    take_system
    whole_system >before
    cp "$(deb)" "$CHROOT/tmp/phasepipe.deb"
    run inside apt-get -y --no-install-recommends install /tmp/phasepipe.deb
    assert_success
    run inside dpkg-query -W -f '${db:Status-Status}' phasepipe
    assert_output installed

    # the demo's pipeline, with what is installed
    cp "$ROOT/tests/data/demo/kopia-0.23-create.timed" "$CHROOT/tmp"
    run --separate-stderr inside bash -c "
        set -euo pipefail
        cd /tmp
        {
            echo '{\"type\":\"phase\",\"phase\":\"updatePermissions\",\"state\":\"complete\"}'
            kopia-progress --replay kopia-0.23-create.timed --speed 0
            echo '{\"type\":\"phase\",\"phase\":\"dumpToObjectStore\",\"state\":\"complete\"}'
            echo '{\"type\":\"phase\",\"phase\":\"cleanup\",\"state\":\"complete\"}'
        } | phase-agg --phases $phases --phase dumpToObjectStore | status-patch status.json
        phase-run --target run.json -- sh -c 'exit 3' || [ \$? = 3 ]"
    assert_success
    assert_equal "$stderr" ''
    [ "$(jq -r .progress.percentCompleted "$CHROOT/tmp/status.json")" = 100.00 ]
    [ "$(jq -r .state "$CHROOT/tmp/run.json")" = failed ]
    run inside phasepipe-doctor /tmp/status.json
    assert_success
    assert_line --regexp '^ok programs .* all [0-9.]+$'
    for page in 1/status-patch.1 5/phasepipe-records.5 7/phasepipe.7; do
        gzip -dc "$CHROOT/usr/share/man/man$page.gz" | mandoc -Tlint -W error
    done

    rm "$CHROOT"/tmp/*
    run inside apt-get -y --purge autoremove phasepipe
    assert_success
    run inside dpkg-query -W -f '${db:Status-Status}' phasepipe
    assert_failure
    whole_system >after
    diff before after
}
