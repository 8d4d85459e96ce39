# The house: rooms, build, install, manuals, the two commands.  It looks at the
# tree and at build/, so how the programs were built changes nothing.

load helpers

PROGRAMS=$(sed -n "s/^PROGRAMS *= *//p" "$BATS_TEST_DIRNAME/../Makefile")

# A copy of the tree, built from nothing with two jobs.
setup_file() {
    unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS LDLIBS CC
    unset PREFIX DESTDIR BINDIR MANDIR DATADIR
    export COPY=$BATS_FILE_TMPDIR/copy
    mkdir "$COPY"
    tar -C "$ROOT" --exclude=./build --exclude=./.git -cf - . | tar -C "$COPY" -xf -
    make -C "$COPY" -j2 all unit >"$BATS_FILE_TMPDIR/make.log" 2>&1 || {
        cat "$BATS_FILE_TMPDIR/make.log"
        return 1
    }
}

# Another copy, for a test that changes it: ./tree, with its build.
take_copy() {
    cp -a "$COPY" tree
}

# The C files in these directories, from the root of the tree.
c_files() {
    (cd "$ROOT" && find "$@" -name '*.[ch]' | sort)
}

assert_empty() { # FILE
    if [ -s "$1" ]; then
        cat "$1"
        return 1
    fi
}

# --- rooms

@test "house: the rooms never include one another, and base nobody" {
    local file room other

    cd "$ROOT"
    for file in $(c_files lib include); do
        room=$(cut -d / -f 2 <<<"$file")
        for other in $(sed -n 's/^ *# *include *"\([^/"]*\)\/.*/\1/p' "$file"); do
            if [ "$other" != "$room" ] && [ "$other" != base ]; then
                echo "$file includes $other"
            fi
        done
    done >"$BATS_TEST_TMPDIR/wrong"
    assert_empty "$BATS_TEST_TMPDIR/wrong"
}

@test "house: a filter includes only the rooms that the Makefile gives it" {
    local program room rooms

    cd "$ROOT"
    for program in $PROGRAMS; do
        rooms=$(sed -n "s/^$program\.rooms *= *//p" Makefile)
        for room in $(find filters \( -path "filters/$program.c" -o \
            -path "filters/$program/*.[ch]" \) -exec sed -n 's/^ *# *include *"\([^/"]*\)\/.*/\1/p' {} + |
            sort -u); do
            if [[ " $rooms $program " != *" $room "* ]]; then
                echo "filters/$program.c includes $room"
            fi
        done
    done >"$BATS_TEST_TMPDIR/wrong"
    assert_empty "$BATS_TEST_TMPDIR/wrong"
}

@test "house: lib neither prints nor exits, but for messages and options" {
    # and where an exec failed there is only _exit()
    nm -A --undefined-only "$COPY"/build/lib*.a |
        grep -vE '/libbase\.a:((msg|opt)\.o:|(apart|child)\.o: +U _exit$)' |
        grep -E ' U (_*[vd]*f*w?printf(_chk)?|w?put[cs]|f?putc(har)?|fputs|fwrite|perror|_?exit|_Exit|quick_exit|abort|__assert_fail|err[x]?|warn[x]?|msg_[a-z_]+|stdout|stderr)$' \
            >wrong || [ $? = 1 ]
    assert_empty wrong
}

@test "house: nobody calls what cannot be called safely" {
    local files

    cd "$ROOT"
    mapfile -t files < <(c_files lib include filters scripts tests)
    grep -nE '\b(v?sprintf|strcpy|strcat|stpcpy|strncpy|strncat|atoi|atol|atof|strtok|gets|system|popen|alloca|tmpnam|mktemp)[[:space:]]*\(' \
        "${files[@]}" >"$BATS_TEST_TMPDIR/wrong" || [ $? = 1 ]
    assert_empty "$BATS_TEST_TMPDIR/wrong"
}

@test "house: every function fits one screen, also main" {
    cd "$ROOT"
    # clang-format puts a function's braces, and only those, into column 1
    for file in $(c_files lib include filters scripts); do
        awk -v file="$file" '
            /^\{/ { start = NR }
            /^\}/ && start {
                if (NR - start > 60)
                    print file ":" start ": " NR - start " lines"
                start = 0
            }' "$file"
    done >"$BATS_TEST_TMPDIR/wrong"
    assert_empty "$BATS_TEST_TMPDIR/wrong"
}

@test "house: every function of a header has its sentence" {
    cd "$ROOT"
    for file in $(c_files include); do
        # it comes right behind a comment, or behind one that does, or some
        # comment names it; what _init, _free and _close do is in their names
        awk -v file="$file" '
            { text = text "\n" $0 }
            /^[a-z].*[a-z_]\(/ && !/^typedef/ && !told {
                name = $0
                sub(/\(.*/, "", name)
                sub(/.*[ *]/, "", name)
                if (name !~ /_(init|free|close)$/)
                    line[name] = NR
            }
            { told = /\*\/$/ || (told && NF > 0) }
            END {
                for (name in line)
                    if (text !~ "\n[ /]\\*[^\n]*" name)
                        print file ":" line[name] ": " name
            }' "$file"
    done >"$BATS_TEST_TMPDIR/wrong"
    assert_empty "$BATS_TEST_TMPDIR/wrong"
}

@test "house: every file has its room" {
    cd "$ROOT"
    find . \( -path ./build -o -path ./.git \) -prune -o -type f -print |
        grep -vE '^\./(Makefile|LICENSE|README\.md|\.(gitignore|clang-(format|tidy)|editorconfig))$' |
        grep -vE '^\./\.ci/run$' |
        grep -vE '^\./filters/[a-z-]+\.(c|1)$' |
        grep -vE '^\./filters/(phasepipe\.7|phasepipe-records\.5)$' |
        grep -vE '^\./filters/[a-z-]+/[a-z_]+\.[ch]$' |
        grep -vE '^\./filters/any-progress/adapters/[a-z_]+\.adapter$' |
        grep -vE '^\./filters/phase-metrics/(dashboard\.json|rules\.yaml)$' |
        grep -vE '^\./lib/(base|mover|phase|kube|run|view)/[a-z0-9_]+\.c$' |
        grep -vE '^\./include/(base|mover|phase|kube|run|view)/[a-z0-9_]+\.h$' |
        grep -vE '^\./include/schemas/[a-z]+\.json$' |
        grep -vE '^\./(scripts|tests)/' >"$BATS_TEST_TMPDIR/wrong" || [ $? = 1 ]
    assert_empty "$BATS_TEST_TMPDIR/wrong"
}

# --- analyzers

@test "house: the analyzers look at all C code that is not of the tests" {
    local shipped

    cd "$ROOT"
    shipped=$(sed -n 's/^shipped=(\(.*\))$/\1/p' scripts/check)
    [ -n "$shipped" ]
    find . \( -path ./build -o -path ./.git -o -path ./tests \) -prune -o \
        -name '*.c' -print | grep -vE "^\./(${shipped// /|})/" \
        >"$BATS_TEST_TMPDIR/wrong" || [ $? = 1 ]
    assert_empty "$BATS_TEST_TMPDIR/wrong"
}

@test "house: each check of clang-tidy has its reason" {
    local check

    cd "$ROOT"
    grep '^#' .clang-tidy >"$BATS_TEST_TMPDIR/reasons"
    for check in $(sed -n '/^Checks:/,/^[A-Z]/s/^  \([a-z][^,]*\),*$/\1/p' .clang-tidy); do
        # core.* and the like: the group's name
        check=${check%.\*}
        check=${check#bugprone-}
        check=${check#readability}
        check=${check#clang-analyzer-}
        grep -qF -- "${check##*.}" "$BATS_TEST_TMPDIR/reasons" || echo "$check"
    done >"$BATS_TEST_TMPDIR/wrong"
    assert_empty "$BATS_TEST_TMPDIR/wrong"
}

# --- programs

# The shared libraries that a program asks for, without the C library's own.
libraries() {
    readelf -d "$COPY/build/bin/$1" |
        sed -n 's/.*(NEEDED).*\[lib\([a-z0-9-]*\)\.so.*/\1/p' |
        grep -vxE 'c|m' | sort | paste -sd ' '
}

@test "house: each program is linked with its own libraries and no others" {
    assert_equal "$(libraries any-progress)" 'jq pcre2-8'
    assert_equal "$(libraries kopia-progress)" 'jq pcre2-8'
    assert_equal "$(libraries phase-agg)" 'jq yaml-0'
    assert_equal "$(libraries phase-metrics)" 'jq'
    assert_equal "$(libraries phase-run)" 'jq'
    assert_equal "$(libraries phase-view)" 'jq'
    assert_equal "$(libraries status-patch)" 'curl jq yaml-0'
}

@test "house: the programs are hardened" {
    local program file

    for program in $PROGRAMS; do
        file=$COPY/build/bin/$program
        readelf -h "$file" | grep -qE '^ *Type: *DYN'
        readelf -d "$file" | grep -qE 'FLAGS_1.*\bPIE\b'
        readelf -d "$file" | grep -qE 'FLAGS_1.*\bNOW\b'
        readelf -lW "$file" | grep -q GNU_RELRO
        readelf -lW "$file" | grep -qE 'GNU_STACK.* RW '
        readelf --dyn-syms -W "$file" | grep -q ' __stack_chk_fail@'
        readelf --dyn-syms -W "$file" | grep -q ' __vsnprintf_chk@'
    done
}

@test "house: a copy builds from nothing with two jobs and no warning" {
    for program in $PROGRAMS; do
        [ -x "$COPY/build/bin/$program" ]
    done
    run grep -iE 'warning:|error:' "$BATS_FILE_TMPDIR/make.log"
    assert_failure 1
    assert_output ''
}

@test "house: a second make has nothing to do" {
    run --separate-stderr make -C "$COPY" --no-print-directory all unit
    assert_success
    [ "$stderr" = '' ]
    refute_output --partial ' -o '
    make -C "$COPY" -q all unit
}

@test "house: a changed header rebuilds what includes it and nothing else" {
    take_copy
    cd tree
    touch build/before include/base/clock.h
    make -j2 all unit >../log 2>&1
    [ build/lib/base/clock.o -nt build/before ]
    [ build/tests/unit/clock.o -nt build/before ]
    [ build/bin/phase-agg -nt build/before ]
    [ build/before -nt build/lib/base/rx.o ]
    [ build/before -nt build/tests/unit/rx.o ]
    make -q all unit
}

@test "house: what the user sets reaches every compilation and every link" {
    cd "$COPY"
    make -n -B all unit CFLAGS='-O1 -DUSER_C' CPPFLAGS=-DUSER_CPP \
        LDFLAGS=-Wl,--user-ld LDLIBS=-luser CC=user-cc >"$BATS_TEST_TMPDIR/log"
    cd "$BATS_TEST_TMPDIR"
    grep -- ' -c ' log >compiled
    grep -E '^user-cc .* -o build/(bin|unit)/' log >linked
    [ "$(grep -c . compiled)" -gt 20 ]
    [ "$(grep -c . linked)" -gt 10 ]
    run grep -v '^user-cc .* -DUSER_CPP .*-O1 -DUSER_C ' compiled
    assert_output ''
    run grep -v -- '-O1 -DUSER_C .*-Wl,--user-ld .*-luser' linked
    assert_output ''
    # and none of its own optimisation stands behind the user's
    run grep -E -- '-DUSER_C .*-O[0-9s]' compiled
    assert_output ''
}

@test "house: make clean leaves the tree as it was" {
    take_copy
    make -C tree clean >log 2>&1
    run diff -r "$ROOT" tree --exclude=build --exclude=.git
    assert_output ''
    [ ! -e tree/build ]
}

@test "house: make help names what make can do" {
    make -C "$COPY" --no-print-directory help >targets
    for target in all check check-asan check-valgrind fuzz torture soak bench pictures \
        bundle completions install uninstall dist deb clean; do
        grep -qE "^$target  +[^ ]" targets
        grep -qE "^$target:" "$COPY/Makefile"
    done
}

# What is expected to fail is named: [ $? = 1 ], or a test of why.
@test "house: no script that is installed swallows failures" {
    run grep -nE '\|\| *(true|:)( |$)' "$ROOT/scripts/follow" "$ROOT/scripts/doctor"
    assert_failure 1
    assert_output ''
}

# --- manuals

@test "house: mandoc finds nothing to say about the manuals" {
    for manual in "$ROOT"/filters/*.[1-8] "$ROOT"/scripts/*.[1-8]; do
        # ours, which are not installed yet, and Debian leaves some out
        mandoc -Tlint "$manual" |
            grep -vE 'referenced manual not found: Xr [a-z]+(-[a-z]+)? [157]( .*)?$' >wrong ||
            [ $? = 1 ]
        assert_empty wrong
    done
}

@test "house: phase-follow names the option that it does not know" {
    run --separate-stderr "$ROOT/scripts/follow" --nonsense
    assert_failure 100
    assert_equal "${stderr_lines[0]}" 'follow: fatal: no option --nonsense'
    run --separate-stderr "$ROOT/scripts/follow" -z
    assert_failure 100
    assert_equal "${stderr_lines[0]}" 'follow: fatal: no option -z'
}

# A terminal has 80 columns, and a window on a screen of today 50 rows.
@test "house: --help fits a screen" {
    for program in $(printf 'build/bin/%s ' $PROGRAMS) scripts/follow scripts/doctor; do
        "$COPY/$program" -h >help
        "$COPY/$program" --help | cmp - help
        [ "$(wc -l <help)" -le 50 ]
        run grep -E '.{81}' help
        assert_output ''
    done
}

@test "house: the tour names every program, and no other" {
    make -s -C "$COPY" --eval 'print: ; @printf "%s\n" $(COMMANDS)' print | sort >programs
    sed -n '/^\.Ss The programs$/,/^\.Ss /s/^\.It Xr \([^ ]*\) 1$/\1/p' \
        "$ROOT/filters/phasepipe.7" | sort | diff programs -
    sed -n '/^\.Sh SEE ALSO$/,/^\.Sh /s/^\.Xr \([^ ]*\) 1.*/\1/p' \
        "$ROOT/filters/phasepipe.7" | sort | diff programs -
}

@test "house: the manual of the records has the members of the schemas" {
    sed -n '/^\.Sh MEMBERS$/,/^\.Sh /p' "$ROOT/filters/phasepipe-records.5" |
        sed '1d; $d' >manual
    "$ROOT/scripts/members" | diff - manual
    # each is there, whoever made the list
    for record in progress message result phase status; do
        grep -qx "\.Ss $record" manual
        jq -r '[paths | select(length > 1 and .[-2] == "properties" and
            (index(["allOf"]) // index(["then"]) // index(["if"]) // index(["dependentSchemas"])
            // index(["anyOf"])) == null) | .[-1]] | unique[]' \
            "$ROOT/include/schemas/$record.json" >members
        sed -n "/^\.Ss $record\$/,/^\.Ss /s/^\.It Va //p" manual | sed 's/.*\.//' |
            sort -u | diff <(sort -u members) -
    done
}

@test "house: the options of --help and of the manual are the same" {
    for program in $PROGRAMS; do
        "$COPY/build/bin/$program" --help |
            grep -oE '^  (-[a-zA-Z], |    )--[a-z0-9-]+' |
            tr -s ' ,' '\n' | grep . | sort >help
        grep '^\.It Fl' "$ROOT/filters/$program.1" |
            grep -oE 'Fl [^ ]+' | sed 's/^Fl /-/' | sort >manual
        diff help manual
    done
}

@test "house: an option that takes an argument takes one in the manual" {
    for program in $PROGRAMS; do
        "$COPY/build/bin/$program" --help |
            sed -nE 's/^  (-[a-zA-Z], |    )--([a-z0-9-]+) [^ ].*/\2/p' |
            sort >help
        sed -nE 's/^\.It Fl (.* Fl )?-([a-z0-9-]+) (Ar|Cm) .*/\2/p' \
            "$ROOT/filters/$program.1" | sort >manual
        diff help manual
    done
}

@test "house: the exit codes of the manuals are those of the code" {
    sed -nE 's/^    EXIT_[A-Z]+ = ([0-9]+),.*/\1/p' \
        "$ROOT/include/base/msg.h" | sort >codes
    for program in $PROGRAMS; do
        sed -n '/^\.Sh EXIT STATUS$/,/^\.Sh /p' "$ROOT/filters/$program.1" |
            sed -nE 's/^\.It ([0-9]+)$/\1/p' | sort >manual
        run comm -13 codes manual
        assert_output ''
        for code in 0 100 111; do
            grep -qx "$code" manual
        done
    done
}

# --- the two commands

# scripts/setup on a machine of our own making: ./bin has all its commands, and
# what apt-get is asked for is in ./asked.
take_machine() { # INSTALLED-PACKAGE ...
    local name

    mkdir -p tree bin
    cp -r "$ROOT/scripts" tree
    for name in bash cat dirname env grep mkdir; do
        ln -s "$(command -v "$name")" bin
    done
    printf '#!/bin/bash\necho apt-get "$@" >>asked\n' >bin/apt-get
    # shellcheck disable=SC2016 # the script's own variable
    printf '#!/bin/bash\nfor p in %s; do echo "ii $p"; done\n' "$*" \
        >bin/dpkg-query
    printf '#!/bin/bash\necho 0\n' >bin/id
    for name in make cc pkg-config; do
        printf '#!/bin/bash\n' >"bin/$name"
    done
    sed -i "s|>>asked|>>'$PWD/asked'|" bin/apt-get
    chmod +x bin/*
}

setup_there() {
    run --separate-stderr env -i PATH="$PWD/bin" tree/scripts/setup build
}

@test "house: scripts/setup says and does nothing where nothing is missing" {
    take_machine libc6-dev libpcre2-dev libjq-dev libyaml-dev \
        libcurl4-openssl-dev
    setup_there
    assert_success
    assert_output ''
    [ "$stderr" = '' ]
    [ ! -e asked ]
}

@test "house: scripts/setup installs what is missing and says why" {
    take_machine libc6-dev libjq-dev libyaml-dev libcurl4-openssl-dev
    rm bin/make
    setup_there
    assert_success
    assert_output ''
    assert_equal "$stderr" 'setup: installing, with apt (build/setup.log):
  make           the build
  libpcre2-dev   regular expressions'
    assert_equal "$(cat asked)" 'apt-get -y --no-install-recommends update
apt-get -y --no-install-recommends install make libpcre2-dev'
}

@test "house: scripts/setup takes sudo where it is not root" {
    take_machine libc6-dev libjq-dev libyaml-dev libcurl4-openssl-dev
    printf '#!/bin/bash\necho 1000\n' >bin/id
    setup_there
    assert_failure 1
    assert_equal "$stderr" 'setup: missing:
  libpcre2-dev   regular expressions
setup: as root: apt-get install libpcre2-dev'
    [ ! -e asked ]

    # shellcheck disable=SC2016 # the script's own arguments
    printf '#!/bin/bash\necho sudo >>%s\n"$@"\n' "'$PWD/asked'" >bin/sudo
    chmod +x bin/sudo
    setup_there
    assert_success
    assert_equal "$(cat asked)" 'sudo
apt-get -y --no-install-recommends update
sudo
apt-get -y --no-install-recommends install libpcre2-dev'
}

@test "house: scripts/setup shows what apt says where it fails" {
    take_machine libc6-dev libjq-dev libyaml-dev libcurl4-openssl-dev
    printf '#!/bin/bash\necho "E: no network"\nexit 100\n' >bin/apt-get
    setup_there
    assert_failure 1
    assert_equal "$stderr" 'setup: installing, with apt (build/setup.log):
  libpcre2-dev   regular expressions
setup: apt-get update failed; trying with the lists that are there
E: no network
E: no network
setup: unable to install them'
}

@test "house: scripts/setup explains itself where there is no apt" {
    take_machine
    rm bin/apt-get bin/dpkg-query bin/make
    setup_there
    assert_success
    assert_equal "$stderr" "setup: this is neither Debian nor Ubuntu; missing, by Debian's names:
  make           the build
setup: going on; what needs them will fail"
}

# ./tree with its build and no tests but those that follow.
take_empty_copy() {
    take_copy
    rm -r tree/tests/*.bats tree/tests/unit/*.c tree/build/unit
    printf '%s\n' 'load helpers' '@test "it is good" {' \
        'phase-agg --phases a </dev/null' '}' >tree/tests/small.bats
    cat >tree/tests/unit/small.c <<'END'
#include "unit.h"

static void it_is_good(void **state)
{
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(it_is_good) };

    return cmocka_run_group_tests_name("small", tests, NULL, NULL);
}
END
}

@test "house: scripts/check counts what passes, from any directory" {
    take_empty_copy
    unset CI
    cd /
    run --separate-stderr "$OLDPWD/tree/scripts/check" --no-install plain
    assert_success
    assert_equal "${lines[-1]}" '4 passed, 0 failed' # the build, the records
    [ "$stderr" = '' ]
}

@test "house: scripts/check shows what fails, crashes, is skipped or breaks off" {
    take_empty_copy
    printf '%s\n' '@test "it is bad" {' 'echo this is why' false '}' \
        '@test "it is skipped" {' 'skip "for a reason"' '}' \
        >>tree/tests/small.bats
    sed -i 's/(void)state;/(void)state; fail_msg("and this");/' \
        tree/tests/unit/small.c
    printf '@test "broken" {\n' >tree/tests/broken.bats
    sed 's/cmocka_run.*/0;/' tree/tests/unit/small.c >tree/tests/unit/silent.c
    unset CI
    run --separate-stderr tree/scripts/check --no-install plain
    assert_failure 1
    assert_line 'failed: plain: small: it is bad'
    assert_line '# this is why'
    assert_line 'not run: plain: small: it is skipped: for a reason'
    assert_line 'failed: plain: unit/small: it_is_good'
    assert_line --partial 'and this'
    assert_line --partial 'failed: plain: broken:'
    assert_line --partial 'failed: plain: unit/silent:'
    assert_equal "${lines[-1]}" '3 passed, 4 failed'

    CI=true run --separate-stderr tree/scripts/check --no-install plain
    assert_failure 1
    assert_equal "${lines[-1]}" '3 passed, 5 failed'
}

@test "house: scripts/check fails where a test printed what is no valid record" {
    take_empty_copy
    sed -i 's/"percentCompleted"/"percentDone"/' tree/include/schemas/status.json
    unset CI
    run --separate-stderr tree/scripts/check --no-install plain
    assert_failure 1
    assert_line 'failed: plain: every record that was printed is valid (exit status 1)'
    assert_line --partial "'percentDone' is a required property"
    assert_equal "${lines[-1]}" '3 passed, 1 failed'
}

@test "house: what keeps the records ends a program that has a secret" {
    take_copy
    make -C tree build/tests/collect.so >log 2>&1
    export LD_PRELOAD=$PWD/tree/build/tests/collect.so
    run --separate-stderr tree/build/bin/phase-agg --phases geheim </dev/null
    assert_failure 134
    assert_output ''
    [[ "$stderr" == 'a secret was found in /proc/self/cmdline'* ]]
    # the message repeats what it does not know
    run --separate-stderr tree/build/bin/kopia-progress --unmatched <<<'a-token'
    assert_failure 134
    [[ "$stderr" == 'a secret was found in what it writes'* ]]
    run --separate-stderr tree/build/bin/phase-agg --phases a </dev/null
    assert_success
}

@test "house: scripts/check fails where a build fails, and where nothing ran" {
    take_empty_copy
    echo 'no C' >>tree/lib/base/buf.c
    unset CI
    run --separate-stderr tree/scripts/check --no-install plain
    assert_failure 1
    assert_line 'failed: plain: builds (exit status 2)'
    assert_line --partial 'lib/base/buf.c'
    assert_equal "${lines[-1]}" '0 passed, 1 failed'

    sed -i 's/\[format\]="/&no-such-tool /' tree/scripts/check
    run --separate-stderr tree/scripts/check --no-install format
    assert_failure 1
    assert_line 'not run: the tier format: there is no no-such-tool'
    assert_equal "${lines[-1]}" '0 passed, 0 failed'
    CI=true run --separate-stderr tree/scripts/check --no-install format
    assert_failure 1
    assert_equal "${lines[-1]}" '0 passed, 1 failed'
}

@test "house: scripts/check refuses a tier that it does not know" {
    run --separate-stderr "$COPY/scripts/check" nonsense
    assert_failure 100
    assert_output ''
    [ "$stderr" = 'check: no tier "nonsense"; there are gcc clang format shellcheck analysis plain asan valgrind fuzz musl arm64 movers package container kopia cluster' ]
}

@test "house: scripts/demo ends with a complete action and leaves nothing behind" {
    take_copy
    find tree -path tree/build -prune -o -print | sort >before
    cd /
    run --separate-stderr "$OLDPWD/tree/scripts/demo" --speed 0 --no-install
    assert_success
    [ "$stderr" = '' ]
    assert_line --partial ' 40.30%  running  dumpToObjectStore 20.90%, 185 B of 103.0 MB'
    assert_line '100.00%  complete  cleanup complete'
    assert_line 'The same for programs: build/demo/status.json'
    cd "$OLDPWD"
    jq -e '.state == "complete" and .progress.percentCompleted == "100.00"' \
        tree/build/demo/status.json
    find tree -path tree/build -prune -o -print | sort >after
    diff before after
}

@test "house: scripts/fuzz and scripts/coverage refuse what they do not know" {
    for wrong in --nonsense --seconds '--seconds x' nosuch; do
        # shellcheck disable=SC2086 # two words
        run --separate-stderr "$COPY/scripts/fuzz" $wrong
        assert_failure 100
        assert_output ''
        [ "$stderr" = 'usage: scripts/fuzz [--seconds N] [--seed N] [--keep] [--spent] [--no-install] [TARGET ...]' ]
    done
    run --separate-stderr "$COPY/scripts/coverage" nosuch
    assert_failure 100
    [ "$stderr" = 'usage: scripts/coverage [--no-install] [--list] [--again] [--units]' ]
}

@test "house: each fuzz target has a dictionary, seeds, and nothing in its corpus that is long" {
    for target in "$ROOT"/tests/fuzz/*.c; do
        name=$(basename "$target" .c)
        [ -s "$ROOT/tests/fuzz/$name.dict" ]
        grep -q "seed $name " "$ROOT/tests/fuzz/seeds"
    done
    find "$ROOT/tests/fuzz/corpus" -type f ! -name 'found-*' -size +1500c >long
    assert_empty long
    [ "$(du -sb "$ROOT/tests/fuzz/corpus" | cut -f 1)" -lt 1000000 ]
}

@test "house: what no test takes stands in the source as its reason has it" {
    cd "$ROOT"
    while IFS=$'\t' read -r file function text side reason rest; do
        [[ $file != \#* ]] || continue
        [[ $side == @(true|false|...) && -n $reason && -z $rest ]] || echo "$text"
        if [[ $file != *...* ]]; then
            grep -q "\<${function/.../}" "$file" || echo "$file: $function"
            [[ $text == *...* ]] || tr -s '\n ' ' ' <"$file" |
                grep -qF -- "$text" || echo "$file: $text"
        fi
    done <tests/coverage/untaken.tsv >"$BATS_TEST_TMPDIR/wrong"
    assert_empty "$BATS_TEST_TMPDIR/wrong"
}

@test "house: scripts/demo refuses what it does not know" {
    for wrong in --nonsense '--speed' '--speed fast' '--speed -1'; do
        # shellcheck disable=SC2086 # two words
        run --separate-stderr "$COPY/scripts/demo" $wrong
        assert_failure 100
        assert_output ''
        [ "$stderr" = 'usage: scripts/demo [--speed N] [--no-install]' ]
    done
}

@test "house: the README's picture of phase-view is that of today" {
    if ! command -v tmux >/dev/null; then
        skip 'there is no tmux'
    fi
    "$COPY/scripts/pictures/view" .
    cmp view.svg "$ROOT/scripts/pictures/view.svg"
}

@test "house: scripts/demo shows bars where there is a terminal" {
    take_copy
    env -u LD_PRELOAD TERM=xterm NO_COLOR=1 LC_ALL=C.UTF-8 \
        script -qec 'tree/scripts/demo --speed 0 --no-install' /dev/null \
        </dev/null >shown
    grep -aq 'dumpToObjectStore.*▕██.*94.0 MB of 103.0 MB' shown
}
