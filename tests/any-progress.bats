# any-progress: real movers' output to records, adapters, jq in its box.

load helpers

MOVERS=$BATS_TEST_DIRNAME/data/movers
ADAPTERS=$BATS_TEST_DIRNAME/../filters/any-progress/adapters
unknown='{"type":"result","state":"unknown"}'
# a busy machine is no slow program
export ANY_PROGRESS_JQ_LIMIT=60s

# The recordings: NAME OPTIONS STATUS UNMATCHED, "-" for no options.
recordings() {
    grep -v '^#' "$MOVERS/index.tsv"
}

# One of each mover where a start takes a second.
some_recordings() {
    recordings | awk -F '[-\t]' -v wrap="$WRAP" 'wrap == "" || !seen[$1]++'
}

# adapter LINE ...: ./own.adapter of these lines
adapter() {
    printf '%s\n' "$@" >own.adapter
}

# What was said on standard error, without what a wrapper such as valgrind says
# of a process that is ended on purpose.
said() {
    grep '^any-progress: ' <<<"$stderr" || [ $? = 1 ]
}

# --- recordings

@test "any-progress: every recording gives its golden records, status and silence" {
    local name options status unmatched

    while IFS=$'\t' read -r name options status unmatched; do
        [ "$options" != - ] || options=
        # shellcheck disable=SC2086 # an option and its value
        run --separate-stderr any-progress -u $options "${name%%-*}" \
            "$MOVERS/$name.console"
        assert_equal "$name $status" "$name $status"
        diff "$MOVERS/$name.records" - <<<"$output"
        if [ "$unmatched" != - ]; then
            assert_equal "$name $(grep -c '^any-progress: unmatched: ' <<<"$stderr")" \
                "$name $unmatched"
        fi
    done < <(some_recordings)
}

@test "any-progress: each adapter and each recording have one another" {
    (cd "$ADAPTERS" && printf '%s\n' *.adapter) | sed 's/\.adapter$//' >adapters
    recordings | sed 's/-.*//' | sort -u | diff adapters -
    (cd "$MOVERS" && printf '%s\n' *.console) | sed 's/\.console$//' >consoles
    recordings | cut -f 1 | sort | diff consoles -
}

@test "any-progress: every prefix of a recording gives a beginning of its records" {
    local name file size n

    for name in dd-copy tar-missing; do
        file=$MOVERS/$name.console
        size=$(stat -c %s "$file")
        # under valgrind a start takes a second
        for ((n = 0; n <= size; n += ${WRAP:+80} + 1)); do
            echo "prefix $n"
            head -c "$n" "$file" | any-progress "${name%%-*}" 2>said ||
                [ $? = 1 ]
        done >prefixes
        any-progress "${name%%-*}" "$file" 2>said >records || [ $? = 1 ]
        grep -v '"type":"result"' records >whole
        awk 'NR == FNR { whole[NR] = $0; next }
            /^prefix/ { at = 0; results++; next }
            /"type":"result"/ { results--; next }
            $0 != whole[++at] { print "not a beginning: " $0 }
            END { if (results != 0) print results " results are missing" }
            ' whole prefixes >wrong
        assert_equal "$name: $(cat wrong)" "$name: "
    done
}

@test "any-progress: bytes that come one by one change nothing" {
    local name

    for name in rsync-none restic-partial; do
        any-progress "${name%%-*}" "$MOVERS/$name.console" >whole
        perl -e '$| = 1; local $/; for (split //, <STDIN>) { syswrite STDOUT, $_ }' \
            <"$MOVERS/$name.console" | any-progress "${name%%-*}" | cmp - whole
    done
}

@test "any-progress: files, - and standard input are one run" {
    split -l 12 "$MOVERS/tar-totals.console" part.
    any-progress tar "$MOVERS/tar-totals.console" >whole
    any-progress tar <"$MOVERS/tar-totals.console" | cmp - whole
    any-progress tar part.?? | cmp - whole
    any-progress tar - <part.aa | cmp - whole
}

@test "any-progress: which files a run tells of is not known of the next one" {
    {
        echo 'sending incremental file list'
        printf '\r 32,768   0%%    0.00kB/s    0:00:00'
        printf '\r 60,000 100%%    9.00kB/s    0:00:00 (xfr#1, to-chk=1/3)\n'
        printf '\r 5,000   5%%    9.00kB/s    0:00:00\n'
        echo 'rsync error: error in file IO (code 11) at receiver.c(1)'
        printf '\r 32,768   7%%    0.00kB/s    0:00:00\n'
    } | any-progress rsync >records || [ $? = 1 ]
    assert_equal "$(jq -c 'select(.type == "progress") | [.progressPercent, .sizeUploadedB]' records | paste -sd ' ')" \
        '[null,32768] [66.66,null] [68.33,65000] [7,32768]'
}

@test "any-progress: --pass copies the input as it is" {
    for name in rsync-copy rclone-copy; do
        any-progress --pass "${name%%-*}" <"$MOVERS/$name.console" 2>copy >records
        cmp copy "$MOVERS/$name.console"
        cmp records "$MOVERS/$name.records"
    done
}

@test "any-progress: colours, padding and carriage returns count for nothing" {
    printf '\r\033[32m 3/4 \033[0m\t\r\r\n  50%%  \r\n' >console
    run --separate-stderr any-progress --fraction console
    assert_success
    assert_output '{"type":"progress","progressPercent":75,"basis":"objects","processedObjects":3,"totalObjects":4}
{"type":"progress","progressPercent":50}
'"$unknown"
}

@test "any-progress: a line that the end has cut may be half a number" {
    run --separate-stderr bash -c 'printf "10\n100" | any-progress -u --fraction'
    assert_success
    assert_output '{"type":"progress","progressPercent":10}'$'\n'"$unknown"
    assert_equal "$stderr" 'any-progress: unmatched: 100'
}

@test "any-progress: more than there is, is no progress" {
    printf '%s\n' '24/7 support' 1/10 '11 of 10' '101%' '999 %' 2/10 10/3.csv >console
    run --separate-stderr any-progress -u --fraction console
    assert_success
    assert_equal "$(jq -c 'select(.type == "progress") | .progressPercent' <<<"$output" | paste -sd ' ')" '10 20'
    assert_equal "$stderr" 'any-progress: unmatched: 24/7 support
any-progress: unmatched: 11 of 10
any-progress: unmatched: 101%
any-progress: unmatched: 999 %
any-progress: unmatched: 10/3.csv'
    # whatever is done, and by whatever name it was chosen
    for operation in snapshot restore sync; do
        run --separate-stderr any-progress -o $operation fraction - <<<$'24/7\n3/7'
        assert_equal "$(jq -c .progressPercent <<<"$output" | paste -sd ' ')" '42.85 null'
    done
}

@test "any-progress: NUL, invalid UTF-8, ESC and long lines do no harm" {
    {
        printf 'a\0b\n\xff\xfe 3/4\n\033]0;title\a\n'
        head -c 100000 /dev/zero | tr '\0' 7
        printf '\n42\n'
    } >console
    run --separate-stderr any-progress -u --fraction console
    assert_success
    assert_line '{"type":"progress","progressPercent":42}'
    assert_equal "${#lines[@]}" 3
    [[ $stderr == *'lines above 65536 bytes were cut: 1'* ]]
    [[ $stderr != *$'\033'* ]]
}

@test "any-progress: where nothing was recognised it says how the mover is run" {
    run --separate-stderr any-progress dd - <<<'no words of dd'
    assert_success
    assert_output '{"type":"result","operation":"sync","state":"unknown"}'
    assert_equal "$stderr" 'any-progress: warning: nothing was recognised; dd must be run so: dd status=progress ...'
}

@test "any-progress: a reader that goes away is said once and the input drained" {
    {
        yes '3/4' | head -n 20000
        echo end >drained
    } | {
        any-progress --fraction 2>said || echo $? >status
    } | head -n 1 >first
    assert_equal "$(cat status said)" '111
any-progress: warning: unable to write standard output: Broken pipe; reading on, so that the writer is not stopped'
    [ -e drained ]
}

@test "any-progress: a full disk changes the exit code" {
    run bash -c 'echo 3/4 | any-progress --fraction >/dev/full'
    assert_failure 111
}

# --- adapters

@test "any-progress: the samples of every adapter hold" {
    local file

    for file in "$ADAPTERS"/*.adapter; do
        basename "$file" .adapter
    done >names
    # shellcheck disable=SC2046 # words
    run --separate-stderr any-progress --test $(cat names)
    assert_success
    assert_equal "$stderr" ''
    sed 's/$/: ok, samples: /' names |
        diff - <(grep -oE '^[a-z_]+: ok, samples: ' <<<"$output")
    run --separate-stderr any-progress --test --fraction
    assert_success
    run --separate-stderr any-progress --test fraction
    assert_success
}

@test "any-progress: --test says what is not as the samples have it" {
    adapter 'progress (?<progressPercent>\d+) of it' sample '< 3 of it' \
        '> {"progressPercent":4}' '! 5 of it' '< 5 of all' '> {"type":"result"}' \
        '> {}' '< 6 of it'
    run --separate-stderr any-progress --test ./own.adapter
    assert_failure 1
    assert_output ''
    assert_equal "$stderr" 'any-progress: warning: ./own.adapter: line 4: what came is {"type":"progress","progressPercent":3}
any-progress: warning: ./own.adapter: line 5: it is understood
any-progress: warning: ./own.adapter: line 6: it is not understood
any-progress: warning: ./own.adapter: line 7: what came is {"type":"progress","progressPercent":5}
any-progress: warning: ./own.adapter: line 9: a line behind the result
any-progress: warning: ./own.adapter: line 9: more records came than are in the sample'
    adapter 'known .*'
    run --separate-stderr any-progress --test --regex own.adapter
    assert_failure 1
    assert_equal "$stderr" 'any-progress: fatal: own.adapter has no samples'
}

@test "any-progress: the user's own adapter stands before the system's" {
    mkdir -p config/phasepipe/adapters home/.config/phasepipe/adapters
    adapter 'mover mine' 'versions 7' 'progress (?<progressPercent>\d+)'
    cp own.adapter config/phasepipe/adapters/dd.adapter
    cp own.adapter home/.config/phasepipe/adapters/other.adapter
    export XDG_CONFIG_HOME=$PWD/config HOME=$PWD/home
    run --separate-stderr any-progress --list
    assert_success
    assert_line "dd"$'\t'"mine"$'\t'"7"$'\t'"stderr"$'\t'"$PWD/config/phasepipe/adapters/dd.adapter"
    assert_line --partial $'rsync\trsync\t'
    # and the one that has no file
    assert_line $'fraction\tany program that prints N/M, N of M or a percent\t\tstderr\t(within any-progress)'
    run --separate-stderr any-progress --list rsync ./own.adapter
    assert_output --regexp $'^rsync\trsync\t[^\t]*\tboth\t/[^\n]*/rsync.adapter\n./own.adapter\tmine\t7\tstderr\t./own.adapter$'
    run --separate-stderr any-progress --list nosuch
    assert_failure 100
    assert_output ''
    run --separate-stderr any-progress --list
    refute_line --partial other
    assert_equal "$(any-progress dd - <<<'12')" '{"type":"progress","progressPercent":12}'$'\n'"$unknown"
    unset XDG_CONFIG_HOME
    assert_equal "$(any-progress other - <<<'12')" '{"type":"progress","progressPercent":12}'$'\n'"$unknown"
}

@test "any-progress: adapters are found beside the program, as installed or bundled" {
    mkdir -p root/bin root/share/phasepipe bundle/share/phasepipe
    cp "$BIN/any-progress" root/bin
    cp "$BIN/any-progress" bundle
    cp -r "$ADAPTERS" root/share/phasepipe
    cp -r "$ADAPTERS" bundle/share/phasepipe
    for program in root/bin/any-progress bundle/any-progress; do
        run --separate-stderr env -i $program --list
        assert_success
        assert_equal "${#lines[@]}" 11
        run --separate-stderr env -i $program --test dd
        assert_success
    done
}

@test "any-progress: wrong usage is refused before anything is read" {
    while IFS='|' read -r arguments why; do
        # shellcheck disable=SC2086 # several words
        run --separate-stderr any-progress $arguments <<<'3/4'
        assert_failure 100
        assert_output ''
        assert_equal "$stderr" "any-progress: fatal: $why"
    done <<'END'
|which adapter? --list prints them
nosuch|there is no adapter "nosuch"; --list prints which exist
..dd|there is no adapter "..dd"; --list prints which exist
./nosuch|unable to read ./nosuch: No such file or directory
/|unable to read /: Is a directory
--fraction --jq x|--regex, --jq and --fraction exclude each other
-o dance dd|--operation: there is no operation "dance"
END
}

@test "any-progress: a wrong adapter is refused with its line" {
    adapter '# none' '' nonsense
    run --separate-stderr any-progress --regex own.adapter <<<'3/4'
    assert_failure 100
    assert_output ''
    assert_equal "$stderr" 'any-progress: fatal: own.adapter: line 3: nothing is known that begins like this'
    adapter 'mover x'
    run --separate-stderr any-progress --regex own.adapter <<<'3/4'
    assert_failure 100
    assert_equal "$stderr" 'any-progress: fatal: own.adapter: it has neither rules nor a jq program'
    adapter jq '  {a:'
    run --separate-stderr any-progress --regex own.adapter <<<'3/4'
    assert_failure 100
    [[ $stderr == 'any-progress: fatal: own.adapter: jq: error: syntax error, '* ]]
}

@test "any-progress: --operation stands in the place of the adapter's" {
    run --separate-stderr any-progress -o restore pv - <<<'8.00MiB 0:00:00 [28.1MiB/s] [<=>   ]'
    assert_success
    assert_line --index 0 --partial '"operation":"restore","progressPercent":null,"sizeDownloadedB":8388608,'
    assert_line --index 1 '{"type":"result","operation":"restore","state":"unknown"}'
    # what a snapshot has not, is left out
    run --separate-stderr any-progress -o snapshot dd - <<<'8454144 bytes (8.5 MB, 8.1 MiB) copied, 1 s, 7.8 MB/s'
    assert_line --index 0 --partial '"operation":"snapshot","progressPercent":null,"sizeUploadedB":8454144,'
    run --separate-stderr any-progress -o restore restic "$MOVERS/restic-backup.console"
    assert_success
    assert_line --index 1 --partial '"operation":"restore"'
}

@test "any-progress: options may come from the environment" {
    export ANY_PROGRESS_TOTAL=16908288 ANY_PROGRESS_OPERATION=restore
    run --separate-stderr any-progress dd - <<<'8454144 bytes (8.5 MB, 8.1 MiB) copied, 1 s, 7.8 MB/s'
    assert_line --index 0 --partial '"operation":"restore","progressPercent":50,"basis":"bytes"'
}

@test "any-progress: things are told one by one, or when the next begins" {
    adapter 'operation verify' 'tally done .*' 'begin begin .*'
    printf 'done a\ndone b\nbegin c\nbegin d\n' >console
    run --separate-stderr any-progress --total 4 --regex own.adapter console
    assert_success
    assert_equal "$(jq -c '[.progressPercent, .processedObjects, .totalObjects]' <<<"$output" | paste -sd ' ')" \
        '[25,1,4] [50,2,4] [50,2,4] [75,3,4] [null,null,null]'
}

@test "any-progress: the last closing word counts, and complete after an error is partial" {
    adapter 'complete ok' 'failed bad (?<text>.*)' 'error lost (?<path>.*): (?<text>.*)' \
        'unchanged same' 'cancelled stop' 'partial some'
    # shellcheck disable=SC2043
    while read -r words state status; do
        tr , '\n' <<<"$words" | tr _ ' ' >console
        run --separate-stderr any-progress --regex own.adapter console
        assert_equal "$words $status" "$words $status"
        assert_line --partial "{\"type\":\"result\",\"state\":\"$state\""
        [ -z "$WRAP" ] || [ "$words" != ok,bad_luck ] || break
    done <<'END'
ok complete 0
bad_luck failed 1
bad_luck,ok complete 0
ok,bad_luck failed 1
lost_a:_b,ok partial 0
lost_a:_b unknown 0
ok,lost_a:_b complete 0
same unchanged 0
stop cancelled 0
ok,some partial 0
END
}

@test "any-progress: a percent above 100 is held there, and 0 s left is not known" {
    adapter 'operation sync' 'unit estimatedTimeSeconds hms' \
        'progress (?<progressPercent>\d+)% (?<estimatedTimeSeconds>\S+)' \
        'progress (?<done>\d+) of (?<total>\d+)'
    printf '120%% 0:00:00\n50%% 0:00:00\n100%% 0:00:00\n3 of 2\n3 of 0\n' >console
    run --separate-stderr any-progress --regex own.adapter console
    assert_success
    assert_equal "$(jq -c '[.progressPercent, .rawPercent, .estimatedTimeSeconds]' <<<"$output" | paste -sd ' ')" \
        '[100,120,null] [50,null,null] [100,null,0] [100,150,null] [null,null,null] [null,null,null]'
}

@test "any-progress: a rule that takes too long is said once, and then left out" {
    adapter 'progress (?:a|a|aa)+b' 'progress (?<progressPercent>\d+)'
    {
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
            head -c 4000 /dev/zero | tr '\0' a
            echo
        done
        echo 42
    } >console
    run --separate-stderr any-progress --regex own.adapter console
    assert_success
    assert_output '{"type":"progress","progressPercent":42}'$'\n'"$unknown"
    assert_equal "$stderr" 'any-progress: warning: own.adapter: line 1: this rule takes too long for some lines; it is passed over for them'
}

# --- beside a command

@test "any-progress: phase-run --mover dd says how far dd is" {
    truncate -s 30000000 zeros
    ANY_PROGRESS_TOTAL=30000000 PATH=$BIN:$PATH phase-run --mover dd \
        --phase copy --target status.json -- dd if=zeros of=copy bs=1M \
        status=progress 2>console
    cmp zeros copy
    grep -q '^30000000 bytes' console
    assert_equal "$(jq -c '[.state, .progress.percentCompleted,
        .progress.sizeUploadedB, .progress.estimatedUploadSizeB]' status.json)" \
        '["complete","100.00",30000000,30000000]'
}

@test "any-progress: phase-run --mover NAME leaves the command alone, whatever NAME is" {
    PATH=$BIN:$PATH run --separate-stderr phase-run --mover nosuch \
        --target status.json -- sh -c 'echo out; echo 3/4 >&2; exit 7'
    assert_failure 7
    assert_output out
    [[ $stderr == *3/4* ]]
    [[ $stderr == *'there is no adapter "nosuch"'* ]]
    assert_equal "$(jq -r .state status.json)" failed
    PATH=$BIN:$PATH run --separate-stderr phase-run --mover --help -- true
    assert_failure 100
    assert_equal "$stderr" 'phase-run: fatal: --mover: it is kopia, records or an adapter of any-progress'
}

@test "any-progress: phase-run --mover fraction reads a command of one's own" {
    PATH=$BIN:$PATH phase-run --mover fraction --phase work --target status.json \
        -- sh -c 'echo 1/2 >&2; exit 3' 2>console || [ $? = 3 ]
    assert_equal "$(jq -r '.state + " " + .progress.percentCompleted' status.json)" \
        'failed 50.00'
}

# --- jq

# program TEXT [OPTION ...]: any-progress on two lines of JSON and one that is
# none, by that program
program() {
    printf '%s' "$1" >own.jq
    printf '{"a":1}\n[2]\nno JSON {\n{"a"\n' >console
    run --separate-stderr any-progress "${@:2}" --jq own.jq console
}

@test "any-progress: a jq program gives records, messages and results" {
    program 'if type == "array" then null else {progressPercent: (.a / 3), done: 7.9, total: 10},
        {type: "message", level: "error", path: "p", text: "t\u0007"},
        {type: "result", operation: "restore", state: "complete", bytes: 7, snapshotID: "s"} end' -o verify -u
    assert_success
    assert_equal "${lines[0]}" '{"type":"progress","operation":"verify","progressPercent":0.33,"estimatedTimeSeconds":null,"processedObjects":null,"totalObjects":null,"processedB":7,"readFiles":null,"readB":null,"errors":null,"totalB":10}'
    assert_equal "${lines[1]}" '{"type":"message","level":"error","path":"p","text":"t\u0007"}'
    assert_equal "${lines[2]}" '{"type":"result","operation":"verify","state":"partial","snapshotID":"s","bytes":7}'
    assert_equal "$stderr" 'any-progress: unmatched: no JSON {
any-progress: unmatched: {"a"'
}

@test "any-progress: what is no record is not understood" {
    local program

    # shellcheck disable=SC2016 # jq has variables of its own
    for program in empty '"text"' 1 '{nonsense: 1}' '{progressPercent: "1"}' \
        '{progressPercent: -1}' '{done: 1e300}' \
        '{type: "dance"}' '{type: "message", text: "no level"}' \
        '{type: "result", state: "dance"}' '{path: "p"}' '.a.b.c' \
        'error("x")' 'halt' 'range(1000) | {progressPercent: 1}' \
        '[range(100000)] | {type: "message", level: "error", text: tojson}, {type: "message", level: "error", text: tojson}' \
        'input' 'inputs' 'get_search_list' '"a" | modulemeta'; do
        program "$program" -u
        assert_equal "$program: $status $output" "$program: 0 $unknown"
        assert_equal "$program: $(grep -c unmatched: <<<"$stderr")" "$program: 4"
        # a few are enough where each takes seconds
        [ -z "$WRAP" ] || [ "$program" != '{progressPercent: "1"}' ] || break
    done
}

@test "any-progress: why a jq program fails is said once, in jq's words" {
    printf '%s\n' '{"a":1}' '{"a":2}' >console
    while IFS='|' read -r text said; do
        printf '%s' "$text" >own.jq
        run --separate-stderr any-progress --jq own.jq console
        assert_success
        assert_equal "$stderr" "any-progress: warning: own.jq: the jq program fails on some lines: $said
any-progress: warning: nothing was recognised"
    done <<'END'
error("a\u001b[2J\n\u009bb")|a?[2J ?b
error({a: 1})|{"a":1}
{progress: .a}|it gives what is no record: {"progress":1}
[range(200000)]|it gives too much
halt|it halts
END
    # and by --test, for each line of a sample
    printf '%s\n' 'jq' '  {progressPercent: (.a + "x")}' sample '< {"a":1}' >own.adapter
    run --separate-stderr any-progress --test ./own.adapter
    assert_failure 1
    [[ $stderr == 'any-progress: warning: ./own.adapter: line 4: it is not understood: jq: number (1) and string ("x") cannot be added' ]]
}

@test "any-progress: a jq program sees neither environment nor files nor modules" {
    export SECRET=word HOME=$PWD
    echo 'def evil: 1;' >m.jq
    echo 'def evil: 1;' >.jq
    echo '{"x":1}' >data.json
    program '{type: "message", level: "error", text: ([env, $ENV, input_filename] | tojson)}'
    assert_success
    refute_output --partial word
    assert_output --partial '[{},'
    # shellcheck disable=SC2016
    for text in 'import "m" as m; m::evil' 'include "m"; evil' \
        "import \"m\" as m {search: \"$PWD\"}; m::evil" \
        "import \"data\" as \$d {search: \"$PWD\"}; \$d" evil; do
        program "$text"
        assert_equal "$text: $status $output" "$text: 100 "
        [[ $stderr == 'any-progress: fatal: own.jq: jq: error'* ]]
    done
}

@test "any-progress: a jq program that never ends is ended, and the input drained" {
    local text

    for text in 'def f: f; f' 'last(range(1e12))' 'def f(x): f([x]); f(1)'; do
        program "$text" --jq-limit 300ms
        assert_equal "$text: $status $output" "$text: 111 $unknown"
        assert_equal "$(said | grep -c 'the jq program was ended: ')" 1
        assert_equal "$(said | tail -n 1)" 'any-progress: fatal: the jq program was ended 2 times'
    done
}

@test "any-progress: a jq program is started four times, then its lines are passed over" {
    yes '{}' | head -n 100 >console
    echo 'def f: f; f' >own.jq
    run --separate-stderr any-progress --jq-limit 100ms --jq own.jq console
    assert_failure 111
    assert_output "$unknown"
    assert_equal "$(said)" 'any-progress: warning: own.jq: the jq program was ended: it took more than 100 ms for a line
any-progress: warning: nothing was recognised
any-progress: fatal: the jq program was ended 4 times'
}

@test "any-progress: lines that come after a jq program was ended are understood" {
    printf '{"a":1}\n{"bad":1}\n{"a":2}\n' >console
    echo 'if .bad then [range(1e12)] else {progressPercent: .a} end' >own.jq
    run --separate-stderr any-progress --jq-limit 500ms --jq own.jq console
    assert_failure 111
    assert_output '{"type":"progress","progressPercent":1}
{"type":"progress","progressPercent":2}
'"$unknown"
}

@test "any-progress: memory has an end before the time has" {
    program '[] | .[134217728] = 1' --jq-limit 100s
    assert_failure 111
    # ASan has an end of its own
    said | grep -qE 'it (ran out of memory|ended by itself)'
}

@test "any-progress: a mover is not kept waiting by a jq program" {
    echo 'def f: f; f' >own.jq
    # more than a pipe and the ring hold, while the first line takes its time
    {
        yes '{"some":"line, which is not understood at all"}' | head -c 12000000
        echo end >written
    } | any-progress --jq-limit 1s --jq own.jq >records 2>said &
    wait_for end written
    # nothing was read but while the program was late
    [ ! -s records ]
    wait "$!" || [ $? = 111 ]
    grep -q 'the jq program is too slow; it did not see [0-9]* bytes' said
}

@test "any-progress: nor where its limit has more milliseconds than poll() takes" {
    echo 'def f: f; f' >own.jq
    # more than a pipe holds, while the first line never ends
    # shellcheck disable=SC2086 # WRAP is a command with its options
    $WRAP "$BIN/any-progress" --jq-limit 600h --jq own.jq >records < <(
        echo '{}'
        head -c 1000000 /dev/zero | tr '\0' x
        echo end >written
    ) &
    pid=$!
    code=0
    wait_for end written || code=$?
    kill -KILL "$pid"
    wait "$pid" || [ $? = 137 ]
    assert_equal "$code" 0
    [ ! -s records ]
}

@test "any-progress: signals leave it to its input" {
    mkfifo pipe
    # shellcheck disable=SC2086 # WRAP is a command with its options
    $WRAP "$BIN/any-progress" restic <pipe >records 2>said &
    pid=$!
    exec 7>pipe
    head -n 2 "$MOVERS/restic-backup.console" >&7
    wait_for progress records
    kill -INT "$pid"
    kill -TERM "$pid"
    kill -HUP "$pid"
    tail -n +3 "$MOVERS/restic-backup.console" >&7
    exec 7>&-
    wait "$pid"
    cmp records "$MOVERS/restic-backup.records"
}

@test "any-progress: its jq process ends with it" {
    mkfifo pipe
    "$BIN/any-progress" restic <pipe >records 2>said &
    pid=$!
    exec 7>pipe
    head -n 2 "$MOVERS/restic-backup.console" >&7
    wait_for progress records
    child=$(cat "/proc/$pid/task/$pid/children")
    child=${child% }
    [ -d "/proc/$child" ]
    ls -l "/proc/$child/fd" >fds
    assert_equal "$(grep -c -- '->' fds)" 5 # /dev/null and two pipes
    kill -KILL "$pid"
    wait "$pid" || [ $? = 137 ]
    for _ in $(seq 300); do
        [ -d "/proc/$child" ] || return 0
        sleep 0.1
    done
    return 1
}

# --- the manual

@test "any-progress: the examples of the manual are what it does" {
    mandoc -T markdown "$ROOT/filters/any-progress.1" >/dev/null
    printf 'file 1 of 4\nfile 2 of 4\n' | any-progress --fraction >out
    sed -n '/^\$ printf/,/^\.Ed/p' "$ROOT/filters/any-progress.1" | grep '^{' | diff out -
    sed -n '/^\$ cat >copier.adapter/,/^> END/p' "$ROOT/filters/any-progress.1" |
        sed -e '1d;$d' -e 's/^> //' -e 's/\\e/\\/g' >copier.adapter
    run --separate-stderr any-progress --test ./copier.adapter
    assert_success
    assert_output './copier.adapter: ok, samples: 1, lines: 2'
}

@test "any-progress: the manual names each adapter and the versions that were tried" {
    local file name versions

    for file in "$ADAPTERS"/*.adapter; do
        name=$(basename "$file" .adapter)
        versions=$(sed -n 's/^versions //p' "$file")
        grep -qE "^\.It Cm $name No \($versions, " "$ROOT/filters/any-progress.1"
    done
}

@test "any-progress: a sample that is no object is said, and a unit that nobody has" {
    printf 'progress (?<progressPercent>\\d+)\nsample\n< 42\n> [1]\n' >a.adapter
    run --separate-stderr any-progress --test ./a.adapter
    assert_failure 1
    [[ $output$stderr == *'line 4: this is no JSON object'* ]]
    printf 'operation sync\nunit progresPercent ratio\nprogress (?<progressPercent>[0-9.]+)\n' >b.adapter
    run --separate-stderr any-progress --regex b.adapter </dev/null
    assert_failure 100
    [[ $stderr == *'line 2: no rule behind it has a "progresPercent"'* ]]
}

@test "any-progress: an adapter of another editor has the same rules" {
    printf 'progress x (?<progressPercent>\\d+) .*\r\n' >c.adapter
    run --separate-stderr any-progress --regex c.adapter <<<'x 42 z'
    assert_success
    assert_equal "$(head -n 1 <<<"$output" | jq .progressPercent)" 42
}

@test "any-progress: a failure says nothing of the run before it" {
    run --separate-stderr any-progress restic <<'END'
{"message_type":"summary","total_bytes_processed":5,"total_files_processed":2,"snapshot_id":"aa"}
Fatal: no
END
    assert_failure 1
    assert_equal "$(tail -n 1 <<<"$output" | jq -c '[.state, .snapshotID, .bytes]')" '["failed",null,null]'
}

@test "any-progress: restic that lacks a source is partial, wherever it looked for it" {
    run --separate-stderr any-progress restic <<'END'
nosuch does not exist, skipping
{"message_type":"summary","total_bytes_processed":5,"total_files_processed":2,"snapshot_id":"aa"}
END
    assert_equal "$(tail -n 1 <<<"$output" | jq -r .state)" partial
}

@test "any-progress: nothing is said of an input that was empty" {
    run --separate-stderr any-progress restic </dev/null
    assert_equal "$stderr" ''
}
