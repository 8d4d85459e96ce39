#!/usr/bin/env bats
# The pipeline behind real kopia binaries, beside kopia's own JSON.

load helpers

# About 55 MB in 304 files, the same each time.  No two lines are alike, so
# kopia finds nothing twice.
make_tree() { # DIRECTORY
    mkdir -p "$1"/d{0..6}/e{0..2}
    (
        cd "$1" || return
        awk 'BEGIN {
            seed = 20230220
            for (i = 0; i < 300; i++) {
                seed = seed * 16807 % 2147483647
                lines = i % 30 ? seed % 600 : 40000 + seed % 10000
                file = sprintf("d%d/e%d/f%03d", i % 7, i % 3, i)
                printf "" >file
                for (; lines > 0; lines--)
                    printf "%0100d\n", ++line >file
                close(file)
            }
        }'
        : >empty
        echo quoted >'a "quoted" name'
        echo unicode >'größe'
        ln -s d0/e0 link
        # kopia saves no pipes, and some releases say so
        mkfifo $'pipe\r | 1 hashing, 9 hashed (9 B), 9 cached (9 B), uploaded 9 B, estimating...'
    )
}

setup_file() {
    make_tree "$BATS_FILE_TMPDIR/data"
}

# kopia of a release, with a new repository; all that it writes is in here.
use() { # RELEASE
    local program

    program=$("$ROOT/tests/kopia/build" "$1")
    unset "${!KOPIA_@}" "${!XDG_@}"
    mkdir bin home logs repository
    # it calls itself by the name of its file
    ln -s "$program" bin/kopia
    export PATH=$PWD/bin:$PATH HOME=$PWD/home TMPDIR=$PWD
    export KOPIA_CONFIG_PATH=$PWD/config KOPIA_CACHE_DIRECTORY=$PWD/cache
    export KOPIA_LOG_DIR=$PWD/logs KOPIA_CHECK_FOR_UPDATES=false
    export KOPIA_PERSIST_CREDENTIALS_ON_CONNECT=false KOPIA_PASSWORD=secret
    DATA=$BATS_FILE_TMPDIR/data
    kopia repository create filesystem --path="$PWD/repository" \
        --enable-actions >log 2>&1
}

# What kopia does before it saves the folder: there is nothing that takes its
# time, or fails, for everybody and on every machine.
before_folder() { # FOLDER COMMAND [OPTION ...]
    kopia policy set "$1" --before-folder-action="$2" "${@:3}" >>log 2>&1
}

# A command of kopia as the second of two phases.  It leaves what came out on
# the way; the statuses of all go to standard output.
through_the_pipeline() { # COMMAND ...
    local state=complete
    {
        echo '{"type":"phase","phase":"prepare","state":"complete"}'
        "$@" 2>&1 | tee console | kopia-progress --hint-after 0 --unmatched
        echo "${PIPESTATUS[*]}" >statuses
        grep -q '^0 ' statuses || state=failed
        echo "{\"type\":\"phase\",\"state\":\"$state\"}"
    } | tee records | phase-agg --phases prepare,dump --phase dump |
        tee states | status-patch --interval 0 status
    echo "$(cat statuses), ${PIPESTATUS[*]}"
}

# That command, which ends with STATUS; nothing that it prints is unknown.
follow() { # STATUS COMMAND ...
    export -f through_the_pipeline
    run --separate-stderr bash -c 'through_the_pipeline "$@"' - "${@:2}"
    assert_success
    assert_output "$1 0 $1, 0 0 0 0 0"
    assert_equal "$stderr" ''
    tail -n 1 states | cmp - status
}

# "snapshot create DATA" and the like
follow_snapshot() { # STATUS [OPTION ...]
    follow "$1" kopia snapshot create --progress \
        --progress-update-interval=50ms "${@:2}" "$DATA"
    kopia snapshot list --json --show-identical "$DATA" >list
}

# The filter makes an object of sentences and whether they are true, out of
# kopia's own JSON in ./list, with its latest snapshot and the sum of that, the
# records, and the status lines.
agrees() { # FILTER
    run jq -nr -L "$ROOT/tests/kopia" --slurpfile list list \
        --slurpfile records records --slurpfile states states "
        include \"agree\";
        \$list[0][-1] as \$snapshot
        | \$snapshot.rootEntry.summ as \$sum
        | [\$records[] | select(.type == \"progress\")] as \$progress
        | \$progress[-1] as \$last
        | [\$records[] | select(.type == \"message\")] as \$messages
        | \$records[-2] as \$result
        | $1
        | to_entries[] | select(.value != true) | \"untrue: \" + .key"
    assert_success
    assert_output ''
}

# --- what is done with each release

check_snapshot() { # RELEASE LAST_PERCENT
    use "$1"
    # kopia guesses the rest only after its first second
    printf '#!/bin/sh\nexec sleep 2\n' >nap
    chmod +x nap
    before_folder "$DATA/d2" "$PWD/nap"
    follow_snapshot 0
    agrees '{
        "files are counted":
            ($last.hashedFiles == $sum.files + $sum.symlinks),
        "nothing is cached": ($last.cachedFiles == 0 and $last.cachedB == 0),
        "bytes are hashed": ($last.hashedB | near($sum.size)),
        "the last file is hashed": ($last.hashingFiles == 0),
        "counters grow": all(
            "hashedFiles", "hashedB", "sizeUploadedB", "ignoredErrors";
            . as $name | [$progress[][$name]] | grows),
        "percent is last '"$2"'": ($last.progressPercent == '"$2"'),
        "percents grow":
            ([$progress[].progressPercent | values] | grows),
        "percents fit the sizes": all(
            $progress[] | select(.progressPercent != null); percent_fits),
        "the estimate is the size": ([$progress[].estimatedUploadSizeB | values]
            | length > 0 and all(.[]; near($sum.size))),
        "errors are counted": ([$last.fatalErrors, $last.ignoredErrors]
            == [$sum.numFailed, $sum.numIgnoredErrors // 0]),
        "errors are said": ([$messages[] | select(.path)
            | {path, error: .text}] | sort == (($sum.errors // []) | sort)),
        "no error is a failure": all($messages[]; .level == "warning"),
        "the source is said": ([$progress[], $result | .source] | unique
            == [$snapshot.source | "\(.userName)@\(.host):\(.path)"]),
        "the result is that snapshot":
            ([$result | .type, .operation, .state, .snapshotID, .rootID]
            == ["result", "snapshot", "complete", $snapshot.id,
                $snapshot.rootEntry.obj]),
        "the phase is held at 99 before it is complete":
            ($states[-2].actions[0].phases[1]
            | .state == "running" and (.progress.progressPercent | tonumber)
            == ([[$progress[].progressPercent] | max, 99] | min)),
        "the status has the last sizes": ([$states[-1].progress
            | .sizeUploadedB, .estimatedUploadSizeB] == [$last.sizeUploadedB,
            ([$progress[].estimatedUploadSizeB | values][-1])]),
        "the status is complete": ([$states[-1] | .state,
            .progress.percentCompleted] == ["complete", "100.00"])
    }'
}

check_json() { # RELEASE
    use "$1"
    follow_snapshot 0 --json
    grep '^{"id":' console >own
    jq -n -e --slurpfile own own --slurpfile list list \
        '$own[0].id == $list[0][-1].id'
    agrees '{
        "files, directories, links and bytes are exact":
            ([$result | .files, .directories, .symlinks, .bytes]
            == [$sum | .files, .dirs, .symlinks, .size]),
        "errors are counted": ([$result | .fatalErrors, .ignoredErrors]
            == [$sum | .numFailed, .numIgnoredErrors]),
        "the result is that snapshot":
            ([$result | .type, .operation, .state, .snapshotID, .rootID]
            == ["result", "snapshot", "complete", $snapshot.id,
                $snapshot.rootEntry.obj]),
        "the progress says the same": ([$last | .hashedFiles, .cachedFiles]
            == [$sum.files + $sum.symlinks, 0])
    }'
}

check_unchanged() { # RELEASE
    use "$1"
    kopia snapshot create "$DATA" >>log 2>&1
    follow_snapshot 0
    agrees '{
        "files are cached":
            ($last.cachedFiles == $sum.files + $sum.symlinks),
        "bytes are cached": ($last.cachedB | near($sum.size)),
        "nothing is hashed": ($last.hashedFiles == 0 and $last.hashedB == 0),
        "it is another snapshot": ($list[0] | length == 2
            and .[0].id != $result.snapshotID
            and .[1].id == $result.snapshotID),
        "it has the same root": ($list[0] | all(.[];
            .rootEntry.obj == $result.rootID)),
        "the result is complete": ($result.state == "complete")
    }'
}

check_errors() { # RELEASE
    use "$1"
    before_folder "$DATA/d3" /bin/false
    before_folder "$DATA/d5" /bin/false --ignore-dir-errors=true
    follow_snapshot 1
    agrees '{
        "errors are counted": ([$last.fatalErrors, $last.ignoredErrors]
            == [$sum.numFailed, $sum.numIgnoredErrors]),
        "errors are counted in the result":
            ([$result.fatalErrors, $result.ignoredErrors]
            == [$sum.numFailed, $sum.numIgnoredErrors]),
        "errors are said": ([$messages[] | select(.path)
            | {path, error: .text}] | sort == (($sum.errors // []) | sort)),
        "one of them is fatal": ([$messages[]
            | select(.level == "error" and .path) | .path] == ["d3"]),
        "the others are counted": ($last.hashedFiles
            == $sum.files + $sum.symlinks),
        "the result is failed": ($result.state == "failed"),
        "the result is that snapshot": ([$result.snapshotID, $result.rootID]
            == [$snapshot.id, $snapshot.rootEntry.obj]),
        "the status is failed": ([$states[-1].actions[0].phases[].state]
            == ["complete", "failed"])
    }'
}

check_password() { # RELEASE
    use "$1"
    KOPIA_PASSWORD=wrong follow 1 kopia snapshot create --progress "$DATA"
    kopia snapshot list --json "$DATA" >list
    agrees '{
        "there is no snapshot": ($snapshot == null and $progress == []),
        "the result is failed": ($result | .type == "result"
            and .state == "failed" and (.text
            | endswith("invalid repository password"))),
        "each line is a message": all($messages[]; .level == "error"
            and (.text | endswith("invalid repository password"))),
        "the status is failed": ([$states[-1] | .state,
            .progress.percentCompleted] == ["failed", "50.00"])
    }'
}

check_restore() { # RELEASE
    local id

    use "$1"
    kopia snapshot create "$DATA" >>log 2>&1
    kopia snapshot list --json "$DATA" >list
    id=$(jq -r '.[0].id' list)
    follow 0 kopia restore --progress --progress-update-interval=50ms "$id" out
    diff -r --no-dereference --exclude='pipe*' "$DATA" out
    agrees '{
        "files, directories and links are counted":
            ([$result | .files, .directories, .symlinks]
            == [$sum | .files, .dirs, .symlinks]),
        "bytes are counted": ($result.bytes | near($sum.size)),
        "the result is complete": ([$result | .type, .operation, .state]
            == ["result", "restore", "complete"]),
        "there is no error": ($messages == [])
    }'
}

# The releases that say how far a restore is, also where it is a short one.
check_restore_progress() { # RELEASE
    check_restore "$1"
    agrees '{
        "bytes are restored": ($last.sizeDownloadedB | near($sum.size)),
        "that is the size": ($last.estimatedDownloadSizeB | near($sum.size)),
        "percent is last 100": ($last.progressPercent == 100),
        "items are counted, and all but the root beforehand":
            (($sum.files + $sum.dirs + $sum.symlinks) as $items
            | [$last.processedItems, $last.totalItems] == [$items, $items - 1]),
        "counters grow": all("processedItems", "sizeDownloadedB";
            . as $name | [$progress[][$name]] | grows),
        "the status has the last sizes": ([$states[-1].progress
            | .sizeDownloadedB, .estimatedDownloadSizeB]
            == [$last | .sizeDownloadedB, .estimatedDownloadSizeB])
    }'
}

check_verify() { # RELEASE
    use "$1"
    kopia snapshot create "$DATA" >>log 2>&1
    kopia snapshot list --json "$DATA" >list
    follow 0 kopia snapshot verify --progress --verify-files-percent=100
    agrees '{
        "objects are counted": ($result.processedObjects
            == $sum.files + $sum.symlinks + $sum.dirs),
        "it counts no further": all($progress[];
            .processedObjects <= $result.processedObjects),
        "the result is complete": ([$result | .type, .operation, .state]
            == ["result", "verify", "complete"])
    }'
    follow 0 kopia snapshot verify --progress --verify-files-percent=100 --json
    jq -n -e --slurpfile records records \
        --argjson own "$(grep '^{"stats":' console)" '
        $own.stats.processedObjectCount as $objects | $objects > 300
        and ([$records[-2] | .operation, .state, .processedObjects, .errors]
            == ["verify", "complete", $objects, $own.errorCount])'
}

# A release that does not say how a verification ends.
check_verify_unknown() { # RELEASE
    use "$1"
    kopia snapshot create "$DATA" >>log 2>&1
    kopia snapshot list --json "$DATA" >list
    follow 0 kopia snapshot verify --progress --verify-files-percent=100
    agrees '{
        "it counts no further": ($progress | length > 0 and all(.[];
            .processedObjects <= .totalObjects and .totalObjects
            <= $sum.files + $sum.symlinks + $sum.dirs)),
        "the result is unknown": ([$result | .type, .operation, .state]
            == ["result", "verify", "unknown"])
    }'
}

# All contents, and then without one of their packs: each content in it is an
# error.
check_contents() { # RELEASE
    local pack

    use "$1"
    kopia snapshot create "$DATA" >>log 2>&1
    kopia content list --json >list
    follow 0 kopia content verify --progress --full
    agrees '{
        "nothing is wrong": ($messages == []),
        "the result is complete": ([$result | .type, .operation, .state]
            == ["result", "content-verify", "complete"]),
        "contents are counted":
            ($result.processedObjects // $last.processedObjects
            | . == ($list[0] | length))
    }'
    pack=$(jq -r '[.[].packFile | select(startswith("p"))][0]' list)
    jq --arg pack "$pack" '[.[] | select(.packFile == $pack)]' list >lost
    mv lost list
    # as old and new releases ask for it
    KOPIA_ADVANCED_COMMANDS=enabled KOPIA_DANGEROUS_COMMANDS=enabled \
        kopia blob delete "$pack" >>log 2>&1
    follow 1 kopia content verify --progress
    agrees '{
        "contents are lost": ($list[0] | length > 0),
        "each of them is said": (([$messages[].path | values] | sort)
            == ([$list[0][].contentID] | sort)),
        "the result is failed": ([$result | .type, .operation, .state]
            == ["result", "content-verify", "failed"]),
        "they are counted": ($result.errors // $last.errors
            | . == ($list[0] | length))
    }'
}

# Of each blob: what is in it, and its name, which is a path here.
blobs() { # REPOSITORY
    (cd "$1" && find . -name '*.f' -exec sha256sum {} + | tr -d / | sort)
}

check_sync() { # RELEASE
    use "$1"
    kopia snapshot create "$DATA" >>log 2>&1
    kopia blob list --json >list
    mkdir copy
    follow 0 kopia repository sync-to filesystem --progress --path="$PWD/copy"
    diff <(blobs repository) <(blobs copy)
    # the blob with the format is there before kopia begins to count
    agrees '[$list[0][] | select(.id != "kopia.repository")] as $blobs | {
        "blobs are copied": ($last.processedBlobs == ($blobs | length)),
        "that is all": ($last.totalBlobs == ($blobs | length)),
        "bytes are copied":
            ($last.sizeUploadedB | near([$blobs[].length] | add)),
        "those are all": ($last | .estimatedUploadSizeB == .sizeUploadedB),
        "percent is last 100": ($last.progressPercent == 100),
        "the result is complete": ([$result | .type, .operation, .state]
            == ["result", "sync", "complete"]),
        "the status has the last sizes": ([$states[-1].progress
            | .sizeUploadedB, .estimatedUploadSizeB]
            == [$last | .sizeUploadedB, .estimatedUploadSizeB])
    }'
}

# --- an old release: colours, level words, no closing words

@test "kopia 0.8.4: what a snapshot says is what kopia lists" {
    check_snapshot v0.8.4 null
}

@test "kopia 0.8.4: a snapshot with --json is exact" {
    check_json v0.8.4
}

@test "kopia 0.8.4: an unchanged snapshot has cached files" {
    check_unchanged v0.8.4
}

@test "kopia 0.8.4: a folder that cannot be saved fails the phase" {
    check_errors v0.8.4
}

@test "kopia 0.8.4: a wrong password fails the phase" {
    check_password v0.8.4
}

@test "kopia 0.8.4: what is restored is counted" {
    check_restore v0.8.4
}

@test "kopia 0.8.4: nobody knows how a verification ended" {
    check_verify_unknown v0.8.4
}

@test "kopia 0.8.4: contents are verified, and lost ones are named" {
    check_contents v0.8.4
}

@test "kopia 0.8.4: copied blobs are counted" {
    check_sync v0.8.4
}

# --- the newest before 0.23, which shows progress everywhere

@test "kopia 0.22.3: what a snapshot says is what kopia lists" {
    check_snapshot v0.22.3 100
}

@test "kopia 0.22.3: a snapshot with --json is exact" {
    check_json v0.22.3
}

@test "kopia 0.22.3: an unchanged snapshot has cached files" {
    check_unchanged v0.22.3
}

@test "kopia 0.22.3: a folder that cannot be saved fails the phase" {
    check_errors v0.22.3
}

@test "kopia 0.22.3: a wrong password fails the phase" {
    check_password v0.22.3
}

@test "kopia 0.22.3: what is restored is counted" {
    check_restore_progress v0.22.3
}

@test "kopia 0.22.3: verified objects are counted" {
    check_verify v0.22.3
}

@test "kopia 0.22.3: contents are verified, and lost ones are named" {
    check_contents v0.22.3
}

@test "kopia 0.22.3: copied blobs are counted" {
    check_sync v0.22.3
}

# --- the newest

@test "kopia 0.23.1: what a snapshot says is what kopia lists" {
    check_snapshot v0.23.1 100
}

@test "kopia 0.23.1: a snapshot with --json is exact" {
    check_json v0.23.1
}

@test "kopia 0.23.1: an unchanged snapshot has cached files" {
    check_unchanged v0.23.1
}

@test "kopia 0.23.1: a folder that cannot be saved fails the phase" {
    check_errors v0.23.1
}

@test "kopia 0.23.1: a wrong password fails the phase" {
    check_password v0.23.1
}

@test "kopia 0.23.1: what is restored is counted" {
    check_restore_progress v0.23.1
}

@test "kopia 0.23.1: verified objects are counted" {
    check_verify v0.23.1
}

@test "kopia 0.23.1: contents are verified, and lost ones are named" {
    check_contents v0.23.1
}

@test "kopia 0.23.1: copied blobs are counted" {
    check_sync v0.23.1
}
