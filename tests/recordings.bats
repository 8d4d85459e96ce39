#!/usr/bin/env bats
# kopia-progress on everything that real kopia binaries printed.  What a run
# under valgrind has no time for, tests/unit/recordings.c does in one process.

load helpers

recordings=$BATS_TEST_DIRNAME/recordings

# The consoles of VERSION; under a wrapper a few of them.
consoles() {
    if [ -n "$WRAP" ]; then
        printf '%s\n' "$recordings/$1"/*.console | awk 'NR % 12 == 1'
    else
        printf '%s\n' "$recordings/$1"/*.console
    fi
}

# What kopia's exit status was: 0, 1, or negative for a signal.
kopia_status() {
    awk -F '\t' -v version="$1" -v name="$2" \
        '$1 == version && $2 == name { print $3 }' "$recordings/index.tsv"
}

check_version() {
    local count=0 console stem name expected status
    while read -r console; do
        stem=${console%.console}
        name=${stem##*/}
        status=0
        kopia-progress <"$console" >records 2>stderr || status=$?
        expected=$(kopia_status "$1" "${name%.both}")
        [ "$expected" = 1 ] || expected=0
        assert_equal "$name: $status" "$name: $expected"
        cmp records "$stem.records"
        if [ -e "$stem.stderr" ]; then
            cmp stderr "$stem.stderr"
        else
            assert_equal "$name: $(cat stderr)" "$name: "
        fi
        count=$((count + 1))
    done < <(consoles "$1")
    [ "$count" -gt 0 ]
}

@test "recordings: 0.6.4 gives its records" { check_version v0.6.4; }
@test "recordings: 0.7.3 gives its records" { check_version v0.7.3; }
@test "recordings: 0.8.0 gives its records" { check_version v0.8.0; }
@test "recordings: 0.8.4 gives its records" { check_version v0.8.4; }
@test "recordings: 0.10.7 gives its records" { check_version v0.10.7; }
@test "recordings: 0.11.0 gives its records" { check_version v0.11.0; }
@test "recordings: 0.11.3 gives its records" { check_version v0.11.3; }
@test "recordings: 0.13.0 gives its records" { check_version v0.13.0; }
@test "recordings: 0.15.0 gives its records" { check_version v0.15.0; }
@test "recordings: 0.16.0 gives its records" { check_version v0.16.0; }
@test "recordings: 0.17.0 gives its records" { check_version v0.17.0; }
@test "recordings: 0.19.0 gives its records" { check_version v0.19.0; }
@test "recordings: 0.20.1 gives its records" { check_version v0.20.1; }
@test "recordings: 0.21.1 gives its records" { check_version v0.21.1; }
@test "recordings: 0.22.3 gives its records" { check_version v0.22.3; }
@test "recordings: 0.23.1 gives its records" { check_version v0.23.1; }

@test "recordings: no version is forgotten" {
    run bash -c 'ls -d "$1"/v* | sed "s|.*/v||" | sort >there; grep -o "recordings: [0-9.]* gives" "$2" | grep -o "[0-9][0-9.]*" | sort >tested; cmp there tested' - "$recordings" "$BATS_TEST_FILENAME"
    assert_success
}

# Progress by its shape alone: a segment between separators, SGR dropped.  A
# file name with this shape in a message is followed by the rest of the message.
# Maintenance is progress only where nothing else was done.
shape='^ *([-|/\\*] [0-9]+ (hashing, [0-9]+ )?hashed \(|Processed [0-9]+ (\([^)]*\) of [0-9]+ |objects)|Found [0-9]+ (objects, verifying|BLOBs (in the destination|\([^)]*\) in the source))|Copied [0-9]+ blobs \(|Verified [0-9]+ (of|contents)|Recovered [0-9]+ index entries|\{"processedObjectCount)'

@test "recordings: as many progress records as segments with the shape of progress" {
    local total=0 console wanted got
    for console in "$recordings"/*/*.console; do
        wanted=$(tr '\r' '\n' <"$console" |
            sed -E 's/\x1b\[[0-9;]*m//g; s/^([0-9T:.Z-]+ +)?(\{.*"m":")?//' |
            grep -aEv '(left|estimating...)(": |: permission)' | grep -aEc "$shape" || :)
        got=$(grep '^{"type":"progress"' "${console%.console}.records" |
            grep -vc '"operation":"maintenance"' || :)
        assert_equal "$console: $got" "$console: $wanted"
        total=$((total + got))
    done
    [ "$total" -gt 2000 ]
}

@test "recordings: what they say at the end is true within kopia's rounding" {
    local checked=0 version name status sources files bytes symlinks console
    # The interval of true values behind a printed size, units.go@v0.23.1.
    # shellcheck disable=SC2016
    within='
        def unit: if . < 900 then 1 else 1000 * ((. / 1000) | unit) end;
        def low: if . < 900 then . else . - 0.05 * unit end;
        def high: if . < 900 then . else . + 0.05 * unit end;
        [inputs | select(.type == "progress" and .operation == "snapshot")] | last
        | .hashedB as $h | .cachedB as $c
        | ($h | low) + ($c | low) <= $bytes + $links * 4096
          and $bytes <= ($h | high) + ($c | high)
          and .hashedFiles + .cachedFiles == $files + $links
          and (.estimatedUploadSizeB as $e | .progressPercent == null or $e == null or .rawPercent != null
               or (100 * (($h | low) + ($c | low)) / ($e | high) - 0.06 <= .progressPercent
                   and .progressPercent <= 100 * (($h | high) + ($c | high)) / ($e | low) + 0.06))'
    while IFS=$'\t' read -r version name status sources files bytes symlinks; do
        console=$recordings/$version/$name.records
        [[ $status = 0 && $sources = 1 && $files != - && $name = create-* ]] || continue
        grep -q '"type":"progress"' "$console" || continue
        tail -n 1 "$console" | grep -qE '"state":"(complete|unknown)"' || continue
        [[ $name != *base2* && $name != *rough* && $name != *denied* && $name != *names* ]] || continue
        run jq -n --argjson files "$files" --argjson bytes "$bytes" --argjson links "$symlinks" "$within" "$console"
        assert_equal "$version $name: $output" "$version $name: true"
        checked=$((checked + 1))
    done <"$recordings/index.tsv"
    [ "$checked" -gt 60 ]
}
