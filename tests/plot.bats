# scripts/plot, and the picture that it made.

load helpers

PLOT=$ROOT/scripts/plot
RECORDING=$ROOT/tests/data/demo/kopia-0.23-create.timed

needs_gnuplot() {
    command -v gnuplot >/dev/null || skip 'there is no gnuplot'
}

# A snapshot's progress at SECONDS, PERCENT of 1 MB done, with LEFT.
progress() { # SECONDS PERCENT LEFT
    printf '{"type":"progress","operation":"snapshot","progressPercent":%s,"estimatedUploadSizeB":1000000,"estimatedTimeSeconds":%s,"hashedB":%s,"cachedB":0,"seconds":%s}\n' \
        "$2" "$3" "$2"0000 "$1"
}

complete='{"type":"result","operation":"snapshot","state":"complete","seconds":21}'

# A run of 21 seconds that says every two of them how long it will take.
run_of() {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        progress $((2 * i)) $((10 * i)) $((20 - 2 * i))
    done
    echo "$complete"
}

@test "plot: the numbers of a recording are its records', with their times" {
    run --separate-stderr "$PLOT" --data "$RECORDING"
    assert_success
    assert_equal "$stderr" ''
    assert_equal "${#lines[@]}" 37
    # 5.6 % after 2.42 s, 19 s left; it was over after 21.96
    assert_equal "${lines[3]}" $'2.42\t5.6\t5800000\t103000000\t4885084.746\t19\t-0.54'
    assert_equal "${lines[36]}" $'21.85\t100\t103000000\t103000000\t4937500\t0\t-0.11'
}

@test "plot: the rate is that of a while, the error what was foretold less what came" {
    run_of >run.jsonl
    run "$PLOT" --data run.jsonl
    assert_success
    assert_equal "${lines[0]}" $'2\t10\t100000\t1000000\tNaN\t18\t-1'
    assert_equal "${lines[1]}" $'4\t20\t200000\t1000000\t50000\t16\t-1'
    assert_equal "${lines[9]}" $'20\t100\t1000000\t1000000\t50000\t0\t-1'
}

@test "plot: a run that did not come to its end could not be foretold" {
    run_of | sed 's/"complete"/"cancelled"/' >run.jsonl
    run "$PLOT" --data run.jsonl
    assert_success
    assert_equal "${lines[1]}" $'4\t20\t200000\t1000000\t50000\t16\tNaN'
}

@test "plot: the times in front of a pod's log, a container's and ts's are taken" {
    run_of >run.jsonl
    "$PLOT" --data run.jsonl | awk -F '\t' -v OFS='\t' '{ $1 -= 2; print }' >wanted
    awk '{ sub(/,"seconds":[0-9]+/, "")
        printf "2023-02-20T12:59:%02d.250000001+01:00 %s\n", 20 + NR * 2 - (NR > 10), $0 }' run.jsonl >pod.log
    awk '{ sub(/,"seconds":[0-9]+/, "")
        printf "2023-02-20T11:59:%02d.5Z stderr F %s\n", 20 + NR * 2 - (NR > 10), $0 }' run.jsonl >container.log
    awk '{ sub(/,"seconds":[0-9]+/, "")
        printf "%d.75 %s\n", 1676894360 + NR * 2 - (NR > 10), $0 }' run.jsonl >ts.log
    awk '{ sub(/"seconds":[0-9]+/, "\"time\":\"2023-02-20T11:59:" 20 + NR * 2 - (NR > 10) "Z\"")
        print }' run.jsonl >member.log
    for log in pod container ts member; do
        # lines of others are between them
        sed -i '3i 2023-02-20T11:59:26Z starting {up}\nno {"type":"progress"}' $log.log
        "$PLOT" --data $log.log >table
        diff wanted table
    done
    "$PLOT" --data - <pod.log >table
    diff wanted table
}

@test "plot: status lines have the whole, and our own estimate" {
    for t in 10 20 30 40; do
        echo '{"type":"status","state":"'"$([ $t = 40 ] && echo complete || echo running)"'","actions":[],"progress":{"percentCompleted":"'$t'.50","lastTransitionTime":"2023-02-20T12:49:'$t'Z","sizeUploadedB":'$t'000,"estimatedUploadSizeB":100000},"detail":{"runningPhases":[],"estimatedTimeSeconds":7,"actionEta":{"seconds":'$((42 - t))',"lowSeconds":1}}}'
    done >status.jsonl
    run "$PLOT" --data status.jsonl
    assert_success
    assert_output $'0\t10.5\t10000\t100000\tNaN\t32\t2
10\t20.5\t20000\t100000\t1000\t22\t2
20\t30.5\t30000\t100000\t1000\t12\t2
30\t40.5\t40000\t100000\t1000\t2\t2'
}

@test "plot: sizes that kopia rounds to 100 MB give no rate that leaps" {
    for i in {0..20}; do
        echo '{"type":"progress","progressPercent":'$((5 * i))',"estimatedUploadSizeB":2000000000,"hashedB":'$((i / 2 * 200000000))',"seconds":'$((2 * i))'}'
    done >run.jsonl
    run bash -c '"$0" --data run.jsonl | cut -f 5 | sort -u' "$PLOT"
    assert_output $'50000000\nNaN'
}

@test "plot: a run of days becomes some hundred points" {
    awk 'BEGIN { for (i = 0; i < 20000; i++)
        printf "{\"type\":\"progress\",\"progressPercent\":%.2f,\"seconds\":%d}\n", i / 200, 30 * i }' >run.jsonl
    "$PLOT" --data run.jsonl >table
    [ "$(wc -l <table)" -gt 700 ]
    [ "$(wc -l <table)" -lt 900 ]
    assert_equal "$(tail -n 1 table | cut -f 1)" 599970
}

@test "plot: two runs over each other, as SVG and PNG, whatever their names" {
    needs_gnuplot
    run_of >"it's <b>&{\$x}_1.jsonl"
    run_of | sed 's/"progressPercent":\([1-9]\)0/"progressPercent":\15/' >$'a\tb.jsonl'
    run --separate-stderr "$PLOT" -o a.svg -o a.png --title "100 % of O'Neil's \"x\"" *.jsonl
    assert_success
    assert_output ''
    assert_equal "$stderr" ''
    /usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse("a.svg")'
    grep -qF "it's &lt;b>&amp;{\$x}_1</text>" a.svg
    grep -qF 'a?b</text>' a.svg
    grep -qF "100 % of O'Neil's \"x\"</text>" a.svg
    assert_equal "$(head -c 8 a.png | od -An -tx1)" ' 89 50 4e 47 0d 0a 1a 0a'
    # a line each for percent, bytes, of how many, rate and error
    for colour in '  0, 114, 178' '213,  94,   0'; do
        [ "$(grep -c "rgb($colour)" a.svg)" -ge 5 ]
    done
    # the same numbers are the same bytes
    "$PLOT" --title "100 % of O'Neil's \"x\"" *.jsonl >b.svg
    cmp a.svg b.svg
}

@test "plot: what says nothing of time, or is nothing, is said" {
    run_of | sed 's/,"seconds":[0-9]*//' >run.jsonl
    run --separate-stderr "$PLOT" run.jsonl
    assert_failure 1
    assert_output ''
    assert_equal "$stderr" 'plot: fatal: run.jsonl: no record says how far it is, and when'
    run --separate-stderr "$PLOT" missing
    assert_failure 111
    assert_equal "$stderr" 'plot: fatal: unable to read missing'
    for wrong in '' '-o' '-o a.jpg x' '--title' '--no x'; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr "$PLOT" $wrong
        assert_failure 100
        assert_output ''
        assert_equal "${stderr_lines[0]%% scripts*}" usage:
    done
}

@test "plot: the README's picture is that of today" {
    needs_gnuplot
    "$ROOT/scripts/pictures/plot" .
    # another gnuplot may draw the same numbers otherwise
    said() { grep -E '^<desc>data [0-9a-f]{64}, gnuplot [0-9.]+' "$1"; }
    old=$(said "$ROOT/scripts/pictures/plot.svg")
    new=$(said plot.svg)
    if [ "${old#*, }" = "${new#*, }" ]; then
        cmp plot.svg "$ROOT/scripts/pictures/plot.svg"
    else
        assert_equal "${new%, *}" "${old%, *}"
    fi
}

@test "plot: a pipe is a file too, and a percent that nobody knows is a picture" {
    "$ROOT/scripts/plot" --data - <"$ROOT/tests/data/demo/kopia-0.23-create.timed" >whole
    "$ROOT/scripts/plot" --data <(cat "$ROOT/tests/data/demo/kopia-0.23-create.timed") >piped
    cmp whole piped
    cat >unknown.jsonl <<'END'
{"type":"progress","progressPercent":null,"hashedB":5,"seconds":5}
{"type":"progress","progressPercent":null,"hashedB":50000,"seconds":6,"estimatedTimeSeconds":"x"}
END
    run --separate-stderr "$ROOT/scripts/plot" -o unknown.svg unknown.jsonl
    assert_success
    grep -q '</svg>' unknown.svg
    run --separate-stderr "$ROOT/scripts/plot" -o nowhere/x.svg unknown.jsonl
    assert_failure 111
    assert_equal "$stderr" 'plot: fatal: unable to write nowhere/x.svg: No such file or directory'
}
