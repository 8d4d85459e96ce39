# scripts/static/sources: where the sources of static programs come from.  apt
# and dpkg-source are stood in for, so no network is needed, and how the
# programs were built changes nothing.

load helpers

# A machine of our own making: ./bin has all its commands.  apt-get has the
# versions that ./there names, and apt-cache lists those that ./listed names.
take_machine() {
    local name

    mkdir bin
    for name in bash cat dirname env mkdir mv rm sed sort; do
        ln -s "$(command -v "$name")" bin
    done
    cat >bin/apt-get <<'STAND_IN'
#!/bin/bash
cat "$APT_CONFIG" >>"$STAND_IN_DIR/configuration"
for part in "${APT_CONFIG%/*}"/parts/*; do
    cat "$part" >>"$STAND_IN_DIR/lists"
done
case $* in
*source*)
    read -r there <"$STAND_IN_DIR/there"
    [[ " $there " == *" ${!#} "* ]] || exit 100
    : >"${!#/=/_}.dsc"
    ;;
esac
STAND_IN
    cat >bin/apt-cache <<'STAND_IN'
#!/bin/bash
while read -r name version; do
    [ "$name" != "${!#}" ] || printf 'Package: %s\nVersion: %s\n' "$name" "$version"
done <"$STAND_IN_DIR/listed"
STAND_IN
    # dpkg-source --no-check -x FILE DIRECTORY
    cat >bin/dpkg-source <<'STAND_IN'
#!/bin/bash
mkdir "$4" && cat "$3" >"$4/unpacked"
STAND_IN
    chmod +x bin/*
    export STAND_IN_DIR=$PWD
}

sources() {
    run --separate-stderr env PATH="$PWD/bin" \
        "$ROOT/scripts/static/sources" "$@"
}

@test "static: a source is fetched and unpacked, and its version kept" {
    take_machine
    echo 'jq 1.6-2' >listed
    echo 'jq=1.6-2' >there
    sources to jq
    assert_success
    assert_output ''
    [ "$stderr" = '' ]
    [ -e to/jq/unpacked ]
    assert_equal "$(cat to/jq.version)" 1.6-2
    run ls -A to
    assert_output $'jq\njq.version'
    # its own lists and configuration, and those only ask for sources
    grep -q "^Dir::State::Lists \"$PWD/to/.apt/lists\";" configuration
    run grep -E '^(deb|Types: deb) ' lists
    assert_failure 1
}

@test "static: what a mirror lists and has not is said, and an older one taken" {
    take_machine
    printf 'jq %s\n' 1.6-2.1 1.6-2.1+deb12u3 1.6-2.1+deb12u2 >listed
    echo 'jq=1.6-2.1 jq=1.6-2.1+deb12u2' >there
    sources to jq
    assert_success
    [ "$stderr" = 'static: jq 1.6-2.1+deb12u3 is listed but cannot be had' ]
    assert_equal "$(cat to/jq.version)" 1.6-2.1+deb12u2
}

@test "static: a source that cannot be had is an error, and leaves nothing half" {
    take_machine
    echo 'jq 1.6-2' >listed
    echo >there
    sources to jq
    assert_failure 1
    [[ $stderr == *"static: no source of jq; without a network put it into $PWD/to/jq" ]]
    [ ! -e to/jq ]
}

@test "static: what is there is taken as it is, without apt" {
    take_machine
    rm bin/apt-*
    mkdir -p to/jq
    sources to jq
    assert_success
    [ "$stderr" = '' ]
    sources to jq curl
    assert_failure 1
    assert_equal "$stderr" "static: no apt-get: put the sources of curl into $PWD/to"
}
