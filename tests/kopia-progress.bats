#!/usr/bin/env bats
# kopia-progress as its users meet it.

load helpers

# The two lines that the design of phase progress quotes.
quoted() {
    cat <<'END'
 / 1 hashing, 118 hashed (546.9 MB), 0 cached (0 B), uploaded 0 B, estimated 4.5 GB (12.1%) 35s left
 * 0 hashing, 136 hashed (1.4 GB), 0 cached (0 B), uploaded 244 B, estimated 4.5 GB (30.1%) 30s left
END
}
# ... two thousand times
many() { quoted | perl -0777 -pe '$_ x= 2000'; }
export -f quoted many

unknown='{"type":"result","state":"unknown"}'
nothing='kopia-progress: warning: nothing that kopia prints was recognised: its progress goes to standard error (add 2>&1), since 0.23.0 only with --progress where standard output is no terminal, and --log-level=error hides its log lines'

# line NAME: a whole snapshot line of 0.8.0 and later, with its numbers in order
progress='\r | 1 hashing, 2 hashed (3.4 MB), 5 cached (6.7 KB), uploaded 8 B, estimated 9 GB (10.1%%) 2m3s left'
record='{"type":"progress","operation":"snapshot","progressPercent":10.1,"sizeUploadedB":8,"estimatedUploadSizeB":9000000000,"estimatedTimeSeconds":123,"hashingFiles":1,"hashedFiles":2,"hashedB":3400000,"cachedFiles":5,"cachedB":6700,"fatalErrors":0,"ignoredErrors":0}'
ended='{"type":"result","operation":"snapshot","state":"unknown"}'

# console FORMAT: kopia-progress on what printf makes of FORMAT
console() {
    # shellcheck disable=SC2059 # the format is the console
    printf "$1" >console
    run --separate-stderr kopia-progress console
}

@test "kopia-progress: the two lines of the design document, all four numbers" {
    quoted >console
    run --separate-stderr kopia-progress console
    assert_success
    assert_equal "${lines[0]}" '{"type":"progress","operation":"snapshot","progressPercent":12.1,"sizeUploadedB":0,"estimatedUploadSizeB":4500000000,"estimatedTimeSeconds":35,"hashingFiles":1,"hashedFiles":118,"hashedB":546900000,"cachedFiles":0,"cachedB":0,"fatalErrors":0,"ignoredErrors":0}'
    assert_equal "${lines[1]}" '{"type":"progress","operation":"snapshot","progressPercent":30.1,"sizeUploadedB":244,"estimatedUploadSizeB":4500000000,"estimatedTimeSeconds":30,"hashingFiles":0,"hashedFiles":136,"hashedB":1400000000,"cachedFiles":0,"cachedB":0,"fatalErrors":0,"ignoredErrors":0}'
    assert_equal "${#lines[@]}" 3
    assert_equal "$stderr" ''
}

@test "kopia-progress: standard input, - and several files are one run" {
    quoted >console
    split -l 1 console part.
    kopia-progress console >whole
    run --separate-stderr bash -c 'kopia-progress <console | cmp - whole && kopia-progress - <console | cmp - whole && kopia-progress part.aa - <part.ab | cmp - whole'
    assert_success
    assert_equal "$output$stderr" ''
}

@test "kopia-progress: empty input gives a result that is unknown, and a hint" {
    console ''
    assert_success
    assert_output "$unknown"
    assert_equal "$stderr" "$nothing"
}

@test "kopia-progress: a last line without its newline counts" {
    console "$progress"
    assert_success
    assert_output "$record"$'\n'"$ended"
    assert_equal "$stderr" ''
}

@test "kopia-progress: only carriage returns" {
    console '\r\r\r\r'
    assert_success
    assert_output "$unknown"
}

@test "kopia-progress: NUL bytes and invalid UTF-8 do no harm" {
    console 'a\0b\n\xff\xfe\n'"$progress"'\n ! Error when processing "x\xffy\0z": no\n'
    assert_success
    assert_output "$record"$'\n''{"type":"message","level":"error","path":"x�y\u0000z","text":"no"}'$'\n'"$ended"
}

@test "kopia-progress: a line above the ceiling is cut, counted and said" {
    { printf 'Snapshotting %0100000d ...\n' 0; printf "$progress"; } >console
    run --separate-stderr kopia-progress console
    assert_success
    assert_output "$record"$'\n'"$ended"
    assert_equal "$stderr" 'kopia-progress: warning: console: lines above 65536 bytes were cut: 1'
}

@test "kopia-progress: a log line glued to progress is what it is" {
    console "$progress"'upload error: canceled\n'
    assert_failure 1
    assert_output "$record"$'\n''{"type":"message","level":"error","text":"upload error: canceled"}'$'\n''{"type":"result","operation":"snapshot","state":"cancelled","text":"upload error: canceled"}'
}

@test "kopia-progress: a failure text glued to progress fails" {
    console "$progress"'   \x1b[31mERROR\x1b[0m Found 2 fatal error(s) while snapshotting a@b:/c.\n'
    assert_failure 1
    assert_line --index 2 '{"type":"result","operation":"snapshot","state":"failed","fatalErrors":2,"text":"Found 2 fatal error(s) while snapshotting a@b:/c."}'
}

@test "kopia-progress: an unknown last line at level ERROR is the failure text" {
    console "$progress"'\nERROR the moon is full\n'
    assert_failure 1
    assert_line --index 2 '{"type":"result","operation":"snapshot","state":"failed","text":"the moon is full"}'
}

@test "kopia-progress: the same line in the middle fails nothing" {
    console 'ERROR the moon is full\n'"$progress"'\n'
    assert_success
    assert_line --index 1 "$ended"
}

@test "kopia-progress: every dressing of a log line" {
    for dress in '12:34:56.789 ' '12:34:56.789  ' '12:34:56.789 [kopia/cli] ' \
        '2026-11-23T09:51:51.372776Z  ' '2026-11-23T09:51:51.372776+01:00 ' \
        '\x1b[33mWARN\x1b[0m ' 'ERROR ' '\x1b[31mERROR: ' '\x1b[0m' \
        '12:34:56.789 \x1b[31mERROR\x1b[0m '; do
        console "$dress"'Created snapshot with root k12 and ID ab34 in 1m2s\x1b[0m\n'
        assert_success
        assert_output '{"type":"result","operation":"snapshot","state":"complete","snapshotID":"ab34","rootID":"k12","elapsedSeconds":62}'
    done
}

@test "kopia-progress: JSON log lines, with several lines in a message" {
    console '{"l":"INFO","n":"kopia/cli","m":"Restoring to local filesystem (/r)..."}\n{"t":"2026-11-23T09:51:51Z","n":"x","m":"Processed 2 (3 MB) of 4 (6 MB).\\n"}\n{"m":"Restored 3 files, 1 directories and 0 symbolic links (6 MB).\\n"}\n'
    assert_success
    assert_line --index 0 '{"type":"progress","operation":"restore","progressPercent":50,"basis":"bytes","sizeDownloadedB":3000000,"estimatedDownloadSizeB":6000000,"estimatedTimeSeconds":null,"processedItems":2,"totalItems":4,"skippedItems":0,"skippedB":0,"ignoredErrors":0,"speedBps":null}'
    assert_line --index 1 '{"type":"result","operation":"restore","state":"complete","files":3,"directories":1,"symlinks":0,"bytes":6000000}'
}

@test "kopia-progress: a size of nothing is one zero, whatever its unit" {
    run kopia-progress <<<' | 1 hashing, 2 hashed (0.0 MB), 0 cached (0 B), uploaded 0.0 KB, estimating...'
    assert_success
    assert_line --index 0 --partial '"sizeUploadedB":0,'
    assert_line --index 0 --partial '"hashedB":0,'
}

@test "kopia-progress: sizes in base 2, PB, EB, and with more decimals" {
    console ' | 1 hashing, 2 hashed (1.5 GiB), 3 cached (1 PB), uploaded 1234.5 MB, estimated 9.2 EB (0.1%%) 1s left\n'
    assert_line --partial '"sizeUploadedB":1234500000,"estimatedUploadSizeB":9200000000000000000,'
    assert_line --partial '"hashedB":1610612736,"cachedFiles":3,"cachedB":1000000000000000,'
}

@test "kopia-progress: a counter that passes 900 TB goes on in PB" {
    line='\r | 1 hashing, 2 hashed (%s), 0 cached (0 B), uploaded 8 B, estimating...'
    # shellcheck disable=SC2059
    { for size in '899.9 TB' '900 TB' '0.9 TB' '1.5 TB' '899.9 TB' '900 TB' '1000 TB' '9223.4 TB'; do printf "$line" "$size"; done; } >console
    run --separate-stderr bash -c 'kopia-progress console | grep -o "hashedB\":[0-9]*" | cut -d: -f2 | tr "\n" " "'
    assert_output '899900000000000 900000000000000 900000000000000 1500000000000000 899900000000000000 900000000000000000 1000000000000000000 9223372036854775807 '
}

@test "kopia-progress: a counter that restarts does not go on in PB" {
    console '\r | 0 hashing, 2 hashed (500 TB), 0 cached (0 B), uploaded 0 B, estimating...\r | 0 hashing, 2 hashed (1 GB), 0 cached (0 B), uploaded 0 B, estimating...\r | 0 hashing, 2 hashed (0.9 TB), 0 cached (0 B), uploaded 0 B, estimating...\r | 0 hashing, 2 hashed (880 TB), 0 cached (0 B), uploaded 0 B, estimating...\r | 0 hashing, 2 hashed (0.9 TB), 0 cached (0 B), uploaded 0 B, estimating...'
    assert_equal "$(jq -r 'select(.type == "progress") | .hashedB' <<<"$output" | xargs)" \
        '500000000000000 1000000000 900000000000 880000000000000 900000000000000'
}

@test "kopia-progress: a total in PB is known by its percent" {
    console '\r | 1 hashing, 2 hashed (150 TB), 0 cached (0 B), uploaded 8 B, estimated 1.5 TB (10.0%%) 1s left'
    assert_line --partial '"estimatedUploadSizeB":1500000000000000,'
    console '\r | 1 hashing, 2 hashed (150 GB), 0 cached (0 B), uploaded 8 B, estimated 1.5 TB (10.0%%) 1s left'
    assert_line --partial '"estimatedUploadSizeB":1500000000000,'
}

@test "kopia-progress: counters that wrapped and numbers that cannot be are unknown" {
    console ' | -2147483648 hashing, 99999999999999999999 hashed (-5 B), 3 cached (99999 EB), uploaded 1 B, estimated 1 B (NaN%%) 2562047h47m16s left\n'
    assert_output '{"type":"progress","operation":"snapshot","progressPercent":null,"sizeUploadedB":1,"estimatedUploadSizeB":1,"estimatedTimeSeconds":null,"hashingFiles":null,"hashedFiles":null,"hashedB":null,"cachedFiles":3,"cachedB":null,"fatalErrors":0,"ignoredErrors":0}'$'\n'"$ended"
}

@test "kopia-progress: a percent above 100 is held there, and kept raw" {
    console ' | 1 hashing, 2 hashed (3 MB), 0 cached (0 B), uploaded 8 B, estimated 1 MB (341.9%%) 0s left\n'
    assert_line --partial '"progressPercent":100,"rawPercent":341.9,'
    assert_line --partial '"estimatedTimeSeconds":null,'
}

@test "kopia-progress: 0s left before the end is unknown" {
    console ' | 1 hashing, 2 hashed (3 MB), 0 cached (0 B), uploaded 8 B, estimated 4 MB (75.0%%) 0s left\n'
    assert_line --partial '"estimatedTimeSeconds":null,'
}

@test "kopia-progress: several sources with --sources say the percent of all" {
    { for source in a b; do
        printf 'Snapshotting u@h:/%s ...\n' $source
        printf '\r | 1 hashing, 2 hashed (5 MB), 0 cached (0 B), uploaded 8 B, estimated 10 MB (50.0%%) 9s left'
        printf '\nCreated snapshot with root k1 and ID %s1 in 1s\n' $source
    done; } >console
    run --separate-stderr kopia-progress --sources 2 console
    assert_success
    assert_line --index 0 --partial '"source":"u@h:/a","sourceIndex":0,"progressPercent":50,"overallPercent":25,'
    assert_line --index 1 '{"type":"result","operation":"snapshot","source":"u@h:/a","sourceIndex":0,"state":"complete","snapshotID":"a1","rootID":"k1","elapsedSeconds":1}'
    assert_line --index 2 --partial '"source":"u@h:/b","sourceIndex":1,"progressPercent":50,"overallPercent":75,'
    assert_line --index 4 '{"type":"result","operation":"snapshot","sources":2,"state":"complete"}'
}

@test "kopia-progress: a file named like progress makes none" {
    name='\r | 9 hashing, 9 hashed (9 B), 0 cached (0 B), uploaded 9 B, estimated 10 B (90.0%%) 1s left'
    console ' ! Error when processing "'"$name"'": open /d/'"$name"': permission denied\n'"$progress"
    assert_equal "${#lines[@]}" 3
    assert_line --index 0 '{"type":"message","level":"error","path":"\r | 9 hashing, 9 hashed (9 B), 0 cached (0 B), uploaded 9 B, estimated 10 B (90.0%) 1s left","text":"open /d/\r | 9 hashing, 9 hashed (9 B), 0 cached (0 B), uploaded 9 B, estimated 10 B (90.0%) 1s left: permission denied"}'
    assert_line --index 1 "$record"
}

@test "kopia-progress: a quote that is never closed swallows nothing" {
    { printf ' ! Error when processing "open\n'; for _ in {1..300}; do printf "$progress"; done; } >console
    run --separate-stderr bash -c 'kopia-progress console | grep -c \"progress\"'
    assert_success
    assert_output 300
    # another program's words, and few lines behind them
    console 'Error when processing "order 5"\n'"$progress"'\nCreated snapshot with root k12 and ID ab34 in 1m2s\n'
    assert_success
    assert_output "$record"$'\n''{"type":"result","operation":"snapshot","state":"complete","snapshotID":"ab34","rootID":"k12","elapsedSeconds":62}'
}

@test "kopia-progress: a text with quotes of its own leaves the path alone" {
    console '\n ! Error when processing "f40": unexpected content error: error getting cached content from blob "p70c20": failed to get blob with ID p70c20: BLOB not found\n'"$progress"
    assert_line --index 0 '{"type":"message","level":"error","path":"f40","text":"unexpected content error: error getting cached content from blob \"p70c20\": failed to get blob with ID p70c20: BLOB not found"}'
    assert_line --index 1 "$record"
}

@test "kopia-progress: --pass copies every byte to standard error" {
    head -c 100000 /dev/urandom >console
    run bash -c 'kopia-progress --hint-after 0 -p console 2>passed >records'
    assert_success
    # the hint at the end comes behind the bytes
    run cmp -n 100000 console passed
    assert_success
}

@test "kopia-progress: --unmatched shows what was not understood" {
    printf '%s\n' 'what is this' '' ' | 1 hashing, 2 hashed (3 MB), oops' >console
    run --separate-stderr kopia-progress -u console
    assert_success
    assert_equal "${stderr_lines[0]}" 'kopia-progress: unmatched: what is this'
    assert_equal "${stderr_lines[1]}" 'kopia-progress: unmatched: | 1 hashing, 2 hashed (3 MB), oops'
    assert_equal "${stderr_lines[2]}" "$nothing"
    assert_equal "${#stderr_lines[@]}" 3
}

@test "kopia-progress: control characters of the input do not reach the terminal" {
    printf 'evil \033]0;title\007 \033[2J\177\302\233\n' >console
    run --separate-stderr kopia-progress -u console
    assert_equal "${stderr_lines[0]}" 'kopia-progress: unmatched: evil ?]0;title? ?[2J???'
}

@test "kopia-progress: the hint for a snapshot without progress" {
    console 'Snapshotting u@h:/a ...\nCreated snapshot with root k1 and ID a1 in 1s\n'
    assert_success
    assert_equal "$stderr" 'kopia-progress: warning: kopia prints no progress: since 0.23.0 it needs --progress where standard output is no terminal'
}

@test "kopia-progress: --hint-after says it while nothing comes, and once" {
    mkfifo console
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1s kopia-progress --hint-after 1s <console >records 2>hint &
    exec 4>console
    # the input is open and empty: the hint must come all the same
    for _ in {1..600}; do
        [ ! -s hint ] || break
        sleep 0.1
    done
    assert_equal "$(cat hint)" "$nothing"
    exec 4>&-
    wait $!
    assert_equal "$(cat records)" "$unknown"
    assert_equal "$(cat hint)" "$nothing"
}

@test "kopia-progress: a recording gives the same records, and itself again" {
    quoted >console
    run --separate-stderr kopia-progress --record run.timed console
    assert_success
    records=$output
    run --separate-stderr kopia-progress --replay run.timed --speed 0 --record again.timed
    assert_success
    assert_output "$records"
    run bash -c 'cut -f2 run.timed | cmp - <(cut -f2 again.timed)'
    assert_success
    run bash -c 'cut -f2 run.timed | base64 -d | cmp - console'
    assert_success
}

@test "kopia-progress: a run that ignored errors is complete, and the manuals say so" {
    run --separate-stderr kopia-progress <<'END'
Snapshotting app@host:/data ...
 * 0 hashing, 1 hashed (1 B), 0 cached (0 B), uploaded 1 B (5 errors ignored), estimating...
Created snapshot with root k1 and ID a1 in 1s
END
    assert_success
    assert_equal "$(jq -c '[.state, .ignoredErrors]' <<<"${lines[-1]}")" '["complete",5]'
    sed -n '/^\.It Cm complete$/,/^\.It Cm partial$/p' "$ROOT/filters/kopia-progress.1" >complete
    grep -qx '.Cm ignoredErrors' complete
    sed -n '/^Complete, /,/^One of/p' "$ROOT/filters/phasepipe-records.5" >members
    grep -q 'ignore errors, whose number is ignoredErrors' <(tr '\n' ' ' <members)
}

@test "kopia-progress: --times says when the last byte of a line came" {
    # the first line of progress is whole when the second begins; the error
    # comes in two pieces
    while read -r time bytes; do
        printf '%s\t%s\n' "$time" "$(printf "$bytes" | base64 -w 0)"
    done >run.timed <<'END'
0.5000 Snapshotting\x20a\x20...\n\r
1.2599 \x20|\x201\x20hashing,\x200\x20hashed\x20(1\x20B),\x200\x20cached\x20(0\x20B),\x20uploaded\x200\x20B,\x20estimating...
7.0000 \r\x20|\x201\x20hashing,\x202\x20hashed\x20(1\x20B),\x200\x20cached\x20(0\x20B),\x20
61.0700 uploaded\x200\x20B,\x20estimating...
61.8000 \n
END
    kopia-progress --replay run.timed --speed 0 >plain
    kopia-progress --replay run.timed --speed 0 --times >timed
    jq -c 'del(.seconds)' timed | cmp - plain
    run grep -o '"seconds":[0-9.]*}$' timed
    assert_output '"seconds":1.25}
"seconds":61.07}
"seconds":61.80}'
}

@test "kopia-progress: --times goes by the clock since the start" {
    printf 'Snapshotting a ...\nCreated snapshot with root k1 and ID a1 in 1s\n' >console
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1500ms run --separate-stderr kopia-progress --hint-after 0 -t console
    assert_output '{"type":"result","operation":"snapshot","state":"complete","snapshotID":"a1","rootID":"k1","elapsedSeconds":1,"seconds":1.50}'
}

@test "kopia-progress: a recording whose times are fixed is byte-equal" {
    printf 'Snapshotting a ...\n' >console
    PHASEPIPE_CLOCK=2023-02-20T12:49:55Z+1500ms run --separate-stderr kopia-progress --hint-after 0 --record run.timed console
    assert_equal "$(cat run.timed)" $'1.5000\tU25hcHNob3R0aW5nIGEgLi4uCg=='
}

@test "kopia-progress: what is no recording is refused" {
    for text in 'x' '1.0 QQ==' $'1.0\tQ' $'1.0\tQQ=x' $'1.0\tQQ==QQ==' $'-1\tQQ==' $'1.0\tQ?=='; do
        printf '%s\n' "$text" >run.timed
        run --separate-stderr kopia-progress --replay run.timed
        assert_failure 100
        assert_equal "${stderr_lines[0]}" 'kopia-progress: fatal: run.timed: line 1 is no line of a recording'
    done
    # which line, also where it is the last and has no end
    printf '0.1\tQQ==\n0.2\tQQ==\nno' >run.timed
    run --separate-stderr kopia-progress --replay run.timed --speed 0
    assert_failure 100
    assert_equal "$stderr" 'kopia-progress: fatal: run.timed: line 3 is no line of a recording'
    run --separate-stderr kopia-progress --replay .
    assert_failure 111
    assert_equal "${stderr_lines[0]}" 'kopia-progress: fatal: unable to read .: Is a directory'
}

@test "kopia-progress: a recording that was cut off is used as far as it goes" {
    cp "$ROOT/tests/data/demo/kopia-0.23-create.timed" whole.timed
    kopia-progress --replay whole.timed --speed 0 >whole
    count=$(wc -l <whole.timed)
    head -n -1 whole.timed >but-one.timed
    run --separate-stderr kopia-progress --replay but-one.timed --speed 0
    assert_success
    assert_equal "$stderr" ''
    records=$output
    last=$(tail -n 1 whole.timed)
    for there in 1 2 3 6 7 8 9 10 12 $((${#last} - 1)) ${#last}; do
        { cat but-one.timed; printf '%s' "${last:0:there}"; } >cut.timed
        run --separate-stderr kopia-progress --replay cut.timed --speed 0
        assert_success
        assert_output "$records"
        assert_equal "$stderr" "kopia-progress: warning: cut.timed was cut off within line $count, which is not used"
    done
    # the exit code is as what was before it says
    printf '0.1\t%s\n0.2\tQ' "$(printf 'ERROR open repository: no\n' | base64 -w 0)" >cut.timed
    run --separate-stderr kopia-progress --replay cut.timed --speed 0
    assert_failure 1
}

@test "kopia-progress: the reader of the records goes away" {
    run --separate-stderr bash -c 'many | { kopia-progress; echo $? >status; } | :; echo "${PIPESTATUS[0]}"; cat status'
    assert_output $'0\n111'
    assert_equal "$stderr" 'kopia-progress: warning: unable to write standard output: Broken pipe; reading on, so that the writer is not stopped'
}

@test "kopia-progress: a full disk is said once" {
    run --separate-stderr bash -c 'many | kopia-progress >/dev/full'
    assert_failure 111
    assert_equal "$stderr" 'kopia-progress: warning: unable to write standard output: No space left on device; reading on, so that the writer is not stopped'
}

@test "kopia-progress: standard input, output and error that are closed" {
    quoted >console
    run --separate-stderr bash -c 'kopia-progress <&-'
    assert_failure 111
    assert_equal "${stderr_lines[0]}" 'kopia-progress: fatal: unable to read standard input: Bad file descriptor'
    run --separate-stderr bash -c 'kopia-progress console >&-'
    assert_failure 111
    assert_equal "$stderr" 'kopia-progress: warning: unable to write standard output: Bad file descriptor; reading on, so that the writer is not stopped'
    [[ $WRAP != qemu* ]] || return 0
    # without a wrapper: valgrind does not start without standard error
    # nothing to say: nothing is lost
    run bash -c 'WRAP= kopia-progress console 2>&-'
    assert_success
    run bash -c 'WRAP= kopia-progress -u /dev/null 2>&-'
    assert_failure 111
    run bash -c 'WRAP= kopia-progress --pass console 2>&-'
    assert_failure 111
}

@test "kopia-progress: files that are missing or are directories" {
    run --separate-stderr kopia-progress missing
    assert_failure 111
    # and no advice what kopia should print
    assert_equal "$stderr" 'kopia-progress: fatal: unable to open missing: No such file or directory'
    run --separate-stderr kopia-progress .
    assert_failure 111
    assert_equal "${stderr_lines[0]}" 'kopia-progress: fatal: unable to read .: Is a directory'
}

@test "kopia-progress: a recording that cannot be created is said at once, and all is read" {
    mkfifo console
    kopia-progress --record no/where --hint-after 0 <console >records 2>said &
    pid=$!
    exec 4>console
    # before a byte has come
    until [ -s said ]; do
        sleep 0.01
    done
    kopia-progress --record no/where --hint-after 0 /dev/null >empty || echo $? >empty.status
    many >&4 # more than a pipe holds
    exec 4>&-
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 111
    assert_equal "$(cat said)" 'kopia-progress: warning: unable to create no/where: No such file or directory; reading on without a recording'
    many | kopia-progress | cmp - records
    # so also where nobody writes to us
    assert_equal "$(cat empty empty.status)" "$unknown"$'\n'111
}

@test "kopia-progress: a recording that is lost later is said, and all is read" {
    quoted >console
    run --separate-stderr kopia-progress --record /dev/full console
    assert_failure 111
    assert_output "$(kopia-progress console)"
    assert_equal "$stderr" 'kopia-progress: fatal: unable to write /dev/full: No space left on device'
}

@test "kopia-progress: a recording that is also what is read is refused, and stays" {
    quoted | kopia-progress --record r1 >records
    cp r1 kept
    ln r1 hard
    ln -s r1 soft
    while read -r onto arguments; do
        # shellcheck disable=SC2086 # several words
        run --separate-stderr kopia-progress --record $onto $arguments <r1
        assert_failure 100
        assert_output ''
        assert_equal "$stderr" "kopia-progress: fatal: --record: \"$onto\" is also what is read, and would be emptied"
        cmp r1 kept
    done <<'END'
r1 --replay r1
r1 --replay -
r1 --replay soft
soft --replay r1
hard --replay ./r1
r1 r1
r1 /dev/null soft
hard /dev/null -
soft
END
    # nor is one made that would then be read
    run --separate-stderr kopia-progress --record missing missing
    assert_failure 100
    [ ! -e missing ]
    # what is no regular file is not emptied
    run --separate-stderr kopia-progress --record /dev/null </dev/null
    assert_success
    run --separate-stderr kopia-progress --record other --replay r1 --speed 0 <r1
    assert_success
    assert_output "$(cat records)"
}

@test "kopia-progress: wrong usage is 100 and says what was expected" {
    run --separate-stderr kopia-progress --wrong
    assert_failure 100
    assert_equal "$stderr" 'kopia-progress: fatal: --wrong: unknown option (see kopia-progress --help)'
    run --separate-stderr kopia-progress --sources many
    assert_failure 100
    assert_equal "$stderr" 'kopia-progress: fatal: --sources: "many" is not a whole number such as 0 or 12'
    run --separate-stderr kopia-progress -n 0
    assert_failure 100
    assert_equal "$stderr" 'kopia-progress: fatal: --sources: it is 1 or more'
    run --separate-stderr kopia-progress --hint-after 15
    assert_failure 100
    assert_equal "$stderr" 'kopia-progress: fatal: --hint-after: "15" is not a duration such as 15s, 2m30s or 500ms'
    run --separate-stderr kopia-progress --replay a b
    assert_failure 100
    assert_equal "$stderr" 'kopia-progress: fatal: --replay and FILE exclude each other'
    PHASEPIPE_CLOCK=noon run --separate-stderr kopia-progress
    assert_failure 100
    assert_equal "$stderr" 'kopia-progress: fatal: PHASEPIPE_CLOCK: "noon" is no time such as 2023-02-20T12:49:55Z'
}

# hostile LENGTH: lines of that length, made to be costly for a row each
hostile() {
    perl -e '
        my $n = shift; sub fill { my ($head, $unit) = @_; print $head, $unit x (($n - length $head) / length $unit), "\n" }
        fill("processing directory \x27", "\x27 1 KB of 2 KB ("); fill("ignored error ", " on ");
        fill("error processing ", ":"); fill(" ! Error when processing \"", "\": "); print "\r";
        fill("Snapshotting ", " .."); fill("/", " resolved t"); fill("found 1 ", "content ");
        fill(" | 1 hashing, 2 hashed (", "9."); fill("Processed 1 (1 B) of ", "1"); fill("{", "{\"a\":");
        fill("{\"m\":\"", "\\n "); fill("", "\033[1;"); fill("", " "); fill("Verified ", "1 of ");
        fill("Recovered 1 index entries from 1/2 blobs (1.0 %) 1s remaining ", "ET ");
        fill("Found 1 objects, verifying 1, completed 1 objects, 1.0% complete, remaining ", "1s");
        fill("error running \x27", "\x27 action "); fill("ERROR ", "ERROR "); fill("12:34:56.789 ", "12:34:56.789 ");
        fill("", "2024-01-01T00:00:00Z "); fill("", "Found 12 blobs to extend"); fill("", "Recovered 12 blocks.");
        fill("", "Recovered 415 contents from 7."); fill("Error when processing \"a\": ", "b \"c\": ");
        fill(" ! Error when processing \"", "/"); print "Error when processing \"open\n" x ($n / 40);
        print " ! Error when processing \"a\nb\": /a\n", "b\": /a\n" x ($n / 8), "\r\n";
    ' "$1"
}

# instructions FILE: how many the program needs for it
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$BIN/kopia-progress" "$1" 2>&1 >/dev/null |
        sed -n 's/.*Collected : //p'
}

@test "kopia-progress: no line costs more than its length" {
    # counted, not timed; a wrapper would be counted too
    [ -z "$WRAP" ] || return 0
    [[ $BIN != *asan* ]] || return 0
    hostile 8000 >short
    hostile 64000 >long
    : >none
    none=$(instructions none) short=$(instructions short) long=$(instructions long)
    echo "$none for nothing, $short for short lines, $long for lines eight times as long"
    [ $((long - none)) -lt $(((short - none) * 10)) ]
}

@test "kopia-progress: the manual's table is the program's" {
    run bash -c 'cd "$ROOT" && cmp <(scripts/forms) <(awk "/^\.Sh FORMS/ { getline; on = 1; next } /^\.Sh / { on = 0 } on" filters/kopia-progress.1)'
    assert_success
}
