# any-progress with the real programs: what it says is what they did.

load movers

setup_file() {
    make_data
    start_postgres
    export HOME=$BATS_FILE_TMPDIR RESTIC_PASSWORD=secret RESTIC_PROGRESS_FPS=20
    export BORG_PASSPHRASE=secret BORG_BASE_DIR=$BATS_FILE_TMPDIR/borg
    mkdir "$BORG_BASE_DIR"
}

teardown_file() {
    stop_postgres
}

one() {
    cat "$DATA"/big? >one
    stat -c %s one
}

# --- rsync

@test "movers: rsync copies" {
    mover rsync -- rsync -a --no-inc-recursive --info=progress2,stats1 \
        --bwlimit=60m "$DATA/" copy
    assert_understood
    assert_rising 3
    assert_equal "$(last)" "[100,$BYTES,null,$FILES]"
    assert_equal "$(state)" complete
    assert_equal "$(jq 'select(.type == "result").bytes' records)" "$BYTES"
    rm -r copy
    assert_equal "$(phase_run rsync rsync -a --info=progress2 "$DATA/" copy)" \
        'complete 100.00'
    diff -r "$DATA" copy
}

# Names of files are the only lines that are not understood.
@test "movers: rsync that tells of each file is not taken for one that tells of all" {
    local options

    for options in -P -vP '-P --no-inc-recursive'; do
        rm -rf copy
        # shellcheck disable=SC2086 # two words
        mover rsync -- rsync -a $options --bwlimit=60m "$DATA/" copy
        assert_rising 3
        # directories count, too
        assert_equal "$(last)" "[100,$BYTES,null,$((FILES + 7))]"
        # each of the large files was told of on its way, and none as the whole
        jq -es '[.[] | .progressPercent | values] as $all
            | [$all[] | select(. > 0 and . < 20)] | length > 5' records
    done
    rm -rf copy
    mover rsync -- rsync -av --no-inc-recursive --info=progress2 --bwlimit=60m "$DATA/" copy
    assert_rising 3
    assert_equal "$(last)" "[100,$BYTES,null,$FILES]"
    jq -es '[.[].basis | values] == []' records
}

@test "movers: rsync loses a part, or fails" {
    run mover rsync -- rsync -a --info=progress2 "$DATA/d1" nosuch copy
    assert_failure
    assert_understood
    assert_equal "$(state)" partial
    run mover rsync -- rsync -a --info=progress2 "$DATA/d1" /proc/no/where
    assert_failure
    assert_understood
    assert_equal "$(state) $(cat code)" 'failed 1'
}

# --- restic

@test "movers: restic backs up" {
    restic init -r repository >log
    mover restic -- restic --json -r repository --limit-upload 60000 backup "$DATA"
    assert_understood
    assert_rising 2 || grep -q '"percent":false' rising # the total grows
    assert_equal "$(last)" "[100,$BYTES,$BYTES,null]"
    assert_equal "$(state)" complete
    assert_equal "$(jq -c 'select(.type == "result") | [.bytes, .files]' records)" \
        "[$BYTES,$FILES]"
    id=$(jq -r 'select(.type == "result").snapshotID' records)
    restic -r repository snapshots "$id" >log
    jq -s "$members"'[.[] | select(.type == "progress") | done] | . == sort' records | grep -qx true
    assert_equal "$(phase_run restic restic --json -r repository backup "$DATA")" \
        'complete 100.00'
}

@test "movers: restic loses a part, or fails" {
    restic init -r repository >log
    mover restic -- restic --json -r repository backup "$DATA/d1" "$PWD/nosuch"
    assert_understood
    assert_equal "$(state)" partial
    RESTIC_PASSWORD=wrong run mover restic -- restic --json -r repository backup "$DATA/d1"
    assert_failure
    assert_understood
    assert_equal "$(state) $(cat code)" 'failed 1'
}

@test "movers: restic restores, without a word of JSON in this version" {
    restic init -r repository >log
    restic -r repository backup "$DATA/d1" >log
    mover restic -- restic --json -r repository restore latest --target copy
    assert_understood
    diff -r "$DATA/d1" "copy$DATA/d1"
}

# --- rclone

@test "movers: rclone copies" {
    mover rclone -- rclone copy --check-first --use-json-log --stats 100ms -v \
        --bwlimit 60M "$DATA" copy
    assert_understood
    assert_rising 3
    assert_equal "$(last)" "[100,$BYTES,$BYTES,$FILES]"
    diff -r "$DATA" copy
    rm -r copy
    assert_equal "$(phase_run rclone rclone copy --use-json-log --stats 1s -v "$DATA" copy)" \
        'complete 100.00'
}

@test "movers: rclone fails" {
    run mover rclone -- rclone copy --use-json-log --stats 1s -v "$DATA/d1" /proc/no
    assert_failure
    assert_understood
    assert_equal "$(state) $(cat code)" 'failed 1'
    [ "$(jq -s '[.[] | select(.level == "error")] | length' records)" -ge 30 ]
}

# --- pv

@test "movers: pv, numbers and bars" {
    size=$(one)
    pv -n -i 0.1 -L 60M one 2>console >copy
    read_console pv
    assert_understood
    assert_rising 2
    assert_equal "$(last)" '[100,null,null,null]'
    pv -f -i 0.1 -L 60M one 2>console >copy
    cmp one copy
    read_console pv
    assert_understood
    assert_rising 2
    # three digits: within a half of a percent
    jq -es "$members"'[.[] | select(.type == "progress")] | last |
        .progressPercent == 100 and
        ((done - '"$size"') | if . < 0 then -. else . end) < '"$size"' / 200' records
    pv -f -i 0.1 -L 60M <one 2>console | cat >copy
    read_console pv --total "$size"
    assert_understood
    assert_rising 2
}

@test "movers: pv fails" {
    run mover pv -- pv -n nosuch
    assert_failure
    assert_understood
    assert_equal "$(state)" failed
}

# --- dd

@test "movers: dd copies" {
    size=$(one)
    pv -q -L 30M one | dd of=copy bs=64k status=progress 2>console
    cmp one copy
    read_console dd --total "$size"
    assert_understood
    assert_rising 2
    assert_equal "$(last)" "[100,$size,$size,null]"
    assert_equal "$(phase_run dd dd if=one of=copy bs=1M status=progress)" \
        'complete 100.00'
}

@test "movers: dd fails" {
    one >size
    run mover dd -- dd if=one of=/dev/full bs=64k status=progress
    assert_failure
    assert_understood
    assert_equal "$(state) $(cat code)" 'failed 1'
    run mover dd -- dd if=nosuch of=copy status=progress
    assert_failure
    assert_equal "$(state)" failed
}

# --- tar

@test "movers: tar writes and reads an archive" {
    size=$(tar -C "$DATA" -cf - . | wc -c)
    mover tar --total "$size" -- tar -C "$DATA" -c --checkpoint=200 \
        --checkpoint-action=totals --totals -f archive .
    assert_understood
    assert_rising 10
    assert_equal "$(last)" "[100,$size,$size,null]"
    assert_equal "$(stat -c %s archive)" "$size"
    mkdir copy
    mover tar --total "$size" -- tar -C copy -x --checkpoint=200 \
        --checkpoint-action=totals --totals -f archive
    assert_understood
    assert_rising 10
    assert_equal "$(last)" "[100,$size,$size,null]"
    diff -r "$DATA" copy
    mover tar --total $((size / 10240)) -- tar -C "$DATA" -c --checkpoint=200 -f archive .
    assert_understood
    assert_rising 10
    assert_equal "$(phase_run tar tar -C "$DATA" -c --checkpoint=200 \
        --checkpoint-action=totals -f archive .)" 'complete 100.00'
}

@test "movers: tar loses a part, or fails" {
    run mover tar -- tar -cf archive --checkpoint=10 --checkpoint-action=totals \
        -C "$DATA" d1 nosuch
    assert_failure
    assert_understood
    assert_equal "$(state) $(jq -r 'select(.type == "message").path' records)" \
        'failed nosuch'
    head -c 100000 archive >part
    run mover tar -- tar -tf part
    assert_failure
    assert_equal "$(state)" failed
}

# --- zstd

@test "movers: zstd compresses and decompresses" {
    size=$(one)
    mover zstd -- zstd -T1 -15 --progress one -o one.zst
    assert_understood
    assert_rising 1
    assert_equal "$(state)" complete
    # three digits; zstd tells it now and then, the last time at any percent
    jq -es "$members"'[.[] | select(.type == "progress")] | last |
        (.progressPercent - 100 * .sizeUploadedB / .estimatedUploadSizeB | fabs) < 0.01' records
    jq -e 'select(.type == "result").bytes - '"$size"' | (if . < 0 then -. else . end) < '"$size"' / 200' records
    mover zstd -- zstd -d --progress one.zst -o copy
    assert_understood
    assert_equal "$(state) $(jq 'select(.type == "result").bytes' records)" "complete $size"
    cmp one copy
    # of several, files are counted, and none is taken for the whole
    mkdir small large
    mover zstd -- zstd -q -T1 -15 --progress --output-dir-flat small "$DATA"/big?
    assert_understood
    assert_rising 2
    jq -es '[.[] | select(.totalBlobs != null) | .processedBlobs]
        | . == sort and first == 0 and last > 0 and last <= 5' records
    jq -es '[.[] | select(.type == "progress") | .sizeUploadedB | values] == []' records
    assert_equal "$(state)" complete
    mover zstd -- zstd -d --progress --output-dir-flat large small/big?.zst
    assert_understood
    assert_equal "$(state) $(jq 'select(.type == "result").bytes' records)" 'complete 48000006'
    run mover zstd -- zstd --progress nosuch
    assert_failure
    assert_understood
    assert_equal "$(state)" failed
}

# --- borg

@test "movers: borg creates and extracts" {
    export BORG_REPO=$PWD/repository
    borg init -e repokey 2>log
    mover borg --total "$BYTES" -- borg create --log-json --progress ::a "$DATA"
    assert_understood
    assert_rising 1 # it prints each 0.2 s
    assert_equal "$(state)" complete
    # the last line may be 0.2 s older than the end; what borg keeps about the
    # files is counted with them (borg archive.py@1.2.4, CacheChunkBuffer)
    jq -es "$members"'[.[] | select(.type == "progress")] | last |
        done <= '"$BYTES"' * 1.01 and all == '"$BYTES" records
    mkdir copy
    cd copy
    mover borg -- borg extract --log-json --progress ::a
    assert_understood
    assert_rising 3
    assert_equal "$(last)" "[100,$BYTES,$BYTES,null]"
    assert_equal "$(state)" complete
    diff -r "$DATA" ".$DATA"
    assert_equal "$(phase_run borg borg create --log-json --progress ::b "$DATA")" \
        'complete 100.00'
}

@test "movers: borg loses a part, or fails" {
    export BORG_REPO=$PWD/repository
    borg init -e repokey 2>log
    run mover borg -- borg create --log-json --progress ::a "$DATA/d1" nosuch
    assert_failure
    assert_understood
    assert_equal "$(state)" partial
    run mover borg -- borg create --log-json --progress ::a "$DATA/d1"
    assert_failure
    assert_understood
    assert_equal "$(state) $(cat code)" 'failed 1'
}

# --- PostgreSQL

@test "movers: pg_dump and pg_restore, counted against their lists" {
    tables=$(psql -Atc "select count(*) from pg_tables where schemaname = 'public'" db)
    mover pg_dump --total "$tables" -- pg_dump --verbose -Fc -f dump db
    assert_understood
    assert_rising "$tables"
    # the last one is never said to be done
    assert_equal "$(last | jq -c '.[3]')" "$((tables - 1))"
    items=$(pg_restore -l dump | grep -c '^[0-9]')
    createdb copy
    mover pg_restore --total "$items" -- pg_restore --verbose -d copy dump
    assert_understood
    assert_rising "$items"
    assert_equal "$(last | jq -c '.[3]')" "$((items - 1))"
    assert_equal "$(psql -Atc 'select count(*) from large' copy)" 100000
    assert_equal "$(phase_run pg_dump pg_dump --verbose -Fc -f dump db)" \
        'complete 100.00'
    # once more into the same: every item fails, and is let pass
    run mover pg_restore --total "$items" -- pg_restore --verbose -d copy dump
    assert_failure
    assert_equal "$(state)" partial
    dropdb copy
}

@test "movers: pg_dump and pg_restore fail" {
    run mover pg_dump -- pg_dump --verbose -f dump nosuch
    assert_failure
    assert_understood
    assert_equal "$(state) $(cat code)" 'failed 1'
    run mover pg_restore -- pg_restore --verbose -d db nosuch
    assert_failure
    assert_understood
    assert_equal "$(state) $(cat code)" 'failed 1'
}
