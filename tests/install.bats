#!/usr/bin/env bats
# What make install puts where, make uninstall takes away, and make dist packs.
# How the programs were built changes nothing in these.

load helpers

COMMANDS=$(make -s -C "$BATS_TEST_DIRNAME/.." --eval 'print: ; @echo $(COMMANDS)' print)

# A copy of the tree, with its build.
setup_file() {
    unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS LDLIBS CC
    unset PREFIX DESTDIR BINDIR MANDIR DATADIR DOCDIR BASHDIR ZSHDIR FISHDIR
    export COPY=$BATS_FILE_TMPDIR/copy
    mkdir "$COPY"
    tar -C "$ROOT" --exclude=./build --exclude=./.git -cf - . | tar -C "$COPY" -xf -
    make -C "$COPY" -j2 all completions >"$BATS_FILE_TMPDIR/make.log" 2>&1 || {
        cat "$BATS_FILE_TMPDIR/make.log"
        return 1
    }
}

tree() { # DIRECTORY
    (cd "$1" && find . -printf '%y %m %p %l\n' | sort -k 3)
}

install_in() { # DESTDIR [SETTING ...]
    make -C "$COPY" --no-print-directory install DESTDIR="$PWD/$1" "${@:2}" >log 2>&1
}

@test "install: exactly the programs, and what belongs to each" {
    local command file

    install_in root PREFIX=/usr
    (cd root && find . ! -type d -printf '%m %p\n' | sort -k 2) >installed
    {
        for command in $COMMANDS; do
            echo "755 ./usr/bin/$command"
            echo "644 ./usr/share/man/man1/$command.1"
            echo "644 ./usr/share/bash-completion/completions/$command"
            echo "644 ./usr/share/zsh/site-functions/_$command"
            echo "644 ./usr/share/fish/vendor_completions.d/$command.fish"
        done
        for file in "$ROOT"/filters/*.[2-8]; do
            [ ! -e "$file" ] || echo "644 ./usr/share/man/man${file##*.}/${file##*/}"
        done
        for file in "$ROOT"/include/schemas/*.json; do
            echo "644 ./usr/share/phasepipe/schemas/${file##*/}"
        done
        echo '644 ./usr/share/phasepipe/directories'
        for file in LICENSE README.md; do
            echo "644 ./usr/share/doc/phasepipe/$file"
        done
        for file in "$ROOT"/scripts/kubernetes/* "$ROOT"/filters/phase-metrics/*.{json,yaml}; do
            echo "644 ./usr/share/doc/phasepipe/examples/${file##*/}"
        done
    } | sort -k 2 | diff - <(grep -v /share/phasepipe/adapters/ installed)
    run find root -type d ! -perm 755
    assert_output ''
}

@test "install: the manual is the program's own" {
    local command

    install_in root
    for command in $COMMANDS; do
        grep -qix "\.Dt $command 1" "root/usr/local/share/man/man1/$command.1"
        grep -qx "\.Nm $command" "root/usr/local/share/man/man1/$command.1"
    done
}

@test "install: what is installed runs without the tree" {
    cp -a "$COPY" tree
    make -C tree install DESTDIR="$PWD/root" >log 2>&1
    cp "$ROOT/tests/data/demo/kopia-0.23-create.timed" .
    rm -r tree
    run --separate-stderr env -i PATH="$PWD/root/usr/local/bin:/usr/bin:/bin" bash -c '
        set -euo pipefail
        kopia-progress --replay kopia-0.23-create.timed --speed 0 |
            phase-agg --phases a,b --phase a | status-patch status.json
        phase-run --target run.json -- true
        phase-follow -h >help; phasepipe-doctor >found'
    assert_success
    assert_equal "$stderr" ''
    [ "$(jq -r .progress.percentCompleted status.json)" = 49.50 ]
    [ "$(jq -r .progress.percentCompleted run.json)" = 100.00 ]
}

@test "install: uninstall leaves nothing where nothing was" {
    mkdir root
    tree root >before
    install_in root
    make -C "$COPY" uninstall DESTDIR="$PWD/root" >>log 2>&1
    tree root | diff before -
}

@test "install: uninstall leaves what was there, and what came later" {
    mkdir -p root/usr/local/bin root/usr/local/share/man/man1 root/usr/local/share/fish
    touch root/usr/local/bin/other
    tree root >before
    install_in root
    install_in root # again, and what was made is still known
    make -C "$COPY" uninstall DESTDIR="$PWD/root" >>log 2>&1
    tree root | diff before -

    install_in root
    touch root/usr/local/share/phasepipe/later
    make -C "$COPY" uninstall DESTDIR="$PWD/root" >>log 2>&1
    run find root/usr/local/share ! -type d
    assert_output root/usr/local/share/phasepipe/later
    # and a second time there is nothing to do
    run make -C "$COPY" uninstall DESTDIR="$PWD/root"
    assert_success
}

@test "install: every directory can be chosen" {
    local where=(BINDIR=/b MANDIR=/m DATADIR=/d DOCDIR=/o BASHDIR=/c ZSHDIR=/z FISHDIR=/f)

    mkdir root
    install_in root "${where[@]}"
    [ -x root/b/phase-agg ]
    [ -e root/m/man1/phase-agg.1 ]
    [ -e root/d/schemas/status.json ]
    [ -e root/o/README.md ]
    [ -e root/c/phase-agg ]
    [ -e root/z/_phase-agg ]
    [ -e root/f/phase-agg.fish ]
    run ls root
    assert_output "$(printf '%s\n' b c d f m o z)"
    make -C "$COPY" uninstall DESTDIR="$PWD/root" "${where[@]}" >>log 2>&1
    run find root -mindepth 1
    assert_output ''
}

@test "install: a second make has no completions to make" {
    make -C "$COPY" -q completions
}

# --- make dist

# A repository of the tree as it is, with one commit.
take_repository() {
    mkdir origin
    tar -C "$ROOT" --exclude=./build --exclude=./.git -cf - . | tar -C origin -xf -
    git -C origin init -q
    git -C origin add -A
    git -C origin -c user.name=a -c user.email=a@example.org commit -q \
        --date '2026-01-02T03:04:05Z' -m all
}

@test "install: make dist gives the same bytes for the same commit" {
    take_repository
    (
        umask 077
        git clone -q origin one
    )
    (
        umask 000
        mkdir -p some/where
        git clone -q origin some/where/else
    )
    git -C some/where/else config tar.umask user
    git -C some/where/else config core.autocrlf true
    find some -exec touch -d '2001-01-01' {} +
    (umask 077 && TZ=UTC make -C one dist >log 2>&1)
    (umask 000 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 make -C some/where/else dist >log 2>&1)
    cmp one/build/phasepipe-*.tar.gz some/where/else/build/phasepipe-*.tar.gz
    [ "$(ls one/build)" = "$(basename one/build/phasepipe-*.tar.gz)" ]
    tar -tvzf one/build/phasepipe-*.tar.gz >listed
    run grep -vE '^[d-]rw[x-]r-[x-]r-[x-] root/root ' listed
    assert_output ''
}

@test "install: what make dist packs builds where there is no git" {
    take_repository
    make -C origin dist >log 2>&1
    mkdir apart bin
    tar -C apart -xzf origin/build/phasepipe-*.tar.gz
    printf '#!/bin/sh\necho called >>%s\nexit 1\n' "$PWD/called" >bin/git
    chmod +x bin/git
    PATH=$PWD/bin:$PATH make -C apart/phasepipe-* -j2 all install \
        DESTDIR="$PWD/root" >log 2>&1
    [ ! -e called ]
    run root/usr/local/bin/phase-agg --version
    assert_output --regexp '^phase-agg \(phasepipe\) [0-9.]+$'
    run make -C apart/phasepipe-* dist
    assert_failure
    assert_line 'dist: this is no git repository, so it has no HEAD to pack'
}
